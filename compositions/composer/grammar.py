"""Write progressions in the idiom of a style: functional grammar over the style's own chords.

The chords of a style and how they follow each other are counted in its progressions; the
grammar orders them by function (tonic, subdominant, dominant) towards a cadence, as in
H. Riemann's theory of functions and the phrase models of D. Tymoczko and W. Caplin: a phrase
opens at home, departs, and closes with its formula. So a written phrase has only chords and
moves that the style has, in an order that nobody wrote down.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from compositions.composer.cadences import function_of, phrase_lengths
from compositions.composer.roman import Harmony, parse_progression, resolve_roman
from compositions.composer.tonality import LocalKey

Bars = list[list[Harmony]]
_NEXT = {"T": {"T": 0.6, "S": 1.0, "D": 0.6}, "S": {"T": 0.45, "S": 0.5, "D": 1.0},
         "D": {"T": 1.0, "S": 0.25, "D": 0.2}}  # fmt: skip
_UNHEARD = 0.12


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The chords of a style in a key with their functions and how they follow each other."""

    key: LocalKey
    chords: tuple[Harmony, ...]
    functions: tuple[str, ...]
    moves: Mapping[tuple[str, str], int]
    counts: Mapping[str, int]

    def of(self, function: str) -> list[Harmony]:
        """Return the chords of a function."""
        return [c for c, f in zip(self.chords, self.functions, strict=True) if f == function]

    @property
    def tonic(self) -> Harmony | None:
        """The tonic as the style colours it, None when it has none."""
        home = [c for c in self.chords if c.root == self.key.tonic_class]
        if self.key.minor:
            home = [c for c in home if c.minor] or home
        return max(home, key=lambda c: self.counts[c.roman]) if home else None


def vocabulary(texts: Sequence[str], key: LocalKey) -> Vocabulary:
    """Return what the progressions of a style say about its chords."""
    moves: Counter[tuple[str, str]] = Counter()
    counts: Counter[str] = Counter()
    chords: dict[str, Harmony] = {}
    for text in texts:
        tokens = [token for bar in parse_progression(text) for token in bar]
        counts.update(tokens)
        for token in tokens:
            chords.setdefault(token, resolve_roman(token, key.tonic_class, key.mode))
        moves.update(pair for pair in pairwise([*tokens, tokens[0]]) if pair[0] != pair[1])
    found = tuple(chords.values())
    return Vocabulary(key, found, tuple(function_of(chord, key) for chord in found), moves, counts)


def write_section(
    words: Vocabulary, bars: int, rng: random.Random, *, period: bool, pace: int, closes: str
) -> Bars | None:
    """Write the chords of a section, one bar after the other.

    ``period`` closes every phrase with a cadence: antecedents stay open, consequents begin
    alike and close, and the last phrase ends as ``closes`` says ("authentic", "half",
    "plagal"); without it the section loops one phrase of four. ``pace`` is the bars that a
    chord lasts away from cadences. None when the style's chords do not suffice.
    """
    home = words.tonic
    if home is None or not words.of("S") + words.of("D"):
        return None
    if not period:
        loop = _body(words, home, 4, rng, pace)
        turn = [chord for chord in words.chords if chord.root not in (home.root, loop[-2].root)]
        if loop[-1].root == home.root and turn:
            loop[-1] = _draw(words, loop[-2], turn, rng)
        return [[loop[bar % 4]] for bar in range(bars)]
    lengths = phrase_lengths(bars)
    ideas = [_body(words, home, 8, rng, pace) for _ in range(1 + (len(lengths) > 2))]
    found: Bars = []
    for index, length in enumerate(lengths):
        last = index == len(lengths) - 1
        cadence = closes if last else "half" if index % 2 == 0 else "authentic"
        idea = ideas[0] if index % 4 != 2 or len(ideas) == 1 else ideas[1]
        close = _formula(words, home, cadence, min(2, length), rng)
        found += [[chord] for chord in idea[: length - len(close)]] + close
    return found


def _body(
    words: Vocabulary, home: Harmony, length: int, rng: random.Random, pace: int
) -> list[Harmony]:
    """Walk from the tonic over chords of the style."""
    chords = [home] * pace
    while len(chords) < length:
        chords += [_draw(words, chords[-1], words.chords, rng)] * pace
    return chords[:length]


def _draw(
    words: Vocabulary, before: Harmony, among: Sequence[Harmony], rng: random.Random
) -> Harmony:
    """Draw the next chord by how the style moves and what functions allow."""
    came = function_of(before, words.key)
    weights = []
    for chord in among:
        weight = words.moves.get((before.roman, chord.roman), 0) + _UNHEARD
        weight *= _NEXT[came][function_of(chord, words.key)]
        falls = (before.root - 7) % 12 == chord.root
        if before.dominant and came == "S" and not falls:
            weight *= 0.02  # a secondary dominant goes where it leads
        if chord.root == before.root:
            weight *= 0.05
        if "/" in chord.roman and (before.roman, chord.roman) not in words.moves:
            weight = 0.0
        weights.append(round(weight, 6))
    if not any(weights):
        return before
    return rng.choices(list(among), weights)[0]


def _formula(
    words: Vocabulary, home: Harmony, cadence: str, length: int, rng: random.Random
) -> Bars:
    """Return the last bars of a phrase."""
    before = words.of("S") or [home]
    dominants = [c for c in words.of("D") if c.root == (words.key.tonic_class + 7) % 12]
    dominants = dominants or words.of("D") or before
    fourth = [c for c in before if c.root == (words.key.tonic_class + 5) % 12] or before

    def often(chords: Sequence[Harmony]) -> Harmony:
        return rng.choices(list(chords), [words.counts[c.roman] for c in chords])[0]

    prepare, dominant = often(before), often(dominants)
    if cadence == "half":
        return [[prepare], [dominant]][-length:]
    if cadence == "plagal":
        return [[often(fourth)], [home]][-length:]
    if length == 1:
        return [[dominant, home]]
    return [[prepare, dominant] if rng.random() < 0.5 else [dominant], [home]]
