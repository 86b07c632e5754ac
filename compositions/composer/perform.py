"""Play it like people: swing, timing, accents, strums and pedal, over the written notes.

A pass of its own that leaves what is written as it is: how a note is sounded goes into its
``timing``, ``articulation`` and ``dynamics``, and pedal is added. Notes are written in note
values; that a player lets go a little earlier is touch, and so part of the performance.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from functools import lru_cache

from compositions.composer.events import Event, Part
from compositions.composer.harmony import Changes
from compositions.composer.plan import SongPlan
from compositions.composer.rhythm import Grid
from compositions.composer.seeds import stream

_PEDAL_NAMES = ("Piano", "Rhodes", "Electric Grand", "FM Electric Piano", "Bright Piano")
_GROOVE_ROLES = {"drums": "drums", "percussion": "drums", "bass": "bass", "lead": "lead",
                 "vocal": "lead", "counter_melody": "lead"}  # fmt: skip
_LONGEST_SHIFT = 40
_HABIT, _CHANCE = 0.9, 0.4
"""How much of a player's timing is habit, the same in every bar, and how much is chance.

Together they spread as one: performers' timing is largely systematic (A. Gabrielsson, "Timing
in music performance and its relations to music experience", 1988).
"""
_SIXTEENTH, _SIXTEENTH_TRIPLET = 120, 80
_MOST_TOUCH = 60
"""Ticks that a player may let go of a note before the end of its note value."""
_SHORTEST = 20


def perform(plan: SongPlan, changes: Changes, parts: list[Part]) -> None:
    """Give the notes of all parts their performance, in place; what is written is made tidy.

    Every sounding start is at 0 or later, and no two notes of one pitch of a part sound at
    once.
    """
    end = plan.end
    for part in parts:
        part.events = tidy(part.events, end)
        sounds = [replace(event, timing=0, articulation=0, dynamics=0) for event in part.events]
        write_values(part.events)
        for sound in sounds:
            stop = _swung(plan, sound.end)
            sound.start = _swung(plan, sound.start)
            if stop != sound.end:
                sound.duration = max(_SHORTEST, stop - sound.start)
        _loosen(plan, part, sounds)
        if part.figure == "strum":
            _strum(plan, part.events, sounds)
        if part.name.startswith(_PEDAL_NAMES) and part.figure in ("block", "sustain", "arpeggio"):
            part.pedal = _pedal(plan, changes, part, end)
        _separate(sounds, end)
        for event, sound in zip(part.events, sounds, strict=True):
            event.timing = sound.start - event.start
            event.articulation = sound.duration - event.duration
            event.dynamics = sound.velocity - event.velocity


def write_values(events: list[Event]) -> None:
    """Write lengths as note values, in place: what is just short of one is played detached.

    A length grows to the next sixteenth (a triplet's end stays), by an eighth triplet at most,
    and never over the next note of the part.
    """
    starts = sorted({event.start for event in events})
    for event in events:
        stop = event.end
        if stop % _SIXTEENTH == 0 or stop % _SIXTEENTH_TRIPLET == 0:
            continue
        value = -(-stop // _SIXTEENTH) * _SIXTEENTH
        # Others may have begun since; what counts is whether one begins where it would grow.
        place = bisect_left(starts, stop)
        following = starts[place] if place < len(starts) else value
        if value - stop <= _MOST_TOUCH and following >= value:
            event.duration = value - event.start


def _swung(plan: SongPlan, tick: int) -> int:
    """Where a written tick is played: pairs swing from each bar line on."""
    ratio = float(plan.spec.swing.value)
    if abs(ratio - 0.5) < 0.005:
        return tick
    bar = plan.bar_at(tick)
    pair = _swing_unit(plan.grid_at(bar), plan.style.swing_unit)
    origin = plan.bar_start(bar)
    return origin + swing(tick - origin, pair, ratio) if pair else tick


@lru_cache(maxsize=64)
def _swing_unit(grid: Grid, unit: int) -> int:
    """Ticks of the pair that swings, 0 for meters without pairs."""
    if grid.compound:
        return 0
    pair = 480 if unit == 8 else 240
    even = all(length % 4 == 0 for length in grid.groups)
    return pair if pair == 240 or even else 0


def swing(tick: int, pair: int, ratio: float) -> int:
    """Warp time inside a pair so that its second half starts at ``ratio``."""
    whole, inside = divmod(tick, pair)
    half = pair / 2
    if inside <= half:
        moved = inside / half * ratio * pair
    else:
        moved = ratio * pair + (inside - half) / half * (1.0 - ratio) * pair
    return whole * pair + round(moved)


def _loosen(plan: SongPlan, part: Part, sounds: list[Event]) -> None:
    """Seeded timing and velocity by role; whole chords move together.

    A player leans on each place of the bar in the same way each time, so a groove stays a
    groove; chance comes on top of it.
    """
    feel = plan.style.feel
    loose = float(feel["looseness"]) * (0.6 if part.role in ("drums", "bass") else 1.0)
    spread = float(feel["velocity_spread"]) * 0.5
    late = feel["lay_back"]
    group = _GROOVE_ROLES.get(part.role, "chords")
    together: dict[tuple[int, int], int] = {}
    habits: dict[tuple[int, int], float] = {}
    streams: dict[str, object] = {}
    final = plan.bar_start(plan.bars - 1)
    for sound in sorted(sounds, key=lambda e: (e.start, e.pitch)):
        bar = min(plan.bars - 1, max(0, plan.bar_at(sound.start)))
        uid = plan.section_at(bar).uid
        rng = streams.get(uid)
        if rng is None:
            rng = streams[uid] = stream(plan.seed, uid, f"{part.role}:{part.name}", "humanise")
        key = (sound.start, sound.pitch if part.role == "drums" else 0)
        shift = together.get(key)
        if shift is None:
            base = float(late.get(group, 0))
            if part.role == "drums":
                base = float(late.get("snare", 0)) if sound.pitch in (37, 38, 39) else 0.0
            place = (sound.start - plan.bar_start(bar), key[1])
            if place not in habits:
                who = stream(plan.seed, "song", f"{part.role}:{part.name}", f"habit:{place}")
                habits[place] = who.gauss(0, _HABIT)
            drawn = habits[place] + rng.gauss(0, _CHANCE)  # type: ignore[attr-defined]
            jitter = max(-2.5, min(2.5, drawn)) * loose
            shift = round(max(-_LONGEST_SHIFT, min(_LONGEST_SHIFT, base + jitter)))
            if sound.start >= final:
                shift = max(0, round(shift * 0.3))  # all meet on the last chord
            together[key] = shift
        change = rng.gauss(0, spread)  # type: ignore[attr-defined]
        sound.velocity = max(1, min(127, round(sound.velocity + change)))
        start = max(0, sound.start + shift)
        held = sound.start - start if sound.duration > 240 else 0
        sound.duration = max(_SHORTEST, sound.duration + held)
        sound.start = start


def _strum(plan: SongPlan, written: list[Event], sounds: list[Event]) -> None:
    """Spread chords over the strings: down on the beat, up off it, about 12 ms a string."""
    per_string = max(3, round(0.011 * plan.bpm / 60 * 480))
    chords: dict[int, list[Event]] = {}
    for event, sound in zip(written, sounds, strict=True):
        chords.setdefault(event.start, []).append(sound)
    for start, chord in chords.items():
        chord.sort(
            key=lambda sound: sound.pitch,
            reverse=(start - plan.bar_start(plan.bar_at(start))) % 480 >= 120,
        )
        for index, sound in enumerate(chord):
            shift = min(index * per_string, 60, max(0, sound.duration - 30))
            sound.start += shift
            sound.duration = max(_SHORTEST, sound.duration - shift)
            sound.velocity = max(1, sound.velocity - 2 * index)


def _separate(sounds: list[Event], end: int) -> None:
    """Let every note of a pitch end before the next one of it begins, and all inside the song."""
    following: dict[int, Event] = {}
    for sound in reversed(sounds):
        sound.start = min(sound.start, end - 1)
        after = following.get(sound.pitch)
        if after is not None:
            sound.start = min(sound.start, max(0, after.start - _SHORTEST))
        stop = end if after is None else min(end, max(sound.start + 1, after.start))
        sound.duration = max(1, min(sound.duration, stop - sound.start))
        following[sound.pitch] = sound


def _pedal(plan: SongPlan, changes: Changes, part: Part, end: int) -> list[tuple[int, int]]:
    """Sustain pedal (tick, value): down just after each chord, up just before the next."""
    if not part.events:
        return []
    points: list[tuple[int, int]] = []
    sounding = {plan.bar_at(event.start) for event in part.events}
    for slot in changes.slots:
        if slot.bar not in sounding or slot.duration < 480:
            continue
        points += [(slot.start + 40, 127), (min(end, slot.end) - 20, 0)]
    return points


def tidy(events: list[Event], end: int) -> list[Event]:
    """Return the notes in order, inside the song, no two of one pitch at the same time."""
    kept: list[Event] = []
    last: dict[int, Event] = {}
    for event in sorted(events, key=lambda e: (e.start, e.pitch, -e.velocity)):
        event.start = max(0, event.start)
        if event.start >= end:
            continue
        event.duration = max(1, min(event.duration, end - event.start))
        before = last.get(event.pitch)
        if before is not None and event.start < before.end:
            if event.start - before.start < 20:
                if event.syllable is None:
                    before.duration = max(before.duration, event.end - before.start)
                    continue
                event.start = before.end if before.end < event.end else event.start
            else:
                before.duration = event.start - before.start
        last[event.pitch] = event
        kept.append(event)
    return kept
