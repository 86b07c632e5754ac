"""Gathers the channel events of a MIDI file into instruments.

A *lane* is one channel of one port within one MIDI track. A *part* is what a lane plays
with one program: a program change in mid-song begins another part, so that each becomes a
track with an instrument of its own and nothing is merged.
"""

from __future__ import annotations

import random
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

from compositions.score import midi_names as names
from compositions.score.document import AutomationPoint, Note, mint_id
from compositions.score.note_repair import separate_overlaps

# What an instrument does before any message tells otherwise.
_RESTING: dict[str, int] = {
    f"cc{controller}": value for controller, value in names.DEFAULT_CONTROLLERS.items()
}
_RESTING["cc11"] = 127
_STRIP_PARAMETERS = tuple(f"cc{controller}" for controller in names.STRIP_CONTROLLERS)


@dataclass(slots=True)
class Part:
    """Notes and control messages of one program. Times are score ticks.

    ``spans`` are (start, end, pitch, velocity), ``controls`` (tick, parameter, value) in
    the order of the file.
    """

    bank: int = 0
    program: int = 0
    spans: list[tuple[int, int, int, int]] = field(default_factory=list)
    controls: list[tuple[int, str, int]] = field(default_factory=list)
    state: dict[str, int] = field(default_factory=dict)
    used: bool = False

    def control(self, tick: int, parameter: str, value: int) -> None:
        """Take a control message."""
        self.controls.append((tick, parameter, value))
        self.state[parameter] = value

    def follow(self, channel: Channel, tick: int) -> None:
        """Take over what the channel's controllers are set to elsewhere."""
        for parameter, value in channel.controllers.items():
            known = self.state.get(parameter, _RESTING.get(parameter, 0))
            if value != known and parameter not in names.PARAMETER_RANK:
                self.control(tick, parameter, value)


@dataclass(slots=True)
class Channel:
    """State of one channel of one port, shared by every MIDI track that plays on it."""

    bank_msb: int = 0
    bank_lsb: int = 0
    bank: int = 0
    program: int = 0
    controllers: dict[str, int] = field(default_factory=dict)

    def choose_program(self, program: int) -> None:
        """Obey a program change: only now a bank select takes effect."""
        self.program = program
        self.bank = self.bank_msb + 128 * self.bank_lsb


@dataclass(slots=True)
class Lane:
    """One channel within one MIDI track."""

    chunk: int
    port: int
    number: int
    channel: Channel
    name: str | None = None
    exact: dict[str, Any] | None = None
    parts: list[Part] = field(default_factory=list)
    current: Part | None = None
    by_program: dict[tuple[int, int], Part] = field(default_factory=dict)
    sounding: dict[int, deque[tuple[int, int, Part]]] = field(default_factory=dict)

    @property
    def percussion(self) -> bool:
        """True on channel 10."""
        return self.number == names.PERCUSSION_CHANNEL

    def control(self, tick: int, parameter: str, value: int) -> None:
        """Take a control message for what plays now, or will play next."""
        if self.current is None:
            self.current = Part()
            self.parts.append(self.current)
        self.channel.controllers[parameter] = value
        self.current.control(tick, parameter, value)

    def note_on(self, tick: int, pitch: int, velocity: int) -> None:
        """Begin a note with the channel's present program."""
        part = self._part(tick)
        self.sounding.setdefault(pitch, deque()).append((tick, velocity, part))

    def note_off(self, tick: int, pitch: int) -> bool:
        """End the oldest sounding note of this pitch; False when there is none."""
        waiting = self.sounding.get(pitch)
        if not waiting:
            return False
        start, velocity, part = waiting.popleft()
        part.spans.append((start, tick, pitch, velocity))
        return True

    def all_off(self, tick: int) -> int:
        """End every sounding note and return how many there were."""
        count = 0
        for pitch, waiting in self.sounding.items():
            count += len(waiting)
            while waiting:
                self.note_off(tick, pitch)
        return count

    def settle(self) -> None:
        """Give each part its program: parts that never sounded keep the channel's last."""
        for part in self.parts:
            if not part.used:
                part.bank, part.program = self.channel.bank, self.channel.program

    def _part(self, tick: int) -> Part:
        wanted = (self.channel.bank, self.channel.program)
        current = self.current
        if current is not None and current.used and (current.bank, current.program) == wanted:
            return current
        returning = self.by_program.get(wanted)
        if returning is not None:
            returning.follow(self.channel, tick)
            self.current = returning
            return returning
        if current is None or current.used:
            current = Part()
            self.parts.append(current)
        current.bank, current.program = wanted
        current.used = True
        self.by_program[wanted] = current
        current.follow(self.channel, tick)
        self.current = current
        return current


