"""A slow counter-melody of guide tones that moves where the tune rests."""

from __future__ import annotations

from collections.abc import Sequence

from compositions.composer.comping import register_for
from compositions.composer.events import Event
from compositions.composer.harmony import Changes, ChordSlot
from compositions.composer.plan import PlannedSection, SongPlan
from compositions.composer.rhythm import TICKS_PER_STEP
from compositions.composer.seeds import stream
from compositions.composer.styles import Instrument

_PARALLEL = 6.0
"""Cost of fifths or octaves in a row with the tune or the bass, in semitones of movement."""


def play_counter(
    plan: SongPlan,
    section: PlannedSection,
    changes: Changes,
    instrument: Instrument,
    lead: Sequence[Event],
) -> list[Event]:
    """Return a slow counter-melody of guide tones that moves where the lead rests."""
    rng = stream(plan.seed, f"material:{section.material}", "counter_melody", "notes")
    low, high = register_for("counter", instrument, None)
    first, last = plan.ticks_of(section)
    busy = sorted((event.start, event.end) for event in lead)
    pitch = (low + high) // 2
    before: ChordSlot | None = None
    events: list[Event] = []
    for slot in changes.slots:
        if not first <= slot.start < last:
            continue
        tones = slot.harmony.pitch_classes
        # Guide tones show where the harmony goes; at home the line may come to rest.
        home = slot.harmony.root == plan.tonic_class
        guides = tones[:3] if home else tones[1:4] or tones
        choices = [p for p in range(low, high + 1) if p % 12 in guides]
        if not choices:
            continue
        near = pitch
        rest = slot.harmony.root if home else -1
        others = _moves(lead, slot.start)
        if before is not None:
            others += [(before.harmony.lowest, slot.harmony.lowest)]
        pitch = min(
            choices,
            key=lambda p: (
                abs(p - near)
                + 0.8 * (p == near)
                - 1.5 * (p % 12 == rest)
                + _PARALLEL * _goes_along(near, p, others)
                + rng.random()
            ),
        )
        before = slot
        velocity = round(56 + 20 * section.energy)
        duration = slot.duration - 30
        answer = slot.end - 2 * 480
        free = not any(start < slot.end and end > answer for start, end in busy)
        if free and slot.duration >= 4 * 480 and not section.last:
            duration = slot.duration - 2 * 480 - 30
            step = rng.choice((1, -1))
            scale = [p for p in range(low, high + 1) if p % 12 in slot.harmony.pitch_classes]
            place = min(range(len(scale)), key=lambda i: abs(scale[i] - pitch))
            for index in range(2):
                place = max(0, min(len(scale) - 1, place + step))
                start = answer + 480 * index
                events.append(Event(start, 440, scale[place], velocity + 4))
        events.append(Event(slot.start, max(60, duration), pitch, velocity))
    return events


def _moves(lead: Sequence[Event], tick: int) -> list[tuple[int, int]]:
    """Return the (last, next) pitches of the tune where it begins a note at a tick."""
    starting = next((event for event in lead if event.start == tick), None)
    earlier = [event for event in lead if event.start < tick <= event.end + TICKS_PER_STEP]
    return [(earlier[-1].pitch, starting.pitch)] if starting and earlier else []


def _goes_along(before: int, after: int, others: Sequence[tuple[int, int]]) -> bool:
    """Tell whether a step keeps a fifth or an octave to another part that moves too."""
    return any(
        before != after and one != two and (before - one) % 12 == (after - two) % 12 in (0, 5, 7)
        for one, two in others
    )
