"""Chordal parts: block chords, strums, stabs, power chords, arpeggios, pads, counterlines."""

from __future__ import annotations

from collections.abc import Sequence

from compositions.composer.events import Event, Part
from compositions.composer.grooves import pick_pattern
from compositions.composer.harmony import Changes, ChordSlot
from compositions.composer.plan import PlannedSection, SongPlan
from compositions.composer.rhythm import TICKS_PER_STEP
from compositions.composer.seeds import stream
from compositions.composer.styles import Instrument
from compositions.composer.voicing import Voicing, voice_chords

_VOICES = {"block": 4, "strum": 5, "stab": 3, "arpeggio": 4, "sustain": 4, "power": 3}
_SYNCOPATED = frozenset({"syncopated", "swing", "sixteenth"})
_REGISTER = {
    "block": (51, 74), "strum": (45, 71), "stab": (55, 76), "arpeggio": (57, 81),
    "sustain": (52, 76), "power": (40, 64), "counter": (55, 74),
}  # fmt: skip


def register_for(
    figure: str, instrument: Instrument, asked: tuple[int, int] | None
) -> tuple[int, int]:
    """Return the pitch range of a figure on an instrument, at least an octave and a half."""
    low, high = asked or _REGISTER[figure]
    low, high = max(low, instrument.low), min(high, instrument.high)
    if high - low < 17:
        middle = (instrument.low + instrument.high) // 2
        low = max(instrument.low, min(low, middle - 9))
        high = min(instrument.high, max(high, low + 18))
    return low, high


def voicings_for(
    changes: Changes, figure: str, low: int, high: int, rooted: bool
) -> dict[int, Voicing]:
    """Return the voicing of every chord by its start tick."""
    if figure == "power":
        return {slot.start: _power(slot, low) for slot in changes.slots}
    harmonies = [slot.harmony for slot in changes.slots]
    voiced = voice_chords(harmonies, low, high, _VOICES[figure], rooted)
    return {slot.start: voicing for slot, voicing in zip(changes.slots, voiced, strict=True)}


def _power(slot: ChordSlot, low: int) -> Voicing:
    root = low + (slot.harmony.root - low) % 12
    fifth = 7 if (slot.harmony.root + 7) % 12 in slot.harmony.pitch_classes else 6
    return (root, root + fifth, root + 12)


def play_chords(
    plan: SongPlan,
    section: PlannedSection,
    changes: Changes,
    part: Part,
    voicings: dict[int, Voicing],
) -> list[Event]:
    """Return a chordal part of one section by the figure of its part."""
    if part.figure == "sustain":
        return _sustain(plan, section, changes, part, voicings)
    kind = "arpeggio" if part.figure == "arpeggio" else "comp"
    rng = stream(plan.seed, section.uid, part.role, "notes")
    events: list[Event] = []
    for index in range(section.bars):
        bar = section.start_bar + index
        origin = bar * plan.grid.ticks
        if section.last and index == section.bars - 1:
            events += _final_chord(plan, section, changes, voicings, origin)
            continue
        pattern = pick_pattern(plan, section, kind, bar)
        if part.figure == "arpeggio":
            events += _arpeggio(plan, section, changes, voicings, origin, pattern, part)
            continue
        # Answer the last bar of a phrase with a small push now and then.
        if index % 4 == 3 and rng.random() < 0.3 and pattern[-2:] in ("--", ".."):
            pattern = pattern[:-2] + "x-"
        events += _hits(plan, section, changes, voicings, origin, pattern, part)
    return events


