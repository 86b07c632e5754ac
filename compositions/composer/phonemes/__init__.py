"""How words are sung: their syllables, phonemes and stress.

English words come from the CMU Pronouncing Dictionary, other words and languages from
espeak-ng, and what neither knows is split by its spelling; every answer says which. The same
word gives the same answer in every process.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from functools import lru_cache

from compositions.composer.phonemes import dictionary, espeak
from compositions.composer.phonemes.rules import split_word
from compositions.composer.phonemes.scripts import script_language, written_syllables
from compositions.composer.phonemes.sounds import (
    english_syllables,
    ipa_syllables,
    is_nucleus,
)
from compositions.composer.phonemes.types import Pronunciation, Source, Stress, SyllableSound

__all__ = [
    "Pronunciation",
    "Source",
    "Stress",
    "SyllableSound",
    "pronounce",
    "pronunciations",
    "syllable_count",
]

_SUNG_SHORT = frozenset((
    "cruel", "every", "everyone", "everybody", "everything", "everywhere", "family", "favorite",
    "fire", "fires", "hour", "hours", "jewel", "jewels", "our", "ours", "several", "different",

))  # fmt: skip
"""Words that are usually sung on the shorter of the pronunciations that the dictionary has."""


def pronounce(word: str, language: str = "en") -> Pronunciation:
    """Return how a word is usually sung; at least one syllable, whatever the word is.

    ``language`` is a BCP 47 tag such as "en" or "pt-BR". Capitals and punctuation around the
    word do not matter.
    """
    return pronunciations(word, language)[0]


def syllable_count(word: str, language: str = "en") -> int:
    """Return the number of syllables that a word is usually sung on, at least 1."""
    return len(pronounce(word, language).syllables)


def pronunciations(word: str, language: str = "en") -> tuple[Pronunciation, ...]:
    """Return all known ways to sing a word, the usual one first; never empty."""
    return _known(_plain(word), language.lower())


def _plain(word: str) -> str:
    word = unicodedata.normalize("NFC", word).lower().replace("’", "'").replace("‘", "'")
    return re.sub(r"^[^\w']+|[^\w']+$", "", word)


@lru_cache(maxsize=32_768)
def _known(word: str, language: str) -> tuple[Pronunciation, ...]:
    language = script_language(word, language)
    if (pieces := written_syllables(word)) is not None:
        return (_by_character(pieces, language),)
    if language.split("-")[0] == "en" and (found := _in_dictionary(word)):
        return found
    sounds = espeak.phonemes_of(word, language) if word else None
    if sounds:
        return (Pronunciation(ipa_syllables(sounds, language), "espeak-ng"),)
    count = len(split_word(word))
    silent = SyllableSound((), 0)
    first = SyllableSound((), 1)
    return (Pronunciation((first,) + (silent,) * (count - 1), "rules"),)


def _by_character(pieces: list[str], language: str) -> Pronunciation:
    """Kana, Hangul and Chinese: a syllable for each; these languages have no stress to set."""
    syllables: list[SyllableSound] = []
    source: Source = "espeak-ng"
    for piece in pieces:
        if piece[0] == "ー" and syllables and syllables[-1].phonemes:
            held = [sound for sound in syllables[-1].phonemes if is_nucleus(sound)]
            syllables.append(SyllableSound(tuple(held[-1:]), 0))
            continue
        sounds = espeak.phonemes_of(piece, language)
        if sounds is None:
            source = "rules"
        syllables.append(SyllableSound(tuple(s.strip("ˈˌ") for s in sounds or ()), 0))
    return Pronunciation(tuple(syllables), source)


def _in_dictionary(word: str) -> tuple[Pronunciation, ...]:
    """The dictionary's pronunciations; "heart's'" and "'round" are tried without apostrophes."""
    for form in dict.fromkeys((word, word.rstrip("'"), word.strip("'"))):
        if all_sounds := dictionary.look_up(form):
            break
    else:
        return ()
    found = [Pronunciation(english_syllables(sounds), "dictionary") for sounds in all_sounds]
    if re.search(r"ire[sd]?$", word):  # "desire" is sung on two, though it is spoken on three
        found = [
            Pronunciation(english_syllables((*sounds[:place], "R", *sounds[place + 1 :])),
                          "dictionary")
            for sounds in all_sounds
            for place in [_behind_long_i(sounds)]
            if place
        ] + found  # fmt: skip
    if word in _SUNG_SHORT:
        found.sort(key=lambda one: len(one.syllables))
    return tuple(dict.fromkeys(found))


def _behind_long_i(sounds: tuple[str, ...]) -> int:
    """Where the ER of "fire" stands in a pronunciation, 0 for nowhere."""
    pairs = itertools.pairwise(sounds)
    return next((n + 1 for n, (a, b) in enumerate(pairs) if a[:2] == "AY" and b == "ER0"), 0)
