"""A track with words becomes a sung stem."""

from __future__ import annotations

import hashlib
import math
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from compositions.score.document import Score, Track, TrackRole
from compositions.score.timeline import Timeline
from compositions.sound.samplefile import SampleFile
from compositions.sound.vocal.errors import VocalError
from compositions.sound.vocal.phones import syllables_of, vowel_count
from compositions.sound.vocal.presets import VocalPreset, octave_shift, preset_for
from compositions.sound.vocal.speaking import Spoken, speak
from compositions.sound.vocal.timing import Piece, Sounds, place_syllables
from compositions.sound.vocal.voice import Array, analyse, sing_phrase, world
from compositions.sound.vocal.words import (
    Part,
    SungSyllable,
    backing,
    has_words,
    read_part,
)

VOCAL_VERSION = "1"
"""Raised when the same words on the same notes sound otherwise than before."""
_BREATH_GAP_SECONDS = 0.45
_RING_SECONDS = 0.25
_BACKING_LATE_SECONDS = 0.018
_BACKING_PAN, _CHORD_PANS = 0.45, (0.0, -0.4, 0.4, -0.2)


def sings(track: Track, score: Score) -> bool:
    """Whether a track is to be sung: it is a voice and has words."""
    return track.role is TrackRole.VOCAL and not track.percussion and has_words(track, score)


@lru_cache(maxsize=1)
def vocal_version() -> str:
    """Names and versions of what speaks and sings, part of what a render's bytes depend on."""
    found = []
    for name in ("espeakng-loader", "pyworld-prebuilt"):
        with suppress(PackageNotFoundError):
            found.append(f"{name} {version(name)}")
    return ", ".join(found)


