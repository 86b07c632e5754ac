"""What the voice has to know of a phoneme, and how the phonemes of a word make its syllables."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from compositions.sound.vocal.speaking import Phone


class Kind(Enum):
    """How a phoneme sounds: held, voiced, voiced with noise, or without voice."""

    VOWEL = "vowel"
    SONORANT = "sonorant"
    BUZZ = "buzz"
    BREATH = "breath"


_VOWELS = frozenset("aeiouyæøœɐɑɒɔəɘɚɛɜɝɞɤɨɪɯɵɶʉʊʌʏᵊᵻ")
_SYLLABIC = "\u0329"
_VOICELESS = frozenset("ptkfsʃθhxçχcqʈɕʂɸʔħ")
_BUZZING = frozenset("vzðʒɣβʑʐʁʕɦ")
_LIQUIDS = frozenset("lɹrɾʁʎɭɽʀjwɥɰɫ")
_STOPS = frozenset("pbtdkɡgfvθʃs")


@dataclass(frozen=True, slots=True)
class SyllablePhones:
    """The phonemes of a syllable: before its vowel, the vowel, and after it."""

    onset: tuple[Phone, ...]
    vowel: Phone
    coda: tuple[Phone, ...]


def kind_of(name: str) -> Kind:
    """The kind of a phoneme in IPA, as espeak-ng writes it."""
    bare = unicodedata.normalize("NFD", name)
    if not bare:
        return Kind.SONORANT
    if bare[0] in _VOWELS or _SYLLABIC in bare:
        return Kind.VOWEL
    if bare[0] in _VOICELESS:
        return Kind.BREATH
    if bare[0] in _BUZZING or (len(bare) > 1 and bare[1] in "ʒʑʐz"):
        return Kind.BUZZ
    return Kind.SONORANT


def is_diphthong(name: str) -> bool:
    """Whether the vowel moves while it is spoken ("aɪ"), so that its beginning is held."""
    bare = unicodedata.normalize("NFD", name)
    return sum(letter in _VOWELS for letter in bare) > 1


def vowel_count(phones: Sequence[Phone]) -> int:
    """How many vowels there are, those with a vowel right before them counted, too."""
    return sum(kind_of(phone.name) is Kind.VOWEL for phone in phones)


def syllables_of(phones: Sequence[Phone], count: int) -> list[SyllablePhones]:
    """Share the phonemes of a word out to at most ``count`` syllables, one vowel each.

    Of several consonants between vowels the last, with a stop or fricative before a liquid,
    opens the next syllable. Vowels too many are sung at the end of the vowel before; a word with
    too few gives fewer syllables, whose last is sung on. A word without a vowel ("hm") holds its
    loudest kind of phoneme.
    """
    nuclei = [place for place, phone in enumerate(phones) if kind_of(phone.name) is Kind.VOWEL]
    if not nuclei:
        voiced = [n for n, phone in enumerate(phones) if kind_of(phone.name) is Kind.SONORANT]
        nuclei = voiced[-1:] or [len(phones) - 1]
    while len(nuclei) > count:
        # Those that touch are one vowel to the singer ("ia"); else the closest are.
        gaps = [right - left for left, right in pairwise(nuclei)]
        nuclei.pop(gaps.index(min(gaps)) + 1)
    cuts = [0]
    for left, right in pairwise(nuclei):
        cut = right
        if cut - 1 > left:
            cut -= 1
            if cut - 1 > left and _opens(phones[cut - 1].name, phones[cut].name):
                cut -= 1
        cuts.append(cut)
    cuts.append(len(phones))
    return [
        SyllablePhones(
            tuple(phones[start:nucleus]), phones[nucleus], tuple(phones[nucleus + 1 : end])
        )
        for start, nucleus, end in zip(cuts, nuclei, cuts[1:], strict=False)
    ]


def _opens(first: str, second: str) -> bool:
    return first[0] in _STOPS and second[0] in _LIQUIDS
