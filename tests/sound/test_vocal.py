"""The guide vocal: words on notes, in tune, in time, silent in rests, and never silently absent."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from compositions.score.document import (
    Chord,
    LyricLine,
    Score,
    Section,
    Syllable,
    TrackRole,
)
from compositions.score.timeline import Timeline
from compositions.sound.samplefile import SampleFile
from compositions.sound.vocal import (
    Singing,
    VocalError,
    cast_singers,
    prepare,
    sings,
)
from compositions.sound.vocal.phones import Kind, kind_of, syllables_of
from compositions.sound.vocal.presets import HIGH, LOW, octave_shift, preset_for
from compositions.sound.vocal.speaking import Phone, speak, voice_names
from compositions.sound.vocal.timing import Sounds, place_syllables
from compositions.sound.vocal.words import SungNote, SungSyllable, read_part
from tests.sound import scores
from tests.sound.clicks import largest_jump

RATE = 44_100
SOLO = replace(HIGH, harmony_db=None)

# (beat, length, pitch, syllable, whether the word goes on); no syllable is melisma
LINE = (
    (1.0, 1.0, 62, "sil", True),
    (2.0, 0.5, 64, "ver", False),
    (2.5, 1.5, 67, "light", False),
    (6.0, 1.0, 69, "home", False),
    (7.0, 1.0, 65, "", False),
    (8.0, 2.0, 60, "again", False),
)


def song(line: Sequence[tuple[float, float, int, str, bool]] = LINE, language: str = "en") -> Score:
    track = scores.track(
        TrackRole.VOCAL, [(at, length, pitch, 90) for at, length, pitch, _, _ in line], program=53
    )
    rows = tuple(
        Syllable(f"s{number}", note.id, text, more, (), "line")
        for number, (note, (_, _, _, text, more)) in enumerate(zip(track.notes, line, strict=True))
        if text
    )
    return replace(
        scores.score(track, bpm=120.0),
        syllables=rows,
        lines=(LyricLine("line", "Silver light, home again", language=language),),
    )


def sung(singing: Singing, path: Path, seconds: float = 6.5) -> NDArray[np.float64]:
    with SampleFile(path, round(seconds * RATE), create=True) as stem:
        singing.sing(stem, RATE, lambda part: None)
    return np.fromfile(path, "<f4").reshape(-1, 2).astype(np.float64)


@pytest.fixture(scope="module")
def singing() -> Singing:
    score = song()
    return prepare(score.tracks[0], score, Timeline(score), preset=SOLO)


@pytest.fixture(scope="module")
def stem(singing: Singing, tmp_path_factory: pytest.TempPathFactory) -> NDArray[np.float64]:
    return sung(singing, tmp_path_factory.mktemp("stem") / "stem.f32")


def heard_pitch(samples: NDArray[np.float64]) -> float:
    """Hertz of the strongest period, by autocorrelation with a parabola through its top."""
    samples = samples - samples.mean()
    spectrum = np.fft.rfft(samples, 2 * len(samples))
    likeness = np.fft.irfft(np.abs(spectrum) ** 2)[: len(samples)]
    likeness /= np.arange(len(samples), 0, -1)
    first, last = round(RATE / 900), round(RATE / 90)
    top = first + int(np.argmax(likeness[first:last] > 0.9 * likeness[first:last].max()))
    while likeness[top + 1] > likeness[top]:
        top += 1
    left, middle, right = likeness[top - 1 : top + 2]
    return RATE / (top + 0.5 * (left - right) / (left - 2 * middle + right))


def test_every_note_is_in_tune(singing: Singing, stem: NDArray[np.float64]) -> None:
    errors = []
    for piece in singing.pieces:
        for note in piece.notes:
            cents = []
            for begin in np.arange(note.start + 0.08, note.end - 0.1, 0.02):
                at = round(begin * RATE)
                hertz = heard_pitch(stem[at : at + round(0.04 * RATE), 0])
                cents.append(1200 * np.log2(hertz / (440 * 2 ** ((note.pitch - 69) / 12))))
            errors.append(abs(float(np.median(cents))))
    assert len(errors) == len(LINE)
    assert max(errors) < 50
    assert np.median(errors) <= 5


def test_rests_are_silent_and_notes_are_not(singing: Singing, stem: NDArray[np.float64]) -> None:
    loudest = float(np.abs(stem).max())
    rest = stem[round(2.2 * RATE) : round(2.45 * RATE)]
    assert float(np.abs(rest).max()) < loudest * 1e-4
    assert not stem[round(5.4 * RATE) :].any()
    for piece in singing.pieces:
        for note in piece.notes:
            part = stem[round(note.start * RATE) : round(note.end * RATE)]
            assert float(np.sqrt((part**2).mean())) > loudest * 0.02


def test_syllables_join_without_clicks(singing: Singing, stem: NDArray[np.float64]) -> None:
    mono = stem[:, 0]
    planted = mono.copy()
    planted[round(singing.pieces[1].start * RATE) :] += 0.4 * np.abs(mono).max()
    assert largest_jump(mono) < 12
    assert largest_jump(planted) > 15


def test_nothing_sings_above_what_was_spoken(stem: NDArray[np.float64]) -> None:
    """Speech has 11 kHz; more would come of phrases that are cut off."""
    power = np.abs(np.fft.rfft(stem[:, 0])) ** 2
    edge = round(12_500 / (RATE / 2) * len(power))
    assert power[edge:].sum() < 1e-6 * power.sum()


def test_the_same_song_has_the_same_samples(stem: NDArray[np.float64], tmp_path: Path) -> None:
    time.sleep(1.1)  # espeak-ng draws its noise from the time of day, unless it is told not to
    score = song()
    again = prepare(score.tracks[0], score, Timeline(score), preset=SOLO)
    assert np.array_equal(sung(again, tmp_path / "again.f32"), stem)
    other = prepare(score.tracks[0], score, Timeline(score), preset=SOLO, seed=1)
    assert other.identity != again.identity


def test_consonants_come_before_the_beat_and_melisma_keeps_the_word(singing: Singing) -> None:
    by_word = [piece.word for piece in singing.pieces]
    assert by_word == [0, 0, 1, 2, 3]
    assert [len(piece.notes) for piece in singing.pieces] == [1, 1, 1, 2, 1]
    first = singing.pieces[0]
    assert 0.03 < first.notes[0].start - first.start < 0.25
    for piece, following in pairwise(singing.pieces):
        assert piece.end <= following.start + 1e-9


def test_a_note_too_many_syllables_is_shared() -> None:
    score = song(((0.0, 2.0, 60, "la", False),))
    second = replace(score.syllables[0], id="s9", text="lo")
    score = replace(score, syllables=(*score.syllables, second))
    part = read_part(score.tracks[0], score, Timeline(score), SOLO)
    assert [entry.notes[0].end - entry.notes[0].start for entry in part.voices[0]] == [0.5, 0.5]


def test_choruses_have_a_backing_voice_in_the_chord() -> None:
    score = song()
    score = replace(
        score,
        sections=(Section("c", 0, 5 * scores.BEAT, "Chorus", "chorus"),),
        chords=(Chord("h", 0, 12 * scores.BEAT, "C", ""),),
    )
    lines = prepare(score.tracks[0], score, Timeline(score)).lines
    behind = [note for phrase in lines[1].phrases for piece in phrase for note in piece.notes]
    assert len(lines) == 2
    assert len(behind) == 3  # the first three notes are in the chorus
    tops = {round(note.start - 0.018, 3): note.pitch for note in behind}
    assert tops == {0.5: 55.0, 1.0: 60.0, 1.25: 64.0}


def test_notes_together_are_voices() -> None:
    score = song(
        ((0.0, 1.0, 67, "ah", False), (0.0, 1.0, 64, "", False), (0.0, 1.0, 60, "", False))
    )
    part = read_part(score.tracks[0], score, Timeline(score), SOLO)
    assert sorted(line[0].notes[0].pitch for line in part.voices) == [60.0, 64.0, 67.0]


@pytest.mark.parametrize(
    ("language", "text", "vowels"),
    [("es", "camino", 3), ("de", "Himmel", 2), ("fr", "bonjour", 2), ("", "window", 2)],
)
def test_words_are_spoken_in_their_language(language: str, text: str, vowels: int) -> None:
    (word,) = speak([(voice_names(language or "en"), text)])
    assert word is not None
    assert sum(kind_of(phone.name) is Kind.VOWEL for phone in word.phones) == vowels
    assert float(np.abs(word.samples).max()) > 0.05


def test_what_cannot_be_sung_is_played_with_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    score = song()
    timeline = Timeline(score)
    wordless = replace(score, syllables=())
    assert not sings(score.tracks[0], wordless)
    singers, reasons = cast_singers(score.tracks, wordless, timeline, "guide", 0)
    assert not singers
    assert reasons[0].startswith("No vocal: its notes have no words")
    assert cast_singers(score.tracks, score, timeline, "synth", 0) == ({}, {})
    for missing in ("pyworld", "espeakng_loader"):
        with monkeypatch.context() as patch:
            patch.setitem(sys.modules, missing, None)
            with pytest.raises(VocalError):
                prepare(score.tracks[0], score, timeline)
            singers, reasons = cast_singers(score.tracks, score, timeline, "guide", 0)
            assert not singers
            assert "not installed" in reasons[0]


@given(pitch=st.integers(0, 127), preset=st.sampled_from([HIGH, LOW]))
def test_octaves_bring_any_melody_into_the_range(pitch: int, preset: object) -> None:
    for voice in (HIGH, LOW, preset_for("", pitch)):
        shift = octave_shift(voice, pitch)
        assert shift % 12 == 0
        assert voice.low <= pitch + shift <= voice.high


@given(
    sounds=st.lists(st.sampled_from(["b", "ɹ", "s", "t", "a", "iː", "oʊ", "n"]), min_size=1,
                    max_size=12),
    count=st.integers(1, 5),
)  # fmt: skip
def test_syllables_keep_every_phoneme_once(sounds: list[str], count: int) -> None:
    phones = [Phone(name, at, at + 1) for at, name in enumerate(sounds)]
    parts = syllables_of(phones, count)
    assert 1 <= len(parts) <= count
    assert [p for part in parts for p in (*part.onset, part.vowel, *part.coda)] == phones


@settings(max_examples=60)
@given(
    notes=st.lists(st.tuples(st.floats(0, 1), st.floats(0.05, 3)), min_size=1, max_size=12),
    onset=st.integers(0, 9000),
    coda=st.integers(0, 9000),
)
def test_times_never_run_back(notes: list[tuple[float, float]], onset: int, coda: int) -> None:
    at, syllables = 0.5, []
    for rest, length in notes:
        at += rest
        syllables.append(SungSyllable(0, 0, 1, (SungNote(at, at + length, 60.0, 90),)))
        at += length
    phones = [Phone("s", 0, onset)] if onset else []
    phones += [Phone("a", onset, onset + 4000)]
    phones += [Phone("n", onset + 4000, onset + 4000 + coda)] if coda else []
    sounds = [Sounds(syllables_of(phones, 1)[0], 22_050)] * len(syllables)
    pieces = [piece for phrase in place_syllables(syllables, sounds) for piece in phrase]
    assert [piece.syllable for piece in pieces] == syllables
    for piece in pieces:
        assert all(one <= other for one, other in pairwise(piece.times))
        assert all(one <= other + 1e-9 for one, other in pairwise(piece.sources))
        assert piece.start <= piece.notes[0].start <= piece.end
    for piece, following in pairwise(pieces):
        assert piece.end <= following.start + 0.031
