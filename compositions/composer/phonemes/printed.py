"""Cuts a written word into as many pieces as it is sung on.

How many comes from the pronunciation. Where to cut is a search for the cheapest way: breaks
that the hyphenation patterns of the language know (Liang 1983, by pyphen) cost nothing, other
places cost by what letters stand around them, and a piece without a sounding vowel costs most.
"""

from __future__ import annotations

import itertools
from functools import lru_cache

import pyphen

from compositions.composer.phonemes.rules import EXCEPTIONS, ONSETS, split_word
from compositions.composer.phonemes.scripts import (
    VOWEL_LETTERS,
    bare,
    clusters,
    is_spelled_with_vowels,
    written_syllables,
)

_NO_VOWEL = 4.0
_CLUSTERS = (
    "bl",
    "br",
    "cl",
    "cr",
    "dr",
    "fl",
    "fr",
    "gl",
    "gr",
    "ph",
    "pl",
    "pr",
    "th",
    "tr",
    "vr",
)
_OWN_ONSETS = {
    "es": ("ch", "ll", "rr", "qu", "gu"), "pt": ("ch", "lh", "nh", "qu", "gu"),
    "it": ("ch", "gh", "gn", "gl", "sc", "sp", "st", "qu"), "fr": ("ch", "gn", "qu", "gu"),
    "de": ("ch", "sch", "st", "sp", "qu", "ck", "pf"),
}  # fmt: skip

_MUTE_ENDINGS = {"en": ("e", "es", "ed"), "fr": ("e", "es", "ent")}


@lru_cache(maxsize=16)
def _patterns(language: str) -> pyphen.Pyphen | None:
    name = pyphen.language_fallback(language.replace("-", "_"))
    return pyphen.Pyphen(lang=name, left=1, right=1) if name else None


def print_syllables(word: str, count: int, language: str) -> list[str]:
    """Return ``count`` pieces (fewer when the word has not so many letters) that join to ``word``.

    ``word`` has no punctuation around it.
    """
    if (written := written_syllables(word)) is not None:
        return written
    if count < 2 or len(word) < 2:
        return [word]
    if not is_spelled_with_vowels(word):
        return _even(clusters(word), count)
    if language.startswith("en") and len(EXCEPTIONS.get(word.lower(), ())) == count:
        return split_word(word)
    return list(_cheapest(word, min(count, len(word)), language))


def _even(pieces: list[str], count: int) -> list[str]:
    count = min(count, len(pieces))
    edges = [round(place * len(pieces) / count) for place in range(count + 1)]
    return ["".join(pieces[a:b]) for a, b in itertools.pairwise(edges)]


@lru_cache(maxsize=8192)
def _cheapest(word: str, count: int, language: str) -> tuple[str, ...]:
    length = len(word)
    costs = _cut_costs(word, language)
    sounding = _sounding_vowels(word, count, language)
    infinity = float("inf")
    # best[k][end]: the least cost of word[:end] in k pieces, and where the last one begins
    best = [[(infinity, 0)] * (length + 1) for _ in range(count + 1)]
    best[0][0] = (0.0, 0)
    for pieces in range(1, count + 1):
        for end in range(pieces, length + 1):
            for start in range(pieces - 1, end):
                before = best[pieces - 1][start][0]
                if before == infinity:
                    continue
                cost = before + (costs[start] if start else 0.0)
                vowels = sounding[start:end]
                if any(vowels):
                    cost += 0.6 * max(0, _groups(vowels) - 1)
                else:  # "rhy-thm", if it must be
                    cost += _NO_VOWEL + 2.0 / (end - start)
                cost = round(cost, 6)
                if cost < best[pieces][end][0]:
                    best[pieces][end] = (cost, start)
    edges = [length]
    for pieces in range(count, 0, -1):
        edges.append(best[pieces][edges[-1]][1])
    edges.reverse()
    return tuple(word[a:b] for a, b in itertools.pairwise(edges))


def _groups(flags: list[bool]) -> int:
    """How many runs of True there are."""
    return sum(flag and not before for flag, before in zip(flags, [False, *flags], strict=False))


