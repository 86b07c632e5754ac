"""Lyrics: one syllable per note, in order, with the form and rhythm of the words."""

from __future__ import annotations

import pytest

from compositions.composer import Composition, compose, parse_prompt
from compositions.composer.lyrics import parse_lyrics, split_word, syllables_of_line
from compositions.score.validation import check

LYRICS = """[Verse 1]
Walking down the river in the evening light
Every little window is a star tonight
Somebody is singing where the road is long
I am only humming to a borrowed song

[Chorus]
Carry me home, carry me home
Over the water and under the stone

[Verse 2]
Morning on the mountain and the frost is gone
Someone left the kitchen with the radio on

[Chorus]
Carry me home, carry me home
Over the water and under the stone
"""

WORDS = {
    "river": 2, "evening": 2, "every": 2, "window": 2, "tonight": 2, "somebody": 3, "radio": 3,
    "mountain": 2, "water": 2, "stone": 1, "walked": 1, "wanted": 2, "table": 2, "beautiful": 3,
    "fire": 1, "people": 2, "nation": 2, "remember": 3, "something": 2, "don't": 1, "yellow": 2,
    "through": 1, "lonely": 2, "quiet": 2, "flying": 2, "horses": 2, "changes": 2, "hopeful": 2,
    "apple": 2, "strength": 1, "yesterday": 3, "love's": 1, "moonlight": 2, "happiness": 3,
}  # fmt: skip


@pytest.fixture(scope="module")
def song() -> Composition:
    return compose(parse_prompt("folk song in G major, 96 bpm"), seed=3, lyrics=LYRICS)


@pytest.mark.parametrize(("word", "count"), WORDS.items())
def test_words_split_into_their_syllables(word: str, count: int) -> None:
    pieces = split_word(word)
    assert len(pieces) == count, pieces
    assert "".join(pieces) == word


def test_punctuation_stays_with_its_word() -> None:
    line = syllables_of_line("Oh, sing — louder!")
    assert [piece.text for piece in line] == ["Oh,", "sing—", "lou", "der!"]
    assert [piece.continues for piece in line] == [False, False, True, False]


def test_every_syllable_has_its_own_note_in_order(song: Composition) -> None:
    check(song.score)
    vocal = next(track for track in song.score.tracks if track.role.value == "vocal")
    notes = {note.id: note for note in vocal.notes}
    starts = [notes[syllable.note_id].start for syllable in song.score.syllables]
    assert starts == sorted(starts)
    assert len({s.note_id for s in song.score.syllables}) == len(song.score.syllables)
    assert len(vocal.notes) == len(song.score.syllables)


def test_all_words_are_sung(song: Composition) -> None:
    sung = "".join(
        syllable.text + ("" if syllable.continues else " ") for syllable in song.score.syllables
    ).split()
    written = " ".join(line for line in LYRICS.splitlines() if not line.startswith("[")).split()
    assert sung == written


def test_tags_make_the_form(song: Composition) -> None:
    kinds = [section.kind for section in song.score.sections]
    assert kinds == ["intro", "verse", "chorus", "verse", "chorus", "outro"]
    for syllable, section in ((song.score.syllables[0], song.score.sections[1]),):
        vocal = next(track for track in song.score.tracks if track.role.value == "vocal")
        note = next(note for note in vocal.notes if note.id == syllable.note_id)
        assert section.start - 60 <= note.start < section.end


def test_a_repeated_stanza_is_the_chorus() -> None:
    text = "one fine line\n\nla la la\n\nanother fine line\n\nla la la"
    sheet = parse_lyrics(text)
    assert sheet is not None
    assert [section.kind for section in sheet.sections] == ["verse", "chorus", "verse", "chorus"]


def test_empty_lyrics_are_no_lyrics() -> None:
    assert parse_lyrics(" \n\n [Verse]\n") is None
    song = compose(parse_prompt("pop"), seed=1, lyrics="\n")
    assert not song.score.syllables


def test_a_given_length_is_kept_with_lyrics() -> None:
    for bars in (8, 20, 48):
        song = compose(parse_prompt("pop", overrides={"bars": bars}), seed=1, lyrics=LYRICS)
        check(song.score)
        assert song.score.end == bars * song.score.meters[0].ticks_per_bar


def test_long_lines_and_other_scripts_are_sung() -> None:
    text = "supercalifragilistic " * 12 + "\nпривет мир\n你好 世界\nÀ la claire fontaine"
    song = compose(parse_prompt("ballad, 20 seconds"), seed=1, lyrics=text)
    check(song.score)
    assert song.score.syllables


def test_too_long_lyrics_are_refused() -> None:
    with pytest.raises(ValueError, match="longer than"):
        parse_lyrics("la " * 10_000)