@dataclass(frozen=True, slots=True)
class Singing:
    """A track ready to be sung: its words are spoken and its notes have their voices.

    ``lines`` are the melody, further notes of chords, and the backing voice. ``notes`` are
    sentences for the musician, ``identity`` names all that decides the samples.
    """

    preset: VocalPreset
    octave_shift: int
    lines: tuple[_Line, ...]
    spoken: tuple[Spoken | None, ...]
    seed: tuple[int, int]
    notes: tuple[str, ...]
    identity: str

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The syllables of the melody with their times."""
        return tuple(piece for phrase in self.lines[0].phrases for piece in phrase)

    @property
    def end(self) -> float:
        """Second after which all is silent."""
        ends = [line.phrases[-1][-1].end for line in self.lines if line.phrases]
        return max(ends) + _RING_SECONDS

    def sing(
        self, stem: SampleFile, sample_rate: int, on_progress: Callable[[float], None]
    ) -> float:
        """Sing onto a silent stem and return its peak; ``on_progress`` gets 0..1.

        The same words on the same notes with the same seed give the same samples.
        """
        analyses = [analyse(word) if word is not None else None for word in self.spoken]
        rate = next(word.sample_rate for word in self.spoken if word is not None)
        peak = 0.0
        for number, line in enumerate(self.lines):
            before = 0.0
            for place, phrase in enumerate(line.phrases):
                room = phrase[0].start - before > _BREATH_GAP_SECONDS
                before = phrase[-1].end
                rng = np.random.default_rng(
                    [*self.seed, number, round(phrase[0].notes[0].start * 1000)]
                )
                begin, samples = sing_phrase(
                    phrase, analyses, self.preset, rate, rng, breath=room and number == 0
                )
                peak = max(peak, _write(stem, begin, samples, rate, sample_rate, line))
                on_progress((number + (place + 1) / len(line.phrases)) / len(self.lines))
        return peak


@dataclass(frozen=True, slots=True)
class _Line:
    phrases: tuple[tuple[Piece, ...], ...]
    pan: float
    level_db: float


def prepare(
    track: Track,
    score: Score,
    timeline: Timeline,
    *,
    seed: int = 0,
    preset: VocalPreset | None = None,
) -> Singing:
    """Read and speak what a track has to sing: its words on its notes as they sound.

    The voice is ``preset`` or that of the track. Raises :class:`VocalError` when espeak-ng or
    WORLD is missing, or nothing can be said.
    """
    world()
    median = float(np.median([note.pitch for note in track.notes]))
    preset = preset or preset_for(track.preset, median)
    shift = octave_shift(preset, median)
    part = read_part(track, score, timeline, preset)
    spoken = _spoken(part)
    lines = [
        _Line(_phrases(_moved(line, shift, 0.0), spoken), pan, 0.0)
        for line, pan in zip(part.voices, _CHORD_PANS, strict=False)
    ]
    if not lines or not lines[0].phrases:
        raise VocalError("espeak-ng can say none of its words")
    if preset.harmony_db is not None and (behind := backing(part, score, timeline)):
        phrases = _phrases(_moved(behind, shift, _BACKING_LATE_SECONDS), spoken)
        lines.append(_Line(phrases, _BACKING_PAN, preset.harmony_db))
    digest = hashlib.sha256(repr((preset, lines, part.words, part.spelled, seed)).encode())
    return Singing(
        preset=preset,
        octave_shift=shift,
        lines=tuple(lines),
        spoken=tuple(spoken),
        seed=(seed, zlib.crc32(track.id.encode())),
        notes=tuple(_notes(part, spoken, shift)),
        identity=f"{VOCAL_VERSION} {vocal_version()} {track.id} {digest.hexdigest()}",
    )


def _spoken(part: Part) -> list[Spoken | None]:
    """Each word as it is read, or by its sounds where it is read with other syllables."""
    spelled = [number for number, entry in enumerate(part.spelled) if entry is not None]
    said = speak([*part.words, *(entry for entry in part.spelled if entry is not None)])
    found = said[: len(part.words)]
    counts = {entry.word: entry.count for line in part.voices for entry in line}
    for number, other in zip(spelled, said[len(part.words) :], strict=True):
        word, count = found[number], counts.get(number, 1)
        if other is not None and (word is None or vowel_count(word.phones) != count):
            found[number] = other
    return found


def _moved(line: tuple[SungSyllable, ...], shift: int, late: float) -> tuple[SungSyllable, ...]:
    return tuple(
        replace(
            syllable,
            notes=tuple(
                replace(
                    note, pitch=note.pitch + shift, start=note.start + late, end=note.end + late
                )
                for note in syllable.notes
            ),
        )
        for syllable in line
    )


def _phrases(
    line: tuple[SungSyllable, ...], spoken: list[Spoken | None]
) -> tuple[tuple[Piece, ...], ...]:
    """Join each syllable with its sounds; those that a word lacks lengthen the one before."""
    syllables: list[SungSyllable] = []
    sounds: list[Sounds] = []
    for syllable in line:
        word = spoken[syllable.word]
        if word is None:
            continue
        parts = syllables_of(word.phones, syllable.count)
        if syllable.place < len(parts):
            syllables.append(syllable)
            sounds.append(Sounds(parts[syllable.place], word.sample_rate))
        elif syllables and syllables[-1].word == syllable.word:
            before = syllables[-1]
            syllables[-1] = replace(before, notes=(*before.notes, *syllable.notes))
    return tuple(tuple(phrase) for phrase in place_syllables(syllables, sounds))


def _write(
    stem: SampleFile,
    begin: float,
    samples: Array,
    spoken_rate: int,
    sample_rate: int,
    line: _Line,
) -> float:
    """Mix mono samples onto the stem from second ``begin`` on; return their peak."""
    from scipy.signal import resample_poly  # loading it takes a second; pages never sing

    divisor = math.gcd(spoken_rate, sample_rate)
    samples = resample_poly(samples, sample_rate // divisor, spoken_rate // divisor)
    start = round(begin * sample_rate)
    samples = samples[max(0, -start) :]
    start = max(0, start)
    samples = samples[: max(0, stem.frames - start)]
    if not len(samples):
        return 0.0
    angle = (line.pan + 1.0) * math.pi / 4.0
    gains = np.array([math.cos(angle), math.sin(angle)]) * math.sqrt(2.0)
    stereo = samples[:, None] * gains * 10.0 ** (line.level_db / 20.0)
    stem.add(start, stereo)
    return float(np.abs(stereo).max())


def _notes(part: Part, spoken: list[Spoken | None], shift: int) -> list[str]:
    found = []
    if shift:
        octaves = abs(shift) // 12
        way = "down" if shift < 0 else "up"
        plural = "s" if octaves > 1 else ""
        found.append(f"Sung {octaves} octave{plural} {way}, in the range of the voice.")
    if part.wordless:
        found.append(f'{part.wordless} notes have no words and are sung on "ah".')
    unsaid = sum(word is None for word in spoken)
    if unsaid:
        found.append(f"{unsaid} words cannot be read and are left out.")
    if part.left_out:
        found.append(f"{part.left_out} notes of chords are beyond its voices and left out.")
    return found
