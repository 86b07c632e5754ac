"""Recognises what was done to how notes are performed: their timing, articulation, dynamics."""

from __future__ import annotations

from collections.abc import Sequence

from compositions.score.diff_words_facts import Item
from compositions.score.diff_words_phrases import listing
from compositions.score.diff_words_timing import Phrase
from compositions.score.entities import Fields
from compositions.score.performed import LAYER

DEPARTURES = {
    "timing": ("early", "late", "tick"),
    "articulation": ("shorter", "longer", "tick"),
    "dynamics": ("softer", "louder", "step"),
}
"""What a negative and a positive value of a field are called, and its unit."""


def departure(name: str, value: int) -> str:
    """Return how a note departs from what is written: "12 ticks late", "as written"."""
    if not value:
        return "as written"
    less, more, unit = DEPARTURES[name]
    many = "s" if abs(value) != 1 else ""
    return f"{abs(value)} {unit}{many} {more if value > 0 else less}"


def performance_groups(items: Sequence[Item]) -> list[tuple[Phrase, list[Item]]]:
    """Split notes by what became of their performance, each group with its phrase."""
    groups: dict[str, list[Item]] = {}
    for item in items:
        groups.setdefault(_what(item), []).append(item)
    return [(_phrase(what, group), group) for what, group in sorted(groups.items())]


def _what(item: Item) -> str:
    if not _layer(item.new):
        return "as written"
    if not _layer(item.old) and item.new.get("timing", 0):
        return "humanised"
    return "other"


def _layer(fields: Fields) -> list[str]:
    return [name for name in LAYER if fields.get(name, 0)]


def _phrase(what: str, items: Sequence[Item]) -> Phrase:
    if what == "as written":
        return Phrase("{notes}played as written", LAYER)
    if what == "humanised":
        return Phrase("{notes}humanised", LAYER)
    names = [name for name in LAYER if any(name in item.names for item in items)]
    if len(items) == len(names) == 1:
        was, now = (departure(names[0], side.get(names[0], 0)) for side in _sides(items[0]))
        return Phrase(f"{{notes}}sounded {now}, was {was}", LAYER)
    if len(names) == 1:
        steps = {new.get(names[0], 0) - old.get(names[0], 0) for old, new in map(_sides, items)}
        if len(steps) == 1:
            return Phrase(f"{{notes}}sounded {departure(names[0], steps.pop())}", LAYER)
    return Phrase(f"{listing(names)} of {{all}}changed", LAYER)


def _sides(item: Item) -> tuple[Fields, Fields]:
    return item.old, item.new
