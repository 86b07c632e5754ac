"""Which of several takes of a melody to keep: what a listener would hold against each.

The bounds are those of the corpus's tunes (how much comes back, bits a note) and of plain
craft: room to move, one climax, leaps that turn back, not too much on one note.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise

from compositions.composer.events import Event
from compositions.composer.melody_form import Phrase

REPEATED = (0.27, 0.37)
"""Share of interval 4-grams that come back; tunes have .30 on average."""
BITS = (1.5, 2.4)
RANGE = (8, 15)
_GRAM = 4
_LEAP = 5


Gram = tuple[int, ...]
"""Four intervals in a row, in semitones."""


@dataclass(frozen=True, slots=True)
class Home:
    """What sections that look back need of a section: its phrases, and its notes by bar."""

    phrases: Sequence[Phrase]
    bars: Mapping[int, list[tuple[float, int]]]


@dataclass(frozen=True, slots=True)
class Take:
    """A melody of a section and what is wrong with it; ``home`` where others look back at it."""

    events: list[Event]
    cost: float
    home: Home | None = None


@dataclass(slots=True)
class Written:
    """What a section's melody has so far: notes, bits, and (step, pitch) by bar."""

    events: list[Event] = field(default_factory=list)
    bits: list[float] = field(default_factory=list)
    bars: dict[int, list[tuple[float, int]]] = field(default_factory=dict)

    @property
    def last(self) -> list[int]:
        """The last two pitches."""
        return [event.pitch for event in self.events[-2:]]

    def pitch_at(self, bar: int, step: float) -> int | None:
        """Return the pitch that began within a sixteenth of a step of a bar."""
        near = [pair for pair in self.bars.get(bar, ()) if abs(pair[0] - step) <= 1]
        return min(near, key=lambda pair: abs(pair[0] - step))[1] if near else None


def interval_grams(events: Sequence[Event]) -> list[Gram]:
    """Return every four intervals in a row."""
    moves = [after.pitch - before.pitch for before, after in pairwise(events)]
    return [tuple(moves[at : at + _GRAM]) for at in range(len(moves) - _GRAM + 1)]


def take_cost(events: Sequence[Event], bits: Sequence[float], heard: Sequence[Gram] = ()) -> float:
    """Return what speaks against a melody, 0 for nothing.

    ``heard`` are the turns that a listener knows from the sections before.
    """
    pitches = [event.pitch for event in events]
    if len(pitches) < 2 * _GRAM:
        return 0.0
    moves = [after - before for before, after in pairwise(pitches)]
    cost = 0.1 * _outside(max(pitches) - min(pitches), RANGE)
    cost += 1.0 * _outside(sum(bits) / len(bits), BITS)
    grams = [*heard, *interval_grams(events)]
    if len(grams) > 2 * _GRAM:
        cost += 13.0 * _outside(1.0 - len(set(grams)) / len(grams), REPEATED)
    still = sum(move == 0 for move in moves) / len(moves)
    cost += 2.0 * max(0.0, still - 0.2)
    wild = sum(
        abs(one) >= _LEAP and not (one * other < 0 or other == 0) for one, other in pairwise(moves)
    )
    cost += 6.0 * wild / len(moves)
    climaxes = sum(top for top, _ in groupby(pitch == max(pitches) for pitch in pitches))
    cost += 0.12 * max(0, climaxes - 2)
    return round(cost, 4)


def _outside(value: float, band: tuple[float, float]) -> float:
    return max(0.0, band[0] - value, value - band[1])
