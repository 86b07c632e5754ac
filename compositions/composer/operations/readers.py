"""Checks of the parameters of operations, with errors in words."""

from __future__ import annotations

import math
from typing import Any

from compositions.composer.operations.base import OperationError, Reader
from compositions.score.document import Mode
from compositions.score.harmony import is_note_name

MAX_TEXT = 200
MAX_CHORDS = 512


def integer(low: int, high: int) -> Reader:
    """A whole number from ``low`` to ``high``."""

    def read(name: str, value: Any) -> int:
        if type(value) is not int or not low <= value <= high:
            raise OperationError(f"“{name}” must be a whole number from {low} to {high}.")
        return value

    return read


def number(low: float, high: float) -> Reader:
    """A finite number from ``low`` to ``high``."""

    def read(name: str, value: Any) -> float:
        if type(value) not in (int, float) or not math.isfinite(value) or not low <= value <= high:
            raise OperationError(f"“{name}” must be a number from {low:g} to {high:g}.")
        return float(value)

    return read


def text(name: str, value: Any) -> str:
    """A short text."""
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_TEXT:
        raise OperationError(f"“{name}” must be a text of at most {MAX_TEXT} characters.")
    return " ".join(value.split())


def choice(*choices: str) -> Reader:
    """One of some words."""

    def read(name: str, value: Any) -> str:
        if value not in choices:
            raise OperationError(f"“{name}” must be one of {', '.join(choices)}.")
        return str(value)

    return read


def flag(name: str, value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise OperationError(f"“{name}” must be true or false.")
    return value


def note_name(name: str, value: Any) -> str:
    """A spelled note such as D, Bb or F#."""
    if not isinstance(value, str) or len(value) > 2 or not is_note_name(value):
        raise OperationError(f"“{name}” must be a note such as D, Bb or F#.")
    return value


def mode(name: str, value: Any) -> str:
    """A mode, as major or dorian."""
    if value not in {entry.value for entry in Mode}:
        names = ", ".join(entry.value for entry in Mode)
        raise OperationError(f"“{name}” must be one of {names}.")
    return str(value)


def chord_list(name: str, value: Any) -> list[list[str]]:
    """Bars of chord texts: [["Am7", "D7"], ["G"]]; a bar may be a text with spaces."""
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_CHORDS:
        raise OperationError(f"“{name}” must be a list of 1 to {MAX_CHORDS} bars of chords.")
    bars = []
    for bar in value:
        chords = bar.split() if isinstance(bar, str) else bar
        if (
            not isinstance(chords, list)
            or not 1 <= len(chords) <= 8
            or not all(isinstance(chord, str) and len(chord) <= 32 for chord in chords)
        ):
            raise OperationError(f"“{name}”: a bar must hold 1 to 8 chords such as Am7.")
        bars.append(list(chords))
    return bars
