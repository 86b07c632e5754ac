"""The sounds of the CMU dictionary: its ARPABET, as one letter each, and in IPA.

The IPA is what espeak-ng's American English voice writes for the same sounds.
"""

from __future__ import annotations

VOWELS = ("AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW")
CONSONANTS = (
    "B", "CH", "D", "DH", "F", "G", "HH", "JH", "K", "L", "M", "N", "NG", "P", "R", "S", "SH",
    "T", "TH", "V", "W", "Y", "Z", "ZH",
)  # fmt: skip
SOUNDS: tuple[str, ...] = (
    *CONSONANTS,
    *(f"{vowel}{stress}" for vowel in VOWELS for stress in (0, 1, 2)),
)
"""All sounds; the place in this tuple makes the letter of a sound in the packed data."""

_FIRST_LETTER = 33
LETTERS = {sound: chr(_FIRST_LETTER + place) for place, sound in enumerate(SOUNDS)}
SOUND_OF = {letter: sound for sound, letter in LETTERS.items()}

_IPA = {
    "AA": "ɑː", "AE": "æ", "AH": "ʌ", "AO": "ɔː", "AW": "aʊ", "AY": "aɪ", "EH": "ɛ", "ER": "ɜː",
    "EY": "eɪ", "IH": "ɪ", "IY": "iː", "OW": "oʊ", "OY": "ɔɪ", "UH": "ʊ", "UW": "uː",
    "B": "b", "CH": "tʃ", "D": "d", "DH": "ð", "F": "f", "G": "ɡ", "HH": "h", "JH": "dʒ",
    "K": "k", "L": "l", "M": "m", "N": "n", "NG": "ŋ", "P": "p", "R": "ɹ", "S": "s", "SH": "ʃ",
    "T": "t", "TH": "θ", "V": "v", "W": "w", "Y": "j", "Z": "z", "ZH": "ʒ",
}  # fmt: skip
_UNSTRESSED = {"AH0": "ə", "ER0": "ɚ", "IY0": "i"}


def ipa(sound: str) -> str:
    """Return the IPA of a sound such as "AH0" or "NG"."""
    return _UNSTRESSED.get(sound) or _IPA[sound.rstrip("012")]


def is_vowel(sound: str) -> bool:
    """Whether a sound is the middle of a syllable."""
    return sound[-1] in "012"
