"""Positions for a list of which some have theirs already."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection

from compositions.score.entities import Fields


def place_between(items: list[Fields], placed: Collection[str]) -> None:
    """Give the items positions, in place, that rise in the order of the list.

    As many as possible of those with an id in ``placed`` keep theirs (the longest rising
    subsequence: Knuth, "The Art of Computer Programming", volume 3, 5.1.4); the others go
    evenly between their neighbours.
    """
    keeping = _longest_rising(
        [
            ((item["position"], item["id"]) if item["id"] in placed else None, index)
            for index, item in enumerate(items)
        ]
    )
    index = 0
    while index < len(items):
        if index in keeping:
            index += 1
            continue
        end = next((place for place in range(index, len(items)) if place in keeping), len(items))
        count = end - index
        low = items[index - 1]["position"] if index else None
        high = items[end]["position"] if end < len(items) else None
        if low is None:
            low = (high if high is not None else count + 1.0) - count - 1.0
        if high is None:
            high = low + count + 1.0
        for number in range(count):
            items[index + number]["position"] = low + (high - low) * (number + 1) / (count + 1)
        index = end


def _longest_rising(entries: list[tuple[tuple[float, str] | None, int]]) -> set[int]:
    """Return the indexes of a longest subsequence of rising values; None is in none."""
    tails: list[tuple[float, str]] = []
    at: list[int] = []
    before: dict[int, int | None] = {}
    for value, index in entries:
        if value is None:
            continue
        place = bisect_left(tails, value)
        before[index] = at[place - 1] if place else None
        tails[place : place + 1] = [value]
        at[place : place + 1] = [index]
    found: set[int] = set()
    last = at[-1] if at else None
    while last is not None:
        found.add(last)
        last = before[last]
    return found
