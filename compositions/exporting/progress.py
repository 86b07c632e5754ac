"""Progress of an export: how much of all is done, and what is being done."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[float, str], None]


def part_of(progress: Progress, begin: float, end: float) -> Progress:
    """Progress of a part of the work that takes what goes from ``begin`` to ``end`` of it all."""
    return lambda part, step: progress(begin + (end - begin) * part, step)
