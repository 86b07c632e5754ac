"""Prompts in Spanish, French, German, Italian and Portuguese: told apart and put in English.

The words of music are few and regular, so a phrase table per language
(``data/prompt_languages.json``: English term -> forms) turns a prompt into the English
that the parser reads. Accents may be left out.
"""

from __future__ import annotations

import json
import re
import unicodedata
from functools import lru_cache
from pathlib import Path

from compositions.composer.prompt_numbers import number_words
from compositions.composer.word_lists import english_words, word_list

_PATH = Path(__file__).parent / "data" / "prompt_languages.json"
LANGUAGE_NAMES: dict[str, str] = {
    "english": "en", "spanish": "es", "french": "fr", "german": "de", "italian": "it",
    "portuguese": "pt", "latin": "la", "dutch": "nl", "swedish": "sv", "polish": "pl",
    "japanese": "ja", "russian": "ru", "catalan": "ca", "welsh": "cy", "irish gaelic": "ga",
    "español": "es", "espagnol": "es", "spanisch": "es", "spagnolo": "es", "espanhol": "es",
    "inglés": "en", "anglais": "en", "englisch": "en", "inglese": "en", "inglês": "en",
    "francés": "fr", "français": "fr", "französisch": "fr", "francese": "fr", "francês": "fr",
    "alemán": "de", "allemand": "de", "deutsch": "de", "tedesco": "de", "alemão": "de",
    "italiano": "it", "italien": "it", "italienisch": "it", "portugués": "pt",
    "portugais": "pt", "portugiesisch": "pt", "portoghese": "pt", "português": "pt",
}  # fmt: skip
_ENGLISH = word_list("english_marks")
_SHARED = frozenset({"no", "in", "as", "do", "me", "so", "on", "per", "la", "come", "die", "com"})
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


def fold(text: str) -> str:
    """Return ``text`` in lower case without accents, character by character (same length)."""
    folded = []
    for sign in text:
        plain = unicodedata.normalize("NFD", sign)[0].lower()
        folded.append("'" if sign == "’" else plain if len(plain) == 1 else sign)
    return "".join(folded)


@lru_cache(maxsize=1)
def _tables() -> dict[str, dict[str, str]]:
    """Language -> folded form -> English; longer forms are tried first."""
    data = json.loads(_PATH.read_text(encoding="utf-8"))
    tables: dict[str, dict[str, str]] = {}
    for language, entry in data.items():
        table: dict[str, str] = {}
        for english, forms in entry["words"].items():
            for form in forms.split("|"):
                table.setdefault(fold(form), english)
        for word, number in number_words(language).items():
            table.setdefault(fold(word), str(number))
        tables[language] = table
    return tables


@lru_cache(maxsize=1)
def _marks() -> dict[str, frozenset[str]]:
    data = json.loads(_PATH.read_text(encoding="utf-8"))
    return {name: frozenset(map(fold, entry["marks"].split())) for name, entry in data.items()}


@lru_cache(maxsize=8)
def _pattern(language: str) -> re.Pattern[str]:
    forms = sorted(_tables()[language], key=lambda form: (-len(form), form))
    choices = "|".join(re.escape(form).replace(r"\ ", r"[\s-]+") for form in forms)
    return re.compile(rf"(?<![\w#/])(?:{choices})(?![\w#])")


@lru_cache(maxsize=1)
def _own_words() -> dict[str, dict[str, float]]:
    """Word -> language -> weight: words of many languages say little, "marimba" says nothing."""
    counts: dict[str, set[str]] = {}
    for language, table in _tables().items():
        for form, english in table.items():
            own = form not in english_words() and form != fold(english)
            if len(form) > 2 and " " not in form and own:
                counts.setdefault(form, set()).add(language)
    return {word: {name: 1.2 / len(names) for name in names} for word, names in counts.items()}


@lru_cache(maxsize=1)
def _own_phrases() -> dict[str, dict[str, float]]:
    """Phrase -> language -> weight, of phrases that are not English at all."""
    counts: dict[str, set[str]] = {}
    for language, table in _tables().items():
        for form in table:
            words = form.split(" ")
            if len(words) > 1 and not any(word in english_words() for word in words):
                counts.setdefault(form, set()).add(language)
    return {form: {name: 1.2 / len(names) for name in names} for form, names in counts.items()}


