"""Drums and hand percussion: grooves with variation, ghost notes, fills and crashes."""

from __future__ import annotations

import random
from collections.abc import Mapping

from compositions.composer.events import Event
from compositions.composer.fills import BRUSH_KIT, fill_steps, play_fill
from compositions.composer.grooves import at_level, level_of
from compositions.composer.leaning import in_groove
from compositions.composer.patterns import PIECES, Kit
from compositions.composer.plan import PlannedSection, SongPlan
from compositions.composer.rhythm import TICKS_PER_STEP, fit_paced
from compositions.composer.seeds import stream

_STEADY = frozenset({"hat", "ride", "shaker", "tambourine", "swirl", "pedal", "maracas", "cabasa"})
_LEVEL = {"kick": 98, "snare": 96, "rim": 82, "clap": 92, "hat": 66, "pedal": 62, "open": 70,
          "ride": 72, "tambourine": 58, "cowbell": 74, "shaker": 54, "floor": 94, "swirl": 58,
          "crash": 92, "maracas": 52, "china": 84, "cabasa": 54, "guiro_long": 62,
          "guiro_short": 56, "triangle_open": 56, "triangle_mute": 50, "claves": 72,
          "castanets": 70, "agogo_high": 68, "agogo_low": 68, "surdo": 92, "surdo_mute": 70,
          "woodblock_high": 68, "woodblock_low": 68, "cuica": 60}  # fmt: skip
_OWN_BRUSHES = 43
_QUIET_KINDS = frozenset({"intro", "breakdown", "outro"})


def _velocity(piece: str, char: str, energy: float, rng: random.Random) -> int:
    base = _LEVEL.get(piece, 80) * (0.78 + 0.3 * energy)
    factor = {"X": 1.12, "o": 0.48, "r": 0.8, "t": 0.85}.get(char, 1.0)
    return max(12, min(122, round(base * factor + rng.gauss(0, 2))))


