"""Play it like people: swing, timing, accents, strums and pedal, over the written notes.

A pass of its own: it moves starts, lengths and velocities a little and adds pedal, and
never adds or removes a written pitch (two notes of one pitch at once become one).
"""

from __future__ import annotations

from compositions.composer.events import Event, Part
from compositions.composer.harmony import Changes
from compositions.composer.plan import SongPlan
from compositions.composer.seeds import stream

_PEDAL_NAMES = ("Piano", "Rhodes", "Electric Grand", "FM Electric Piano", "Bright Piano")
_GROOVE_ROLES = {"drums": "drums", "percussion": "drums", "bass": "bass", "lead": "lead",
                 "vocal": "lead", "counter_melody": "lead"}  # fmt: skip
_LONGEST_SHIFT = 40


def perform(plan: SongPlan, changes: Changes, parts: list[Part]) -> None:
    """Humanise all parts in place; every start stays >= 0 and inside the song."""
    end = plan.bars * plan.grid.ticks
    for part in parts:
        swung = _swing_unit(plan)
        if swung:
            ratio = float(plan.spec.swing.value)
            for event in part.events:
                stop = _swing(event.end, swung, ratio)
                event.start = _swing(event.start, swung, ratio)
                event.duration = max(20, stop - event.start)
        _loosen(plan, part)
        if part.figure == "strum":
            _strum(plan, part)
        if part.name.startswith(_PEDAL_NAMES) and part.figure in ("block", "sustain", "arpeggio"):
            part.pedal = _pedal(plan, changes, part, end)
        part.events = tidy(part.events, end)


def _swing_unit(plan: SongPlan) -> int:
    """Ticks of the pair that swings, 0 for straight time or meters without pairs."""
    ratio = float(plan.spec.swing.value)
    if abs(ratio - 0.5) < 0.005 or plan.grid.compound:
        return 0
    unit = plan.style.swing_unit
    pair = 480 if unit == 8 else 240
    even = all(length % 4 == 0 for length in plan.grid.groups)
    return pair if pair == 240 or even else 0


def _swing(tick: int, pair: int, ratio: float) -> int:
    """Warp time inside a pair so that its second half starts at ``ratio``."""
    whole, inside = divmod(tick, pair)
    half = pair / 2
    if inside <= half:
        moved = inside / half * ratio * pair
    else:
        moved = ratio * pair + (inside - half) / half * (1.0 - ratio) * pair
    return whole * pair + round(moved)


def _loosen(plan: SongPlan, part: Part) -> None:
    """Seeded timing and velocity by role; whole chords move together."""
    feel = plan.style.feel
    loose = float(feel["looseness"]) * (0.6 if part.role in ("drums", "bass") else 1.0)
    spread = float(feel["velocity_spread"]) * 0.5
    late = feel["lay_back"]
    group = _GROOVE_ROLES.get(part.role, "chords")
    together: dict[tuple[int, int], int] = {}
    streams: dict[str, object] = {}
    final = (plan.bars - 1) * plan.grid.ticks
    for event in sorted(part.events, key=lambda e: (e.start, e.pitch)):
        bar = min(plan.bars - 1, max(0, event.start // plan.grid.ticks))
        uid = plan.section_at(bar).uid
        rng = streams.get(uid)
        if rng is None:
            rng = streams[uid] = stream(plan.seed, uid, f"{part.role}:{part.name}", "humanise")
        key = (event.start, event.pitch if part.role == "drums" else 0)
        shift = together.get(key)
        if shift is None:
            base = float(late.get(group, 0))
            if part.role == "drums":
                base = float(late.get("snare", 0)) if event.pitch in (37, 38, 39) else 0.0
            jitter = max(-2.5, min(2.5, rng.gauss(0, 1))) * loose  # type: ignore[attr-defined]
            shift = round(max(-_LONGEST_SHIFT, min(_LONGEST_SHIFT, base + jitter)))
            if event.start >= final:
                shift = max(0, round(shift * 0.3))  # all meet on the last chord
            together[key] = shift
        change = rng.gauss(0, spread)  # type: ignore[attr-defined]
        event.velocity = max(1, min(127, round(event.velocity + change)))
        start = max(0, event.start + shift)
        event.duration = max(
            20, event.duration + (event.start - start if event.duration > 240 else 0)
        )
        event.start = start


def _strum(plan: SongPlan, part: Part) -> None:
    """Spread chords over the strings: down on the beat, up off it, about 12 ms a string."""
    per_string = max(3, round(0.011 * plan.bpm / 60 * 480))
    chords: dict[int, list[Event]] = {}
    for event in part.events:
        chords.setdefault(event.start, []).append(event)
    for start, chord in chords.items():
        beat = start % 480
        down = beat < 120 or beat > 420
        chord.sort(key=lambda event: event.pitch, reverse=not down)
        for index, event in enumerate(chord):
            shift = min(index * per_string, 60, max(0, event.duration - 30))
            event.start += shift
            event.duration = max(20, event.duration - shift)
            event.velocity = max(1, event.velocity - 2 * index)


def _pedal(plan: SongPlan, changes: Changes, part: Part, end: int) -> list[tuple[int, int]]:
    """Sustain pedal (tick, value): down just after each chord, up just before the next."""
    if not part.events:
        return []
    points: list[tuple[int, int]] = []
    sounding = {event.start // plan.grid.ticks for event in part.events}
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
