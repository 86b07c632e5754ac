"""A client that edits at random as fast as it can, in a process of its own, without Django.

    python -m tests.editing.racer ADDRESS SONG TOKEN NAME OPERATIONS SEED

It keeps a replica of the document, made of nothing but the effects that the server tells,
through the event stream and, where that has gaps, ``edits/?after=``. It prints a line when it
is ready and begins when it reads one; prints a line when it has made its operations, and at a
line with a sequence number catches up so far and prints what it holds.
"""

from __future__ import annotations

import http.client
import json
import queue
import random
import sys
import threading
import time
from typing import Any
from urllib.parse import urlsplit

from compositions.score.diff import Change, apply_changes
from compositions.score.entities import from_entities, to_entities
from compositions.score.errors import ScoreError
from compositions.score.tree import write_tree
from tests.editing.edits import Edits

LARGEST_BATCH = 5
MOST_FAULTS = 20


class Racer:
    """One client; ``faults`` are answers that no honest server gives."""

    def __init__(self, address: str, song: str, token: str, name: str, seed: int) -> None:
        self.host = urlsplit(address).netloc
        self.song, self.name = song, name
        self.headers = {"Authorization": f"Token {token}", "Content-Type": "application/json"}
        self.edits = Edits(random.Random(seed))
        self.rng = random.Random(seed + 1)
        self.connection = http.client.HTTPConnection(self.host, timeout=60)
        self.events: queue.Queue[dict[str, Any]] = queue.Queue()
        self.early: dict[int, list[dict[str, Any]]] = {}
        self.accepted: list[str] = []
        self.superseded: list[str] = []
        self.refused = 0
        self.faults: list[str] = []
        self.fetched = self.streamed = 0
        self.round_trips: list[float] = []
        threading.Thread(target=self.listen, daemon=True).start()
        self.opened = threading.Event()
        self.opened.wait(30)
        document = self.ask("GET", "document/")[1]
        self.sequence = document.pop("revision")
        self.entities = to_entities(document)

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Ask one endpoint of the song on the connection that is kept."""
        self.connection.request(
            method,
            f"/api/v1/compositions/{self.song}/{path}",
            json.dumps(body) if body is not None else None,
            self.headers,
        )
        answer = self.connection.getresponse()
        content = answer.read()
        try:
            return answer.status, json.loads(content)
        except ValueError:
            return answer.status, {"error": {"message": content[:300].decode(errors="replace")}}

    def listen(self) -> None:
        """Put the edits of the event stream into the queue; come back when it ends."""
        after = ""
        while True:
            try:
                connection = http.client.HTTPConnection(self.host, timeout=60)
                headers = {**self.headers, **({"Last-Event-ID": after} if after else {})}
                connection.request(
                    "GET", f"/api/v1/events/?topic=composition:{self.song}", headers=headers
                )
                name, data = "", ""
                for raw in connection.getresponse():
                    field, _, value = raw.decode().rstrip("\n").partition(": ")
                    if field == "id":
                        after = value
                        self.opened.set()
                    elif field == "event":
                        name = value
                    elif field == "data":
                        data += value
                    elif not field and name:
                        if name == "edit":
                            self.events.put(json.loads(data))
                        name, data = "", ""
            except OSError:
                time.sleep(0.2)

    def take(self, sequence: int, effects: list[dict[str, Any]] | None) -> None:
        """Apply a batch when it is the next one, and all that waited for it."""
        if effects is not None and sequence > self.sequence:
            self.early[sequence] = effects
        while self.sequence + 1 in self.early:
            changes = (
                Change(e["entity_id"], e["kind"], e["action"], e["before"], e["after"])
                for e in self.early.pop(self.sequence + 1)
            )
            self.entities = apply_changes(self.entities, changes)
            self.sequence += 1

    def hear(self) -> None:
        """Take in what the stream has brought."""
        while True:
            try:
                news = self.events.get_nowait()
            except queue.Empty:
                return
            self.streamed += 1
            self.take(news["sequence"], news.get("effects"))

    def catch_up(self, to: int) -> None:
        """Fetch what the stream has not brought, until ``to`` is reached."""
        while self.sequence < to:
            _, page = self.ask("GET", f"edits/?after={self.sequence}")
            for batch in page["results"]:
                self.fetched += 1
                self.take(batch["sequence"], batch["effects"])

    def make(self) -> None:
        """Send one batch and take in its answer."""
        self.hear()
        operations = self.edits.batch(self.entities, self.rng.randint(1, LARGEST_BATCH))
        body = {"name": self.name, "base_sequence": self.sequence, "operations": operations}
        begun = time.perf_counter()
        status, answer = self.ask("POST", "edits/", body)
        self.round_trips.append(time.perf_counter() - begun)
        if status in (200, 201):
            self.accepted += (operation["op_id"] for operation in operations)
            self.superseded += (entry["op_id"] for entry in answer["superseded"])
            self.take(answer["sequence"], answer["effects"])
            return
        details = answer.get("error", {}).get("details", {})
        if status in (400, 409) and details.get("problems"):
            # Another one was first, and said so; what the refusal is about may not be known yet.
            self.refused += 1
            self.catch_up(details.get("revision", self.sequence))
            return
        self.faults.append(f"{status}: {str(answer)[:300]}")

    def result(self) -> dict[str, Any]:
        """What the replica has become, and how."""
        return {
            "hash": write_tree(from_entities(self.entities)).tree_hash,
            "sequence": self.sequence,
            "accepted": self.accepted,
            "superseded": self.superseded,
            "refused": self.refused,
            "faults": self.faults,
            "fetched": self.fetched,
            "streamed": self.streamed,
            "round_trips": self.round_trips,
        }


def say(what: dict[str, Any]) -> None:
    """Print a line for whoever holds the race."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Wait for the start, race, wait for the end, tell."""
    address, song, token, name, operations, seed = sys.argv[1:]
    racer = Racer(address, song, token, name, int(seed))
    say({"ready": racer.sequence})
    sys.stdin.readline()
    while len(racer.accepted) < int(operations) and len(racer.faults) < MOST_FAULTS:
        try:
            racer.make()
        except ScoreError as error:
            # What the server tells contradicts itself; no client can follow.
            racer.faults.append(str(error))
    say({"made": len(racer.accepted)})
    final = int(sys.stdin.readline())
    deadline = time.monotonic() + 5
    try:
        while racer.sequence < final and time.monotonic() < deadline:
            racer.hear()
            time.sleep(0.01)
        racer.catch_up(final)
        told = racer.result()
    except Exception as error:  # noqa: BLE001 - whatever it is, the replica is lost
        told = {**racer.result(), "hash": "", "faults": [*racer.faults, repr(error)]}
    say(told)


if __name__ == "__main__":
    main()
