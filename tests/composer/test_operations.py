"""Operations on a score: they keep to their scope, to locks and to their seed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compositions.composer.operations import (
    Operation,
    OperationError,
    apply_operation,
    apply_operations,
)
from compositions.score.diff import diff
from compositions.score.document import (
    KeyChange,
    MeterChange,
    Mode,
    Note,
    Score,
    TempoChange,
    Track,
)
from compositions.score.entities import to_entities
from compositions.score.performed import as_written
from compositions.score.scope import Scope
from compositions.score.serialisation import to_dict
from compositions.score.timeline import Timeline
from compositions.score.validation import check
from tests.composer.variations import ON_THE_FORM, composed, do, plain, section_ids, song

# What changes notes and chords where they stand, with parameters that do change something.
IN_PLACE: list[tuple[str, dict[str, Any]]] = [
    ("transpose", {"semitones": 3}),
    ("infill", {}),
    ("vary", {"strength": 0.9}),
    ("simplify", {"strength": 0.9}),
    ("densify", {"strength": 0.9}),
    ("dynamics", {"amount": 0.8}),
    ("brighten", {"amount": 0.8}),
    ("brighten", {"amount": -0.8}),
    ("quantise", {"grid": 480}),
    ("silence", {}),
    ("change_style", {"style": "bossa-nova"}),
]
WITHOUT_TRACKS: list[tuple[str, dict[str, Any]]] = [
    ("reharmonise", {"strength": 0.9}),
    ("reharmonise", {"chords": [["Am7", "D7"], ["Gmaj7"]]}),
    ("change_key", {"tonic": "E", "mode": "major"}),
    ("change_tempo", {"factor": 1.2}),
    ("add_track", {"instrument": "Cello"}),
    ("harmonise", {}),
]
SEEDED = {"infill", "vary", "densify", "change_style", "reharmonise", "add_track", "humanise"}


@settings(max_examples=15, deadline=None)
@given(
    case=st.sampled_from(IN_PLACE),
    first=st.integers(1, 18),
    length=st.integers(0, 5),
    track=st.integers(0, 3),
    seed=st.integers(0, 2**31 - 1),
)
def test_outside_the_scope_nothing_changes(
    case: tuple[str, dict[str, Any]], first: int, length: int, track: int, seed: int
) -> None:
    score = song()
    bars = (first, min(20, first + length))
    scope = Scope((score.tracks[track].id,), (), bars)
    after = do(score, *case[:1], scope, case[1], seed)
    start, end = (first - 1) * 1920, bars[1] * 1920
    for one, other in zip(score.tracks, after.tracks, strict=True):
        if one.id != scope.tracks[0]:
            assert one == other
            continue
        assert replace(one, notes=(), automation=()) == replace(other, notes=(), automation=())
        assert all(start <= point.tick < end for point in other.automation)
        outside = [note for note in one.notes if not start <= note.start < end]
        assert outside == [note for note in other.notes if not start <= note.start < end]
        assert all(note.start >= 0 for note in other.notes)
    for name in ("sections", "chords", "keys", "tempos", "meters", "lines", "title", "metadata"):
        assert getattr(score, name) == getattr(after, name)


@pytest.mark.parametrize(("name", "parameters"), WITHOUT_TRACKS)
def test_outside_the_section_nothing_changes(name: str, parameters: dict[str, Any]) -> None:
    score = song()
    section = score.sections[2]
    after = do(score, name, Scope(sections=(section.id,)), parameters)
    assert after != score
    for one in score.tracks:
        other = after.track(one.id)
        outside = [n for n in one.notes if not section.start <= n.start < section.end]
        assert outside == [n for n in other.notes if not section.start <= n.start < section.end]
    outside_chords = [c for c in score.chords if not section.start <= c.start < section.end]
    assert [c for c in after.chords if not section.start <= c.start < section.end] == outside_chords
    for new in (track for track in after.tracks if track.id not in {t.id for t in score.tracks}):
        assert all(section.start <= n.start and n.end <= section.end for n in new.notes)
    for tick in (0, section.start - 1, section.end, score.end - 1):
        assert Timeline(after).tempo_at(tick) == Timeline(score).tempo_at(tick)


@pytest.mark.parametrize(("name", "parameters"), IN_PLACE + WITHOUT_TRACKS)
def test_locks_are_respected(name: str, parameters: dict[str, Any]) -> None:
    base = song()
    locked_track = base.tracks[0].id
    locked_section = base.sections[1]
    tracks = tuple(
        replace(
            track,
            locked=track.id == locked_track,
            notes=tuple(
                replace(note, locked=index % 5 == 0) for index, note in enumerate(track.notes)
            ),
        )
        for track in base.tracks
    )
    sections = tuple(replace(s, locked=s.id == locked_section.id) for s in base.sections)
    chords = tuple(replace(c, locked=index == 9) for index, c in enumerate(base.chords))
    score = replace(base, tracks=tracks, sections=sections, chords=chords)
    result = apply_operation(score, Operation(name, Scope(), parameters), seed=5)
    after = result.score
    check(after)
    assert after != score
    assert after.track(locked_track) == score.track(locked_track)
    entities, new = to_entities(to_dict(score)), to_entities(to_dict(after))
    for key, fields in entities.items():
        if fields.get("locked"):
            assert new[key] == fields
    inside = [
        [
            n
            for t in s.tracks
            for n in t.notes
            if locked_section.start <= n.start < locked_section.end
        ]
        for s in (score, after)
    ]
    assert inside[0] == inside[1]
    if name not in ("change_tempo", "add_track", "harmonise"):
        assert any("locked" in remark for remark in result.remarks)


@pytest.mark.parametrize(
    ("name", "parameters", "label"),
    [(*case, "") for case in (*IN_PLACE, *WITHOUT_TRACKS, ("humanise", {}),
                              ("change_meter", {"numerator": 6, "denominator": 8}),
                              ("continue", {"kind": "bridge", "bars": 4}))]
    + [(*case, "Verse 1") for case in ON_THE_FORM],
)  # fmt: skip
def test_same_seed_same_bytes(name: str, parameters: dict[str, Any], label: str) -> None:
    score = song()
    scope = Scope(sections=section_ids(score, label)) if label else Scope()
    results = [plain(do(score, name, scope, parameters, seed)) for seed in (5, 5, 6)]
    assert results[0] == results[1]
    if name in SEEDED and "chords" not in parameters:
        assert results[2] != results[0]


@pytest.mark.parametrize("steps", [-12, -7, -1, 1, 2, 5, 11, 24])
@pytest.mark.parametrize("bars", [None, (5, 8), (19, 20)])
def test_transposing_there_and_back_changes_nothing(
    steps: int, bars: tuple[int, int] | None
) -> None:
    score = composed()
    scope = Scope(bars=bars)
    there = do(score, "transpose", scope, {"semitones": steps})
    assert there != score
    assert plain(do(there, "transpose", scope, {"semitones": -steps})) == plain(score)


def test_transposing_moves_key_and_chords() -> None:
    after = do(song(), "transpose", Scope(), {"semitones": 2})
    assert [(k.tonic, k.mode) for k in after.keys] == [("E", Mode.MINOR)]
    assert [c.symbol for c in after.chords[:4]] == ["Em9", "Am7", "Cmaj7", "B7"]


def test_a_change_of_mode_maps_the_scale() -> None:
    notes = tuple(
        Note(f"n{i}", 480 * i, 480, pitch) for i, pitch in enumerate((60, 64, 67, 71, 62))
    )
    score = Score(
        tempos=(TempoChange("t", 0, 100.0),), meters=(MeterChange("m", 0, 4, 4),),
        keys=(KeyChange("k", 0, "C"),), tracks=(Track("a", "Flute", notes=notes),),
    )  # fmt: skip
    after = do(score, "change_key", Scope(), {"mode": "minor"})
    assert [note.pitch for note in after.tracks[0].notes] == [60, 63, 67, 70, 62]
    assert after.keys[0].mode is Mode.MINOR


def test_humanising_can_be_taken_back_exactly() -> None:
    score = as_written(composed())
    assert score != composed()
    once = do(score, "humanise", Scope(), {"strength": 0.8}, seed=1)
    twice = do(once, "humanise", Scope(), {"strength": 0.3}, seed=2)
    assert len({plain(score), plain(once), plain(twice)}) == 3
    assert plain(do(twice, "humanise", Scope(), {"strength": 0.0}, seed=9)) == plain(score)
    assert as_written(twice) == score
    # A second layer replaces the first instead of adding to it.
    assert twice == do(score, "humanise", Scope(), {"strength": 0.3}, seed=2)


def test_a_stronger_variation_keeps_less() -> None:
    score = composed()
    kept = []
    for strength in (0.0, 0.3, 0.6, 1.0):
        after = do(score, "vary", Scope(), {"strength": strength})
        ids = {note.id for track in after.tracks for note in track.notes}
        kept.append(sum(note.id in ids for track in score.tracks for note in track.notes))
    assert kept[0] == score.note_count
    assert kept == sorted(kept, reverse=True)
    assert kept[3] < 0.1 * kept[0]


def test_new_notes_are_the_composers_and_fit_the_chords() -> None:
    score = song()
    bass = next(t for t in score.tracks if t.name == "Upright Bass")
    after = do(score, "infill", Scope((bass.id,), (), (5, 12)), {})
    old = {note.id for note in bass.notes}
    new = [note for note in after.track(bass.id).notes if note.id not in old]
    assert len(new) >= 8
    assert all(note.origin == "composer" for note in new)
    assert all(note.start >= 4 * 1920 and note.end <= 12 * 1920 for note in new)
    for bar in range(4, 12):
        first = next(n for n in new if bar * 1920 - 50 <= n.start < bar * 1920 + 100)
        roots = {"D": 2, "G": 7, "Bb": 10, "A": 9}
        chord = next(c for c in after.chords if c.start <= first.start + 50 < c.end)
        assert first.pitch % 12 == roots[chord.root]


def test_other_keys_and_meters_are_written_too() -> None:
    score = song()
    half = Scope(bars=(11, 20))
    mixed = do(score, "transpose", half, {"semitones": 2})
    mixed = replace(mixed, meters=(*mixed.meters, MeterChange("waltz", 18 * 1920, 3, 4)))
    after = do(mixed, "infill", Scope(bars=(9, 20)), {})
    late = [n for t in after.tracks for n in t.notes if n.start >= 18 * 1920]
    assert late
    assert any(n.origin == "composer" for n in late)


def test_reharmonising_with_given_chords_moves_the_bass() -> None:
    score = song()
    verse = score.sections[1]
    after = do(
        score, "reharmonise", Scope(sections=(verse.id,)), {"chords": [["Am"], ["F"], ["C"], ["G"]]}
    )
    inside = [c.symbol for c in after.chords if verse.start <= c.start < verse.end]
    assert inside == ["Am", "F", "C", "G"]
    bass = next(t for t in after.tracks if t.name == "Upright Bass")
    downbeats = [n.pitch % 12 for n in bass.notes if n.start % 1920 == 0
                 and verse.start <= n.start < verse.end]  # fmt: skip
    assert downbeats == [9, 5, 0, 7]
    lead = next(t for t in score.tracks if t.name == "Lead melody")
    assert after.track(lead.id) == lead


def melody_only() -> Score:
    """A tune in C major as a MIDI file brings it: no chords, no sections, no roles."""
    line = (60, 64, 67, 64, 65, 69, 72, 69, 67, 71, 74, 71, 72, 67, 64, 60)
    notes = tuple(Note(f"n{i}", 480 * i, 460, pitch) for i, pitch in enumerate(line))
    return Score(
        tempos=(TempoChange("t", 0, 100.0),), meters=(MeterChange("m", 0, 4, 4),),
        keys=(KeyChange("k", 0, "C"),), tracks=(Track("a", "Tune", program=73, notes=notes),),
    )  # fmt: skip


def test_an_accompaniment_for_a_tune() -> None:
    score = melody_only()
    after = do(score, "accompany", Scope(), {})
    assert [c.root + c.quality for c in after.chords] == ["C", "F", "G", "C"]
    assert {t.role.value for t in after.tracks} >= {"chords", "bass", "drums"}
    assert after.track("a").notes == score.track("a").notes
    with pytest.raises(OperationError, match="already"):
        do(after, "accompany", Scope(), {})


def test_a_second_voice_goes_in_thirds_of_the_scale() -> None:
    score = melody_only()
    after = do(score, "harmonise", Scope(), {"above": True})
    voice = after.tracks[-1]
    assert [n.start for n in voice.notes] == [n.start for n in score.tracks[0].notes]
    gaps = [b.pitch - a.pitch for a, b in zip(score.tracks[0].notes, voice.notes, strict=True)]
    assert set(gaps) <= {3, 4}
    assert all(n.pitch % 12 in (0, 2, 4, 5, 7, 9, 11) for n in voice.notes)


def test_a_new_meter_keeps_the_bars() -> None:
    score = song()
    after = do(score, "change_meter", Scope(), {"numerator": 3, "denominator": 4})
    assert [(s.label, s.start // 1440, s.duration // 1440) for s in after.sections] == [
        (s.label, s.start // 1920, s.duration // 1920) for s in score.sections
    ]
    assert [c.symbol for c in after.chords] == [c.symbol for c in score.chords]
    old = next(t for t in score.tracks if t.name == "Lead melody")
    assert {n.id for n in after.track(old.id).notes} == {n.id for n in old.notes}


def test_simplifying_more_keeps_less_and_densifying_adds() -> None:
    score = composed()
    counts = [do(score, "simplify", Scope(), {"strength": s}).note_count for s in (0.2, 0.5, 0.9)]
    assert counts == sorted(counts, reverse=True)
    assert counts[2] < 0.9 * score.note_count
    fuller = do(score, "densify", Scope(), {"strength": 0.8})
    assert fuller.note_count > 1.05 * score.note_count
    old = {n.id for t in score.tracks for n in t.notes}
    assert old <= {n.id for t in fuller.tracks for n in t.notes}


def test_ids_are_not_used_twice() -> None:
    score = song()
    once = apply_operations(score, [Operation("infill")], seed=1).score
    again = apply_operations(once, [Operation("infill"), Operation("infill")], seed=1).score
    sets = [{n.id for t in s.tracks for n in t.notes} for s in (score, once, again)]
    assert not sets[0] & sets[1]
    assert not sets[1] & sets[2]


def test_changes_are_small_in_the_diff() -> None:
    score = song()
    bass = next(t for t in score.tracks if t.name == "Upright Bass")
    after = do(score, "transpose", Scope((bass.id,), (), (1, 2)), {"semitones": 12})
    changes = diff(to_entities(to_dict(score)), to_entities(to_dict(after)))
    assert len(changes) == 4
    assert {change.action for change in changes} == {"set"}
