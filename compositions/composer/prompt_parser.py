"""From a prompt in plain words and explicit fields to a :class:`MusicSpec`.

Explicit fields beat the prompt, later in the prompt beats earlier, the prompt beats the
style, the style beats defaults. Values that nobody asked for stay ``None`` here; the
planner fills them from the style with the song's seed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from compositions.composer.era import read_era
from compositions.composer.overrides import apply_overrides
from compositions.composer.prompt_directions import (
    read_not_composed,
    read_register,
    read_sections_left_out,
)
from compositions.composer.prompt_form import read_form
from compositions.composer.prompt_harmony import read_chords
from compositions.composer.prompt_key import read_keys
from compositions.composer.prompt_language import detect_language, read_language, to_english
from compositions.composer.prompt_lyrics import split_lyrics
from compositions.composer.prompt_meaning import (
    Findings,
    use_keys,
    use_length,
    use_meters,
    use_references,
    use_tempos,
    use_vocabulary,
)
from compositions.composer.prompt_modulation import read_key_changes
from compositions.composer.prompt_reference import read_references
from compositions.composer.prompt_spelling import correct, written_out
from compositions.composer.prompt_tempo import read_tempos
from compositions.composer.prompt_time import (
    read_length,
    read_length_word,
    read_swing,
)
from compositions.composer.prompt_time_changes import (
    TimeChanges,
    read_meter_changes,
    read_tempo_changes,
    use_time_changes,
)
from compositions.composer.prompt_time_tags import read_tag_times
from compositions.composer.prompt_unwanted import read_unwanted
from compositions.composer.prompt_vocabulary import Vocabulary, read_vocabulary
from compositions.composer.spec import MusicSpec, Source
from compositions.composer.text_reader import NUMBER, TextReader
from compositions.composer.word_lists import word_list

MAX_PROMPT_CHARACTERS = 4000
"""Longer prompts are refused."""

_FILLER = word_list("filler")
_LEVELS: tuple[tuple[str, str, float], ...] = (
    (r"very\s+(?:sparse|minimal)|bare[\s-]?bones|almost\s+nothing", "density", 0.1),
    (r"sparse(?:ly)?|minimal(?:ist|istic)?|stripped[\s-]?(?:down|back)|uncluttered|spare"
     r"|less\s+busy|few\s+notes", "density", 0.22),
    (r"busy|dense(?:ly)?|lush(?:ly)?|full[\s-]sound(?:ing)?|rich(?:ly)?|layered|thick|wall\s+of\s+sound"
     r"|maximal(?:ist)?", "density", 0.75),
    (r"double[\s-]time", "density", 0.75),
    (r"half[\s-]time", "density", 0.35),
    (r"high[\s-]energy|hard[\s-]hitting|banging|explosive|full\s+of\s+energy|pumping|pounding"
     r"|full\s+throttle", "energy", 0.85),
    (r"low[\s-]energy|subdued|understated|restrained|quiet(?:ly)?|low[\s-]key", "energy", 0.25),
    (r"(?:very\s+)?complex(?:\s+(?:harmon(?:y|ies)|chords))?|sophisticated\s+(?:harmon(?:y|ies)|chords)"
     r"|jazzy\s+(?:chords|harmon(?:y|ies))|rich\s+harmon(?:y|ies)|extended\s+chords|virtuosic"
     r"|intricate", "complexity", 0.85),
    (r"simple\s+(?:chords|harmony)|(?:three|two|four)[\s-]chords?|very\s+simple|easy\s+to\s+play"
     r"|for\s+beginners", "complexity", 0.05),
)  # fmt: skip
# Signs without a width, and those that turn the direction of writing.
_UNSEEN = r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]+"
# Fraction slashes, full-width signs and the double sharps and flats of scores.
_SIGNS = str.maketrans(
    {"⁄": "/", "∕": "/", "‑": "-", "𝄫": "bb", "´": "'", "`": "'"}
    | {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
)
_QUOTED = r"[\"“‘'«]([^\"”’'»\n]{1,120})[\"”’'»]"
_ABOUT = r"about|sobre|acerca\s+de|über|riguardo\s+a|à\s+propos\s+de|au\s+sujet\s+de"


def parse_prompt(prompt: str, *, overrides: Mapping[str, Any] | None = None) -> MusicSpec:
    """Read a prompt and explicit fields into a specification.

    ``overrides`` maps field names (see :class:`MusicSpec`, and "key" for "D minor") to
    values; ``None`` values are ignored. Words that were not understood are kept in
    ``not_understood``, what was settled or guessed is told in ``notes``. Raises
    ``ValueError`` for a prompt over :data:`MAX_PROMPT_CHARACTERS` or an override that
    makes no sense.
    """
    if len(prompt) > MAX_PROMPT_CHARACTERS:
        raise ValueError(f"the prompt is longer than {MAX_PROMPT_CHARACTERS} characters")
    found = Findings()
    text, sung = split_lyrics(_clean(prompt))
    # "In drop A minor" tells how guitars are tuned.
    text = re.sub(r"\b[Dd]rop(?:ped)?[\s-]+(?=[A-G][b#♭♯]?\s+(?:minor|major)\b)", "", text)
    if sung:
        found.set("lyrics", sung, 0.95)
    language, sure = detect_language(text)
    _use_language(found, text, sung, language, sure)
    reader = TextReader(text.replace("\n", " \n"))
    _read_words_about(reader, found)
    references = read_references(reader)
    # Names of notes, chords and sections look alike in all languages: read before the rest.
    times = read_tag_times(reader)
    if form := read_form(reader):
        found.set("form", form, 1.0)
    if chords := read_chords(reader):
        found.set("chords", chords, 0.95)
    if (changes := read_key_changes(reader)) is not None:
        found.set("key_changes", changes, 0.9)
    use_keys(found, text, read_keys(reader, german=language == "de"))
    reader = TextReader(_in_english(reader.left, language, sure, found))
    if language != "en" and (changes := read_key_changes(reader)) is not None:
        found.set("key_changes", changes, 0.8)
    _read_english(reader, found, times)
    use_references(found, references)
    spec = MusicSpec(prompt=prompt[:MAX_PROMPT_CHARACTERS])
    for name, (value, confidence) in found.values.items():
        spec = spec.with_value(name, value, Source.PROMPT, confidence)
    spec = apply_overrides(spec.with_note(*found.notes), overrides or {})
    left = tuple(word for word in reader.words_left() if word not in _FILLER and len(word) > 1)
    return replace(spec, not_understood=left)


def _clean(prompt: str) -> str:
    """One form for each sign; control characters become spaces, lines stay."""
    text = unicodedata.normalize("NFC", prompt).replace("\r\n", "\n").replace("\r", "\n")
    text = re.sub(r"\n{3,}", "\n\n", re.sub(r"[^\S\n]{2,}", " ", text))
    text = re.sub(_UNSEEN, "", text).translate(_SIGNS)
    return re.sub(r"[\x00-\x09\x0b-\x1f\x7f-\xa0\u2000-\u200a\u2028\u2029\u202f\u3000]+", " ", text)


def _use_language(found: Findings, text: str, sung: str | None, language: str, sure: float) -> None:
    """The language to sing in: as asked, else of the lyrics, else of the prompt."""
    if asked := read_language(text):
        found.set("language", asked, 0.95)
    elif sung:
        found.set("language", *detect_language(sung))
    elif language != "en":
        found.set("language", language, round(min(0.8, sure), 2))


def _in_english(left: str, language: str, sure: float, found: Findings) -> str:
    """Correct typing errors in what is left of the prompt and put it in English."""
    left = re.sub(r"(?i)\bw/\s*(?!o\b)", "with ", left)
    left = re.sub(r"(?i)(?<!drum)(?<!drums)(?<!rock)\s+['’]?n['’]?\s+(?!roll|bass)", " & ", left)
    text, changed = correct(written_out(left), language)
    for written, read in changed:
        found.notes.append(f'"{written}" was read as "{read}".')
    found.corrected = frozenset(read for _, read in changed)
    return to_english(text, language) if sure >= 0.4 else text


def _read_english(reader: TextReader, found: Findings, times: TimeChanges) -> None:
    twelve_bar = reader.take(
        r"\b(?:12|twelve)[\s-]bar(?=\s+blues)|\b(?:12|twelve)[\s-]bar\b(?!\s*\w)"
    )
    if era := read_era(reader):
        found.set("era", *era)
    meters = read_meter_changes(reader, times)
    read_tempo_changes(reader, times)
    for match in reader.take_all(
        r"(?<![\d/.:])\d{1,4}\s*/\s*\d{1,4}(?![\d/])(?=\s*(?:time|met(?:er|re)|signature|[,.;]|$))"
    ):
        if not re.match(r"24\s*/\s*7", match[0]):
            found.note(f"{match[0]} is not a meter that can be composed; it is left out.")
    bars, seconds = read_length(reader)
    use_length(found, bars, seconds)
    open_length = not any(map(found.get, ("lyrics", "bars", "seconds")))
    if open_length and (short := read_length_word(reader)):
        found.set("seconds", short, 0.5)
    words = Vocabulary()
    left_out = read_sections_left_out(reader)
    read_unwanted(reader, words)
    for note in read_not_composed(reader):
        found.note(note)
    if (register := read_register(reader)) is not None:
        found.set("register", register, 0.8)
    for pattern, name, level in _LEVELS:
        if name not in found.values and reader.take(rf"\b(?:{pattern})\b"):
            found.set(name, level, 0.8)
    if swing := read_swing(reader):
        found.set("swing", *swing)
    tempos = read_tempos(reader)
    read_vocabulary(reader, words)
    use_vocabulary(found, reader.text, words, blues=twelve_bar is not None)
    if left_out:
        found.set("unwanted", (*(found.get("unwanted") or ()), *left_out), 1.0)
    use_meters(found, meters, reader.text)
    use_tempos(found, tempos)
    use_time_changes(found, times)


def _read_words_about(reader: TextReader, found: Findings) -> None:
    if match := reader.take(
        rf"\b(?:called|titled|entitled|named|title|título|titre|titel|titolo|llamada|intitulée?"
        rf"|namens|chiamata|chamada)\s*[:=]?\s*{_QUOTED}"
    ):
        found.set("title", match[1].strip(), 1.0)
    elif match := reader.take(r"\btitle\s*[:=]\s*([^,.;\n]{1,120})"):
        found.set("title", match[1].strip(), 0.9)
    units = r"(?:bpm|bars?|min\w*|sec\w*|beats|takte|compases|mesures|battute|pulsa\w+)"
    number = rf"(?!\s*(?:{NUMBER}\b|an?\s+(?:minute|half|hundred)|half\b|\d+\s*{units}))"
    stop = (
        r"(?=\s+(?:in|at|with|for|using|by|featuring|en|con|mit|avec|com|without|sin|ohne|sans|no)\b"
        r"|\s*(?:[,.;:\n\x1f(]|$))"
    )
    for match in re.finditer(
        rf"\b(?:{_ABOUT}|on\s+the\s+(?:theme|subject)\s+of|lyrics\s+(?:on|about)){number}\s+"
        rf"([^,.;:\n\x1f]+?){stop}",
        reader.left,
        re.IGNORECASE,
    ):
        if _is_theme(match[1]):
            reader.mark(match.start(), match.end())
            found.set("theme", match[1].strip(), 0.8)
            break


def _is_theme(text: str) -> bool:
    """Tell "about the sea" from "about ninety beats" in any language."""
    return not re.match(
        r"\s*(?:half|twice|\d|(?:right|average|that|this|it|as)\b|nada\b)", text, re.IGNORECASE
    )
