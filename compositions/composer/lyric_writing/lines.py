"""Find lines for slots: frames filled with phrases until syllables, stress and rhyme fit."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from compositions.composer.lyric_writing.bank import GENERAL, Frame, frames
from compositions.composer.lyric_writing.english import agreeing
from compositions.composer.lyric_writing.options import Option, Options, Palette, Voice
from compositions.composer.lyric_writing.prosody import (
    forms,
    prosody,
    stress_fit,
    weak_words,
    words_of,
)
from compositions.composer.lyric_writing.theme import Theme, chunks_for, word_stem
from compositions.composer.lyric_writing.verify import LineSlot, least_fit

_ENOUGH = 14
_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A line that may be sung in its slot, how it was made, and how good it looks."""

    text: str
    frame: str
    options: tuple[Option, ...]
    score: float


class LineFinder:
    """The lines of one song: its phrases, who tells it, and what it has used so far."""

    def __init__(
        self, theme: Theme, language: str, rng: random.Random, avoid: Sequence[str]
    ) -> None:
        self.theme = theme
        self.language = language
        self.rng = rng
        chunks = chunks_for(theme, language)
        own = [chunk for chunk in chunks if chunk.topic != GENERAL]
        # Every song leaves some phrases out, so that two on one theme differ.
        left_out = set(self.rng.sample(range(len(own)), len(own) // 5)) if len(own) > 40 else set()
        kept = [chunk for place, chunk in enumerate(own) if place not in left_out]
        rest = [chunk for chunk in chunks if chunk.topic == GENERAL]
        self.palette = Palette(kept + rest, self.rng, language)
        self.chunks = kept
        every = list(frames(language))
        self.frames = [frame for frame in every if self.rng.random() < 0.75] or every
        self.used_chunks: set[str] = set()
        self.used_frames: dict[str, int] = {}
        self.used_words: dict[str, int] = {}
        self.used_sounds: dict[tuple[str, ...], int] = {}
        self.lines: set[str] = {" ".join(words_of(line)) for line in avoid}
        self.voice = self._voice()
        self.singer = Voice("I", "present") if language == "en" else self.voice

    def _voice(self) -> Voice:
        persons = forms(self.language)["persons"]
        names = list(persons)
        person = self.rng.choices(names, [float(persons[name]["weight"]) for name in names])[0]
        return Voice(person, self.rng.choice(("past", "present")))

    def rhymed(
        self, kind: str, slots: Sequence[LineSlot], fixed: Sequence[str] = ()
    ) -> list[str] | None:
        """Return lines that rhyme with each other and with the lines ``fixed``, or None.

        The sound is chosen before the words. The lines count as used.
        """
        taken = {words_of(line)[-1] for line in fixed}
        if fixed:
            sounds = [prosody(fixed[0], self.language).rhyme.sounds]
        else:
            sounds = self._sounds(len(slots))
        for sound in sounds:
            found: list[Candidate] = []
            ends = set(taken)
            onsets = {self._onset(line) for line in fixed}
            for slot in slots:
                line = self.line(kind, slot, sound, ends, onsets, list(found))
                if line is None:
                    break
                found.append(line)
                ends.add(words_of(line.text)[-1])
                onsets.add(self._onset(line.text))
            if len(found) == len(slots):
                self.used_sounds[sound] = self.used_sounds.get(sound, 0) + 1
                return [self.take(line) for line in found]
        return None

    def _onset(self, text: str) -> tuple[str, ...]:
        return prosody(text, self.language).rhyme.onset

    def _sounds(self, count: int) -> list[tuple[str, ...]]:
        """Return the sounds that enough phrases end on, those of the theme first."""
        own: dict[tuple[str, ...], set[str]] = {}
        ends: dict[tuple[str, ...], set[str]] = {}
        for slot in ("base", "p", "c", "s", "an", "v"):
            for sound, options in self.palette.options(slot, self.voice).by_rhyme.items():
                for option in options:
                    if option.source in self.used_chunks:
                        continue
                    ends.setdefault(sound, set()).add(option.sung.rhyme.word)
                    if option.topic != GENERAL:
                        own.setdefault(sound, set()).add(option.sung.rhyme.word)
        sounds = [
            sound for sound in sorted(ends) if len(ends[sound]) > count - (self.language != "en")
        ]
        key = {
            s: 5.0 * self.used_sounds.get(s, 0)
            - 2.0 * min(len(own.get(s, ())), count + 1)
            + 3.5 * self.rng.random()
            for s in sounds
        }
        return sorted(sounds, key=lambda sound: (round(key[sound], 9), sound))[:24]

    def line(
        self, kind: str, slot: LineSlot, sound: tuple[str, ...] | None, ends: set[str],
        onsets: set[tuple[str, ...]] | None = None, beside: Sequence[Candidate] = (),
    ) -> Candidate | None:  # fmt: skip
        """Return the best line for a slot that ends on ``sound``, or None."""
        busy = {option.source for one in beside for option in one.options}
        choices = [
            frame for frame in self.frames
            if kind in frame.functions and frame.tense in ("any", self._tense(kind))
        ]  # fmt: skip
        keys = {
            frame.text: self.used_frames.get(frame.text, 0)
            + sum(one.frame == frame.text for one in beside)
            + self.rng.random()
            for frame in choices
        }
        best: Candidate | None = None
        count = 0
        for frame in sorted(choices, key=lambda one: (keys[one.text], one.text)):
            for line in self._filled(frame, kind, slot, sound, ends, onsets or set(), busy):
                count += 1
                line = replace(line, score=line.score - 0.55 * int(keys[frame.text]))
                if best is None or line.score > best.score:
                    best = line
            if count >= _ENOUGH:
                break
        return best

    def _tense(self, kind: str) -> str:
        return self.voice.tense if kind == "verse" else "present"

    def _filled(
        self, frame: Frame, kind: str, slot: LineSlot, sound: tuple[str, ...] | None,
        ends: set[str], onsets: set[tuple[str, ...]], busy: set[str],
    ) -> list[Candidate]:  # fmt: skip
        voice = self._speaker(frame.text, kind)
        person = forms(self.language)["persons"][voice.person]
        text = frame.text.replace("{who}", voice.person).replace("{whom}", person["object"])
        if self.language == "en":
            text = agreeing(text, voice.person, voice.tense)
        names = _SLOT.findall(text)
        if not names or not text.endswith("}"):
            return []
        fixed = prosody(_SLOT.sub(" ", text), self.language).syllables
        room = slot.syllables - fixed
        pools = [self.palette.options(name, voice) for name in names]
        lasts = pools[-1].all if sound is None else pools[-1].by_rhyme.get(sound, [])
        lasts = [
            option for option in lasts
            if option.sung.rhyme.word not in ends and option.sung.rhyme.onset not in onsets
            and option.sung.syllables <= room and self._is_free(option, busy)
        ]  # fmt: skip
        found: list[Candidate] = []
        for last in self._some(lasts, 5):
            left = room - last.sung.syllables
            for front in self._fronts(pools[:-1], left, {*busy, last.source}):
                line = self._made(text, (*front, last), frame, slot)
                if line is not None:
                    found.append(line)
        return found

    def _fronts(
        self,
        pools: list[Options],
        left: int,
        busy: set[str],
    ) -> list[tuple[Option, ...]]:
        """Return ways to fill the slots before the last with so many syllables."""
        if not pools:
            return [()] if left == 0 else []
        if len(pools) == 1:
            free = [o for o in pools[0].by_length.get(left, []) if self._is_free(o, busy)]
            return [(option,) for option in self._some(free, 4)]
        found: list[tuple[Option, ...]] = []
        shorter = [o for o in pools[0].all if o.sung.syllables < left and self._is_free(o, busy)]
        for first in self._some(shorter, 4):
            rest = self._fronts(pools[1:], left - first.sung.syllables, {*busy, first.source})
            found += [(first, *others) for others in rest[:1]]
        return found

    def _is_free(self, option: Option, busy: set[str]) -> bool:
        return option.source not in self.used_chunks and option.source not in busy

    def _some(self, options: list[Option], count: int) -> list[Option]:
        """Draw some options, those of the theme with more weight."""
        if len(options) <= count:
            return options
        keyed = sorted(
            range(len(options)),
            key=lambda i: self.rng.random() * (0.2 if options[i].topic != GENERAL else 1.0),
        )
        return [options[i] for i in keyed[:count]]

    def _speaker(self, text: str, kind: str) -> Voice:
        """Who does what the frame leaves open."""
        if "{who" in text or self.language != "en":
            return Voice(self.voice.person, self._tense(kind))
        words = words_of(_SLOT.sub(" ", text))
        person = "I"
        if set(words) & {"we", "we'll", "let's"}:
            person = "we"
        elif set(words) & {"come"} or text == "{base}":
            person = "you"
        elif kind == "verse":
            person = self.voice.person
        return Voice(person, self._tense(kind))

    def _made(
        self, text: str, options: tuple[Option, ...], frame: Frame, slot: LineSlot
    ) -> Candidate | None:
        for option in options:
            text = _SLOT.sub(option.text, text, count=1)
        sung = prosody(text, self.language)
        if sung.syllables != slot.syllables or not sung.sure:
            return None
        fit = stress_fit(sung.stresses, slot.meter)
        words = words_of(text)
        if fit < least_fit(self.language) or " ".join(words) in self.lines:
            return None
        content = [word for word in words if word not in weak_words(self.language)]
        stems = {word_stem(word) for word in content}
        if len(stems) < len(content) and "{c}" not in frame.text:
            return None
        again = sum(self.used_words.get(word, 0) for word in content)
        own = sum(option.topic != GENERAL for option in options) / len(options)
        named = bool(self.theme.stems & stems)
        score = 2.6 * own + 0.5 * named + 1.5 * fit - 0.22 * again - 0.1 * (len(options) - 1)
        return Candidate(text, frame.text, options, score + 0.5 * self.rng.random())

    def take(self, line: Candidate) -> str:
        """Note that a line is used, and return it as it is printed."""
        self.used_chunks.update(option.source for option in line.options)
        self.used_frames[line.frame] = self.used_frames.get(line.frame, 0) + 1
        for word in words_of(line.text):
            self.used_words[word] = self.used_words.get(word, 0) + 1
        self.lines.add(" ".join(words_of(line.text)))
        return printed(line.text)


def printed(text: str) -> str:
    """Return a line as it is printed, with a capital first."""
    text = re.sub(r"\bi\b", "I", text)
    return text[:1].upper() + text[1:]
