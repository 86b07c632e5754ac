"""Two clients that edit one song at once through a real web server, and what came of it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction

from accounts.models import User
from accounts.services import create_api_token
from compositions.documents import load_plain
from compositions.editing import lock_document, replay, verify_document
from compositions.models import Composition, EditBatch, EditOp
from compositions.score.tree import write_tree

ROOT = Path(__file__).resolve().parents[2]
APPLICATION = "ariaforge.wsgi:application"
WITHOUT_LOCK = "tests.editing.unlocked:application"


@dataclass
class RaceResult:
    """What server and clients hold after the race; every reason to call it lost."""

    hashes: dict[str, str]
    wrong: list[str]
    lost: list[str]
    faults: list[str]
    accepted: int
    superseded: int
    refused: int
    seconds: float
    clients: list[dict[str, Any]] = field(repr=False, default_factory=list)

    @property
    def is_won(self) -> bool:
        """One hash everywhere, the log right, nothing lost, no answer out of place."""
        one = len(set(self.hashes.values())) == 1
        return one and not (self.wrong or self.lost or self.faults)


@contextmanager
def web_server(
    environment: Mapping[str, str], log: Path, application: str = APPLICATION, processes: int = 2
) -> Iterator[str]:
    """Run gunicorn as the studio does; yield its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}"]
    command += ["--worker-class", "gthread", "--workers", str(processes), "--threads", "8"]
    command += ["--graceful-timeout", "1", "--no-control-socket"]
    with log.open("wb") as output:
        server = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **environment}, stdout=output, stderr=output
        )
    try:
        address = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 90
        while not _answers(address):
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        yield address
    finally:
        server.terminate()
        server.wait(30)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/livez", timeout=5):  # noqa: S310
            return True
    except OSError:
        return False


def race(
    address: str, song: Composition, users: list[User], operations: int, seed: int = 1
) -> RaceResult:
    """Let each user's client make so many operations at once; compare everything."""
    clients = [
        _start(address, song, user, operations, seed * 100 + number)
        for number, user in enumerate(users)
    ]
    for client in clients:
        _line(client)
    begun = time.perf_counter()
    for client in clients:
        _say(client, "go")
    for client in clients:
        _line(client)
    seconds = time.perf_counter() - begun
    song = Composition.objects.get(pk=song.pk)
    told = []
    for client in clients:
        _say(client, str(song.revision))
        told.append(_line(client))
        client.wait(30)
    hashes = {f"client {number}": entry["hash"] for number, entry in enumerate(told)}
    wrong = []
    with transaction.atomic():
        locked = lock_document(song.pk)
        hashes["song"] = locked.tree_hash
        hashes["rows"] = write_tree(load_plain(locked)).tree_hash
        wrong = verify_document(locked)
        try:
            hashes["replay"] = write_tree(replay(locked)).tree_hash
        except Exception as error:  # noqa: BLE001 - of a log that contradicts itself
            hashes["replay"] = repr(error)
    logged = set(EditOp.objects.filter(composition=song).values_list("op_id", flat=True))
    late = EditBatch.all_objects.filter(composition=song).values_list("superseded", flat=True)
    logged |= {entry["op_id"] for entries in late for entry in entries}
    sent = [op_id for entry in told for op_id in entry["accepted"]]
    return RaceResult(
        hashes=hashes,
        wrong=wrong,
        lost=[op_id for op_id in sent if op_id not in logged],
        faults=[fault for entry in told for fault in entry["faults"]],
        accepted=len(sent),
        superseded=sum(len(entry["superseded"]) for entry in told),
        refused=sum(entry["refused"] for entry in told),
        seconds=seconds,
        clients=told,
    )


def _start(
    address: str, song: Composition, user: User, operations: int, seed: int
) -> subprocess.Popen[str]:
    _, key = create_api_token(user=user, name="race", scopes=["read", "write"])
    arguments = [address, str(song.pk), key, user.username, str(operations), str(seed)]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.editing.racer", *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _say(client: subprocess.Popen[str], what: str) -> None:
    assert client.stdin is not None
    client.stdin.write(f"{what}\n")
    client.stdin.flush()


def _line(client: subprocess.Popen[str]) -> dict[str, Any]:
    assert client.stdout is not None
    line = client.stdout.readline()
    assert line, f"a client ended with {client.wait(10)}"
    answer: dict[str, Any] = json.loads(line)
    return answer
