"""Drum fills: how the drums lead out of one section into the next.

A fill is a family of figures over the last steps of a bar. A style names the families
its drummers use; sections of one song take them in turn, so that no two neighbouring
fills are the same.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from compositions.composer.events import Event
from compositions.composer.plan import PlannedSection, SongPlan
from compositions.composer.rhythm import TICKS_PER_STEP, Grid
from compositions.composer.seeds import stream

BRUSH_KIT = 40
ORCHESTRAL_KIT = 48

Stroke = tuple[int, int, float]
"""A stroke: tick from the start of the fill, percussion key, loudness 0..1."""

_KICK, _SNARE, _SWIRL, _FLOOR, _OPEN, _HAT = 36, 38, 39, 41, 46, 42
_TOMS = (50, 47, 45, 41)
_RHYTHMS = {
    "busy": ("1111", "1011", "1110", "1101"),
    "plain": ("1110", "1011", "1010", "1001", "1101"),
}


class _Fill:
    """What a family needs to know: length in steps, strength of each, density, chance."""

    def __init__(self, grid: Grid, start: int, span: int, busy: bool, rng: random.Random):
        self.start, self.span, self.busy, self.rng = start, span, busy, rng
        self.grid = grid
        self.rhythms = _RHYTHMS["busy" if busy else "plain"]

    def steps(self, rhythm: str) -> list[tuple[int, float, bool]]:
        """Return (step, share of the way 0..1, on a beat) where a rhythm strikes."""
        found = []
        for offset in range(self.span):
            beat = self.grid.strength(self.start + offset) >= 0.55
            if beat or rhythm[offset % 4] == "1":
                if not beat and not self.busy and offset % 2 and self.span > 6:
                    continue
                found.append((offset, offset / max(1, self.span - 1), beat))
        return found

    def rhythm(self) -> str:
        return self.rng.choice(self.rhythms)


def _falling(fill: _Fill, keys: tuple[int, ...]) -> list[Stroke]:
    """From the snare down through the toms, louder towards the end."""
    rhythm = fill.rhythm()
    return [
        (step * TICKS_PER_STEP, keys[min(len(keys) - 1, int(share * len(keys)))],
         0.55 + 0.35 * share + 0.08 * beat)
        for step, share, beat in fill.steps(rhythm)
    ]  # fmt: skip


def _toms(fill: _Fill) -> list[Stroke]:
    return _falling(fill, (_SNARE, 50, 47, 41))


def _pairs(fill: _Fill) -> list[Stroke]:
    """Two strokes on each drum, each pair lower than the one before."""
    strokes = []
    for place, (step, share, beat) in enumerate(fill.steps("1111" if fill.busy else "1010")):
        key = (_SNARE, *_TOMS)[min(4, place // 2)]
        strokes.append((step * TICKS_PER_STEP, key, 0.58 + 0.3 * share + 0.08 * beat))
    return strokes


def _snare(fill: _Fill) -> list[Stroke]:
    """A snare figure with accents off the beat."""
    rhythm = fill.rhythm()
    accent = fill.rng.choice((3, 2, 6))
    return [
        (step * TICKS_PER_STEP, _SNARE, 0.9 if step % accent == 0 else 0.5 + 0.25 * share)
        for step, share, _ in fill.steps(rhythm)
    ]


def _linear(fill: _Fill) -> list[Stroke]:
    """One stroke at a time from hand to foot, in groups of three against the beat."""
    cycle = fill.rng.choice(
        ((_SNARE, _FLOOR, _KICK), (_SNARE, _KICK, _KICK), (_SNARE, 47, _KICK), (50, _SNARE, _KICK))
    )
    strokes = []
    for place, (step, share, _) in enumerate(fill.steps("1111" if fill.busy else "1010")):
        strokes.append((step * TICKS_PER_STEP, cycle[place % 3], 0.62 + 0.28 * share))
    if strokes[-1][1] == _KICK:
        strokes[-1] = (strokes[-1][0], _SNARE, 0.9)
    return strokes


def _flams(fill: _Fill) -> list[Stroke]:
    """Flams on the beats, the last one answered by the floor tom."""
    strokes: list[Stroke] = []
    for step, share, _ in fill.steps("0010"):
        tick = step * TICKS_PER_STEP
        strokes += [(max(0, tick - 24), _SNARE, 0.4), (tick, _SNARE, 0.7 + 0.2 * share)]
    return [*strokes, ((fill.span - 1) * TICKS_PER_STEP, _FLOOR, 0.8)]


def _stop(fill: _Fill) -> list[Stroke]:
    """A hit, a hole, and two strokes that pick the band up again."""
    last = fill.span * TICKS_PER_STEP
    pick_up = [(last - 240, _SNARE, 0.8), (last - 120, _SNARE, 0.95)]
    return [(0, _KICK, 0.95), (0, _OPEN, 0.7), *pick_up] if fill.span > 4 else pick_up


def _roll(fill: _Fill) -> list[Stroke]:
    """A snare roll that swells: eighths, sixteenths, then thirty-seconds."""
    strokes: list[Stroke] = []
    for offset in range(fill.span):
        share = offset / max(1, fill.span - 1)
        if share < 0.34 and offset % 2:
            continue
        strokes.append((offset * TICKS_PER_STEP, _SNARE, 0.45 + 0.45 * share))
        if share > 0.7 and fill.busy:
            strokes.append((offset * TICKS_PER_STEP + 60, _SNARE, 0.4 + 0.45 * share))
    return strokes


def _hats(fill: _Fill) -> list[Stroke]:
    """Machine hi-hats: triplets, then thirty-seconds, and claps to land on."""
    strokes: list[Stroke] = []
    middle = fill.span // 2
    for offset in range(0, middle, 2):
        strokes += [(offset * 120 + 80 * part, _HAT, 0.5 + 0.05 * part) for part in range(3)]
    for offset in range(middle, fill.span):
        strokes += [(offset * 120 + 60 * part, _HAT, 0.55 + 0.05 * part) for part in range(2)]
    end = fill.span * TICKS_PER_STEP
    return [*strokes, (end - 360, _SNARE, 0.75), (end - 120, _SNARE, 0.85)]


def _timbales(fill: _Fill) -> list[Stroke]:
    """The abanico: a rim shot, a roll on the high timbale and an accent on the last beat."""
    end = fill.span * TICKS_PER_STEP
    roll = [(tick, 65, 0.5 + 0.3 * tick / end) for tick in range(max(0, end - 960), end - 240, 80)]
    return [(0, 66, 0.8), *roll, (end - 240, 65, 1.0), (end - 120, 66, 0.7)]


def _brushes(fill: _Fill) -> list[Stroke]:
    keys = (_SNARE, _SNARE, _SWIRL, _SNARE)
    return _falling(fill, keys)


def _taiko(fill: _Fill) -> list[Stroke]:
    """Big drums from high to low; the lowest has the last word."""
    return _falling(fill, _TOMS)


def _hands(fill: _Fill) -> list[Stroke]:
    """Congas and bongos in sixteenths, ending on the low drum."""
    keys = (60, 61, 63, 64)
    return [*_falling(fill, keys), ((fill.span - 1) * TICKS_PER_STEP, _FLOOR, 0.7)]


def _rudiment(fill: _Fill) -> list[Stroke]:
    """A marching snare: paradiddle accents with a drag before the last beat."""
    strokes: list[Stroke] = []
    for offset in range(fill.span):
        accent = offset % 8 in (0, 4, 6)
        strokes.append((offset * TICKS_PER_STEP, _SNARE, 0.9 if accent else 0.45))
    end = fill.span * TICKS_PER_STEP
    return [*strokes, (end - 60, _SNARE, 0.5)]


FILLS: Mapping[str, Callable[[_Fill], list[Stroke]]] = {
    "toms": _toms, "pairs": _pairs, "snare": _snare, "linear": _linear, "flams": _flams,
    "stop": _stop, "roll": _roll, "hats": _hats, "timbales": _timbales, "brushes": _brushes,
    "taiko": _taiko, "hands": _hands, "rudiment": _rudiment,
}  # fmt: skip
"""The families of fills a style may name in its ``fills`` (patterns.FILL_FAMILIES)."""


def fill_steps(plan: SongPlan, section: PlannedSection, following: PlannedSection | None) -> int:
    """Length of a fill in steps: a beat towards calm, up to a bar before a climax."""
    groups = _grid(plan, section).groups
    if following is None:
        return 0
    rise = following.energy - section.energy
    if section.kind == "build" or (rise > 0.25 and following.energy > 0.75):
        count = min(len(groups), 3)
    elif rise > 0.08 or following.energy > 0.65:
        count = min(len(groups), 2)
    else:
        count = 1
    return sum(groups[-count:])


def _grid(plan: SongPlan, section: PlannedSection) -> Grid:
    """The meter of the bar that holds a section's fill: its last."""
    return plan.grid_at(section.start_bar + section.bars - 1)


