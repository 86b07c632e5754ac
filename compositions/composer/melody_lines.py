"""The melodies of a song's seats, in the key of every section.

A section that is lifted into another key of the same mode has the tune it has at home, moved;
one in another mode gets a tune of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

from compositions.composer.casting import Seat
from compositions.composer.events import Event
from compositions.composer.harmony import Changes
from compositions.composer.lyrics_singing import Singer
from compositions.composer.plan import SongPlan

Melodies = dict[str, dict[int, list[Event]]]
"""Lead lines by role ("lead", "vocal") and section index."""


def write_melodies(
    plan: SongPlan,
    changes: Changes,
    seats: Sequence[Seat],
    pull: tuple[float, ...],
    takes: dict[str, int],
) -> Melodies:
    """Return the lead lines of the band; ``pull`` draws them to some of 12 degrees.

    ``takes`` keeps which take of a material was chosen, from one attempt to the next.
    """
    melodies: Melodies = {}
    for seat in seats:
        role = seat.part.role
        if role not in ("lead", "vocal") or role in melodies:
            continue
        sung = role == "vocal" and plan.sheet is not None
        if role == "vocal" and not sung and any(s.part.role == "lead" for s in seats):
            continue  # a wordless voice beside a lead instrument has no line of its own
        melodies[role] = _lines(plan, changes, seat, pull, takes, sung)
    return melodies


def _lines(
    plan: SongPlan,
    changes: Changes,
    seat: Seat,
    pull: tuple[float, ...],
    takes: dict[str, int],
    sung: bool,
) -> dict[int, list[Event]]:
    low, high = seat.instrument.low, seat.instrument.high
    home = changes.at_home(plan)
    lines = Singer(plan, home, low, high, pull=pull, takes=takes).sections(sung=sung)
    for section in plan.sections:
        line = lines.get(section.index)
        if not section.tonic or line is None:
            continue
        if plan.key_of(section).mode is not plan.mode:
            there = plan.within(section)
            own = Singer(there, changes, low, high, pull=pull, takes=takes).sections(sung=sung)
            lines[section.index] = own[section.index]
            continue
        step = plan.lift_of(section)
        if any(event.pitch + step > high for event in line):
            step -= 12
        elif any(event.pitch + step < low for event in line):
            step += 12
        for event in line:
            event.pitch += step
    return lines
