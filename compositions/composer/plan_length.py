"""How many bars a song has: as asked, or so that it lasts as long as was asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from compositions.composer.form import fixed_bars, natural_bars
from compositions.composer.resolve import DEFAULT_SECONDS
from compositions.composer.rhythm import Grid
from compositions.composer.spec import MusicSpec, SectionRequest, Source
from compositions.composer.styles import Style
from compositions.composer.time_changes import RITARDANDO_BARS, seconds_of

if TYPE_CHECKING:
    from compositions.composer.plan import SongPlan

_MOST_FITTINGS, _AROUND = 8, 5


def length_of(
    spec: MusicSpec,
    style: Style,
    grid: Grid,
    form: tuple[SectionRequest, ...] | None,
    extra: float,
) -> tuple[MusicSpec, int, bool]:
    """Return (spec with its final tempo, bars, whether the bars must be met exactly)."""
    if spec.bars.value:
        return spec, int(spec.bars.value), True
    bpm = float(spec.tempo.value)
    if form and (count := fixed_bars(form)) is not None:
        if spec.seconds.value and not _tempo_fixed(spec):
            # Bars and seconds are both asked for: the open tempo makes them meet.
            wanted = (count * grid.quarters + extra) * 60.0 / float(spec.seconds.value)
            wanted = min(240.0, max(40.0, wanted))
            spec = spec.with_value("tempo", round(wanted, 2), Source.DEFAULT, 0.5)
        return spec, count, True
    if spec.seconds.value:
        seconds = float(spec.seconds.value)
        if not _tempo_fixed(spec):
            bpm = _tempo_for_length(bpm, seconds, grid, extra, spec.tempo_range.value)
            spec = replace(spec, tempo=replace(spec.tempo, value=bpm))
        return spec, _bars_for(seconds, bpm, grid, extra), True
    if form:
        return spec, natural_bars(style, form), True
    return spec, max(4, _bars_for(DEFAULT_SECONDS, bpm, grid, extra)), False


def _tempo_fixed(spec: MusicSpec) -> bool:
    """Whether a number was asked for; a word ("fast") leaves a range to choose from."""
    return spec.tempo.asked and (spec.tempo.confidence >= 0.8 or not spec.tempo_range.value)


def _bars_for(seconds: float, bpm: float, grid: Grid, extra: float) -> int:
    bars = round((seconds * bpm / 60.0 - extra) / grid.quarters)
    if bars < 2 * RITARDANDO_BARS:  # too short to slow down
        bars = round(seconds * bpm / 60.0 / grid.quarters)
    return max(1, bars)


def _tempo_for_length(
    bpm: float, seconds: float, grid: Grid, extra: float, allowed: tuple[float, float] | None
) -> float:
    """A tempo near ``bpm`` (inside ``allowed``) at which a multiple of four bars fits."""
    best: tuple[float, float] | None = None
    low, high = allowed or (40.0, 300.0)
    for candidate in range(max(40, round(bpm) - 6), round(bpm) + 7):
        if not low <= candidate <= high:
            continue
        bars = max(4, 4 * round((seconds * candidate / 60.0 - extra) / grid.quarters / 4))
        actual = (bars * grid.quarters + extra) * 60.0 / candidate
        error = abs(actual - seconds)
        if error < grid.quarters * 60.0 / candidate * 0.5:
            cost = error + 0.1 * abs(candidate - bpm)
            if best is None or cost < best[0]:
                best = (cost, float(candidate))
    return best[1] if best else bpm


def fitted(
    plan: SongPlan,
    build: Callable[..., SongPlan],
    form: tuple[SectionRequest, ...] | None,
) -> SongPlan:
    """Return the plan whose length in seconds is nearest to what was asked.

    The bars change; where each section has its own count, an open tempo does. ``build`` makes
    the plan of a specification and a number of bars, for a form where one is given.
    """
    spec, wanted = plan.spec, float(plan.spec.seconds.value)
    tried: dict[int, SongPlan] = {plan.bars: plan}
    if form and fixed_bars(form) is not None:
        if _tempo_fixed(spec):
            return plan
        for _ in range(_MOST_FITTINGS):
            bpm = float(plan.spec.tempo.value) * seconds_of(plan) / wanted
            bpm = round(min(240.0, max(40.0, bpm)), 2)
            plan = build(spec.with_value("tempo", bpm, Source.DEFAULT, 0.5), plan.bars)
        return plan
    for _ in range(_MOST_FITTINGS):
        seconds = seconds_of(plan)
        more = round((wanted - seconds) / (seconds / plan.bars))
        bars = max(1, plan.bars + more)
        if bars in tried:
            break
        plan = tried[bars] = build(spec, bars)
    # One bar more can mean another form, or another section in a longer meter: look around.
    nearest = min(tried.values(), key=lambda one: (abs(seconds_of(one) - wanted), one.bars))
    for bars in range(max(1, nearest.bars - _AROUND), nearest.bars + _AROUND + 1):
        tried.setdefault(bars, plan if bars == plan.bars else build(spec, bars))
    plan = min(tried.values(), key=lambda one: (abs(seconds_of(one) - wanted), one.bars))
    # Where two forms lie to both sides of it, the last section makes up for the rest.
    sections: tuple[SectionRequest, ...] = plan.spec.form.value
    ways = [plan]
    for more in range(-_AROUND, _AROUND + 1):
        count = (sections[-1].bars or 1) + more
        if form is None and more and count > 0:
            changed = (*sections[:-1], replace(sections[-1], bars=count))
            ways.append(build(spec, plan.bars + more, changed))
    return min(ways, key=lambda one: (abs(seconds_of(one) - wanted), one is not plan))
