"""Voice leading between parts: parallels, crossings and gaps, as counted in Bach's chorales."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from compositions.score.document import Score, Track

_FIFTH = 7
LEAST_VOICES, MOST_VOICES = 3, 6
_TOGETHER = 120
"""Voices of one moment are not played at once to the tick: starts are taken to sixteenths."""
_STEADY = 0.95
_DOUBLED = 0.8
"""Share of the time at one pitch class from which a line doubles another one."""
_WIDEST = 12
"""Semitones between neighbouring upper voices; a tenor may lie further above the bass."""

Line = dict[int, int]
"""What a voice sounds at each moment, in sixteenths; no entry is a rest."""


@dataclass(frozen=True, slots=True)
class Parallels:
    """Parallel perfect fifths and octaves, and the changes of harmony they were found in."""

    fifths: int
    octaves: int
    transitions: int
    crossings: int = 0
    wide: int = 0
    motion: int = 0
    """Semitones that all voices move together."""

    @property
    def fifths_per_100(self) -> float:
        """Parallel fifths for 100 transitions."""
        return 100.0 * self.fifths / self.transitions if self.transitions else 0.0

    @property
    def octaves_per_100(self) -> float:
        """Parallel octaves and unisons for 100 transitions."""
        return 100.0 * self.octaves / self.transitions if self.transitions else 0.0

    def per_100(self, name: str) -> float:
        """A count, by the name of its field, for 100 transitions."""
        return 100.0 * getattr(self, name) / self.transitions if self.transitions else 0.0


def voices_of(score: Score) -> list[Track]:
    """Return the tracks when the song is written in voices: no drums, three to six lines.

    A track is one line, or two that sound together all the time (alto and tenor on one
    instrument). A line that plays another one along in unison or octaves, as double basses
    do with cellos or timpani, is a colour of that voice and none of its own. Empty for all
    other songs, where parallel parts are a matter of style and not a fault.
    """
    tracks = [track for track in score.tracks if track.notes]
    if any(track.percussion for track in tracks):
        return []
    tracks = _without_doublings(tracks)
    counts = [voice_count(track) for track in tracks]
    if not all(counts) or not LEAST_VOICES <= sum(counts) <= MOST_VOICES:
        return []
    return tracks


def _without_doublings(tracks: Sequence[Track]) -> list[Track]:
    """Return the tracks without those that double one before them nearly all the time."""
    kept: list[tuple[Track, dict[int, set[int]]]] = []
    for track in tracks:
        classes = {
            moment: {pitch % 12 for pitch in pitches}
            for moment, pitches in _sounding(track).items()
        }
        if not any(_alike(classes, other) for _, other in kept):
            kept.append((track, classes))
    return [track for track, _ in kept]


def _alike(one: dict[int, set[int]], other: dict[int, set[int]]) -> bool:
    """Tell whether two lines have the same pitch classes where they sound together."""
    shared = [one[moment] == other[moment] for moment in one if moment in other]
    together = len(shared) >= _DOUBLED * min(len(one), len(other))
    return bool(shared) and together and sum(shared) >= _DOUBLED * len(shared)


def voice_count(track: Track) -> int:
    """Return 1 or 2 for a track of that many voices, 0 for any other texture."""
    sounding = Counter(len(pitches) for pitches in _sounding(track).values() if pitches)
    number, moments = sounding.most_common(1)[0] if sounding else (0, 0)
    steady = moments >= _STEADY * sum(sounding.values())
    return number if number in (1, 2) and steady else 0


def lines_of(track: Track, voices: int) -> list[Line]:
    """Return the voices of a track from the highest down, by what sounds at each moment."""
    lines: list[Line] = [{} for _ in range(voices)]
    for moment, pitches in _sounding(track).items():
        if len(pitches) >= voices:
            for line, pitch in zip(lines, sorted(pitches, reverse=True), strict=False):
                line[moment] = pitch
    return lines


def parallels(tracks: Sequence[Track], counts: Sequence[int] | None = None) -> Parallels:
    """Count the parallels of every pair of voices, and crossings and gaps between neighbours.

    A transition is a moment at which a voice begins a note. Two voices are parallel when
    both move to another pitch in the same direction, and the interval is a perfect fifth
    (or an octave) before and after. ``counts`` are the voices of each track; where it is
    missing they are found out.
    """
    numbers = counts or [voice_count(track) or 1 for track in tracks]
    moments = sorted({_at(note.start) for track in tracks for note in track.notes})
    lines = [line for track, n in zip(tracks, numbers, strict=True) for line in lines_of(track, n)]
    found = Counter[str]()
    for before, after in pairwise(moments):
        now = [(line.get(before), line.get(after)) for line in lines]
        both = [(a, c) for a, c in now if a is not None and c is not None]
        found["motion"] += sum(abs(c - a) for a, c in both)
        for (a, c), (b, d) in combinations(both, 2):
            if (c - a) * (d - b) <= 0:
                continue
            intervals = (abs(a - b) % 12, abs(c - d) % 12)
            found["fifths"] += intervals == (_FIFTH, _FIFTH)
            found["octaves"] += intervals == (0, 0)
        upper = [c for _, c in both]
        found["crossings"] += any(one < other for one, other in pairwise(upper))
        found["wide"] += any(one - other > _WIDEST for one, other in pairwise(upper[:-1]))
    return Parallels(
        found["fifths"], found["octaves"], max(0, len(moments) - 1),
        found["crossings"], found["wide"], found["motion"],
    )  # fmt: skip


def _at(tick: int) -> int:
    return (tick + _TOGETHER // 2) // _TOGETHER


def _sounding(track: Track) -> dict[int, list[int]]:
    """Return the pitches that sound from each sixteenth in which one does."""
    found: dict[int, list[int]] = {}
    last: dict[int, int] = {}
    for note in track.notes:
        first = max(_at(note.start), last.get(note.pitch, 0))
        stop = max(first + 1, _at(note.end))
        last[note.pitch] = stop
        for moment in range(first, stop):
            found.setdefault(moment, []).append(note.pitch)
    return found