def _hits(
    plan: SongPlan,
    section: PlannedSection,
    changes: Changes,
    voicings: dict[int, Voicing],
    origin: int,
    pattern: str,
    part: Part,
) -> list[Event]:
    """Struck chords of one bar; a held chord is struck again where the harmony changes."""
    bounds = {
        slot.start for slot in changes.slots if origin <= slot.start < origin + plan.grid.ticks
    }
    hits: list[tuple[int, int, str]] = []
    for step, char in enumerate(pattern):
        tick = origin + step * TICKS_PER_STEP
        if char in "xX":
            hits.append((tick, 1, char))
        elif char == "-" and hits:
            if tick in bounds:
                hits.append((tick, 1, "x"))
            else:
                last = hits[-1]
                hits[-1] = (last[0], last[1] + 1, last[2])
    pushes = part.figure in ("block", "stab") and plan.style.lead["cells"] in _SYNCOPATED
    events: list[Event] = []
    for tick, steps, char in hits:
        slot = changes.at(tick)
        # A push on the last weak step before a new chord already plays that chord.
        near = slot.end - tick <= 2 * TICKS_PER_STEP
        if pushes and near and tick + steps * TICKS_PER_STEP >= slot.end:
            slot = changes.at(slot.end)
        if part.figure == "stab":
            steps = min(steps, 2)
        duration = steps * TICKS_PER_STEP - (30 if steps > 1 else 40)
        strength = plan.grid.strength((tick - origin) // TICKS_PER_STEP)
        base = 58 + 22 * section.energy + 6 * strength + (8 if char == "X" else 0)
        notes = voicings[slot.start]
        if part.figure == "strum" and strength < 0.3 and len(notes) > 3:
            notes = notes[-3:]  # up-strokes catch the thin strings only
        for place, pitch in enumerate(notes):
            accent = 3 if place == len(notes) - 1 else 0
            events.append(Event(tick, max(40, duration), pitch, min(112, round(base + accent))))
    return events


def _arpeggio(
    plan: SongPlan,
    section: PlannedSection,
    changes: Changes,
    voicings: dict[int, Voicing],
    origin: int,
    pattern: str,
    part: Part,
) -> list[Event]:
    events: list[Event] = []
    ringing = part.instrument.envelope == "decay"
    onsets = [step for step, char in enumerate(pattern) if char.isdigit()]
    for index, step in enumerate(onsets):
        tick = origin + step * TICKS_PER_STEP
        slot = changes.at(tick)
        notes = voicings[slot.start]
        number = int(pattern[step])
        octave, place = divmod(number, len(notes))
        pitch = notes[place] + 12 * octave
        if pitch > part.instrument.high:
            pitch -= 12
        following = onsets[index + 1] if index + 1 < len(onsets) else plan.grid.steps
        length = (following - step) * TICKS_PER_STEP
        if ringing:
            length = min(length * 2, slot.end - tick)
        strength = plan.grid.strength(step)
        velocity = 54 + 20 * section.energy + 10 * strength
        events.append(Event(tick, max(40, length - 15), pitch, min(108, round(velocity))))
    return events


def _sustain(
    plan: SongPlan,
    section: PlannedSection,
    changes: Changes,
    part: Part,
    voicings: dict[int, Voicing],
) -> list[Event]:
    """Long chords; notes common to neighbouring chords are tied."""
    first = section.start_bar * plan.grid.ticks
    last = first + section.bars * plan.grid.ticks
    velocity = round(50 + 26 * section.energy)
    sounding: dict[int, Event] = {}
    events: list[Event] = []
    for slot in changes.slots:
        if not first <= slot.start < last:
            continue
        notes = voicings[slot.start]
        for pitch in notes:
            held = sounding.get(pitch)
            if held is not None and held.end == slot.start and held.duration < 3 * plan.grid.ticks:
                held.duration += slot.duration
            else:
                event = Event(slot.start, slot.duration, pitch, velocity)
                sounding[pitch] = event
                events.append(event)
    for event in events:
        event.duration = max(60, event.duration - 20)
    return events


def _final_chord(
    plan: SongPlan,
    section: PlannedSection,
    changes: Changes,
    voicings: dict[int, Voicing],
    origin: int,
) -> list[Event]:
    notes = voicings[changes.at(origin).start]
    velocity = round(60 + 22 * section.energy)
    return [Event(origin, plan.grid.ticks, pitch, velocity) for pitch in notes]


def play_counter(
    plan: SongPlan,
    section: PlannedSection,
    changes: Changes,
    instrument: Instrument,
    lead: Sequence[Event],
) -> list[Event]:
    """Return a slow counter-melody of guide tones that moves where the lead rests."""
    rng = stream(plan.seed, section.uid, "counter_melody", "notes")
    low, high = register_for("counter", instrument, None)
    first = section.start_bar * plan.grid.ticks
    last = first + section.bars * plan.grid.ticks
    busy = sorted((event.start, event.end) for event in lead)
    pitch = (low + high) // 2
    events: list[Event] = []
    for slot in changes.slots:
        if not first <= slot.start < last:
            continue
        guides = slot.harmony.pitch_classes[1:4] or slot.harmony.pitch_classes
        choices = [p for p in range(low, high + 1) if p % 12 in guides]
        if not choices:
            continue
        near = pitch
        pitch = min(choices, key=lambda p: abs(p - near) + (0.8 if p == near else 0) + rng.random())
        velocity = round(56 + 20 * section.energy)
        duration = slot.duration - 30
        answer = slot.end - 2 * 480
        free = not any(start < slot.end and end > answer for start, end in busy)
        if free and slot.duration >= 4 * 480 and not section.last:
            duration = slot.duration - 2 * 480 - 30
            step = rng.choice((1, -1))
            scale = [p for p in range(low, high + 1) if p % 12 in slot.harmony.pitch_classes]
            place = min(range(len(scale)), key=lambda i: abs(scale[i] - pitch))
            for index in range(2):
                place = max(0, min(len(scale) - 1, place + step))
                start = answer + 480 * index
                events.append(Event(start, 440, scale[place], velocity + 4))
        events.append(Event(slot.start, max(60, duration), pitch, velocity))
    return events
