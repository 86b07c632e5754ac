"""Changed notes: paired by what they were and are, gathered into bars, and drawn as marks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from compositions.presentation.lanes import number_text
from compositions.presentation.note_words import note_changes
from compositions.presentation.roll import Scale, merge_bars
from compositions.score.diff import Change
from compositions.score.entities import Entities, Fields, Kind
from compositions.score.timeline import Timeline

MOST_BARS = 24
"""Bars drawn of one track at once."""
MOST_MARKS = 300
"""Changed notes drawn of one track at once."""
NEAR_BARS = 2
"""Changes this many bars apart share a picture."""
PLACE_FIELDS = ("start", "duration", "pitch", "track")

Pair: TypeAlias = tuple[Fields | None, Fields | None]
"""A changed note before and after; one of the two may be None."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A changed note: ``kind`` is "added", "removed", "ghost", "moved" or "changed".

    ``bar`` is path data of a line across a note that changed in its place.
    """

    kind: str
    x: str
    y: str
    width: str
    height: str
    title: str
    bar: str = ""


def changed_notes(
    before: Entities, after: Entities, changes: Iterable[Change]
) -> dict[str, list[Pair]]:
    """Return the changed notes by the track they are or were on."""
    touched: dict[str, list[Pair]] = {}
    for change in changes:
        if change.kind != Kind.NOTE:
            continue
        old = before.get(change.entity_id) if change.action != "add" else None
        new = after.get(change.entity_id) if change.action != "remove" else None
        homes = {note["track"] for note in (old, new) if note is not None}
        for home in homes:
            pair = (
                old if old and old["track"] == home else None,
                new if new and new["track"] == home else None,
            )
            touched.setdefault(home, []).append(pair)
    return touched


def kind_of(pair: Pair) -> str:
    """Return "added", "removed", "moved" or "changed" (in its place)."""
    old, new = pair
    if old is None:
        return "added"
    if new is None:
        return "removed"
    moved = any(old.get(name) != new.get(name) for name in PLACE_FIELDS)
    return "moved" if moved else "changed"


def bars_of(pair: Pair, timeline: Timeline) -> tuple[int, int]:
    """Return the first and the last bar that a change begins in, on either side."""
    bars = [timeline.position(note["start"]).bar for note in pair if note is not None]
    return min(bars), max(bars)


def bounded(spans: Sequence[tuple[int, int]], first_bar: int) -> tuple[list[tuple[int, int]], int]:
    """Return the stretches of bars to draw, and the first bar with changes left out (or 0).

    A note that moved further than is drawn at once shows its two ends in two stretches.
    """
    ends: list[tuple[int, int]] = []
    for first, last in spans:
        far = last - first > MOST_BARS // 2
        ends += [(first, first), (last, last)] if far else [(first, last)]
    ends = sorted(span for span in ends if span[1] >= first_bar)
    shown: list[tuple[int, int]] = []
    for marks, (first, last) in enumerate(ends, start=1):
        tried = merge_bars([*shown, (max(first, first_bar), last)], gap=NEAR_BARS)
        bars = sum(end - begin + 1 for begin, end in tried)
        if shown and (bars > MOST_BARS or (marks > MOST_MARKS and first > shown[-1][1])):
            return shown, first
        shown = tried
    return shown, 0


def marks_of(pair: Pair, scale: Scale) -> Iterable[Mark]:
    """Return what is drawn for a changed note, as far as the picture shows it."""
    old, new = pair
    kind = kind_of(pair)
    words = note_changes(old, new, scale.timeline, percussion=scale.percussion)
    if kind == "moved" and old is not None and scale.shows(old):
        yield _mark("ghost", old, scale, f"Was here: {words}")
    if kind == "removed" and old is not None and scale.shows(old):
        yield _mark("removed", old, scale, words)
    elif new is not None and scale.shows(new):
        yield _mark(kind, new, scale, words)


def _mark(kind: str, note: Fields, scale: Scale, title: str) -> Mark:
    left, top, across, down = scale.box(note)
    x, y, width, height = (number_text(value) for value in (left, top, across, down))
    bar = f"M{number_text(left + across / 2)} {y}v{height}" if kind == "changed" else ""
    return Mark(kind, x, y, width, height, title, bar)


def arrow_of(pair: Pair, scale: Scale) -> str:
    """Return an arrow from where a note was to where it is as path data, or ""."""
    old, new = pair
    if old is None or new is None or not (scale.shows(old) and scale.shows(new)):
        return ""
    if (old["start"], old["pitch"]) == (new["start"], new["pitch"]):
        return ""
    x0, y0, width0, height0 = scale.box(old)
    x1, y1, width1, height1 = scale.box(new)
    from_x, from_y = x0 + min(width0, 8) / 2, y0 + height0 / 2
    to_x, to_y = x1 + min(width1, 8) / 2, y1 + height1 / 2
    distance = max(((to_x - from_x) ** 2 + (to_y - from_y) ** 2) ** 0.5, 0.01)
    along_x, along_y = (to_x - from_x) / distance, (to_y - from_y) / distance
    head = min(4.0, distance / 2)
    points = [
        (
            to_x - head * (along_x + side * along_y * 0.7),
            to_y - head * (along_y - side * along_x * 0.7),
        )
        for side in (1, -1)
    ]
    (left_x, left_y), (right_x, right_y) = points
    return (
        f"M{number_text(from_x)} {number_text(from_y)}L{number_text(to_x)} {number_text(to_y)}"
        f"M{number_text(left_x)} {number_text(left_y)}L{number_text(to_x)} {number_text(to_y)}"
        f"L{number_text(right_x)} {number_text(right_y)}"
    )
