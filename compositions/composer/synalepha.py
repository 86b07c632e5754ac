"""Synalepha: vowels that meet across words are sung on one note.

As in the counting of verse in Spanish (Navarro Tomás, *Métrica española*), Italian (Beltrami,
*La metrica italiana*) and Portuguese: a word that ends in a vowel and one that begins with one
share a syllable ("pa-ra‿el a-mi-go"). Vowels stay apart at a stop or a comma, where both are
stressed, behind a stressed end (in Italian and Portuguese) and before a glide ("hierba").
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from compositions.composer.lyrics_syllables import STRESSED, SungSyllable
from compositions.score.document import ELISION

LANGUAGES = frozenset({"es", "it", "pt"})
"""Languages in which vowels of neighbouring words are sung together."""
_ONE_VOWEL = frozenset({"a", "e", "i", "o", "u", "y", "ha", "ho"})
"""Words that may lie between two others on the same note ("prospero‿è‿il")."""
_GLIDES = {
    "es": ("hie", "hue", "hia", "ia", "ie", "io", "ue", "ua"),
    "it": ("uo", "ia", "ie", "io"),
    "pt": ("ia", "ie", "io"),
}
_JOINING_END = re.compile(r"[^\W\d_]$")


def with_synalepha(syllables: Sequence[SungSyllable], language: str) -> list[SungSyllable]:
    """Return the syllables of a line in which vowels that meet share one."""
    short = language.split("-")[0].lower()
    if short not in LANGUAGES:
        return list(syllables)
    found: list[SungSyllable] = []
    inside = [False, *(one.continues for one in syllables)]
    for place, syllable in enumerate(syllables):
        before = found[-1] if found else None
        if before is not None and not inside[place] and _meet(before, found, syllable, short):
            found[-1] = _joined(before, syllable)
        else:
            found.append(syllable)
    return found


def _meet(
    before: SungSyllable, line: Sequence[SungSyllable], after: SungSyllable, language: str
) -> bool:
    first, second = _plain(before.text), _plain(after.text)
    if not (_JOINING_END.search(before.text) and first and second):
        return False
    ends, begins = first[-1], second.removeprefix("h")[:1]
    if ends not in ("aeiouy" if language == "es" else "aeiou") or begins not in tuple("aeiou"):
        return False
    if second.startswith(_GLIDES[language]):
        return False
    last_word = first.rsplit(ELISION, 1)[-1]
    if ELISION in before.text:
        return last_word in _ONE_VOWEL
    long_word = len(line) > 1 and line[-2].continues
    if before.accent >= STRESSED and after.accent >= STRESSED:
        return False
    if language == "pt" and before.text.lower() == "é":
        return False
    if before.accent >= STRESSED and language != "es":
        return language == "it" and not long_word and last_word in _ONE_VOWEL
    return True


def _joined(one: SungSyllable, other: SungSyllable) -> SungSyllable:
    same = one.phonemes and other.phonemes and one.phonemes[-1] == other.phonemes[0]
    return replace(
        one,
        text=f"{one.text}{ELISION}{other.text}",
        continues=other.continues,
        accent=max(one.accent, other.accent),
        phonemes=one.phonemes + (other.phonemes[1:] if same else other.phonemes),
    )


def _plain(text: str) -> str:
    """Return a syllable in small letters without accents."""
    marks = unicodedata.normalize("NFD", text.lower())
    return "".join(sign for sign in marks if not unicodedata.combining(sign))
