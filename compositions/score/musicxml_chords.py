"""Chord qualities as MusicXML writes them: a kind, and degrees added, altered or left out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from compositions.score.chord_qualities import (
    CHORD_QUALITIES,
    QUALITY_DEGREES,
    canonical_quality,
)

# In charts an eleventh or thirteenth leaves out what clashes; the kinds mean the same chords.
KINDS: dict[str, str] = {
    "major": "", "minor": "m", "augmented": "aug", "diminished": "dim", "dominant": "7",
    "major-seventh": "maj7", "minor-seventh": "m7", "diminished-seventh": "dim7",
    "augmented-seventh": "aug7", "half-diminished": "m7b5", "major-minor": "mMaj7",
    "major-sixth": "6", "minor-sixth": "m6", "dominant-ninth": "9", "major-ninth": "maj9",
    "minor-ninth": "m9", "dominant-11th": "11", "major-11th": "maj11", "minor-11th": "m11",
    "dominant-13th": "13", "major-13th": "maj13", "minor-13th": "m13",
    "suspended-second": "sus2", "suspended-fourth": "sus4", "power": "5",
}  # fmt: skip
"""The kinds of MusicXML that are chords by themselves, and our quality for each."""

_OTHER_KINDS: dict[str, str] = {
    "Neapolitan": "", "Italian": "7", "French": "7b5", "German": "7", "Tristan": "m7b5",
    "pedal": "5",
}  # fmt: skip
_DEGREE = re.compile(r"(bb|b|#)?(\d+)")
_ALTERS = {"": 0, "b": -1, "bb": -2, "#": 1}
Degrees = dict[int, int]
"""Chord degree 1-13 -> its alteration in semitones against the major scale."""


@cache
def degrees_of(quality: str) -> tuple[tuple[int, int], ...]:
    """Return (degree, alteration) pairs of a known quality, a degree twice where it is."""
    found = []
    for text in QUALITY_DEGREES[canonical_quality(quality)].split():
        match = _DEGREE.fullmatch(text)
        assert match is not None  # noqa: S101 - the table is ours
        found.append((int(match[2]), _ALTERS[match[1] or ""]))
    return tuple(sorted(found))


@cache
def write_quality(quality: str) -> tuple[str, tuple[tuple[int, int, str], ...]]:
    """Return (kind, degrees) of a quality with as few degrees as can be.

    Each degree is (value, alter, "add" | "alter" | "subtract"). An added degree is altered
    against a dominant thirteenth chord, as the format says; an altered one against the kind.
    """
    wanted = degrees_of(quality)
    ways = [(kind, _difference(degrees_of(name), wanted)) for kind, name in KINDS.items()]
    return min(ways, key=lambda way: (len(way[1]), _surprise(way[1])))


def _surprise(changes: tuple[tuple[int, int, str], ...]) -> int:
    """Rank changes of equal number: added degrees read best, degrees left out worst."""
    return sum({"add": 0, "alter": 1, "subtract": 2}[kind] for _, _, kind in changes)


def _difference(
    base: Iterable[tuple[int, int]], wanted: Iterable[tuple[int, int]]
) -> tuple[tuple[int, int, str], ...]:
    missing = [entry for entry in wanted if entry not in base]
    surplus = [entry for entry in base if entry not in wanted]
    changes = []
    for degree, alteration in surplus:
        other = next((entry for entry in missing if entry[0] == degree), None)
        if other is not None:
            missing.remove(other)
            changes.append((degree, other[1] - alteration, "alter"))
        else:
            changes.append((degree, 0, "subtract"))
    changes += [(degree, _against_dominant(degree, value), "add") for degree, value in missing]
    return tuple(sorted(changes))


def _against_dominant(degree: int, alteration: int) -> int:
    return alteration + 1 if degree == 7 else alteration


def read_quality(
    kind: str, text: str, changes: Iterable[tuple[int, int, str]]
) -> tuple[str, bool] | None:
    """Return (quality, exactly so) for a kind with its printed text and degrees.

    The printed text is kept when it names the same chord. Without an exact match the
    printed text decides, then the known quality that shares most degrees. None means that
    nothing of the chord was understood.
    """
    name = KINDS.get(kind, _OTHER_KINDS.get(kind))
    printed = _known(text)
    if name is None:
        return (printed, False) if printed is not None else None
    degrees = list(degrees_of(name))
    for degree, alteration, what in changes:
        _change(degrees, degree, alteration, what)
    wanted = tuple(sorted(degrees))
    if printed is not None and degrees_of(printed) == wanted:
        return printed, kind in KINDS
    for quality in (name, *CHORD_QUALITIES):
        if degrees_of(quality) == wanted:
            return quality, kind in KINDS
    if printed is not None:
        return printed, False
    return _nearest(frozenset(wanted)), False


def _known(text: str) -> str | None:
    try:
        canonical_quality(text)
    except ValueError:
        return None
    return text


def _change(degrees: list[tuple[int, int]], degree: int, alteration: int, what: str) -> None:
    present = next((entry for entry in degrees if entry[0] == degree), None)
    if what == "subtract":
        if present is not None:
            degrees.remove(present)
    elif what == "alter" and present is not None:
        degrees.remove(present)
        degrees.append((degree, present[1] + alteration))
    else:
        entry = (degree, alteration - 1 if degree == 7 else alteration)
        if entry not in degrees:
            degrees.append(entry)


def _nearest(wanted: frozenset[tuple[int, int]]) -> str:
    def distance(quality: str) -> tuple[int, int]:
        degrees = frozenset(degrees_of(quality))
        return (len(degrees ^ wanted), len(degrees))

    return min(CHORD_QUALITIES, key=distance)
