"""Voice the chords: smooth motion by dynamic programming over candidate voicings.

The cost of a step is the semitones that the voices move, with penalties for parallel
fifths and octaves; the cost of a voicing keeps it near the middle of its register, open
below C3 and free of clusters. The cheapest path through all chords wins (Viterbi).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from compositions.composer.roman import Harmony

Voicing = tuple[int, ...]
_MUD = 48  # below C3 close intervals sound muddy


def voice_chords(
    harmonies: Sequence[Harmony], low: int, high: int, voices: int, rooted: bool = False
) -> list[Voicing]:
    """Return one voicing (ascending MIDI pitches within ``low``..``high``) per chord.

    ``voices`` is the most notes per chord. ``rooted`` keeps the root, for parts that
    play without a bass; otherwise rich chords leave it to the bass.
    """
    if not harmonies:
        return []
    layers = [candidates(h.pitch_classes, h.quality, low, high, voices, rooted) for h in harmonies]
    middle = (low + high) / 2
    costs = [[_static(voicing, middle) for voicing in layers[0]]]
    back: list[list[int]] = [[0] * len(layers[0])]
    for previous, layer in pairwise(layers):
        row, links = [], []
        for voicing in layer:
            steps = [
                costs[-1][index] + _motion(before, voicing) for index, before in enumerate(previous)
            ]
            best = min(range(len(steps)), key=steps.__getitem__)
            row.append(steps[best] + _static(voicing, middle))
            links.append(best)
        costs.append(row)
        back.append(links)
    index = min(range(len(costs[-1])), key=costs[-1].__getitem__)
    path = []
    for layer, links in zip(reversed(layers), reversed(back), strict=True):
        path.append(layer[index])
        index = links[index]
    return path[::-1]


@lru_cache(maxsize=4096)
def candidates(
    classes: tuple[int, ...], quality: str, low: int, high: int, voices: int, rooted: bool
) -> tuple[Voicing, ...]:
    """Return the voicings of a chord in a register: close and drop-two, all inversions."""
    chosen = _choose(classes, voices, rooted)
    found: set[Voicing] = set()
    for first in range(len(chosen)):
        order = chosen[first:] + chosen[:first]
        for octave in range(-1, 10):
            pitch = order[0] + 12 * octave
            if pitch < low - 12 or pitch > high:
                continue
            close = [pitch]
            for value in order[1:]:
                close.append(close[-1] + ((value - close[-1]) % 12 or 12))
            found.add(tuple(close))
            if len(close) >= 4:
                dropped = [*close]
                dropped[-2] -= 12
                found.add(tuple(sorted(dropped)))
            elif len(close) == 3:
                opened = [close[0], close[2], close[1] + 12]
                found.add(tuple(sorted(opened)))
    fitting = sorted(v for v in found if v[0] >= low and v[-1] <= high and len(set(v)) == len(v))
    if fitting:
        return tuple(fitting)
    # A register too narrow for any arrangement: fold every note into it.
    folded = sorted({low + (value - low) % 12 for value in chosen})
    return (tuple(pitch for pitch in folded if pitch <= 127),)


def _choose(classes: tuple[int, ...], voices: int, rooted: bool) -> tuple[int, ...]:
    """Keep the notes that name the chord: third, seventh, tensions, then fifth and root."""
    unique = tuple(dict.fromkeys(classes))
    if len(unique) <= voices and (rooted or len(unique) <= 3):
        return unique
    root, rest = unique[0], unique[1:]
    fifth = next((value for value in rest if (value - root) % 12 == 7), None)
    keep = [value for value in rest if value != fifth]
    if rooted:
        keep = [root, *keep]
    keep = keep[-voices:] if len(keep) > voices else keep
    for extra in (fifth, root):
        if extra is not None and extra not in keep and len(keep) < min(voices, 4):
            keep.append(extra)
    return tuple(sorted(keep, key=lambda value: (value - root) % 12))


@lru_cache(maxsize=16384)
def _static(voicing: Voicing, middle: float) -> float:
    cost = abs(sum(voicing) / len(voicing) - middle) * 0.5
    for low, high in pairwise(voicing):
        gap = high - low
        if low < _MUD and gap < 7:
            cost += 4.0 + (_MUD - low) * 0.3
        if gap == 1:
            cost += 2.5
        if gap > 9:
            cost += (gap - 9) * 0.7
    return cost


@lru_cache(maxsize=65536)
def _motion(before: Voicing, after: Voicing) -> float:
    if len(before) == len(after):
        pairs = list(zip(before, after, strict=True))
    else:
        pairs = [(min(before, key=lambda p: abs(p - pitch)), pitch) for pitch in after]
    cost = float(sum(abs(b - a) for a, b in pairs))
    cost += 1.2 * max(0, abs(after[-1] - before[-1]) - 2)  # a calm top voice
    if len(before) == len(after):
        for index, (a1, b1) in enumerate(pairs):
            for a2, b2 in pairs[index + 1 :]:
                interval = (a2 - a1) % 12
                if a1 != b1 and interval in (0, 7) and (b2 - b1) % 12 == interval:
                    cost += 3.0 if interval == 7 else 5.0
    return cost
