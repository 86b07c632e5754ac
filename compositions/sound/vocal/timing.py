"""When each sound of a phrase is sung: which moment of a spoken word is heard at which time.

The vowel begins on the beat, consonants before it are sung before the beat and those after it at
the end of the note, at nearly the length that they are spoken with; what fills the note is the
middle of the vowel, held. (Sundberg, "The Science of the Singing Voice", 1987, on vowel onsets
and the beat.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from compositions.sound.vocal.phones import SyllablePhones, is_diphthong
from compositions.sound.vocal.words import SungNote, SungSyllable

_JOINED_SECONDS = 0.12
"""A shorter gap between notes is sung over."""
_PHRASE_GAP_SECONDS = 0.3
"""A longer one ends the phrase, and there is time to breathe."""
_LONGEST_PHRASE_SECONDS = 20.0
_LONGEST_BREATH_SECONDS = 30.0
"""No syllable is held longer: nobody could, and spectra are kept in memory by phrases."""
_ONSET_SECONDS, _CODA_SECONDS = 0.17, 0.2
_CONSONANT_SHARE = 0.5
"""Of the time between two vowels, consonants take at most this."""
_HOLD, _GLIDING_HOLD, _STILL = 0.5, 0.3, 0.1
"""Where in a vowel it is held, as parts of its length, in a vowel that glides, and how much."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A syllable in time: straight lines through (second, second of the spoken word) points.

    ``vowel`` is the second of the word whose loudness and colour the held vowel has.
    """

    word: int
    times: tuple[float, ...]
    sources: tuple[float, ...]
    vowel: float
    syllable: SungSyllable
    joined: bool

    @property
    def start(self) -> float:
        """When its first sound begins, in seconds."""
        return self.times[0]

    @property
    def end(self) -> float:
        """When its last sound ends, in seconds."""
        return self.times[-1]

    @property
    def notes(self) -> tuple[SungNote, ...]:
        """The notes that carry it."""
        return self.syllable.notes


@dataclass(frozen=True, slots=True)
class Sounds:
    """The phonemes of one sung syllable, of a word spoken at ``sample_rate``."""

    phones: SyllablePhones
    sample_rate: int

    @property
    def onset(self) -> float:
        """Seconds that the consonants before the vowel are spoken."""
        return (
            self._seconds(self.phones.onset[0].start, self.phones.vowel.start)
            if (self.phones.onset)
            else 0.0
        )

    @property
    def coda(self) -> float:
        """Seconds that the consonants after the vowel are spoken."""
        return (
            self._seconds(self.phones.coda[0].start, self.phones.coda[-1].end)
            if (self.phones.coda)
            else 0.0
        )

    def _seconds(self, start: int, end: int) -> float:
        return max(0, end - start) / self.sample_rate


def place_syllables(
    syllables: Sequence[SungSyllable], sounds: Sequence[Sounds]
) -> list[list[Piece]]:
    """Give each syllable its times and cut the line into phrases at its rests."""
    onsets = [min(sound.onset, _ONSET_SECONDS) for sound in sounds]
    codas = [min(sound.coda, _CODA_SECONDS) for sound in sounds]
    joined = []
    for number, syllable in enumerate(syllables):
        start = syllable.notes[0].start
        before = syllables[number - 1] if number else None
        gap = start - before.notes[-1].end if before else start
        joined.append(before is not None and gap < _JOINED_SECONDS)
        room = start - before.notes[0].start if before else max(0.02, start)
        coda = codas[number - 1] if before else 0.0
        wanted = onsets[number] + (coda if joined[-1] else max(0.0, coda - gap))
        if wanted > room * _CONSONANT_SHARE:
            scale = room * _CONSONANT_SHARE / wanted
            onsets[number] *= scale
            if before:
                codas[number - 1] *= scale
    phrases: list[list[Piece]] = []
    for number, syllable in enumerate(syllables):
        end = syllable.notes[-1].end
        if number + 1 < len(syllables):
            following = syllables[number + 1].notes[0].start - onsets[number + 1]
            end = following if joined[number + 1] else min(end, following)
        begin = syllable.notes[0].start
        end = min(max(end, begin + 0.03), begin + _LONGEST_BREATH_SECONDS)
        coda = min(codas[number], (end - begin) * 0.6)
        piece = _piece(syllable, sounds[number], onsets[number], coda, end, joined[number])
        last = phrases[-1] if phrases else None
        if (
            last is None
            or piece.start - last[-1].end >= _PHRASE_GAP_SECONDS
            or (piece.end - last[0].start > _LONGEST_PHRASE_SECONDS and not joined[number])
            or piece.end - last[0].start > 2 * _LONGEST_PHRASE_SECONDS
        ):
            phrases.append([piece])
        else:
            last.append(piece)
    return phrases


def _piece(
    syllable: SungSyllable, sound: Sounds, onset: float, coda: float, end: float, joined: bool
) -> Piece:
    rate, vowel = sound.sample_rate, sound.phones.vowel
    begin = syllable.notes[0].start
    first, last = vowel.start / rate, vowel.end / rate
    length, room = last - first, end - coda - begin
    times, sources = [], []
    if onset > 0.0:
        times.append(begin - onset)
        sources.append(sound.phones.onset[0].start / rate)
    times.append(begin)
    sources.append(first)
    # The way into the vowel and out of it tells the consonants around: it keeps its speed.
    head = (_GLIDING_HOLD if is_diphthong(vowel.name) else _HOLD) * length
    if room > length:
        times += [begin + head, end - coda - (length - head - _STILL * length)]
        sources += [first + head, first + head + _STILL * length]
    times.append(max(end - coda, times[-1] + 0.005))
    sources.append(last)
    if coda > 0.0:
        times.append(times[-1] + coda)
        sources.append(sound.phones.coda[-1].end / rate)
    middle = first + head + _STILL * length / 2
    return Piece(syllable.word, tuple(times), tuple(sources), middle, syllable, joined)
