"""Lyrics: one syllable per note, in order, with the form and rhythm of the words."""

from __future__ import annotations

import io
from itertools import pairwise

import mido
import pytest

from compositions.composer import Composition, compose, parse_prompt
from compositions.composer.lyrics import parse_lyrics, split_word, syllables_of_line
from compositions.score.midi import read_midi, write_midi
from compositions.score.musicxml import write_musicxml
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
    assert vocal.notes[0].id == song.score.syllables[0].note_id  # others may hold a syllable


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


def test_tags_without_words_and_times_repeat() -> None:
    sheet = parse_lyrics(
        "[Verse 1: soft]\nHello (x2)\n\nstill the verse\n[Chorus]\nla la\n[Bridge 8 bars]\noh\n"
        "[Repeat Chorus]\n[Estribillo x2]\n"
    )
    assert sheet is not None
    assert [(s.kind, len(s.lines), s.bars) for s in sheet.sections] == [
        ("verse", 3, None), ("chorus", 1, None), ("bridge", 1, 8),
        ("chorus", 1, None), ("chorus", 1, None), ("chorus", 1, None),
    ]  # fmt: skip
    assert {s.lines[0].text for s in sheet.sections if s.kind == "chorus"} == {"la la"}


def test_every_chorus_sings_its_words_again(song: Composition) -> None:
    sections = {section.id: section for section in song.score.sections}
    choruses: dict[str, list[str]] = {}
    for line in song.score.lines:
        if sections[line.section_id].kind == "chorus":
            choruses.setdefault(line.section_id, []).append(line.text)
    first, second = choruses.values()
    assert first == second == ["Carry me home, carry me home", "Over the water and under the stone"]


def test_lines_are_those_that_were_written(song: Composition) -> None:
    written = [line for line in LYRICS.splitlines() if line and not line.startswith("[")]
    assert [line.text for line in song.score.lines] == written
    assert {line.language for line in song.score.lines} == {"en"}
    sections = {section.id: section for section in song.score.sections}
    notes = {note.id: note for track in song.score.tracks for note in track.notes}
    for line in song.score.lines:
        own = [s for s in song.score.syllables if s.line_id == line.id]
        assert "".join(s.text + ("" if s.continues else " ") for s in own).strip() == line.text
        section = sections[line.section_id]
        assert all(section.start <= notes[s.note_id].start < section.end for s in own)


def test_syllables_have_their_sounds(song: Composition) -> None:
    river = next(s for s in song.score.syllables if s.text == "ri")
    assert river.phonemes == ("ɹ", "ɪ")
    assert river.continues
    assert all(s.phonemes for s in song.score.syllables)


def test_lines_leave_room_to_breathe(song: Composition) -> None:
    notes = {note.id: note for track in song.score.tracks for note in track.notes}
    ends: dict[str, int] = {}
    starts: dict[str, int] = {}
    for syllable in song.score.syllables:
        note = notes[syllable.note_id]
        starts.setdefault(syllable.line_id, note.start)
        ends[syllable.line_id] = note.end
    order = [line.id for line in song.score.lines]
    assert all(starts[after] - ends[line] >= 120 for line, after in pairwise(order))


def test_midi_lyrics_stand_on_their_notes(song: Composition) -> None:
    read = read_midi(write_midi(song.score)).score
    assert [(s.text, s.continues) for s in read.syllables] == [
        (s.text, s.continues) for s in song.score.syllables
    ]
    events = [
        message for track in mido.MidiFile(file=io.BytesIO(write_midi(song.score))).tracks
        for message in track if message.type == "lyrics"
    ]  # fmt: skip
    assert [event.text for event in events][:4] == ["Walk-", "ing", "down", "the"]
    starts = {note.id: note.start for track in read.tracks for note in track.notes}
    own = {note.id: note.start for track in song.score.tracks for note in track.notes}
    assert [starts[s.note_id] for s in read.syllables] == pytest.approx(
        [own[s.note_id] for s in song.score.syllables], abs=60
    )


def test_a_held_syllable_is_marked_as_notation_does() -> None:
    song = compose(parse_prompt("soul ballad in F, 70 bpm"), seed=3, lyrics=LYRICS)
    sung = {s.note_id for s in song.score.syllables}
    vocal = next(track for track in song.score.tracks if track.role.value == "vocal")
    held = [note for note in vocal.notes if note.id not in sung]
    assert held
    assert b"<extend" in write_musicxml(song.score).content


def test_a_form_that_was_asked_for_is_kept_and_its_misfits_are_told() -> None:
    prompt = "pop song at 100 bpm, [Verse 4] [Chorus 4] [Verse 2]"
    song = compose(parse_prompt(prompt), seed=1, lyrics=LYRICS + "\n[Bridge]\nNo place for me")
    bars = [s.duration // song.score.meters[0].ticks_per_bar for s in song.score.sections]
    assert bars == [4, 4, 2]
    told = " ".join(song.explanation)
    assert "no place for all of the words" in told
    assert "bridge" in told
    crowded = compose(
        parse_prompt("fast punk 190 bpm, [Verse 2]"), seed=1, lyrics="[Verse]\n" + "la " * 60
    )
    assert "sung fast" in " ".join(crowded.explanation)


def test_sections_without_bars_grow_with_their_words() -> None:
    prompt = "folk song, 100 bpm, form: [Intro] [Verse] [Chorus] [Outro]"
    short = "[Verse]\nOne line only\n[Chorus]\nla la la"
    long = "[Verse]\n" + "Walking down the river in the evening\n" * 8 + "[Chorus]\nla la la"
    few, many = (
        {
            s.kind: s.duration
            for s in compose(parse_prompt(prompt), seed=1, lyrics=text).score.sections
        }
        for text in (short, long)
    )
    assert many["verse"] >= 4 * few["verse"]
    assert many["chorus"] == few["chorus"]


def test_the_language_comes_from_the_words_or_is_asked_for() -> None:
    song = compose(
        parse_prompt("chanson, 90 bpm"), seed=1,
        lyrics="La belle fille danse sous la lune\nElle chante dans la nuit avec moi",
    )  # fmt: skip
    assert {line.language for line in song.score.lines} == {"fr"}
    assert [s.text for s in song.score.syllables[:5]] == ["La", "bel", "le", "fil", "le"]


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
