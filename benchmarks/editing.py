"""The living document through a real studio: edits, their delivery, reading, and the race.

    .venv/bin/python benchmarks/editing.py

Starts a studio of its own (durable servers, two web processes) in an empty folder, and
measures over HTTP, one connection kept open as browsers do:

- the round trip of a batch with one operation on a song of 5,000 notes, by kind;
- the time from sending an edit until another client has it from the event stream;
- CPU time of web server and database for reading a document of 10,000 notes;
- the race: two clients, 1,000 random operations each, at once; one hash everywhere.

Prints each figure beside the one asked for. Meant for a machine with nothing else to do: the
load before each part stands beside it.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ariaforge.settings")

import django
import psutil

ROOT = Path(__file__).resolve().parent.parent
ASKED_ROUND_TRIP_MS = 15.0
ASKED_DELIVERY_MS = 50.0
ASKED_READ_CPU_MS = 60.0
TRACKS = 8
BAR = 1920


def main() -> int:
    """Measure everything; 0 when every figure is what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--edits", type=int, default=300, help="of each kind (300)")
    parser.add_argument("--operations", type=int, default=1_000, help="of each racer (1000)")
    parser.add_argument("--without-race", action="store_true")
    options = parser.parse_args()
    with studio() as (address, web):
        django.setup()
        rows = [*edits(address, web, options.edits), *reading(address, web)]
        if not options.without_race:
            rows += racing(address, options.operations)
    print(f"\n{'':<44}{'measured':>14}{'asked':>10}{'load':>7}")
    for what, measured, asked, load, _ in rows:
        print(f"{what:<44}{measured:>14}{asked:>10}{load:>7.2f}")
    return 0 if all(row[-1] for row in rows) else 1


Row = tuple[str, str, str, float, bool]


# -- The studio -------------------------------------------------------------------------


@contextmanager
def studio() -> Iterator[tuple[str, list[psutil.Process]]]:
    """Run a studio in a new folder; yield its address and the processes that serve."""
    folder = Path(tempfile.mkdtemp(prefix="ariaforge-benchmark-"))
    hidden = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "PORT")
    for name in hidden:
        os.environ.pop(name, None)
    os.environ["VAR_DIR"] = str(folder)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    output = folder / "output.txt"
    with output.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--port", str(port)],
            cwd=ROOT,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + 240
        while "is ready" not in output.read_text():
            assert process.poll() is None, output.read_text()
            assert time.monotonic() < deadline, output.read_text()
            time.sleep(0.2)
        family = psutil.Process(process.pid).children(recursive=True)
        serving = [one for one in family if _serves(one)]
        yield f"http://127.0.0.1:{port}", serving
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        from ariaforge.embedded.home import ServerHome

        shutil.rmtree(ServerHome.beside(folder).folder, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def _serves(process: psutil.Process) -> bool:
    try:
        command = " ".join(process.cmdline())
    except psutil.Error:
        return False
    return "gunicorn" in command or "postgres" in command


class Client:
    """One client with a token and one connection that stays open."""

    def __init__(self, address: str, key: str, song: Any) -> None:
        self.host = urlsplit(address).netloc
        self.base = f"/api/v1/compositions/{song}"
        self.headers = {"Authorization": f"Token {key}", "Content-Type": "application/json"}
        self.connection = http.client.HTTPConnection(self.host, timeout=60)
        # Otherwise the system holds the body of a request back for the acknowledgement.
        self.connection.connect()
        self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, method: str, path: str, body: Any = None) -> tuple[float, bytes]:
        """Ask; return milliseconds until the whole answer was there, and the answer."""
        content = json.dumps(body) if body is not None else None
        begun = time.perf_counter()
        self.connection.request(method, self.base + path, content, self.headers)
        answer = self.connection.getresponse()
        data = answer.read()
        elapsed = (time.perf_counter() - begun) * 1e3
        assert answer.status < 300, data[:500]
        return elapsed, data


