"""Risers, impacts and beds: sounds that announce a section or lie under a song.

A style names the effects that it uses (``effects``). They are played on the keys of the studio's
effects kit, which has nothing where General MIDI has drums: elsewhere the track is silent.
"""

from __future__ import annotations

import math

from compositions.composer.events import Event, Part
from compositions.composer.plan import PlannedSection, SongPlan
from compositions.composer.seeds import stream
from compositions.composer.styles import Instrument

KIT = Instrument(
    name="Effects",
    aliases=(),
    program=31,
    percussion=True,
    family="effects",
    roles=("effects",),
    low=0,
    high=23,
    envelope="decay",
)
_FALLS, _IMPACT, _REVERSE = 13, 20, 21
_BEDS = {"vinyl": 22, "wind": 23}
_RISE, _LOUD, _DROP = 0.12, 0.6, 0.2
"""Energy that a section must gain to be announced, must have for it, and lose for a fall."""
_REVERSE_SECONDS = 1.8
_GAIN_DB, _REVERB_SEND = -3.0, 0.25


def riser_key(seconds: float) -> int:
    """The key of the riser that is nearest to this length: 0.5 s to 8 s on keys 0 to 12."""
    return min(12, max(0, round(3.0 * math.log2(max(seconds, 0.1) / 0.5))))


def fall_key(seconds: float) -> int:
    """The key of the fall that is nearest to this length: 1 s to 8 s on keys 13 to 19."""
    return _FALLS + min(6, max(0, round(2.0 * math.log2(max(seconds, 0.1)))))


def play_effects(plan: SongPlan, parts: list[Part]) -> Part | None:
    """Return the part of effects, None where the style has none or nobody wants drums."""
    names = plan.style.effects
    unwanted = set(plan.spec.unwanted.value or ())
    if not names or plan.spec.instruments_only.value or unwanted & {"drums", "effects"}:
        return None
    if not any(part.events for part in parts):
        return None
    events = [event for name in names if name in _BEDS for event in _bed(plan, _BEDS[name])]
    for section, following in zip(plan.sections, plan.sections[1:], strict=False):
        events += _border(plan, names, section, following)
    if not events:
        return None
    part = Part("effects", KIT.name, KIT, "effects", _GAIN_DB, 0.0, _REVERB_SEND)
    part.events = sorted(events, key=lambda event: (event.start, event.pitch))
    return part


def _bed(plan: SongPlan, key: int) -> list[Event]:
    """One long note under each section; the loudest sections hide it anyway."""
    return [
        Event(
            plan.bar_start(section.start_bar),
            plan.ticks_of(section)[1] - plan.bar_start(section.start_bar),
            key,
            round(92 - 30 * section.energy),
        )
        for section in plan.sections
    ]


def _border(
    plan: SongPlan, names: tuple[str, ...], section: PlannedSection, following: PlannedSection
) -> list[Event]:
    """What leads over a border: something that rises, something that strikes, or a fall."""
    rng = stream(plan.seed, following.uid, "effects", "border")
    border = plan.bar_start(following.start_bar)
    bar = plan.within(section).grid.ticks
    plan = plan.within(following)
    gain = following.energy - section.energy
    events: list[Event] = []
    if gain >= _RISE and following.energy >= _LOUD:
        rising = [name for name in ("riser", "reverse") if name in names]
        if rising:
            name = rng.choice(rising)
            bars = 2 if section.bars >= 8 and gain >= 2 * _RISE else 1
            length = min(bars, section.bars) * bar
            if name == "reverse":
                length = min(length, _ticks(plan, _REVERSE_SECONDS))
                key = _REVERSE
            else:
                key = riser_key(_seconds(plan, length))
                # A riser has its own length: it begins so that it is up at the border.
                length = min(length, _ticks(plan, 0.5 * 2.0 ** (key / 3.0)))
            events.append(Event(border - length, length, key, round(70 + 35 * following.energy)))
        if "impact" in names:
            velocity = round(64 + 44 * following.energy)
            events.append(Event(border, bar, _IMPACT, velocity))
    elif gain <= -_DROP and "fall" in names:
        key = fall_key(_seconds(plan, 2 * bar))
        events.append(Event(border, min(2, following.bars) * bar, key, 84))
    return events


def _seconds(plan: SongPlan, ticks: int) -> float:
    return ticks / 480.0 * 60.0 / plan.bpm


def _ticks(plan: SongPlan, seconds: float) -> int:
    return max(1, round(seconds * plan.bpm / 60.0 * 480.0))
