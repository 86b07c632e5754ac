"""Motifs and what a phrase does with them: repeat, sequence, invert, vary, fragment."""

from __future__ import annotations

import random
from dataclasses import dataclass

from compositions.composer.melody_rhythm import (
    Onset,
    Rhythm,
    cadence_rhythm,
    fragment,
    vary,
)
from compositions.composer.rhythm import Grid

SCHEMES: dict[str, tuple[str, ...]] = {
    "verse": ("asbc", "abac", "aavc"),
    "chorus": ("aavc", "abac", "asac"),
    "bridge": ("asfc", "aifc"),
    "solo": ("abvc", "aifc", "avbc"),
    "outro": ("aafc", "afbc"),
}
"""Bars of a phrase: a, b motifs; s sequence, v variant, i inversion, f fragment, c cadence."""


@dataclass(frozen=True, slots=True)
class Motif:
    """A one-bar idea: its rhythm and the moves between its notes in scale steps."""

    rhythm: Rhythm
    moves: tuple[int, ...]

    def inverted(self) -> Motif:
        """Return the motif upside down."""
        return Motif(self.rhythm, tuple(-move for move in self.moves))


@dataclass(frozen=True, slots=True)
class Unit:
    """One bar of a phrase: rhythm, wanted moves, how firmly they count, and its shift."""

    rhythm: Rhythm
    moves: tuple[int, ...]
    hold: float
    shift: float


def make_unit(
    letter: str,
    motifs: tuple[Motif, Motif],
    rng: random.Random,
    shift: float,
    grid: Grid,
    final: bool,
) -> Unit:
    """Return the bar that a letter of :data:`SCHEMES` stands for.

    ``shift`` is the move of a sequence in semitones; ``final`` is the song's last bar.
    """
    first, second = motifs
    if letter == "b":
        return Unit(second.rhythm, second.moves, 1.5, 0.0)
    if letter == "s":
        return Unit(first.rhythm, first.moves, 1.8, shift)
    if letter == "i":
        return Unit(first.rhythm, first.inverted().moves, 1.1, 0.0)
    if letter == "v":
        rhythm = vary(rng, first.rhythm, grid)
        return Unit(rhythm, fit_moves(first.moves, len(rhythm)), 1.0, shift / 2)
    if letter == "f":
        rhythm = fragment(first.rhythm, grid)
        half = [o for o in first.rhythm if o.step < (grid.middle or grid.steps)]
        moves = first.moves[: max(0, len(half) - 1)]
        return Unit(rhythm, (*moves, -1, *moves), 1.2, shift)
    if letter == "c":
        if final:
            return Unit((Onset(0, grid.steps),), (), 0.0, 0.0)
        rhythm = cadence_rhythm(first.rhythm, grid, final=False)
        return Unit(rhythm, fit_moves(first.moves, len(rhythm)), 0.4, 0.0)
    return Unit(first.rhythm, first.moves, 1.8, 0.0)


def fit_moves(moves: tuple[int, ...], notes: int) -> tuple[int, ...]:
    """Cut or extend the moves of a motif for a rhythm of ``notes`` notes."""
    wanted = max(0, notes - 1)
    return (moves + (-1, 1) * wanted)[:wanted]


def draw_contour(rng: random.Random, notes: int, kind: str, thirds: float) -> tuple[int, ...]:
    """Draw the moves of a motif: an overall direction, mostly steps, one leap at most."""
    count = max(0, notes - 1)
    if kind in ("chorus", "drop"):
        shape = rng.choice(("up", "arch", "hook", "arch"))
    else:
        shape = rng.choice(("up", "down", "arch", "valley", "arch", "hook"))
    moves: list[int] = []
    for index in range(count):
        half = index < count / 2
        direction = {"up": 1, "down": -1, "arch": 1 if half else -1, "valley": -1 if half else 1,
                     "hook": 0}[shape]  # fmt: skip
        if shape == "hook":
            move = rng.choices((0, 1, -1, 2, -2), (4, 2, 2, 1, 1))[0]
        else:
            size = rng.choices((1, 2, 0), (6, thirds, 1.2))[0]
            move = direction * size if rng.random() < 0.82 else -direction * size
        moves.append(move)
    if count >= 3 and rng.random() < 0.65:
        place = rng.randrange(count - 1)
        leap = rng.choice((3, 4, -3, 3))
        moves[place] = leap
        moves[place + 1] = -1 if leap > 0 else 1
    return tuple(moves)
