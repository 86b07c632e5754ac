"""Writes stretches of time as note values: tied at bar lines and beats, dotted, in tuplets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from compositions.score.document import TICKS_PER_QUARTER, MeterChange
from compositions.score.musicxml_grid import SHORTEST, Bar, beat_ticks

_TYPES = {
    7680: "long", 3840: "breve", 1920: "whole", 960: "half", 480: "quarter", 240: "eighth",
    120: "16th", 60: "32nd", 30: "64th", 15: "128th",
}  # fmt: skip
TYPE_TICKS: dict[str, int] = {name: ticks for ticks, name in _TYPES.items()}
_VALUES: dict[int, tuple[str, int]] = {ticks: (name, 0) for ticks, name in _TYPES.items()}
_VALUES |= {
    ticks * 3 // 2: (name, 1) for ticks, name in _TYPES.items() if ticks % 2 == 0
}  # fmt: skip
_LONGEST_TUPLET = 1920
_PLAIN = (1, 1)


@dataclass(frozen=True, slots=True)
class Value:
    """A stretch of a bar as one note value.

    ``type`` is "" where no value fits (a bar cut to an odd length). In a tuplet ``actual``
    notes take the time of ``normal``; ``begins`` and ``ends`` mark its first and last value.
    """

    start: int
    end: int
    type: str
    dots: int = 0
    actual: int = 1
    normal: int = 1
    begins: bool = False
    ends: bool = False


@dataclass(frozen=True, slots=True)
class _Node:
    """A stretch of a bar that is felt as one, with the parts that it falls into."""

    start: int
    end: int
    parts: tuple[_Node, ...] = ()

    @property
    def length(self) -> int:
        return self.end - self.start


def values_in(bar: Bar, stretches: Sequence[tuple[int, int]]) -> list[list[Value]]:
    """Return the note values of each stretch of one voice in one bar.

    The stretches (absolute ticks) cover the bar without gap or overlap, rests included.
    """
    tree = _tree(bar.length, bar.meter.numerator, bar.meter.denominator)
    local = [(start - bar.start, end - bar.start) for start, end in stretches]
    points = sorted({start for start, _ in local} | {bar.length})
    frames = _frames(tree, points)
    result: list[list[Value]] = []
    for start, end in local:
        values: list[Value] = []
        for frame, ratio in frames:
            low, high = max(start, frame.start), min(end, frame.end)
            if low < high:
                values += _in_frame(frame, ratio, low, high)
        result.append(
            [_shifted(value, bar.start) for value in _joined(values, tree, frames, start, end)]
        )
    return result


def _joined(
    values: list[Value],
    tree: _Node,
    frames: list[tuple[_Node, tuple[int, int]]],
    start: int,
    end: int,
) -> list[Value]:
    """Write over the borders of plain frames as over any other beat."""
    if all(ratio == _PLAIN for frame, ratio in frames if frame.start < end and frame.end > start):
        return list(_split(tree, start, end))
    return values


def _shifted(value: Value, by: int) -> Value:
    return Value(
        value.start + by, value.end + by, value.type, value.dots,
        value.actual, value.normal, value.begins, value.ends,
    )  # fmt: skip


def _in_frame(frame: _Node, ratio: tuple[int, int], low: int, high: int) -> list[Value]:
    actual, normal = ratio
    if actual == normal:
        return list(_split(frame, low, high))
    # Inside a tuplet time runs slower by the ratio; there the values are plain ones.
    scaled = _tuplet_tree(frame.length * actual // normal, actual)
    found = _split(
        scaled, (low - frame.start) * actual // normal, (high - frame.start) * actual // normal
    )
    values = []
    for value in found:
        start = frame.start + value.start * normal // actual
        end = frame.start + value.end * normal // actual
        values.append(
            Value(
                start, end, value.type, value.dots, actual, normal,
                begins=start == frame.start, ends=end == frame.end,
            )
        )  # fmt: skip
    return values


def _frames(node: _Node, points: Sequence[int]) -> list[tuple[_Node, tuple[int, int]]]:
    """Return the stretches that are one tuplet, or plain (ratio 1:1), in order."""
    found = _clean_frames(node, points)
    if found is not None:
        return found
    if not node.parts:
        return [(node, _PLAIN)]
    return [frame for part in node.parts for frame in _frames(part, points)]


def _clean_frames(node: _Node, points: Sequence[int]) -> list[tuple[_Node, tuple[int, int]]] | None:
    """Do the same, but return None when some point would not lie on a note value."""
    inside = [point - node.start for point in points if node.start < point < node.end]
    if all(point % SHORTEST == 0 for point in inside):
        return [(node, _PLAIN)]
    tuplet = _tuplet(node, inside, (1, 2))
    if tuplet is not None:
        return [(node, tuplet)]
    parts = [_clean_frames(part, points) for part in node.parts]
    if parts and all(part is not None for part in parts):
        return [frame for part in parts for frame in part or ()]
    tuplet = _tuplet(node, inside, (4,))
    return None if tuplet is None else [(node, tuplet)]


def _tuplet(node: _Node, inside: list[int], depths: tuple[int, ...]) -> tuple[int, int] | None:
    """Return the ratio of a tuplet over the whole node in which all points are note values."""
    length = node.length
    if length not in _TYPES or length > _LONGEST_TUPLET:
        return None
    for depth in depths if length <= TICKS_PER_QUARTER else (1,):
        for actual, normal in ((3, 2), (5, 4)):
            parts = actual * depth
            if length % parts == 0 and all(point * parts % length == 0 for point in inside):
                return (actual, normal)
    return None


def _split(node: _Node, start: int, end: int) -> Iterator[Value]:
    """Yield the values of a stretch within ``node``, divided where a reader needs to see it."""
    known = _VALUES.get(end - start)
    if start == node.start and end == node.end and known is not None:
        yield Value(start, end, *known)
        return
    for part in node.parts:
        if part.start <= start and end <= part.end:
            yield from _split(part, start, end)
            return
    if known is not None and (not node.parts or _is_readable(node, start, end)):
        yield Value(start, end, *known)
        return
    borders = [part.end for part in node.parts if start < part.end < end]
    if not borders:
        yield Value(start, end, "")
        return
    aligned = start == node.start or any(start == part.start for part in node.parts)
    border = borders[-1] if aligned else borders[0]
    yield from _split(node, start, border)
    yield from _split(node, border, end)


def _is_readable(node: _Node, start: int, end: int) -> bool:
    """Tell whether one value may hide the borders inside ``node`` that it lies across."""
    if start == node.start or end == node.end:
        return True
    borders = {part.start for part in node.parts}
    if start in borders and end in borders:
        return True
    # A plain syncopation: as long as a part, and half before, half behind the border.
    middle = start + (end - start) // 2
    return middle in borders and any(part.length == end - start for part in node.parts)


@lru_cache(maxsize=512)
def _tree(length: int, numerator: int, denominator: int) -> _Node:
    meter = MeterChange("", 0, numerator, denominator)
    beat = beat_ticks(meter)
    if length != meter.ticks_per_bar:
        return _row(0, length, beat)
    if denominator >= 8 and numerator % 3 == 0 and numerator > 3:
        groups = [_row(start, start + 3 * beat, beat) for start in range(0, length, 3 * beat)]
        return _Node(0, length, tuple(groups))
    if length in _TYPES:
        return _halves(0, length)
    return _row(0, length, beat)


def _row(start: int, end: int, beat: int) -> _Node:
    parts = tuple(
        _halves(place, min(place + beat, end)) for place in range(start, end, beat)
    )  # fmt: skip
    return parts[0] if len(parts) == 1 else _Node(start, end, parts)


def _halves(start: int, end: int) -> _Node:
    length = end - start
    if length not in _TYPES or length <= SHORTEST:
        return _Node(start, end)
    middle = start + length // 2
    return _Node(start, end, (_halves(start, middle), _halves(middle, end)))


@lru_cache(maxsize=64)
def _tuplet_tree(length: int, parts: int) -> _Node:
    step = length // parts
    return _Node(0, length, tuple(_halves(p, p + step) for p in range(0, length, step)))
