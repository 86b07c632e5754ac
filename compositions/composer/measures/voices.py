"""Voice leading between parts: parallel fifths and octaves, as counted in Bach's chorales."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import combinations, pairwise

from compositions.score.document import Note, Score, Track

_FIFTH = 7
LEAST_VOICES = 3


@dataclass(frozen=True, slots=True)
class Parallels:
    """Parallel perfect fifths and octaves, and the changes of harmony they were found in."""

    fifths: int
    octaves: int
    transitions: int

    @property
    def fifths_per_100(self) -> float:
        """Parallel fifths for 100 transitions."""
        return 100.0 * self.fifths / self.transitions if self.transitions else 0.0

    @property
    def octaves_per_100(self) -> float:
        """Parallel octaves and unisons for 100 transitions."""
        return 100.0 * self.octaves / self.transitions if self.transitions else 0.0


def voices_of(score: Score) -> list[Track]:
    """Return the tracks when the song is written in voices: no drums, three to six lines.

    A line plays one note at a time for at least 95 % of its onsets. Empty for all other
    songs, where parallel parts are a matter of style and not a fault.
    """
    tracks = [track for track in score.tracks if track.notes]
    if not LEAST_VOICES <= len(tracks) <= 6 or any(track.percussion for track in tracks):
        return []
    for track in tracks:
        onsets = len({note.start for note in track.notes})
        if onsets < 0.95 * len(track.notes):
            return []
    return tracks


def parallels(tracks: list[Track]) -> Parallels:
    """Count the parallels of every pair of voices.

    A transition is a moment at which a voice begins a note. Two voices are parallel when
    both move to another pitch in the same direction, and the interval is a perfect fifth
    (or an octave) before and after.
    """
    moments = sorted({note.start for track in tracks for note in track.notes})
    sounding = [_at(track, moments) for track in tracks]
    fifths = octaves = 0
    for before, after in pairwise(range(len(moments))):
        for one, other in combinations(sounding, 2):
            a, b, c, d = one[before], other[before], one[after], other[after]
            if a is None or b is None or c is None or d is None:
                continue
            if (c - a) * (d - b) <= 0:
                continue
            intervals = (abs(a - b) % 12, abs(c - d) % 12)
            fifths += intervals == (_FIFTH, _FIFTH)
            octaves += intervals == (0, 0)
    return Parallels(fifths, octaves, max(0, len(moments) - 1))


def _at(track: Track, moments: list[int]) -> list[int | None]:
    """Return the pitch that sounds at each moment, None for a rest."""
    starts = [note.start for note in track.notes]
    found: list[int | None] = []
    for moment in moments:
        place = bisect_right(starts, moment) - 1
        note: Note | None = track.notes[place] if place >= 0 else None
        found.append(note.pitch if note is not None and moment < note.end else None)
    return found
