"""Plots of figures for pages: curves and bars over two axes, and the same as a table.

A plot is 1000 units wide and 100 high, stretched by the page to any size; labels stand beside it as
text, at places in percent, so that they stay readable however small the picture is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 1000, 100
_TIME_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200)
_MOST_TIME_MARKS = 6


@dataclass(frozen=True, slots=True)
class AxisMark:
    """A label beside an axis; ``place`` is percent from the left or from the top."""

    label: str
    place: str


@dataclass(frozen=True, slots=True)
class Curve:
    """One line, or one filled shape, of a plot.

    ``kind`` says what is shown ("mix", "wanted", "even", "limit"), ``label`` the same in words for
    the legend; empty for what needs no legend.
    """

    kind: str
    data: str
    label: str = ""
    filled: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """What a plot shows, as text: column headings and rows, whose first cell is the row's name."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Plot:
    """A picture with its title, its axes, and what it shows in words and as a table."""

    key: str
    title: str
    words: str
    across: tuple[AxisMark, ...]
    up: tuple[AxisMark, ...]
    grid: str
    curves: tuple[Curve, ...]
    table: Table

    @property
    def legend(self) -> tuple[Curve, ...]:
        """The curves that need a name."""
        return tuple(curve for curve in self.curves if curve.label)


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight axis from ``low`` to ``high``, which may be the wrong way round for an axis up."""

    low: float
    high: float
    length: float

    def at(self, value: float) -> float:
        """Where a value lies, kept inside the axis."""
        share = (value - self.low) / (self.high - self.low)
        return round(min(max(share, 0.0), 1.0) * self.length, 2)


def across(low: float, high: float) -> Scale:
    """An axis from left to right."""
    return Scale(low, high, WIDTH)


def upwards(low: float, high: float) -> Scale:
    """An axis from bottom to top."""
    return Scale(high, low, HEIGHT)


def marks(scale: Scale, labels: Sequence[tuple[float, str]]) -> tuple[AxisMark, ...]:
    """Labels at values of an axis."""
    share = 100.0 / scale.length
    return tuple(AxisMark(label, f"{scale.at(value) * share:.2f}") for value, label in labels)


def line(x: Scale, y: Scale, points: Sequence[tuple[float, float]]) -> str:
    """Path data of a line through the points."""
    places = (f"{x.at(left):g} {y.at(value):g}" for left, value in points)
    return "M" + "L".join(places) if points else ""


def level_line(y: Scale, value: float) -> str:
    """Path data of a line from edge to edge."""
    return f"M0 {y.at(value):g}H{WIDTH}"


def rules(y: Scale, values: Sequence[float]) -> str:
    """Path data of the lines of the grid."""
    return "".join(level_line(y, value) for value in values)


def time_labels(seconds: float) -> tuple[tuple[float, str], ...]:
    """Times for an axis of so many seconds: "0:00", "0:30" …"""
    step = next(
        (step for step in _TIME_STEPS if seconds / step <= _MOST_TIME_MARKS), _TIME_STEPS[-1]
    )
    count = math.floor(seconds / step) + 1
    return tuple((index * step, clock(index * step)) for index in range(count))


def clock(seconds: float) -> str:
    """Return a time as minutes and seconds: "1:05"."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02}"


def decibel_text(value: float, unit: str = "dB", *, signed: bool = False) -> str:
    """Return a level with one decimal and a true minus sign: "−14.0 LUFS"."""
    rounded = round(value, 1) + 0.0
    sign = "−" if rounded < 0 else "+" if signed and rounded > 0 else ""
    return f"{sign}{abs(rounded):.1f} {unit}"
