"""The ways a chord can be laid out: close and open, rootless, and shapes a hand can fret.

Every function returns candidates as ascending MIDI pitches; :mod:`compositions.composer.voicing`
chooses between them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import product

Voicing = tuple[int, ...]

CLOSE, OPEN, ROOTLESS, FRETTED = "close", "open", "rootless", "fretted"
"""Kinds of voicing: close with drop-twos, spread for pads, without the root, on strings."""

TUNINGS: dict[str, tuple[int, ...]] = {
    "guitar": (40, 45, 50, 55, 59, 64),
    "banjo": (50, 55, 59, 62),
    "mandolin": (55, 62, 69, 76),
    "ukulele": (60, 64, 67, 69),
}
"""Open strings from the lowest; the ukulele's high G stands in its place by pitch."""
ANY_BASS = -1
"""Of shapes in a band, where the bass is somebody else's."""
_MUD = 48
_LAST_POSITION = 9
_SPAN = 3
"""Frets that a hand reaches beyond the lowest one that it holds."""
_FINGERS = 4
_MOST_SHAPES = 20


@lru_cache(maxsize=4096)
def close_voicings(chosen: tuple[int, ...], low: int, high: int) -> tuple[Voicing, ...]:
    """Return close and drop-two voicings of pitch classes in a register, all inversions."""
    found: set[Voicing] = set()
    for close in _stacks(chosen, low, high):
        found.add(close)
        if len(close) >= 4:
            found.add(tuple(sorted((*close[:-2], close[-2] - 12, close[-1]))))
        elif len(close) == 3:
            found.add(tuple(sorted((close[0], close[2], close[1] + 12))))
    return _fitting(found, low, high) or _folded(chosen, low)


@lru_cache(maxsize=4096)
def open_voicings(chosen: tuple[int, ...], low: int, high: int) -> tuple[Voicing, ...]:
    """Return spread voicings: every other voice of a close one an octave up, and drop-twos."""
    found: set[Voicing] = set()
    for close in _stacks(chosen, low, high):
        if len(close) >= 3:
            spread = (pitch + 12 * (place % 2) for place, pitch in enumerate(close))
            found.add(tuple(sorted(spread)))
        if len(close) >= 4:
            found.add(tuple(sorted((close[0], close[2], close[1] + 12, close[3]))))
            found.add(tuple(sorted((close[0] - 12, *close[1:]))))
    return _fitting(found, low, high) or close_voicings(chosen, low, high)


@lru_cache(maxsize=4096)
def rootless_voicings(
    guides: tuple[int, int], colours: tuple[int, ...], low: int, high: int
) -> tuple[Voicing, ...]:
    """Return the pianist's left-hand voicings of a seventh chord: 3-5-7-9 and 7-9-3-5.

    ``guides`` are third and seventh, ``colours`` the rest, a thirteenth in the fifth's place.
    The lowest note is a guide tone (Levine, "The Jazz Piano Book", 1989).
    """
    chosen = (*guides, *colours)
    found = {
        stack for stack in _stacks(tuple(sorted(chosen)), low, high) if stack[0] % 12 in guides
    }
    return _fitting(found, low, high) or close_voicings(chosen, low, high)


def _stacks(chosen: tuple[int, ...], low: int, high: int) -> list[Voicing]:
    """Every inversion of pitch classes in close position that begins about in a register."""
    stacks = []
    for first in range(len(chosen)):
        order = chosen[first:] + chosen[:first]
        for octave in range(-1, 10):
            pitch = order[0] + 12 * octave
            if not low - 12 <= pitch <= high:
                continue
            close = [pitch]
            for value in order[1:]:
                close.append(close[-1] + ((value - close[-1]) % 12 or 12))
            stacks.append(tuple(close))
    return stacks


def _fitting(found: set[Voicing], low: int, high: int) -> tuple[Voicing, ...]:
    return tuple(
        sorted(v for v in found if v[0] >= low and v[-1] <= high and len(set(v)) == len(v))
    )


def _folded(chosen: tuple[int, ...], low: int) -> tuple[Voicing, ...]:
    """A register too narrow for any arrangement: fold every note into it."""
    folded = sorted({low + (value - low) % 12 for value in chosen})
    return (tuple(pitch for pitch in folded if pitch <= 127),)


@lru_cache(maxsize=1024)
def fretted_shapes(
    classes: tuple[int, ...], bass: int, needed: frozenset[int], tuning: tuple[int, ...], high: int
) -> tuple[tuple[Voicing, float, int], ...]:
    """Return what a hand can hold on a fretted instrument, each with its cost and position.

    Neighbouring strings sound up to the highest, the lowest note is ``bass`` (on four strings,
    and for :data:`ANY_BASS`, any tone above the mud), all of ``needed`` are there, the frets lie
    within four, and four fingers do, a barre counting as one. The cheapest shapes are those of a
    songbook: open strings, low positions, full chords.
    """
    tones = set(classes)
    found: dict[Voicing, tuple[float, int]] = {}
    small = len(tuning) <= 4
    for position in range(_LAST_POSITION + 1):
        options = [_frets(string, position, tones) for string in tuning]
        for first in range(1 if small else len(tuning) - 3):
            for frets in product(*options[first:]):
                pitches = [s + f for s, f in zip(tuning[first:], frets, strict=True)]
                free = small or bass == ANY_BASS
                if (not free and pitches[0] % 12 != bass) or max(pitches) > high:
                    continue
                sounds = {pitch % 12 for pitch in pitches}
                held = [fret for fret in frets if fret]
                fingers = _fingers(frets)
                if not needed <= sounds or fingers > _FINGERS:
                    continue
                voicing = tuple(sorted(set(pitches)))
                cost = 0.5 * position + 0.35 * fingers - 0.5 * (len(frets) - len(held))
                cost += 1.2 * first + 1.5 * len(tones - sounds)
                if bass == ANY_BASS:  # the strings that another player is on stay silent
                    cost += 2.0 * sum(pitch < _MUD for pitch in voicing) - 1.2 * first
                    cost += 0.8 * (voicing[0] % 12 != classes[0])
                cost += 3.0 * (len(pitches) - len(voicing))
                cost += 0.8 * (max(held, default=0) - min(held, default=0) > 2)
                if voicing not in found or cost < found[voicing][0]:
                    found[voicing] = (cost, position)
    ranked = sorted((round(cost, 3), voicing, at) for voicing, (cost, at) in found.items())
    return tuple((voicing, cost, at) for cost, voicing, at in ranked[:_MOST_SHAPES])


def _frets(string: int, position: int, tones: set[int]) -> list[int]:
    """The frets of a string that sound a tone of the chord within reach, and open ones."""
    reach = range(max(1, position), max(1, position) + _SPAN + 1)
    frets = [fret for fret in reach if (string + fret) % 12 in tones]
    # Further up the neck an open string would ring out of the shape.
    return ([0] if string % 12 in tones and position <= 2 else []) + frets


def _fingers(frets: Sequence[int]) -> int:
    """Fingers for the frets of neighbouring strings, 0 open.

    One finger lays across all strings at the lowest fret where none between sounds open.
    """
    held = [fret for fret in frets if fret]
    if not held:
        return 0
    lowest = min(held)
    ends = [place for place, fret in enumerate(frets) if fret == lowest]
    barred = all(frets[ends[0] : ends[-1] + 1])
    return len(held) - (len(ends) - 1 if barred else 0)
