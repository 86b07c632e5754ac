"""What a line of words is for a singer: its stresses, and the sound that it rhymes on."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from compositions.composer.phonemes import Pronunciation, pronounce, pronunciations
from compositions.composer.phonemes.sounds import is_nucleus

DATA = Path(__file__).parent / "data"
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*['’]?")


@dataclass(frozen=True, slots=True)
class Rhyme:
    """The end of a word: its sounds from the last stressed vowel on, and those before it."""

    sounds: tuple[str, ...]
    onset: tuple[str, ...]
    word: str

    def rhymes_with(self, other: Rhyme) -> bool:
        """Whether two ends make a perfect rhyme: one sound, other onsets, other words."""
        return (
            bool(self.sounds)
            and self.sounds == other.sounds
            and self.onset != other.onset
            and self.word != other.word
        )


@dataclass(frozen=True, slots=True)
class Prosody:
    """A text as sung: for each syllable 2 (stressed), 1 (half) or 0, and the rhyme.

    ``sure`` is false when the sounds of some word are not known.
    """

    stresses: tuple[int, ...]
    rhyme: Rhyme
    sure: bool

    @property
    def syllables(self) -> int:
        """Number of syllables."""
        return len(self.stresses)


@lru_cache(maxsize=8)
def forms(language: str) -> dict[str, Any]:
    """Return the word forms of a language ("en"); empty for one without data."""
    path = DATA / f"{language}_forms.json"
    if not path.exists():
        return {}
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return data


@lru_cache(maxsize=8)
def weak_words(language: str) -> frozenset[str]:
    """Return the words of a language that want no beat."""
    own = forms(language).get("weak")
    return frozenset(own if own is not None else _unstressed().get(language, "").split())


@lru_cache(maxsize=1)
def _unstressed() -> dict[str, str]:
    path = DATA.parent.parent / "data" / "unstressed_words.json"
    words: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return words


def words_of(text: str) -> list[str]:
    """Return the words of a text, lower case, apostrophes kept."""
    return [word.replace("’", "'") for word in _WORD.findall(text.lower())]


@lru_cache(maxsize=65_536)
def _word(word: str, language: str) -> tuple[tuple[int, ...], bool]:
    said = pronounce(word, language)
    count = len(said.syllables)
    # English has a dictionary, which is the same on every machine.
    known = said.source == "dictionary" if language == "en" else said.source != "rules"
    if word in weak_words(language):
        return tuple(0 for _ in range(count)), known
    if count == 1:
        return (2,), known
    level = {0: 0, 1: 2, 2: 1}
    return tuple(level[one.stress] for one in said.syllables), known


@lru_cache(maxsize=16_384)
def rhyme_of(word: str, language: str = "en") -> Rhyme:
    """Return what a word rhymes on; without sounds when they are not known."""
    if word in forms(language).get("heteronyms", ()):
        return Rhyme((), (), word)  # "wind" or "wind": nobody knows what it rhymes on
    return _rhyme(pronounce(word, language), word)


def rhymes_of(word: str, language: str = "en") -> tuple[Rhyme, ...]:
    """Return what a word rhymes on in every way that it is said."""
    if word in forms(language).get("heteronyms", ()):
        return (rhyme_of(word, language),)
    return tuple(_rhyme(said, word) for said in pronunciations(word, language))


def _rhyme(said: Pronunciation, word: str) -> Rhyme:
    if said.source == "rules":
        return Rhyme((), (), word)
    stressed = [i for i, one in enumerate(said.syllables) if one.stress]
    place = stressed[-1] if stressed else len(said.syllables) - 1
    head = said.syllables[place].phonemes
    vowel = next((i for i, sound in enumerate(head) if is_nucleus(sound)), 0)
    tail = tuple(s for one in said.syllables[place + 1 :] for s in one.phonemes)
    return Rhyme(head[vowel:] + tail, head[:vowel], word)


@lru_cache(maxsize=32_768)
def prosody(text: str, language: str = "en") -> Prosody:
    """Return the stresses and the rhyme of a text; a text without words has neither."""
    stresses: list[int] = []
    sure = True
    words = words_of(text)
    for word in words:
        own, known = _word(word, language)
        stresses += own
        sure = sure and known
    rhyme = rhyme_of(words[-1], language) if words else Rhyme((), (), "")
    return Prosody(tuple(stresses), rhyme, sure)


def stress_fit(stresses: tuple[int, ...], meter: str) -> float:
    """Return the share of stressed syllables that stand on a strong place, 0..1.

    ``meter`` has "+" for a strong and "-" for a weak place. Half stresses count half.
    """
    total = strong = 0
    for stress, place in zip(stresses, meter, strict=False):
        total += stress
        strong += stress if place == "+" else 0
    return strong / total if total else 1.0


def meter_for(syllables: int, *, rising: bool = True) -> str:
    """Return the places of a line of so many syllables, strong and weak in turn.

    The last place is strong; with ``rising`` false it is weak. In a meter of threes the
    strong places are sung long, as in any hymn in three.
    """
    last = syllables - 1 if rising else syllables - 2
    return "".join("+" if (last - i) % 2 == 0 else "-" for i in range(syllables))
