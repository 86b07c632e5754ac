"""What the parts of a MusicXML file share while it is written: bars, keys, chords, words."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from compositions.score import musicxml_elements as elements
from compositions.score.document import (
    TICKS_PER_QUARTER,
    Chord,
    KeyChange,
    Score,
    Syllable,
    Track,
)
from compositions.score.harmony import chord_note_names, pitch_class, spell_pitch
from compositions.score.musicxml_elements import Element
from compositions.score.musicxml_grid import Bar

_MELISMA_GAP = TICKS_PER_QUARTER // 4


@dataclass(frozen=True, slots=True)
class Event:
    """Something between the notes: at a tick, in an order, with what writes it."""

    tick: int
    order: int
    write: Callable[[Element, int], object]


@dataclass(slots=True)
class Sheet:
    """What all parts share while a score is written."""

    score: Score
    bars: list[Bar]
    losses: Counter[str] = field(default_factory=Counter)
    _key_ticks: list[int] = field(init=False)
    _chord_ticks: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self._key_ticks = [key.tick for key in self.score.keys]
        self._chord_ticks = [chord.start for chord in self.score.chords]

    def key_at(self, tick: int) -> KeyChange:
        """The key in force."""
        return self.score.keys[max(0, bisect_right(self._key_ticks, tick) - 1)]

    def chord_at(self, tick: int) -> Chord | None:
        """The chord that sounds, or None."""
        index = bisect_right(self._chord_ticks, tick) - 1
        if index < 0 or self.score.chords[index].end <= tick:
            return None
        return self.score.chords[index]

    def spelled(self, pitch: int, tick: int) -> str:
        """Return a pitch as the chord spells it where it is of the chord, else as the key."""
        key, chord = self.key_at(tick), self.chord_at(tick)
        if chord is not None:
            tones = (*chord_note_names(chord), *((chord.bass,) if chord.bass else ()))
            for name in tones:
                if pitch_class(name) == pitch % 12:
                    return f"{name}{(pitch - elements.alteration(name)) // 12 - 1}"
        return spell_pitch(pitch, key.tonic, key.mode)


@dataclass(frozen=True, slots=True)
class SungSyllable:
    """A syllable with what surrounds it."""

    syllable: Syllable
    syllabic: str
    is_melisma: bool
    ends_line: bool


def sung_syllables(score: Score, track: Track) -> dict[str, SungSyllable]:
    """Return the syllables on the notes of a track, each with its place in its word."""
    notes = {note.id: note for note in track.notes}
    own = [syllable for syllable in score.syllables if syllable.note_id in notes]
    if not own:
        return {}
    taken = {syllable.note_id for syllable in own}
    starts = sorted({note.start for note in track.notes})
    sung_starts = {notes[key].start for key in taken}
    result: dict[str, SungSyllable] = {}
    goes_on = False
    for index, syllable in enumerate(own):
        following = own[index + 1] if index + 1 < len(own) else None
        syllabic = (
            ("middle" if syllable.continues else "end")
            if goes_on
            else ("begin" if syllable.continues else "single")
        )
        note = notes[syllable.note_id]
        place = bisect_right(starts, note.start)
        is_melisma = (
            not syllable.continues
            and place < len(starts)
            and starts[place] <= note.end + _MELISMA_GAP
            and starts[place] not in sung_starts
        )
        ends_line = bool(syllable.line_id) and (
            following is None or following.line_id != syllable.line_id
        )
        result[syllable.note_id] = SungSyllable(syllable, syllabic, is_melisma, ends_line)
        goes_on = syllable.continues
    return result
