"""Typing errors in prompts: unknown words that are nearly a word of the vocabulary."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path

from compositions.composer.prompt_form import SECTION_KINDS
from compositions.composer.prompt_language import fold, language_words
from compositions.composer.prompt_numbers import number_words
from compositions.composer.prompt_words import ensembles, lexicon
from compositions.composer.text_reader import NUMBER_WORDS
from compositions.composer.word_lists import english_words, word_list

_MUSIC = word_list("music_terms")


def distance(first: str, second: str, limit: int) -> int:
    """Return the edits (insert, delete, change, swap neighbours) between two words.

    The optimal string alignment distance; ``limit + 1`` when it is more than ``limit``.
    """
    if abs(len(first) - len(second)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        earlier, before, row = before, row, [i]
        for j, b in enumerate(second, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == second[j - 2] and first[i - 2] == b:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
    return row[-1]


@lru_cache(maxsize=1)
def _targets() -> tuple[str, ...]:
    """Single words that a typing error may be corrected to, in a fixed order."""
    words = set(_MUSIC) | set(NUMBER_WORDS)
    for text in (*lexicon(), *SECTION_KINDS, *ensembles()):
        words.update(re.findall(r"[a-z]{4,}", text.lower()))
    return tuple(sorted(word for word in words if len(word) >= 4))


@lru_cache(maxsize=1)
def _players_and_genres() -> frozenset[str]:
    return frozenset(word for word, (kind, _) in lexicon().items() if kind != "mood")


@lru_cache(maxsize=1)
def _abbreviations() -> dict[str, str]:
    path = Path(__file__).parent / "data" / "abbreviations.json"
    words: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return words


_SHARED_NOUN = (
    r"(?i)\b(soprano|alto|tenor|bari(?:tone)?)(s?\s*(?:,|and|&|\+|/)\s*)"
    r"(?=(?:soprano|alto|tenor|bari(?:tone)?)\s+(sax(?:ophone)?)s?\b)",
    r"(?i)\b(acoustic|electric|clean|distorted|nylon)(\s*(?:,|and|&|\+|/)\s*)"
    r"(?=(?:acoustic|electric|clean|distorted|nylon)\s+(guitar)s?\b)",
)


def written_out(text: str) -> str:
    """Return the text with players in full: "gtr" and "vln", and "alto and tenor sax"."""
    for pattern in _SHARED_NOUN:
        text = re.sub(pattern, r"\1 \3\2", text)
    short = "|".join(sorted(_abbreviations(), key=len, reverse=True))
    return re.sub(
        rf"(?<![\w#'’])({short})(?:\.(?=\s*[\w,;&+]))?(?![\w#'’]|\s+pads?\b)",
        lambda match: _abbreviations()[match[1].lower()],
        text,
        flags=re.IGNORECASE,
    )


def correct(text: str, language: str = "en") -> tuple[str, list[tuple[str, str]]]:
    """Return the text with typing errors corrected and the pairs (as written, read as).

    Only words that nobody knows are changed, the first letter stays: by one edit, or two
    from seven letters on. A word of four letters may only gain one. Prompts in another
    language are held against its own musical words, by one edit from six letters on.
    """
    changed: list[tuple[str, str]] = []
    text = re.sub(r"(?i)([^\W\d_])\1{2,}", _drawn_out, text)

    def one(match: re.Match[str]) -> str:
        word = match[0]
        found = _nearest(word.lower()) if language == "en" else _foreign(word, language)
        if found is None:
            return word
        changed.append((word, found))
        return found

    return re.sub(r"(?<![\w'’#-])[^\W\d_]{4,}(?![\w'’#])", one, text), changed


def _drawn_out(match: re.Match[str]) -> str:
    """Write "faaaast" and "sooo" with the letters that they draw out once or twice."""
    before = re.search(r"[^\W\d_]*$", match.string[: match.start()])
    after = re.match(r"[^\W\d_]*", match.string[match.end() :])
    head, tail = before[0] if before else "", after[0] if after else ""
    if set((head + match[0] + tail).lower()) <= set("ivxlcdm"):
        return match[0]  # the numeral III
    twice = (head + match[1] * 2 + tail).lower()
    known = twice in english_words() or twice in _targets()
    return match[1] * 2 if known else match[1]


@lru_cache(maxsize=2048)
def _foreign(word: str, language: str) -> str | None:
    forms = language_words(language)
    plain = fold(word)
    if len(plain) < 6 or plain in forms or plain in _targets() or plain in number_words("es"):
        return None
    near = [form for form in (*forms, *_MUSIC) if len(form) >= 6 and form[0] == plain[0]]
    if any(plain.startswith(form) and len(plain) - len(form) <= 2 for form in near):
        return None  # another ending of a known word
    found = sorted(form for form in near if distance(plain, form, 1) == 1)
    return found[0] if found else None


@lru_cache(maxsize=2048)
def _nearest(word: str) -> str | None:
    known = english_words()
    if word in known or word in _targets() or word in word_list("filler"):
        return None
    for ending in ("s", "es", "ed", "ing", "ly", "er", "y", "ish", "like", "ness", "less"):
        stem = word.removesuffix(ending)
        if len(stem) > 3 and stem != word and (stem in known or stem in _targets()):
            return None
    limit = 2 if len(word) >= 7 else 1
    best: tuple[int, bool, int, str] | None = None
    for target in _targets():
        if target[0] != word[0] or (len(word) == 4 and len(target) != 5):
            continue
        if len(target) < 5 and len(word) != 5:
            continue
        if len(target) < len(word) - 1:  # "grandpa" is no grand piano
            continue
        edits = distance(word, target, limit)
        # "Violen" is rather a violin than violent.
        rank = (edits, target not in _players_and_genres(), -len(target), target)
        if edits <= limit and (best is None or rank < best):
            best = rank
    return best[3] if best else None
