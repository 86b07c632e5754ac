"""The history of a song as lanes beside a list of its versions, newest first.

One lane is one line of work. Each row of the list gets its own picture, so that rows may be
as high as their words need: the lines bend within the first :data:`HEAD_HEIGHT` pixels and
are straight below. The way lanes are given out is that of ``git log --graph``.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from compositions.presentation.lanes import COLOUR_COUNT

LANE_WIDTH = 16
NODE_Y = 22
HEAD_HEIGHT = 44
MOST_LANES = 12
"""Lanes that are drawn; lines of work beyond lie on top of each other in the last one."""

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Node(Generic[Key]):
    """A version: its key and those of its parents, the side that was merged into first."""

    key: Key
    parents: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of one colour: path data within the head, and its place below it, or ""."""

    colour: int
    head: str
    tail_x: str = ""


@dataclass(frozen=True, slots=True)
class GraphRow(Generic[Key]):
    """The picture beside one version. ``lane`` counts from 0, places are in pixels."""

    key: Key
    lane: int
    colour: int
    x: int
    width: int
    lines: tuple[Line, ...]
    is_merge: bool


def draw_graph(nodes: Iterable[Node[Key]], *, first: Key | None = None) -> list[GraphRow[Key]]:
    """Return a picture for each of ``nodes``, which come before their parents.

    The version ``first`` (where the working copy is) gets the left-most lane, and a line to
    it from the top. A parent that is not among the nodes ends its line at the bottom.
    """
    lanes: list[Key | None] = [] if first is None else [first]
    drawn = []
    widest = 1
    for node in nodes:
        row, lanes = _place(node, lanes)
        widest = max(widest, row[3])
        drawn.append(row)
    width = min(widest, MOST_LANES) * LANE_WIDTH + LANE_WIDTH // 2
    return [
        GraphRow(
            key=node.key,
            lane=lane,
            colour=lane % COLOUR_COUNT,
            x=_x(lane),
            width=width,
            lines=lines,
            is_merge=len(node.parents) > 1,
        )
        for node, lane, lines, _ in drawn
    ]


def _place(
    node: Node[Key], lanes: Sequence[Key | None]
) -> tuple[tuple[Node[Key], int, tuple[Line, ...], int], list[Key | None]]:
    """Return what is drawn for a node, and who waits in which lane below it."""
    waiting = [index for index, key in enumerate(lanes) if key == node.key]
    below: list[Key | None] = [None if key == node.key else key for key in lanes]
    lane = waiting[0] if waiting else _free(below)
    targets = []
    for number, parent in enumerate(node.parents):
        if number == 0:
            target = lane
        elif parent in below:
            target = below.index(parent)
        else:
            target = _free(below)
        _occupy(below, target, parent)
        targets.append(target)
    while below and below[-1] is None:
        below.pop()
    lines = [
        _passing(index) for index, key in enumerate(lanes) if key is not None and key != node.key
    ]
    lines += [_coming(index, lane) for index in waiting]
    passing = {index for index, key in enumerate(lanes) if key is not None and key != node.key}
    lines += [_leaving(lane, target, tail=target not in passing) for target in targets]
    # Drawn from the right, so that the left-most line, the one that is followed, is on top.
    lines.reverse()
    return (node, lane, tuple(lines), max(len(lanes), len(below), lane + 1)), below


def _free(lanes: list[Key | None]) -> int:
    return lanes.index(None) if None in lanes else len(lanes)


def _occupy(lanes: list[Key | None], index: int, key: Key) -> None:
    if index == len(lanes):
        lanes.append(key)
    else:
        lanes[index] = key


def _x(lane: int) -> int:
    return min(lane, MOST_LANES - 1) * LANE_WIDTH + LANE_WIDTH // 2 + 2


def _passing(lane: int) -> Line:
    x = _x(lane)
    return Line(lane % COLOUR_COUNT, f"M{x} 0V{HEAD_HEIGHT}", str(x))


def _coming(above: int, lane: int) -> Line:
    """Return the line from the row above into the node."""
    x0, x1 = _x(above), _x(lane)
    if x0 == x1:
        return Line(above % COLOUR_COUNT, f"M{x0} 0V{NODE_Y}")
    return Line(above % COLOUR_COUNT, f"M{x0} 0C{x0} {NODE_Y // 2} {x0} {NODE_Y} {x1} {NODE_Y}")


def _leaving(lane: int, below: int, *, tail: bool) -> Line:
    """Return the line from the node to a parent's lane at the end of the head."""
    x0, x1 = _x(lane), _x(below)
    colour = below % COLOUR_COUNT
    end = str(x1) if tail else ""
    if x0 == x1:
        return Line(colour, f"M{x0} {NODE_Y}V{HEAD_HEIGHT}", end)
    bend = NODE_Y + (HEAD_HEIGHT - NODE_Y) // 2
    return Line(colour, f"M{x0} {NODE_Y}C{x1} {NODE_Y} {x1} {bend} {x1} {HEAD_HEIGHT}", end)