@lru_cache(maxsize=8)
def language_words(language: str) -> frozenset[str]:
    """Return the single musical words of a language, without accents; empty for others."""
    forms = frozenset(form for form in _tables().get(language, {}) if " " not in form)
    return forms | _marks().get(language, frozenset())


def detect_language(text: str) -> tuple[str, float]:
    """Return the language of a text ("en" when in doubt) and a confidence 0..1.

    Counts function words and the musical words that belong to one language.
    """
    words = [fold(word) for word in _WORD.findall(text)]
    english = english_words()
    scores = {"en": 0.0} | dict.fromkeys(_tables(), 0.0)
    for word in words:
        if word in _ENGLISH:
            scores["en"] += 1.0
        elif word in english and len(word) > 3:
            scores["en"] += 0.2
        for language, marks in _marks().items():
            if word in marks:
                scores[language] += _weight(word)
        for language, weight in _own_words().get(word, {}).items():
            scores[language] += weight
    plain = f" {' '.join(words)} "
    for phrase, weights in _own_phrases().items():
        if f" {phrase} " in plain:
            for language, weight in weights.items():
                scores[language] += weight
    if re.search(r"[äöüß]", text.lower()):
        scores["de"] += 0.5
    if re.search(r"[ñ¿¡]", text):
        scores["es"] += 1.0
    if re.search(r"[ãõ]", text.lower()):
        scores["pt"] += 1.0
    best = max(scores, key=lambda name: (scores[name], name == "en", name))
    if best == "en" or scores[best] < max(1.0, scores["en"] + 0.3):
        return "en", min(1.0, 0.5 + scores["en"] / 6)
    return best, min(1.0, 0.4 + scores[best] / 6)


def _weight(word: str) -> float:
    """How much a function word tells: "in" and "a" are words of many languages."""
    if len(word) == 1 or word in _ENGLISH or word in _SHARED:
        return 0.1
    return 0.3 if word in english_words() else 0.7


def to_english(text: str, language: str) -> str:
    """Replace the musical words of a prompt by English ones; the rest stays as it is."""
    if language not in _tables():
        return text
    if language == "de":
        text = _split_compounds(text)
    table = _tables()[language]
    folded = fold(text)
    pieces: list[str] = []
    position = 0
    for match in _pattern(language).finditer(folded):
        form = re.sub(r"[\s-]+", " ", match[0])
        english = table.get(match[0]) or table.get(form) or table.get(form.replace(" ", "-"))
        if english is None or _is_preposition(folded, match):
            continue
        pieces += [text[position : match.start()], english]
        position = match.end()
    return "".join(pieces) + text[position:]


def _is_preposition(folded: str, match: re.Match[str]) -> bool:
    """Tell "bajo la lluvia" (under the rain) from the bass."""
    if match[0] != "bajo" or re.search(
        r"\b(?:con|y|e|el|un|de|sin|,)\s*$", folded[: match.start()]
    ):
        return False
    return bool(
        re.match(r"\s+(?:el|la|los|las|un|una|mi|tu|su|este|esta)\b", folded[match.end() :])
    )


def _split_compounds(text: str) -> str:
    """ "Klavierstück" is "Klavier Stück": German joins the words of music."""
    heads = r"stück|stücke|song|lied|lieder|musik|ballade|begleitung|solo|nummer|track|ouvertüre"
    return re.sub(rf"(?i)(\w{{3,}}?)(?:s|en)?({heads})\b", r"\1 \2", text)


def language_name(code: str) -> str:
    """Return the English name of a language code ("fr" is "French"), or the code."""
    names = (name for name, known in LANGUAGE_NAMES.items() if known == code)
    return next(names, code).title()


def read_language(text: str) -> str | None:
    """Return the language that a text asks to be sung in ("lyrics in French"), or None."""
    names = "|".join(sorted(map(re.escape, LANGUAGE_NAMES), key=len, reverse=True))
    patterns = (
        rf"\b(?:lyrics?|words?|sung|sing|singing|vocals?|song|verses?|text|paroles|letra|testo)"
        rf"\s+(?:\w+\s+)?(?:in|en|auf|em|is)\s+({names})\b",
        rf"\b({names})[\s-]+(?:language\s+)?(?:lyrics?|words|vocals?|singing|text)\b",
        rf"\b(?:in|auf)\s+({names})\b(?!\s+(?:style|folk|tradition|music))",
    )
    for pattern in patterns:
        if match := re.search(pattern, text, re.IGNORECASE):
            return LANGUAGE_NAMES[match[1].lower()]
    return None
