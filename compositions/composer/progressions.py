"""The progression of each section: from the library of the style, or written in its idiom.

Sections of one material get one idea, sections of another material another one; intros,
outros, interludes, solos and build-ups lean on the changes that the song already has.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from compositions.composer.cadences import CLOSED, cadence_of, function_of, phrase_lengths
from compositions.composer.devices import colour, hold_pedal
from compositions.composer.grammar import Bars, Vocabulary, vocabulary, write_section
from compositions.composer.keyfinder import lead_of
from compositions.composer.leaning import KIND_FALLBACK, model_of
from compositions.composer.plan import PlannedSection, SongPlan
from compositions.composer.roman import Harmony, parse_progression, resolve_roman, roman_of
from compositions.composer.seeds import stream
from compositions.composer.tonality import LocalKey
from compositions.score.document import Mode
from compositions.score.harmony import MINOR_MODES, scale_pitch_classes

_OPENING_UP = ("bridge", "pre_chorus", "build")
_GOALS = ("chorus", "drop")
_MODAL = frozenset({Mode.DORIAN, Mode.PHRYGIAN, Mode.LYDIAN, Mode.MIXOLYDIAN, Mode.LOCRIAN})
_BACKDOOR = {Mode.DORIAN: "bVII", Mode.PHRYGIAN: "bII", Mode.LYDIAN: "II",
             Mode.MIXOLYDIAN: "bVII", Mode.LOCRIAN: "bII"}  # fmt: skip
_TRIADS = frozenset({"block", "strum", "stab", "arpeggio", "sustain", "voices"})
_CLEAREST = 2
_DRAWS = 6
_LOOP = 4
"""Bars of a loop that is written."""


@lru_cache(maxsize=1)
def _generic() -> Mapping[str, Mapping[str, list[str]]]:
    path = Path(__file__).parent / "data" / "progressions.json"
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return data


def library_of(plan: SongPlan) -> Mapping[str, Any]:
    """Return the progressions of the style in the mode of the plan, by section kind."""
    style, mode = plan.style, plan.mode
    if mode.value in style.progressions:
        return style.progressions[mode.value]
    if mode in _MODAL or mode in (Mode.HARMONIC_MINOR, Mode.MELODIC_MINOR):
        return _generic()[mode.value]
    family = "minor" if mode in MINOR_MODES else "major"
    return style.progressions.get(family) or _generic()[family]


def dominant_of(plan: SongPlan) -> Harmony:
    """Return the chord that leads home: V, V7 in rich styles, or what the mode has for it."""
    if plan.mode in _BACKDOOR:
        return resolve_roman(_BACKDOOR[plan.mode], plan.tonic_class, plan.mode)
    texts = [text for items in library_of(plan).values() for text in items]
    sevenths = any(token.startswith("V7") for text in texts for token in re.split(r"[ ,]", text))
    rich = plan.style.complexity >= 0.5 or plan.mode is Mode.BLUES or sevenths
    return resolve_roman("V7" if rich else "V", plan.tonic_class, plan.mode)


def tonic_of(plan: SongPlan) -> Harmony:
    """Return the tonic as the style colours it (i9 in lo-fi, a plain triad in rock)."""
    qualities = [
        harmony.quality
        for text in next(iter(library_of(plan).values()))
        for bar in parse_progression(text)
        for harmony in [resolve_roman(bar[0], plan.tonic_class, plan.mode)]
        if harmony.root == plan.tonic_class and not (harmony.dominant and plan.mode is Mode.MAJOR)
    ]
    minor = plan.mode in MINOR_MODES and plan.mode is not Mode.BLUES
    quality = qualities[0] if qualities else ("m" if minor else "")
    if plan.mode is Mode.LOCRIAN:
        quality = "m"
    roman = roman_of(plan.tonic_class, quality, plan.tonic_class, plan.mode)
    return Harmony(plan.tonic_class, quality, roman)


class ProgressionWriter:
    """Chooses and writes the progressions of one song.

    ``attempt`` chooses others for the same seed, plainer ones from 1 on: for the case that a
    first choice leaves the key unclear.
    """

    def __init__(self, plan: SongPlan, attempt: int) -> None:
        self.plan = plan
        self.attempt = attempt
        self._salts: dict[str, int] = {}
        self._taken: dict[tuple[int, ...], str] = {}
        self._words: dict[tuple[str, Mode], Vocabulary] = {}

    def bars(self, section: PlannedSection) -> Bars:
        """Return the chords of a section, bar by bar, up to its last cadence."""
        plan = self.plan.within(section)
        model = self._model(plan, section)
        material = model.material
        chosen = self._salts.get(material)
        bars: Bars = []
        for salt in range(_DRAWS) if chosen is None else (chosen,):
            self._salts[material] = salt
            bars = self._idea(plan, section, model, salt)
            opening = tuple((bar[0].root - plan.tonic_class) % 12 for bar in bars[:4])
            if self._taken.setdefault(opening, material) == material:
                break
        return bars

    def _model(self, plan: SongPlan, section: PlannedSection) -> PlannedSection:
        """Return the section whose changes a section plays: itself, or the one it leans on."""
        own = library_of(plan).get(section.kind)
        return section if own else model_of(plan, section)

    def _idea(
        self, plan: SongPlan, section: PlannedSection, model: PlannedSection, salt: int
    ) -> Bars:
        """Write (or take) the chords of a model at its length, colour them and fit them.

        A loop is coloured once, so that each of its turns sounds the same. A shorter section
        plays the first bars of its model, a longer one begins it again.
        """
        habits = plan.style.harmony
        scope = f"{plan.style.name}:material:{model.material}"
        rng = stream(plan.seed, scope, "chords", f"progression:{self.attempt}:{salt}")
        wanted = [rng.random() for _ in range(4)]
        period = plan.style.cadence == "strong" and wanted[1] < habits["period"]
        slow, fast = wanted[2] < habits["slow"], wanted[3] < habits["fast"]
        clearest = self.attempt >= _CLEAREST
        written: Bars | None = None
        if wanted[0] < habits["written"] and not clearest and model.bars >= 4:
            closes = "half" if self._opens(model) else "authentic"
            pace = 2 if slow and model.bars >= 8 else 1
            words = self._vocabulary(plan)
            length = model.bars if period else _LOOP
            written = write_section(words, length, rng, period=period, pace=pace, closes=closes)
        if written is not None and period:
            self._colour(plan, scope, written)
            bars = [list(written[bar % model.bars]) for bar in range(section.bars)]
        else:
            loop = written or self._loop(plan, model, rng, slow=slow, fast=fast)
            turn = [*loop, loop[0]]
            self._colour(plan, scope, turn)
            bars = [list(turn[bar % len(loop)]) for bar in range(section.bars)]
            if clearest and plan.style.cadence != "strong":
                _rest_at_home(plan, bars)
            if period and len(loop) % 12:
                _ask_and_answer(plan, bars)
        key = LocalKey(plan.tonic, plan.mode)
        chance = float(habits["pedal"]) * min(1.0, self._richness(plan))
        rng = stream(plan.seed, section.uid, "chords", "pedal")
        hold_pedal(bars, section.kind, key, chance, rng)
        return bars

    def _loop(
        self, plan: SongPlan, model: PlannedSection, rng: random.Random, *, slow: bool, fast: bool
    ) -> Bars:
        """Take a loop from the library of the style, now and then in another harmonic rhythm."""
        loop = self._from_library(plan, model.kind, rng)
        single = all(len(bar) == 1 for bar in loop)
        if slow and single and 2 * len(loop) <= model.bars:
            return [bar for bar in loop for _ in range(2)]
        if fast and single and len(loop) % 2 == 0 and plan.grid.middle:
            return [a + b if a != b else a for a, b in zip(loop[::2], loop[1::2], strict=True)]
        return loop

    def _from_library(self, plan: SongPlan, kind: str, rng: random.Random) -> Bars:
        clearest = self.attempt >= _CLEAREST
        library = library_of(plan)
        texts = library.get(kind)
        for other in KIND_FALLBACK.get(kind, ("verse",)):
            texts = texts or library.get(other)
        texts = list(texts or next(iter(library.values())))
        text = rng.choice(texts)
        if self.attempt:
            drawn = texts if clearest else [text, *(rng.choice(texts) for _ in range(2))]
            text = max(drawn, key=lambda item: (_clarity(plan, item), item))
        return [
            [resolve_roman(token, plan.tonic_class, plan.mode) for token in bar]
            for bar in parse_progression(text)
        ]

    def _vocabulary(self, plan: SongPlan) -> Vocabulary:
        key = (plan.tonic, plan.mode)
        if key not in self._words:
            texts = [text for items in library_of(plan).values() for text in items]
            self._words[key] = vocabulary(texts, LocalKey(plan.tonic, plan.mode))
        return self._words[key]

    def _opens(self, section: PlannedSection) -> bool:
        """Whether a section ends on the dominant, because the next one is its goal."""
        if section.last:
            return False
        following = self.plan.sections[section.index + 1]
        return following.kind in _GOALS or section.kind in _OPENING_UP

    def _richness(self, plan: SongPlan) -> float:
        """How much the devices of the style are used, 1 as it usually does."""
        wanted = float(plan.spec.complexity.value) / max(0.05, plan.style.complexity)
        return min(2.5, max(0.15, wanted)) * (1.0, 0.5, 0.0, 0.0)[min(3, self.attempt)]

    def _colour(self, plan: SongPlan, scope: str, bars: Bars) -> None:
        rng = stream(plan.seed, scope, "chords", "colour")
        colour(bars, LocalKey(plan.tonic, plan.mode), plan.style.harmony, self._richness(plan), rng)

    # Cadences --------------------------------------------------------------------------

    def close(self, section: PlannedSection, bars: Bars) -> None:
        """Shape the end of a section towards what follows, as far as the style has cadences."""
        plan = self.plan.within(section)
        strength = plan.style.cadence
        if section.last:
            self._close_song(plan, bars)
            return
        following = self.plan.sections[section.index + 1]
        if self.plan.key_of(following) != self.plan.key_of(section):
            self._lead_over(plan, section, following, bars)
            return
        if strength == "none" or len(bars) < 4:
            return
        dominant, tonic = dominant_of(plan), tonic_of(plan)
        key = LocalKey(plan.tonic, plan.mode)
        opens = bars[-1][-1]
        scope = f"{plan.style.name}:material:{section.material}"
        rng = stream(plan.seed, scope, "chords", "cadence")
        quickens = rng.random() < plan.style.harmony["accelerate"]
        turns = stream(plan.seed, section.uid, "chords", "deceptive").random()
        if self._opens(section):
            if function_of(opens, key) != "D" and (
                opens.root == plan.tonic_class or strength == "strong"
            ):
                bars[-1] = [dominant] if strength == "strong" else _leading_to(bars[-1], dominant)
        elif strength == "strong" and section.kind in ("chorus", "verse", "head"):
            if len(bars) % 12 == 0 and plan.style.name == "blues":
                return  # the twelve bars have their own turnaround
            returns = section.occurrence and following.kind != section.kind
            if returns and turns < plan.style.harmony["deceptive"]:
                bars[-2], bars[-1] = [dominant], [_sixth(plan)]
                return
            if function_of(bars[-2][-1], key) != "D":
                bars[-2] = _leading_to(bars[-2], dominant)
            bars[-1] = [tonic]
        if quickens and len(bars[-2]) == 1 and function_of(bars[-1][0], key) in "TD":
            _quicken(plan, bars, self._vocabulary(plan), rng)

    def _close_song(self, plan: SongPlan, bars: Bars) -> None:
        """The final cadence of the style, in the last two bars."""
        tonic = tonic_of(plan)
        if len(bars) >= 4 and plan.style.cadence != "none":
            weights = plan.style.harmony["final"]
            rng = stream(plan.seed, "song", "chords", "final")
            kind = rng.choices(list(weights), list(weights.values()))[0]
            leading = _leading(plan, kind)
            if leading is not None:
                bars[-2] = _leading_to(bars[-2], leading)
        bars[-1] = [tonic]

    def _lead_over(
        self, plan: SongPlan, section: PlannedSection, following: PlannedSection, bars: Bars
    ) -> None:
        """Prepare a new key: a chord of both keys, then the dominant of the new one.

        A lift of the same music by a step may come straight, as it does in songs.
        """
        new = self.plan.key_of(following)
        rng = stream(plan.seed, following.uid, "chords", "pivot")
        lifted = (new.tonic_class - plan.tonic_class) % 12 in (1, 2) and new.mode is plan.mode
        if lifted and rng.random() < 0.5:
            return
        here = LocalKey(plan.tonic, plan.mode)
        of = roman_of(new.tonic_class, "m" if new.minor else "", here.tonic_class, here.mode)
        root = (new.tonic_class + 7) % 12
        name = f"V7/{of}" if new.tonic_class != here.tonic_class else "V7"
        dominant = Harmony(root, "7", name)
        pivot = _pivot(here, new)
        if pivot is not None and len(bars) >= 4 and pivot.root != root:
            bars[-2:] = [[bars[-2][0]] if bars[-2][0].root == pivot.root else [pivot], [dominant]]
        else:
            bars[-1] = [bars[-1][0], dominant] if len(bars) > 1 else [dominant]


def _pivot(here: LocalKey, new: LocalKey) -> Harmony | None:
    """Return the ii, IV or vi of the new key that the old key has too, named in the old one."""
    from_scale = set(scale_pitch_classes(here.tonic, here.mode))
    for text in ("iiø7", "iv", "VI") if new.minor else ("ii", "IV", "vi"):
        chord = resolve_roman(text, new.tonic_class, new.mode)
        if set(chord.pitch_classes[:3]) <= from_scale:
            roman = roman_of(chord.root, chord.quality, here.tonic_class, here.mode)
            return Harmony(chord.root, chord.quality, roman)
    return None


def _clarity(plan: SongPlan, text: str) -> float:
    """Return how clearly a band that plays a progression is heard in the key of the plan."""
    power = not any(p.figure in _TRIADS for p in plan.style.parts if p.role == "chords")
    weights = np.zeros(12)
    for bar in parse_progression(text):
        for token in bar:
            chord = resolve_roman(token, plan.tonic_class, plan.mode)
            weights[chord.lowest] += 1.0 / len(bar)
            for pitch in chord.pitch_classes[: 1 if power else None]:
                weights[pitch] += 1.0 / len(bar)
            if power:
                weights[(chord.root + 7) % 12] += 1.0 / len(bar)
    return lead_of(weights, plan.tonic_class, plan.mode in MINOR_MODES)


def _ask_and_answer(plan: SongPlan, bars: Bars) -> None:
    """Leave every first phrase of two open on the dominant: the second one answers it."""
    key = LocalKey(plan.tonic, plan.mode)
    place = 0
    lengths = phrase_lengths(len(bars))
    for index, length in enumerate(lengths):
        place += length
        chords = [chord for bar in bars[place - length : place] for chord in bar]
        closed = len(chords) > 1 and cadence_of(chords[-2], chords[-1], key) in CLOSED
        if index % 2 == 0 and index < len(lengths) - 1 and closed and length >= 4:
            bars[place - 1] = [dominant_of(plan)]


def _rest_at_home(plan: SongPlan, bars: Bars) -> None:
    """Let every second phrase of a loop come to rest on the tonic, to make the key clear."""
    place = 0
    for index, length in enumerate(phrase_lengths(len(bars))):
        place += length
        if length >= 4 and (index % 2 or place == len(bars)):
            bars[place - 1] = [tonic_of(plan)]


def _sixth(plan: SongPlan) -> Harmony:
    minor = plan.mode in MINOR_MODES
    return resolve_roman("VI" if minor else "vi", plan.tonic_class, plan.mode)


def _leading(plan: SongPlan, kind: str) -> Harmony | None:
    """Return the chord before the last one: of an authentic, plagal or modal ending."""
    if kind == "tonic":
        return None
    if kind == "plagal" and plan.mode not in (Mode.PHRYGIAN, Mode.LYDIAN, Mode.LOCRIAN):
        fourth = "iv" if plan.mode in MINOR_MODES and plan.mode is not Mode.DORIAN else "IV"
        return resolve_roman(fourth, plan.tonic_class, plan.mode)
    if kind == "backdoor" and plan.mode not in _BACKDOOR:
        return resolve_roman("bVII", plan.tonic_class, plan.mode)
    return dominant_of(plan)


def _leading_to(bar: list[Harmony], chord: Harmony) -> list[Harmony]:
    """Return a bar that begins as it did and ends on a chord."""
    return [chord] if bar[0].root == chord.root else [bar[0], chord]


def _quicken(plan: SongPlan, bars: Bars, words: Vocabulary, rng: random.Random) -> None:
    """Two chords in the bar before the last one: the harmony moves faster into its cadence."""
    last = bars[-2][0]
    key = LocalKey(plan.tonic, plan.mode)
    wanted = "S" if function_of(last, key) == "D" else "T"
    before = [c for c in words.of(wanted) if c.root not in (last.root, bars[-3][-1].root)]
    before = [c for c in before if not c.dominant and "/" not in c.roman]
    if before:
        bars[-2] = [rng.choice(before), last]
