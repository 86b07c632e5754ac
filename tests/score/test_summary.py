"""Facts about a score, against a small song worked out by hand."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from compositions.score.document import (
    Chord,
    KeyChange,
    MeterChange,
    Mode,
    Note,
    Score,
    Section,
    TempoChange,
    Track,
)
from compositions.score.summary import (
    chord_at,
    chords_at,
    describe,
    key_at,
    section_at,
    sections_with_bars,
    summarise_track,
)
from tests.score.strategies import scores

SONG = Score(
    "Song",
    (TempoChange("t0", 0, 60.0), TempoChange("t1", 1920, 120.0)),
    (MeterChange("m0", 0, 4, 4), MeterChange("m1", 1920, 3, 4)),
    (KeyChange("k0", 0, "Eb", Mode.MELODIC_MINOR), KeyChange("k1", 1920, "G")),
    (Section("s1", 1920, 2880, "Chorus"), Section("s0", 0, 1920, "Verse 1")),
    (Chord("c1", 1920, 960, "D", "7"), Chord("c0", 0, 960, "G")),
    (
        Track(
            "x0",
            "Lead",
            notes=(Note("n0", 480, 480, 61), Note("n1", 0, 240, 70), Note("n2", 1920, 2880, 60)),
        ),
        Track("x1", "Silent"),
    ),
)


def test_facts_of_a_song() -> None:
    assert describe(SONG) == {
        "bars": 3,
        "seconds": 7.0,
        "tempo": 60.0,
        "tempo_changes": 1,
        "meter": "4/4",
        "meter_changes": 1,
        "key": "Eb melodic minor",
        "form": ["Verse 1", "Chorus"],
        "tracks": 2,
        "notes": 3,
    }


def test_facts_of_nothing() -> None:
    facts = describe(Score())
    assert (facts["bars"], facts["seconds"], facts["key"], facts["form"]) == (0, 0.0, "", [])


def test_range_and_density_of_a_track() -> None:
    summary = summarise_track(SONG, SONG.tracks[0])
    assert (summary.lowest, summary.highest) == (60, 70)
    assert (summary.lowest_name, summary.highest_name) == ("C4", "Bb4")
    assert summary.notes_per_second == pytest.approx(3 / 7)
    silent = summarise_track(SONG, SONG.tracks[1])
    assert (silent.note_count, silent.lowest, silent.notes_per_second) == (0, None, 0.0)
    no_key = replace(SONG, keys=())
    assert summarise_track(no_key, SONG.tracks[0]).highest_name == "Bb4"


def test_sections_in_bars() -> None:
    found = [(s.section.id, s.first_bar, s.last_bar, s.bars) for s in sections_with_bars(SONG)]
    assert found == [("s0", 1, 1, 1), ("s1", 2, 3, 2)]


@pytest.mark.parametrize(
    ("tick", "chord", "section", "key"),
    [
        (0, "c0", "s0", "k0"),
        (959, "c0", "s0", "k0"),
        (960, None, "s0", "k0"),
        (1920, "c1", "s1", "k1"),
        (2880, None, "s1", "k1"),
        (4800, None, None, "k1"),
    ],
)
def test_what_holds_at_a_tick(tick: int, chord: str | None, section: str | None, key: str) -> None:
    found = (chord_at(SONG, tick), section_at(SONG, tick), key_at(SONG, tick))
    assert [entity and entity.id for entity in found] == [chord, section, key]


def test_no_key_before_the_first() -> None:
    assert key_at(replace(SONG, keys=SONG.keys[1:]), 0) is None


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(scores())
def test_many_questions_get_the_same_answers_as_one(score: Score) -> None:
    ticks = [tick for c in score.chords for tick in (c.start - 1, c.start, c.end - 1, c.end)]
    assert chords_at(score, ticks) == [chord_at(score, tick) for tick in ticks]
