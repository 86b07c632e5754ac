"""Splits words by their spelling alone, where no dictionary and no voice knows them."""

from __future__ import annotations

import itertools
import re

from compositions.composer.word_lists import word_list

_VOWELS = "aeiouyàáâãäåæèéêëìíîïòóôõöøùúûüýÿāēīōūœ"
ONSETS = word_list("onsets")
_SILENT_STEMS = word_list("silent_stems")
EXCEPTIONS: dict[str, tuple[str, ...]] = {
    "every": ("ev", "ery"), "everything": ("ev", "ery", "thing"), "heaven": ("hea", "ven"),
    "people": ("peo", "ple"), "being": ("be", "ing"), "science": ("sci", "ence"),
    "quiet": ("qui", "et"), "poem": ("po", "em"), "lion": ("li", "on"),
    "violin": ("vi", "o", "lin"),
    "radio": ("ra", "di", "o"), "idea": ("i", "de", "a"), "area": ("ar", "e", "a"),
    "piano": ("pi", "a", "no"), "create": ("cre", "ate"), "evening": ("eve", "ning"),
    "something": ("some", "thing"), "someone": ("some", "one"), "sometimes": ("some", "times"),
    "somewhere": ("some", "where"), "therefore": ("there", "fore"), "into": ("in", "to"),
    "business": ("busi", "ness"), "forever": ("for", "ev", "er"), "fire": ("fire",),
    "going": ("go", "ing"), "doing": ("do", "ing"), "seeing": ("see", "ing"),
    "whatever": ("what", "ev", "er"), "diamond": ("dia", "mond"), "ocean": ("o", "cean"),
    "beautiful": ("beau", "ti", "ful"), "lonely": ("lone", "ly"), "homeward": ("home", "ward"),
    "goodbye": ("good", "bye"), "lovely": ("love", "ly"), "careful": ("care", "ful"),
}  # fmt: skip


def split_word(word: str) -> list[str]:
    """Split one word into syllables; letters and punctuation all stay, in order.

    Vowel groups are nuclei, silent e and -ed/-es are left out, single consonants open
    the next syllable. Made for English; other Latin spellings come out close.
    """
    core = re.sub(r"^\W+|(?:['’]s)?\W*$", "", word)
    if not core:
        return [word]
    start = word.index(core)
    if known := EXCEPTIONS.get(core.lower()):
        pieces, position = [], 0
        for piece in known:
            pieces.append(core[position : position + len(piece)])
            position += len(piece)
    else:
        pieces = _split_core(core)
    pieces[0] = word[:start] + pieces[0]
    pieces[-1] += word[start + len(core) :]
    return pieces


def _split_core(core: str) -> list[str]:
    lower = core.lower()
    nuclei: list[tuple[int, int]] = []
    for match in re.finditer(rf"[{_VOWELS}]+", lower):
        begin, end = match.span()
        if begin == 0 and lower[0] == "y" and end > 1:
            begin = 1
        if begin > 0 and lower[begin - 1 : begin + 1] == "qu" and end - begin > 1:
            begin += 1
        hiatus = re.search(
            r"i[ao](?!n\b|us)|ua(?!r)|eo(?!u)|[aeiou]y[aeiou]|io(?=l|t\b)|yi", lower[begin:end]
        )
        if hiatus and not re.search(r"[tscg]i[aou]", lower[max(0, begin - 1) : end]):
            middle = begin + hiatus.start() + 1
            nuclei += [(begin, middle), (middle, end)]
        else:
            nuclei.append((begin, end))
    if len(nuclei) > 1 and _silent_ending(lower, nuclei[-1]):
        nuclei.pop()
    for stem in _SILENT_STEMS:  # "some-body", "hope-ful": the e of the stem stays silent
        if lower.startswith(stem) and lower[len(stem) :][:1] not in ("", *_VOWELS):
            nuclei = [n for n in nuclei if n != (len(stem) - 1, len(stem))]
    if len(nuclei) < 2:
        return [core]
    cuts = []
    for (_, end), (begin, _) in itertools.pairwise(nuclei):
        gap = lower[end:begin]
        if len(gap) <= 1:
            cuts.append(end)
        elif gap[-2:] in ONSETS or (len(gap) > 1 and gap[-1] == "l" and lower[begin:] == "e"):
            cuts.append(begin - 2)
        else:
            cuts.append(begin - 1)
    edges = [0, *cuts, len(core)]
    return [core[a:b] for a, b in itertools.pairwise(edges)]


def _silent_ending(lower: str, nucleus: tuple[int, int]) -> bool:
    begin, end = nucleus
    tail = lower[begin:]
    if lower[begin:end] != "e" or begin == 0:
        return False
    before = lower[begin - 1]
    if tail == "e":
        consonant_l = before == "l" and begin > 1 and lower[begin - 2] not in _VOWELS
        return not consonant_l
    if tail == "ed":
        return before not in "td"
    if tail == "es":
        return before not in "sxzcg" and not lower[:begin].endswith(("ch", "sh", "bl", "tl", "pl"))
    return tail in ("ely", "eful", "eless", "ement")
