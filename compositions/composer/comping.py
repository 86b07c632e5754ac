"""Chordal parts: block chords, strums, stabs, power chords, arpeggios, pads, counterlines.

Struck and picked parts read the pattern characters of :mod:`compositions.composer.styles`;
a pattern may mix chords, bass notes and single voices, and may have several layers.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from compositions.composer.events import Event, Part
from compositions.composer.grooves import pick_pattern
from compositions.composer.harmony import Changes, ChordSlot
from compositions.composer.leaning import in_groove
from compositions.composer.plan import PlannedSection, SongPlan
from compositions.composer.returning import returning
from compositions.composer.rhythm import TICKS_PER_STEP
from compositions.composer.seeds import stream
from compositions.composer.styles import Instrument
from compositions.composer.voicing import FRETTED, OPEN, ROOTLESS, Hand, Voicing, voice_chords
from compositions.score.document import Mode
from compositions.score.harmony import scale_pitch_classes

_VOICES = {"block": 4, "strum": 5, "stab": 3, "arpeggio": 4, "sustain": 4, "power": 3}
_STRINGS = {
    "Nylon Guitar": "guitar", "Acoustic Guitar": "guitar", "Jazz Guitar": "guitar",
    "Electric Guitar": "guitar", "Muted Guitar": "guitar", "Overdriven Guitar": "guitar",
    "Banjo": "banjo", "Mandolin": "mandolin", "Ukulele": "ukulele",
}  # fmt: skip
"""The strings of instruments whose chords must be held by a hand."""
CHORDAL = frozenset(_VOICES)
"""Figures that need a voicing of every chord."""
_PUSHED = 0.3
_SYNCOPATED = frozenset({"syncopated", "swing", "sixteenth"})
_REGISTER = {
    "block": (51, 74), "strum": (45, 71), "stab": (55, 76), "arpeggio": (57, 81),
    "sustain": (52, 76), "power": (40, 64), "counter": (55, 74), "drone": (48, 72),
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
    plan: SongPlan,
    changes: Changes,
    part: Part,
    register: tuple[int, int],
    has_bass: bool,
    tune: Sequence[Event] = (),
) -> dict[int, Voicing]:
    """Return the voicing of every chord by its start tick, under the tune where there is one."""
    if part.figure == "power":
        return {slot.start: _power(slot, register[0]) for slot in changes.slots}
    hand = _hand(plan.style.name, part, register, has_bass)
    lowest = _lowest(tune, changes)
    keys = (plan.key_of(plan.section_at(slot.bar)) for slot in changes.slots)
    scales = [frozenset(scale_pitch_classes(key.tonic, key.mode)) for key in keys]
    voiced = voice_chords([slot.harmony for slot in changes.slots], hand, lowest, scales)
    return returning(plan, changes, voiced)


@cache
def _kinds() -> dict[str, frozenset[str]]:
    """The styles whose keyboard voicings leave the root out, and whose pads are spread."""
    text = (Path(__file__).parent / "data" / "voicings.json").read_text(encoding="utf-8")
    return {kind: frozenset(names) for kind, names in json.loads(text).items()}


def _hand(style: str, part: Part, register: tuple[int, int], has_bass: bool) -> Hand:
    low, high = register
    rooted = not has_bass or part.figure in ("strum", "arpeggio")
    voices = _VOICES[part.figure]
    tuning = _STRINGS.get(part.instrument.name)
    if part.figure == "strum" and tuning:
        return Hand(part.instrument.low, part.instrument.high, 6, not has_bass, FRETTED, tuning)
    if part.figure == "sustain" and style in _kinds()["open"] and high - low >= 22:
        return Hand(low, high, voices, rooted, OPEN)
    if part.figure in ("block", "stab") and not rooted and style in _kinds()["rootless"]:
        return Hand(low, high, voices, rooted, ROOTLESS)
    return Hand(low, high, voices, rooted)


def _lowest(tune: Sequence[Event], changes: Changes) -> list[int | None]:
    """The lowest note of the tune that begins in each chord, None where none does."""
    notes = sorted(tune, key=lambda event: event.start)
    starts = [event.start for event in notes]
    found: list[int | None] = []
    for slot in changes.slots:
        inside = notes[bisect_left(starts, slot.start) : bisect_left(starts, slot.end)]
        found.append(min((event.pitch for event in inside), default=None))
    return found


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
    table: str = "",
) -> list[Event]:
    """Return a chordal part of one section by the figure of its part.

    ``table`` names the groove table of its patterns where it is not the figure's own.
    """
    if part.figure == "sustain":
        return _sustain(plan, section, changes, part, voicings)
    kind = table or ("arpeggio" if part.figure == "arpeggio" else "comp")
    material = in_groove(plan, section).material
    rng = stream(plan.seed, f"material:{material}", part.role + table, "notes")
    pushes = rng.random() < _PUSHED
    events: list[Event] = []
    for index in range(section.bars):
        bar = section.start_bar + index
        origin = plan.bar_start(bar)
        if section.last and index == section.bars - 1:
            events += _final_chord(plan, section, changes, voicings, origin)
            continue
        pattern = pick_pattern(plan, section, kind, bar)
        # In some songs the last bar of a phrase answers with a small push.
        answers = index % 4 == 3 and pushes and part.figure != "arpeggio"
        if answers and "x" in pattern and "|" not in pattern and pattern[-2:] in ("--", ".."):
            pattern = pattern[:-2] + "x-"
        for layer in pattern.split("|"):
            events += _bar(plan, section, changes, voicings, bar, layer, part)
    return events


def _bar(
    plan: SongPlan,
    section: PlannedSection,
    changes: Changes,
    voicings: dict[int, Voicing],
    bar: int,
    pattern: str,
    part: Part,
) -> list[Event]:
    """One layer of one bar: its strokes, held, repeated or broken as the pattern says."""
    origin, stop = plan.bar_start(bar), plan.bar_start(bar + 1)
    bounds = {slot.start for slot in changes.slots if origin <= slot.start < stop}
    picked = _picked(pattern)
    hits: list[tuple[int, int, str]] = []
    for step, char in enumerate(pattern):
        tick = origin + step * TICKS_PER_STEP
        if char == "-" and hits and not picked:
            if tick in bounds:  # a held chord is struck again where the harmony changes
                hits.append((tick, 1, hits[-1][2] if hits[-1][2] in "bc" else "x"))
            else:
                last = hits[-1]
                hits[-1] = (last[0], last[1] + 1, last[2])
        elif char not in ".-":
            hits.append((tick, 1, char))
    events: list[Event] = []
    for index, (tick, length, char) in enumerate(hits):
        if picked:  # picked notes ring until the next one
            following = hits[index + 1][0] if index + 1 < len(hits) else stop
            length = (following - tick) // TICKS_PER_STEP
        step = (tick - origin) // TICKS_PER_STEP
        if char.isdigit() or char in "ABCDEF":
            events += _pick(plan, section, changes, voicings, tick, length, char, step, part)
        else:
            events += _strike(plan, section, changes, voicings, tick, length, char, step, part)
    return events


def _picked(pattern: str) -> bool:
    """True for a layer of single voices that does not write out its holds."""
    return "-" not in pattern and any(char.isdigit() or char in "ABCDEF" for char in pattern)


def _strike(
    plan: SongPlan,
    section: PlannedSection,
    changes: Changes,
    voicings: dict[int, Voicing],
    tick: int,
    length: int,
    char: str,
    step: int,
    part: Part,
) -> list[Event]:
    """A chord, a part of it, or the bass note below it."""
    slot = changes.at(tick)
    # A push on the last weak step before a new chord already plays that chord.
    pushes = part.figure in ("block", "stab") and plan.style.lead["cells"] in _SYNCOPATED
    near = slot.end - tick <= 2 * TICKS_PER_STEP
    if pushes and char in "xX" and near and tick + length * TICKS_PER_STEP >= slot.end:
        slot = changes.at(slot.end)
    if part.figure == "stab":
        length = min(length, 2)
    duration = length * TICKS_PER_STEP - (30 if length > 1 else 40)
    strength = plan.bar_map.strength(tick)
    base = 58 + 22 * section.energy + 6 * strength
    base += {"X": 8, "o": -14, "m": -16, "c": -4, "r": -4}.get(char, 0)
    notes = voicings[slot.start]
    if char in "bf":
        notes = (_low_note(slot, char, notes, part),)
        base += 4
    elif char == "c" and len(notes) >= 3:
        notes = notes[1:]
    elif char == "m":
        notes, duration = notes[:2] if part.figure == "power" else notes, 70
    elif part.figure == "strum" and strength < 0.3 and len(notes) > 3:
        notes = notes[-3:]  # up-strokes catch the thin strings only
    repeats = (0, 80, 160) if char == "r" else (0,)
    events = []
    for count, offset in enumerate(repeats):
        held = 70 if count + 1 < len(repeats) else max(40, duration - offset)
        for place, pitch in enumerate(notes):
            velocity = base + (3 if place == len(notes) - 1 else 0) - 5 * (len(repeats) - 1 - count)
            events.append(Event(tick + offset, held, pitch, max(24, min(112, round(velocity)))))
    return events


def _low_note(slot: ChordSlot, char: str, notes: Voicing, part: Part) -> int:
    """The chord's bass note below its voicing, or the fifth that alternates with it."""
    floor = max(part.instrument.low, min(notes[0], 52) - 16)
    root = floor + (slot.harmony.lowest - floor) % 12
    if char == "f":
        step = next(s for s in (7, 6, 8, 12) if (slot.harmony.root + s) % 12
                    in slot.harmony.pitch_classes or s == 12)  # fmt: skip
        fifth = floor + (slot.harmony.root + step - floor) % 12
        root = fifth if fifth < notes[0] else root
    return root if root < notes[0] or root - 12 < part.instrument.low else root - 12


