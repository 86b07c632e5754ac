"""Sorts the notes of a track into staves, voices and chords, so that each voice can be read.

Within a voice one chord follows another; a note that would need a fifth voice on its staff
is written shorter than it sounds and keeps its sound by ``release``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from compositions.score.document import TICKS_PER_QUARTER, Track
from compositions.score.musicxml_grid import Written

VOICES_PER_STAFF = 4
MIDDLE_C = 60
_LEGATO = TICKS_PER_QUARTER // 4
"""A performed overlap up to this many ticks is written as a plain succession."""
_KEYBOARDS = frozenset({*range(8), *range(16, 21), 46})
_HAND = 7
"""How far (semitones) a keyboard part reaches beyond middle C both ways to need two staves."""


@dataclass(slots=True)
class ChordGroup:
    """Notes of one voice that are written together; ``end`` may move while voices are sought."""

    start: int
    end: int
    notes: list[Written]
    is_exact: bool

    @property
    def top(self) -> int:
        """The highest pitch."""
        return max(entry.note.pitch for entry in self.notes)


@dataclass(slots=True)
class Voice:
    """One voice: its number in the part (from 1), its staff (1 or 2) and its chords in order."""

    number: int
    staff: int
    groups: list[ChordGroup] = field(default_factory=list)

    @property
    def free_at(self) -> int:
        """First tick at which another chord can begin."""
        return self.groups[-1].end if self.groups else 0


def staves_of(track: Track) -> int:
    """Return 2 for a keyboard part that goes well above and below middle C, else 1."""
    if track.percussion or track.program not in _KEYBOARDS or not track.notes:
        return 1
    pitches = [note.pitch for note in track.notes]
    wide = min(pitches) < MIDDLE_C - _HAND and max(pitches) > MIDDLE_C + _HAND
    return 2 if wide else 1


def voices_of(written: Iterable[Written], staves: int) -> list[Voice]:
    """Return the voices of a part; each staff has at least its first, maybe empty."""
    voices: list[Voice] = []
    entries = list(written)
    for staff in range(1, staves + 1):
        chosen = [
            entry
            for entry in entries
            if staves == 1 or (entry.note.pitch < MIDDLE_C) == (staff == 2)
        ]
        voices += _staff_voices(chosen, staff)
    return voices


def _staff_voices(entries: list[Written], staff: int) -> list[Voice]:
    first = (staff - 1) * VOICES_PER_STAFF + 1
    voices = [Voice(first, staff)]
    for group in _groups(entries):
        voice = _free(voices, group)
        if voice is None and len(voices) < VOICES_PER_STAFF:
            voice = Voice(first + len(voices), staff)
            voices.append(voice)
        if voice is None:
            voice = _make_room(voices, group)
        if voice is not None:
            voice.groups.append(group)
    return voices


def _groups(entries: list[Written]) -> list[ChordGroup]:
    """Gather what begins and ends together; of a pitch twice the second goes elsewhere."""
    groups: dict[tuple[int, int, int], ChordGroup] = {}
    for entry in entries:
        copy = 0
        while True:
            group = groups.get((entry.start, entry.end, copy))
            if group is None:
                group = ChordGroup(entry.start, entry.end, [entry], entry.is_exact)
                groups[entry.start, entry.end, copy] = group
                break
            if all(other.note.pitch != entry.note.pitch for other in group.notes):
                group.notes.append(entry)
                group.is_exact = group.is_exact and entry.is_exact
                break
            copy += 1
    return sorted(groups.values(), key=lambda group: (group.start, -group.top, -group.end))


def _free(voices: list[Voice], group: ChordGroup) -> Voice | None:
    for voice in voices:
        if voice.free_at <= group.start:
            return voice
    for voice in voices:
        last = voice.groups[-1]
        if not last.is_exact and last.start < group.start and last.end - group.start <= _LEGATO:
            last.end = group.start
            return voice
    return None


def _make_room(voices: list[Voice], group: ChordGroup) -> Voice | None:
    """Cut a chord short where ``group`` begins; or join those that begin there (None)."""
    earlier = [voice for voice in voices if voice.groups[-1].start < group.start]
    if earlier:
        voice = min(earlier, key=lambda voice: voice.groups[-1].end)
        voice.groups[-1].end = group.start
        return voice
    partner = min(
        (voice.groups[-1] for voice in voices), key=lambda other: abs(other.end - group.end)
    )
    partner.notes += group.notes
    partner.is_exact = False
    return None
