"""The example client of the docs: twice at once, on one song, through the real web server."""

from __future__ import annotations

import json
import os
import re
import runpy
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from hypothesis import given, settings

from accounts.services import create_api_token
from compositions.documents import load_plain
from compositions.editing import verify_document
from compositions.models import Composition, EditBatch
from compositions.score.document import Score, ordered
from compositions.score.serialisation import to_dict
from compositions.score.tree import write_tree
from tests.factories import UserFactory
from tests.history.documents import song_with
from tests.jobs.servers import ROOT, RedisServer, environment_for, wait_for
from tests.score.strategies import scores

SCRIPT = ROOT / "docs" / "edit_together.py"
EDITS = 8


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    """A Redis of our own."""
    server = RedisServer()
    server.start()
    yield server
    server.remove()


@pytest.fixture
def address(redis_server: RedisServer, tmp_path: Path, transactional_db: None) -> Iterator[str]:
    """The address of a web server on the database of the test."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "ariaforge.wsgi:application"]
    command += ["--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--threads", "8"]
    command += ["--graceful-timeout", "1"]
    environment = {
        **os.environ,
        **environment_for(redis_server, tmp_path),
        "DJANGO_SETTINGS_MODULE": "ariaforge.settings",
        "SECRET_KEY": django_settings.SECRET_KEY,
        "DEBUG": "1",  # no collected static files are needed
    }
    with (tmp_path / "web.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)

    def is_up() -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=5):
                return True
        except OSError:
            return False

    try:
        wait_for(is_up, seconds=60, what="the start of the web server")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(30)


@settings(max_examples=60, deadline=None)
@given(scores())
def test_the_client_hashes_a_document_as_the_server_does(score: Score) -> None:
    script = runpy.run_path(str(SCRIPT))
    document = json.loads(json.dumps(to_dict(ordered(score))))
    expected = write_tree(document).tree_hash
    assert script["Copy"](document, 0).tree_hash() == expected


def start(address: str, song: Composition, key: str, *options: str) -> subprocess.Popen[str]:
    # Without our environment: the script needs nothing but Python.
    return subprocess.Popen(
        [sys.executable, "-I", str(SCRIPT), address, str(song.pk), *options],
        env={"ARIAFORGE_TOKEN": key, "PATH": os.defpath, "PYTHONIOENCODING": "utf-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def ending(client: subprocess.Popen[str]) -> dict[str, Any]:
    """Wait for the client; return what it said last."""
    output, _ = client.communicate(timeout=180)
    assert client.returncode == 0, output
    assert "the server has the same" in output, output
    found = re.search(r"edit (\d+), document ([0-9a-f]{64})", output)
    assert found, output
    heard = re.search(r"heard of (\d+) others", output)
    assert heard, output
    return {"edit": int(found[1]), "hash": found[2], "heard": int(heard[1])}


@pytest.mark.django_db(transaction=True)
def test_two_clients_edit_one_song_and_hold_the_same(address: str) -> None:
    user = UserFactory()
    _, key = create_api_token(user=user, name="two", scopes=["read", "write"])
    song = song_with(user)
    before = song.revision
    clients = [
        start(address, song, key, "--edits", str(EDITS), *options)
        for options in ([], ["--as-second"])
    ]
    try:
        first, second = (ending(client) for client in clients)
    finally:
        for client in clients:
            client.kill()
    assert first["hash"] == second["hash"]
    assert first["edit"] == second["edit"] == before + 2 * EDITS
    # Each heard the other; what was edited before it listened was in what it read.
    assert min(first["heard"], second["heard"]) >= EDITS - 1

    song = Composition.objects.get(pk=song.pk)
    assert (song.revision, song.tree_hash) == (first["edit"], first["hash"])
    assert write_tree(load_plain(song)).tree_hash == first["hash"]
    assert verify_document(song) == []
    batches = EditBatch.objects.filter(composition=song, sequence__gt=before)
    authors = [batch.name.partition(":")[0] for batch in batches]
    assert authors.count("first") == authors.count("second") == EDITS


@pytest.mark.django_db(transaction=True)
def test_the_client_says_what_is_wrong(address: str) -> None:
    user = UserFactory()
    song = song_with(user)
    _, key = create_api_token(user=user, name="reader", scopes=["read"])
    client = start(address, song, key)
    output, _ = client.communicate(timeout=60)
    assert client.returncode != 0
    assert "403" in output
    assert EditBatch.objects.filter(composition=song).count() == 1
