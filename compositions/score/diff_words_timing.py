"""Recognises what was done to the times and lengths of notes.

Each function takes changed notes and returns a :class:`Phrase`, or None where they did not all
change in one way.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from compositions.score.diff_words_facts import Comparison, Item, Side
from compositions.score.diff_words_phrases import WHOLE, is_note_value, length_words

GRIDS = {
    "1/4": 480,
    "1/4 triplets": 320,
    "1/8": 240,
    "1/8 triplets": 160,
    "1/16": 120,
    "1/16 triplets": 80,
    "1/32": 60,
}
"""What notes are quantised to, coarse to fine, in ticks."""
_SMALL = 120
"""Who moves notes by less than 1/16 onto a grid has quantised them."""
_FEW = 3
"""As many lengths in one proportion are no accident."""


class Phrase(NamedTuple):
    """Words with gaps, and the fields that they tell of besides the one asked for.

    Gaps: ``{notes}`` for which notes ("" for all, "3 notes ", "E4 "), ``{all}`` likewise but
    never empty, ``{of}`` for whose ("", " of 3 notes", " of E4"), ``{s}`` and ``{ies}`` for
    the ending of a plural.
    """

    words: str
    also: tuple[str, ...] = ()
    far: bool = False
    """Whether to say in which bars the notes are now."""


def moved(comparison: Comparison, items: Sequence[Item]) -> Phrase | None:
    """Recognise notes that all begin earlier or later by as much, or on a grid now."""
    steps = {item.step("start") for item in items}
    grid = _quantised(comparison, items)
    if len(steps) == 1:
        step = steps.pop()
        if grid and abs(step) < _SMALL and not is_note_value(step):
            return grid
        return _moved_by(comparison, items, step)
    return grid


def _moved_by(comparison: Comparison, items: Sequence[Item], step: int) -> Phrase:
    way = "later" if step > 0 else "earlier"
    bar = comparison.before.bar_ticks(item.old["start"] for item in items)
    length = length_words(step, bar)
    resized = [item for item in items if "duration" in item.names]
    if len(resized) == len(items) and all(item.step("duration") == -step for item in items):
        return Phrase(f"start{{s}}{{of}} {length} {way}, end{{s}} kept", ("duration",))
    return Phrase(f"{{notes}}moved {length} {way}", far=bool(bar) and abs(step) >= bar)


def _quantised(comparison: Comparison, items: Sequence[Item]) -> Phrase | None:
    """The coarsest grid that all notes are on now, all were off, and none had far to go to."""
    after, before = comparison.after, comparison.before
    now = [item.new["start"] - _bar_start(after, item.new["start"]) for item in items]
    was = [item.old["start"] - _bar_start(before, item.old["start"]) for item in items]
    furthest = max(abs(item.step("start")) for item in items)
    for name, grid in GRIDS.items():
        if furthest * 2 > grid:
            return None
        if all(place % grid == 0 for place in now) and all(place % grid for place in was):
            return _with_ends(comparison, items, f"{{notes}}quantised to {name}", grid)
    return None


def _with_ends(comparison: Comparison, items: Sequence[Item], words: str, grid: int) -> Phrase:
    """Add to the words of quantised notes that their ends are on a grid now, too."""
    ends = [item for item in items if "duration" in item.names]
    if not ends:
        return Phrase(words)
    side = comparison.after
    inside = [place_end(item) - _bar_start(side, item.new["start"]) for item in ends]
    furthest = max(abs(item.step("start") + item.step("duration")) for item in ends)
    for name, size in GRIDS.items():
        on_grid = all(place % size == 0 for place in inside)
        if size <= grid and on_grid and furthest * 2 <= size:
            words += f", end{{s}} {'too' if size == grid else f'to {name}'}"
            return Phrase(words, ("duration",))
    return Phrase(words)


def place_end(item: Item) -> int:
    """Where a changed note ends now."""
    return int(item.new["start"] + item.new["duration"])


def _bar_start(side: Side, tick: int) -> int:
    timeline = side.timeline
    return timeline.bar_start(timeline.position(tick).bar)


def stretched(items: Sequence[Item]) -> Phrase | None:
    """Recognise starts and lengths in one proportion: notes played faster or slower."""
    if len(items) < _FEW or not all("duration" in item.names for item in items):
        return None
    inside = sorted(items, key=lambda item: (item.old["start"], item.id))
    first, last = inside[0], inside[-1]
    span = last.old["start"] - first.old["start"]
    if not span:
        return None
    ratio = (last.new["start"] - first.new["start"]) / span
    for item in items:
        start = first.new["start"] + (item.old["start"] - first.old["start"]) * ratio
        if abs(item.new["start"] - start) > 1:
            return None
        if abs(item.new["duration"] - item.old["duration"] * ratio) > 1:
            return None
    words = {0.5: "compressed to half the length", 2.0: "stretched to twice the length"}
    told = words.get(ratio, f"stretched to {round(ratio * 100)} %")
    return Phrase("{notes}" + told, ("duration",))


def retimed(comparison: Comparison, items: Sequence[Item]) -> Phrase:
    """Words for notes that begin elsewhere in no common way."""
    if all(item.step("start") > 0 for item in items):
        return Phrase("{all}moved later")
    if all(item.step("start") < 0 for item in items):
        return Phrase("{all}moved earlier")
    return Phrase("{all}re-timed")


def resized(comparison: Comparison, items: Sequence[Item]) -> Phrase | None:
    """Recognise notes that are all shorter or longer in one way."""
    if len(items) == 1:
        item = items[0]
        new, old = (length_words(fields["duration"]) for fields in (item.new, item.old))
        return Phrase(f"{{notes}}{new} long, was {old}")
    ratios = ((0.5, "halved"), (2.0, "doubled"))
    for ratio, words in ratios:
        if all(abs(item.new["duration"] - item.old["duration"] * ratio) <= 0.5 for item in items):
            return Phrase(f"durations{{of}} {words}")
    values = {item.new["duration"] for item in items}
    if len(values) == 1 and _is_usual(*values):
        return Phrase(f"durations{{of}} set to {length_words(values.pop())}")
    steps = {item.step("duration") for item in items}
    if len(steps) == 1:
        step = steps.pop()
        way = "longer" if step > 0 else "shorter"
        return Phrase(f"durations{{of}} {length_words(step)} {way}")
    return _legato(comparison, items) or _scaled(items)


def _is_usual(duration: int) -> bool:
    """Tell whether a length is one that people choose: a note, a triplet, a dotted note."""
    return any(
        duration * grid == WHOLE * part for grid in (1, 2, 3, 4, 6, 8, 12, 16) for part in (1, 3)
    )


def _scaled(items: Sequence[Item]) -> Phrase | None:
    if len(items) < _FEW:
        return None
    ratio = sum(item.new["duration"] for item in items) / sum(
        item.old["duration"] for item in items
    )
    share = round(ratio * 100)
    if share != 100 and all(
        abs(item.new["duration"] - item.old["duration"] * share / 100) <= 1 for item in items
    ):
        way = "shortened" if share < 100 else "lengthened"
        return Phrase(f"durations{{of}} {way} to {share} %")
    return None


def _legato(comparison: Comparison, items: Sequence[Item]) -> Phrase | None:
    """Notes that now last until the next one of their track begins."""
    if len(items) < _FEW:
        return None
    starts = comparison.after.starts(items[0].new["track"])
    for item in items:
        place = bisect_right(starts, item.new["start"])
        if place < len(starts) and starts[place] != place_end(item):
            return None
    return Phrase("{notes}made legato")


def other_lengths(comparison: Comparison, items: Sequence[Item]) -> Phrase:
    """Words for notes that last longer or shorter in no common way."""
    if all(item.step("duration") > 0 for item in items):
        return Phrase("{all}longer")
    if all(item.step("duration") < 0 for item in items):
        return Phrase("{all}shorter")
    return Phrase("durations of {all}changed")
