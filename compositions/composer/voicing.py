"""Voice the chords: smooth motion by dynamic programming over the layouts of every chord.

The cost of a step is the semitones that the voices move, with penalties for parallel fifths and
octaves (also of the top voice with the bass), for leading tones that do not rise and sevenths
that do not fall; the cost of a voicing keeps it near the middle of its register, under the tune,
open below C3 and free of clusters. The cheapest path through all chords wins (Viterbi). Hymns
and chorales are written voice by voice in :mod:`compositions.composer.four_part`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from compositions.composer.roman import Harmony
from compositions.composer.voicing_shapes import (
    ANY_BASS,
    CLOSE,
    FRETTED,
    OPEN,
    ROOTLESS,
    TUNINGS,
    Voicing,
    close_voicings,
    fretted_shapes,
    open_voicings,
    rootless_voicings,
)

__all__ = ["CLOSE", "FRETTED", "OPEN", "ROOTLESS", "Hand", "Voicing", "voice_chords"]

_MUD = 48  # below C3 close intervals sound muddy
_NO_SCALE: frozenset[int] = frozenset()
_MOST = 48
"""Voicings of one chord that are compared; more make no smoother line."""


@dataclass(frozen=True, slots=True)
class Hand:
    """Who voices the chords: a register, the most notes at once, and how they are laid out.

    ``rooted`` keeps the root, for parts that play without a bass; otherwise rich chords leave
    it to the bass. ``kind`` is one of the kinds of :mod:`compositions.composer.voicing_shapes`;
    ``tuning`` names the strings of fretted instruments.
    """

    low: int
    high: int
    voices: int
    rooted: bool = False
    kind: str = CLOSE
    tuning: str = "guitar"


Candidate = tuple[Voicing, float]


def voice_chords(
    harmonies: Sequence[Harmony],
    hand: Hand,
    tunes: Sequence[int | None] = (),
    scales: Sequence[frozenset[int]] = (),
) -> list[Voicing]:
    """Return one voicing (ascending MIDI pitches) per chord.

    ``tunes`` are the lowest notes of the melody over each chord (None where it rests), under
    which the voicing keeps as far as it can. ``scales`` say which tensions belong to the key at
    each chord.
    """
    if not harmonies:
        return []
    layers = [
        _candidates(
            harmony, hand, _under(tunes, index), scales[index] if index < len(scales) else _NO_SCALE
        )
        for index, harmony in enumerate(harmonies)
    ]
    costs = [cost for _, cost in layers[0]]
    back: list[list[int]] = [[0] * len(layers[0])]
    for index, (previous, layer) in enumerate(pairwise(layers)):
        one, other = harmonies[index], harmonies[index + 1]
        pulls = _tendencies(one, other)
        # A hand moves between the shapes that it knows; how its voices go matters little.
        weight = 0.12 if hand.kind == FRETTED else 1.0
        basses = (one.lowest, other.lowest)
        row, links = [], []
        for voicing, static in layer:
            steps = [
                costs[place] + weight * _motion(before, voicing, pulls, basses)
                for place, (before, _) in enumerate(previous)
            ]
            best = min(range(len(steps)), key=steps.__getitem__)
            # Rounded, so that the last bit of a sum does not decide.
            row.append(round(steps[best] + static, 4))
            links.append(best)
        costs = row
        back.append(links)
    index = min(range(len(costs)), key=costs.__getitem__)
    path = []
    for layer, links in zip(reversed(layers), reversed(back), strict=True):
        path.append(layer[index][0])
        index = links[index]
    return path[::-1]


def _under(tunes: Sequence[int | None], index: int) -> int:
    tune = tunes[index] if index < len(tunes) else None
    return 128 if tune is None else tune


# -- What a hand can play --------------------------------------------------------------------


@lru_cache(maxsize=8192)
def _candidates(
    harmony: Harmony, hand: Hand, tune: int, scale: frozenset[int]
) -> tuple[Candidate, ...]:
    """The voicings of a chord with their costs, the likeliest first."""
    middle = (hand.low + hand.high) / 2
    if hand.kind == FRETTED:
        shapes = fretted_shapes(
            harmony.pitch_classes,
            harmony.lowest if hand.rooted else ANY_BASS,
            _needed(harmony),
            TUNINGS[hand.tuning],
            hand.high,
        )
        if shapes:
            return tuple((voicing, cost) for voicing, cost, _ in shapes)
    layouts = _layouts(harmony, hand, scale)
    ranked = sorted((round(_static(v, middle, hand.kind) + _over(v, tune), 4), v) for v in layouts)
    return tuple((voicing, cost) for cost, voicing in ranked[:_MOST])


def _layouts(harmony: Harmony, hand: Hand, scale: frozenset[int]) -> tuple[Voicing, ...]:
    low, high = hand.low, hand.high
    if hand.kind == ROOTLESS:
        parts = _rootless(harmony, scale, hand.voices)
        if parts:
            return rootless_voicings(*parts, low, high)
    chosen = choose(harmony.pitch_classes, hand.voices, hand.rooted)
    if hand.kind == OPEN:
        return open_voicings(chosen, low, high)
    return close_voicings(chosen, low, high)


def _needed(harmony: Harmony) -> frozenset[int]:
    """The tones without which it is another chord: all but a perfect fifth, at most four."""
    root, *rest = harmony.pitch_classes
    kept = [value for value in rest if (value - root) % 12 != 7]
    return frozenset(kept[:3])


def _rootless(
    harmony: Harmony, scale: frozenset[int], voices: int
) -> tuple[tuple[int, int], tuple[int, ...]] | None:
    """Third and seventh, and what colours them; None for chords that have no seventh."""
    root, classes = harmony.root, harmony.pitch_classes
    third = next(((root + s) % 12 for s in (4, 3, 5, 2) if (root + s) % 12 in classes), None)
    seventh = next(((root + s) % 12 for s in (10, 11, 9) if (root + s) % 12 in classes), None)
    if third is None or seventh is None:
        return None
    own = [v for v in classes if v not in (root, third, seventh) and (v - root) % 12 != 7]
    fifth = (root + 7) % 12
    colours = own[: max(1, voices - 2)]
    ninth, thirteenth = (root + 2) % 12, (root + 9) % 12
    diminished = (root + 6) % 12 in classes and (root + 3) % 12 in classes
    if not any((v - root) % 12 in (1, 2, 3) for v in own) and ninth in scale and not diminished:
        colours.append(ninth)
    if len(colours) < voices - 2:
        takes = harmony.dominant and thirteenth in scale and not diminished
        if takes and thirteenth not in colours:
            colours.append(thirteenth)
        elif fifth in classes:
            colours.append(fifth)
    return (third, seventh), tuple(dict.fromkeys(colours[: max(1, voices - 2)]))


def choose(classes: tuple[int, ...], voices: int, rooted: bool) -> tuple[int, ...]:
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


# -- Costs -----------------------------------------------------------------------------------


@lru_cache(maxsize=16384)
def _static(voicing: Voicing, middle: float, kind: str) -> float:
    cost = abs(sum(voicing) / len(voicing) - middle) * 0.5
    widest = 14 if kind == OPEN else 9
    for low, high in pairwise(voicing):
        gap = high - low
        if low < _MUD and gap < 7:
            cost += 4.0 + (_MUD - low) * 0.3
        if gap == 1:
            cost += 2.5
        if gap > widest:
            cost += (gap - widest) * 0.7
        if kind == OPEN and gap < 4:
            cost += 1.5
    return cost


def _over(voicing: Voicing, tune: int) -> float:
    """Cost of covering the tune: notes above it, and a minor second just below."""
    over = sum(1.5 + 0.1 * (pitch - tune) for pitch in voicing if pitch > tune)
    return over + 0.8 * (voicing[-1] == tune - 1)


def _tendencies(harmony: Harmony, following: Harmony) -> tuple[int, int]:
    """Pitch classes that pull: the leading tone of a resolving dominant and a seventh, or -1."""
    if harmony.root == following.root:
        return (-1, -1)
    classes, root = harmony.pitch_classes, harmony.root
    third = (root + 4) % 12
    falls = (following.root - root) % 12 == 5
    leads = third if falls and third in classes and harmony.dominant else -1
    sevenths = ((root + step) % 12 for step in (10, 11))
    seventh = next((v for v in sevenths if v in classes), -1) if falls else -1
    return (leads, seventh)


@lru_cache(maxsize=131072)
def _motion(
    before: Voicing, after: Voicing, pulls: tuple[int, int], basses: tuple[int, int]
) -> float:
    even = len(before) == len(after)
    if even:
        pairs = list(zip(before, after, strict=True))
    else:
        pairs = [(min(before, key=lambda p: abs(p - pitch)), pitch) for pitch in after]
    cost = float(sum(abs(b - a) for a, b in pairs))
    cost += 1.2 * max(0, abs(after[-1] - before[-1]) - 2)  # a calm top voice
    if even:
        for index, (a1, b1) in enumerate(pairs):
            for a2, b2 in pairs[index + 1 :]:
                interval = (a2 - a1) % 12
                if a1 != b1 and interval in (0, 7) and (b2 - b1) % 12 == interval:
                    cost += 3.0 if interval == 7 else 5.0
    if after[-1] != before[-1] and basses[0] != basses[1]:
        outer = (before[-1] - basses[0]) % 12
        if outer in (0, 7) and (after[-1] - basses[1]) % 12 == outer:
            cost += 2.0
    for a, b in pairs:
        if a % 12 == pulls[0] and b - a != 1:
            cost += 1.5
        if a % 12 == pulls[1] and not -2 <= b - a <= 0:
            cost += 1.5
    return cost
