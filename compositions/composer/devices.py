"""Harmonic devices: what a style adds to plain progressions, and how often.

Each device looks at a bar and the one after it and rewrites the bar; rates 0..1 per fitting
bar come from the style (``harmony`` in its file), more for a complex song and less for a
simple one. The first bar and the cadence at the end stay as they are.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping

from compositions.composer.cadences import function_of
from compositions.composer.grammar import Bars
from compositions.composer.roman import Harmony, resolve_roman, roman_of
from compositions.composer.tonality import LocalKey
from compositions.score.document import Mode
from compositions.score.harmony import scale_pitch_classes

_FUNCTIONAL = (Mode.MAJOR, Mode.MINOR, Mode.HARMONIC_MINOR, Mode.MELODIC_MINOR)
_PEDAL_KINDS = frozenset({"intro", "outro", "bridge", "pre_chorus", "build", "breakdown"})


def colour(
    bars: Bars, key: LocalKey, rates: Mapping[str, float], amount: float, rng: random.Random
) -> None:
    """Rewrite bars in place with the devices of ``rates`` times ``amount``."""
    rich = any(len(harmony.pitch_classes) > 3 for bar in bars for harmony in bar)
    for index in range(1, len(bars) - 1):
        here, after = bars[index], bars[index + 1][0]
        draws = [rng.random() for _ in _DEVICES]  # one draw each: rates do not shift the others
        if len(here) != 1 or after.root == here[0].root:
            continue
        closing = index >= len(bars) - 2
        for draw, (name, device) in zip(draws, _DEVICES.items(), strict=True):
            if draw >= min(0.9, rates[name] * amount) or (closing and name != "tritone"):
                continue
            if name not in ("inversion", "suspension") and key.mode not in _FUNCTIONAL:
                continue
            new = device(here[0], after, key, rich)
            if new is not None:
                bars[index] = new
                break


def hold_pedal(bars: Bars, kind: str, key: LocalKey, chance: float, rng: random.Random) -> None:
    """Keep one bass note under a whole section: the dominant before a chorus, else the tonic."""
    if rng.random() >= chance or kind not in _PEDAL_KINDS:
        return
    dominant = kind in ("pre_chorus", "build")
    note = (key.tonic_class + (7 if dominant else 0)) % 12
    last = len(bars) if dominant else len(bars) - 1
    for index in range(last):
        bars[index] = [
            Harmony(h.root, h.quality, h.roman, note if note != h.root else None)
            for h in bars[index]
        ]


def _secondary(here: Harmony, after: Harmony, key: LocalKey, rich: bool) -> list[Harmony] | None:
    """The dominant of the next chord, after what stood there; "two-five" where chords are rich."""
    if after.root == key.tonic_class or not _diatonic(after, key) or "dim" in after.quality:
        return None
    root = (after.root + 7) % 12
    of = re.match(r"[b#♭♯♮]?[ivIV]+", after.roman)
    if root == here.root or "/" in after.roman or of is None:
        return None
    dominant = Harmony(root, "7", f"V7/{of[0]}")
    second = Harmony((after.root + 2) % 12, "m7b5" if after.minor else "m7", "")
    if rich and second.root != here.root and function_of(here, key) == "T":
        roman = roman_of(second.root, second.quality, key.tonic_class, key.mode)
        return [Harmony(second.root, second.quality, roman), dominant]
    return [here, dominant]


def _borrowed(here: Harmony, after: Harmony, key: LocalKey, rich: bool) -> list[Harmony] | None:
    """Chords of the parallel mode: iv before I, bVI for vi; IV for iv in minor."""
    step = (here.root - key.tonic_class) % 12
    if not key.minor:
        if step == 5 and not here.minor and after.root == key.tonic_class:
            return [here, _numeral("iv6" if rich else "iv", key)]
        if step == 9 and here.minor and function_of(after, key) in "SD":
            return [_numeral("bVI", key)]
        if step == 2 and here.minor and function_of(after, key) == "D":
            return [_numeral("iiø7", key)] if rich else [here, _numeral("iv", key)]
        return None
    if step == 5 and here.minor and function_of(after, key) != "D":
        return [_numeral("IV7" if rich else "IV", key)]
    return None


def _neapolitan(here: Harmony, after: Harmony, key: LocalKey, rich: bool) -> list[Harmony] | None:
    """The major chord on the flat second degree, with its third in the bass, before V in minor."""
    step = (here.root - key.tonic_class) % 12
    if not key.minor or step not in (2, 5) or (after.root - key.tonic_class) % 12 != 7:
        return None
    chord = _numeral("bII", key)
    return [Harmony(chord.root, "", "bII", (chord.root + 4) % 12)]


def _tritone(here: Harmony, after: Harmony, key: LocalKey, rich: bool) -> list[Harmony] | None:
    """The dominant a tritone away, which slides down into its goal by a semitone."""
    if not here.dominant or (here.root - 7) % 12 != after.root:
        return None
    root = (here.root + 6) % 12
    if after.root == key.tonic_class:
        return [here, Harmony(root, "7", "bII7")]
    return [here, Harmony(root, "7", roman_of(root, "7", key.tonic_class, key.mode))]


def _diminished(here: Harmony, after: Harmony, key: LocalKey, rich: bool) -> list[Harmony] | None:
    """A diminished chord between two roots a whole tone apart, on the way up."""
    if (after.root - here.root) % 12 != 2 or here.dominant:
        return None
    root = (here.root + 1) % 12
    return [here, Harmony(root, "dim7", roman_of(root, "dim7", key.tonic_class, key.mode))]


def _mediant(here: Harmony, after: Harmony, key: LocalKey, rich: bool) -> list[Harmony] | None:
    """A chord a third from the tonic that the key does not have, for vi, iii or IV."""
    step = (here.root - key.tonic_class) % 12
    if key.minor:
        return [_numeral("bvi", key)] if step == 8 and not here.minor else None
    if step == 9 and here.minor:
        return [_numeral("bVI", key)]
    return [_numeral("bIII", key)] if step == 4 and here.minor else None


def _inversion(here: Harmony, after: Harmony, key: LocalKey, rich: bool) -> list[Harmony] | None:
    """The third in the bass, where that makes a step into the next root."""
    classes = here.pitch_classes
    if here.bass is not None or len(classes) < 3:
        return None
    third = classes[1]
    if (after.lowest - third) % 12 in (1, 2, 10, 11) and third in scale_pitch_classes(
        key.tonic, key.mode
    ):
        return [Harmony(here.root, here.quality, here.roman, third)]
    return None


def _suspension(here: Harmony, after: Harmony, key: LocalKey, rich: bool) -> list[Harmony] | None:
    """A dominant that holds its fourth before the third."""
    if function_of(here, key) != "D" or here.quality not in ("", "7") or "/" in here.roman:
        return None
    held = "7sus4" if here.quality == "7" else "sus4"
    return [Harmony(here.root, held, here.roman.removesuffix("7") + held, here.bass), here]


def _numeral(roman: str, key: LocalKey) -> Harmony:
    return resolve_roman(roman, key.tonic_class, key.mode)


def _diatonic(harmony: Harmony, key: LocalKey) -> bool:
    return set(harmony.pitch_classes[:3]) <= set(scale_pitch_classes(key.tonic, key.mode))


_Device = Callable[[Harmony, Harmony, LocalKey, bool], list[Harmony] | None]
_DEVICES: Mapping[str, _Device] = {
    "secondary": _secondary,
    "borrowed": _borrowed,
    "neapolitan": _neapolitan,
    "tritone": _tritone,
    "diminished": _diminished,
    "mediant": _mediant,
    "suspension": _suspension,
    "inversion": _inversion,
}