def _strokes(
    tick: int, piece: str, char: str, velocity: int, duration: int = 60
) -> list[tuple[int, int, int]]:
    """Return (tick, duration, velocity) of a pattern character: one stroke or several."""
    if char == "r":  # a drag: two thirty-seconds
        return [(tick, 50, velocity), (tick + 60, 50, max(8, round(velocity * 0.85)))]
    if char == "t":  # three in the time of two sixteenths
        return [(tick + 80 * n, 60, max(8, round(velocity * (1 - 0.08 * n)))) for n in range(3)]
    if char == "f":  # a flam: a grace note just before
        return [(max(0, tick - 22), 20, max(8, velocity // 2)), (tick, duration, velocity)]
    return [(tick, duration, velocity)]


def manner_of(program: int) -> int:
    """The General MIDI kit that a kit is played like: brushes of any kind like brushes."""
    return BRUSH_KIT if program == _OWN_BRUSHES else program


def play_drums(plan: SongPlan, section: PlannedSection, enters: float, program: int) -> list[Event]:
    """Return the drum part of one section.

    ``enters`` is the energy from which the drums play; the bar before a section in which
    they come in holds a pick-up fill. ``program`` is the kit.
    """
    rng = stream(plan.seed, section.uid, "drums", "notes")
    following = plan.sections[section.index + 1] if not section.last else None
    playing = section.energy >= enters
    next_plays = following is not None and following.energy >= enters
    events: list[Event] = []
    for index in range(section.bars):
        bar = section.start_bar + index
        origin, grid = plan.bar_start(bar), plan.grid_at(bar)
        ends = index == section.bars - 1
        if section.last and ends:
            if playing:
                events += _last_hit(plan, section, origin, rng)
            continue
        span = fill_steps(plan, section, following) if ends and next_plays else 0
        if not playing and span:
            span = min(span, grid.groups[-1])
        if playing:
            kit = _kit(plan, section, index)
            events += _groove_bar(plan, section, kit, bar, index, grid.steps - span, rng)
        if span:
            events += play_fill(plan, section, following, origin, span, program, rng)
    if playing and _crashes(plan, section, enters):
        first = plan.bar_start(section.start_bar)
        piece = PIECES["crash"] if program != BRUSH_KIT else PIECES["ride"]
        events.append(Event(first, 240, piece, _velocity("crash", "x", section.energy, rng)))
        events = [e for e in events if not (e.start == first and e.pitch == PIECES["open"])]
    return events


def _kit(plan: SongPlan, section: PlannedSection, index: int) -> tuple[Kit, int]:
    """The kit of a bar: a material keeps its groove for eight bars, then may change it."""
    groove, steps = plan.style.groove(plan.grid_at(section.start_bar + index))
    played = in_groove(plan, section)
    kits = at_level(groove["drums"], played.energy)
    if not kits:
        groove, steps = _plain_groove(), 16
        kits = at_level(groove, played.energy)
    level = level_of(played.energy)
    return choose_kit(plan, played, kits, f"drums:{level}", index // 8), steps


def choose_kit(
    plan: SongPlan, section: PlannedSection, kits: list[Kit], name: str, phrase: int
) -> Kit:
    """Choose a kit and, where a piece has alternatives, its pattern; seeded per material."""
    rng = stream(plan.seed, f"material:{section.material}", name, f"kit:{phrase % 2}")
    # The backbone stays when the phrase turns: only what lies on top is drawn anew.
    ground = stream(plan.seed, f"material:{section.material}", name, "kit:0")
    kit = ground.choice(kits)
    chosen: dict[str, str] = {}
    for piece, pattern in kit.items():
        if isinstance(pattern, str):
            chosen[piece] = pattern
            continue
        first, now = ground.choice(pattern), rng.choice(pattern)
        chosen[piece] = first if piece in ("kick", "snare", "clap") else now
    return {piece: pattern for piece, pattern in chosen.items() if pattern.strip(".")}


def _plain_groove() -> dict[str, list[Kit]]:
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
    kit: tuple[Kit, int],
    bar: int,
    index: int,
    until: int,
    rng: random.Random,
) -> list[Event]:
    """One bar of the groove up to step ``until``, a little different every few bars.

    Which light strokes are played is settled for two bars and returns with the material, as
    a drummer keeps to his groove; the fourth bar may add to it.
    """
    pieces, steps = kit
    origin, grid = plan.bar_start(bar), plan.grid_at(bar)
    turn = index % 4 == 3  # the fourth bar of a phrase answers the third
    played = in_groove(plan, section)
    material = f"material:{played.material}"
    events: list[Event] = []
    for piece, pattern in pieces.items():
        steady = piece in _STEADY
        fitted = fit_paced(str(pattern), steps, grid, index % 4, steady, section.pace)
        kept = _strokes_kept(plan, played, f"drums:{piece}", index)
        added = stream(plan.seed, material, f"drums:{piece}", f"added:{index // 8 % 2}")
        for step, char in enumerate(fitted[:until]):
            if char in ".-":
                if _extra(plan, section, piece, grid.strength(step), turn, added):
                    char = "o"
                else:
                    continue
            elif char == "o" and kept.random() < 0.18:
                continue
            elif char == "?":
                if kept.random() < 0.6:
                    continue
                char = "o"
            velocity = _velocity(piece, char, section.energy, rng)
            if piece in ("hat", "ride", "shaker"):
                velocity = round(velocity * (0.88 + 0.16 * grid.strength(step)))
            if section.kind == "build":
                velocity = round(velocity * (0.75 + 0.3 * index / max(1, section.bars)))
            velocity = max(8, min(124, velocity))
            events += [
                Event(tick, length, PIECES[piece], loud)
                for tick, length, loud in _strokes(
                    origin + step * TICKS_PER_STEP, piece, char, velocity
                )
            ]
    if turn and "hat" in pieces and section.energy >= 0.5 and until == grid.steps:
        step = grid.steps - 2
        tick = origin + step * TICKS_PER_STEP
        if stream(plan.seed, material, "drums", "open hat").random() < 0.45:
            events = [e for e in events if not (e.pitch == PIECES["hat"] and e.start >= tick)]
            events.append(Event(tick, 120, PIECES["open"], _velocity("open", "x", 0.4, rng)))
    return events


def _strokes_kept(plan: SongPlan, section: PlannedSection, name: str, index: int) -> random.Random:
    """The stream that settles which light strokes of a bar are played."""
    where = f"strokes:{index % 2}:{index // 8 % 2}"
    return stream(plan.seed, f"material:{section.material}", name, where)


def _extra(
    plan: SongPlan,
    section: PlannedSection,
    piece: str,
    strength: float,
    turn: bool,
    rng: random.Random,
) -> bool:
    """Now and then a ghost note or a pushed kick at the end of a phrase."""
    if not turn or plan.style.feel["looseness"] < 1 or section.energy < 0.45:
        return False
    if piece == "snare" and strength < 0.2:
        return rng.random() < 0.1
    if piece == "kick" and strength == 0.3:
        return rng.random() < 0.12
    return False


def _crashes(plan: SongPlan, section: PlannedSection, enters: float) -> bool:
    if section.kind in _QUIET_KINDS or section.energy < 0.55 or section.index == 0:
        return False
    before = plan.sections[section.index - 1]
    return before.energy < section.energy + 0.05 or before.energy < enters


def _last_hit(
    plan: SongPlan, section: PlannedSection, origin: int, rng: random.Random
) -> list[Event]:
    """The final downbeat: a kick, and a cymbal that rings out."""
    cymbal = "crash" if section.energy >= 0.5 else "ride"
    return [
        Event(origin, 240, PIECES["kick"], _velocity("kick", "x", section.energy, rng)),
        Event(
            origin, plan.end - origin, PIECES[cymbal], _velocity("ride", "x", section.energy, rng)
        ),
    ]


_HANDS: Mapping[str, list[Kit]] = {
    "low": [{"maracas": ["x.x.x.x.x.x.x.x.", "..x...x...x...x."]}],
    "mid": [{"conga_mute": ["x.o...x.o.o.....", "..o.x.o...o.x.o."],
             "conga_high": "......x.......x.", "conga_low": "..............xx",
             "maracas": "x.oxx.oxx.oxx.ox"}],
    "high": [{"conga_mute": ["x.ox..o.x.ox....", "x.o.x.o.x.o.x..."],
              "conga_high": "......xx......x.", "conga_low": "......x.......xx",
              "maracas": "xoxoxoxoxoxoxoxo", "tambourine": "....x.......x..."}],
}  # fmt: skip


def play_percussion(plan: SongPlan, section: PlannedSection, pattern: str = "") -> list[Event]:
    """Return the hand percussion of one section.

    ``pattern`` names the groove's table ("percussion" when empty); a style without one
    gets congas, maracas and tambourine.
    """
    rng = stream(plan.seed, section.uid, f"percussion{pattern}", "notes")
    played = in_groove(plan, section)
    name = f"{pattern or 'percussion'}:{level_of(played.energy)}"
    events: list[Event] = []
    for index in range(section.bars - (1 if section.last else 0)):
        bar = section.start_bar + index
        origin, grid = plan.bar_start(bar), plan.grid_at(bar)
        groove, steps = plan.style.groove(grid)
        table = groove.get(pattern or "percussion")
        if not table:
            table, steps = _HANDS, 16
        kits = at_level(table, played.energy)
        for piece, text in choose_kit(plan, played, kits, name, index // 8).items():
            steady = piece in _STEADY
            fitted = fit_paced(str(text), steps, grid, index % 4, steady, section.pace)
            kept = _strokes_kept(plan, played, f"percussion{pattern}:{piece}", index)
            for step, char in enumerate(fitted):
                missing = {"o": 0.15, "?": 0.6}.get(char, 0.0)
                if char in ".-" or (missing and kept.random() < missing):
                    continue
                velocity = _velocity(piece, char, section.energy * 0.8, rng)
                tick = origin + step * TICKS_PER_STEP
                events += [
                    Event(start, length, PIECES[piece], loud)
                    for start, length, loud in _strokes(tick, piece, char, velocity)
                ]
    return events
