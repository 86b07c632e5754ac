"""Rhythms of melodies: motifs from beat cells, their variants, and rhythms for words."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from compositions.composer.rhythm import Grid


@dataclass(frozen=True, slots=True)
class Onset:
    """A melody note without pitch: ``step`` and ``length`` in sixteenths (may be halves)."""

    step: float
    length: float


Rhythm = tuple[Onset, ...]


@lru_cache(maxsize=1)
def _cells() -> Mapping[str, Mapping[str, Mapping[str, float]]]:
    path = Path(__file__).parent / "data" / "melody_cells.json"
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return data


def motif_rhythm(
    rng: random.Random, grid: Grid, family: str, notes: float, opening: bool = True
) -> Rhythm:
    """Return a one-bar rhythm of about ``notes`` notes from a family of beat cells.

    The best of several draws is kept: near the wanted number of notes, with more than
    one note length, starting on the downbeat where ``opening`` asks for it.
    """
    best: tuple[float, str] | None = None
    for _ in range(14):
        text = "".join(_cell(rng, family, length) for length in grid.groups)
        count = text.count("x")
        if count == 0:
            continue
        lengths = {onset.length for onset in parse_rhythm(text)}
        cost = abs(count - notes) + (0.0 if len(lengths) > 1 else 0.9)
        if opening and text[0] != "x":
            cost += 0.7
        cost += rng.random() * 0.6
        if best is None or cost < best[0]:
            best = (cost, text)
    return parse_rhythm(best[1]) if best else (Onset(0, grid.steps),)


def _cell(rng: random.Random, family: str, length: int) -> str:
    table = _cells()[family]
    if length == 6:
        cells = table["compound"]
        return rng.choices(list(cells), list(cells.values()))[0]
    cells = table["simple"]
    cell = rng.choices(list(cells), list(cells.values()))[0]
    if length == 4:
        return cell
    if length > 4:
        factor = length // 4
        wide = "".join(char + ("." if char == "." else "-") * (factor - 1) for char in cell)
        return (
            (wide + wide[-1] * length)[:length]
            if wide[-1] in ".-"
            else (wide + "-" * length)[:length]
        )
    return cell[:length]


def parse_rhythm(text: str) -> Rhythm:
    """Read "x---x-..": x starts a note, - holds it, . is a rest."""
    onsets: list[Onset] = []
    start: int | None = None
    for step, char in enumerate(text + "."):
        if char in "x." and start is not None:
            onsets.append(Onset(start, step - start))
            start = None
        if char == "x":
            start = step
    return tuple(onsets)


def vary(rng: random.Random, rhythm: Rhythm, grid: Grid) -> Rhythm:
    """Return a near variant: one note split, two joined, or one moved off the beat."""
    if len(rhythm) < 2:
        return rhythm
    notes = list(rhythm)
    choice = rng.random()
    if choice < 0.4:
        longest = max(range(len(notes)), key=lambda i: notes[i].length)
        onset = notes[longest]
        if onset.length >= 4:
            half = int(onset.length // 2)
            half -= half % 2
            notes[longest : longest + 1] = [
                Onset(onset.step, half),
                Onset(onset.step + half, onset.length - half),
            ]
    elif choice < 0.75:
        index = rng.randrange(len(notes) - 1)
        first, second = notes[index], notes[index + 1]
        if grid.strength(int(second.step)) < 0.6:
            notes[index : index + 2] = [Onset(first.step, second.step + second.length - first.step)]
    else:
        index = rng.randrange(1, len(notes))
        onset, before = notes[index], notes[index - 1]
        if onset.step - before.step >= 4 and before.length >= 3 and onset.step % 4 == 0:
            shift = 2
            notes[index - 1] = Onset(
                before.step, min(before.length, onset.step - shift - before.step)
            )
            notes[index] = Onset(onset.step - shift, onset.length + shift)
    return tuple(notes)


def fragment(rhythm: Rhythm, grid: Grid) -> Rhythm:
    """Return the first half of a motif said twice (liquidation towards a cadence)."""
    half = grid.middle or grid.steps
    head = [onset for onset in rhythm if onset.step < half]
    if not head or half * 2 > grid.steps + 4 or half >= grid.steps:
        return rhythm
    cut = [Onset(o.step, min(o.length, half - o.step)) for o in head]
    again = [
        Onset(o.step + half, min(o.length, grid.steps - half - o.step))
        for o in cut
        if o.step + half < grid.steps
    ]
    return tuple(cut + again)


def cadence_rhythm(rng: random.Random, rhythm: Rhythm, grid: Grid) -> Rhythm:
    """Return an ending bar: the motif's start runs into a long note, then a breath.

    The long note begins on the downbeat, at the half bar or on the last beat but one.
    """
    starts = grid.starts
    targets = [0, grid.middle, grid.middle]
    if len(starts) > 2:
        targets.append(starts[1])
    target = rng.choice(targets)
    breath = max(2, grid.groups[-1] // 2) if grid.steps > 4 else 0
    if target <= grid.steps // 3 and rng.random() < 0.5:
        breath = max(breath, grid.groups[-1])
    end = grid.steps - breath
    head = [o for o in rhythm if o.step < target]
    head = [Onset(o.step, min(o.length, target - o.step)) for o in head]
    return (*head, Onset(target, max(2, end - target)))


def answer_rhythm(rng: random.Random, rhythm: Rhythm, grid: Grid) -> Rhythm:
    """Return a bar that lets a call ring: few notes at its start, then rest."""
    middle = grid.middle or grid.steps
    head = [o for o in rhythm if o.step < middle]
    if len(head) > 1 and rng.random() < 0.5:
        head = head[: rng.choice((2, 3))]
        last = head[-1]
        long = max(last.length, min(grid.groups[0], grid.steps - last.step - 2))
        return (*head[:-1], Onset(last.step, long))
    length = rng.choice((middle, max(2, grid.steps - grid.groups[-1])))
    return (Onset(0, length),)


def pickup_rhythm(rng: random.Random, grid: Grid, family: str) -> Rhythm:
    """Return one to three notes before a bar line, at negative steps."""
    unit = 1 if family == "sixteenth" and rng.random() < 0.5 else 2
    count = rng.choice((1, 1, 2, 3)) if not grid.compound else rng.choice((1, 1, 2))
    if count == 1 and family in ("ballad", "straight") and rng.random() < 0.3:
        unit = min(4, grid.groups[-1])
    return tuple(Onset(-unit * (count - at), unit) for at in range(count))


def pushed(rhythm: Rhythm, grid: Grid) -> Rhythm:
    """Return a rhythm whose downbeat comes an eighth early, over the bar line."""
    simple = all(length == 4 for length in grid.groups)
    if not simple or not rhythm or rhythm[0].step != 0 or rhythm[0].length < 2:
        return rhythm
    return (Onset(-2, rhythm[0].length + 2), *rhythm[1:])


def in_order(
    onsets: Sequence[tuple[int, Onset]], start: Callable[[int], float]
) -> list[tuple[int, Onset]]:
    """Return (bar, onset) pairs in time, each cut where the next begins, none at once.

    ``start`` gives the first step of a bar.
    """
    ordered = sorted(onsets, key=lambda pair: start(pair[0]) + pair[1].step)
    found: list[tuple[int, Onset]] = []
    for bar, onset in ordered:
        if found:
            before, last = found[-1]
            room = start(bar) - start(before) + onset.step - last.step
            if room < 1:
                continue
            found[-1] = (before, Onset(last.step, min(last.length, room)))
        found.append((bar, onset))
    return found