def _sounding_vowels(word: str, count: int, language: str) -> list[bool]:
    """Mark the vowel letters that can carry a syllable; a mute e carries none unless it must."""
    lower = "".join(bare(char) for char in word)
    flags = [char in VOWEL_LETTERS for char in lower]
    for place, char in enumerate(lower):
        after = lower[place + 1 : place + 2]
        if char == "y" and after and after in VOWEL_LETTERS and (
            place == 0 or lower[place - 1] in VOWEL_LETTERS
        ):  # fmt: skip
            flags[place] = False
        if char == "u" and place and lower[place - 1] == "q":
            flags[place] = False
    if _groups(flags) < count and language.startswith("en"):
        for ending, back in (("n't", 3), ("n’t", 3), ("sm", 1), ("thm", 1)):
            if lower.endswith(ending):  # "would-n't", "rhy-thm"
                flags[len(lower) - back] = True
    if _groups(flags) > count:
        for ending in _MUTE_ENDINGS.get(language.split("-")[0].lower(), ()):
            place = len(lower) - len(ending)
            if lower.endswith(ending) and place > 1 and not flags[place - 1]:
                syllabic = lower[place - 1] == "l" and not flags[place - 2]  # "ta-ble"
                if ending == "ed" and lower[place - 1] in "td":
                    continue
                if not syllabic or language.startswith("fr"):
                    flags[place] = False
    return flags


def _cut_costs(word: str, language: str) -> list[float]:
    """Return for each place in the word what a cut before that letter costs."""
    lower = word.lower()
    letters = "".join(bare(char) for char in word)
    vowel = [char in VOWEL_LETTERS for char in letters]
    short = language.split("-")[0].lower()
    onsets = frozenset((*_CLUSTERS, *_OWN_ONSETS.get(short, ())))
    if short not in _OWN_ONSETS:
        onsets |= ONSETS
    costs = [9.0] * len(word)
    for place in range(1, len(word)):
        left, right = vowel[place - 1], vowel[place]
        opens = letters[place : place + 2]
        if not left and right:
            cost = 2.6  # a consonant stays with the vowel behind it
        elif left and right:
            cost = 1.3 if opens != letters[place - 1] * 2 else 2.0
            if letters[place - 1 : place + 1] in _DIGRAPHS.get(short, _DIGRAPHS["en"]):
                cost = 1.9
        elif left and not right:
            follows = vowel[place + 1] if place + 1 < len(word) else False
            cluster = opens in onsets
            behind = vowel[place + 2] if place + 2 < len(word) else False
            cost = 0.7 if follows else 0.9 if cluster and behind else 1.8
        else:
            follows = vowel[place + 1] if place + 1 < len(word) else False
            inside = letters[place - 1 : place + 1]
            joined = inside in onsets
            cost = (1.5 if joined else 0.7) if follows else 1.6 if opens in onsets else 2.2
        if not word[place].isalpha():
            cost = 3.5  # never before an apostrophe
        costs[place] = cost
    patterns = _patterns(language)
    if patterns is not None:
        for position in patterns.positions(lower):
            if 0 < position < len(word):
                costs[position] = 0.0
    if short == "en":
        _english_costs(lower, costs)
        place = 0
        for piece in split_word(word)[:-1]:
            place += len(piece)
            if 0 < place < len(word) and costs[place] < 3.0:
                costs[place] = min(costs[place], 0.5)
    return costs


def _english_costs(lower: str, costs: list[float]) -> None:
    """Cut "flow-er" behind its w and "could-n't" before its n, in place."""
    for place in range(2, len(lower)):
        if lower[place - 2 : place] == "ow" and lower[place] in "ei":
            costs[place - 1] += 1.0
            costs[place] = 0.2
    for ending in ("n't", "n’t"):
        place = len(lower) - 3
        if lower.endswith(ending) and place > 0 and lower[place - 1] not in VOWEL_LETTERS:
            costs[place] = 0.0


_DIGRAPHS = {
    "en": frozenset(("ai", "au", "ay", "ea", "ee", "ei", "eu", "ey", "ie", "oa", "oi", "oo", "ou",
                     "oy", "ow", "ue", "ui")),
    "fr": frozenset(("ai", "au", "ea", "ei", "eu", "oe", "oi", "ou", "ie", "ui", "oy", "ay")),
    "de": frozenset(("ai", "au", "ei", "eu", "ie", "aa", "ee", "oo")),
    "es": frozenset(("ai", "au", "ei", "eu", "ia", "ie", "io", "oi", "ou", "ua", "ue", "ui", "uo")),
    "it": frozenset(("ai", "au", "ei", "eu", "ia", "ie", "io", "oi", "ua", "ue", "ui", "uo")),
    "pt": frozenset(("ai", "ao", "au", "ae", "ei", "eu", "ia", "io", "oe", "oi", "ou", "ua", "ui")),
}  # fmt: skip
