"""Chord sheets hold every word once, each chord before its syllable, and what nobody sings."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from compositions.score.chordpro import write_chordpro
from compositions.score.document import (
    Chord,
    KeyChange,
    MeterChange,
    Mode,
    Note,
    Score,
    Section,
    Syllable,
    TempoChange,
    Track,
    TrackRole,
)

BAR = 1920


def song() -> Score:
    """Two bars of intro, then a verse of two lines with a pick-up, a melisma and a late chord."""
    places = [(3600, "Walk", True), (3840, "ing", False), (4320, "home", False),
              (5760, "in", False), (6000, "the", False), (6240, "rain", False)]  # fmt: skip
    notes = tuple(Note(f"n{i}", start, 200, 62) for i, (start, _, _) in enumerate(places))
    lines = ["l1"] * 3 + ["l2"] * 3
    words = tuple(
        Syllable(f"s{i}", f"n{i}", text, goes_on, line_id=lines[i])
        for i, (_, text, goes_on) in enumerate(places)
    )
    changes = [
        (0, "D", "m9"),
        (960, "G", "7"),
        (3840, "D", "m"),
        (4800, "A", ""),
        (5760, "Bb", "maj7"),
    ]
    chords = (Chord(f"c{i}", at, 960, root, how) for i, (at, root, how) in enumerate(changes))
    form = (("a", 0, "Intro", "intro"), ("b", 2 * BAR, "Verse 1", "verse"))
    return Score(
        title="Rain [demo]",
        tempos=(TempoChange("t", 0, 82.0),),
        meters=(MeterChange("m", 0, 4, 4),),
        keys=(KeyChange("k", 0, "D", Mode.MINOR),),
        sections=tuple(Section(key, at, 2 * BAR, label, kind) for key, at, label, kind in form),
        chords=tuple(chords),
        tracks=(Track("v", "Voice", TrackRole.VOCAL, notes=notes),),
        syllables=words,
    )


def test_the_whole_sheet() -> None:
    assert write_chordpro(song(), artist="Ada") == (
        "{title: Rain (demo)}\n"
        "{artist: Ada}\n"
        "{key: Dm}\n"
        "{tempo: 82}\n"
        "{time: 4/4}\n"
        "{duration: 0:12}\n"
        "\n"
        "{start_of_grid: Intro}\n"
        "| Dm9 . G7 . | . . . . |\n"
        "{end_of_grid}\n"
        "\n"
        "{start_of_verse: Verse 1}\n"
        "Walk[Dm]ing home [A]\n"
        "[Bbmaj7]in the rain\n"
        "{end_of_verse}\n"
    )


def test_every_word_and_every_chord_change_is_there_once() -> None:
    text = write_chordpro(song())
    body = text.split("{start_of_verse", 1)[1].split("}", 1)[1]
    assert re.sub(r"\[[^]]*]|\{[^}]*}", "", body).split() == [
        "Walking",
        "home",
        "in",
        "the",
        "rain",
    ]
    assert re.findall(r"\[([^]]*)]", body) == ["Dm", "A", "Bbmaj7"]


def test_a_second_voice_with_the_same_words_is_left_out() -> None:
    score = song()
    harmony = tuple(replace(note, id=f"h{note.id}", pitch=65) for note in score.tracks[0].notes)
    words = tuple(
        replace(entry, id=f"h{entry.id}", note_id=f"h{entry.note_id}") for entry in score.syllables
    )
    both = replace(
        score,
        tracks=(*score.tracks, Track("h", "Harmony", TrackRole.HARMONY, notes=harmony)),
        syllables=(*score.syllables, *words),
    )
    assert write_chordpro(both) == write_chordpro(score)


def test_without_words_there_are_grids_and_without_both_nothing() -> None:
    bare = replace(song(), syllables=(), sections=())
    text = write_chordpro(bare)
    assert "start_of_verse" not in text
    assert "| Dm9 . G7 . | . . . . | Dm . A . | Bbmaj7 . |" in text
    with pytest.raises(ValueError, match="neither words nor chords"):
        write_chordpro(replace(bare, chords=()))
