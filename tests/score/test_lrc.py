"""Timed lyrics: lines and words at the times at which they are sung."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compositions.score.document import LyricLine, Note, Score, Syllable, TempoChange, Track
from compositions.score.lrc import write_lrc
from tests.score.songs import song


def sung(*texts: str, line_id: str = "", beats: int = 1) -> Score:
    """One syllable a beat at 120 bpm from beat 4 on; "Hel-" goes on in the next."""
    notes = tuple(Note(f"n{i}", (4 + i * beats) * 480, 480, 60) for i in range(len(texts)))
    rows = tuple(
        Syllable(f"s{i}", f"n{i}", text.rstrip("-"), text.endswith("-"), line_id=line_id)
        for i, text in enumerate(texts)
    )
    return Score(
        title="A [b] song",
        tempos=(TempoChange("t", 0, 120.0),),
        tracks=(Track("v", "Voice", notes=notes),),
        syllables=rows,
    )


def test_words_have_their_times() -> None:
    text = write_lrc(sung("Hel-", "lo", "moon"))
    assert text.splitlines() == [
        "[ti:A (b) song]",
        "[length:00:03.50]",
        "[re:AriaForge]",
        "[00:02.00]<00:02.00>Hello <00:03.00>moon<00:03.50>",
        "[00:03.50]",
    ]


def test_plain_lines_have_one_time() -> None:
    text = write_lrc(sung("Hel-", "lo", "moon"), words=False, artist="Me")
    assert "[ar:Me]" in text
    assert "[00:02.00]Hello moon\n" in text
    assert "<" not in text


def test_the_lines_of_the_score_part_the_words() -> None:
    score = song()
    lines = [line for line in write_lrc(score, words=False).splitlines() if "Oh how" in line]
    assert lines == ["[00:04.00]Oh how the rain", "[00:06.00]Oh how the rain"]


def test_a_rest_parts_lines_that_nobody_wrote_down() -> None:
    text = write_lrc(sung("one", "two", beats=3), words=False)
    assert "[00:02.00]one" in text
    assert "[00:03.50]two" in text


def test_a_held_syllable_lasts_to_its_last_note() -> None:
    score = sung("moon")
    held = Note("held", 5 * 480, 960, 62)
    track = replace(score.tracks[0], notes=(*score.tracks[0].notes, held))
    assert "<00:02.00>moon<00:03.50>" in write_lrc(replace(score, tracks=(track,)))


def test_tempo_changes_count() -> None:
    score = replace(sung("moon"), tempos=(TempoChange("a", 0, 60.0), TempoChange("b", 480, 240.0)))
    assert "[00:01.75]<00:01.75>moon<00:02.00>" in write_lrc(score)


def test_two_syllables_at_once_are_both_there() -> None:
    score = sung("one", "two")
    notes = tuple(replace(note, start=1920) for note in score.tracks[0].notes)
    text = write_lrc(replace(score, tracks=(replace(score.tracks[0], notes=notes),)))
    assert "one" in text
    assert "two" in text


def test_a_song_without_words_has_no_lrc() -> None:
    with pytest.raises(ValueError, match="no words"):
        write_lrc(replace(sung("x"), syllables=()))


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=9)


@settings(max_examples=40, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=12), st.booleans())
def test_any_text_is_written_in_rising_times(texts: list[str], words: bool) -> None:
    score = sung(*texts, line_id="line")
    score = replace(score, lines=(LyricLine("line", " ".join(texts)),))
    body = [line for line in write_lrc(score, words=words).splitlines() if line[1].isdigit()]
    times = re.findall(r"[\[<](\d\d):(\d\d\.\d\d)[\]>]", "\n".join(body))
    seconds = [int(minutes) * 60 + float(rest) for minutes, rest in times]
    assert seconds == sorted(seconds)
    said = re.sub(r"[\[<][\d:.]+[\]>]|\s", "", "\n".join(body))
    wanted = "".join(text.rstrip("-") if text.endswith("-") else text for text in texts)
    assert said == wanted.translate(str.maketrans("[]<>", "()‹›"))
