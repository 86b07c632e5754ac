"""Drums and hand percussion: grooves with variation, ghost notes, fills and crashes."""

from __future__ import annotations

import random
from collections.abc import Mapping

from compositions.composer.events import Event
from compositions.composer.grooves import at_level, level_of
from compositions.composer.plan import PlannedSection, SongPlan
from compositions.composer.rhythm import TICKS_PER_STEP, fit_pattern
from compositions.composer.seeds import stream

PIECES: Mapping[str, int] = {
    "kick": 36, "snare": 38, "rim": 37, "clap": 39, "hat": 42, "pedal": 44, "open": 46,
    "ride": 51, "bell": 53, "crash": 49, "floor": 41, "tom_low": 45, "tom_mid": 47,
    "tom_high": 50, "tambourine": 54, "cowbell": 56, "shaker": 82, "timbale_high": 65,
    "timbale_low": 66, "swirl": 40, "conga_high": 63, "conga_mute": 62, "conga_low": 64,
    "maracas": 70,
}  # fmt: skip
"""Kit pieces as General MIDI percussion keys (``swirl`` belongs to the brush kit)."""

BRUSH_KIT = 40
ORCHESTRAL_KIT = 48
_STEADY = frozenset({"hat", "ride", "shaker", "tambourine", "swirl", "pedal", "maracas"})
_LEVEL = {"kick": 98, "snare": 96, "rim": 82, "clap": 92, "hat": 66, "pedal": 62, "open": 70,
          "ride": 72, "tambourine": 58, "cowbell": 74, "shaker": 54, "floor": 94, "swirl": 58,
          "crash": 92, "maracas": 52}  # fmt: skip
_QUIET_KINDS = frozenset({"intro", "breakdown", "outro"})


def _velocity(piece: str, char: str, energy: float, rng: random.Random) -> int:
    base = _LEVEL.get(piece, 80) * (0.78 + 0.3 * energy)
    factor = {"X": 1.12, "x": 1.0, "o": 0.48}.get(char, 1.0)
    return max(12, min(122, round(base * factor + rng.gauss(0, 2))))


def play_drums(plan: SongPlan, section: PlannedSection, enters: float, program: int) -> list[Event]:
    """Return the drum part of one section.

    ``enters`` is the energy from which the drums play; the bar before a section in which
    they come in holds a pick-up fill. ``program`` is the kit.
    """
    rng = stream(plan.seed, section.uid, "drums", "notes")
    grid = plan.grid
    following = plan.sections[section.index + 1] if not section.last else None
    playing = section.energy >= enters
    next_plays = following is not None and following.energy >= enters
    events: list[Event] = []
    kit = _kit(plan, section) if playing else None
    for index in range(section.bars):
        bar = section.start_bar + index
        origin = bar * grid.ticks
        ends = index == section.bars - 1
        if section.last and ends:
            if playing:
                events += _last_hit(plan, section, origin, rng)
            continue
        span = _fill_steps(plan, section, following) if ends and next_plays else 0
        if not playing and span:
            span = min(span, grid.groups[-1])
        if kit is not None:
            events += _groove_bar(plan, section, kit, bar, index, grid.steps - span, rng)
        if span:
            events += _fill(plan, section, following, origin, span, program, rng)
    if playing and _crashes(plan, section, enters):
        first = section.start_bar * grid.ticks
        piece = PIECES["crash"] if program != BRUSH_KIT else PIECES["ride"]
        events.append(Event(first, 240, piece, _velocity("crash", "x", section.energy, rng)))
        events = [e for e in events if not (e.start == first and e.pitch == PIECES["open"])]
    return events


def _kit(plan: SongPlan, section: PlannedSection) -> tuple[Mapping[str, str], int] | None:
    groove, steps = plan.style.groove(plan.grid)
    kits = at_level(groove["drums"], section.energy)
    if not kits:
        groove, steps = _plain_groove(), 16
        kits = at_level(groove, section.energy)
    level = level_of(section.energy)
    rng = stream(plan.seed, f"material:{section.material}", "drums", f"kit:{level}")
    return rng.choice(kits), steps


def _plain_groove() -> dict[str, list[dict[str, str]]]:
    """For styles without drums, when the musician asks for them."""
    return {
        "low": [{"kick": "x.......x.......", "rim": "....x.......x..."}],
        "mid": [{"kick": "x.......x.......", "rim": "....x.......x...", "hat": "x.x.x.x.x.x.x.x."}],
        "high": [
            {"kick": "x.......x.x.....", "snare": "....x.......x...", "hat": "x.x.x.x.x.x.x.x."}
        ],
    }


def _groove_bar(
    plan: SongPlan,
    section: PlannedSection,
    kit: tuple[Mapping[str, str], int],
    bar: int,
    index: int,
    until: int,
    rng: random.Random,
) -> list[Event]:
    """One bar of the groove up to step ``until``, a little different every few bars."""
    pieces, steps = kit
    origin = bar * plan.grid.ticks
    turn = index % 4 == 3  # the fourth bar of a phrase answers the third
    events: list[Event] = []
    for piece, pattern in pieces.items():
        fitted = fit_pattern(pattern, steps, plan.grid, index % 2, piece in _STEADY)
        for step, char in enumerate(fitted[:until]):
            if char in ".-":
                if _extra(plan, section, piece, step, turn, rng):
                    char = "o"
                else:
                    continue
            elif char == "o" and rng.random() < 0.18:
                continue
            velocity = _velocity(piece, char, section.energy, rng)
            if piece in ("hat", "ride", "shaker"):
                velocity = round(velocity * (0.88 + 0.16 * plan.grid.strength(step)))
            if section.kind == "build":
                velocity = round(velocity * (0.75 + 0.3 * index / max(1, section.bars)))
            events.append(
                Event(origin + step * TICKS_PER_STEP, 60, PIECES[piece], max(8, min(124, velocity)))
            )
    if turn and "hat" in pieces and section.energy >= 0.5 and until == plan.grid.steps:
        step = plan.grid.steps - 2
        tick = origin + step * TICKS_PER_STEP
        if rng.random() < 0.45:
            events = [e for e in events if not (e.pitch == PIECES["hat"] and e.start >= tick)]
            events.append(Event(tick, 120, PIECES["open"], _velocity("open", "x", 0.4, rng)))
    return events


