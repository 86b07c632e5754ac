#!/usr/bin/env python3
"""Edit a song while somebody else does: a client of the REST API, standard library only.

Run it twice at the same time, on one song that you may edit::

    export ARIAFORGE_TOKEN=...      # scopes read and write
    python edit_together.py http://127.0.0.1:8000 SONG_ID
    python edit_together.py http://127.0.0.1:8000 SONG_ID --as-second

The first one adds notes, late as people play them; the second one moves such notes onto the
grid of sixteenths. Each keeps a copy of its own of the whole document, hears of the other's
edits through the event stream, and works the hash of its copy out by itself. In the end both
print the same hash, and the server says the same.

docs/api.md describes what is sent. Copy and change this file as you like.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import queue
import random
import re
import secrets
import sys
import threading
import time
import urllib.error
import urllib.request
from typing import Any

SIXTEENTH = 120  # ticks, of 480 per quarter note
WINDOW_TICKS = 128 * SIXTEENTH  # notes are hashed in stretches of eight bars of 4/4
ATTEMPTS = 5
# The lists of a document, the kind of entity in each, and what it is sorted by before the id.
LISTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "tempos": ("tempo", ("tick",)),
    "meters": ("meter", ("tick",)),
    "keys": ("key", ("tick",)),
    "sections": ("section", ("start",)),
    "chords": ("chord", ("start",)),
    "tracks": ("track", ("position",)),
    "lines": ("line", ("position",)),
    "syllables": ("syllable", ()),
}
IN_TRACK: dict[str, tuple[str, tuple[str, ...]]] = {
    "notes": ("note", ("start", "pitch")),
    "automation": ("automation", ("tick",)),
}
# Fields that a document leaves out where they have this value; so it does with all that are null.
LEFT_OUT: dict[str, Any] = {
    **dict.fromkeys(("timing", "articulation", "dynamics"), 0),
    **dict.fromkeys(("automatic_level", "automatic_balance"), True),
    **{f"{group}_gain_db": 0 for group in ("front", "harmony", "bass", "drums")},
    "mix_preset": "",
}


class RefusedError(Exception):
    """The server answered with an error."""

    def __init__(self, answer: urllib.error.HTTPError) -> None:
        self.status = answer.code
        message = answer.read().decode(errors="replace")
        if answer.headers.get_content_type() == "application/json":
            message = json.loads(message)["error"]["message"]
        super().__init__(f"{self.status}: {message}")


class Server:
    """The endpoints of one song."""

    def __init__(self, address: str, token: str, song: str) -> None:
        api = f"{address.rstrip('/')}/api/v1"
        self.song = f"{api}/compositions/{song}"
        self.events = f"{api}/events/?topic=composition:{song}"
        self.headers = {"Authorization": f"Token {token}", "Accept": "application/json"}

    def ask(self, url: str, body: Any = None) -> tuple[Any, Any]:
        """GET, or POST ``body``; return the JSON of the answer and its headers.

        What is sent may be sent again: operations have ids, and the server does each once.
        """
        data = None if body is None else json.dumps(body).encode()
        headers = self.headers | ({"Content-Type": "application/json"} if data else {})
        for attempt in range(1, ATTEMPTS + 1):
            try:
                request = urllib.request.Request(url, data, headers)
                with urllib.request.urlopen(request, timeout=60) as answer:
                    return json.loads(answer.read()), answer.headers
            except OSError as error:
                # Too many requests, or the server is away for a moment: again, a little later.
                if isinstance(error, urllib.error.HTTPError) and error.code not in (429, 503):
                    raise RefusedError(error) from error
                if attempt == ATTEMPTS:
                    raise
                time.sleep(attempt)
        raise AssertionError("unreachable")


class News(threading.Thread):
    """Listens to the events of the song and puts them into a queue."""

    def __init__(self, server: Server) -> None:
        super().__init__(daemon=True)
        self.server = server
        self.events: queue.Queue[tuple[str, Any]] = queue.Queue()
        self.is_open = threading.Event()
        self._last_id = ""

    def run(self) -> None:
        """Read on until the program ends; come back where the stream broke off."""
        while True:
            headers = self.server.headers | {"Last-Event-ID": self._last_id}
            request = urllib.request.Request(self.server.events, None, headers)
            try:
                # The server shows life every 15 seconds.
                with urllib.request.urlopen(request, timeout=45) as stream:
                    self._read(stream)
            except (OSError, ValueError) as error:
                print(f"The event stream broke off ({error}); trying again.", file=sys.stderr)
            time.sleep(1)

    def _read(self, stream: Any) -> None:
        name, data = "", ""
        for raw in stream:
            field, _, value = raw.decode().rstrip("\r\n").partition(": ")
            if field == "id":
                self._last_id = value
                self.is_open.set()
            elif field == "event":
                name = value
            elif field == "data":
                data += value
            elif not field and not value and name:
                self.events.put((name, json.loads(data)))
                name, data = "", ""


class Copy:
    """The document as this program knows it: entity id -> kind and fields."""

    def __init__(self, document: dict[str, Any], sequence: int) -> None:
        self.sequence = sequence
        # Beside the lists stand the title, the metadata and what is set of the song's mix.
        outside = {"format", "version", "revision", *LISTS}
        meta = {name: value for name, value in document.items() if name not in outside}
        self.entities: dict[str, dict[str, Any]] = {"meta": {"kind": "meta", **meta}}
        for name, (kind, _) in LISTS.items():
            for item in document[name]:
                for inner, (inner_kind, _) in IN_TRACK.items() if kind == "track" else ():
                    for thing in item.pop(inner):
                        held = {**thing, "kind": inner_kind, "track": item["id"]}
                        self.entities[held.pop("id")] = held
                if kind == "section":
                    item["section_kind"] = item.pop("kind")
                fields = {**item, "kind": kind}
                self.entities[fields.pop("id")] = fields

    def apply(self, effects: list[dict[str, Any]]) -> None:
        """Do what a batch of edits did."""
        for effect in effects:
            key, after = effect["entity_id"], effect["after"]
            if effect["action"] == "remove":
                self.entities.pop(key, None)
            elif effect["action"] == "add":
                self.entities[key] = {"kind": effect["kind"], **after}
            else:
                gone = effect["before"].keys() - after.keys()
                self.entities[key] = {
                    name: value
                    for name, value in (self.entities[key] | after).items()
                    if name not in gone and value is not None and value != LEFT_OUT.get(name)
                }

    def of(self, kind: str, order: tuple[str, ...] = ()) -> list[dict[str, Any]]:
        """Return the entities of a kind as the document lists them, in order."""
        held = self.entities.items()
        found = [{"id": key, **fields} for key, fields in held if fields["kind"] == kind]
        for item in found:
            del item["kind"]
            if kind == "section":
                item["kind"] = item.pop("section_kind")
        return sorted(found, key=lambda item: (*(item[name] for name in order), item["id"]))

    def tree_hash(self) -> str:
        """Return the hash of the document, as the server's ``ETag`` has it.

        It is that of the hashes of its parts: title and metadata, the structure, the lyrics,
        and each track's notes (in windows of eight bars) and automation.
        """
        lists = {name: self.of(*kind_and_order) for name, kind_and_order in LISTS.items()}
        held: dict[tuple[str, str], list[Any]] = {}
        for kind, order in IN_TRACK.values():
            for item in self.of(kind, order):
                held.setdefault((item.pop("track"), kind), []).append(item)
        tracks: dict[str, str] = {}
        place: dict[str, int] = {}
        for track in lists["tracks"]:
            windows: dict[str, list[Any]] = {}
            for note in held.get((track["id"], "note"), ()):
                windows.setdefault(str(note["start"] // WINDOW_TICKS), []).append(note)
                place[note["id"]] = len(place)
            index: dict[str, Any] = {"windows": {key: _hash(one) for key, one in windows.items()}}
            if automation := held.get((track["id"], "automation")):
                index["automation"] = _hash(automation)
            tracks[track["id"]] = _hash(index)
        meta = self.entities["meta"]
        mix = {key: meta[key] for key in meta if key not in ("kind", "title", "metadata")}
        lines, syllables = lists.pop("lines"), lists.pop("syllables")
        # Syllables are in the order of their notes.
        syllables.sort(key=lambda item: place[item["note_id"]])
        return _hash(
            {
                "meta": _hash({"title": meta["title"], "metadata": meta["metadata"]}),
                "structure": _hash(lists | mix),
                "lyrics": _hash({"lines": lines, "syllables": syllables}),
                "tracks": tracks,
            }
        )


def _hash(value: Any) -> str:
    """Return the SHA-256 of the canonical JSON, in UTF-8."""
    return hashlib.sha256(_canonical(value).encode()).hexdigest()


def _canonical(value: Any) -> str:
    """Return JSON with sorted keys, without white space, fractions rounded to six decimals."""
    if isinstance(value, dict):
        items = (f"{_canonical(key)}:{_canonical(value[key])}" for key in sorted(value))
        return f"{{{','.join(items)}}}"
    if isinstance(value, list):
        return f"[{','.join(map(_canonical, value))}]"
    if isinstance(value, float):
        value = round(value, 6) + 0.0  # adding zero takes the sign from zero
        if 0 < abs(value) < 1e-5:
            return f"{round(value * 1e6)}e-6"
        return f"{value:.6f}".rstrip("0") if 0 < abs(value) < 1e-4 else repr(value)
    return json.dumps(value, ensure_ascii=False)


class Client:
    """One of the two who edit: it keeps its copy up to date and sends edits."""

    def __init__(self, name: str, server: Server, edits: int) -> None:
        self.name, self.server, self.edits = name, server, edits
        self.news = News(server)
        self.made = self.heard = 0
        self.other_is_done, self.added = False, ""
        # Listen first, then read the document: nothing is missed in between.
        self.news.start()
        if not self.news.is_open.wait(60):
            raise SystemExit("The event stream did not open.")
        self.read_all()

    def say(self, text: str) -> None:
        """Print a line at once, so that two programs can share a screen."""
        print(f"{self.name}: {text}", flush=True)

    def read_all(self) -> None:
        """Read the whole document."""
        document, headers = self.server.ask(f"{self.server.song}/document/")
        self.copy = Copy(document, document["revision"])
        expected = headers["ETag"].strip('"')
        if self.copy.tree_hash() != expected:
            raise SystemExit(f"{self.name}: the document does not have the hash {expected}.")

    def edit(self, what: str, operations: list[dict[str, Any]]) -> bool:
        """Send a batch of edits; return whether it was done."""
        name = f"{self.name}: {what}, {self.made + 1} of {self.edits}"
        for operation in operations:
            operation["op_id"] = secrets.token_hex(8)
        body = {"name": name, "base_sequence": self.copy.sequence, "operations": operations}
        try:
            batch, _ = self.server.ask(f"{self.server.song}/edits/", body)
        except RefusedError as refused:
            if refused.status != 409:
                raise
            # Locked, or at odds with what somebody did meanwhile: look again.
            self.say(f"“{name}” was refused: {refused}")
            self.read_all()
            return False
        self.made += 1
        self.take_in(batch["sequence"], batch["name"], batch["effects"])
        return True

    def listen(self, seconds: float) -> bool:
        """Take in what happened; wait at most ``seconds`` for it. Return whether it did."""
        try:
            event, data = self.news.events.get(timeout=seconds)
        except queue.Empty:
            return False
        if event == "edit":
            self.take_in(data["sequence"], data["name"], data.get("effects"))
        elif event in ("document", "reset"):
            self.read_all()  # restored, merged, composed anew; or some events are lost for good
        return True

    def take_in(self, sequence: int, name: str, effects: list[dict[str, Any]] | None) -> None:
        """Bring the copy up to edit ``sequence``; fetch what is missing before it."""
        if sequence == self.copy.sequence + 1 and effects is not None:
            self._apply(sequence, name, effects)
        while sequence > self.copy.sequence:
            page, _ = self.server.ask(f"{self.server.song}/edits/?after={self.copy.sequence}")
            for batch in page["results"]:
                if batch["version"]:
                    self.read_all()
                    return
                self._apply(batch["sequence"], batch["name"], batch["effects"])

    def _apply(self, sequence: int, name: str, effects: list[dict[str, Any]]) -> None:
        self.copy.apply(effects)
        self.copy.sequence = sequence
        if name.startswith(f"{self.name}: "):
            return
        self.heard += 1
        self.say(f"heard edit {sequence}, “{name}”")
        self.other_is_done |= bool(re.search(r", (\d+) of \1$", name))

    def track(self) -> str:
        """Return the first track that is not locked and no drum kit."""
        for track in self.copy.of(*LISTS["tracks"]):
            if not track["locked"] and not track["percussion"]:
                return str(track["id"])
        raise SystemExit("The song has no track that can be edited.")

    def add_a_note(self) -> bool:
        """Add a note a little late, and let the one that was added before be softer."""
        note = {
            "kind": "note",
            "track": self.track(),
            "start": random.randrange(256) * SIXTEENTH + random.randrange(1, 60),
            "duration": random.choice((110, 230, 470)),
            "pitch": random.choice((60, 62, 64, 65, 67, 69, 71, 72)),
            "velocity": random.randrange(60, 100),
        }
        before, self.added = self.added, secrets.token_hex(8)
        operations: list[dict[str, Any]] = [{"entity_id": self.added, "add": note}]
        if before in self.copy.entities:
            softer = self.copy.entities[before]["velocity"] - 10
            operations.append({"entity_id": before, "set": {"velocity": max(1, softer)}})
        return self.edit("add a note", operations)

    def quantise_a_note(self) -> bool:
        """Move the first note that is off the grid onto it; False when all are on it."""
        track = self.track()
        for note in self.copy.of(*IN_TRACK["notes"]):
            if note["track"] == track and note["start"] % SIXTEENTH and not note["locked"]:
                start = round(note["start"] / SIXTEENTH) * SIXTEENTH
                return self.edit("quantise", [{"entity_id": note["id"], "set": {"start": start}}])
        return False


def main() -> int:
    """Make one edit, wait for the other one, make all edits; end when both have.

    Whoever makes the last edit has heard of the other before, so the other hears of it.
    """
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("address", help="of the studio, such as http://127.0.0.1:8000")
    parser.add_argument("song", help="the id of a song that you may edit")
    parser.add_argument("--token", default=os.environ.get("ARIAFORGE_TOKEN", ""))
    parser.add_argument("--as-second", action="store_true", help="quantise instead of adding")
    parser.add_argument("--edits", type=int, default=10, help="how many, 2 at least (10)")
    parser.add_argument("--patience", type=float, default=120, help="seconds to wait (120)")
    asked = parser.parse_args()
    server = Server(asked.address, asked.token, asked.song)
    server.ask(f"{server.song}/")  # refuses now what it would refuse later
    client = Client("second" if asked.as_second else "first", server, max(2, asked.edits))
    client.say(f"the song is at edit {client.copy.sequence}")
    last = time.monotonic()
    while client.made < client.edits or not client.other_is_done:
        happened = False
        if client.made < client.edits and (not client.made or client.heard):
            happened = client.quantise_a_note() if asked.as_second else client.add_a_note()
        while client.listen(0.02 if happened else 1.0):
            happened = True
            if client.news.events.empty():
                break
        last = time.monotonic() if happened else last
        if time.monotonic() - last > asked.patience:
            client.say("nobody else edits the song; start the other one as well.")
            return 1
    _, headers = server.ask(f"{server.song}/document/")
    mine, theirs = client.copy.tree_hash(), headers["ETag"].strip('"')
    client.say(f"made {client.made} edits and heard of {client.heard} others")
    client.say(f"edit {client.copy.sequence}, document {mine}")
    client.say("the server has the same" if mine == theirs else f"the server has {theirs}")
    return int(mine != theirs)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (RefusedError, OSError) as error:
        sys.exit(f"The server refused: {error}")
