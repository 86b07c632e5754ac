"""Edits as clients send them: single operations, and random ones that fit a document.

Knows nothing of Django, for the clients of the race do not.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from compositions.score.document import mint_id
from compositions.score.entities import Entities, Fields
from tests.score.strips import any_mix_setting, any_strip_setting

BAR = 1920
Operation = dict[str, Any]


def op(entity_id: str, **what: Any) -> Operation:
    """An operation with a name of its own: ``op("n1", set={"pitch": 60})``."""
    return {"op_id": mint_id(), "entity_id": entity_id, **what}


class Edits:
    """Random operations that fit a replica of the document at the moment of asking."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.kinds: list[tuple[int, Callable[[Entities], Operation | None]]] = [
            (12, self.set_note),
            (6, self.add_note),
            (5, self.remove_note),
            (3, self.move_note),
            (4, self.set_chord),
            (3, self.add_chord),
            (2, self.remove_chord),
            (6, self.mix),
            (4, self.set_strip),
            (3, self.set_line),
            (2, self.add_line),
            (1, self.remove_line),
            (3, self.add_syllable),
            (2, self.set_syllable),
            (2, self.remove_syllable),
            (2, self.add_point),
            (2, self.set_point),
            (1, self.remove_point),
            (1, self.set_section),
            (1, self.remove_section),
            (1, self.set_tempo),
            (1, self.add_track),
            (1, self.remove_track),
            (1, self.move_track),
            (1, self.rename),
        ]

    def batch(self, entities: Entities, size: int) -> list[Operation]:
        """Up to ``size`` operations, each on another entity."""
        operations: dict[str, Operation] = {}
        weights = [weight for weight, _ in self.kinds]
        while len(operations) < size:
            make = self.rng.choices(self.kinds, weights)[0][1]
            operation = make(entities)
            if operation is not None:
                operations.setdefault(operation["entity_id"], operation)
        return list(operations.values())

    def mint(self) -> str:
        return mint_id(self.rng)

    def op(self, entity_id: str, **what: Any) -> Operation:
        return {"op_id": self.mint(), "entity_id": entity_id, **what}

    def pick(self, entities: Entities, kind: str) -> tuple[str, Fields] | None:
        keys = [key for key, fields in entities.items() if fields["kind"] == kind]
        if not keys:
            return None
        key = self.rng.choice(keys)
        return key, entities[key]

    def removal(self, entities: Entities, kind: str, at_least: int = 1) -> Operation | None:
        if sum(fields["kind"] == kind for fields in entities.values()) <= at_least:
            return None
        found = self.pick(entities, kind)
        return self.op(found[0], remove=True) if found else None

    def set_note(self, entities: Entities) -> Operation | None:
        found = self.pick(entities, "note")
        if found is None:
            return None
        values: Fields = {
            "pitch": self.rng.randrange(128),
            "velocity": self.rng.randrange(1, 128),
            "start": self.rng.randrange(0, 8 * BAR),
            "duration": self.rng.randrange(1, BAR),
            "timing": self.rng.choice((0, 0, self.rng.randrange(-60, 60))),
            "articulation": self.rng.choice((0, -30)),
            "dynamics": self.rng.choice((0, 7)),
        }
        names = self.rng.sample(sorted(values), self.rng.randint(1, 2))
        return self.op(found[0], set={name: values[name] for name in names})

    def add_note(self, entities: Entities) -> Operation | None:
        track = self.pick(entities, "track")
        if track is None:
            return None
        return self.op(
            self.mint(),
            add={
                "kind": "note",
                "track": track[0],
                "start": self.rng.randrange(0, 8 * BAR),
                "duration": self.rng.randrange(1, BAR),
                "pitch": self.rng.randrange(128),
                "velocity": self.rng.randrange(1, 128),
            },
        )

    def remove_note(self, entities: Entities) -> Operation | None:
        return self.removal(entities, "note", 4)

    def move_note(self, entities: Entities) -> Operation | None:
        found, track = self.pick(entities, "note"), self.pick(entities, "track")
        return self.op(found[0], set={"track": track[0]}) if found and track else None

    def set_chord(self, entities: Entities) -> Operation | None:
        found = self.pick(entities, "chord")
        root, quality = self.rng.choice("ABCDEFG"), self.rng.choice(["", "m", "7", "sus4"])
        return self.op(found[0], set={"root": root, "quality": quality}) if found else None

    def add_chord(self, entities: Entities) -> Operation | None:
        ends = [
            fields["start"] + fields["duration"]
            for fields in entities.values()
            if fields["kind"] == "chord"
        ]
        start = max(ends, default=0) + self.rng.randrange(3) * 480
        if start > 100 * BAR:
            return None
        fields = {"kind": "chord", "start": start, "duration": 480, "root": "G"}
        return self.op(self.mint(), add=fields)

    def remove_chord(self, entities: Entities) -> Operation | None:
        return self.removal(entities, "chord")

    def mix(self, entities: Entities) -> Operation | None:
        found = self.pick(entities, "track")
        values: Fields = {
            "gain_db": round(self.rng.uniform(-30, 6), 3),
            "pan": self.rng.uniform(-1, 1),
            "reverb_send": self.rng.random(),
            "muted": self.rng.random() < 0.5,
            "name": f"Track {self.rng.randrange(100)}",
        }
        name = self.rng.choice(sorted(values))
        return self.op(found[0], set={name: values[name]}) if found else None

    def set_strip(self, entities: Entities) -> Operation | None:
        found = self.pick(entities, "track") if self.rng.random() < 0.7 else None
        name, value = any_strip_setting(self.rng) if found else any_mix_setting(self.rng)
        return self.op(found[0] if found else "meta", set={name: value})

    def set_line(self, entities: Entities) -> Operation | None:
        found = self.pick(entities, "line")
        return self.op(found[0], set={"text": f"la {self.rng.random()}"}) if found else None

    def add_line(self, entities: Entities) -> Operation | None:
        section = self.pick(entities, "section")
        fields: Fields = {"kind": "line", "text": "A new line"}
        if section:
            fields["section_id"] = section[0]
        return self.op(self.mint(), add=fields)

    def remove_line(self, entities: Entities) -> Operation | None:
        return self.removal(entities, "line")

    def add_syllable(self, entities: Entities) -> Operation | None:
        sung = {f["note_id"] for f in entities.values() if f["kind"] == "syllable"}
        free = [k for k, f in entities.items() if f["kind"] == "note" and k not in sung]
        line = self.pick(entities, "line")
        if not free:
            return None
        fields: Fields = {"kind": "syllable", "note_id": self.rng.choice(free), "text": "la"}
        if line:
            fields["line_id"] = line[0]
        return self.op(self.mint(), add=fields)

    def set_syllable(self, entities: Entities) -> Operation | None:
        found = self.pick(entities, "syllable")
        fields = {"text": f"la{self.rng.randrange(99)}", "phonemes": ["L", "AA"]}
        return self.op(found[0], set=fields) if found else None

    def remove_syllable(self, entities: Entities) -> Operation | None:
        return self.removal(entities, "syllable")

    def add_point(self, entities: Entities) -> Operation | None:
        track = self.pick(entities, "track")
        if track is None:
            return None
        return self.op(
            self.mint(),
            add={
                "kind": "automation",
                "track": track[0],
                "tick": self.rng.randrange(0, 50 * BAR),
                "parameter": self.rng.choice(["cc1", "cc11", "pitch_bend"]),
                "value": self.rng.randrange(100),
            },
        )

    def set_point(self, entities: Entities) -> Operation | None:
        found = self.pick(entities, "automation")
        return self.op(found[0], set={"value": self.rng.randrange(100)}) if found else None

    def remove_point(self, entities: Entities) -> Operation | None:
        return self.removal(entities, "automation")

    def set_section(self, entities: Entities) -> Operation | None:
        found = self.pick(entities, "section")
        fields = {"energy": self.rng.random(), "section_kind": self.rng.choice(["verse", "solo"])}
        return self.op(found[0], set=fields) if found else None

    def remove_section(self, entities: Entities) -> Operation | None:
        return self.removal(entities, "section")

    def set_tempo(self, entities: Entities) -> Operation | None:
        found = self.pick(entities, "tempo")
        return self.op(found[0], set={"bpm": self.rng.uniform(60, 180)}) if found else None

    def add_track(self, entities: Entities) -> Operation | None:
        if sum(fields["kind"] == "track" for fields in entities.values()) > 6:
            return None
        return self.op(self.mint(), add={"kind": "track", "name": "New", "role": "pad"})

    def remove_track(self, entities: Entities) -> Operation | None:
        return self.removal(entities, "track", 3)

    def move_track(self, entities: Entities) -> Operation | None:
        found = self.pick(entities, "track")
        return self.op(found[0], set={"position": self.rng.uniform(0, 9)}) if found else None

    def rename(self, entities: Entities) -> Operation | None:
        return self.op("meta", set={"title": f"Song {self.rng.randrange(1000)}"})