@dataclass(frozen=True, slots=True)
class Strip:
    """The mixer strip as control values, None where the file does not say."""

    volume: int | None
    pan: int | None
    reverb: int | None


def take_strip(part: Part, *, own: bool) -> tuple[Strip, list[tuple[int, str, int]]]:
    """Split the control messages of a part into its mixer strip and its automation.

    In files written here (``own``) the first message of volume, pan and reverb is the
    strip. Elsewhere the strip is what is set before the first note, unless the value moves
    later: then every message stays automation and the strip stays neutral.
    """
    first_note = min((start for start, _, _, _ in part.spans), default=None)
    strip: dict[str, int] = {}
    dropped: set[int] = set()
    for parameter in _STRIP_PARAMETERS:
        places = [place for place, entry in enumerate(part.controls) if entry[1] == parameter]
        early = [
            place for place in places if first_note is None or part.controls[place][0] <= first_note
        ]
        if own:
            early = early[:1]
        elif len(early) < len(places):
            early = []
        if early:
            strip[parameter] = part.controls[early[-1]][2]
            dropped.update(early)
    rest = [entry for place, entry in enumerate(part.controls) if place not in dropped]
    volume, pan, reverb = (strip.get(parameter) for parameter in _STRIP_PARAMETERS)
    return Strip(volume, pan, reverb), rest


def automation(
    controls: list[tuple[int, str, int]], rng: random.Random | None, repairs: Counter[str]
) -> tuple[AutomationPoint, ...]:
    """Return control messages as automation points, one per parameter and tick.

    Of several values at one tick the last holds. The steps of a registered parameter must
    all be kept in order, so a step that would clash moves on by a tick.
    """
    values: dict[tuple[int, str], int] = {}
    cursor, rank = -1, 0
    for original, parameter, value in controls:
        tick = original
        step = names.PARAMETER_RANK.get(parameter)
        if step is not None:
            if original > cursor:
                cursor, rank = original, 0
            if (cursor, parameter) in values or step < rank:
                cursor += 1
            tick, rank = cursor, step
            if tick != original:
                repairs["registered parameter step moved by a tick"] += 1
        elif values.get((tick, parameter), value) != value:
            repairs["control change replaced by another at the same tick"] += 1
        values[tick, parameter] = value
    return tuple(
        AutomationPoint(mint_id(rng), tick, parameter, float(value))
        for (tick, parameter), value in sorted(values.items())
    )


def build_notes(part: Part, rng: random.Random | None, repairs: Counter[str]) -> tuple[Note, ...]:
    """Return the notes of a part, repaired: none empty, none overlapping its own pitch."""
    notes = []
    for start, end, pitch, velocity in sorted(part.spans):
        if end <= start:
            repairs["note without length, now one tick long"] += 1
        duration = max(1, end - start)
        notes.append(Note(mint_id(rng), start, duration, pitch, velocity, origin="import"))
    separated, shortened, merged = separate_overlaps(notes)
    repairs["note cut short where the same pitch begins again"] += shortened
    repairs["note merged with another of the same pitch and start"] += merged
    return tuple(separated)
