"""Play again what was played before: a loop and a section keep their voicings."""

from __future__ import annotations

from collections.abc import Sequence

from compositions.composer.harmony import Changes, ChordSlot
from compositions.composer.plan import SongPlan
from compositions.composer.roman import Harmony
from compositions.composer.voicing import Voicing

_TURNS = (1, 2, 4, 8)
_LOOPS = 0.75
"""Share of the chords that must be those of the turn before for changes to be a loop."""


def returning(plan: SongPlan, changes: Changes, voiced: Sequence[Voicing]) -> dict[int, Voicing]:
    """Return the voicings by start tick; what comes again is played as it was.

    A loop keeps the voicings of its second turn, which lead into its first chord again, and
    a section those that its material had before: a player finds a way through the changes
    once.
    """
    found: dict[int, Voicing] = {}
    known: dict[tuple[str, int, Harmony], Voicing] = {}
    for section in plan.sections:
        first, stop = plan.ticks_of(section)
        places = [n for n, slot in enumerate(changes.slots) if first <= slot.start < stop]
        slots = [changes.slots[place] for place in places]
        turn = _turn_of(plan, slots, section.start_bar)
        for number, (slot, place) in enumerate(zip(slots, places, strict=True)):
            again = turn + number % turn if turn else number
            same = again < len(slots) and slots[again].harmony == slot.harmony
            model = places[again] if same else place
            key = (section.material, slot.start - first, slot.harmony)
            found[slot.start] = known.setdefault(key, voiced[model])
    return found


def _turn_of(plan: SongPlan, slots: Sequence[ChordSlot], start_bar: int) -> int:
    """Return after how many chords the changes of a section come again, 0 when they do not.

    A turn is one, two, four or eight bars long and comes at least twice; the last one may end
    otherwise.
    """
    for bars in _TURNS:
        length = plan.bar_start(start_bar + bars) - plan.bar_start(start_bar)
        count = sum(slot.bar < start_bar + bars for slot in slots)
        pairs = list(zip(slots, slots[count:], strict=False))
        alike = sum(
            one.harmony == other.harmony and other.start - one.start == length
            for one, other in pairs
        )
        if count and len(slots) >= 2 * count and alike >= _LOOPS * len(pairs):
            return count
    return 0
