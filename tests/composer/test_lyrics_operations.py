"""Words stay with the melody: re-singing after rewriting, and aligning with what is there."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compositions.composer import compose, parse_prompt
from compositions.composer.lyrics_alignment import align, phrases_of, share_lines
from compositions.composer.lyrics_lines import SungSyllable, read_line
from compositions.composer.operations import (
    Operation,
    OperationError,
    apply_operation,
    read_request,
)
from compositions.score.document import Note, Score, Track, TrackRole
from compositions.score.scope import Scope
from compositions.score.validation import check

LYRICS = """[Verse]
Walking down the river in the evening light
Every little window is a star tonight
[Chorus]
Carry me home, carry me home
Over the water and under the stone
"""
OTHER = "Summer is over and leaves are falling\nNow I know"


@pytest.fixture(scope="module")
def score() -> Score:
    return compose(parse_prompt("folk song in G major, 96 bpm"), seed=3, lyrics=LYRICS).score


def voice(score: Score) -> Track:
    return next(track for track in score.tracks if track.role is TrackRole.VOCAL)


def text(score: Score) -> str:
    return "".join(s.text + ("" if s.continues else " ") for s in score.syllables).strip()


def section(score: Score, kind: str) -> str:
    return next(section.id for section in score.sections if section.kind == kind)


def in_order(score: Score) -> bool:
    starts = {note.id: note.start for track in score.tracks for note in track.notes}
    sung = [starts[s.note_id] for s in score.syllables]
    return sung == sorted(sung)


@pytest.mark.parametrize(
    ("name", "bars", "parameters"),
    [
        ("infill", None, {}), ("infill", (5, 8), {}), ("infill", (6, 6), {}),
        ("infill", (7, 10), {}), ("vary", None, {"strength": 0.6}),
    ],
)  # fmt: skip
def test_a_rewritten_voice_sings_the_same_words(
    score: Score, name: str, bars: tuple[int, int] | None, parameters: dict[str, float]
) -> None:
    scope = Scope(tracks=(voice(score).id,), bars=bars)
    after = apply_operation(score, Operation(name, scope, parameters), seed=5).score
    check(after)
    assert after != score
    assert text(after) == text(score)
    assert {s.id for s in after.syllables} == {s.id for s in score.syllables}
    assert after.lines == score.lines
    assert in_order(after)
    assert [track for track in after.tracks if track.role is not TrackRole.VOCAL] == [
        track for track in score.tracks if track.role is not TrackRole.VOCAL
    ]


def test_words_outside_the_scope_stay_on_their_notes(score: Score) -> None:
    scope = Scope(tracks=(voice(score).id,), sections=(section(score, "chorus"),))
    after = apply_operation(score, Operation("infill", scope), seed=5).score
    chorus = next(s for s in score.sections if s.id == section(score, "chorus"))
    notes = {note.id: note for note in voice(score).notes}
    before = [s for s in score.syllables if notes[s.note_id].start < chorus.start]
    assert before
    assert set(before) <= set(after.syllables)


def test_new_words_for_a_section_keep_its_melody(score: Score) -> None:
    verse = section(score, "verse")
    after = apply_operation(
        score, Operation("align_lyrics", Scope(sections=(verse,)), {"text": OTHER}), seed=5
    ).score
    check(after)
    assert text(after).startswith("Summer is over and leaves are falling Now I know Car")
    assert [line.text for line in after.lines][:3] == [*OTHER.split("\n"), score.lines[2].text]
    assert after.lines[2:] == tuple(
        replace(line, position=after.lines[place + 2].position)
        for place, line in enumerate(score.lines[2:])
    )
    old = [(note.pitch, note.start) for note in voice(score).notes]
    new = [(note.pitch, note.start) for note in voice(after).notes]
    assert set(old) <= set(new)  # notes may be split, none goes
    assert in_order(after)


def test_a_new_melody_is_written_for_words(score: Score) -> None:
    verse = section(score, "verse")
    asked = {"text": OTHER, "melody": "new"}
    after = apply_operation(
        score, Operation("align_lyrics", Scope(sections=(verse,)), asked), seed=5
    ).score
    check(after)
    assert text(after).startswith("Summer is over and leaves are falling Now I know Car")
    assert {n.id for n in voice(after).notes} != {n.id for n in voice(score).notes}
    again = apply_operation(
        score, Operation("align_lyrics", Scope(sections=(verse,)), asked), seed=5
    ).score
    assert again == after


def test_aligning_puts_stresses_back_on_beats(score: Score) -> None:
    """Syllables that were shifted by one note are set right again."""
    rows = list(score.syllables)
    shifted = [replace(row, note_id=rows[place + 1].note_id) for place, row in enumerate(rows[:-1])]
    spoilt = replace(score, syllables=tuple(shifted))
    after = apply_operation(spoilt, Operation("align_lyrics"), seed=1).score
    check(after)
    assert text(after) == text(score)  # the lines say what the words are
    assert starts(spoilt) != starts(score)
    assert starts(after) == starts(score)


def starts(song: Score) -> list[tuple[str, int]]:
    """Every syllable and where it begins."""
    notes = {note.id: note for note in voice(song).notes}
    return [(row.text, notes[row.note_id].start) for row in song.syllables]


def test_words_without_lines_get_them_by_their_rests(score: Score) -> None:
    loose = replace(
        score, lines=(), syllables=tuple(replace(row, line_id="") for row in score.syllables)
    )
    after = apply_operation(loose, Operation("align_lyrics"), seed=1).score
    assert text(after) == text(score)
    assert [line.text for line in after.lines] == [line.text for line in score.lines]


def test_tags_send_lines_to_their_sections(score: Score) -> None:
    given = "[Verse]\nOne little line\n[Chorus]\nAnother line here"
    after = apply_operation(score, Operation("align_lyrics", parameters={"text": given}), seed=1)
    lines = {line.text: line.section_id for line in after.score.lines}
    assert lines == {
        "One little line": section(score, "verse"),
        "Another line here": section(score, "chorus"),
    }


def test_locked_lines_and_sections_keep_their_words(score: Score) -> None:
    sections = tuple(replace(s, locked=s.kind == "chorus") for s in score.sections)
    locked = replace(score, sections=sections)
    result = apply_operation(locked, Operation("align_lyrics", parameters={"text": OTHER}), seed=1)
    assert text(result.score).endswith("o-ver the water and under the stone".replace("-", "")[1:])
    chorus = section(score, "chorus")
    assert [line for line in result.score.lines if line.section_id == chorus] == [
        line for line in locked.lines if line.section_id == chorus
    ]


def test_too_many_words_are_refused_in_words(score: Score) -> None:
    asked = Operation(
        "align_lyrics", Scope(bars=(5, 5)), {"text": "la la la la la la la la la la " * 20}
    )
    with pytest.raises(OperationError, match="too many for"):
        apply_operation(score, asked, seed=1)


@pytest.mark.parametrize(
    ("request_text", "parameters"),
    [
        ("align the lyrics to the melody", {}),
        ("fit the words to the tune", {}),
        ("write a new melody for the lyrics", {"melody": "new"}),
        ('sing "Oh my love / Come home" in the chorus', {"text": "Oh my love\nCome home"}),
        ('change the words of the chorus to "Oh my love"', {"text": "Oh my love"}),
    ],
)
def test_plain_sentences_align_words(
    score: Score, request_text: str, parameters: dict[str, str]
) -> None:
    found = read_request(request_text, score)
    assert [(one.name, one.parameters) for one in found.operations] == [
        ("align_lyrics", parameters)
    ]
    assert not found.not_understood
    if "chorus" in request_text:
        assert found.operations[0].scope.sections == (section(score, "chorus"),)


# -- The searches ----------------------------------------------------------------------------

DURATIONS = st.lists(st.sampled_from((120, 240, 480, 960)), min_size=1, max_size=16)


def melody(durations: list[int]) -> list[Note]:
    notes, at = [], 0
    for place, duration in enumerate(durations):
        notes.append(Note(f"n{place}", at, duration, 60 + place % 5))
        at += duration
    return notes


@settings(max_examples=80, deadline=None)
@given(DURATIONS, st.lists(st.sampled_from((0.0, 0.5, 1.0)), min_size=1, max_size=24))
def test_every_syllable_gets_notes_in_order(durations: list[int], accents: list[float]) -> None:
    notes = melody(durations)
    syllables = [SungSyllable("la", False, accent) for accent in accents]
    sung = align(syllables, notes)
    if sung is None:
        assert len(accents) > len(notes)
        return
    assert [one.syllable for one in sung] == syllables
    assert all(one.notes for one in sung)
    pieces = [note for one in sung for note in one.notes]
    assert sum(note.duration for note in pieces) == sum(durations)
    assert [note.start for note in pieces] == sorted({note.start for note in pieces})
    assert {note.id for note in pieces if note.id} == {note.id for note in notes}


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.integers(1, 14), min_size=1, max_size=10),
    st.lists(st.integers(1, 14), min_size=1, max_size=10),
)
def test_lines_and_phrases_are_paired_in_order(lines: list[int], phrases: list[int]) -> None:
    pairs = share_lines(lines, phrases)
    assert [n for numbers, _ in pairs for n in numbers] == list(range(len(lines)))
    assert [n for _, numbers in pairs for n in numbers] == list(range(len(phrases)))
    assert all(numbers for _, numbers in pairs)


def test_lines_take_the_phrases_of_their_length() -> None:
    assert share_lines([8, 4, 8], [8, 4, 8]) == [((0,), (0,)), ((1,), (1,)), ((2,), (2,))]
    assert share_lines([8], [4, 4]) == [((0,), (0, 1))]


def test_a_melisma_holds_a_stressed_syllable() -> None:
    notes = melody([480, 240, 240, 480])
    sung = align(list(read_line("Glory be")), notes)
    assert sung is not None
    assert len(phrases_of(notes)) == 1
    assert [len(one.notes) for one in sung] == [2, 1, 1]
