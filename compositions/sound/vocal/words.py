"""From a track with syllables to what its voices have to sing, note by note."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace

from compositions.score.document import Note, Score, Syllable, Track
from compositions.score.harmony import chord_pitch_classes
from compositions.score.performed import sounding_track
from compositions.score.timeline import Timeline
from compositions.sound.vocal.presets import VocalPreset
from compositions.sound.vocal.speaking import Utterance, voice_names

MOST_VOICES = 4
_WORDLESS: Utterance = (("en-us",), "[['A:]]")
"""What is sung on notes before the first word of a phrase: "ah"."""
_HELD_OVER_SECONDS = 0.4
"""A note without a syllable goes on with the last one, if it comes within this time."""
_TOGETHER = 24
"""Notes that begin within this many ticks are one chord, whose top is the melody."""
_CHORUS = ("chorus", "refrain", "hook", "drop")
_ENGLISH = {
    "ɑː": "A:", "æ": "a", "ʌ": "V", "ɔː": "O:", "aʊ": "aU", "aɪ": "aI", "ɛ": "E", "ɜː": "3:",
    "eɪ": "eI", "ɪ": "I", "iː": "i:", "oʊ": "oU", "ɔɪ": "OI", "ʊ": "U", "uː": "u:", "ə": "@",
    "ɚ": "3", "i": "i", "b": "b", "tʃ": "tS", "d": "d", "ð": "D", "f": "f", "ɡ": "g", "h": "h",
    "dʒ": "dZ", "k": "k", "l": "l", "m": "m", "n": "n", "ŋ": "N", "p": "p", "ɹ": "r", "s": "s",
    "ʃ": "S", "t": "t", "θ": "T", "v": "v", "w": "w", "j": "j", "z": "z", "ʒ": "Z",
}  # fmt: skip
"""espeak-ng's letters for the sounds that the dictionary of the composer has."""
_REDUCED = frozenset(("ə", "ɚ", "i", "ɪ"))
_VOWELS = frozenset("ɑæʌɔaɛɜeɪioʊuəɚ")


@dataclass(frozen=True, slots=True)
class SungNote:
    """A note in seconds; ``pitch`` in semitones as MIDI counts them, after octave shifts."""

    start: float
    end: float
    pitch: float
    velocity: int


@dataclass(frozen=True, slots=True)
class SungSyllable:
    """A syllable: which of the utterances it is of, and the notes that carry it, one or more.

    ``place`` of ``count`` syllables of its word, from 0. ``chorus`` is true in a chorus.
    """

    word: int
    place: int
    count: int
    notes: tuple[SungNote, ...]
    chorus: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """What a track sings: words to be spoken, and for each voice, the melody first, syllables.

    ``spelled`` are words in espeak-ng's letters for sounds, where the score has them: for those
    that espeak-ng reads with other syllables than they are sung on.
    ``wordless`` counts notes on "ah", ``left_out`` notes of chords beyond the voices.
    """

    words: tuple[Utterance, ...]
    spelled: tuple[Utterance | None, ...]
    voices: tuple[tuple[SungSyllable, ...], ...]
    wordless: int
    left_out: int


def has_words(track: Track, score: Score) -> bool:
    """Whether any note of the track carries a syllable."""
    carried = {row.note_id for row in score.syllables}
    return any(note.id in carried for note in track.notes)


def read_part(track: Track, score: Score, timeline: Timeline, preset: VocalPreset) -> Part:
    """Put the words of a track on its notes as they sound.

    A note without a syllable goes on with the vowel before it (melisma), or is sung on "ah"
    where no word precedes. Of notes together the highest has the melody; the others sing its
    syllable, each in a voice of its own, up to four voices.
    """
    rows: dict[str, list[Syllable]] = defaultdict(list)
    for row in score.syllables:
        rows[row.note_id].append(row)
    languages = {line.id: line.language for line in score.lines}
    book = _Book(preset.variant)
    found: list[list[SungSyllable | None]] = [[] for _ in range(MOST_VOICES)]
    wordless = left_out = 0
    chords = _chords(sounding_track(track).notes, rows)
    for number, chord in enumerate(chords):
        left_out += max(0, len(chord) - MOST_VOICES)
        limit = chords[number + 1][0].start if number + 1 < len(chords) else None
        sung = [_sung(note, limit, timeline) for note in chord[:MOST_VOICES]]
        texts = [row for note in chord for row in rows.get(note.id, ())]
        chorus = _in_chorus(score, chord[0].start)
        last = next((entry for entry in reversed(found[0]) if entry), None)
        if not texts and last and sung[0].start - last.notes[-1].end < _HELD_OVER_SECONDS:
            for voice, line in enumerate(found):
                before = line[-1] if line else None
                if voice < len(sung) and before is not None:
                    line[-1] = replace(before, notes=(*before.notes, sung[voice]))
            continue
        places = [book.place(row, languages.get(row.line_id, "")) for row in texts]
        if not places:
            wordless += 1
            places = [book.wordless()]
        for index, (word, place) in enumerate(places):
            for voice, line in enumerate(found):
                if voice >= len(sung):
                    line.append(None)
                    continue
                share = _share(sung[voice], index, len(places))
                line.append(SungSyllable(word, place, 1, (share,), chorus))
    words, spelled, counts = book.finish()
    voices = tuple(
        tuple(replace(entry, count=counts[entry.word]) for entry in line if entry) for line in found
    )
    return Part(words, spelled, tuple(line for line in voices if line), wordless, left_out)


