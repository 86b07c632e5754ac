"""Small pieces of English about music: numbers, lengths, lists, quotations."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from fractions import Fraction

from compositions.score.document import TICKS_PER_QUARTER

WHOLE = 4 * TICKS_PER_QUARTER
LONGEST_NAME = 40
"""Characters of a name or a lyric line inside a sentence."""


def count(number: int, noun: str, plural: str = "") -> str:
    """Return "1 note" or "12 notes"."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def listing(names: Sequence[str], most: int = 3) -> str:
    """Return "A", "A and B", "A, B and C" or "A, B, C and 4 more"."""
    if len(names) > most + 1:
        names = [*names[:most], f"{len(names) - most} more"]
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def short(text: str, most: int = LONGEST_NAME) -> str:
    """Return the text on one line, cut at ``most`` characters."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def quoted(text: str) -> str:
    """Return the text in quotation marks, shortened; "nothing" for none."""
    text = short(text)
    return f'"{text}"' if text else "nothing"


def number(value: float, decimals: int = 2) -> str:
    """Return a number without needless decimals: "92", "92.5"."""
    return f"{value:.{decimals}f}".rstrip("0").rstrip(".") if value % 1 else f"{value:.0f}"


def signed(value: float, decimals: int = 1) -> str:
    """Return "+2", "-0.5"."""
    text = number(round(abs(value), decimals), decimals)
    return f"{'-' if value < 0 else '+'}{text}"


def percent(value: float) -> str:
    """Return 0..1 as "35 %"."""
    return f"{round(value * 100)} %"


def bars_words(clusters: Sequence[tuple[int, int]]) -> str:
    """Return "bar 9", "bars 9-10" or "bars 1-2, 9 and 12"."""
    texts = [f"{first}" if first == last else f"{first}-{last}" for first, last in clusters]
    word = "bar" if texts == [str(clusters[0][0])] else "bars"
    return f"{word} {listing(texts, len(texts))}"


def length_words(ticks: int, bar_ticks: int = 0) -> str:
    """Return a length as note values: "2 bars", "3/16", "1/8 triplet" or "7 ticks".

    ``bar_ticks`` is the length of a bar there, 0 where bars differ.
    """
    ticks = abs(ticks)
    if bar_ticks and ticks and ticks % bar_ticks == 0:
        return count(ticks // bar_ticks, "bar")
    part = Fraction(ticks, WHOLE)
    if _plain(part.denominator):
        return f"{part.numerator}/{part.denominator}"
    triplet = part * Fraction(3, 2)
    if triplet.numerator == 1 and _plain(triplet.denominator):
        return f"1/{triplet.denominator} triplet"
    return count(ticks, "tick")


def is_note_value(ticks: int) -> bool:
    """Tell whether a length is a plain fraction of a whole note down to 1/32."""
    return _plain(Fraction(abs(ticks), WHOLE).denominator, 32)


def _plain(denominator: int, finest: int = 64) -> bool:
    return denominator <= finest and denominator & (denominator - 1) == 0


def octaves(semitones: int) -> str:
    """Return what a transposition by whole octaves is also called, empty for others."""
    if semitones % 12 or not semitones:
        return ""
    many, way = abs(semitones) // 12, "up" if semitones > 0 else "down"
    return f" (an octave {way})" if many == 1 else f" ({many} octaves {way})"


def clusters(bars: Sequence[int], gap: int = 1) -> list[tuple[int, int]]:
    """Return runs of sorted bar numbers as (first, last); ``gap`` bars between are bridged."""
    runs: list[tuple[int, int]] = []
    for bar in bars:
        if runs and bar - runs[-1][1] <= gap + 1:
            runs[-1] = (runs[-1][0], bar)
        else:
            runs.append((bar, bar))
    return runs


def movers(before: Sequence[str], after: Sequence[str]) -> set[str]:
    """Return the fewest ids that must move to turn one order into the other.

    All that is not on the longest common run of both orders (patience sorting). Ids that one
    side lacks are left out of account. Of two that changed places, the later one moved.
    """
    places = {key: place for place, key in enumerate(before)}
    common = [key for key in after if key in places]
    tails: list[int] = []
    tail_ids: list[str] = []
    previous: dict[str, str] = {}
    for key in common:
        slot = bisect_left(tails, places[key])
        if slot:
            previous[key] = tail_ids[slot - 1]
        tails[slot : slot + 1] = [places[key]]
        tail_ids[slot : slot + 1] = [key]
    stay: set[str] = set()
    key = tail_ids[-1] if tail_ids else ""
    while key:
        stay.add(key)
        key = previous.get(key, "")
    return set(common) - stay
