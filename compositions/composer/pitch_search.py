"""Find the pitches of a phrase: a beam search over scale and chord tones.

Every note is weighed by how well it follows the wanted contour, the chord under it, the
metre and the register, by how melodies move (a table of intervals), and by how likely the
learned model of melodies finds it after all that was heard
(:mod:`compositions.composer.melody_model`).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from compositions.composer.melody_model.prior import MelodyMemory

BEAM = 12
WIDEST_LEAP = 14
LEARNED_WEIGHT = 0.5
"""What one bit of surprise costs."""
INTERVAL_WEIGHT = 0.5
QUOTE_WEIGHT = 1.4
"""What it costs to lie a scale step beside what is quoted."""
ECHO_WEIGHT = 1.1
SEQUENCE_WEIGHT = 0.6
"""The same for a motif that comes again in its phrase, in its place or moved."""
_NOISE = 0.3
_FORBIDDEN = 1e6
_STRONG, _WEAK = 0.55, 0.25
"""Metrical weights from which a note counts as on a beat, and as on an eighth."""


@dataclass(frozen=True, slots=True)
class NoteContext:
    """What is known of a note before its pitch.

    ``onset`` is in quarter notes from the first bar line of the section, ``strength`` the
    metrical weight 0..1, ``steps`` the length in sixteenths,
    ``chord`` the pitch classes sounding, ``target`` the wanted move from the note before
    in scale steps (None = free), ``hold`` how firmly the target counts, ``anchor`` the
    MIDI pitch around which it should lie, ``ceiling`` the pitch that it should not pass,
    ``ending`` "" inside a phrase, "open" or "closed" on its last note, "final" on the
    song's last note. ``quote`` is the pitch that a phrase before had here; ``echo`` the
    number of the note of this phrase that this one brings back, ``moved`` scale steps away.
    """

    onset: float
    strength: float
    steps: float
    chord: tuple[int, ...]
    target: int | None
    hold: float
    anchor: float
    ending: str = ""
    ceiling: float = 128.0
    quote: int | None = None
    echo: int | None = None
    moved: int = 0


@dataclass(frozen=True, slots=True)
class PitchSpace:
    """The pitches a melody may use: scale classes, favoured classes and range.

    ``pull`` is the extra attraction of 12 degrees from the tonic (empty = none).
    """

    tonic: int
    scale: tuple[int, ...]
    favoured: frozenset[int]
    pull: tuple[float, ...]
    low: int
    high: int

    def position(self, pitch: int) -> float:
        """Return the pitch in scale steps; notes between two steps lie half-way."""
        octave, inside = divmod(pitch - self.tonic, 12)
        steps = [(value - self.tonic) % 12 for value in self.scale]
        below = sum(1 for step in steps if step <= inside) - 1
        exact = inside in steps
        return octave * len(steps) + below + (0.0 if exact else 0.5)


_INTERVAL_COST = (0.45, 0.05, 0.0, 0.3, 0.4, 0.7, 2.4, 0.9, 1.6, 1.7, 3.0, 4.0, 1.9)
_NO_NOTE = -1
_REACH = 40
"""Semitones of the widest move there could be; a melody has a range of two octaves."""


@lru_cache(maxsize=256)
def _positions(space: PitchSpace) -> npt.NDArray[np.float32]:
    """Return every pitch of the range in scale steps."""
    pitches = range(space.low, space.high + 1)
    return np.array([space.position(pitch) for pitch in pitches], dtype=np.float32)


@lru_cache(maxsize=1)
def _move_costs() -> npt.NDArray[np.float32]:
    """Return the weighed cost of a move after a move: steps are easy, leaps recover."""
    span = range(-_REACH, _REACH + 1)
    table = np.zeros((len(span), len(span)), dtype=np.float32)
    for before in span:
        for move in span:
            cost = INTERVAL_WEIGHT * _move_cost(before, move)
            if abs(move) > WIDEST_LEAP:
                cost += _FORBIDDEN / 2
            table[before + _REACH, move + _REACH] = cost
    return table


def _move_cost(before: int, move: int) -> float:
    size = abs(move)
    cost = _INTERVAL_COST[size] if size <= 12 else 5.0 + 0.5 * (size - 12)
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
    memory: MelodyMemory,
    before: Sequence[int] = (),
) -> tuple[list[int], list[float]]:
    """Return one MIDI pitch per context, and the bits that each costs the learned model.

    ``memory`` has heard what came before and hears these; ``before`` holds the last pitches.
    ``rng`` weighs equals by a little noise, so that another seed finds another melody.
    """
    ladder = list(range(space.low, space.high + 1))
    noise = np.array([rng.random() * _NOISE for _ in ladder], dtype=np.float32)
    steps = _positions(space)
    heights = np.array(ladder, dtype=np.int32)
    leaps = heights[None, :] - heights[:, None]
    moves = _move_costs()
    beam = memory.fork()
    costs = np.zeros(1, dtype=np.float32)
    # The last two notes of each line, as places on the ladder.
    last = np.full((1, 2), _NO_NOTE, dtype=np.int32)
    for at, pitch in enumerate(reversed(before[-2:])):
        if not space.low <= pitch <= space.high:
            break
        last[0, 1 - at] = pitch - space.low
    lines: list[tuple[int, ...]] = [()]
    spent: list[tuple[float, ...]] = [()]
    for context in contexts:
        total = costs[:, None] + (_fixed_costs(heights, context, space) + noise)[None, :]
        bits = beam.bits(context.onset, context.steps / 4, ladder)
        total = total + LEARNED_WEIGHT * bits
        here = last[:, 1]
        if here[0] != _NO_NOTE:
            came = np.where(last[:, 0] == _NO_NOTE, 1, leaps[last[:, 0], here])
            total = total + moves[came[:, None] + _REACH, leaps[here] + _REACH]
            if context.target is not None and lines[0]:
                moved = steps[None, :] - steps[here][:, None]
                total = total + context.hold * np.abs(moved - context.target)
        if context.quote is not None:
            total = total + QUOTE_WEIGHT * np.abs(steps - space.position(context.quote))[None, :]
        elif context.echo is not None:
            heard = np.array([line[context.echo] - space.low for line in lines])
            wish = steps[heard] + context.moved
            weight = SEQUENCE_WEIGHT if context.moved else ECHO_WEIGHT
            total = total + weight * np.abs(steps[None, :] - wish[:, None])
        chosen = _distinct(np.round(total, 4), here)
        costs = np.array([total[line, place] for line, place in chosen], dtype=np.float32)
        last = np.array([(here[line], place) for line, place in chosen], dtype=np.int32)
        lines = [(*lines[line], ladder[place]) for line, place in chosen]
        spent = [(*spent[line], float(bits[line, place])) for line, place in chosen]
        beam.keep([line for line, _ in chosen], [ladder[place] for _, place in chosen])
    if contexts:
        beam.settle(memory)
    return list(lines[0]), list(spent[0])


def _distinct(total: npt.NDArray[np.float32], here: npt.NDArray[np.int32]) -> list[tuple[int, int]]:
    """Return the best (line, place) pairs, one per pair of last notes, the best first."""
    places = total.shape[1]
    order = np.argsort(total, axis=None, kind="stable")
    kept: list[tuple[int, int]] = []
    seen: set[tuple[int, int]] = set()
    for index in order[: 4 * BEAM]:
        line, place = divmod(int(index), places)
        key = (int(here[line]), place)
        if key not in seen:
            seen.add(key)
            kept.append((line, place))
            if len(kept) == BEAM:
                break
    return kept


def _fixed_costs(
    heights: npt.NDArray[np.int32], context: NoteContext, space: PitchSpace
) -> npt.NDArray[np.float32]:
    """Return what each pitch costs at this place, whatever came before."""
    classes = _class_costs(
        space,
        context.chord,
        2 if context.strength >= _STRONG else 1 if context.strength >= _WEAK else 0,
        context.steps >= 4,
        context.ending,
    )
    away = np.abs(heights - context.anchor)
    found = classes[heights % 12] + 0.09 * away + 0.03 * np.maximum(0.0, away - 4) ** 2
    found = found + 0.5 * np.maximum(0.0, heights - context.ceiling)
    rounded: npt.NDArray[np.float32] = np.round(found, 5).astype(np.float32)
    return rounded


@lru_cache(maxsize=4096)
def _class_costs(
    space: PitchSpace, chord: tuple[int, ...], weight: int, long: bool, ending: str
) -> npt.NDArray[np.float64]:
    """Return what each pitch class costs; ``weight`` 0 to 2 is that of the place in the bar."""
    return np.array(
        [
            _class_cost(value, space, chord, weight, long, ending)
            if value in space.scale or value in chord
            else _FORBIDDEN
            for value in range(12)
        ]
    )


def _class_cost(
    value: int, space: PitchSpace, chord: tuple[int, ...], weight: int, long: bool, ending: str
) -> float:
    in_chord, strong = value in chord, weight == 2
    cost = 0.0
    if not in_chord:
        cost += (0.45, 1.1, 2.8)[weight]
        if long:
            cost += 1.4
        if (value - 1) % 12 in chord:
            cost += 1.6 if strong or long else 0.5
        if any(
            (value + step) % 12 in chord and (value + step) % 12 not in space.scale
            for step in (1, 11)
        ):
            cost += 2.5  # the natural seventh against a raised one, and the like
    elif value not in space.scale:
        cost += 0.4
    if space.favoured and value not in space.favoured:
        cost += 0.15 if in_chord and strong else 0.6
    degree = (value - space.tonic) % 12
    if space.pull and (in_chord or not strong):
        cost -= space.pull[degree]
    if ending == "final":
        cost += 0.0 if degree == 0 else 20.0
    elif ending == "closed":
        cost += 0.0 if degree == 0 else 1.2 if degree in (3, 4) and in_chord else 3.5
    elif ending == "open":
        cost += 2.0 if degree == 0 else 0.0 if in_chord else 2.5
    return cost
