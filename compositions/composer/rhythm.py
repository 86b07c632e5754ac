"""Bars in steps of a sixteenth: meters, beat groups and grooves fitted to any meter.

Style grooves are strings with one character per step ("x...x..."), written for one
meter. Another meter takes them beat by beat, so that a 5/4 or 7/8 bar keeps the
character of the style on its own beat groups.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from compositions.score.document import TICKS_PER_QUARTER

TICKS_PER_STEP = TICKS_PER_QUARTER // 4
"""A step is a sixteenth note: 120 ticks."""

_EIGHTH_GROUPS: dict[int, tuple[int, ...]] = {
    1: (1,),
    2: (2,),
    3: (3,),
    4: (2, 2),
    5: (3, 2),
    7: (2, 2, 3),
    8: (3, 3, 2),
    10: (3, 3, 2, 2),
    11: (3, 3, 3, 2),
    13: (3, 3, 3, 2, 2),
}


@dataclass(frozen=True, slots=True)
class Grid:
    """One bar of a meter, in steps of a sixteenth.

    ``groups`` are the lengths of the felt beats in steps: 4/4 is (4, 4, 4, 4), 6/8 is
    (6, 6), 7/8 is (4, 4, 6).
    """

    numerator: int
    denominator: int
    groups: tuple[int, ...]

    @property
    def steps(self) -> int:
        """Steps in a bar."""
        return sum(self.groups)

    @property
    def ticks(self) -> int:
        """Ticks in a bar."""
        return self.steps * TICKS_PER_STEP

    @property
    def quarters(self) -> float:
        """Quarter notes in a bar."""
        return self.steps / 4

    @property
    def starts(self) -> tuple[int, ...]:
        """First step of every beat group."""
        starts, position = [], 0
        for length in self.groups:
            starts.append(position)
            position += length
        return tuple(starts)

    @property
    def compound(self) -> bool:
        """True when every beat divides in three (6/8, 9/8, 12/8)."""
        return all(length == 6 for length in self.groups)

    @property
    def middle(self) -> int:
        """The step where a bar may change its chord: the group start nearest half."""
        if len(self.groups) < 2:
            return 0
        return min(self.starts[1:], key=lambda start: (abs(start - self.steps / 2), start))

    def strength(self, step: int) -> float:
        """Metrical weight of a step 0..1: the downbeat 1, beats 0.6-0.8, the rest less."""
        step %= self.steps
        if step == 0:
            return 1.0
        if step in self.starts:
            return 0.8 if step == self.middle else 0.6
        start = max(position for position in self.starts if position <= step)
        return 0.3 if (step - start) % 2 == 0 else 0.1


@lru_cache(maxsize=128)
def grid_for(numerator: int, denominator: int) -> Grid:
    """Return the grid of a time signature.

    Raises ``ValueError`` unless the numerator is 1-16 and the denominator 2, 4, 8 or 16.
    """
    if not 1 <= numerator <= 16 or denominator not in (2, 4, 8, 16):
        raise ValueError(
            f"{numerator}/{denominator} is not a supported meter: "
            "the numerator is 1 to 16, the denominator 2, 4, 8 or 16"
        )
    if denominator in (2, 4):
        return Grid(numerator, denominator, (16 // denominator,) * numerator)
    unit = 16 // denominator
    if numerator % 3 == 0:
        groups: tuple[int, ...] = (3,) * (numerator // 3)
    elif numerator in _EIGHTH_GROUPS:
        groups = _EIGHTH_GROUPS[numerator]
    else:
        groups = (2,) * (numerator // 2)
    return Grid(numerator, denominator, tuple(length * unit for length in groups))


def _cell_order(count: int, grid: Grid, parity: int) -> list[int]:
    """Which of the four beats of a 4/4 pattern each beat of the bar takes."""
    if count == 1:
        return [0 if parity == 0 else 2]
    if count == 2:
        return [0, 1] if parity == 0 else [2, 3]
    if count == 3:
        return [0, 1, 3] if grid.denominator == 4 else [0, 2, 3]
    if count == 4:
        return [0, 1, 2, 3]
    if count == 5:
        return [0, 1, 1, 2, 3]
    order = [0, 1] + [2, 1] * ((count - 4) // 2) + [2, 3]
    return order if len(order) == count else [*order[:-2], 1, *order[-2:]]


def fit_paced(
    pattern: str, pattern_steps: int, grid: Grid, index: int, steady: bool, pace: float
) -> str:
    """Return bar ``index`` of a pattern fitted to ``grid``, in half-time or double-time.

    ``pace`` 0.5 spreads a bar of the pattern over two, ``pace`` 2 puts two of them into one;
    ``steady`` layers keep their subdivision in half-time, as drummers do.
    """
    if pace == 1.0 or (pace < 1.0 and steady):
        return fit_pattern(pattern, pattern_steps, grid, index, steady)
    if pace < 1.0:
        bar = fit_pattern(pattern, pattern_steps, grid, index // 2, steady)
        half = len(bar) // 2
        # Of an odd bar the first half is the shorter one: its last step is left out.
        bar = bar[half:] if index % 2 else bar[: len(bar) - half]
        spread = "".join(char + _held(bar, at) for at, char in enumerate(bar))
        return spread[: grid.steps]
    twice = fit_pattern(pattern, pattern_steps, grid, 2 * index, steady)
    twice += fit_pattern(pattern, pattern_steps, grid, 2 * index + 1, steady)
    pairs = zip(twice[::2], twice[1::2], strict=True)
    return "".join(one if one not in ".-" or other in ".-" else other for one, other in pairs)


def _held(bar: str, at: int) -> str:
    """What fills the second half of a step that is spread: the hold or the rest behind it."""
    if bar[at] in ".-":
        return bar[at]
    following = bar[at + 1 : at + 2]
    if following and following in ".-":
        return following
    return "-" if "-" in bar else "."


_COMPOUND_STEPS = {0: 0, 1: 2, 2: 4, 3: 5}


@lru_cache(maxsize=4096)
def fit_pattern(pattern: str, pattern_steps: int, grid: Grid, parity: int, steady: bool) -> str:
    """Return one bar of ``pattern`` fitted to ``grid``, one character per step.

    ``pattern`` holds one or two bars of ``pattern_steps`` characters; ``parity`` (bar
    number modulo 2) chooses between them. ``steady`` patterns (hi-hat, ride, shaker)
    fill the middle eighth when a beat is stretched to three.
    """
    bars = len(pattern) // pattern_steps
    source = pattern[(parity % bars) * pattern_steps :][:pattern_steps]
    if pattern_steps == grid.steps and not (pattern_steps == 12 and grid.denominator == 16):
        return source
    beats = pattern_steps // 4
    cells = [source[index * 4 : index * 4 + 4] for index in range(beats)]
    while len(cells) < 4:  # a three-beat pattern lends its second beat
        cells.insert(2, cells[1])
    order = _cell_order(len(grid.groups), grid, parity % 2)
    fitted = "".join(
        _stretch(cells[index], length, steady)
        for index, length in zip(order, grid.groups, strict=True)
    )
    if fitted[0] == "-":  # the second half of a held pattern must strike again
        fitted = next((char for char in source if char not in ".-"), ".") + fitted[1:]
    return fitted


def _stretch(cell: str, length: int, steady: bool) -> str:
    if length == 4:
        return cell
    fill = "-" if cell[-1] == "-" or "-" in cell else "."
    if length < 4:
        return cell[:length]
    if length == 6:
        out = [fill] * 6
        if cell[0] == "." and fill == "-":
            out = ["."] * 6
        for index, place in _COMPOUND_STEPS.items():
            if cell[index] not in ".-":
                out[place] = cell[index]
            elif cell[index] == "." and index == 0:
                out[0] = "."
        if steady and cell[0] not in ".-" and cell[2] not in ".-":
            out[2] = cell[2]
        return "".join(out)
    factor = length // 4
    spread = "".join(char + ("-" if fill == "-" else ".") * (factor - 1) for char in cell)
    return (spread + fill * length)[:length]
