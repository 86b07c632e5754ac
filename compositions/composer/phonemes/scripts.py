"""Writing systems: which language a word must be in, and how it is cut into written syllables."""

from __future__ import annotations

import re
import unicodedata

VOWEL_LETTERS = frozenset("aeiouyæœøаеёиоуыэюяіїєўαεηιουω")
"""Vowel letters of Latin, Cyrillic and Greek without their accents."""

_SCRIPTS: tuple[tuple[str, str, frozenset[str]], ...] = (
    # script in Unicode names, the usual language, other languages that write so
    ("HIRAGANA", "ja", frozenset()),
    ("KATAKANA", "ja", frozenset()),
    ("HANGUL", "ko", frozenset()),
    ("CJK UNIFIED", "zh", frozenset({"ja", "yue", "ko"})),
    ("CYRILLIC", "ru", frozenset({"uk", "bg", "sr", "mk", "be", "kk", "ky", "tt", "mn"})),
    ("GREEK", "el", frozenset()),
    ("ARABIC", "ar", frozenset({"fa", "ur", "ug", "ps", "sd"})),
    ("HEBREW", "he", frozenset({"yi"})),
    ("DEVANAGARI", "hi", frozenset({"mr", "ne", "kok", "sa"})),
    ("BENGALI", "bn", frozenset({"as"})),
    ("TAMIL", "ta", frozenset()),
    ("TELUGU", "te", frozenset()),
    ("GURMUKHI", "pa", frozenset()),
    ("GUJARATI", "gu", frozenset()),
    ("THAI", "th", frozenset()),
    ("GEORGIAN", "ka", frozenset()),
    ("ARMENIAN", "hy", frozenset()),
)
_SMALL_KANA = frozenset("ぁぃぅぇぉゃゅょゎァィゥェォャュョヮっッ")
_JOINERS = frozenset("\u094d\u09cd\u0a4d\u0acd\u0bcd\u0c4d\u200d")
"""Signs by which two consonants of an Indic script become one cluster."""


def script_language(word: str, language: str) -> str:
    """Return ``language``, or the usual language of another script that a word is written in."""
    for char in word:
        if char < "\u0370":
            continue
        name = unicodedata.name(char, "")
        for script, usual, others in _SCRIPTS:
            if name.startswith(script):
                short = language.split("-")[0].lower()
                return language if short == usual or short in others else usual
    return language


def is_spelled_with_vowels(word: str) -> bool:
    """Whether a word is in a script whose vowels are letters (Latin, Cyrillic, Greek)."""
    return any(bare(char) in VOWEL_LETTERS for char in word)


def bare(char: str) -> str:
    """Return a letter in lower case without its accents."""
    return unicodedata.normalize("NFD", char.lower())[:1]


def clusters(word: str) -> list[str]:
    """Cut a word into the smallest pieces that can be written alone; joined they are the word.

    A piece is a letter with its marks; small kana belong to the kana before them, and the
    parts of an Indic consonant cluster stay together.
    """
    pieces: list[str] = []
    for char in word:
        joins = bool(pieces) and (
            unicodedata.category(char)[0] == "M"
            or char in _SMALL_KANA
            or char in _JOINERS
            or pieces[-1][-1] in _JOINERS
        )
        if joins:
            pieces[-1] += char
        else:
            pieces.append(char)
    return pieces


def written_syllables(word: str) -> list[str] | None:
    """Return the syllables of a word in a script that writes them one by one, else None.

    Kana (each mora), Hangul and Chinese characters; marks and digits stay with what they
    stand beside.
    """
    pieces = clusters(word)
    if not any(_writes_syllables(piece) for piece in pieces):
        return None
    out: list[str] = []
    waiting = ""
    for piece in pieces:
        if _writes_syllables(piece):
            out.append(waiting + piece)
            waiting = ""
        elif re.match(r"[^\W\d_]", piece) and not out:
            waiting += piece
        elif out:
            out[-1] += piece
        else:
            waiting += piece
    return out


def _writes_syllables(piece: str) -> bool:
    name = unicodedata.name(piece[0], "")
    return (
        name.startswith(("HIRAGANA", "KATAKANA", "HANGUL SYLLABLE", "CJK UNIFIED"))
        and piece[0] != "・"
    )
