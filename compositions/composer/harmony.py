"""Chords for every bar: progressions of the style with cadences, or the musician's own."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from compositions.composer.plan import PlannedSection, SongPlan
from compositions.composer.rhythm import TICKS_PER_STEP
from compositions.composer.roman import (
    Harmony,
    parse_progression,
    resolve,
    resolve_roman,
    roman_of,
)
from compositions.composer.seeds import stream
from compositions.score.document import Mode
from compositions.score.harmony import MINOR_MODES, scale_pitch_classes

_KIND_FALLBACK = {
    "pre_chorus": ("bridge", "verse"),
    "solo": ("head", "chorus", "verse"),
    "head": ("verse",),
    "interlude": ("verse",),
    "intro": ("verse", "head"),
    "outro": ("chorus", "verse", "head"),
    "breakdown": ("bridge", "verse"),
    "build": ("verse",),
    "drop": ("chorus",),
    "chorus": ("verse", "head"),
    "bridge": ("chorus", "verse"),
    "verse": ("head", "chorus"),
}
_MODAL = frozenset({Mode.DORIAN, Mode.PHRYGIAN, Mode.LYDIAN, Mode.MIXOLYDIAN, Mode.LOCRIAN})
_BACKDOOR = {Mode.DORIAN: "bVII", Mode.PHRYGIAN: "bII", Mode.LYDIAN: "II",
             Mode.MIXOLYDIAN: "bVII", Mode.LOCRIAN: "bII"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ChordSlot:
    """A chord on the time line: ``start`` and ``duration`` in ticks, its bar from 0."""

    start: int
    duration: int
    bar: int
    harmony: Harmony

    @property
    def end(self) -> int:
        """First tick after the chord."""
        return self.start + self.duration


@dataclass(frozen=True, slots=True)
class Changes:
    """The chords of a song with the cadence that closes each section."""

    slots: tuple[ChordSlot, ...]
    cadences: tuple[str, ...]

    def at(self, tick: int) -> ChordSlot:
        """Return the chord that sounds at a tick (the last one beyond the end)."""
        low, high = 0, len(self.slots) - 1
        while low < high:
            middle = (low + high + 1) // 2
            if self.slots[middle].start <= tick:
                low = middle
            else:
                high = middle - 1
        return self.slots[low]


@lru_cache(maxsize=1)
def _generic() -> Mapping[str, Mapping[str, list[str]]]:
    path = Path(__file__).parent / "data" / "progressions.json"
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return data


Bars = list[list[Harmony]]


def make_changes(plan: SongPlan, attempt: int = 0) -> Changes:
    """Write the chords of the whole song.

    ``attempt`` chooses other progressions for the same seed, for the case that a first
    choice leaves the key unclear.
    """
    slots: list[ChordSlot] = []
    cadences: list[str] = []
    asked = _asked_chords(plan)
    for section in plan.sections:
        own = asked.get(section.kind) or asked.get("")
        if own:
            bars = [own[bar % len(own)] for bar in range(section.bars)]
            bars = [list(bar) for bar in bars]
            cadence = "as asked"
        else:
            bars = _section_bars(plan, section, attempt)
            cadence = _cadence(plan, section, bars)
            _colour(plan, section, bars)
        if section.last and (not own or plan.closing):
            bars[-1] = [_tonic_chord(plan)]
            cadence = "authentic" if len(bars) > 1 else "tonic"
        cadences.append(cadence)
        for index, bar in enumerate(bars):
            slots += _spread(plan, section.start_bar + index, bar)
    return Changes(tuple(slots), tuple(cadences))


def _asked_chords(plan: SongPlan) -> dict[str, Bars]:
    found: dict[str, Bars] = {}
    for kind, bars in (plan.spec.chords.value or {}).items():
        found[kind] = [[resolve(text, plan.tonic_class, plan.mode) for text in bar] for bar in bars]
    return found


def _library(plan: SongPlan) -> Mapping[str, Any]:
    style, mode = plan.style, plan.mode
    if mode.value in style.progressions:
        return style.progressions[mode.value]
    if mode in _MODAL or mode in (Mode.HARMONIC_MINOR, Mode.MELODIC_MINOR):
        return _generic()[mode.value]
    family = "minor" if mode in MINOR_MODES else "major"
    return style.progressions.get(family) or _generic()[family]


def _progression(plan: SongPlan, kind: str, material: str, attempt: int) -> Bars:
    library = _library(plan)
    texts = library.get(kind)
    for other in _KIND_FALLBACK.get(kind, ("verse",)):
        texts = texts or library.get(other)
    texts = list(texts or next(iter(library.values())))
    # Intro, outro and interlude lean on the verse or chorus that the song already has.
    rng = stream(plan.seed, f"material:{material}", "chords", f"progression:{attempt}")
    text = rng.choice(texts)
    if attempt >= 2:  # the clearest one there is: most bars on the tonic
        text = max(texts, key=lambda item: (_tonic_share(plan, item), item))
    return [
        [resolve_roman(token, plan.tonic_class, plan.mode) for token in bar]
        for bar in parse_progression(text)
    ]


def _tonic_share(plan: SongPlan, text: str) -> float:
    bars = parse_progression(text)
    home = [resolve_roman(bar[0], plan.tonic_class, plan.mode).root for bar in bars]
    return home.count(plan.tonic_class) / len(home) + 0.2 * (home[0] == plan.tonic_class)


def _section_bars(plan: SongPlan, section: PlannedSection, attempt: int) -> Bars:
    kind, material = section.kind, section.material
    if kind in ("intro", "outro", "interlude", "solo", "build"):
        # These borrow the changes of a main section, so that the song hangs together.
        own = _library(plan).get(kind)
        main = next((s for s in plan.sections if s.kind in _KIND_FALLBACK[kind]), None)
        if main is not None and not own:
            kind, material = main.kind, main.material
    loop = _progression(plan, kind, material, attempt)
    if len(loop) > section.bars and section.bars in (1, 2):
        loop = loop[: section.bars]
    return [list(loop[bar % len(loop)]) for bar in range(section.bars)]


def _dominant(plan: SongPlan) -> Harmony:
    if plan.mode in _BACKDOOR:
        return resolve_roman(_BACKDOOR[plan.mode], plan.tonic_class, plan.mode)
    rich = plan.style.complexity >= 0.5 or plan.mode is Mode.BLUES
    return resolve_roman("V7" if rich else "V", plan.tonic_class, plan.mode)


def _tonic_chord(plan: SongPlan) -> Harmony:
    """The tonic as the style colours it (i9 in lo-fi, a plain triad in rock)."""
    qualities = [
        harmony.quality
        for text in next(iter(_library(plan).values()))
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


def _cadence(plan: SongPlan, section: PlannedSection, bars: Bars) -> str:
    """Shape the end of a section towards what follows; return the cadence's name."""
    strength = plan.style.cadence
    following = plan.sections[section.index + 1] if not section.last else None
    dominant, tonic = _dominant(plan), _tonic_chord(plan)
    if len(bars) >= 4 and section.last:
        if strength != "none":
            bars[-2] = [*bars[-2][:1], dominant] if bars[-2][0].root != dominant.root else bars[-2]
        return "authentic"
    if strength == "none" or len(bars) < 4 or following is None:
        return "loop"
    opens = bars[-1][-1]
    if following.kind in ("chorus", "drop") or section.kind in ("bridge", "pre_chorus", "build"):
        if opens.root == plan.tonic_class or strength == "strong":
            bars[-1] = [dominant] if strength == "strong" else [bars[-1][0], dominant]
        return "half"
    if strength == "strong" and section.kind in ("chorus", "verse", "head"):
        if len(bars) % 12 == 0 and plan.style.name == "blues":
            return "turnaround"
        bars[-2] = [bars[-2][0], dominant] if bars[-2][0].root != dominant.root else bars[-2]
        bars[-1] = [tonic]
        return "authentic"
    return "open" if opens.root != plan.tonic_class else "plagal or loop"


