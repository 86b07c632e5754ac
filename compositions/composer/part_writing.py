"""Part writing for ensembles: lines for three to six players under a given tune.

Every line is the cheapest path through the chord tones of the moments (Viterbi), written
against the lines that are there: first the bass in counterpoint to the tune, then the inner
lines, then each once more against all others, until they fit. The rules are those of
:mod:`compositions.composer.four_part`. What the measure of parallels still finds is mended note
by note; :mod:`compositions.composer.part_figures` then gives the lines rhythms of their own.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from compositions.composer.events import Event
from compositions.composer.four_part import doubling, leading_tone, parallel_cost
from compositions.composer.harmony import Changes
from compositions.composer.moments import NOTHING, Step, steps_of, velocity_of
from compositions.composer.part_figures import enliven
from compositions.composer.part_lines import Lines
from compositions.composer.plan import SongPlan
from compositions.composer.rhythm import TICKS_PER_STEP
from compositions.composer.seeds import stream

Ints = NDArray[np.int64]
Costs = NDArray[np.float64]

_SWEEPS = 2
_INVERTED, _SIXTH_AT_REST = 2.2, 14.0
_DIRECT_COST, _OVERLAP_COST, _CROSSED, _WIDE = 4.0, 2.5, 30.0, 5.0
_CONTRARY, _RUB = 0.7, 2.0
_UNRESOLVED_LEADING, _UNRESOLVED_SEVENTH = 9.0, 7.0
_MOST_SHIFT = 5
_LEANING = 2.5


@dataclass(frozen=True, slots=True)
class Desk:
    """A player below the tune: its lowest and highest note, and the middle of its line."""

    low: int
    high: int
    centre: int


def desks_for(ranges: Sequence[tuple[int, int]], tune: Sequence[Event]) -> list[Desk]:
    """Return the players from the highest to the lowest, spread evenly below the tune."""
    pitches = sorted(event.pitch for event in tune)
    top = pitches[len(pitches) // 2] if pitches else 72
    bottom = min(max(ranges[-1][0] + 9, 46), ranges[-1][1] - 6, top - 12)
    found = []
    count = len(ranges)
    for number, (low, high) in enumerate(ranges):
        below = number + 1
        # Wider apart towards the bass, as in the series of overtones.
        share = (below / count) ** 0.85
        centre = round(top - share * (top - bottom))
        room = 15 if number == count - 1 else 12
        centre = min(max(centre, low + 5), high - 4)
        found.append(Desk(max(low, centre - room), min(high, centre + room), centre))
    return found


def write_parts(
    plan: SongPlan, changes: Changes, tune: Sequence[Event], ranges: Sequence[tuple[int, int]]
) -> list[list[Event]]:
    """Return a line for every player below the tune, from the highest to the lowest.

    ``ranges`` are the lowest and highest notes of the players, in that order.
    """
    line = sorted(tune, key=lambda event: event.start)
    steps = steps_of(plan, changes, line, turning=False)
    if not steps:
        return [[] for _ in ranges]
    desks = desks_for(ranges, line)
    last_bar = plan.bar_start(plan.bars - 1)
    settled = _settled(plan, changes, last_bar)
    writer = _Writer(steps, desks, settled, _sounding(steps, line))
    lines = Lines(plan.end // TICKS_PER_STEP, [line], len(desks))
    bars = {plan.bar_start(bar) // TICKS_PER_STEP for bar in range(plan.bars)}
    lines.write(steps, writer.write(), bars)
    lines.mend(steps, [(desk.low, desk.high) for desk in desks])
    enliven(plan, changes, lines)
    return [
        lines.events(number, lambda tick: velocity_of(plan, tick))
        for number in range(1, len(desks) + 1)
    ]


def write_among(
    plan: SongPlan,
    changes: Changes,
    tune: Sequence[Event],
    desks: Sequence[Desk],
    given: Sequence[Mapping[int, int] | None],
) -> list[list[Event]]:
    """Return the lines of the players that are given none, written against all others.

    ``desks`` and ``given`` go from the highest to the lowest below the tune; a given line is
    the pitch that sounds in each sixteenth (no entry is a rest).
    """
    line = sorted(tune, key=lambda event: event.start)
    steps = steps_of(plan, changes, line, turning=False)
    free = [number for number, known in enumerate(given) if known is None]
    if not steps:
        return [[] for _ in free]
    settled = _settled(plan, changes, plan.bar_start(plan.bars - 1))
    writer = _Writer(steps, desks, settled, _sounding(steps, line))
    lines = Lines(plan.end // TICKS_PER_STEP, [line], len(desks))
    for number, known in enumerate(given):
        if known is not None:
            lines.take(number + 1, known)
            writer.lines[number] = _held(steps, known, desks[number].centre)
    for number in free:
        # Another seed leans to other notes of the chords.
        rng = stream(plan.seed, "song", f"voice:{number}", "leaning")
        width = desks[number].high - desks[number].low + 1
        writer.leaning[number] = [[_LEANING * rng.random() for _ in range(width)] for _ in steps]
    written = writer.write(free)
    bars = {plan.bar_start(bar) // TICKS_PER_STEP for bar in range(plan.bars)}
    lines.write(steps, [written[n] if n in free else None for n in range(len(desks))], bars)
    players = [number + 1 for number in free]
    lines.mend(steps, [(desk.low, desk.high) for desk in desks], players)
    enliven(plan, changes, lines, players)
    return [lines.events(player, lambda tick: velocity_of(plan, tick)) for player in players]


def _held(steps: Sequence[Step], known: Mapping[int, int], centre: int) -> list[int]:
    """The pitch of a line at each moment; over a rest the one before it, as the ear does."""
    pitches, before = [], centre
    for step in steps:
        before = known.get(step.start // TICKS_PER_STEP, before)
        pitches.append(before)
    return pitches


def _settled(plan: SongPlan, changes: Changes, last_bar: int) -> frozenset[int]:
    """The ticks of chords that stand on their root: the first of a section and the last."""
    found = {plan.bar_start(section.start_bar) for section in plan.sections}
    return frozenset(found | {slot.start for slot in changes.slots if slot.start >= last_bar})


def _sounding(steps: Sequence[Step], tune: Sequence[Event]) -> list[tuple[int, ...]]:
    """The pitches of the tune from each moment to the next."""
    starts = [event.start for event in tune]
    return [
        tuple(
            event.pitch
            for event in tune[
                max(0, bisect_right(starts, step.start) - 1) : bisect_right(starts, step.end - 1)
            ]
            if event.end > step.start
        )
        for step in steps
    ]


class _Writer:
    """The lines of one song at work: for each player a pitch at every moment."""

    def __init__(
        self,
        steps: Sequence[Step],
        desks: Sequence[Desk],
        settled: frozenset[int],
        sung: Sequence[tuple[int, ...]],
    ) -> None:
        self.steps, self.desks, self.settled, self.sung = steps, desks, settled, sung
        self.leading = [
            leading_tone(one.harmony, other.harmony if other else None)
            for one, other in pairwise([*steps, None])
            if one is not None
        ]
        self.lines: list[list[int] | None] = [None] * len(desks)
        self.leaning: dict[int, list[list[float]]] = {}

    def write(self, free: Sequence[int] | None = None) -> list[list[int]]:
        """Return the pitches of all players; only those of ``free`` are written, if named."""
        last = len(self.desks) - 1
        order = [last, *range(last)]
        order = [number for number in order if free is None or number in free]
        for number in order:
            self.lines[number] = self._path(number)
        for _ in range(_SWEEPS):
            for number in order[1:] + order[:1]:
                self.lines[number] = self._path(number)
        return [line for line in self.lines if line is not None]

    def _path(self, number: int) -> list[int]:
        layers = [self._candidates(number, place) for place in range(len(self.steps))]
        total = layers[0][1]
        links: list[Ints] = []
        for place in range(1, len(layers)):
            cost = total[:, None] + self._motion(
                number, place, layers[place - 1][0], layers[place][0]
            )
            # Rounded, so that a last bit on another processor makes no other music.
            cost = np.round(cost, 4)
            links.append(np.argmin(cost, axis=0))
            total = np.min(cost, axis=0) + layers[place][1]
        at = int(np.argmin(np.round(total, 4)))
        path = [int(layers[-1][0][at])]
        for place in range(len(links) - 1, -1, -1):
            at = int(links[place][at])
            path.append(int(layers[place][0][at]))
        return path[::-1]

    def _candidates(self, number: int, place: int) -> tuple[Ints, Costs]:
        step, desk = self.steps[place], self.desks[number]
        bass = number == len(self.desks) - 1
        classes = step.basses if bass else step.harmony.pitch_classes
        found = [p for p in range(desk.low, desk.high + 1) if p % 12 in classes]
        found = found or [desk.low + (classes[0] - desk.low) % 12]
        above = self._around(number, place, -1)
        below = self._around(number, place, 1)
        others = [
            line[place]
            for line in self.lines
            if line is not None and line is not self.lines[number]
        ]
        others += [step.tune] if step.tune != NOTHING else []
        counts = tuple(sorted(pitch % 12 for pitch in others))
        full = len(others) == len(self.desks) or len(others) >= 3
        costs = []
        leaning = self.leaning[number][place] if number in self.leaning else None
        for pitch in found:
            cost = 0.13 * abs(pitch - desk.centre)
            if leaning is not None and pitch <= desk.high:
                cost += leaning[pitch - desk.low]
            if bass:
                cost *= 0.6
                if pitch % 12 != step.basses[0]:
                    cost += _SIXTH_AT_REST if step.start in self.settled else _INVERTED
            cost += doubling(
                step.harmony.pitch_classes, step.harmony.root, self.leading[place],
                tuple(sorted((*counts, pitch % 12))), whole=full,
            )  # fmt: skip
            cost += _RUB * sum(abs(tune - pitch) % 12 in (1, 11) for tune in self.sung[place])
            for other, side in ((above, 1), (below, -1)):
                if other == NOTHING:
                    continue
                gap = side * (other - pitch)
                wide = 12 if not (bass or (side == -1 and number == len(self.desks) - 2)) else 19
                cost += _CROSSED * (gap < 0) + 5.0 * (gap == 0) + 1.5 * (0 < gap <= 2)
                cost += _WIDE * (gap > wide) + 0.5 * max(0, gap - wide + 3)
                if gap < 7 and min(other, pitch) < 48:
                    cost += 3.0
            costs.append(cost)
        return np.array(found), np.array(costs)

    def _around(self, number: int, place: int, way: int) -> int:
        """The nearest written pitch above (-1) or below (1) a player; the tune is on top."""
        at = number + way
        while 0 <= at < len(self.desks):
            line = self.lines[at]
            if line is not None:
                return line[place]
            at += way
        return self.steps[place].tune if way == -1 else NOTHING

    def _motion(self, number: int, place: int, before: Ints, after: Ints) -> Costs:
        one, other = self.steps[place - 1], self.steps[place]
        bass = number == len(self.desks) - 1
        old, new = before[:, None], after[None, :]
        move = new - old
        size = np.abs(move)
        cost: Costs = (0.35 if bass else 0.9) * size
        if bass:
            cost = cost + 5.0 * (size > 12) + 1.5 * (size == 6) + 0.5 * (size == 0)
            cost = cost + 2.5 * ((size > 7) & (size < 12))
        else:
            cost = cost + 0.8 * (size > 2) + 2.5 * (size > 4) + 2.0 * (size > 5) + 3.0 * (size > 7)
        for at, line in enumerate(self.lines):
            if line is None or at == number:
                continue
            a, c = line[place - 1], line[place]
            if a != c:
                ways = ((old, new), (np.array(a), np.array(c)))
                low, high = ways if at < number else ways[::-1]
                cost = cost + parallel_cost(low[0], high[0], low[1], high[1])
            if abs(at - number) == 1:  # beyond where a neighbour was, or will be
                side = 1 if at < number else -1
                beyond = (side * (new - a) > 0) | (side * (c - old) < 0)
                cost = cost + _OVERLAP_COST * beyond
        if other.tune != NOTHING:
            for pitch, share in ((one.tune, 0.6), (other.before, 1.0)):
                if pitch == NOTHING or pitch == other.tune:
                    continue
                cost = cost + share * parallel_cost(old, np.array(pitch), new, np.array(other.tune))
                if not bass:
                    continue
                way = 1 if other.tune > pitch else -1
                cost = cost + share * _CONTRARY * np.sign(move * way)
                if abs(other.tune - pitch) > 2:
                    arrives = np.isin((other.tune - new) % 12, (0, 7))
                    cost = cost + share * _DIRECT_COST * ((move * way > 0) & arrives)
        return cost + self._tendencies(place, old, move, bass=bass)

    def _tendencies(self, place: int, old: Ints, move: Ints, *, bass: bool) -> Costs:
        """Leading tones rise (an inner one may fall a third), sevenths fall or stay."""
        one, other = self.steps[place - 1].harmony, self.steps[place].harmony
        cost: Costs = np.zeros(np.broadcast(old, move).shape)
        if one == other:
            return cost
        leading = self.leading[place - 1]
        if leading >= 0:
            eased = np.where((not bass) & (move == -4), 0.3, 1.0)
            cost = cost + _UNRESOLVED_LEADING * eased * ((old % 12 == leading) & (move != 1))
        seventh = _seventh(one.root, one.pitch_classes)
        if seventh != NOTHING:
            free = np.isin(move, (0, -1, -2))
            cost = cost + _UNRESOLVED_SEVENTH * ((old % 12 == seventh) & ~free)
        return cost


@lru_cache(maxsize=512)
def _seventh(root: int, classes: tuple[int, ...]) -> int:
    return next(((root + s) % 12 for s in (10, 11) if (root + s) % 12 in classes), NOTHING)