def _pick(
    plan: SongPlan,
    section: PlannedSection,
    changes: Changes,
    voicings: dict[int, Voicing],
    tick: int,
    length: int,
    char: str,
    step: int,
    part: Part,
) -> list[Event]:
    """A single voice, or a voice doubled in octaves."""
    slot = changes.at(tick)
    notes = voicings[slot.start]
    doubled = not char.isdigit()
    octave, place = divmod("ABCDEF".index(char) if doubled else int(char), len(notes))
    pitch = notes[place] + 12 * octave
    if pitch > part.instrument.high:
        pitch -= 12
    ticks = length * TICKS_PER_STEP
    if part.instrument.envelope == "decay" and not doubled:
        ticks = min(ticks * 2, slot.end - tick)
    velocity = min(108, round(54 + 20 * section.energy + 10 * plan.bar_map.strength(tick)))
    events = [Event(tick, max(40, ticks - 15), pitch, velocity)]
    if doubled and pitch + 12 <= part.instrument.high:
        events.append(Event(tick, max(40, ticks - 15), pitch + 12, velocity))
    return events


def _sustain(
    plan: SongPlan,
    section: PlannedSection,
    changes: Changes,
    part: Part,
    voicings: dict[int, Voicing],
) -> list[Event]:
    """Long chords; notes common to neighbouring chords are tied."""
    first, last = plan.ticks_of(section)
    velocity = round(50 + 26 * section.energy)
    sounding: dict[int, Event] = {}
    events: list[Event] = []
    longest = 3 * plan.grid.ticks
    for slot in changes.slots:
        if not first <= slot.start < last:
            continue
        notes = voicings[slot.start]
        for pitch in notes:
            held = sounding.get(pitch)
            if held is not None and held.end == slot.start and held.duration < longest:
                held.duration += slot.duration
            else:
                event = Event(slot.start, slot.duration, pitch, velocity)
                sounding[pitch] = event
                events.append(event)
    for event in events:
        event.duration = max(60, event.duration - 20)
    return events


def play_drone(
    plan: SongPlan, section: PlannedSection, instrument: Instrument, register: tuple[int, int]
) -> list[Event]:
    """The tonic and its fifth, sounded anew every four bars."""
    low, high = register
    root = low + (plan.tonic_class - low) % 12
    fifth = root + (6 if plan.mode is Mode.LOCRIAN else 7)
    pitches = [pitch for pitch in (root, fifth, root + 12) if pitch <= min(high, instrument.high)]
    velocity = round(50 + 24 * section.energy)
    events = []
    for bar in range(0, section.bars, 4):
        start = plan.bar_start(section.start_bar + bar)
        length = plan.bar_start(section.start_bar + min(bar + 4, section.bars)) - start
        events += [Event(start, length - 30, pitch, velocity) for pitch in pitches]
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
    length = plan.end - origin
    return [Event(origin, length, pitch, velocity) for pitch in notes]
