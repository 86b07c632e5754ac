"""Random edits of a score that keep it valid: what people, and composers, do to songs.

:func:`edited` is a Hypothesis strategy (an edited copy of entities); :func:`edit` does the same
with a plain random source, for sizes that Hypothesis does not draw.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import count
from typing import Any

from hypothesis import strategies as st

from compositions.score.document import Mode
from compositions.score.entities import META_ID, Entities, Fields, without_defaults
from compositions.score.harmony import CHORD_QUALITIES
from compositions.score.performed import LAYER
from tests.score.strips import any_mix_setting, any_strip_setting

Mint = Callable[[], str]
Edit = Callable[[Entities, random.Random, Mint], None]


@st.composite
def edited(draw: st.DrawFn, entities: Entities, prefix: str = "x", most: int = 8) -> Entities:
    """Draw an edited copy; ids of what is new begin with ``prefix``, so that two copies differ."""
    result = copy(entities)
    numbers = count()
    steps = draw(st.lists(st.tuples(st.sampled_from(EDITS), st.integers(0, 2**16)), max_size=most))
    for step, seed in steps:
        step(result, random.Random(seed), lambda: f"{prefix}{next(numbers)}")
    return result


def edit(entities: Entities, rng: random.Random, steps: int, prefix: str = "x") -> Entities:
    """Return a copy with ``steps`` random edits."""
    result = copy(entities)
    numbers = count()
    for _ in range(steps):
        rng.choice(EDITS)(result, rng, lambda: f"{prefix}{next(numbers)}")
    return result


def copy(entities: Entities) -> Entities:
    """A copy whose fields can be changed."""
    return {key: dict(fields) for key, fields in entities.items()}


def of_kind(entities: Entities, kind: str) -> list[str]:
    """Ids of the entities of one kind, in the order of the map."""
    return [key for key, fields in entities.items() if fields["kind"] == kind]


def pick(entities: Entities, rng: random.Random, kind: str) -> Fields | None:
    """The fields of one entity of a kind, None where there is none."""
    keys = of_kind(entities, kind)
    return entities[rng.choice(keys)] if keys else None


def set_note(entities: Entities, rng: random.Random, mint: Mint) -> None:
    if note := pick(entities, rng, "note"):
        name = rng.choice(["pitch", "start", "duration", "velocity", "locked", *LAYER])
        values: dict[str, Any] = {
            "pitch": rng.randint(0, 127),
            "start": rng.randint(0, 8000),
            "duration": rng.randint(1, 2000),
            "velocity": rng.randint(1, 127),
            "locked": not note["locked"],
        }
        if name not in LAYER:
            note[name] = values[name]
        elif value := rng.choice([0, 0, rng.randint(-60, 60)]):
            note[name] = value
        else:
            note.pop(name, None)


def transpose(entities: Entities, rng: random.Random, mint: Mint) -> None:
    tracks = of_kind(entities, "track")
    if tracks:
        track, step = rng.choice(tracks), rng.choice([-12, -1, 2, 12])
        for fields in entities.values():
            if fields.get("track") == track and fields["kind"] == "note":
                fields["pitch"] = min(127, max(0, fields["pitch"] + step))


def move_note(entities: Entities, rng: random.Random, mint: Mint) -> None:
    note, tracks = pick(entities, rng, "note"), of_kind(entities, "track")
    if note:
        note["track"] = rng.choice(tracks)


def add_note(entities: Entities, rng: random.Random, mint: Mint) -> None:
    if tracks := of_kind(entities, "track"):
        entities[mint()] = {
            "kind": "note",
            "track": rng.choice(tracks),
            "start": rng.randint(0, 8000),
            "duration": rng.randint(1, 2000),
            "pitch": rng.randint(0, 127),
            "velocity": rng.randint(1, 127),
            "locked": False,
            "origin": "user",
        }


def remove_note(entities: Entities, rng: random.Random, mint: Mint) -> None:
    if notes := of_kind(entities, "note"):
        remove(entities, rng.choice(notes))


def remove(entities: Entities, key: str) -> None:
    """Remove an entity with all that cannot be without it."""
    del entities[key]
    for other, fields in list(entities.items()):
        if other not in entities:
            continue
        if key in (fields.get("track"), fields.get("note_id")):
            remove(entities, other)
        for name in ("section_id", "line_id"):
            if fields.get(name) == key:
                fields[name] = ""


def set_track(entities: Entities, rng: random.Random, mint: Mint) -> None:
    if track := pick(entities, rng, "track"):
        name = rng.choice(["gain_db", "pan", "reverb_send", "muted", "program", "name", "preset"])
        values: dict[str, Any] = {
            "gain_db": rng.uniform(-30, 6),
            "pan": rng.uniform(-1, 1),
            "reverb_send": rng.random(),
            "muted": not track["muted"],
            "program": rng.randint(0, 127),
            "name": rng.choice(["Lead", "Bass", "Rhodes", "Keys"]),
            "preset": rng.choice(["", "warm", "dry"]),
        }
        track[name] = values[name]


def set_strip(entities: Entities, rng: random.Random, mint: Mint) -> None:
    keys = [*of_kind(entities, "track"), META_ID]
    key = rng.choice(keys)
    name, value = any_mix_setting(rng) if key == META_ID else any_strip_setting(rng)
    entities[key] = without_defaults({**entities[key], name: value})


def move_track(entities: Entities, rng: random.Random, mint: Mint) -> None:
    if track := pick(entities, rng, "track"):
        track["position"] = rng.uniform(-10, 10)


def add_track(entities: Entities, rng: random.Random, mint: Mint) -> None:
    if len(of_kind(entities, "track")) < 100:
        key = mint()
        entities[key] = {
            "kind": "track",
            "name": "New",
            "role": "pad",
            "program": rng.randint(0, 127),
            "bank": 0,
            "percussion": False,
            "gain_db": 0.0,
            "pan": 0.0,
            "reverb_send": 0.2,
            "muted": False,
            "solo": False,
            "preset": "",
            "position": rng.uniform(-10, 10),
            "locked": False,
        }


def remove_track(entities: Entities, rng: random.Random, mint: Mint) -> None:
    if tracks := of_kind(entities, "track"):
        remove(entities, rng.choice(tracks))


def set_tempo(entities: Entities, rng: random.Random, mint: Mint) -> None:
    if tempo := pick(entities, rng, "tempo"):
        tempo["bpm"] = round(rng.uniform(10, 400), 2)


def add_tempo(entities: Entities, rng: random.Random, mint: Mint) -> None:
    tick = rng.randint(1, 8000)
    if all(entities[key]["tick"] != tick for key in of_kind(entities, "tempo")):
        entities[mint()] = {"kind": "tempo", "tick": tick, "bpm": 90.0}


def set_meter(entities: Entities, rng: random.Random, mint: Mint) -> None:
    if meter := pick(entities, rng, "meter"):
        meter["numerator"] = rng.choice([2, 3, 4, 6, 7])


def set_key(entities: Entities, rng: random.Random, mint: Mint) -> None:
    if key := pick(entities, rng, "key"):
        key["tonic"], key["mode"] = rng.choice("CDEFGAB"), rng.choice(list(Mode)).value


def set_section(entities: Entities, rng: random.Random, mint: Mint) -> None:
    if section := pick(entities, rng, "section"):
        name = rng.choice(["label", "energy", "locked"])
        values: dict[str, Any] = {
            "label": rng.choice(["Verse", "Chorus", "Bridge"]),
            "energy": rng.random(),
            "locked": not section["locked"],
        }
        section[name] = values[name]


def swap_sections(entities: Entities, rng: random.Random, mint: Mint) -> None:
    """Let two neighbouring sections change places with the notes that begin in them."""
    keys = sorted(of_kind(entities, "section"), key=lambda key: entities[key]["start"])
    if len(keys) < 2:
        return
    place = rng.randrange(len(keys) - 1)
    one, other = entities[keys[place]], entities[keys[place + 1]]
    begin, middle, end = one["start"], other["start"], other["start"] + other["duration"]
    for fields in entities.values():
        if fields["kind"] == "note" and begin <= fields["start"] < end:
            fields["start"] += (end - middle) if fields["start"] < middle else (begin - middle)
    one["start"], other["start"] = end - one["duration"], begin


def add_section(entities: Entities, rng: random.Random, mint: Mint) -> None:
    ends = [
        entities[key]["start"] + entities[key]["duration"] for key in of_kind(entities, "section")
    ]
    entities[mint()] = {
        "kind": "section",
        "start": max(ends, default=0),
        "duration": 1920,
        "label": "Outro",
        "energy": 0.5,
        "locked": False,
    }


def remove_section(entities: Entities, rng: random.Random, mint: Mint) -> None:
    if sections := of_kind(entities, "section"):
        remove(entities, rng.choice(sections))


def set_chord(entities: Entities, rng: random.Random, mint: Mint) -> None:
    if chord := pick(entities, rng, "chord"):
        chord["root"], chord["quality"] = rng.choice("CDEFGAB"), rng.choice(CHORD_QUALITIES)


def remove_chord(entities: Entities, rng: random.Random, mint: Mint) -> None:
    if chords := of_kind(entities, "chord"):
        remove(entities, rng.choice(chords))


def set_line(entities: Entities, rng: random.Random, mint: Mint) -> None:
    if line := pick(entities, rng, "line"):
        line["text"] = rng.choice(["over the hill", "under the sea"])


def add_line(entities: Entities, rng: random.Random, mint: Mint) -> None:
    entities[mint()] = {
        "kind": "line",
        "text": "a new line",
        "section_id": rng.choice(["", *of_kind(entities, "section")]),
        "language": "en",
        "position": rng.uniform(-10, 10),
        "locked": False,
    }


def remove_line(entities: Entities, rng: random.Random, mint: Mint) -> None:
    if lines := of_kind(entities, "line"):
        remove(entities, rng.choice(lines))


def set_syllable(entities: Entities, rng: random.Random, mint: Mint) -> None:
    if syllable := pick(entities, rng, "syllable"):
        syllable["text"] = rng.choice(["la", "lo", "ly"])


def move_syllable(entities: Entities, rng: random.Random, mint: Mint) -> None:
    syllable = pick(entities, rng, "syllable")
    sung = {entities[key]["note_id"] for key in of_kind(entities, "syllable")}
    silent = [key for key in of_kind(entities, "note") if key not in sung]
    if syllable and silent:
        syllable["note_id"] = rng.choice(silent)


def set_automation(entities: Entities, rng: random.Random, mint: Mint) -> None:
    if point := pick(entities, rng, "automation"):
        point["value"] = float(rng.randint(0, 127))


def remove_automation(entities: Entities, rng: random.Random, mint: Mint) -> None:
    if points := of_kind(entities, "automation"):
        remove(entities, rng.choice(points))


def set_meta(entities: Entities, rng: random.Random, mint: Mint) -> None:
    if rng.random() < 0.5:
        entities[META_ID]["title"] = rng.choice(["One", "Two"])
    else:
        entities[META_ID]["metadata"] = {"tags": [rng.choice([1, 1.0, True, None, "x"])]}


EDITS: list[Edit] = [
    set_note,
    transpose,
    move_note,
    add_note,
    remove_note,
    set_track,
    set_strip,
    move_track,
    add_track,
    remove_track,
    set_tempo,
    add_tempo,
    set_meter,
    set_key,
    set_section,
    swap_sections,
    add_section,
    remove_section,
    set_chord,
    remove_chord,
    set_line,
    add_line,
    remove_line,
    set_syllable,
    move_syllable,
    set_automation,
    remove_automation,
    set_meta,
]
