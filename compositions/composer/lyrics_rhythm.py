"""Set words to time: which bars a line of a section gets, and where its syllables begin.

A dynamic programme over the places of the bar weighs stress against metre, as in the
alignment of text and tune by Dell and Halle (2009): stressed syllables look for beats, weak
ones avoid them, syllables follow each other at a speakable pace, and every line leaves its end
to a breath.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from compositions.composer.lyrics_lines import STRESSED, SungLine, SungSyllable
from compositions.composer.melody_rhythm import Onset
from compositions.composer.rhythm import Grid

_LONGEST = 8.0
_CROWDED = 0.7
_LONG_WORD, _ON_A_WEAK_BEAT = 1.3, 0.6
"""A long word on a wrong beat is heard at once; a word of one syllable can bear it."""
_HEAVIER = 1.6
_UPBEAT, _ROOMY = 2, 1.25
_LOOSE = frozenset({"syncopated", "swing", "sixteenth"})


@dataclass(frozen=True, slots=True)
class LinePlace:
    """Bars of a section (from 0) and the lines, by number, that are sung in them."""

    bar: int
    bars: int
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class JoinedBars:
    """Bars of several meters, taken as one; see :class:`compositions.composer.rhythm.Grid`."""

    bars: tuple[Grid, ...]

    @property
    def groups(self) -> tuple[int, ...]:
        """The felt beats of all bars, in steps."""
        return tuple(length for bar in self.bars for length in bar.groups)

    @property
    def steps(self) -> int:
        """Steps in all bars."""
        return sum(bar.steps for bar in self.bars)

    def at(self, step: int) -> tuple[int, Grid]:
        """Return the step inside its bar, and the meter of this bar."""
        step %= self.steps
        for bar in self.bars:
            if step < bar.steps:
                return step, bar
            step -= bar.steps
        raise IndexError(step)  # pragma: no cover - the sum of the bars is their length


Bars = Grid | JoinedBars


def bars_joined(grids: Sequence[Grid]) -> tuple[Bars, int]:
    """Return the meter of some bars and their number: bars of several meters count as one."""
    if all(grid == grids[0] for grid in grids):
        return grids[0], len(grids)
    return JoinedBars(tuple(grids)), 1


def place_lines(lines: Sequence[SungLine], bars: int) -> list[LinePlace]:
    """Share the bars of a section among its lines; every line begins with a bar.

    All lines get 1, 2, 4 or 8 bars. What is left over goes first to lines with too many
    syllables for theirs, then between the halves of the section, then to its end. More lines
    than bars are joined, the shortest first.
    """
    groups = [[number] for number in range(len(lines))]
    counts = [len(line) for line in lines]
    while len(groups) > max(1, bars):
        at = min(range(len(groups) - 1), key=lambda i: counts[i] + counts[i + 1])
        groups[at : at + 2] = [groups[at] + groups[at + 1]]
        counts[at : at + 2] = [counts[at] + counts[at + 1]]
    total = len(groups)
    if total == 0:
        return []
    each = max(size for size in (1, 2, 4, 8) if size == 1 or size * total <= bars)
    spans = [each] * total
    left = bars - each * total
    usual = sorted(counts)[total // 2]
    while left >= each:
        longest = max(range(total), key=lambda i: (counts[i] / spans[i], -i))
        if counts[longest] / spans[longest] <= 1.4 * usual / each:
            break
        spans[longest] += each
        left -= each
    rest = left // 2 // each * each if total % 2 == 0 and total >= 4 else 0
    places, bar = [], 0
    for number, (group, span) in enumerate(zip(groups, spans, strict=True)):
        if number == total // 2:
            bar += rest
        places.append(LinePlace(bar, span, tuple(group)))
        bar += span
    return places


def rhythm_for_words(
    syllables: Sequence[SungSyllable],
    bars: int,
    grid: Bars,
    family: str,
    *,
    step_seconds: float = 0.14,
    motif: Sequence[Onset] = (),
    lead_in: float = 0.0,
    upbeat: int = 0,
) -> list[Onset]:
    """Place one onset per syllable over ``bars`` bars, stressed ones on strong beats.

    ``family`` is the kind of beat cells of the style. ``motif`` is the rhythm of the
    material, whose places are liked. ``lead_in`` steps before the first bar are free: weak
    syllables at the beginning may be sung there (steps are negative then). The end of the
    line is left to a breath, and where there is room to the ``upbeat``: so many weak syllables
    with which the next line begins.
    """
    steps = _search(
        tuple(syllable.accent for syllable in syllables),
        tuple(syllable.continues for syllable in syllables),
        bars,
        grid,
        family in _LOOSE,
        round(step_seconds, 4),
        frozenset(round(onset.step) for onset in motif),
        int(lead_in),
        min(upbeat, _UPBEAT),
    )
    end = bars * grid.steps
    onsets = []
    for index, step in enumerate(steps):
        if index + 1 < len(steps):
            length = min(steps[index + 1] - step, _LONGEST)
        else:
            room = end - step
            length = max(0.5, min(room - min(breath(grid), room / 2), _LONGEST))
        onsets.append(Onset(step, length))
    return onsets


def breath(grid: Bars) -> float:
    """Return the steps that a singer needs between two lines: about half a beat."""
    return max(2.0, grid.groups[-1] / 2)


def _unit(count: int, total: int, grid: Bars) -> float:
    """Return the finest step that so many syllables need: eighths, sixteenths or less."""
    eighths = all(length % 2 == 0 for length in grid.groups)
    if eighths and count <= _CROWDED * total / 2:
        return 2.0
    if count <= 0.85 * total:
        return 1.0
    return 0.5 if count <= 1.8 * total else 0.25


def _metre(step: float, grid: Bars) -> float:
    """How much a place is a beat: 1 for the downbeat, 0.2 for eighths, 0 for what is finer."""
    if step != int(step):
        return 0.0
    if isinstance(grid, JoinedBars):
        step, grid = grid.at(int(step))
    strength = grid.strength(int(step))
    if strength == 0.8 and len(grid.groups) == 3 and not grid.compound:
        strength = 0.6  # the second beat of a waltz is no middle
    return {1.0: 1.0, 0.8: 0.97, 0.6: 0.65, 0.3: 0.2}.get(strength, 0.0)


def _sparse(grid: Bars) -> bool:
    """Whether strong beats lie far apart: in bars of three, and of four compound beats."""
    bars = grid.bars if isinstance(grid, JoinedBars) else (grid,)
    return any(len(bar.groups) == 3 or (bar.compound and len(bar.groups) > 2) for bar in bars)


def _strong(beat: float) -> float:
    """How well a place bears the main stress of a long word: the first beat or the middle."""
    return beat if beat > 0.9 else _ON_A_WEAK_BEAT * beat


@lru_cache(maxsize=2048)
def _search(
    accents: tuple[float, ...],
    continues: tuple[bool, ...],
    bars: int,
    grid: Bars,
    loose: bool,
    step_seconds: float,
    motif: frozenset[int],
    lead_in: int,
    upbeat: int,
) -> tuple[float, ...]:
    count = len(accents)
    total = bars * grid.steps
    unit = _unit(count, total, grid)
    before = int(lead_in / unit) if accents[0] < STRESSED else 0
    first = -before
    room = max(int((total - breath(grid)) / unit), count)
    early = room - int(upbeat * max(2.0, unit) / unit)
    room = early if early - first >= _ROOMY * count else room
    places = range(first, room)
    pace = min(4.0, max(2.0, 0.3 / step_seconds)) if count > 3 else 6.0
    ideal = min(total * 0.86 / max(1, count), pace) / unit
    weight = 2.4 if loose else 3.4
    heavy = _LONG_WORD * (_HEAVIER if _sparse(grid) else 1.0)
    fine = 0.3 if loose else 1.2
    metre = [_metre(place * unit, grid) for place in places]
    liked = [-0.3 if round(place * unit) % grid.steps in motif else 0.0 for place in places]

    def worth(index: int, at: int) -> float:
        accent, beat = accents[index], metre[at]
        inside = continues[index] or (index > 0 and continues[index - 1])
        if accent >= STRESSED and inside:
            return heavy * weight * accent * (1.0 - _strong(beat)) + liked[at]
        if accent >= STRESSED:
            return weight * accent * (1.0 - beat) + liked[at]
        if beat < 0.5:  # off the beat: eighths before sixteenths
            return fine * (0.25 - beat) + liked[at]
        return (1.1 if inside else 0.75) * (1.0 - accent) * beat + liked[at]

    infinity = float("inf")
    size = len(places)
    reach = max(3, int(ideal * 2.6) + 1)
    row = [worth(0, at) + 0.1 * unit * abs(place) for at, place in enumerate(places)]
    links: list[list[int]] = []
    for index in range(1, count):
        wanted = ideal * (1.25 if accents[index - 1] >= STRESSED else 0.85)
        gaps = [0.0] + [
            0.55 * (max(gap, wanted) / min(gap, wanted) - 1.0) for gap in range(1, reach + 1)
        ]
        following, back = [infinity] * size, [0] * size
        for at in range(index, size):
            best, link = infinity, 0
            for gap in range(1, min(reach, at) + 1):
                cost = row[at - gap] + gaps[gap]
                if cost < best:
                    best, link = cost, at - gap
            if best < infinity:
                following[at], back[at] = round(best + worth(index, at), 9), link
        links.append(back)
        row = following
    at = min(range(size), key=row.__getitem__)
    path = [at]
    for back in reversed(links):
        at = back[at]
        path.append(at)
    return tuple(places[at] * unit for at in reversed(path))
