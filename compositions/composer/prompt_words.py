"""The vocabulary of prompts: genres, instruments, ensembles and moods."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from compositions.composer.spec import InstrumentRequest
from compositions.composer.styles import Instrument, instruments, styles
from compositions.composer.text_reader import TextReader
from compositions.composer.word_lists import word_list

_DATA = Path(__file__).parent / "data"

ROLE_WORDS: dict[str, str] = {
    "drums": "drums", "drum": "drums", "percussion": "drums", "beat": "drums", "beats": "drums",
    "bass": "bass", "bassline": "bass", "vocals": "vocal", "vocal": "vocal", "singing": "vocal",
    "voice": "vocal", "voices": "vocal", "singer": "vocal", "lyrics": "vocal",
    "melody": "lead", "lead": "lead", "pad": "pad", "pads": "pad", "chords": "chords",
    "arpeggio": "arpeggio", "arpeggios": "arpeggio", "arps": "arpeggio", "synths": "synth",
    "synth": "synth", "synthesizers": "synth", "guitars": "guitar", "guitar": "guitar",
    "brass": "brass", "strings": "strings", "keys": "keys", "keyboards": "keys",
}  # fmt: skip
"""Words that rule out a whole role or family ("no drums")."""

_KINDS = {"Organ": "Organ", "Piano": "Piano", "Alto Sax": "Sax"}
"""Instruments whose plain name, when unwanted, rules out the whole kind."""

_FAMILIES = frozenset({"synth", "guitar", "brass", "strings", "keys"})


@dataclass(frozen=True, slots=True)
class Mood:
    """A mood word: ``valence`` -1 (dark) .. 1 (bright), ``arousal`` 0 (calm) .. 1."""

    name: str
    valence: float
    arousal: float


@dataclass(slots=True)
class Vocabulary:
    """Everything found in a prompt by vocabulary, in the order it was written."""

    genres: list[str] = field(default_factory=list)
    instruments: list[InstrumentRequest] = field(default_factory=list)
    moods: list[str] = field(default_factory=list)
    ensemble: bool = False
    listed: int = 0


@lru_cache(maxsize=1)
def moods() -> Mapping[str, Mood]:
    """Return all mood words, aliases included, by lower-case text."""
    found: dict[str, Mood] = {}
    data: dict[str, Any] = json.loads((_DATA / "moods.json").read_text(encoding="utf-8"))
    for name, entry in data.items():
        mood = Mood(name, float(entry["valence"]), float(entry["arousal"]))
        for word in (name, *entry["aliases"]):
            found[word] = mood
    return found


@lru_cache(maxsize=1)
def _ensembles() -> Mapping[str, tuple[str, ...]]:
    data = json.loads((_DATA / "ensembles.json").read_text(encoding="utf-8"))
    return {name: tuple(members) for name, members in data.items()}


@lru_cache(maxsize=1)
def lexicon() -> Mapping[str, tuple[str, str]]:
    """Return text -> (kind, name); kind is genre, instrument or mood."""
    found: dict[str, tuple[str, str]] = {}
    for word, mood in moods().items():
        found[word] = ("mood", mood.name)
    for style in styles().values():
        for word in (style.name, style.name.replace("-", " "), *style.aliases):
            found[word.lower()] = ("genre", style.name)
    for instrument in instruments().values():
        for word in (instrument.name, *instrument.aliases):
            found.setdefault(word.lower(), ("instrument", instrument.name))
    return found


@lru_cache(maxsize=1)
def _pattern() -> str:
    words = sorted(lexicon(), key=len, reverse=True)
    choices = "|".join(re.escape(word).replace(r"\ ", r"[\s-]+") for word in words)
    return rf"(?<![\w-])(?:{choices})(?:'?s)?(?![\w])"


_GENERIC = word_list("generic_instruments")


def request(name: str, text: str = "") -> InstrumentRequest:
    """Return the request for a known instrument, written as ``text``. Raises ``KeyError``."""
    instrument = instruments()[name]
    return InstrumentRequest(
        name=instrument.name,
        program=instrument.program,
        percussion=instrument.percussion,
        roles=instrument.roles,
        generic=text.lower() in _GENERIC,
    )


def find_instrument(text: str) -> Instrument | None:
    """Return the instrument that a text names, or None."""
    kind, name = _look_up(text) or ("", "")
    return instruments()[name] if kind == "instrument" else None


def find_genre(text: str) -> str | None:
    """Return the style that a text names, or None."""
    kind, name = _look_up(text) or ("", "")
    return name if kind == "genre" else None


def _look_up(text: str) -> tuple[str, str] | None:
    words = re.sub(r"[\s-]+", " ", text.strip().lower())
    for candidate in (words, words.replace(" ", "-"), words.removesuffix("s")):
        if candidate in lexicon():
            return lexicon()[candidate]
    for word, entry in lexicon().items():
        if re.sub(r"[\s-]+", " ", word) in (words, words.removesuffix("s")):
            return entry
    return None


def read_unwanted(reader: TextReader) -> tuple[str, ...]:
    """Take what shall not play: role, family or instrument names."""
    found: list[str] = []
    if reader.take(r"\bdrum-?less\b|\bbeat-?less\b"):
        found.append("drums")
    if reader.take(r"\binstrumental(?:\s+only)?\b|\bnon-vocal\b"):
        found.append("vocal")
    start = (
        r"\b(?:no|without(?:\s+any)?|minus|skip(?:\s+the)?|leave\s+out(?:\s+the)?"
        r"|don'?t\s+use|avoid)\s+"
    )
    words = sorted({*ROLE_WORDS, *_instrument_words()}, key=len, reverse=True)
    item = "|".join(re.escape(word).replace(r"\ ", r"[\s-]+") for word in words)
    pattern = (
        rf"{start}((?:{item})s?\b(?:\s*(?:,|,?\s*(?:and|or|nor)\s+(?:no\s+)?)\s*(?:{item})s?\b)*)"
    )
    for match in reader.take_all(pattern):
        for piece in re.split(r"\s*,\s*|\s+(?:and|or|nor)\s+", match[1], flags=re.IGNORECASE):
            word = re.sub(r"^no\s+", "", piece.strip(" ,").lower())
            if not word:
                continue
            if word in ROLE_WORDS:
                found.append(ROLE_WORDS[word])
            elif instrument := find_instrument(word):
                found.append(instrument.name)
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=1)
def _instrument_words() -> tuple[str, ...]:
    return tuple(word for word, (kind, _) in lexicon().items() if kind == "instrument")


def read_vocabulary(reader: TextReader) -> Vocabulary:
    """Take genres, instruments, ensembles and moods, longest names first."""
    found = Vocabulary()
    _take_ensembles(reader, found)
    for match in reader.take_all(_pattern()):
        entry = _look_up(match[0])
        if entry is None:
            continue
        kind, name = entry
        if kind == "genre":
            found.genres.append(name)
            if "piano" in match[0].lower():  # "solo piano" names the genre and the player
                found.instruments.append(request("Piano"))
        elif kind == "instrument":
            found.instruments.append(request(name, match[0]))
            found.listed += match[0].lower() not in ("beat", "beats")
        elif kind == "mood":
            found.moods.append(name)
    return found


def _take_ensembles(reader: TextReader, found: Vocabulary) -> None:
    """Take "jazz trio" and the like; the words before the last may still name a genre."""
    for name in sorted(_ensembles(), key=len, reverse=True):
        pattern = re.escape(name).replace(r"\ ", r"[\s-]+")
        match = re.search(rf"\b{pattern}\b", reader.left, re.IGNORECASE)
        if match is None:
            continue
        last = re.search(r"[\w]+$", match[0])
        genre = _look_up(name.rsplit(" ", 1)[0])
        start = match.start()
        if last is not None and genre is not None and genre[0] == "genre":
            start += last.start()
        reader.mark(start, match.end())
        found.instruments += [request(member) for member in _ensembles()[name]]
        found.ensemble = True


def is_ruled_out(instrument: Instrument, role: str, unwanted: tuple[str, ...]) -> bool:
    """Tell whether an instrument in a role is among the unwanted names."""
    if role in unwanted:
        return True
    for name in unwanted:  # "no organ" means no organ of any kind
        if instrument.name == name or (name in _KINDS and _KINDS[name] in instrument.name):
            return True
    if role == "percussion" and "drums" in unwanted:
        return True
    return instrument.family in unwanted and instrument.family in _FAMILIES
