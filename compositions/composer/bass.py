"""Bass lines: patterns of the style on the chord roots, or a walking line."""

from __future__ import annotations

import random

from compositions.composer.events import Event
from compositions.composer.grooves import pick_pattern
from compositions.composer.harmony import Changes, ChordSlot
from compositions.composer.leaning import in_groove
from compositions.composer.plan import PlannedSection, SongPlan
from compositions.composer.rhythm import TICKS_PER_STEP
from compositions.composer.roman import Harmony
from compositions.composer.seeds import stream
from compositions.composer.styles import Instrument
from compositions.score.harmony import scale_pitch_classes

_HIGHEST_ROOT = 43


def _root_pitch(pitch_class: int, instrument: Instrument) -> int:
    """Return the lowest pitch of a class on the instrument, from E1 (28) up."""
    low = max(28, instrument.low)
    return low + (pitch_class - low) % 12


def _third(harmony: Harmony) -> int:
    for step in (4, 3, 5, 2):
        if (harmony.root + step) % 12 in harmony.pitch_classes:
            return step
    return 7


def _fifth(harmony: Harmony) -> int:
    for step in (7, 6, 8):
        if (harmony.root + step) % 12 in harmony.pitch_classes:
            return step
    return 7


def _seventh(harmony: Harmony) -> int:
    for step in (10, 11, 9):
        if (harmony.root + step) % 12 in harmony.pitch_classes:
            return step
    return 10


def play_bass(
    plan: SongPlan,
    section: PlannedSection,
    changes: Changes,
    instrument: Instrument,
    pattern: str = "",
) -> list[Event]:
    """Return the patterned bass of one section; ``pattern`` names another groove table."""
    table = pattern or "bass"
    material = f"material:{in_groove(plan, section).material}"
    events: list[Event] = []
    for index in range(section.bars):
        bar = section.start_bar + index
        origin, grid = plan.bar_start(bar), plan.grid_at(bar)
        rng = stream(plan.seed, material, "bass", f"notes:{index % 4}")
        if section.last and index == section.bars - 1:
            slot = changes.at(origin)
            pitch = _root_pitch(slot.harmony.lowest, instrument)
            events.append(Event(origin, grid.ticks, pitch, 88))
            continue
        pattern = pick_pattern(plan, section, table, bar)
        changed = {slot.start for slot in changes.slots if slot.bar == bar}
        current = events[-1] if index and pattern[0] == "=" and events else None
        for step, char in enumerate(pattern):
            tick = origin + step * TICKS_PER_STEP
            slot = changes.at(tick)
            if char == "=" and current is not None:  # an anticipation holds through the change
                current.duration += TICKS_PER_STEP
                continue
            char = "-" if char == "=" else char
            if char in ".-" and not (tick in changed and (current is not None or char == "-")):
                if char == "." or current is None:
                    current = None if char == "." else current
                else:
                    current.duration += TICKS_PER_STEP
                continue
            symbol = "R" if char in ".-" or (tick in changed and char not in "n8lP") else char
            pitch = _symbol_pitch(symbol, slot, changes, instrument, plan, rng)
            velocity = 78 + 18 * section.energy + 8 * grid.strength(step) - 6 * (symbol == "a")
            length = TICKS_PER_STEP
            if symbol == "g":
                velocity, length = 0.55 * velocity, 50
            current = Event(tick, length, pitch, min(120, round(velocity)))
            events.append(current)
            if symbol == "g":
                current = None
    return _shorten(events)


def _shorten(events: list[Event]) -> list[Event]:
    """Leave a hair of air between notes so that repeated notes speak."""
    for event in events:
        if event.duration > TICKS_PER_STEP:
            event.duration -= 20
    return events


def _symbol_pitch(
    symbol: str,
    slot: ChordSlot,
    changes: Changes,
    instrument: Instrument,
    plan: SongPlan,
    rng: random.Random,
) -> int:
    harmony = slot.harmony
    root = _root_pitch(harmony.lowest, instrument)
    if symbol == "P":
        return _root_pitch(plan.tonic_class, instrument)
    if symbol in "anl":
        following = changes.at(slot.end).harmony
        target = _root_pitch(following.lowest, instrument)
        if symbol == "n":
            return target
        if symbol == "l":
            return target - 1 if target - 1 >= instrument.low else target + 1
        return _approach(target, plan, instrument, rng)
    if harmony.bass is not None and harmony.bass != harmony.root and symbol != "8":
        return root
    if symbol == "d":  # the fifth below, or above where the string ends
        below = root - 12 + _fifth(harmony)
        return below if below >= instrument.low else root + _fifth(harmony)
    if symbol in "24":
        return _scale_step(root, int(symbol) - 1, plan)
    move = {"R": 0, "8": 12, "5": _fifth(harmony), "3": _third(harmony), "6": 9,
            "7": _seventh(harmony)}.get(symbol, 0)  # fmt: skip
    pitch = root + move
    if symbol in "567" and pitch > _HIGHEST_ROOT + 3 and pitch - 12 >= instrument.low:
        pitch -= 12
    return min(pitch, instrument.high)


