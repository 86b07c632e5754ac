"""Lines of lyrics as singable syllables, with their sounds and their stress."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from compositions.composer.lyrics_syllables import STRESSED as STRESSED
from compositions.composer.lyrics_syllables import SungSyllable as SungSyllable
from compositions.composer.phonemes import SyllableSound, pronounce
from compositions.composer.phonemes.printed import print_syllables
from compositions.composer.phonemes.scripts import bare, script_language
from compositions.composer.phonemes.sounds import is_nucleus
from compositions.composer.prompt_language import detect_language
from compositions.composer.synalepha import with_synalepha
from compositions.composer.word_lists import word_list

_JOIN = "\x02"
_MONOSYLLABLE = 0.85
_HALF_STRESSED = 0.4
_WEAK_WORD = 0.8
"""Of a word such as "upon" or "into": it is weak, but one of its syllables is the stronger."""
_APOSTROPHES = str.maketrans("’‘", "''")
_MUTE_E = re.compile(r"[^aeiouyéèêëàâîïôûù](?:e|es|ent)$")


@dataclass(frozen=True, slots=True)
class SungLine:
    """A line as written, its language (BCP 47) and its syllables."""

    text: str
    language: str
    syllables: tuple[SungSyllable, ...]

    def __iter__(self) -> Iterator[SungSyllable]:
        return iter(self.syllables)

    def __len__(self) -> int:
        return len(self.syllables)


@lru_cache(maxsize=1)
def _unstressed() -> dict[str, frozenset[str]]:
    path = Path(__file__).parent / "data" / "unstressed_words.json"
    data: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return {language: frozenset(words.split()) for language, words in data.items()}


_WEAK = word_list("unstressed")


def language_of(text: str, asked: str | None = None) -> str:
    """Return the language of lyrics: what their script or their words say, else ``asked``.

    English when nothing tells.
    """
    scripts: dict[str, int] = {}
    for word in text.split():
        found = script_language(word, "")
        if found:
            scripts[found] = scripts.get(found, 0) + len(word)
    if scripts and sum(scripts.values()) * 2 > len(re.sub(r"\W", "", text)):
        kana = "ja" if "ja" in scripts else ""
        script = kana or max(sorted(scripts), key=lambda name: scripts[name])
        return asked if asked and script_language(text, asked) == asked else script
    detected, sure = detect_language(text)
    return detected if sure >= 0.6 or not asked else asked


def syllables_of_line(line: str, language: str = "en") -> tuple[SungSyllable, ...]:
    """Split a lyric line into singable syllables, punctuation kept with its word.

    The texts of the syllables, with a space where a word ends, are the line again (less the
    hyphens inside words, which the syllables' ``continues`` stands for). In French a mute e
    is sung before a consonant in the line, as in "bel-le fille"; in Spanish, Italian and
    Portuguese vowels of two words that meet share a syllable, with a tie for the space.
    """
    sung: list[SungSyllable] = []
    words = re.sub(r"([—–])|(?<=\w)-(?=\w)", _break, line).split()
    for place, word in enumerate(words):
        if not re.search(r"\w", word):
            if sung:
                last = sung[-1]
                sung[-1] = SungSyllable(
                    last.text + word, last.continues, last.accent, last.phonemes
                )
            continue
        joined = word.endswith(_JOIN)
        following = words[place + 1] if place + 1 < len(words) else ""
        found = sung_word(word.removesuffix(_JOIN), language, following)
        if joined:
            last = found[-1]
            found[-1] = SungSyllable(last.text, True, last.accent, last.phonemes)
        sung += found
    return tuple(with_synalepha(sung, language))


def read_line(line: str, language: str = "en") -> SungLine:
    """Return a written line with its syllables."""
    return SungLine(" ".join(line.split()), language, syllables_of_line(line, language))


def _break(match: re.Match[str]) -> str:
    """Part words at a dash; a hyphen leaves a mark that the word goes on."""
    return f"{match[1]} " if match[1] else f"{_JOIN} "


def sung_word(word: str, language: str, following: str = "") -> list[SungSyllable]:
    """Return the syllables of one word, given the word behind it in the line."""
    core = re.sub(r"^[\W_]+|[\W_]+$", "", word) or word
    start = word.index(core)
    language = script_language(core, language)
    # Endings such as the apostrophe of "singin'" tell the dictionary which word it is.
    spoken = word.translate(_APOSTROPHES).strip('.,;:!?"()[]…«»“”¿¡*')
    sounds = list(pronounce(spoken, language).syllables)
    if _mute_e_sounds(core, language, following):
        sounds = _with_mute_e(sounds)
    pieces = print_syllables(core, len(sounds), language)
    sounds = _as_many(sounds, len(pieces))
    pieces[0] = word[:start] + pieces[0]
    pieces[-1] += word[start + len(core) :]
    accents = _accents(core.lower().translate(_APOSTROPHES), sounds, language)
    last = len(pieces) - 1
    return [
        SungSyllable(piece, place < last, accent, sound.phonemes)
        for place, (piece, accent, sound) in enumerate(zip(pieces, accents, sounds, strict=True))
    ]


def _as_many(sounds: list[SyllableSound], count: int) -> list[SyllableSound]:
    """Join the last syllables of a word that has too few letters to print them all ("2nd")."""
    if len(sounds) < count:
        return sounds + [SyllableSound((), 0)] * (count - len(sounds))
    rest = sounds[count - 1 :]
    joined = tuple(sound for syllable in rest for sound in syllable.phonemes)
    return [*sounds[: count - 1], SyllableSound(joined, max(rest, key=_weight).stress)]


def _weight(sound: SyllableSound) -> float:
    return {1: 1.0, 2: 0.5}.get(sound.stress, 0.0)


def _accents(word: str, sounds: list[SyllableSound], language: str) -> list[float]:
    short = language.split("-")[0]
    half = _unstressed().get(short, frozenset())
    if len(sounds) == 1:
        if short == "en" and word in _WEAK:
            return [0.0]
        if word in half:
            return [_HALF_STRESSED if short == "en" else 0.0]
        return [_MONOSYLLABLE if sounds[0].stress or short == "en" else 0.0]
    factor = _WEAK_WORD if word in half else 1.0
    return [round(factor * _weight(sound), 3) for sound in sounds]


def _mute_e_sounds(word: str, language: str, following: str) -> bool:
    """Whether a French word's mute e is sung: before a consonant, never at the line's end."""
    if not language.startswith("fr") or not following or not _MUTE_E.search(word.lower()):
        return False
    first = bare(re.sub(r"^[\W_]+", "", following)[:1] or "a")
    if first in "aeiouyhœæ" and word.lower().endswith("e"):
        return False
    sounds = pronounce(word, language).phonemes
    return bool(sounds) and not is_nucleus(sounds[-1])


def _with_mute_e(sounds: list[SyllableSound]) -> list[SyllableSound]:
    last = sounds[-1]
    return [
        *sounds[:-1],
        SyllableSound(last.phonemes[:-1], last.stress),
        SyllableSound((last.phonemes[-1], "ə"), 0),
    ]
