"""Groups the phonemes of a word into syllables."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

from compositions.composer.phonemes.arpabet import ipa, is_vowel
from compositions.composer.phonemes.types import Stress, SyllableSound

_VOWEL = re.compile(r"[aeiouyæøœɐɑɒɔəɘɚɛɜɝɞɤɨɪɯɵɶʉʊʌʏᵊᵻ]")
_SYLLABIC = "\u0329"
_CLOSE = frozenset({"i", "u", "ɪ", "ʊ", "y", "ʏ", "o"})
_GLIDING = frozenset({"it", "pt", "es", "fr", "ca", "ro", "gl"})
_SONORITY = (
    ("j", "w", "ɥ", "ɰ"),
    ("l", "ɹ", "r", "ɾ", "ʁ", "ʎ", "ɭ", "ɽ", "ʀ"),
    ("m", "n", "ŋ", "ɲ", "ɴ", "ɱ"),
    ("f", "v", "s", "z", "ʃ", "ʒ", "θ", "ð", "h", "x", "ç", "χ", "ɣ", "β", "ɕ", "ʑ", "ʂ", "ʐ"),
)
_ENGLISH_ONSETS = frozenset((
    "PL", "PR", "PY", "BL", "BR", "BY", "TR", "TW", "DR", "DW", "KL", "KR", "KW", "KY", "GL",
    "GR", "GW", "FL", "FR", "FY", "THR", "SHR", "SP", "ST", "SK", "SM", "SN", "SL", "SW", "SF",
    "SPL", "SPR", "STR", "SKR", "SKW", "MY", "HHY", "VY", "NY", "THW", "SPY", "SKY",
))  # fmt: skip


def english_syllables(sounds: Sequence[str]) -> tuple[SyllableSound, ...]:
    """Return the syllables of a pronunciation in ARPABET.

    Consonants between vowels open the following syllable as far as English words can begin
    with them (the maximal onset principle, Kahn 1976).
    """
    nuclei = [place for place, sound in enumerate(sounds) if is_vowel(sound)]
    cuts = []
    for left, right in pairwise(nuclei):
        cut = right
        while cut - 1 > left and _opens(sounds[cut - 1 : right]):
            cut -= 1
        cuts.append(cut)
    edges = [0, *cuts, len(sounds)]
    found = []
    for start, end in pairwise(edges):
        part = sounds[start:end]
        stress = next((int(sound[-1]) for sound in part if is_vowel(sound)), 0)
        found.append(SyllableSound(tuple(ipa(sound) for sound in part), _stress(stress)))
    return tuple(found)


def _opens(consonants: Sequence[str]) -> bool:
    if len(consonants) == 1:
        return consonants[0] != "NG"
    return "".join(consonants) in _ENGLISH_ONSETS


def _stress(value: int) -> Stress:
    return 1 if value == 1 else 2 if value == 2 else 0


def ipa_syllables(marked: Sequence[str], language: str) -> tuple[SyllableSound, ...]:
    """Return the syllables of phonemes in IPA with stress marks, as espeak-ng gives them.

    Between vowels the consonant of least sonority, with what rises to the vowel behind it,
    opens the syllable. In Romance languages an unstressed close vowel before a vowel glides
    into it ("cuo-re"), and one after a nasal vowel closes it ("mãe").
    """
    sounds = [sound.strip("ˈˌ") for sound in marked]
    stresses: list[Stress] = [1 if "ˈ" in s else 2 if "ˌ" in s else 0 for s in marked]
    nuclei = [place for place, sound in enumerate(sounds) if is_nucleus(sound)]
    if language.split("-")[0].lower() in _GLIDING:
        hiatus = language.lower().startswith("pt")
        nuclei = _without_glides(nuclei, sounds, stresses, hiatus=hiatus)
    if not nuclei:
        return (SyllableSound(tuple(sounds), max(stresses, default=0)),)
    cuts = []
    for left, right in pairwise(nuclei):
        cut = right
        while cut - 1 > left and (
            cut == right or _sonority(sounds[cut - 1]) < _sonority(sounds[cut])
        ):
            cut -= 1
        cuts.append(cut)
    edges = [0, *cuts, len(sounds)]
    return tuple(
        SyllableSound(tuple(sounds[start:end]), stresses[nucleus])
        for (start, end), nucleus in zip(pairwise(edges), nuclei, strict=True)
    )


def is_nucleus(sound: str) -> bool:
    """Whether a phoneme in IPA is the middle of a syllable: a vowel or a syllabic consonant."""
    return _SYLLABIC in sound or (_VOWEL.match(unicodedata.normalize("NFD", sound)) is not None)


def _without_glides(
    nuclei: list[int], sounds: list[str], stresses: list[Stress], *, hiatus: bool
) -> list[int]:
    """Leave out vowels that glide; with ``hiatus`` not before a stressed one ("Sa-bi-á")."""
    kept: list[int] = []
    for place in nuclei:
        sound, bare = sounds[place], not stresses[place]
        rising = place + 1 in nuclei and sound in _CLOSE and sound != "o"
        rising = rising and not (hiatus and stresses[place + 1])
        falling = kept and kept[-1] == place - 1 and "\u0303" in sounds[place - 1]
        if bare and ((rising and place + 1 < len(sounds)) or (falling and sound in _CLOSE)):
            continue
        kept.append(place)
    return kept


def _sonority(sound: str) -> int:
    """Rank of a consonant: 0 for glides down to -4 for stops."""
    for rank, members in enumerate(_SONORITY):
        if sound.startswith(members):
            return -rank
    return -len(_SONORITY)
