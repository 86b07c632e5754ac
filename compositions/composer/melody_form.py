"""The form of a section's melody: which bars of which phrases say what, and what returns.

Phrases come in groups: a period (the same opening answered by another ending), a statement
and its contrast (AABA), a call that a chorus keeps coming back to. Every bar names what
it does with the section's two motifs and, where a phrase quotes an earlier one, the bar
whose pitches come back. (After W. Caplin, "Classical Form", 1998, and the hook and
call-and-response of popular song.)
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

_STATEMENTS: dict[str, tuple[str, ...]] = {
    "verse": ("abac", "asbc", "abvc", "ahvc", "absc", "ahbc"),
    "chorus": ("ahac", "aavc", "abac", "asac", "ahsc", "aabc"),
    "bridge": ("bsfc", "btvc", "ahsc", "bifc"),
    "solo": ("abvc", "aifc", "avbc", "vasc"),
    "outro": ("aafc", "ahvc", "abac"),
}
"""Bars of a phrase that states: a, b the motifs; s, t their sequences; v a variant, i, w
inversions, f a fragment, h an answer that rests, c the cadence."""

_ALONE = ("abac", "aavc", "asac", "ahac", "aafc")
_CONTRASTS = ("btvc", "bwac", "wbfc", "hbtc", "btfc")

_GROUPS: dict[int, tuple[str, ...]] = {
    1: ("A",),
    2: ("Aa", "Aa", "Aa", "AB", "AC"),
    3: ("AaB", "ABa", "AaC"),
    4: ("AaBa", "AaBa", "ABaC", "AaBC"),
}
"""Phrases of a group: A states, a quotes it, B contrasts, C presses on from A to the end."""

_SEQUENCES = (1, -1, 2, -2, 1, -1)


@dataclass(frozen=True, slots=True)
class PhraseBar:
    """A bar of a phrase.

    ``letter`` is what it says, ``steps`` the move of a sequence in scale steps, ``quotes``
    the bar of the section whose pitches come back (None for a new one).
    """

    letter: str
    steps: int = 0
    quotes: int | None = None


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase from bar ``start`` of its section; ``ending`` is "open" or "closed"."""

    start: int
    bars: tuple[PhraseBar, ...]
    ending: str


def phrases_of(kind: str, bars: int, rng: random.Random, *, sparse: bool = False) -> list[Phrase]:
    """Return the phrases that fill a section of this kind and length.

    ``sparse`` melodies, of few notes a bar, quote more: less would not be recognised.
    """
    lengths = _lengths(bars)
    labels = _labels(len(lengths), rng)
    statements = _STATEMENTS.get(kind, _STATEMENTS["verse"])
    if len(lengths) == 1 and kind != "solo":  # too short for a phrase that answers
        statements = _ALONE
    statement = rng.choice(statements)
    contrast = rng.choice(_CONTRASTS)
    steps = rng.choice(_SEQUENCES)
    often = 0.95 if sparse else 0.7 if kind in ("chorus", "drop") else 0.4
    kept = 3 if rng.random() < often else 2
    answer = rng.choice([letter for letter in "vfsb" if letter != statement[2]])
    found: list[Phrase] = []
    start = 0
    for number, (label, length) in enumerate(zip(labels, lengths, strict=True)):
        letters = {"A": statement, "a": statement[:2] + answer + "c", "B": contrast,
                   "C": statement[0] + "fvc"}[label]  # fmt: skip
        quoted = {"a": kept, "C": 1}.get(label, 4 if number and label == "A" else 0)
        letters = _sized(letters, length)
        if label == "a" and kept == 3:
            letters = _sized(statement, length)
        inner = tuple(
            PhraseBar(
                letter,
                steps if letter in "st" else 0,
                at if at < min(quoted, length - 1) and start else None,
            )
            for at, letter in enumerate(letters)
        )
        last = number == len(lengths) - 1
        ending = "closed" if last or (label in "aC" and number % 2) else "open"
        found.append(Phrase(start, inner, ending))
        start += length
    return found


HOME = -1000
"""Bar 0 of the section that an outro or an interlude looks back at."""


def recalling(phrase: Phrase, home: Phrase) -> Phrase:
    """Return a phrase that opens as the first phrase of another section did."""
    kept = min(len(phrase.bars), len(home.bars)) - 1
    bars = tuple(replace(bar, quotes=HOME + at) for at, bar in enumerate(home.bars[:kept]))
    return replace(phrase, bars=(*bars, *phrase.bars[kept:]))


def _lengths(bars: int) -> list[int]:
    """Return phrases of four bars; what is left is a short one, a single bar joins the last."""
    lengths = [4] * (bars // 4)
    left = bars % 4
    if left == 1 and lengths:
        lengths[-1] += 1
    elif left:
        lengths.append(left)
    return lengths


def _labels(count: int, rng: random.Random) -> str:
    """Return a label for each phrase; long sections go in groups of four."""
    whole = rng.choice(_GROUPS[4]) if count >= 4 else ""
    rest = count % 4
    return whole * (count // 4) + (rng.choice(_GROUPS[rest]) if rest else "")


def _sized(letters: Sequence[str], length: int) -> str:
    """Cut a phrase to its length, or fill it up, and end it with the cadence."""
    body = "".join(letters[:-1]) + "f" * length
    return body[: length - 1] + "c"
