"""Find the pitches of a phrase: a beam search over scale and chord tones.

Every note is weighed by how well it follows the wanted contour, the chord under it, the
metre, the register, and a :class:`PitchPrior` that knows how melodies move. The prior
here is a hand-made interval table; a learned model can take its place.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

BEAM = 8


@dataclass(frozen=True, slots=True)
class NoteContext:
    """What is known of a note before its pitch.

    ``strength`` is the metrical weight 0..1, ``steps`` the length in sixteenths,
    ``chord`` the pitch classes sounding, ``target`` the wanted move from the note before
    in scale steps (None = free), ``hold`` how firmly the target counts, ``anchor`` the
    MIDI pitch around which it should lie, ``ending`` "" inside a phrase, "open" or
    "closed" on its last note, "final" on the song's last note.
    """

    strength: float
    steps: float
    chord: tuple[int, ...]
    target: int | None
    hold: float
    anchor: float
    ending: str = ""


@dataclass(frozen=True, slots=True)
class PitchSpace:
    """The pitches a melody may use: scale classes, favoured classes and range.

    ``pull`` is the extra attraction of the tonic and its fifth (0 = none).
    """

    tonic: int
    scale: tuple[int, ...]
    favoured: frozenset[int]
    pull: float
    low: int
    high: int

    def position(self, pitch: int) -> float:
        """Return the pitch in scale steps; notes between two steps lie half-way."""
        octave, inside = divmod(pitch - self.tonic, 12)
        steps = [(value - self.tonic) % 12 for value in self.scale]
        below = sum(1 for step in steps if step <= inside) - 1
        exact = inside in steps
        return octave * len(steps) + below + (0.0 if exact else 0.5)


class PitchPrior(Protocol):
    """How likely a pitch is after the ones before it: lower cost, likelier."""

    def cost(self, history: Sequence[int], candidate: int) -> float:
        """Return the cost of ``candidate`` after ``history`` (MIDI pitches)."""
        ...


_INTERVAL_COST = (0.45, 0.05, 0.0, 0.3, 0.4, 0.7, 2.4, 0.9, 1.6, 1.7, 3.0, 4.0, 1.9)


class IntervalPrior:
    """Stepwise motion is easy, leaps are dear and want to be recovered."""

    def cost(self, history: Sequence[int], candidate: int) -> float:
        """Return the cost of a move, looking back at the last two notes."""
        if not history:
            return 0.0
        move = candidate - history[-1]
        size = abs(move)
        cost = _INTERVAL_COST[size] if size <= 12 else 5.0 + 0.5 * (size - 12)
        if len(history) >= 2:
            before = history[-1] - history[-2]
            if abs(before) >= 5 and not (move * before < 0 and size <= 4):
                cost += 0.9 if size <= 2 else 1.5
            if move == 0 and before == 0:
                cost += 0.8
            if size >= 5 and abs(before) >= 5 and move * before > 0:
                cost += 2.0
        return cost


def search(
    contexts: Sequence[NoteContext],
    space: PitchSpace,
    rng: random.Random,
    prior: PitchPrior,
    before: Sequence[int] = (),
) -> list[int]:
    """Return one MIDI pitch per context, with ``before`` as the notes already sung.

    ``rng`` breaks ties by a little noise, so that another seed finds another melody.
    """
    ladder = list(range(space.low, space.high + 1))
    noise = {pitch: rng.random() * 0.5 for pitch in ladder}
    positions = {pitch: space.position(pitch) for pitch in ladder}
    for pitch in before:
        positions.setdefault(pitch, space.position(pitch))
    start = tuple(before[-2:])
    beam: list[tuple[float, tuple[int, ...]]] = [(0.0, start)]
    for context in contexts:
        allowed = [p for p in ladder if p % 12 in space.scale or p % 12 in context.chord]
        fixed = {p: _place_cost(p, context, space) + noise[p] * 0.6 for p in allowed}
        grown: list[tuple[float, tuple[int, ...]]] = []
        for cost, line in beam:
            for pitch in allowed:
                total = cost + fixed[pitch]
                if line:
                    if abs(pitch - line[-1]) > 14:
                        continue
                    total += prior.cost(line[-2:], pitch)
                    if context.target is not None:
                        moved = positions[pitch] - positions[line[-1]]
                        total += context.hold * abs(moved - context.target)
                grown.append((total, (*line, pitch)))
        if not grown:  # the notes before lie outside the range: start afresh
            grown = [(fixed[p], (*beam[0][1], p)) for p in allowed]
        grown.sort(key=lambda item: item[0])
        beam = _distinct(grown)
    return list(beam[0][1][len(start) :])


def _distinct(
    grown: list[tuple[float, tuple[int, ...]]],
) -> list[tuple[float, tuple[int, ...]]]:
    """Keep the best lines, one per pair of last notes: the rest cannot overtake it."""
    kept: list[tuple[float, tuple[int, ...]]] = []
    seen: set[tuple[int, ...]] = set()
    for item in grown:
        key = item[1][-2:]
        if key not in seen:
            seen.add(key)
            kept.append(item)
            if len(kept) == BEAM:
                break
    return kept


def _place_cost(pitch: int, context: NoteContext, space: PitchSpace) -> float:
    value = pitch % 12
    in_chord = value in context.chord
    strong = context.strength >= 0.55
    cost = 0.0
    if not in_chord:
        cost += 2.8 if strong else 1.1 if context.strength >= 0.25 else 0.45
        if context.steps >= 4:
            cost += 1.4
        if (value - 1) % 12 in context.chord:
            cost += 1.6 if strong or context.steps >= 4 else 0.5
    if in_chord and value not in space.scale:
        cost += 0.4
    if value not in context.chord and any(
        (value + step) % 12 in context.chord and (value + step) % 12 not in space.scale
        for step in (1, 11)
    ):
        cost += 2.5  # the natural seventh against a raised one, and the like
    if space.favoured and value not in space.favoured:
        cost += 0.15 if in_chord and strong else 0.6
    away = abs(pitch - context.anchor)
    cost += 0.05 * away + 0.02 * max(0.0, away - 4) ** 2
    degree = (value - space.tonic) % 12
    if space.pull and in_chord:
        cost -= space.pull * {0: 1.0, 7: 0.5}.get(degree, 0.0)
    if context.ending == "final":
        cost += 0.0 if degree == 0 else 20.0
    elif context.ending == "closed":
        cost += 0.0 if degree == 0 else 1.2 if degree in (3, 4) and in_chord else 3.5
    elif context.ending == "open":
        cost += 2.0 if degree == 0 else 0.0 if in_chord else 2.5
    return cost