def backing(part: Part, score: Score, timeline: Timeline) -> tuple[SungSyllable, ...]:
    """The backing voice: choruses of the melody on the chord note a third to a sixth below."""
    if len(part.voices) > 1:
        return ()
    chords = [
        (timeline.seconds(chord.start), timeline.seconds(chord.end), chord_pitch_classes(chord))
        for chord in score.chords
    ]
    found = []
    for syllable in part.voices[0] if part.voices else ():
        if not syllable.chorus:
            continue
        notes = []
        for note in syllable.notes:
            at = note.start + 0.02
            tones = next((tones for start, end, tones in chords if start <= at < end), ())
            below = [step for step in range(3, 10) if round(note.pitch - step) % 12 in tones]
            if below:
                notes.append(replace(note, pitch=note.pitch - below[0]))
        if len(notes) == len(syllable.notes):
            found.append(replace(syllable, notes=tuple(notes)))
    return tuple(found)


class _Book:
    """Collects words from their syllables."""

    def __init__(self, variant: str) -> None:
        self._variant = variant
        self._rows: list[list[Syllable]] = []
        self._languages: list[str] = []
        self._open = False
        self._wordless: int | None = None

    def place(self, row: Syllable, language: str) -> tuple[int, int]:
        """The word that a syllable belongs to, and its place in it."""
        joins = self._open and self._rows[-1][-1].line_id == row.line_id
        if not joins:
            self._rows.append([])
            self._languages.append(language)
        self._rows[-1].append(row)
        self._open = row.continues
        return len(self._rows) - 1, len(self._rows[-1]) - 1

    def wordless(self) -> tuple[int, int]:
        """The word "ah"."""
        self._open = False
        if self._wordless is None:
            self._wordless = len(self._rows)
            self._rows.append([])
            self._languages.append("")
        return self._wordless, 0

    def finish(
        self,
    ) -> tuple[tuple[Utterance, ...], tuple[Utterance | None, ...], tuple[int, ...]]:
        """What to say for each word, the same by its sounds, and its number of syllables."""
        words: list[Utterance] = []
        spelled: list[Utterance | None] = []
        for rows, language in zip(self._rows, self._languages, strict=True):
            voices, text = _utterance(rows, language) if rows else _WORDLESS
            # A variant is another throat; where a voice has none, it speaks without.
            both = tuple(name for voice in voices for name in (f"{voice}+{self._variant}", voice))
            words.append((both, text))
            letters = _english_phonemes(rows) if voices[0].startswith("en") else ""
            spelled.append((both, letters) if letters else None)
        return tuple(words), tuple(spelled), tuple(max(1, len(rows)) for rows in self._rows)


def _utterance(rows: list[Syllable], language: str) -> Utterance:
    text = "".join(row.text.strip().strip("-") for row in rows)
    text = re.sub(r"[^\w'’]+", " ", text).strip().replace("’", "'")
    voices = voice_names(language or "en")
    if voices[0].startswith("en") and text.lower() == "a":
        return voices, "[[@]]"  # alone it is read as the letter
    return (voices, text.lower()) if text else _WORDLESS


def _english_phonemes(rows: list[Syllable]) -> str:
    """The phonemes of a word in espeak-ng's letters, empty where the score does not tell them.

    Each full vowel is stressed: a sung syllable has its length from its note.
    """
    letters, stressed = "", False
    for row in rows:
        if not row.phonemes or any(sound not in _ENGLISH for sound in row.phonemes):
            return ""
        for sound in row.phonemes:
            if sound[0] in _VOWELS and (sound not in _REDUCED or len(rows) == 1):
                letters += "," if stressed else "'"
                stressed = True
            letters += _ENGLISH[sound]
            if sound in ("t", "d"):
                letters += "|"  # keeps it from joining what follows into one sound
    return f"[[{letters}]]"


def _chords(notes: tuple[Note, ...], rows: dict[str, list[Syllable]]) -> list[tuple[Note, ...]]:
    """Notes that begin together, the melody first: the note with words, else the highest."""
    groups: list[list[Note]] = []
    for note in notes:
        if (
            groups
            and note.start - groups[-1][0].start <= _TOGETHER
            and note.start < (groups[-1][0].end)
        ):
            groups[-1].append(note)
        else:
            groups.append([note])
    return [
        tuple(sorted(group, key=lambda note: (note.id not in rows, -note.pitch, note.id)))
        for group in groups
    ]


def _sung(note: Note, limit: int | None, timeline: Timeline) -> SungNote:
    end = note.end if limit is None else max(note.start + 1, min(note.end, limit))
    return SungNote(
        timeline.seconds(note.start), timeline.seconds(end), float(note.pitch), note.velocity
    )


def _share(note: SungNote, index: int, count: int) -> SungNote:
    """Part ``index`` of ``count`` equal parts of a note that carries several syllables."""
    step = (note.end - note.start) / count
    start = note.start + index * step
    return replace(note, start=start, end=start + step)


def _in_chorus(score: Score, tick: int) -> bool:
    section = next((one for one in score.sections if one.start <= tick < one.end), None)
    return section is not None and section.kind.lower() in _CHORUS
