"""The order in which the measures of a score are played: repeats, endings and jumps."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

MAX_PLAYED = 50_000
"""Measures after all repeats are written out."""
_MAX_TIMES = 16


@dataclass(slots=True)
class Marks:
    """What a measure says about the order of playing."""

    forward: bool = False
    backward: int = 0
    ending: frozenset[int] = frozenset()
    ending_stops: bool = False
    segno: str = ""
    coda: str = ""
    to_coda: str = ""
    dalsegno: str = ""
    dacapo: bool = False
    fine: bool = False


@dataclass(slots=True)
class Played:
    """The measures in playing order as (index, which time), and whether the end was cut off."""

    order: list[tuple[int, int]] = field(default_factory=list)
    is_cut: bool = False


def marks_of(measures: list[etree._Element]) -> list[Marks]:
    """Read the bar lines and jumps of one part."""
    result = []
    open_ending: frozenset[int] = frozenset()
    for measure in measures:
        marks = Marks()
        for barline in measure.iterchildren("barline"):
            repeat = barline.find("repeat")
            if repeat is not None and repeat.get("direction") == "forward":
                marks.forward = True
            elif repeat is not None:
                marks.backward = _times(repeat.get("times"))
            ending = barline.find("ending")
            if ending is not None and ending.get("type") == "start":
                open_ending = _numbers(ending.get("number", ""))
            elif ending is not None:
                marks.ending_stops = True
        marks.ending = open_ending
        if marks.ending_stops:
            open_ending = frozenset()
        for sound in measure.iter("sound"):
            marks.segno = sound.get("segno", marks.segno)
            marks.coda = sound.get("coda", marks.coda)
            marks.to_coda = sound.get("tocoda", marks.to_coda)
            marks.dalsegno = sound.get("dalsegno", marks.dalsegno)
            marks.dacapo = marks.dacapo or sound.get("dacapo") == "yes"
            marks.fine = marks.fine or sound.get("fine") is not None
            marks.forward = marks.forward or sound.get("forward-repeat") == "yes"
        result.append(marks)
    return result


def play_order(marks: list[Marks]) -> Played:
    """Return the measures as they are played.

    After a jump (D.C., D.S.) repeats are not taken again but the last ending is, "to Coda"
    and "Fine" count, and no second jump is made: the usual reading of such signs.
    """
    played = Played()
    index, start, time = 0, 0, 1
    jumped = False
    while index < len(marks):
        if len(played.order) >= MAX_PLAYED:
            played.is_cut = True
            break
        mark = marks[index]
        if mark.forward and index != start:
            start, time = index, 1
        if mark.ending and not _is_played(marks, index, time, jumped=jumped):
            index = _after_ending(marks, index)
            continue
        played.order.append((index, time))
        if jumped and mark.fine:
            break
        if jumped and mark.to_coda:
            place = _find(marks, "coda", mark.to_coda)
            if place is not None and place > index:
                index, start, time = place, place, 1
                continue
        last = _last_ending(marks, start, index) if mark.backward or mark.ending_stops else 1
        if mark.backward and not jumped and time < max(mark.backward, last):
            index, time = start, time + 1
            continue
        if mark.backward or (mark.ending and mark.ending_stops and time >= last):
            start, time = index + 1, 1
        if not jumped and (mark.dacapo or mark.dalsegno):
            place = 0 if mark.dacapo else _find(marks, "segno", mark.dalsegno)
            if place is not None and place <= index:
                jumped = True
                index, start, time = place, place, 1
                continue
        index += 1
    return played


def _is_played(marks: list[Marks], index: int, time: int, *, jumped: bool) -> bool:
    if not jumped:
        return time in marks[index].ending
    following = _after_ending(marks, index)
    # After a jump only the last of several endings is played.
    return following >= len(marks) or not marks[following].ending


def _after_ending(marks: list[Marks], index: int) -> int:
    while not marks[index].ending_stops and index + 1 < len(marks) and marks[index + 1].ending:
        index += 1
    return index + 1


def _last_ending(marks: list[Marks], start: int, index: int) -> int:
    """Return the highest number among the endings that belong to the repeat at ``index``."""
    numbers = [number for mark in marks[start : index + 1] for number in mark.ending]
    place = index + 1
    while place < len(marks) and marks[place].ending and marks[index].ending:
        numbers += marks[place].ending
        if marks[place].ending_stops and not (place + 1 < len(marks) and marks[place + 1].ending):
            break
        place += 1
    return max(numbers, default=1)


def _find(marks: list[Marks], name: str, value: str) -> int | None:
    places = [index for index, mark in enumerate(marks) if getattr(mark, name)]
    named = [index for index in places if getattr(marks[index], name) == value]
    return next(iter(named or places), None)


def _times(text: str | None) -> int:
    try:
        return max(2, min(_MAX_TIMES, int(text or 2)))
    except ValueError:
        return 2


def _numbers(text: str) -> frozenset[int]:
    numbers = set()
    for part in text.replace(" ", ",").replace(".", ",").split(","):
        if part.isascii() and part.isdigit() and len(part) <= 2 and 0 < int(part) <= _MAX_TIMES:
            numbers.add(int(part))
    return frozenset(numbers) or frozenset({1})
