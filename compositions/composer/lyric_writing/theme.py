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

    ``found`` tells whether any word of the theme was known to the bank; ``stems`` are those
    of its words that mean something.
    """

    text: str
    phrase: str
    topics: tuple[str, ...]
    found: bool
    stems: frozenset[str] = frozenset()


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
    stems = frozenset(word_stem(word) for word in words)
    return Theme(text, _phrase(text, language), chosen, bool(ranked), stems)


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
    """Return the theme, or the head of it, as it can be sung; empty where it cannot."""
    text = re.sub(r"[\"“”()\[\]]", "", " ".join(text.split())).strip(" .,;:!?")
    if _NO_PHRASE.match(text) or not text:
        return ""
    words = text.split()
    whole = " ".join(words)
    for place in range(1, len(words)):  # "a penguin who wants to fly" is "a penguin"
        if words[place].lower() in _CUTS and (len(words) > 4 or words[place] in _RELATIVE):
            whole = " ".join(words[:place])
            break
    sung = prosody(whole, language)
    if not sung.sure or not 1 <= sung.syllables <= _LONGEST or len(whole.split()) > 5:
        return ""
    words = whole.split()
    if words[0].lower() in _ARTICLES:
        words[0] = words[0].lower()
    elif language == "en" and not words[0][0].isupper() and not _NO_ARTICLE.search(whole):
        return f"the {whole}"
    return " ".join(words)


_ARTICLES = frozenset("the a an my your our his her their this that".split())  # noqa: SIM905
_RELATIVE = frozenset({"who", "that", "which", "where", "when"})
_CUTS = _RELATIVE | frozenset({"in", "on", "at", "with", "after", "before", "from", "full", "to"})
_NO_PHRASE = re.compile(r"(?:how|why|what|when|that|being|you|we|they|he|she|i)\b", re.IGNORECASE)
_NO_ARTICLE = re.compile(
    r"\b\w+(?:ing|ness|ship|dom|hood|ity|ia|s|ment|tion|love)\b|^(?:hope|time|faith|war|music|money"
    r"|rain|snow|summer|winter|autumn|spring|grief|death|life|christmas|coffee|fire|work|peace)\b",
    re.IGNORECASE,
)


def chunks_for(theme: Theme, language: str = "en") -> list[Chunk]:
    """Return the phrases that a song on the theme may use: its own, the topics', any song's."""
    known = topics(language)
    found = [chunk for name in theme.topics for chunk in known[name].chunks]
    if theme.phrase and language == "en":
        found += _own(theme)
    return found + list(known[GENERAL].chunks)


def _own(theme: Theme) -> list[Chunk]:
    """Return phrases that name the theme itself."""
    phrase, topic = theme.phrase, theme.topics[0] if theme.topics else "theme"
    head = phrase.split(" of ")[0]
    plural = bool(re.search(r"[^s]s$", head)) and not head.endswith("'s")
    be, end = ("are", "") if plural else ("is", "s")
    given = re.sub(r"^(?:a|an) ", "the ", phrase)
    found = [
        Chunk("d", f"{verb} {given}", topic)
        for verb in ("dream of", "sing about", "think of", "live for", "come back for",
                     "tell you of", "lie awake and think of", "carry on for")
    ]  # fmt: skip
    found += [
        Chunk("s", what, topic, given, plural)
        for what in ("call my name", "wait for me", "stay with me", "come back to me",
                     "light the way", "take my breath", "say it all", "keep me up at night",
                     "live in my mind", "make me smile")
    ]  # fmt: skip
    found += [Chunk("p", f"{way} {given}", topic) for way in ("without", "because of", "here with")]
    found += [
        Chunk("c", f"{given} {be} on my mind", topic),
        Chunk("c", f"{given} {be} all I know", topic),
        Chunk("c", f"it's all about {given}", topic),
        Chunk("c", f"nothing feels like {given}", topic),
    ]
    found += [
        Chunk("h", text, topic)
        for text in (f"{given} {be} on my mind", f"I dream of {given}", f"{given} and me",
                     f"{given} call{end} my name", f"I sing of {given} tonight",
                     f"give me {given} tonight", f"{given} stay{end} with me",
                     f"all I want {be if not plural else 'are'} {given}")
    ]  # fmt: skip
    if phrase != given or phrase.startswith(("my ", "the ")):  # something to count
        noun = phrase.split(" ", 1)[1]
        if not plural and " " not in noun:
            found.append(Chunk("n", noun, topic))
    return found