def _colour(plan: SongPlan, section: PlannedSection, bars: Bars) -> None:
    """Add secondary dominants and borrowed chords where the style is rich enough."""
    complexity = float(plan.spec.complexity.value)
    if plan.mode in _MODAL or complexity < 0.35:
        return
    rng = stream(plan.seed, f"material:{section.material}", "chords", "colour")
    for index in range(1, len(bars) - 2):
        here, target = bars[index], bars[index + 1][0]
        draw = rng.random()
        if len(here) != 1 or target.root == here[0].root or target.root == plan.tonic_class:
            continue
        if draw < 0.12 * complexity and _diatonic(plan, target):
            of = target.roman.replace("maj", "").rstrip("0123456789øo°")
            root = (target.root + 7) % 12
            here.append(Harmony(root, "7", f"V7/{of}"))
        elif draw > 1.0 - 0.15 * complexity and bars[index + 1][0].root == plan.tonic_class:
            _borrow(plan, here, rng)


def _borrow(plan: SongPlan, here: list[Harmony], rng: random.Random) -> None:
    """The minor subdominant before a major tonic."""
    if plan.mode is Mode.MAJOR and here[0].root == (plan.tonic_class + 5) % 12:
        here.append(
            resolve_roman("iv6" if rng.random() < 0.5 else "iv", plan.tonic_class, plan.mode)
        )


def _diatonic(plan: SongPlan, harmony: Harmony) -> bool:
    scale = set(scale_pitch_classes(plan.tonic, plan.mode))
    return set(harmony.pitch_classes[:3]) <= scale


def _spread(plan: SongPlan, bar: int, chords: list[Harmony]) -> list[ChordSlot]:
    """Place the chords of a bar on its beats."""
    grid = plan.grid
    starts = grid.starts
    if len(chords) == 2:
        places = [0, grid.middle]
    else:
        places = [
            starts[len(starts) * i // len(chords)] for i in range(min(len(chords), len(starts)))
        ]
    places = sorted(set(places))
    ends = [*places[1:], grid.steps]
    origin = bar * grid.ticks
    return [
        ChordSlot(
            origin + place * TICKS_PER_STEP, (end - place) * TICKS_PER_STEP, bar, replace(chord)
        )
        for place, end, chord in zip(places, ends, chords, strict=False)
    ]
