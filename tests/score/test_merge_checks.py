"""Musical checks of a merge: what they find, what they leave alone, and that fixes mend it."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from compositions import composer
from compositions.score.diff import apply_changes
from compositions.score.document import MeterChange
from compositions.score.entities import Entities, from_entities, to_entities
from compositions.score.harmony import pitch_class
from compositions.score.instrument_ranges import instrument_range, octave_into
from compositions.score.merge import merge
from compositions.score.merge_check_harmony import fits, strong_places
from compositions.score.merge_checks import apply_fixes, check_merge
from compositions.score.serialisation import from_dict, to_dict
from compositions.score.validation import validate
from tests.score.edits import edited
from tests.score.merge_songs import (
    BAR,
    changed,
    chord,
    found,
    note,
    nothing_found,
    section,
    song,
    syllable,
)
from tests.score.strategies import scores

quick = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def crowded_sides(draw: st.DrawFn) -> tuple[Entities, Entities, Entities]:
    """A score and two copies in which both sides also put things at the same few places."""
    base = to_entities(to_dict(draw(scores(most_tracks=2))))
    return (
        base,
        crowd(draw, draw(edited(base, "o")), "u"),
        crowd(draw, draw(edited(base, "t")), "v"),
    )


def crowd(draw: st.DrawFn, entities: Entities, prefix: str) -> Entities:
    tracks = [key for key, fields in entities.items() if fields["kind"] == "track"]
    silent = {fields.get("note_id") for fields in entities.values()}
    for number in range(draw(st.integers(0, 4)) if tracks else 0):
        track, key = draw(st.sampled_from(tracks)), f"{prefix}{number}"
        tick = draw(st.sampled_from([0, 30, 240, 480]))
        entities[key] = note(
            track, tick, draw(st.sampled_from([60, 61])), draw(st.integers(1, 127))
        )
        if key not in silent and draw(st.booleans()):
            entities[f"{key}s"] = syllable(key, "la")
    taken = {(f["track"], f["tick"], f["parameter"]) for f in entities.values() if "parameter" in f}
    if tracks and (tracks[0], 240, "cc11") not in taken and draw(st.booleans()):
        entities[f"{prefix}a"] = {
            "kind": "automation", "track": tracks[0], "tick": 240, "parameter": "cc11",
            "value": float(draw(st.integers(0, 2))),
        }  # fmt: skip
    for kind, new in (("section", section), ("chord", chord)):
        ends = [f["start"] + f["duration"] for f in entities.values() if f["kind"] == kind]
        if draw(st.booleans()):
            start = max(ends, default=0) + draw(st.sampled_from([0, 100]))
            entities[f"{prefix}{kind}"] = new(start, draw(st.integers(1, 3000)))
    ticks = {fields["tick"] for fields in entities.values() if fields["kind"] == "tempo"}
    if 480 not in ticks and draw(st.booleans()):
        entities[f"{prefix}t"] = {
            "kind": "tempo",
            "tick": 480,
            "bpm": draw(st.sampled_from([90.0, 95.0])),
        }
    return entities


def problems(entities: Entities) -> list[Any]:
    return validate(from_dict(from_entities(entities)))


@quick
@given(crowded_sides())
def test_a_fix_makes_its_warning_go_away(sides: tuple[Entities, Entities, Entities]) -> None:
    base, ours, theirs = sides
    merged = merge(base, ours, theirs).entities
    warnings = check_merge(base, ours, theirs, merged)
    assert len({warning.id for warning in warnings}) == len(warnings)
    assert check_merge(base, ours, theirs, merged) == warnings
    for warning in warnings:
        event(warning.kind)
        assert bool(warning.fix) == bool(warning.fix_words)
        mended = apply_changes(merged, warning.fix)
        left = {entry.id for entry in check_merge(base, ours, theirs, mended)}
        assert (warning.id in left) == (not warning.fix)


@quick
@given(crowded_sides())
def test_all_fixes_together_leave_a_valid_score(sides: tuple[Entities, Entities, Entities]) -> None:
    base, ours, theirs = sides
    assert problems(ours) == problems(theirs) == []
    merged = merge(base, ours, theirs).entities
    warnings = check_merge(base, ours, theirs, merged)
    if not any(warning.blocking for warning in warnings):
        assert problems(merged) == []
    mended, _ = apply_fixes(base, ours, theirs, merged, [w.id for w in warnings if w.blocking])
    assert not [w for w in check_merge(base, ours, theirs, mended) if w.blocking]
    assert problems(mended) == []
    mended, _ = apply_fixes(base, ours, theirs, merged, [warning.id for warning in warnings])
    assert problems(mended) == []


@quick
@given(crowded_sides())
def test_what_only_one_side_did_is_never_warned_of(
    sides: tuple[Entities, Entities, Entities],
) -> None:
    base, ours, theirs = sides
    assert check_merge(base, ours, base, merge(base, ours, base).entities) == []
    assert check_merge(base, base, theirs, merge(base, base, theirs).entities) == []
    assert check_merge(base, ours, ours, merge(base, ours, ours).entities) == []


def test_of_two_notes_at_once_the_louder_stays_with_the_words() -> None:
    ours = {"a": note("lead", BAR, 72, 70), "s": syllable("a", "la")}
    warning, mended = found(ours, {"b": note("lead", BAR + 20, 72, 90)}, "doubled_note")
    assert warning.message == "Lead, bar 2: C5 sounds twice at once, once from each side"
    assert warning.fix_words == "Keep the louder of those that begin together"
    assert (warning.bars, warning.entity_ids) == ((2, 2), ("a", "b"))
    assert "a" not in mended
    assert mended["s"]["note_id"] == "b"


def test_a_note_that_another_begins_in_ends_there() -> None:
    warning, mended = found(
        {"a": note("lead", BAR, 72, 70, 960)},
        {"b": note("lead", BAR + 480, 72, 90)},
        "doubled_note",
    )
    assert warning.fix_words == "End the earlier note where the later begins"
    assert mended["a"]["duration"] == 480
    assert mended["b"]["duration"] == 480


def test_a_locked_note_is_not_offered_to_be_changed() -> None:
    both = {name: {**note("lead", BAR, 72), "locked": True} for name in "ab"}
    warning, _ = found({"a": both["a"]}, {"b": both["b"]}, "doubled_note")
    assert (warning.fix, warning.fix_words) == ((), "")
    _, mended = found(
        {"a": {**both["a"], "velocity": 1}}, {"b": note("lead", BAR, 72)}, "doubled_note"
    )
    assert "b" not in mended, "the quieter note is locked, so it stays"


def test_notes_of_other_pitches_and_tracks_are_no_doubles() -> None:
    nothing_found(
        {"a": note("lead", BAR, 72)}, {"b": note("lead", BAR, 79), "c": note("kit", BAR, 72)}
    )


def test_a_note_under_another_chord_moves_to_its_nearest_tone() -> None:
    # E is right over our C, not over their E flat.
    warning, mended = found({"a": note("lead", BAR, 76)}, {"c1": {"root": "Eb"}}, "chord_clash")
    assert warning.message == "Lead, bar 2: E5 lies outside the chord Eb"
    assert warning.fix_words == "Move to the nearest note of Eb"
    assert warning.entity_ids == ("a", "c1")
    assert mended["a"]["pitch"] == 75


@pytest.mark.parametrize(
    ("new", "theirs"),
    [
        (note("lead", BAR + 480, 76), {"c1": {"root": "Eb"}}),  # on a weak beat
        (note("lead", BAR, 69), {"c1": {"quality": "7"}}),  # the thirteenth of C7
        (note("lead", BAR, 74), {"c1": {"root": "C", "quality": "maj9"}}),  # a chord tone
        (note("kit", BAR, 76), {"c1": {"root": "Eb"}}),  # a drum
        (note("lead", BAR, 76), {"c2": {"root": "Eb"}}),  # elsewhere
        (note("lead", BAR, 77), {"c1": {"quality": "maj7"}}),  # F clashed with our C already
        (note("lead", BAR, 76), {"c1": None}),  # no chord left to clash with
    ],
)
def test_what_is_no_clash(new: Any, theirs: dict[str, Any]) -> None:
    nothing_found({"a": new}, theirs)


def test_a_passing_note_is_no_clash_and_a_long_one_is() -> None:
    theirs = {"c1": {"root": "Eb"}}
    goes_on = {"b": note("lead", BAR + 480, 75)}
    nothing_found({"a": note("lead", BAR, 76, duration=480), **goes_on}, theirs)
    found({"a": note("lead", BAR, 76, duration=481), **goes_on}, theirs, "chord_clash")
    leaps = {"b": note("lead", BAR + 480, 79)}
    found({"a": note("lead", BAR, 76, duration=480), **leaps}, theirs, "chord_clash")


@pytest.mark.parametrize(
    ("symbol", "clashing"),
    [
        (("C", "", ""), "Db Eb F Ab"),
        (("C", "m", ""), "Db E F# Ab"),
        (("C", "7", ""), "F B"),
        (("C", "maj7", ""), "Db Eb F Ab Bb"),
        (("C", "5", ""), "Db Ab"),
        (("C", "", "F"), "Db Eb Ab"),
        (("G", "7", ""), "C F#"),
    ],
)
def test_which_notes_clash_with_a_chord(symbol: tuple[str, str, str], clashing: str) -> None:
    fields = dict(zip(("root", "quality", "bass"), symbol, strict=True))
    clashes = {pitch for pitch in range(12) if not fits(pitch, fields)}
    assert clashes == {pitch_class(name) for name in clashing.split()}


def test_strong_beats_follow_the_meter() -> None:
    places = {
        (4, 4): (0, 960),
        (3, 4): (0,),
        (2, 4): (0,),
        (6, 8): (0,),
        (12, 8): (0, 1440),
        (5, 4): (0,),
    }
    for (numerator, denominator), expected in places.items():
        assert strong_places(MeterChange("", 0, numerator, denominator)) == expected


def test_notes_below_a_new_instrument_move_up_by_octaves() -> None:
    # Our flute goes down to B3; on their trombone E2 was there.
    warning, mended = found(
        {"lead": {"name": "Flute"}, "x": note("lead", 480, 40)}, {"lead": {"program": 73}},
        "out_of_range", changed(song(), lead={"program": 57}),
    )  # fmt: skip
    assert warning.message == "Flute, bar 1: 1 note lies outside the range of Flute, B3 to D7"
    assert mended["x"]["pitch"] == 64


def test_fixes_of_the_same_notes_are_made_one_after_the_other() -> None:
    base = song()
    ours = changed(base, a=note("lead", BAR, 72, 70, 4 * BAR))
    theirs = changed(
        base,
        b=note("lead", BAR + 480, 72, 90),
        c=note("lead", 3 * BAR, 72),
        d=note("lead", BAR, 72),
    )
    merged = merge(base, ours, theirs).entities
    warnings = check_merge(base, ours, theirs, merged)
    assert [warning.bars for warning in warnings] == [(2, 2), (4, 4)]
    mended, left = apply_fixes(base, ours, theirs, merged, [warning.id for warning in warnings])
    assert check_merge(base, ours, theirs, mended) == []
    assert left == [warnings[1].id], "gone with the first fix"
    assert "a" not in mended


def test_a_warning_is_plain_data() -> None:
    warning, _ = found({"a": syllable("n1", "la")}, {"b": syllable("n1", "lo")}, "shared_note")
    assert warning.to_dict() == {
        "id": "shared_note:n1",
        "kind": "shared_note",
        "message": "Lead, bar 1: “la” and “lo” are sung on one note",
        "bars": [1, 1],
        "entity_ids": ["n1", "a", "b"],
        "blocking": True,
        "fix": [change.to_dict() for change in warning.fix],
        "fix_words": "Keep “la”",
    }


def test_the_instruments_of_the_composer_have_the_pitches_that_it_writes() -> None:
    data = Path(composer.__file__).parent / "data" / "instruments.json"
    for instrument in json.loads(data.read_text()):
        if instrument.get("bank"):
            continue
        low, high = instrument_range(instrument["program"], percussion=instrument["percussion"])
        assert low <= instrument["low"] < instrument["high"] <= high, instrument["name"]


def test_every_range_has_an_octave() -> None:
    for program in range(128):
        low, high = instrument_range(program)
        assert high - low >= 12
        assert all(low <= octave_into(pitch, low, high) <= high for pitch in range(128))
