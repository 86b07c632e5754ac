"""Rows of the bench: a figure, what is asked of it, and whether it is reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """``passed`` is None for what is only reported."""

    title: str
    value: str
    asked: str = ""
    passed: bool | None = None

    @property
    def verdict(self) -> str:
        """PASS, MISS or nothing."""
        return "" if self.passed is None else "PASS" if self.passed else "MISS"


def lines(rows: Sequence[Row]) -> list[str]:
    """The rows as text in columns."""
    title = max((len(row.title) for row in rows), default=0)
    value = max((len(row.value) for row in rows), default=0)
    asked = max((len(row.asked) for row in rows), default=0)
    return [
        f"{row.title:<{title}}  {row.value:>{value}}  {row.asked:<{asked}}  {row.verdict}".rstrip()
        for row in rows
    ]


def at_most(title: str, value: float, most: float, unit: str = "") -> Row:
    """A row that passes up to ``most``."""
    return Row(title, f"{value:.2f}{unit}", f"<= {most:g}{unit}", bool(value <= most))


def at_least(title: str, value: float, least: float, unit: str = "") -> Row:
    """A row that passes from ``least`` on."""
    return Row(title, f"{value:.3f}{unit}", f">= {least:g}{unit}", bool(value >= least))


def all_of(title: str, good: int, count: int) -> Row:
    """A row that passes when all are good."""
    return Row(title, f"{good} of {count}", "all", bool(good == count))
