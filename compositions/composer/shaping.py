"""The song as one curve: loud and soft over the form, and an ending that ends.

Sections follow their energy, build-ups rise, a bar before a fuller section leads up to it,
phrases of styles with cadences breathe. How far apart soft and loud are is the style's
(``feel.dynamic_range``, in velocity steps). What is written is changed, before it is performed.
"""

from __future__ import annotations

import math

from compositions.composer.cadences import PHRASE_BARS
from compositions.composer.events import Event, Part
from compositions.composer.plan import PlannedSection, SongPlan

_MIDDLE_ENERGY = 0.62
_RISING = frozenset({"build", "pre_chorus"})
_SOFTEST, _LOUDEST = 16, 124
_FADED = 0.4
_FADING_BARS = 8


def shape(plan: SongPlan, parts: list[Part]) -> None:
    """Give the written notes of all parts the dynamics of the form and the song its ending."""
    curve = [_level(plan, bar) for bar in range(plan.bars + 1)]
    reach = float(plan.style.feel["dynamic_range"])
    for part in parts:
        wide = reach * (0.5 if part.role in ("drums", "percussion") else 1.0)
        for event in part.events:
            bar = min(plan.bars - 1, max(0, plan.bar_at(event.start)))
            inside = (event.start - plan.bar_start(bar)) / plan.grid_at(bar).ticks
            rising = _rises_into(plan, bar)
            level = curve[bar] + (max(0.0, curve[bar + 1] - curve[bar]) * inside * rising)
            event.velocity = _clamped(event.velocity + wide * level)
        if plan.ending == "cold":
            _stop(plan, part)
        elif plan.ending == "fade":
            _fade(plan, part)


def _level(plan: SongPlan, bar: int) -> float:
    """How loud a bar is, about -0.5 to 0.5, from the form alone."""
    section = plan.section_at(min(bar, plan.bars - 1))
    level = section.energy - _MIDDLE_ENERGY
    place = (bar - section.start_bar) / max(1, section.bars)
    if section.kind in _RISING:
        level += 0.5 * (min(1.0, place) - 0.5)
    if plan.style.cadence == "strong" and section.bars >= PHRASE_BARS:
        within = ((bar - section.start_bar) % PHRASE_BARS + 0.5) / PHRASE_BARS
        level += 0.12 * (math.sin(math.pi * within) - 0.6)
    return level


def _rises_into(plan: SongPlan, bar: int) -> float:
    """How much of the step to a fuller section the bar before it takes."""
    section = plan.section_at(bar)
    end = section.start_bar + section.bars
    return 0.6 if bar == end - 1 and not section.last else 0.0


def _clamped(velocity: float) -> int:
    return max(_SOFTEST, min(_LOUDEST, round(velocity)))


def _stop(plan: SongPlan, part: Part) -> None:
    """A cold ending: all play the first beat of the last bar, short, and nothing after it."""
    final = plan.bar_start(plan.bars - 1)
    beat = plan.grid_at(plan.bars - 1).groups[0] * 120
    kept: list[Event] = []
    for event in part.events:
        if event.start >= final + beat and event.syllable is None:
            continue
        if event.start >= final and event.syllable is None:
            event.duration = min(event.duration, beat)
        kept.append(event)
    part.events = kept


def _fade(plan: SongPlan, part: Part) -> None:
    """Let the last section go, evenly, as a fader drawn back would."""
    last: PlannedSection = plan.sections[-1]
    first = max(last.start_bar, plan.bars - _FADING_BARS)
    start = plan.bar_start(first)
    length = plan.end - start
    for event in part.events:
        if event.start > start:
            share = min(1.0, (event.start - start) / length)
            event.velocity = _clamped(event.velocity * (1.0 - (1.0 - _FADED) * share))
