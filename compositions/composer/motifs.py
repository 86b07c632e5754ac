"""Motifs and what a phrase does with them: repeat, sequence, invert, vary, fragment, answer."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from compositions.composer.melody_rhythm import (
    Rhythm,
    answer_rhythm,
    cadence_rhythm,
    fragment,
    motif_rhythm,
    pickup_rhythm,
    pushed,
    vary,
)
from compositions.composer.rhythm import Grid

_PICKUPS = {"straight": 0.5, "ballad": 0.55, "swing": 0.6, "syncopated": 0.5, "sixteenth": 0.4,
            "running": 0.55, "sparse": 0.15}  # fmt: skip
_PUSHES = {"syncopated": 0.6, "sixteenth": 0.5, "swing": 0.5, "straight": 0.15, "ballad": 0.25}
"""How often a melody of a family of rhythms has a pickup, and bars that begin early."""


@dataclass(frozen=True, slots=True)
class Motif:
    """A one-bar idea: its rhythm and the moves between its notes in scale steps."""

    rhythm: Rhythm
    moves: tuple[int, ...]

    def inverted(self) -> Motif:
        """Return the motif upside down."""
        return Motif(self.rhythm, tuple(-move for move in self.moves))


@dataclass(frozen=True, slots=True)
class Material:
    """The ideas of a section: two motifs and the rhythms that answer and lead into them.

    ``pushes`` are the letters of bars that begin an eighth early; ``peak`` is the place
    0..1 of the climax in the section and ``rise`` its height in semitones.
    """

    first: Motif
    second: Motif
    answer: Rhythm
    cadence: Rhythm
    pickup: Rhythm
    pushes: frozenset[str]
    peak: float
    rise: float


@dataclass(frozen=True, slots=True)
class Unit:
    """One bar of a phrase: rhythm, wanted moves, and how firmly they count.

    ``like`` names the motif that the bar states ("a", "b" or "" for none of them).
    """

    rhythm: Rhythm
    moves: tuple[int, ...]
    hold: float
    like: str = ""


def draw_material(
    rng: random.Random, grid: Grid, family: str, kind: str, notes: float, thirds: float
) -> Material:
    """Draw the ideas of a section for about ``notes`` notes a bar."""
    first = motif_rhythm(rng, grid, family, notes)
    second = motif_rhythm(rng, grid, family, notes * 0.85, opening=rng.random() < 0.5)
    pickup: Rhythm = ()
    if rng.random() < _PICKUPS.get(family, 0.3):
        pickup = pickup_rhythm(rng, grid, family)
    pushes: frozenset[str] = frozenset()
    if rng.random() < _PUSHES.get(family, 0.0):
        pushes = rng.choice((frozenset("bwt"), frozenset("ch"), frozenset("bc"), frozenset("c")))
    return Material(
        Motif(first, draw_contour(rng, len(first), kind, thirds)),
        Motif(second, draw_contour(rng, len(second), "verse", thirds)),
        answer_rhythm(rng, first, grid),
        cadence_rhythm(rng, first, grid),
        pickup,
        pushes,
        rng.uniform(0.55, 0.85),
        rng.uniform(3.0, 5.5),
    )


def make_unit(letter: str, material: Material, rng: random.Random, grid: Grid) -> Unit:
    """Return the bar that a letter of :mod:`compositions.composer.melody_form` stands for."""
    unit = _unit(letter, material, rng, grid)
    if letter in material.pushes:
        return replace(unit, rhythm=pushed(unit.rhythm, grid))
    return unit


def _unit(letter: str, material: Material, rng: random.Random, grid: Grid) -> Unit:
    first, second = material.first, material.second
    if letter in "bt":
        return Unit(second.rhythm, second.moves, 1.5, "b")
    if letter == "w":
        return Unit(second.rhythm, second.inverted().moves, 1.1)
    if letter == "i":
        return Unit(first.rhythm, first.inverted().moves, 1.1)
    if letter == "v":
        rhythm = vary(rng, first.rhythm, grid)
        return Unit(rhythm, fit_moves(first.moves, len(rhythm)), 1.0)
    if letter == "f":
        rhythm = fragment(first.rhythm, grid)
        half = [o for o in first.rhythm if o.step < (grid.middle or grid.steps)]
        moves = first.moves[: max(0, len(half) - 1)]
        return Unit(rhythm, fit_moves((*moves, -1, *moves), len(rhythm)), 1.2)
    if letter == "h":
        return Unit(material.answer, (), 0.4)
    if letter == "c":
        return Unit(material.cadence, fit_moves(first.moves, len(material.cadence)), 0.4)
    return Unit(first.rhythm, first.moves, 1.8, "a")


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
            move = rng.choices((0, 1, -1, 2, -2), (3, 2, 2, 1.5, 1.5))[0]
        else:
            size = rng.choices((1, 2, 0), (6, thirds, 0.8))[0]
            move = direction * size if rng.random() < 0.82 else -direction * size
        moves.append(move)
    if count >= 3 and rng.random() < 0.65:
        place = rng.randrange(count - 1)
        leap = rng.choice((3, 4, -3, 3))
        moves[place] = leap
        moves[place + 1] = -1 if leap > 0 else 1
    return tuple(moves)
