"""Musical checks of a merge: time, sections, chords, and what no valid score has."""

from typing import Any

import pytest

from compositions.score import limits
from compositions.score.diff import apply_changes
from compositions.score.merge import merge
from compositions.score.merge_checks import check_merge
from tests.score.merge_songs import (
    BAR,
    changed,
    chord,
    found,
    note,
    section,
    song,
    syllable,
)


def test_overlapping_sections_block_until_one_gives_way() -> None:
    later = {"start": 3 * BAR, "duration": BAR}
    warning, mended = found(
        {"s1": {"duration": 3 * BAR}, "s2": later},
        {"x": section(2 * BAR, BAR, "Break"), "s2": later},
        "overlapping_sections",
    )
    assert warning.blocking
    assert warning.message == "Bar 3: “Verse” and “Break” overlap"
    assert mended["s1"]["duration"] == 2 * BAR


def test_of_two_sections_that_begin_together_ours_stays_with_the_lines() -> None:
    base = song()
    del base["s2"], base["l1"]
    line = {**song()["l1"], "section_id": "b"}
    warning, mended = found(
        {"a": section(2 * BAR, BAR, "Bridge")},
        {"b": section(2 * BAR, 2 * BAR, "Solo"), "l2": line},
        "overlapping_sections",
        base,
    )
    assert warning.fix_words == "Keep “Bridge” and remove “Solo”"
    assert "b" not in mended
    assert mended["l2"]["section_id"] == "a"


def test_overlapping_chords_block() -> None:
    short = {"duration": BAR}
    warning, mended = found(
        {"c1": short, "x": chord(BAR, BAR, "G")},
        {"c1": short, "y": chord(BAR + 960, 480, "A", "m")},
        "overlapping_chords",
    )
    assert (warning.blocking, warning.bars) == (True, (2, 2))
    assert mended["x"]["duration"] == 960


def test_a_gap_that_nobody_had_can_be_closed() -> None:
    base = changed(song(), s3=section(4 * BAR, BAR, "Outro"))
    warning, mended = found(
        {"s1": {"duration": BAR}, "s2": {"start": BAR}, "s3": {"start": 3 * BAR}},
        {"s2": {"duration": BAR}, "s3": {"start": 3 * BAR}},
        "gapped_sections",
        base,
    )
    assert (warning.blocking, warning.bars) == (False, (3, 3))
    assert warning.message == "Bar 3: no section between “Chorus” and “Outro”"
    assert warning.fix_words == "Extend “Chorus” to the beginning of “Outro”"
    assert mended["s2"]["duration"] == 2 * BAR


@pytest.mark.parametrize("kind", ["tempo", "meter"])
def test_tempo_and_meter_changed_on_both_sides_block(kind: str) -> None:
    values: dict[str, Any] = (
        {"kind": "tempo", "bpm": 90.0}
        if kind == "tempo"
        else {"kind": "meter", "numerator": 3, "denominator": 4}
    )
    ours, theirs = ({key: {**values, "tick": tick * BAR}} for key, tick in (("a", 1), ("b", 3)))
    warning, mended = found(ours, theirs, f"{kind}_on_both_sides")
    assert warning.blocking
    assert warning.bars == ((2, 4) if kind == "tempo" else (2, 5))
    assert warning.fix_words == f"Take the {kind} as it is in ours"
    assert [fields for fields in mended.values() if fields["kind"] == kind] == [
        song()[kind[0]],
        ours["a"],
    ]


def test_two_tempos_at_one_tick_block_even_if_they_are_equal() -> None:
    tempo = {"kind": "tempo", "tick": BAR, "bpm": 90.0}
    warning, mended = found({"a": tempo}, {"b": tempo}, "tempo_on_both_sides")
    assert "together they are no valid tempo map" in warning.message
    assert "b" not in mended


def test_keys_changed_on_both_sides_are_named() -> None:
    key = {"kind": "key", "tonic": "D", "mode": "major"}
    warning, _ = found(
        {"a": {**key, "tick": BAR}}, {"b": {**key, "tick": 2 * BAR}}, "key_on_both_sides"
    )
    assert not warning.blocking


def test_an_undecided_tempo_blocks() -> None:
    base = song()
    sides = (base, changed(base, t={"bpm": 90.0}), changed(base, t={"bpm": 80.0}))
    undecided = merge(*sides)
    (warning,) = check_merge(*sides, undecided.entities, undecided.conflicts)
    assert (warning.blocking, warning.fix, warning.kind) == (True, (), "undecided_time")
    assert "the tempo is 90 bpm in ours, 80 bpm in theirs" in warning.message
    decided = merge(*sides, {"t:bpm": "theirs"})
    assert check_merge(*sides, decided.entities, decided.conflicts) == []


def test_two_syllables_on_one_note_block() -> None:
    warning, mended = found({"a": syllable("n1", "la")}, {"b": syllable("n1", "lo")}, "shared_note")
    assert (warning.blocking, warning.fix_words) == (True, "Keep “la”")
    assert "b" not in mended


def test_two_values_of_one_parameter_block() -> None:
    point = {"kind": "automation", "track": "lead", "tick": 0, "parameter": "cc11", "value": 1.0}
    warning, mended = found({"a": point}, {"b": {**point, "value": 2.0}}, "doubled_automation")
    assert warning.message == "Lead, bar 1: cc11 is 1 and 2 at once"
    assert mended["a"]["value"] == 1.0


def test_a_syllable_without_a_note_blocks() -> None:
    base = song()
    ours, theirs = changed(base, n3=note("lead", BAR, 72)), changed(base, n1={"velocity": 1})
    merged = changed(merge(base, ours, theirs).entities, y=syllable("gone", "la"))
    (warning,) = check_merge(base, ours, theirs, merged)
    assert (warning.kind, warning.blocking) == ("orphan_syllable", True)
    assert "y" not in apply_changes(merged, warning.fix)


def test_more_than_a_song_can_hold_blocks() -> None:
    base = song()
    sides = []
    for side in "ab":
        strips = {
            f"{side}{number}": {**base["kit"], "position": float(number)} for number in range(70)
        }
        sides.append(changed(base, **strips))
    (warning,) = check_merge(base, *sides, merge(base, *sides).entities)
    assert (warning.kind, warning.blocking, warning.fix) == ("beyond_limit", True, ())
    assert warning.message == "Together there are 142 tracks; the limit is 128"


def test_a_note_pushed_and_stretched_beyond_the_longest_song_blocks() -> None:
    end = limits.MAX_TICKS
    warning, mended = found({"n1": {"start": end - 480}}, {"n1": {"duration": 960}}, "beyond_limit")
    assert warning.blocking
    assert mended["n1"]["duration"] == 480
