"""Arrange the song: every seat of the band plays what the energy of a section asks."""

from __future__ import annotations

from dataclasses import replace

from compositions.composer.bass import play_bass, walk_bass
from compositions.composer.casting import Seat
from compositions.composer.comping import (
    CHORDAL,
    play_chords,
    play_drone,
    register_for,
    voicings_for,
)
from compositions.composer.counter_melody import play_counter
from compositions.composer.drums import manner_of, play_drums, play_percussion
from compositions.composer.ensembles import FIGURE
from compositions.composer.events import Event, Part
from compositions.composer.four_part import BASS, Voices, write_voices
from compositions.composer.harmony import Changes
from compositions.composer.part_lines import without_parallels
from compositions.composer.part_writing import write_parts
from compositions.composer.plan import PlannedSection, SongPlan
from compositions.composer.rhythm import TICKS_PER_STEP

_MELODIC = frozenset({"lead", "vocal"})


def arrange(
    plan: SongPlan, changes: Changes, seats: list[Seat], melodies: dict[str, dict[int, list[Event]]]
) -> list[Part]:
    """Return the parts of all seats with their written notes.

    ``melodies`` holds the lead lines by role ("lead", "vocal") and section index.
    """
    has_bass = any(seat.part.role == "bass" for seat in seats)
    # Beside drums the bass keeps its groove, and the choir has a bass of its own.
    sings_bass = has_bass and not any(seat.part.figure == "drums" for seat in seats)
    voices = _voices(plan, changes, seats, melodies, sings_bass)
    lines = _ensemble(plan, changes, seats, melodies)
    parts: list[Part] = []
    names: dict[str, int] = {}
    for seat in seats:
        part = Part(
            seat.part.role,
            _name(seat, names),
            seat.instrument,
            seat.part.figure,
            seat.part.gain_db,
            seat.part.pan,
            seat.part.reverb_send,
        )
        written = _written(voices, part, sings_bass)
        if part.figure == FIGURE and lines:
            part.events = lines.pop(0)
        elif written is None:
            part.events = _play(plan, changes, seat, part, melodies, has_bass)
            if voices is not None and part.figure == "counter" and sings_bass:
                lead = melodies.get("vocal") or melodies.get("lead") or {}
                tune = [event for index in sorted(lead) for event in lead[index]]
                others = (tune, voices.alto, voices.tenor, voices.bass)
                part.events = without_parallels(part.events, others, plan.end // TICKS_PER_STEP)
        else:
            threshold = _threshold(plan, seat)
            part.events = [
                event
                for event in written
                if _plays(plan, plan.section_at(plan.bar_at(event.start)), threshold)
            ]
        if part.events:
            parts.append(part)
    return parts


def _ensemble(
    plan: SongPlan,
    changes: Changes,
    seats: list[Seat],
    melodies: dict[str, dict[int, list[Event]]],
) -> list[list[Event]]:
    """The lines of an ensemble below its tune, from the highest; empty for other bands."""
    players = [seat.instrument for seat in seats if seat.part.figure == FIGURE]
    if not players:
        return []
    lines = melodies.get("vocal") or melodies.get("lead") or {}
    tune = [event for index in sorted(lines) for event in lines[index]]
    return write_parts(plan, changes, tune, [(one.low, one.high) for one in players])


def _voices(
    plan: SongPlan,
    changes: Changes,
    seats: list[Seat],
    melodies: dict[str, dict[int, list[Event]]],
    sings_bass: bool,
) -> Voices | None:
    """The four parts of the song where a seat sings or plays its inner voices, else None."""
    singers = [seat.instrument for seat in seats if seat.part.figure == "voices"]
    if not singers:
        return None
    lines = melodies.get("vocal") or melodies.get("lead") or {}
    tune = [event for index in sorted(lines) for event in lines[index]]
    basses = [seat.instrument for seat in seats if sings_bass and seat.part.role == "bass"]
    lowest = (basses or singers)[0]
    return write_voices(plan, changes, tune, (max(lowest.low, BASS[0]), min(lowest.high, BASS[1])))


def _written(voices: Voices | None, part: Part, sings_bass: bool) -> list[Event] | None:
    """What a part has of the four parts, None when it has none of them."""
    if voices is None:
        return None
    if part.figure == "voices":
        below = [] if sings_bass else voices.bass
        return [replace(event) for line in (voices.alto, voices.tenor, below) for event in line]
    sung = sings_bass and part.role == "bass"
    return [replace(event) for event in voices.bass] if sung else None


def _name(seat: Seat, names: dict[str, int]) -> str:
    """Name a track after its instrument; a second one of a kind adds its role."""
    name = seat.instrument.name
    names[name] = names.get(name, 0) + 1
    if names[name] == 1:
        return name
    full = f"{name} ({seat.part.role.replace('_', '-')})"
    names[full] = names.get(full, 0) + 1
    return full if names[full] == 1 else f"{full} {names[full]}"


def _play(
    plan: SongPlan,
    changes: Changes,
    seat: Seat,
    part: Part,
    melodies: dict[str, dict[int, list[Event]]],
    has_bass: bool,
) -> list[Event]:
    figure, instrument = part.figure, part.instrument
    events: list[Event] = []
    if part.role in _MELODIC:
        lines = melodies.get(part.role, {})
        return [event for index in sorted(lines) for event in lines[index]]
    threshold = _threshold(plan, seat)
    voicings = {}
    pattern = seat.part.pattern
    if figure in CHORDAL:
        low, high = register_for(figure, instrument, seat.part.register)
        tune = [event for lines in melodies.values() for line in lines.values() for event in line]
        voicings = voicings_for(plan, changes, part, (low, high), has_bass, tune)
    for section in plan.sections:
        if figure == "drums":
            events += play_drums(
                plan.within(section), section, threshold, manner_of(instrument.program)
            )
            continue
        if not _plays(plan, section, threshold):
            continue
        here = plan.within(section)
        if figure in ("bass", "walking"):
            walks = figure == "walking" and section.energy >= 0.4
            events += (
                walk_bass(here, section, changes, instrument)
                if walks
                else play_bass(here, section, changes, instrument, pattern)
            )
        elif figure == "percussion":
            events += play_percussion(here, section, pattern)
        elif figure == "drone":
            register = register_for(figure, instrument, seat.part.register)
            events += play_drone(here, section, instrument, register)
        elif figure == "counter":
            lead = [event for lines in melodies.values() for event in lines.get(section.index, [])]
            events += play_counter(here, section, changes, instrument, lead)
        else:
            events += play_chords(here, section, changes, part, voicings, pattern)
    return events


def _threshold(plan: SongPlan, seat: Seat) -> float:
    """The energy from which a seat plays, never above the song's own peak."""
    peak = max(section.energy for section in plan.sections)
    return min(seat.part.enter, peak) if seat.asked else seat.part.enter


def _plays(plan: SongPlan, section: PlannedSection, threshold: float) -> bool:
    return section.energy >= threshold or (section.last and section.energy + 0.15 >= threshold)
