"""From a prompt in plain English and explicit fields to a :class:`MusicSpec`.

Explicit fields beat the prompt, the prompt beats the style, the style beats defaults.
Values that nobody asked for stay ``None`` here; the planner fills them from the style
with the song's seed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from compositions.composer.overrides import apply_overrides
from compositions.composer.prompt_harmony import read_chords, read_form, read_key
from compositions.composer.prompt_time import (
    read_length,
    read_meter,
    read_swing,
    read_tempo_number,
    read_tempo_words,
)
from compositions.composer.prompt_words import (
    Vocabulary,
    moods,
    read_unwanted,
    read_vocabulary,
)
from compositions.composer.spec import MusicSpec, Source
from compositions.composer.styles import styles
from compositions.composer.text_reader import NUMBER, TextReader
from compositions.composer.word_lists import word_list

MAX_PROMPT_CHARACTERS = 4000
"""Longer prompts are refused."""

_FILLER = word_list("filler")
_LEVELS: tuple[tuple[str, str, float], ...] = (
    (r"sparse|minimal(?:ist|istic)?|stripped[\s-]?(?:down|back)|uncluttered", "density", 0.22),
    (r"busy|dense|lush|full[\s-]sound(?:ing)?|rich(?:ly)?|layered", "density", 0.75),
    (r"high[\s-]energy|hard[\s-]hitting|banging|explosive|full\s+of\s+energy", "energy", 0.85),
    (r"low[\s-]energy|subdued|understated|restrained|quiet", "energy", 0.25),
    (r"complex(?:\s+harmon(?:y|ies))?|sophisticated\s+harmony|jazzy\s+(?:chords|harmon(?:y|ies))"
     r"|rich\s+harmon(?:y|ies)", "complexity", 0.85),
    (r"simple\s+(?:chords|harmony)|three[\s-]chord", "complexity", 0.05),
)  # fmt: skip


def parse_prompt(prompt: str, *, overrides: Mapping[str, Any] | None = None) -> MusicSpec:
    """Read a prompt and explicit fields into a specification.

    ``overrides`` maps field names (see :class:`MusicSpec`, and "key" for "D minor") to
    values; ``None`` values are ignored. Words that were not understood are kept in
    ``not_understood``. Raises ``ValueError`` for a prompt over
    :data:`MAX_PROMPT_CHARACTERS` or an override that makes no sense.
    """
    if len(prompt) > MAX_PROMPT_CHARACTERS:
        raise ValueError(f"the prompt is longer than {MAX_PROMPT_CHARACTERS} characters")
    prompt = re.sub(r"[\x00-\x1f]+", " ", prompt)
    reader = TextReader(prompt)
    values: dict[str, tuple[Any, float]] = {}
    _read_words_about(reader, values)
    if form := read_form(reader):
        values["form"] = (form, 1.0)
    twelve_bar = reader.take(r"\b(?:12|twelve)[\s-]bar(?:\s+blues)?\b")
    _read_time(reader, values)
    if chords := read_chords(reader):
        values["chords"] = (chords, 0.95)
    if tempo := read_tempo_number(reader):
        values["tempo"] = tempo
    tonic, mode, confidence = read_key(reader)
    if tonic:
        values["tonic"] = (tonic, confidence)
    if mode:
        values["mode"] = (mode.value, confidence)
    for pattern, name, level in _LEVELS:
        if name not in values and reader.take(rf"\b(?:{pattern})\b"):
            values[name] = (level, 0.8)
    if unwanted := read_unwanted(reader):
        values["unwanted"] = (unwanted, 1.0)
    if swing := read_swing(reader):
        values["swing"] = swing
    words = read_vocabulary(reader)
    only = re.search(
        r"\b(?:solo|unaccompanied|only|just|nothing\s+but|duets?|duo|trio|quartet|quintet)\b",
        prompt,
        re.IGNORECASE,
    )
    reader.take_all(r"\b(?:solo|unaccompanied|duets?|duo|trio|quartet|quintet|nothing)\b")
    bounds = read_tempo_words(reader)
    if twelve_bar:
        words.genres.append("blues")
    _use_vocabulary(words, values)
    if "instruments" in values and (
        only or words.ensemble or _for_instruments(prompt, words) or words.listed >= 3
    ):
        values["instruments_only"] = (True, 0.9 if only or words.ensemble else 0.7)
    if bounds and "tempo" not in values:
        values["tempo"] = (_tempo_in(bounds, values), 0.7)
    spec = MusicSpec(prompt=prompt)
    for name, (value, confidence) in values.items():
        spec = spec.with_value(name, value, Source.PROMPT, confidence)
    spec = apply_overrides(spec, overrides or {})
    left = tuple(word for word in reader.words_left() if word not in _FILLER and len(word) > 1)
    return replace(spec, not_understood=left)


def _read_words_about(reader: TextReader, values: dict[str, tuple[Any, float]]) -> None:
    quoted = r"[\"“‘']([^\"”’']{1,120})[\"”’']"
    if match := reader.take(rf"\b(?:called|titled|entitled|named|title\s*[:=]?)\s*{quoted}"):
        values["title"] = (match[1].strip(), 1.0)
    elif match := reader.take(r"\btitle\s*[:=]\s*([^,.;\n]{1,120})"):
        values["title"] = (match[1].strip(), 0.9)
    number = rf"(?!\s*(?:{NUMBER}|an?\s+(?:minute|half|hundred)|half)\b)"
    if match := reader.take(
        rf"\b(?:about|on\s+the\s+(?:theme|subject)\s+of|lyrics\s+(?:on|about)){number}\s+"
        r"([^,.;:\n\x1f]+?)(?=\s+(?:in|at|with|for|using|by|featuring)\b|\s*(?:[,.;:\n\x1f]|$))"
    ):
        values["theme"] = (match[1].strip(), 0.8)


def _read_time(reader: TextReader, values: dict[str, tuple[Any, float]]) -> None:
    bars, seconds = read_length(reader)
    if bars:
        values["bars"] = (min(1000, max(1, bars)), 1.0)
    if seconds:
        values["seconds"] = (min(900.0, max(5.0, seconds)), 1.0)
    if meter := read_meter(reader):
        values["meter"] = meter


def _use_vocabulary(words: Vocabulary, values: dict[str, tuple[Any, float]]) -> None:
    genres = list(dict.fromkeys(words.genres))
    # "jazz waltz" and "swing pop": the word that is a meter or a feel steps back.
    if len(genres) > 1 and "waltz" in genres:
        genres.remove("waltz")
        values.setdefault("meter", ((3, 4), 0.9))
    if genres:
        values["genre"] = (genres[0], 0.95 if len(genres) == 1 else 0.75)
        if genres[0] == "waltz":
            values.setdefault("meter", ((3, 4), 0.95))
    if words.instruments:
        unique = {(item.name): item for item in words.instruments}
        values["instruments"] = (tuple(unique.values()), 1.0)
    if words.moods:
        values["mood"] = (tuple(dict.fromkeys(words.moods)), 0.9)
        found = [moods()[name] for name in dict.fromkeys(words.moods)]
        arousal = sum(mood.arousal for mood in found) / len(found)
        values.setdefault("energy", (round(arousal, 2), 0.6))


def _for_instruments(prompt: str, words: Vocabulary) -> bool:
    """Tell "a duet for flute and harp" (nothing else plays) from "with flute"."""
    names = [item.name.lower().split()[-1] for item in words.instruments]
    match = re.search(r"\bfor\s+(?:solo\s+|an?\s+)?([\w\s,-]{3,60})", prompt, re.IGNORECASE)
    return bool(match and any(name.rstrip("s") in match[1].lower() for name in names))


def _tempo_in(bounds: tuple[float, float, float], values: dict[str, tuple[Any, float]]) -> float:
    """A tempo word within a style's own range where the two meet."""
    typical, low, high = bounds
    genre = values.get("genre", (None, 0.0))[0]
    if genre is None:
        return typical
    style_low, style_high = styles()[genre].tempo
    return min(high, max(low, min(style_high, max(style_low, typical))))
