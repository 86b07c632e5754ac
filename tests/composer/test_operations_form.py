"""Operations on the form of a song: sections longer, shorter, again, elsewhere and new."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from compositions.composer.operations import Operation, OperationError, apply_operation
from compositions.score.scope import Scope
from tests.composer.variations import ON_THE_FORM, do, plain, section_ids, song


@pytest.mark.parametrize(("name", "parameters"), ON_THE_FORM)
def test_the_form_does_not_move_what_is_locked(name: str, parameters: dict[str, Any]) -> None:
    base = song()
    scope = Scope(sections=section_ids(base, "Verse 1"))
    late = replace(base, sections=(*base.sections[:-1], replace(base.sections[-1], locked=True)))
    with pytest.raises(OperationError, match="locked"):
        apply_operation(late, Operation(name, scope, parameters), seed=1)


def test_extending_keeps_the_old_bars() -> None:
    score = song()
    verse = score.sections[1]
    after = do(score, "extend", Scope(sections=(verse.id,)), {"bars": 4})
    longer = after.sections[1]
    assert (longer.id, longer.duration) == (verse.id, verse.duration + 4 * 1920)
    assert len(after.sections) == len(score.sections)
    for one, other in zip(score.tracks, after.tracks, strict=True):
        before = [n for n in one.notes if n.start < verse.end]
        assert before == [n for n in other.notes if n.start < verse.end]
        shifted = [replace(n, start=n.start + 4 * 1920) for n in one.notes if n.start >= verse.end]
        assert shifted == [n for n in other.notes if n.start >= longer.end]
    assert [c.symbol for c in after.chords if verse.end <= c.start < longer.end] == [
        c.symbol for c in score.chords if verse.start <= c.start < verse.end
    ]


def test_repeating_copies_the_music_under_new_ids() -> None:
    score = song()
    chorus = score.sections[2]
    after = do(score, "repeat", Scope(sections=(chorus.id,)), {})
    assert [s.label for s in after.sections] == [
        "Intro", "Verse 1", "Chorus", "Chorus 3", "Verse 2", "Chorus 2", "Outro",
    ]  # fmt: skip
    assert after.sections[3].kind == "chorus"
    for one, other in zip(score.tracks, after.tracks, strict=True):
        first = [n for n in one.notes if chorus.start <= n.start < chorus.end]
        again = [n for n in other.notes if chorus.end <= n.start < chorus.end + chorus.duration]
        assert [(n.start, n.pitch) for n in first] == [
            (n.start - chorus.duration, n.pitch) for n in again
        ]
        assert not {n.id for n in first} & {n.id for n in again}


def test_moving_there_and_back_and_removing_a_copy() -> None:
    score = song()
    labels = [s.label for s in score.sections]
    verse = section_ids(score, "Verse 2")
    moved = do(score, "move", Scope(sections=verse), {"where": "start"})
    assert moved.sections[0].label == "Verse 2"
    back = do(
        moved, "move", Scope(sections=verse),
        {"where": "after", "target": section_ids(score, "Chorus")[0]},
    )  # fmt: skip
    assert [s.label for s in back.sections] == labels
    assert plain(back) == plain(score)
    doubled = do(score, "repeat", Scope(sections=verse), {})
    copy = tuple(s.id for s in doubled.sections if s.label == "Verse 3")
    assert plain(do(doubled, "remove_section", Scope(sections=copy), {})) == plain(score)


def test_taking_bars_out_of_a_section_shortens_it() -> None:
    after = do(song(), "remove_section", Scope(bars=(4, 5)), {})
    assert [(s.label, s.duration // 1920) for s in after.sections][:3] == [
        ("Intro", 2), ("Verse 1", 2), ("Chorus", 4),
    ]  # fmt: skip
    assert after.sections[-1].end == 18 * 1920


@pytest.mark.parametrize(("kind", "place"), [("bridge", 4), ("intro", 0), ("outro", 6)])
def test_going_on_writes_a_section(kind: str, place: int) -> None:
    score = song()
    where = "before" if kind == "intro" else "after"
    after = do(score, "continue", Scope(), {"kind": kind, "bars": 4, "where": where})
    new = after.sections[place]
    assert (new.kind, new.duration) == (kind, 4 * 1920)
    assert sum(new.start <= c.start < new.end for c in after.chords) >= 4
    for track in after.tracks:
        if track.name != "Brushed Drums" or kind == "bridge":
            assert any(new.start <= n.start < new.end for n in track.notes), track.name
    assert after.note_count > score.note_count