_LOUDEST = 110
"""Velocity of the hardest stroke as written; performing may add a little."""
_ACCENT = 1.05
"""Loudness of a fill's strongest stroke, where 1 is a plain stroke."""


def _family(plan: SongPlan, section: PlannedSection, span: int, program: int) -> str:
    if program == BRUSH_KIT:
        return "brushes"
    if program == ORCHESTRAL_KIT:
        return "taiko"
    if section.kind == "build":
        return "roll"
    names = list(plan.style.fills)
    if span <= 4 and len(names) > 1:
        names = [name for name in names if name not in ("timbales", "stop")] or names
    stream(plan.seed, "song", "drums", "fills").shuffle(names)
    return names[section.index % len(names)]


def play_fill(
    plan: SongPlan,
    section: PlannedSection,
    following: PlannedSection | None,
    origin: int,
    span: int,
    program: int,
    rng: random.Random,
) -> list[Event]:
    """Return the fill of the last ``span`` steps of the bar that starts at ``origin``."""
    energy = max(section.energy, following.energy if following else 0.0)
    busy = energy > 0.65 and 60.0 / plan.bpm / 4 > 0.085
    grid = _grid(plan, section)
    start = grid.steps - span
    family = _family(plan, section, span, program)
    strokes = FILLS[family](_Fill(grid, start, span, busy, rng))
    if program != BRUSH_KIT:
        # However soft it begins, a fill has an accent that the groove's strokes do not drown.
        lift = max(1.0, _ACCENT / max((loudness for _, _, loudness in strokes), default=_ACCENT))
        strokes = [(tick, key, loudness * lift) for tick, key, loudness in strokes]
    first = origin + start * TICKS_PER_STEP
    if energy > 0.5 and program != BRUSH_KIT and family != "stop":
        strokes.append((0, _KICK, 0.8))
    events = []
    for tick, key, loudness in strokes:
        velocity = 112 * loudness * (0.7 + 0.4 * energy) + rng.gauss(0, 3)
        event = Event(first + tick, 60, key, max(20, min(_LOUDEST, round(velocity))))
        events.append(event)
    return events
