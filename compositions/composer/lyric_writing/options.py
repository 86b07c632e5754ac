"""What can stand in the slots of a line, in the person and tense of a section."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from compositions.composer.lyric_writing.bank import GENERAL, Chunk
from compositions.composer.lyric_writing.english import (
    conjugate,
    fits_past,
    owned,
    with_article,
)
from compositions.composer.lyric_writing.prosody import Prosody, prosody, words_of

_KINDS = {"v": "d", "base": "d", "ing": "d", "np": "s", "an": "n", "tp": "p"}
_OWN = frozenset({"n", "an", "aan", "tp"})
"""Slots that only phrases of the theme can fill: a thing of any song is of none."""


@dataclass(frozen=True, slots=True)
class Voice:
    """Who tells, and when: a person of ``forms`` and "past" or "present"."""

    person: str
    tense: str


@dataclass(frozen=True, slots=True)
class Option:
    """A phrase as it can stand in a line; ``source`` is the chunk's text, used once a song."""

    text: str
    sung: Prosody
    topic: str
    source: str
    words: tuple[str, ...]


@dataclass
class Options:
    """The options of one slot, also by number of syllables and by the sound of their end."""

    all: list[Option] = field(default_factory=list)
    by_length: dict[int, list[Option]] = field(default_factory=dict)
    by_rhyme: dict[tuple[str, ...], list[Option]] = field(default_factory=dict)

    def add(self, option: Option) -> None:
        """Take in one more option."""
        self.all.append(option)
        self.by_length.setdefault(option.sung.syllables, []).append(option)
        if option.sung.rhyme.sounds:
            self.by_rhyme.setdefault(option.sung.rhyme.sounds, []).append(option)


class Palette:
    """The phrases of one song, in every form that its lines ask for."""

    def __init__(self, chunks: Sequence[Chunk], rng: random.Random, language: str) -> None:
        self._chunks = chunks
        self._language = language
        self._cache: dict[tuple[str, Voice], Options] = {}
        nouns = [chunk for chunk in chunks if chunk.kind == "n" and chunk.topic != GENERAL]
        adjectives: dict[str, list[str]] = {}
        for chunk in chunks:
            if chunk.kind == "a":
                adjectives.setdefault(chunk.topic, []).append(chunk.text)
        self._pairs = [
            (Chunk("n", f"{adjective} {noun.text}", noun.topic), noun.text)
            for noun in nouns
            for adjective in sorted(
                rng.sample(adjectives[noun.topic], min(3, len(adjectives[noun.topic])))
                if noun.topic in adjectives
                else []
            )
        ]

    def options(self, slot: str, voice: Voice) -> Options:
        """Return what can stand in a slot of a frame ("v", "base", "p" ...)."""
        key = (slot, voice)
        if key not in self._cache:
            found = Options()
            seen: set[str] = set()
            for text, chunk, source in self._texts(slot, voice):
                if text in seen:
                    continue
                seen.add(text)
                sung = prosody(text, self._language)
                if sung.sure:
                    found.add(Option(text, sung, chunk.topic, source, tuple(words_of(text))))
            self._cache[key] = found
        return self._cache[key]

    def _texts(self, slot: str, voice: Voice) -> Iterable[tuple[str, Chunk, str]]:
        if slot == "aan":
            for chunk, noun in self._pairs:
                yield with_article(chunk.text), chunk, noun
            return
        kind = _KINDS.get(slot, slot) if self._language == "en" else slot
        for chunk in self._chunks:
            if chunk.kind != kind or (slot in _OWN and chunk.topic == GENERAL):
                continue
            text = _in_form(chunk, slot, voice) if self._language == "en" else chunk.text
            if text is not None:
                yield text, chunk, chunk.subject if slot == "np" else chunk.text


def _in_form(chunk: Chunk, slot: str, voice: Voice) -> str | None:
    if slot in ("v", "base", "ing"):
        text = owned(chunk.text, voice.person)
        if text is None:
            return None
        form = slot
        if slot == "v":
            third = voice.person in ("she", "he")
            form = "past" if voice.tense == "past" else "third" if third else "base"
        return conjugate(text, form)
    if slot == "s":
        form = "past" if voice.tense == "past" else "base" if chunk.plural else "third"
        return f"{chunk.subject} {conjugate(chunk.text, form)}"
    if slot == "np":
        return chunk.subject
    if slot == "an":
        return with_article(chunk.text)
    if slot in ("p", "tp"):
        if voice.tense == "past" and not fits_past(chunk.text):
            return None
        return owned(chunk.text, voice.person) if voice.person != "you" else chunk.text
    return chunk.text
