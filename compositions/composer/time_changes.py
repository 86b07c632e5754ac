"""Changes of meter and tempo inside a song: which sections they meet, and the tempo map.

The tempo of a song is the tempo of its sections times the curves that were asked for: an
accelerando or a ritardando in even steps, rubato that gives phrases room at their ends (the
phrase arch of Todd 1985, kept gentle), the slowing before the final chord, a fermata on it.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from compositions.composer.cadences import PHRASE_BARS
from compositions.composer.rhythm import TICKS_PER_STEP, Grid, grid_for
from compositions.composer.seeds import stream
from compositions.composer.spec import MusicSpec, TempoRequest
from compositions.score.document import TICKS_PER_QUARTER

if TYPE_CHECKING:
    from compositions.composer.plan import PlannedSection, SongPlan

RITARDANDO_BARS = 2
_RITARDANDO_END = 0.78
_FERMATA = 0.5
_SLOWEST, _FASTEST = 20.0, 320.0
_ENDING_BARS = 8
_FINE_BARS = 8
"""A ramp over so many bars moves beat by beat, a longer one bar by bar."""
_RAMPS = {"accelerando": (1.4, 1.2), "ritardando": (0.7, 0.8)}
"""Where a ramp without a goal ends, against its beginning: over the song, over a part."""
_PUSH, _EASE, _EASE_OF_SECTION = 0.03, 0.09, 0.13
_NEAR_KINDS = {
    "chorus": ("drop", "head"), "verse": ("head",), "head": ("chorus", "verse"),
    "drop": ("chorus",), "bridge": ("interlude", "breakdown", "solo"), "solo": ("bridge",),
    "breakdown": ("bridge", "interlude"), "interlude": ("bridge", "breakdown"),
    "pre_chorus": ("build",), "build": ("pre_chorus",),
}  # fmt: skip
"""What a form has in the place of a section that it lacks."""


def places(sections: Sequence[PlannedSection], where: str) -> list[int]:
    """Return the sections, by index, that a place names; none where the form has none.

    A place is "" (all), a kind, a kind with its number ("verse 2"), with "first" or "last",
    "last" or "end" (the last section), "middle" or "second half".
    """
    kinds = [section.kind for section in sections]
    words = where.lower().replace("-", "_").split()
    if not words:
        return list(range(len(kinds)))
    if words[-1] in ("end", "last", "section"):
        return [len(kinds) - 1]
    if where in ("middle", "second half"):
        bars = sum(section.bars for section in sections)
        late = [s.index for s in sections if 2 * s.start_bar >= bars] or [len(kinds) - 1]
        contrast = [i for i, kind in enumerate(kinds) if kind in ("bridge", "solo", "breakdown")]
        return late if where == "second half" else contrast or [len(kinds) // 2]
    named = [word for word in words if not word.isdigit() and word not in ("first", "last")]
    kind = named[-1] if named else ""
    found: list[int] = []
    for name in (kind, *_NEAR_KINDS.get(kind, ())):
        found = [index for index, one in enumerate(kinds) if one == name]
        if found:
            break
    if "first" in words:
        return found[:1]
    if "last" in words:
        return found[-1:]
    number = next((int(word) for word in words if word.isdigit()), 0)
    return found[number - 1 : number] if number else found


def wanted_kinds(spec: MusicSpec) -> list[str]:
    """Return the section kinds that the changes speak of, so that a form may have them."""
    requests = (*(spec.meter_changes.value or ()), *(spec.tempo_changes.value or ()))
    named = [request.section.split()[-1] for request in requests if request.section]
    return [kind for kind in named if not kind.isdigit()]


def start_of(spec: MusicSpec) -> float | None:
    """Return the tempo from which a song reaches the one that it is asked to arrive at."""
    for request in spec.tempo_changes.value or ():
        if request.change in _RAMPS and not request.section and request.value:
            return float(round(float(request.value) / _RAMPS[request.change][0]))
    return None


def timed(
    sections: Sequence[PlannedSection], grid: Grid, bpm: float, spec: MusicSpec
) -> tuple[PlannedSection, ...]:
    """Return the sections with the meters, tempos and paces that were asked for."""
    found = list(sections)
    meters: dict[int, tuple[Grid, ...]] = {}
    # A wish for one section rules over one for all of its kind, and that over the song's.
    for request in sorted(spec.meter_changes.value or (), key=lambda one: _rank(one.section)):
        grids = tuple(grid_for(*meter) for meter in request.meters)
        meters |= dict.fromkeys(places(found, request.section), grids)
    if any(set(grids) != {grid} for grids in meters.values()):
        found = [replace(s, meters=meters.get(s.index, (grid,))) for s in found]
    for request in spec.tempo_changes.value or ():
        if request.change == "feel" and request.value:
            for index in places(found, request.section):
                found[index] = replace(found[index], pace=float(request.value))
    felt = _felt(found, bpm, spec)
    return tuple(
        replace(s, bpm=round(felt[s.index], 2) if round(felt[s.index], 2) != bpm else 0.0)
        for s in found
    )


def _rank(section: str) -> int:
    return len(section.split())


def tempos_of_sections(
    sections: Sequence[PlannedSection], bpm: float, spec: MusicSpec
) -> list[float]:
    """Return the tempo in which each section stands, without any curve."""
    found = [bpm] * len(sections)
    asked = [one for one in spec.tempo_changes.value or () if one.change in ("to", "by")]
    for request in sorted(asked, key=lambda one: _rank(one.section)):
        value = float(request.value or 1.0)
        for index in places(sections, request.section):
            found[index] = value if request.change == "to" else bpm * value
    return found


def _felt(sections: Sequence[PlannedSection], bpm: float, spec: MusicSpec) -> list[float]:
    """The tempo for which each section is written: in a ramp over the song, its middle."""
    found = tempos_of_sections(sections, bpm, spec)
    for request in spec.tempo_changes.value or ():
        if request.change in _RAMPS and not request.section:
            goal = _goal(request, found[-1], whole=True)
            found = [base * math.sqrt(goal) for base in found]
    return found


def _goal(request: TempoRequest, base: float, *, whole: bool) -> float:
    """The end of a ramp as a factor of its beginning."""
    if request.value:
        return float(request.value) / base
    return _RAMPS[request.change][0 if whole else 1]


# -- Curves ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Curve:
    """Factors of the tempo from tick to tick, 1 outside of ``first`` to ``stop``."""

    first: int
    stop: int
    points: tuple[tuple[int, float], ...]

    def at(self, tick: int) -> float:
        if not self.first <= tick < self.stop:
            return 1.0
        place = bisect_right(self.points, tick, key=lambda point: point[0]) - 1
        return self.points[place][1] if place >= 0 else 1.0


def tempo_map(plan: SongPlan) -> tuple[tuple[int, float], ...]:
    """Return the tempos of a song as (tick, quarter notes per minute), one where it changes."""
    bases = tempos_of_sections(plan.sections, plan.bpm, plan.spec)
    curves = list(_curves(plan, bases))
    ticks = {plan.bar_start(section.start_bar) for section in plan.sections}
    for curve in curves:
        ticks |= {tick for tick, _ in curve.points}
        ticks |= {curve.stop} if curve.stop < plan.end else set()
    found: list[tuple[int, float]] = []
    for tick in sorted(ticks):
        bpm = bases[plan.section_at(plan.bar_at(tick)).index]
        for curve in curves:
            bpm *= curve.at(tick)
        bpm = round(min(_FASTEST, max(_SLOWEST, bpm)), 2)
        if not found or found[-1][1] != bpm:
            found.append((tick, bpm))
    return tuple(found)


def seconds_of(plan: SongPlan) -> float:
    """Return how long a song lasts."""
    tempos = [*plan.tempo_changes, (plan.end, 1.0)]
    return sum(
        (after - tick) / TICKS_PER_QUARTER * 60.0 / bpm
        for (tick, bpm), (after, _) in pairwise(tempos)
    )


def extra_quarters(grid: Grid) -> float:
    """Return the quarter notes of time, at the plain tempo, that the last ritardando adds."""
    beats = [step / 4 for step in grid.starts]
    ticks = [*beats, grid.quarters, RITARDANDO_BARS * grid.quarters]
    fall = (1.0 - _RITARDANDO_END) / (len(beats) + 1)
    factors = [1.0 - fall * (place + 1) for place in range(len(beats) + 1)]
    return sum(
        (after - tick) * (1.0 / factor - 1.0)
        for (tick, after), factor in zip(pairwise(ticks), factors, strict=True)
    )


def _curves(plan: SongPlan, bases: Sequence[float]) -> Iterator[_Curve]:
    last = plan.bars - 1
    for request in plan.spec.tempo_changes.value or ():
        if request.change in _RAMPS:
            for first, stop in _stretches(plan, request):
                whole = stop - first >= plan.bars
                base = bases[plan.section_at(first).index]
                yield _ramp(plan, first, stop, _goal(request, base, whole=whole))
        elif request.change == "rubato":
            for index in places(plan.sections, request.section):
                yield from _rubato(plan, plan.sections[index])
        elif request.change == "fermata":
            yield _Curve(plan.bar_start(last), plan.end, ((plan.bar_start(last), _FERMATA),))
    if plan.ritardando:
        ticks = _beats(plan, plan.bars - RITARDANDO_BARS, last)
        ticks.append(plan.bar_start(last))
        fall = (1.0 - _RITARDANDO_END) / len(ticks)
        points = tuple((tick, 1.0 - fall * (place + 1)) for place, tick in enumerate(ticks))
        yield _Curve(ticks[0], plan.end, points)


def _stretches(plan: SongPlan, request: TempoRequest) -> list[tuple[int, int]]:
    """First bar of each ramp and the first behind it."""
    if not request.section:
        return [(0, plan.bars)]
    if request.section == "end":
        if request.change == "ritardando":  # the song's own slowing before the last chord
            return []
        return [(max(0, plan.bars - _ENDING_BARS), plan.bars)]
    return [
        (section.start_bar, section.start_bar + section.bars)
        for section in (plan.sections[index] for index in places(plan.sections, request.section))
    ]


def _beats(plan: SongPlan, first: int, stop: int) -> list[int]:
    """The ticks of all felt beats in some bars."""
    return [
        plan.bar_start(bar) + step * TICKS_PER_STEP
        for bar in range(first, stop)
        for step in plan.grid_at(bar).starts
    ]


def _ramp(plan: SongPlan, first: int, stop: int, goal: float) -> _Curve:
    """From the tempo to its goal in even steps; the last of them is the goal."""
    fine = stop - first <= _FINE_BARS
    ticks = _beats(plan, first, stop) if fine else [plan.bar_start(b) for b in range(first, stop)]
    if stop == plan.bars:  # the final chord keeps what is reached
        ticks = [tick for tick in ticks if tick <= plan.bar_start(stop - 1)]
    way = max(1, len(ticks) - 1)
    points = tuple((tick, 1.0 + (goal - 1.0) * place / way) for place, tick in enumerate(ticks))
    return _Curve(ticks[0], plan.bar_start(stop), points)


def _rubato(plan: SongPlan, section: PlannedSection) -> Iterator[_Curve]:
    """Each phrase begins in time, moves on a little and takes its time at the end."""
    rng = stream(plan.seed, section.uid, "song", "rubato")
    for at in range(0, section.bars, PHRASE_BARS):
        bars = min(PHRASE_BARS, section.bars - at)
        first = section.start_bar + at
        ends = at + bars >= section.bars
        push, ease = rng.uniform(0.6, 1.0) * _PUSH, rng.uniform(0.7, 1.0)
        ease *= _EASE_OF_SECTION if ends else _EASE
        closing = plan.ritardando and first + bars > plan.bars - RITARDANDO_BARS
        stop = min(first + bars, plan.bars - RITARDANDO_BARS) if closing else first + bars
        ticks = _beats(plan, first, stop)
        points = []
        for place, tick in enumerate(ticks):
            share = place / max(1, len(ticks) - 1)
            if share <= 0.3 or bars == 1:
                factor = 1.0
            elif share <= 0.7:
                factor = 1.0 + push
            else:
                factor = 1.0 - (0.0 if closing else ease * (share - 0.7) / 0.3)
            points.append((tick, factor))
        if points:
            yield _Curve(points[0][0], plan.bar_start(stop), tuple(points))
