"""What a song shall be about: from the musician's words to the themes of the bank."""

from __future__ import annotations

import re
from dataclasses import dataclass

from compositions.composer.lyric_writing.bank import GENERAL, Chunk, topics
from compositions.composer.lyric_writing.prosody import forms, prosody, words_of

_LONGEST = 7
"""Syllables of a theme that is sung word for word."""


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme as read: the words to name it by (empty: not sung as such) and its topics.

    ``found`` tells whether any word of the theme was known to the bank.
    """

    text: str
    phrase: str
    topics: tuple[str, ...]
    found: bool


def read_theme(text: str, language: str = "en", fallback: str = "love") -> Theme:
    """Return what a theme in the musician's words is about; ``fallback`` where none is known."""
    known = topics(language)
    scores: dict[str, float] = {}
    words = [word for word in words_of(text) if word not in forms(language).get("idle", ())]
    for place, word in enumerate(words):
        # The first words of a topic are its own, and a word of few topics tells more.
        hits = {
            name: 2.0 if keyword_place < 4 else 1.0
            for name, topic in known.items()
            if (keyword_place := _place(word, topic.keywords)) is not None
        }
        exact = {name for name in hits if word in known[name].keywords}
        hits = {name: worth for name, worth in hits.items() if name in (exact or hits)}
        for name, worth in hits.items():
            scores[name] = scores.get(name, 0.0) + worth / len(hits) + 0.1 * place / len(words)
    ranked = sorted(scores, key=lambda name: (-round(scores[name], 6), name))
    chosen = tuple(ranked[:3]) or ((fallback,) if fallback in known else ())
    return Theme(text, _phrase(text, language), chosen, bool(ranked))


def _place(word: str, keywords: tuple[str, ...]) -> int | None:
    return next((place for place, one in enumerate(keywords) if _same(word, one)), None)


def _same(word: str, keyword: str) -> bool:
    """Whether two words are one, apart from the endings of number and time."""
    return word == keyword or word_stem(word) == word_stem(keyword)


def word_stem(word: str) -> str:
    """Return a word without the endings of number, tense and possession."""
    word = word.removesuffix("'s")
    for ending in ("ing", "ies", "ied", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            stem = word[: -len(ending)]
            if ending in ("ies", "ied"):
                return stem + "y"
            return stem[:-1] if stem[-1:] == stem[-2:-1] and stem[-1] not in "ls" else stem
    return word.removesuffix("e") if len(word) > 3 else word


def _phrase(text: str, language: str) -> str:
    """Return the theme as it can be sung, empty when it is too long or a word is unknown."""
    text = re.sub(r"[\"“”()\[\]]", "", " ".join(text.split())).strip(" .,;:!?")
    text = re.sub(r"^(?:how|why|what|when|that|being)\b.*", "", text, flags=re.IGNORECASE)
    if not text or len(text.split()) > 4:
        return ""
    sung = prosody(text, language)
    if not sung.sure or not 1 <= sung.syllables <= _LONGEST:
        return ""
    words = text.split()
    first = words[0].lower()
    if first in ("the", "a", "an", "my", "your", "our", "his", "her", "their"):
        words[0] = first
        return " ".join(words)
    if len(words) == 1 and not text[0].isupper() and language == "en":
        # A bare thing to count wants an article: it is not known to be one, so only these pass.
        return text if text.endswith(("ing", "ness", "ship", "dom", "hood", "ity", "s")) else ""
    return text


def chunks_for(theme: Theme, language: str = "en") -> list[Chunk]:
    """Return the phrases that a song on the theme may use: its own, the topics', any song's."""
    known = topics(language)
    found = [chunk for name in theme.topics for chunk in known[name].chunks]
    if theme.phrase and language == "en":
        found += _own(theme)
    return found + list(known[GENERAL].chunks)


def _own(theme: Theme) -> list[Chunk]:
    phrase, topic = theme.phrase, theme.topics[0] if theme.topics else "theme"
    verbs = ["dream of", "sing about", "think of", "write a song about", "lie awake and think of",
             "talk about", "live for"]  # fmt: skip
    found = [Chunk("d", f"{verb} {phrase}", topic) for verb in verbs]
    plural = phrase.endswith("s") and not phrase.endswith("ss")
    be = "are" if plural else "is"
    found += [
        Chunk("c", f"{phrase} {be} on my mind", topic),
        Chunk("c", f"{phrase} {be} all I know", topic),
        Chunk("c", f"nothing feels like {phrase}", topic),
        Chunk("h", f"{phrase} {be} on my mind", topic),
        Chunk("h", f"I dream of {phrase}", topic),
        Chunk("h", f"I sing of {phrase} tonight", topic),
    ]
    return found