def composed(notes: int) -> tuple[Any, Any, str]:
    """A song with so many notes in eight tracks, its owner, and a token."""
    from accounts.models import User
    from accounts.services import create_api_token
    from compositions.score.document import (
        Chord,
        KeyChange,
        LyricLine,
        MeterChange,
        Note,
        Score,
        Section,
        Syllable,
        TempoChange,
        Track,
        TrackRole,
    )
    from tests.editing.songs import full_song

    rng = random.Random(notes)
    bars = notes // TRACKS // 8 + 1
    per_track = notes // TRACKS
    score = Score(
        title="Measured",
        tempos=(TempoChange("tempo", 0, 120.0),),
        meters=(MeterChange("meter", 0, 4, 4),),
        keys=(KeyChange("key", 0, "C"),),
        sections=tuple(
            Section(f"s{place}", place * 8 * BAR, 8 * BAR, f"Part {place}")
            for place in range(bars // 8 + 1)
        ),
        chords=tuple(Chord(f"c{bar}", bar * BAR, BAR, "C", "maj7") for bar in range(bars)),
        tracks=tuple(
            Track(
                f"t{place}", f"Track {place}", list(TrackRole)[place], position=place + 1.0
            ).with_notes(
                Note(
                    f"n{place}x{number:09}",
                    number * 240 + rng.randrange(20),
                    200,
                    rng.randrange(36, 96),
                    rng.randrange(40, 120),
                    origin="composer",
                )
                for number in range(per_track)
            )
            for place in range(TRACKS)
        ),
        lines=tuple(LyricLine(f"l{number}", "la la la", "s0") for number in range(20)),
        syllables=tuple(
            Syllable(f"y{number}", f"n0x{number:09}", "la", line_id=f"l{number % 20}")
            for number in range(per_track // 4)
        ),
    )
    name = f"measure{notes}"
    user = User.objects.create(username=name, email=f"{name}@example.org")
    _, key = create_api_token(user=user, name="benchmark", scopes=["read", "write"])
    return full_song(user, score), user, key


# -- Edits ------------------------------------------------------------------------------


def edits(address: str, serving: list[psutil.Process], count: int) -> list[Row]:
    """Round trips by kind, and what another client hears of them when."""
    song, _, key = composed(5_000)
    client = Client(address, key, song.pk)
    rng = random.Random(1)
    heard: dict[int, float] = {}
    listening = threading.Event()
    threading.Thread(
        target=listen, args=(address, key, song.pk, heard, listening), daemon=True
    ).start()
    assert listening.wait(30)
    for _ in range(20):
        client.ask("POST", "/edits/", batch("n1x000000001", {"set": {"pitch": rng.randrange(128)}}))
    load = os.getloadavg()[0]
    times: dict[str, list[float]] = {}
    delays: list[float] = []
    added: list[str] = []
    before = used(serving)
    for number in range(count):
        note = f"n{rng.randrange(1, TRACKS)}x{rng.randrange(600):09}"
        sung = f"n0x{rng.randrange(100):09}"
        fresh = f"fresh{number}"
        new = {"kind": "note", "start": rng.randrange(60 * BAR), "duration": 200, "pitch": 60}
        kinds = {
            "set a note": (note, {"set": {"pitch": rng.randrange(128)}}),
            "set a note with a syllable": (sung, {"set": {"start": rng.randrange(60 * BAR)}}),
            "add a note": (fresh, {"add": {**new, "track": f"t{rng.randrange(1, TRACKS)}"}}),
            "move a fader": (f"t{rng.randrange(TRACKS)}", {"set": {"gain_db": -rng.random()}}),
            "set a chord": (f"c{rng.randrange(60)}", {"set": {"root": rng.choice("CDEFGA")}}),
        }
        if added:
            kinds["remove a note"] = (added.pop(), {"remove": True})
        added.append(fresh)
        for kind, (entity_id, what) in kinds.items():
            begun = time.perf_counter()
            elapsed, answer = client.ask("POST", "/edits/", batch(entity_id, what))
            times.setdefault(kind, []).append(elapsed)
            sequence = json.loads(answer)["sequence"]
            deadline = time.perf_counter() + 5
            while sequence not in heard and time.perf_counter() < deadline:
                time.sleep(0.0005)
            delays.append((heard[sequence] - begun) * 1e3)
    after = used(serving)
    everything = [elapsed for kind in times.values() for elapsed in kind]
    rows: list[Row] = [
        figure("edit of a 5,000-note song, ms, p50", everything, 50, ASKED_ROUND_TRIP_MS, load),
        figure("edit of a 5,000-note song, ms, p95", everything, 95, None, load),
    ]
    rows += [figure(f"  {kind}, p50", found, 50, None, load) for kind, found in times.items()]
    cpu = {kind: (after[kind] - before[kind]) / len(everything) * 1e3 for kind in after}
    rows += [
        ("  CPU-ms of the web server", f"{cpu['web']:.1f}", "", load, True),
        ("  CPU-ms of the database", f"{cpu['database']:.1f}", "", load, True),
        figure("heard by another client, ms, p50", delays, 50, ASKED_DELIVERY_MS, load),
        figure("heard by another client, ms, p95", delays, 95, ASKED_DELIVERY_MS, load),
    ]
    return rows


def batch(entity_id: str, what: dict[str, Any]) -> dict[str, Any]:
    """A batch with one operation."""
    operation = {"op_id": f"{time.monotonic_ns()}", "entity_id": entity_id, **what}
    return {"name": "Measure", "operations": [operation]}


def listen(
    address: str, key: str, song: Any, heard: dict[int, float], listening: threading.Event
) -> None:
    """Note when each edit arrives from the event stream."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    topic = f"/api/v1/events/?topic=composition:{song}"
    connection.request("GET", topic, headers={"Authorization": f"Token {key}"})
    for raw in connection.getresponse():
        if raw.startswith(b"id: "):
            listening.set()
        elif raw.startswith(b"data: "):
            now = time.perf_counter()
            news = json.loads(raw[6:])
            if "sequence" in news:
                heard[news["sequence"]] = now


def figure(what: str, found: list[float], percentile: int, asked: float | None, load: float) -> Row:
    """A row with a percentile, and whether it is below what is asked."""
    value = statistics.quantiles(found, n=100)[percentile - 1]
    wanted = f"< {asked:.0f}" if asked is not None else ""
    return (what, f"{value:.1f}", wanted, load, asked is None or value < asked)


# -- Reading ----------------------------------------------------------------------------


def reading(address: str, serving: list[psutil.Process], times: int = 40) -> list[Row]:
    """CPU time of all processes that serve, for one document of 10,000 notes."""
    song, _, key = composed(10_000)
    client = Client(address, key, song.pk)
    for _ in range(5):
        client.ask("GET", "/document/")
    load = os.getloadavg()[0]
    before = used(serving)
    walls = [client.ask("GET", "/document/")[0] for _ in range(times)]
    after = used(serving)
    web = (after["web"] - before["web"]) / times * 1e3
    database = (after["database"] - before["database"]) / times * 1e3
    both = web + database
    return [
        (
            "document of 10,000 notes, CPU-ms",
            f"{both:.1f}",
            f"< {ASKED_READ_CPU_MS:.0f}",
            load,
            both < ASKED_READ_CPU_MS,
        ),
        ("  of that the web server", f"{web:.1f}", "", load, True),
        figure("  until it is there, ms, p50", walls, 50, None, load),
    ]


def used(serving: list[psutil.Process]) -> dict[str, float]:
    """Seconds of CPU time so far, by what the processes are."""
    found = {"web": 0.0, "database": 0.0}
    family = {one for parent in serving for one in [parent, *parent.children(recursive=True)]}
    for process in family:
        with_children = process.cpu_times()
        kind = "web" if "gunicorn" in " ".join(process.cmdline()) else "database"
        found[kind] += with_children.user + with_children.system
    return found


# -- The race ---------------------------------------------------------------------------


def racing(address: str, operations: int) -> list[Row]:
    """Two clients at once; every figure of who won."""
    from projects.models import Membership
    from tests.editing.race import race
    from tests.editing.songs import full_score, full_song

    song, user, _ = composed(400)
    song = full_song(user, full_score(notes=100))
    from accounts.models import User

    other = User.objects.create(username="racer", email="racer@example.org")
    Membership.objects.create(project=song.project, user=other, role="editor")
    load = os.getloadavg()[0]
    result = race(address, song, [user, other], operations)
    for reason in [*result.wrong, *result.faults][:10]:
        print(f"race: {reason}")
    trips = [seconds * 1e3 for client in result.clients for seconds in client["round_trips"]]
    hashes = len(set(result.hashes.values()))
    return [
        ("race: different hashes in 5 places", str(hashes), "1", load, hashes == 1),
        ("race: operations lost", str(len(result.lost)), "0", load, not result.lost),
        (
            "race: faults, rows that differ from the log",
            str(len(result.faults) + len(result.wrong)),
            "0",
            load,
            not result.faults and not result.wrong,
        ),
        (
            "race: operations accepted",
            str(result.accepted),
            f">= {2 * operations}",
            load,
            result.accepted >= 2 * operations,
        ),
        ("race: of these superseded", str(result.superseded), "", load, True),
        ("race: batches refused with a reason", str(result.refused), "", load, True),
        ("race: seconds", f"{result.seconds:.1f}", "", load, True),
        figure("race: batch of 1 to 5, ms, p50", trips, 50, None, load),
    ]


if __name__ == "__main__":
    sys.exit(main())
