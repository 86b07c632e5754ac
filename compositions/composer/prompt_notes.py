"""Settle what a prompt says twice: later beats earlier, and a note says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

_SHOWN: dict[str, Callable[[Any], str]] = {
    "tempo": lambda value: f"{value:g} bpm",
    "meter": lambda value: f"{value[0]}/{value[1]}",
    "bars": lambda value: f"{value} bars",
    "seconds": lambda value: f"{value:g} seconds",
    "tonic": lambda value: f"the key of {value}",
    "mode": lambda value: str(value).replace("_", " "),
}


def said(name: str, value: Any) -> str:
    """Return a value of a field as it stands in a note: "120 bpm", "3/4"."""
    return _SHOWN.get(name, str)(value)


def settle(texts: Sequence[str], values: Sequence[Any], shown: str | None = None) -> str | None:
    """Return the note for several values of one question of which the last is used.

    ``texts`` are the words as written, in order; None when all values are the same.
    """
    if all(value == values[-1] for value in values):
        return None
    kept: list[str] = []
    for text, value in zip(texts, values, strict=True):
        if value != values[-1] and text not in kept:
            kept.append(text)
    last = texts[-1]
    return f"You asked for {_listed(kept)} and later for {last}; {shown or last} is used."


def _listed(texts: list[str]) -> str:
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"
