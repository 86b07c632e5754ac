"""The words the composer knows: genres, instruments, ensembles, moods and roles."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from compositions.composer.spec import InstrumentRequest
from compositions.composer.styles import Instrument, instruments, styles
from compositions.composer.word_lists import english_words, word_list

_DATA = Path(__file__).parent / "data"

ROLE_WORDS: dict[str, str] = {
    "drums": "drums", "drum": "drums", "percussion": "drums", "beat": "drums", "beats": "drums",
    "rhythm": "drums", "rhythms": "drums", "rhythm section": "drums",
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

ELECTRIC_GUITARS = frozenset(
    {"Electric Guitar", "Overdriven Guitar", "Distorted Guitar", "Jazz Guitar", "Muted Guitar"}
)
"""What a plain "electric guitar" stands for."""

_BASS_GUITARS = frozenset({"Picked Bass", "Fretless Bass", "Slap Bass", "Thumb Bass"})
"""Bass guitars under other names: "without bass guitar" means none of them."""

_SUNG = frozenset({52, 53, 54, 85, 91})
"""General MIDI programs that sound like voices, pads and leads among them."""

_FAMILIES = frozenset({"synth", "guitar", "brass", "strings", "keys"})


@dataclass(frozen=True, slots=True)
class Mood:
    """A mood word: ``valence`` -1 (dark) .. 1 (bright), ``arousal`` 0 (calm) .. 1."""

    name: str
    valence: float
    arousal: float


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
def ensembles() -> Mapping[str, tuple[str, ...]]:
    """Return ensemble name -> its players."""
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
    for word, name in _instrument_words().items():
        found.setdefault(word, ("instrument", name))
    for name, words in _genre_words().items():
        for word in words:
            found.setdefault(word.lower(), ("genre", name))
    return found


def _genre_words() -> Mapping[str, tuple[str, ...]]:
    """Return style -> names of neighbouring genres that it stands in for."""
    data = json.loads((_DATA / "genre_words.json").read_text(encoding="utf-8"))
    return {name: tuple(words) for name, words in data.items()}


@lru_cache(maxsize=1)
def everyday_genres() -> frozenset[str]:
    """Return the words for neighbouring genres that mean other things too: "pirate", "opera"."""
    words = {word for names in _genre_words().values() for word in names}
    return frozenset(words & english_words())


@lru_cache(maxsize=1)
def _instrument_words() -> Mapping[str, str]:
    found = {name.lower(): name for name in instruments()}
    for instrument in instruments().values():
        for word in (instrument.name, *instrument.aliases, *synonyms().get(instrument.name, ())):
            found.setdefault(word.lower(), instrument.name)
    for word, name in substitutes().items():
        found.setdefault(word, name)
    return found


@lru_cache(maxsize=1)
def substitutes() -> Mapping[str, str]:
    """Return the name of an instrument that there is no sound for -> what plays instead."""
    data = json.loads((_DATA / "substitutes.json").read_text(encoding="utf-8"))
    return {word: name for name, words in data.items() for word in words}


def player_in(text: str) -> str | None:
    """Return the instrument that the words for a genre name too ("solo piano"), or None."""
    words = re.sub(r"[\s-]+", " ", text.strip().lower())
    if words in _instrument_words():
        return _instrument_words()[words]
    return "Piano" if re.search(r"\bpiano\b", words) else None


@lru_cache(maxsize=1)
def synonyms() -> Mapping[str, tuple[str, ...]]:
    """Return instrument name -> further words for it, General MIDI names among them."""
    data = json.loads((_DATA / "synonyms.json").read_text(encoding="utf-8"))
    return {name: tuple(words) for name, words in data.items()}


_GENERIC = word_list("generic_instruments")


def request(name: str, text: str = "") -> InstrumentRequest:
    """Return the request for a known instrument, written as ``text``. Raises ``KeyError``."""
    instrument = instruments()[name]
    return InstrumentRequest(
        name=instrument.name,
        program=instrument.program,
        bank=instrument.bank,
        percussion=instrument.percussion,
        roles=instrument.roles,
        generic=text.lower() in _GENERIC,
    )


def find_instrument(text: str) -> Instrument | None:
    """Return the instrument that a text names, or None."""
    kind, name = look_up(text) or ("", "")
    if kind != "instrument":
        name = _instrument_words().get(re.sub(r"[\s-]+", " ", text.strip().lower()), "")
    return instruments().get(name)


def find_genre(text: str) -> str | None:
    """Return the style that a text names, or None."""
    kind, name = look_up(text) or ("", "")
    return name if kind == "genre" else None


def look_up(text: str) -> tuple[str, str] | None:
    """Return (kind, name) of a vocabulary word in any spelling, or None."""
    words = re.sub(r"[\s-]+", " ", text.strip().lower())
    for candidate in (words, words.replace(" ", "-"), words.removesuffix("s")):
        if candidate in lexicon():
            return lexicon()[candidate]
    for word, entry in lexicon().items():
        if re.sub(r"[\s-]+", " ", word) in (words, words.removesuffix("s")):
            return entry
    return None


def is_ruled_out(instrument: Instrument, role: str, unwanted: tuple[str, ...]) -> bool:
    """Tell whether an instrument in a role is among the unwanted names."""
    if role in unwanted:
        return True
    for name in unwanted:  # "no organ" means no organ of any kind
        if instrument.name == name or (name in _KINDS and _KINDS[name] in instrument.name):
            return True
        if name in instruments() and _sounds_like(instrument, instruments()[name]):
            return True
        if name == "Electric Guitar" and instrument.name in ELECTRIC_GUITARS:
            return True
        if name == "Electric Bass" and instrument.name in _BASS_GUITARS:
            return True
    if role == "percussion" and "drums" in unwanted:
        return True
    sung = instrument.family == "voice" or instrument.program in _SUNG
    if "vocal" in unwanted and sung and not instrument.percussion:
        return True
    if "keys" in unwanted and instrument.family == "organ":
        return True
    return instrument.family in unwanted and instrument.family in _FAMILIES


def _sounds_like(first: Instrument, second: Instrument) -> bool:
    """Tell whether two instruments share a sound: the mandolin of General MIDI is a banjo."""
    pitched = not first.percussion and not second.percussion
    return pitched and (first.program, first.bank) == (second.program, second.bank)
