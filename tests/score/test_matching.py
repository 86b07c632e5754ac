"""An imported song is the present one again, with what was edited in between as changes."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compositions.score.diff import diff
from compositions.score.document import (
    AutomationPoint,
    Chord,
    KeyChange,
    LyricLine,
    MeterChange,
    Mode,
    Note,
    Score,
    Section,
    Syllable,
    TempoChange,
    Track,
    TrackRole,
    mint_id,
)
from compositions.score.entities import Plain, from_entities, to_entities
from compositions.score.matching import match_ids
from compositions.score.matching_positions import place_between
from compositions.score.midi import read_midi, write_midi
from compositions.score.serialisation import from_dict, to_dict
from compositions.score.validation import validate
from tests.score.edits import edited
from tests.score.strategies import scores

quick = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
EVERYTHING: frozenset[str] = frozenset()


def renamed(data: Plain, seed: int = 1) -> Plain:
    """The same score as a file reader gives it: other ids, and positions that count from 1."""
    rng = random.Random(seed)
    entities = to_entities(data)
    for name in ("tracks", "lines"):
        for place, item in enumerate(data[name], start=1):
            entities[item["id"]]["position"] = float(place)
    ids = {key: key if key == "meta" else mint_id(rng) for key in entities}
    references = ("track", "note_id", "section_id", "line_id")
    return from_entities(
        {
            ids[key]: {
                name: ids.get(value, value) if name in references else value
                for name, value in fields.items()
            }
            for key, fields in entities.items()
        }
    )


def without_ids(value: Any) -> Any:
    """Plain data in which nothing has an id."""
    if isinstance(value, dict):
        return {name: without_ids(item) for name, item in value.items() if name != "id"}
    return [without_ids(item) for item in value] if isinstance(value, list) else value


@st.composite
def songs(draw: st.DrawFn) -> Plain:
    return from_entities(draw(edited(to_entities(to_dict(draw(scores()))), "b", most=4)))


@quick
@given(songs(), st.integers(0, 2**16))
def test_a_song_without_its_ids_is_that_song(data: Plain, seed: int) -> None:
    assert match_ids(data, renamed(data, seed)) == data
    assert match_ids(data, renamed(data, seed), unsaid=EVERYTHING) == data


@quick
@given(songs())
def test_ids_may_be_missing_altogether(data: Plain) -> None:
    bare = without_ids({**data, "syllables": [], "lines": []})
    assert match_ids(data, bare) == data


@quick
@given(songs(), songs(), st.booleans())
def test_any_import_gives_a_valid_score(present: Plain, other: Plain, guess: bool) -> None:
    result = match_ids(present, other, unsaid=None if guess else EVERYTHING)
    assert validate(from_dict(result)) == []
    assert from_entities(to_entities(result)) == result


@quick
@given(songs(), st.data())
def test_edits_made_elsewhere_come_back_as_about_as_many_changes(
    data: Plain, draw: st.DataObject
) -> None:
    before = to_entities(data)
    after = draw.draw(edited(before, "a"))
    found = match_ids(data, renamed(from_entities(after)), unsaid=EVERYTHING)
    # What names something that came back as something new follows it.
    follows = {"note_id", "section_id", "line_id"}
    made = [
        change
        for change in diff(before, to_entities(found))
        if change.action != "set" or not follows.issuperset(change.after or {})
    ]
    assert len(made) <= 2 * len(diff(before, after))


@quick
@given(scores())
def test_a_midi_file_of_the_song_is_that_song(score: Score) -> None:
    """Locks, origins, presets, Roman numerals, phonemes, lines and comments are no loss."""
    data = to_dict(score)
    imported = to_dict(read_midi(write_midi(score)).score)
    assert diff(to_entities(data), to_entities(match_ids(data, imported))) == []


SONG = Score(
    "Song",
    (TempoChange("t0", 0, 93.0),),
    (MeterChange("m0", 0, 3, 4),),
    (KeyChange("k0", 0, "D", Mode.DORIAN),),
    (
        Section("s0", 0, 5760, "Verse", "verse", 0.3),
        Section("s1", 5760, 5760, "Chorus", locked=True),
    ),
    (Chord("c0", 0, 2880, "D", "m7", roman="i7"), Chord("c1", 2880, 2880, "G", "7", roman="IV7")),
    tuple(
        Track(
            key,
            name,
            TrackRole.LEAD,
            program,
            gain_db=-3.0,
            preset="warm",
            position=position,
            notes=tuple(
                Note(
                    f"{key}n{number}", number * 480, 240, pitch + number % 5, 90, origin="composer"
                )
                for number in range(24)
            ),
            automation=(AutomationPoint(f"{key}a", 0, "cc11", 100.0),),
        )
        for key, name, program, pitch, position in (
            ("x0", "Lead", 73, 72, 1.0),
            ("x1", "Low", 42, 48, 2.5),
        )
    ),
    (Syllable("y0", "x0n0", "sing", phonemes=("S", "IH", "NG"), line_id="l0"),),
    {"comment": "mine"},
    (LyricLine("l0", "sing", "s0", "en", 1.0),),
)
PRESENT = to_dict(SONG)


def imported(change: Callable[[Plain], None]) -> Plain:
    data = renamed(PRESENT)
    change(data)
    return match_ids(PRESENT, data)


def changes(found: Plain) -> list[tuple[str, str, Any]]:
    return [
        (change.action, change.entity_id, change.after)
        for change in diff(to_entities(PRESENT), to_entities(found))
    ]


def test_what_the_file_does_not_say_stays() -> None:
    def bare(data: Plain) -> None:
        data["title"], data["metadata"] = "", {}
        data["tempos"] = [{"id": "q", "tick": 0, "bpm": 120.0}]
        data["keys"] = []
        data["sections"], data["chords"], data["lines"], data["syllables"] = [], [], [], []
        for track in data["tracks"]:
            track |= {"gain_db": 0.0, "program": 0, "preset": "", "automation": [], "role": "other"}
            for item in track["notes"]:
                item |= {"velocity": 80, "origin": "import"}

    assert changes(imported(bare)) == []


def test_what_a_file_rounds_off_is_no_change() -> None:
    def rounded(data: Plain) -> None:
        data["tempos"][0]["bpm"] = 60_000_000 / round(60_000_000 / 93.0)
        data["tracks"][0] |= {"gain_db": -3.04, "pan": 0.004, "reverb_send": 0.1969}
        data["sections"][0]["kind"] = "section"

    assert changes(imported(rounded)) == []


def test_what_the_file_says_is_taken() -> None:
    def remix(data: Plain) -> None:
        data["tempos"][0]["bpm"] = 100.0
        data["tracks"][0]["gain_db"] = 0.0
        data["tracks"][1]["program"] = 43
        data["chords"][0]["root"], data["chords"][0]["roman"] = "F", ""
        del data["chords"][1]
        data["metadata"] = {"source": "elsewhere"}

    assert changes(imported(remix)) == [
        ("set", "meta", {"metadata": {"comment": "mine", "source": "elsewhere"}}),
        ("set", "t0", {"bpm": 100.0}),
        ("set", "c0", {"root": "F", "roman": ""}),
        ("set", "x0", {"gain_db": 0.0}),
        ("set", "x1", {"program": 43, "preset": ""}),
        ("remove", "c1", None),
    ]


@pytest.mark.parametrize(
    ("field", "amount"), [("start", 4 * 1440), ("start", 37), ("pitch", 12), ("velocity", -20)]
)
def test_notes_that_changed_together_are_still_those_notes(field: str, amount: int) -> None:
    def change(data: Plain) -> None:
        data["tracks"][0]["name"] = "Track 1"
        for item in data["tracks"][0]["notes"][8:]:
            item[field] += amount

    found = changes(imported(change))
    assert {(action, key) for action, key, _ in found} == {("set", "x0")} | {
        ("set", f"x0n{number}") for number in range(8, 24)
    }


def test_a_track_split_in_two_keeps_its_notes() -> None:
    def split(data: Plain) -> None:
        notes = data["tracks"][0]["notes"]
        new = {
            **data["tracks"][0],
            "id": "new",
            "name": "Second",
            "notes": notes[16:],
            "automation": [],
        }
        data["tracks"][0]["notes"] = notes[:16]
        data["tracks"].insert(1, new)

    found = imported(split)
    assert [track["id"] for track in found["tracks"]] == ["x0", "new", "x1"]
    assert [track["position"] for track in found["tracks"]] == [1.0, 1.75, 2.5]
    moved = [entry for entry in changes(found) if entry[1] != "new"]
    assert moved == [("set", f"x0n{number}", {"track": "new"}) for number in range(16, 24)]


def test_an_id_of_something_else_is_not_taken_again() -> None:
    def clash(data: Plain) -> None:
        item = data["tracks"][0]["notes"][0]
        data["tracks"][0]["notes"].append({**item, "id": "x1n3", "start": 50_000, "pitch": 20})

    (added,) = changes(imported(clash))
    assert added[0] == "add"
    assert added[1] not in to_entities(PRESENT)


def test_tracks_in_another_order_move_as_few_as_can_be() -> None:
    items = [{"id": key, "position": float(place)} for place, key in enumerate("abcdef")]
    order = [items[index] for index in (1, 2, 0, 5, 3, 4)]
    order.insert(0, {"id": "new", "position": 1.0})
    place_between(order, set("abcdef"))
    positions = [item["position"] for item in order]
    assert positions == sorted(set(positions))
    kept = {item["id"] for item in order if item["position"] == ord(item["id"][0]) - ord("a")}
    assert kept == {"b", "c", "d", "e"}