def _scale_step(root: int, steps: int, plan: SongPlan) -> int:
    """The note so many steps of the key's scale above a root."""
    scale = set(scale_pitch_classes(plan.tonic, plan.mode))
    pitch = root
    while steps:
        pitch += 1
        steps -= pitch % 12 in scale
    return pitch


def _approach(target: int, plan: SongPlan, instrument: Instrument, rng: random.Random) -> int:
    """A step into the next root: diatonic from above or below, sometimes chromatic."""
    scale = set(scale_pitch_classes(plan.tonic, plan.mode))
    below = next(step for step in (2, 1) if (target - step) % 12 in scale or step == 1)
    above = next(step for step in (2, 1) if (target + step) % 12 in scale or step == 1)
    choices = [target - below, target + above]
    if plan.style.complexity >= 0.4:
        choices += [target - 1, target + 1]
    fitting = [pitch for pitch in choices if instrument.low <= pitch <= instrument.high]
    return rng.choice(fitting) if fitting else target


def walk_bass(
    plan: SongPlan, section: PlannedSection, changes: Changes, instrument: Instrument
) -> list[Event]:
    """Return a walking bass: a note per beat, roots on changes, stepping into the next."""
    rng = stream(plan.seed, section.uid, "bass", "walk")
    scale = set(scale_pitch_classes(plan.tonic, plan.mode))
    events: list[Event] = []
    low, high = max(28, instrument.low), min(52, instrument.high)
    last = _root_pitch(changes.at(plan.bar_start(section.start_bar)).harmony.lowest, instrument)
    first, end = section.start_bar, section.start_bar + section.bars
    for slot in changes.slots:
        if not first <= slot.bar < end:
            continue
        if section.last and slot.bar == end - 1:
            pitch = _root_pitch(slot.harmony.lowest, instrument)
            events.append(Event(slot.start, slot.duration, pitch, 88))
            continue
        origin = plan.bar_start(slot.bar)
        beats = [
            origin + start * TICKS_PER_STEP
            for start in plan.grid_at(slot.bar).starts
            if slot.start <= origin + start * TICKS_PER_STEP < slot.end
        ]
        target_class = changes.at(slot.end).harmony.lowest
        for index, tick in enumerate(beats):
            following = beats[index + 1] if index + 1 < len(beats) else slot.end
            if index == 0:
                pitch = _nearest(slot.harmony.lowest, last, low, high)
            elif index == len(beats) - 1:
                target = _nearest(target_class, last, low, high)
                pitch = min(
                    (target + step for step in (-1, 1, -2, 2, 7, -5)
                     if low <= target + step <= high and target + step != last),
                    key=lambda p: abs(p - last) + (p % 12 not in scale) + 1.5 * rng.random(),
                    default=target,
                )  # fmt: skip
            else:
                goal = _nearest(target_class, last, low, high)
                tones = [
                    p
                    for p in range(max(low, last - 5), min(high, last + 5) + 1)
                    if p != last and (p % 12 in slot.harmony.pitch_classes or p % 12 in scale)
                ]
                pitch = min(
                    tones or [last],
                    key=lambda p: (
                        abs(p - goal) * 0.3
                        + abs(p - last) * 0.3
                        + 1.2 * (p % 12 not in slot.harmony.pitch_classes)
                        + 0.05 * abs(p - 40)
                        + 1.5 * rng.random()
                    ),
                )
            velocity = 84 + round(12 * section.energy) + (6 if index % 2 else 0)
            events.append(Event(tick, max(60, following - tick - 30), pitch, velocity))
            last = pitch
    return events


def _nearest(pitch_class: int, near: int, low: int, high: int) -> int:
    fitting = [p for p in range(low, high + 1) if p % 12 == pitch_class]
    return min(fitting, key=lambda p: (abs(p - near), p)) if fitting else low
