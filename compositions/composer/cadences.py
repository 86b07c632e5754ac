"""Harmonic phrases: how the bars of a section group, and which cadence ends each group.

A melody that knows whether its phrase closes on the tonic or stays open on the dominant can
ask and answer. Names follow W. Caplin, "Classical Form" (1998): half, authentic, plagal and
deceptive cadences; antecedent and consequent of a period.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from compositions.composer.roman import Harmony
from compositions.composer.tonality import LocalKey
from compositions.score.document import Mode

PHRASE_BARS = 4
CLOSED = frozenset({"authentic", "plagal", "tonic"})
"""Cadences that come to rest; after the others the music wants to go on."""
_CADENTIAL = {Mode.DORIAN: 10, Mode.PHRYGIAN: 1, Mode.LYDIAN: 2, Mode.MIXOLYDIAN: 10,
              Mode.LOCRIAN: 1}  # fmt: skip


@dataclass(frozen=True, slots=True)
class HarmonicPhrase:
    """A phrase of a section: bars counted in the song from 0, and the cadence it ends with.

    ``cadence`` is "authentic", "half", "plagal", "deceptive", "tonic" (at rest without a
    dominant before) or "open"; ``ending`` "open" or "closed" is how its melody ends. In a
    loop that never comes to rest every second phrase is closed by its melody alone.
    """

    start_bar: int
    bars: int
    cadence: str
    ending: str


def phrase_lengths(bars: int) -> tuple[int, ...]:
    """Split the bars of a section into phrases of four; a single bar joins the last one."""
    lengths = []
    while bars > 0:
        length = min(PHRASE_BARS, bars)
        if bars - length == 1:
            length += 1
        lengths.append(length)
        bars -= length
    return tuple(lengths)


def function_of(harmony: Harmony, key: LocalKey) -> str:
    """Return "T", "S" or "D": what a chord does in a key."""
    step = (harmony.root - key.tonic_class) % 12
    if step == 0:
        return "T"
    if key.mode in _CADENTIAL:
        if step == _CADENTIAL[key.mode]:
            return "D"
    elif step in (7, 11) or (step == 10 and (key.minor or harmony.dominant)):
        return "D"
    if step == 1 and harmony.dominant:
        return "D"  # the tritone substitute of the dominant
    if harmony.dominant or harmony.minor == (step in (3, 8)):
        return "S"  # a secondary dominant, or a third relation from outside the key
    return "T" if step in ((3, 8) if key.minor else (4, 9)) else "S"


def cadence_of(before: Harmony | None, last: Harmony, key: LocalKey) -> str:
    """Name the cadence that two chords make at the end of a phrase."""
    came = function_of(before, key) if before is not None else ""
    step = (last.root - key.tonic_class) % 12
    if step == 0:
        if came == "D":
            return "authentic"
        below = before is not None and (before.root - key.tonic_class) % 12 == 5
        return "plagal" if below else "tonic"
    if came == "D" and step in (8, 9) and before is not None and before.root != last.root:
        return "deceptive"
    return "half" if function_of(last, key) == "D" else "open"


def phrases_of(
    start_bar: int, bars: Sequence[Sequence[Harmony]], key: LocalKey, *, last: bool
) -> tuple[HarmonicPhrase, ...]:
    """Return the phrases of a section with the cadences that its chords make.

    ``last`` marks the song's last section, whose last phrase is closed.
    """
    found = []
    place = 0
    lengths = phrase_lengths(len(bars))
    for index, length in enumerate(lengths):
        chords = [harmony for bar in bars[place : place + length] for harmony in bar]
        # A chord that is held over the end of the phrase came from the one before it.
        others = [harmony for harmony in chords if harmony.root != chords[-1].root]
        cadence = cadence_of(others[-1] if others else None, chords[-1], key)
        rolls = cadence == "open" and (index % 2 == 1 or index == len(lengths) - 1)
        closed = cadence in CLOSED or rolls or (last and index == len(lengths) - 1)
        ending = "closed" if closed else "open"
        found.append(HarmonicPhrase(start_bar + place, length, cadence, ending))
        place += length
    return tuple(found)
