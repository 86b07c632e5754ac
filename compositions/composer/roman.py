"""Chord texts to chords in a key: Roman numerals and chord names.

Numerals without an accidental count the scale of the key ("VI" in minor is the flat
sixth); with one they count the major scale ("bVII", "♮III"). Upper case is major, lower case
minor; "V7/V" is the dominant of the fifth degree.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from compositions.score.document import Mode
from compositions.score.harmony import (
    MINOR_MODES,
    canonical_quality,
    chord_intervals,
    is_chord_quality,
    parse_chord_symbol,
    pitch_class,
    scale_intervals,
)

_NUMERALS = {"i": 0, "ii": 1, "iii": 2, "iv": 3, "v": 4, "vi": 5, "vii": 6}
_NAMES = ("I", "II", "III", "IV", "V", "VI", "VII")
_MAJOR = (0, 2, 4, 5, 7, 9, 11)
_NATURAL_MINOR = (0, 2, 3, 5, 7, 8, 10)
_TOKEN = re.compile(
    r"(?P<accidental>[b#♭♯♮]?)(?P<numeral>[ivIV]+)(?P<quality>[^/]*)(?:/(?P<of>[b#♭♯♮]?[ivIV]+))?"
)
_CHROMATIC = ("I", "bII", "II", "bIII", "III", "IV", "#IV", "V", "bVI", "VI", "bVII", "VII")


class RomanError(ValueError):
    """A chord text was not understood."""


@dataclass(frozen=True, slots=True)
class Harmony:
    """A chord in a key: pitch classes 0-11, quality suffix and its Roman numeral."""

    root: int
    quality: str
    roman: str
    bass: int | None = None

    @property
    def pitch_classes(self) -> tuple[int, ...]:
        """Pitch classes from the root up."""
        return tuple((self.root + step) % 12 for step in chord_intervals(self.quality))

    @property
    def lowest(self) -> int:
        """Pitch class in the bass."""
        return self.root if self.bass is None else self.bass

    @property
    def minor(self) -> bool:
        """True when the third above the root is minor."""
        return (self.root + 3) % 12 in self.pitch_classes and not self.dominant

    @property
    def dominant(self) -> bool:
        """True for a major chord with a minor seventh."""
        classes = self.pitch_classes
        return (self.root + 4) % 12 in classes and (self.root + 10) % 12 in classes


def transposed(harmony: Harmony, step: int) -> Harmony:
    """Return the chord some semitones higher; its numeral stays, as in the key up there."""
    bass = None if harmony.bass is None else (harmony.bass + step) % 12
    return replace(harmony, root=(harmony.root + step) % 12, bass=bass)


def parse_progression(text: str) -> tuple[tuple[str, ...], ...]:
    """Split "ii7,V7 Imaj7" into bars of Roman numerals.

    Raises :class:`RomanError` when a numeral is not understood.
    """
    bars = tuple(tuple(bar.split(",")) for bar in text.split())
    for bar in bars:
        for token in bar:
            resolve_roman(token, 0, Mode.MAJOR)
    return bars


def degree_scale(mode: Mode) -> tuple[int, ...]:
    """Return the seven semitones that plain numerals count in a mode."""
    if mode in (Mode.HARMONIC_MINOR, Mode.MELODIC_MINOR, Mode.MINOR_PENTATONIC):
        return _NATURAL_MINOR
    if mode in (Mode.MAJOR_PENTATONIC, Mode.BLUES):
        return _MAJOR
    return scale_intervals(mode)


def resolve_roman(token: str, tonic: int, mode: Mode) -> Harmony:
    """Return the chord of a numeral in a key whose tonic is a pitch class.

    Raises :class:`RomanError` when it is not understood.
    """
    match = _TOKEN.fullmatch(token.strip())
    if match is None or match["numeral"].lower() not in _NUMERALS:
        raise RomanError(f"{token!r} is not a Roman numeral")
    if match["numeral"] not in (match["numeral"].lower(), match["numeral"].upper()):
        raise RomanError(f"{token!r} mixes upper and lower case")
    centre = tonic
    if match["of"]:
        centre = resolve_roman(match["of"], tonic, mode).root
        mode = Mode.MAJOR
    numeral, accidental = match["numeral"], match["accidental"]
    degree = _NUMERALS[numeral.lower()]
    lower = numeral.islower()
    quality = _quality(match["quality"], lower, token)
    if accidental:
        step = _MAJOR[degree] + {"b": -1, "♭": -1, "♮": 0}.get(accidental, 1)
    else:
        step = degree_scale(mode)[degree]
        if degree == 6 and mode in MINOR_MODES and "b5" in quality + "b5" * ("dim" in quality):
            step = 11  # the leading-tone chord of minor
    return Harmony((centre + step) % 12, quality, token.strip())


def _quality(suffix: str, lower: bool, token: str) -> str:
    suffix = suffix.strip()
    if suffix in ("o", "°", "dim", "o7", "°7", "dim7", "ø", "ø7", "h7", "m7b5"):
        return canonical_quality(suffix)
    if lower and not suffix.startswith(("m", "-", "sus", "5", "aug", "+")):
        suffix = "m" + suffix
    if lower and suffix.startswith("maj"):
        suffix = "m" + suffix[0].upper() + suffix[1:]
    if not is_chord_quality(suffix):
        raise RomanError(f"{token!r} has an unknown quality {suffix!r}")
    return canonical_quality(suffix)


def resolve_name(text: str, tonic: int, mode: Mode) -> Harmony:
    """Return the chord of a chord name ("Gm7/Bb") with its numeral in the key.

    Raises :class:`RomanError` when it is not understood.
    """
    try:
        root, quality, bass = parse_chord_symbol(text)
    except ValueError as error:
        raise RomanError(str(error)) from error
    value = pitch_class(root)
    quality = canonical_quality(quality)
    return Harmony(
        value,
        quality,
        roman_of(value, quality, tonic, mode),
        pitch_class(bass) if bass else None,
    )


def resolve(text: str, tonic: int, mode: Mode) -> Harmony:
    """Return the chord of a Roman numeral or a chord name. Raises :class:`RomanError`."""
    try:
        return resolve_roman(text, tonic, mode)
    except RomanError:
        return resolve_name(text, tonic, mode)


def roman_of(root: int, quality: str, tonic: int, mode: Mode) -> str:
    """Return the Roman numeral of a chord in a key."""
    step = (root - tonic) % 12
    scale = degree_scale(mode)
    name = _NAMES[scale.index(step)] if step in scale else _CHROMATIC[step]
    if step not in scale and name in _NAMES:
        leading = step == 11 and mode in MINOR_MODES and ("dim" in quality or "b5" in quality)
        name = name if leading else f"♮{name}"
    if name == "VII" and step == 10 and ("dim" in quality or "b5" in quality):
        name = "bVII"  # a plain diminished seventh degree means the leading tone
    intervals = chord_intervals(quality)
    suffix = quality
    if 3 in intervals:
        accidental = name.rstrip("IV")
        name = accidental + name.removeprefix(accidental).lower()
        for old, new in (("m7b5", "ø7"), ("dim", "o")):
            if suffix.startswith(old):
                return name + suffix.replace(old, new, 1)
        suffix = suffix.removeprefix("m")
    return name + suffix