def _extra(
    plan: SongPlan,
    section: PlannedSection,
    piece: str,
    step: int,
    turn: bool,
    rng: random.Random,
) -> bool:
    """Now and then a ghost note or a pushed kick, mostly at the end of a phrase."""
    if plan.style.feel["looseness"] < 1 or section.energy < 0.45:
        return False
    if piece == "snare" and plan.grid.strength(step) < 0.2:
        return rng.random() < (0.09 if turn else 0.02)
    if piece == "kick" and turn and plan.grid.strength(step) == 0.3:
        return rng.random() < 0.12
    return False


def _crashes(plan: SongPlan, section: PlannedSection, enters: float) -> bool:
    if section.kind in _QUIET_KINDS or section.energy < 0.55 or section.index == 0:
        return False
    before = plan.sections[section.index - 1]
    return before.energy < section.energy + 0.05 or before.energy < enters


def _fill_steps(plan: SongPlan, section: PlannedSection, following: PlannedSection | None) -> int:
    """Length of a fill in steps: a beat towards calm, up to a bar before a climax."""
    groups = plan.grid.groups
    if following is None:
        return 0
    rise = following.energy - section.energy
    if section.kind == "build" or (rise > 0.25 and following.energy > 0.75):
        count = min(len(groups), 3)
    elif rise > 0.08 or following.energy > 0.65:
        count = min(len(groups), 2)
    else:
        count = 1
    return sum(groups[-count:])


def _fill(
    plan: SongPlan,
    section: PlannedSection,
    following: PlannedSection | None,
    origin: int,
    span: int,
    program: int,
    rng: random.Random,
) -> list[Event]:
    """A fill over the last ``span`` steps: rising in loudness, falling through the toms."""
    grid = plan.grid
    energy = max(section.energy, following.energy if following else 0.0)
    busy = energy > 0.65 and 60.0 / plan.bpm / 4 > 0.085
    if program == BRUSH_KIT:
        colours = [38, 38, 39, 38]
    elif program == ORCHESTRAL_KIT:
        colours = [50, 47, 45, 41]
    elif section.kind == "build" or plan.style.name in ("house", "techno", "trap"):
        colours = [38, 38, 38, 38]
    else:
        colours = [38, 50, 47, 41]
    events: list[Event] = []
    start = grid.steps - span
    rhythm = rng.choice(
        ("1110", "1011", "1101", "1010") if not busy else ("1111", "1011", "1111", "1110")
    )
    for offset in range(span):
        step = start + offset
        on_beat = grid.strength(step) >= 0.55
        if not on_beat and rhythm[offset % 4] == "0":
            continue
        if not busy and offset % 2 and span > 6:
            continue
        share = offset / max(1, span - 1)
        piece = colours[min(3, int(share * 4))]
        if piece == 38 and offset == 0 and span > 4:
            piece = 38
        velocity = (52 + 30 * share + 8 * on_beat) * (0.7 + 0.4 * energy) + rng.gauss(0, 3)
        events.append(
            Event(origin + step * TICKS_PER_STEP, 60, piece, max(20, min(108, round(velocity))))
        )
    if energy > 0.5 and program != BRUSH_KIT:
        events.append(Event(origin + start * TICKS_PER_STEP, 60, 36, round(70 + 20 * energy)))
    return events


def _last_hit(
    plan: SongPlan, section: PlannedSection, origin: int, rng: random.Random
) -> list[Event]:
    """The final downbeat: a kick, and a cymbal that rings out."""
    cymbal = "crash" if section.energy >= 0.5 else "ride"
    return [
        Event(origin, 240, PIECES["kick"], _velocity("kick", "x", section.energy, rng)),
        Event(origin, plan.grid.ticks, PIECES[cymbal], _velocity("ride", "x", section.energy, rng)),
    ]


_HANDS = {
    "low": {"maracas": "x.x.x.x.x.x.x.x."},
    "mid": {"conga_mute": "x.o...x.o.o.....", "conga_high": "......x.......x.",
            "conga_low": "..............xx", "maracas": "x.oxx.oxx.oxx.ox"},
    "high": {"conga_mute": "x.ox..o.x.ox....", "conga_high": "......xx......x.",
             "conga_low": "......x.......xx", "maracas": "xoxoxoxoxoxoxoxo",
             "tambourine": "....x.......x..."},
}  # fmt: skip


def play_percussion(plan: SongPlan, section: PlannedSection) -> list[Event]:
    """Return hand percussion (congas, maracas, tambourine) for one section."""
    rng = stream(plan.seed, section.uid, "percussion", "notes")
    pieces = _HANDS[level_of(section.energy)]
    events: list[Event] = []
    for index in range(section.bars - (1 if section.last else 0)):
        origin = (section.start_bar + index) * plan.grid.ticks
        for piece, pattern in pieces.items():
            fitted = fit_pattern(pattern, 16, plan.grid, index % 2, piece in _STEADY)
            for step, char in enumerate(fitted):
                if char in ".-" or (char == "o" and rng.random() < 0.15):
                    continue
                velocity = _velocity(piece, char, section.energy * 0.8, rng)
                events.append(Event(origin + step * TICKS_PER_STEP, 60, PIECES[piece], velocity))
    return events
