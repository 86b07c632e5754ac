"""The three sides of a conflict about one note as a small piano roll.

Each side is labelled with a letter: O for what both started from, A for ours, B for theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from compositions.presentation.lanes import number_text
from compositions.presentation.note_words import describe_note
from compositions.presentation.roll import Grid, Scale, merge_bars, timeline_in
from compositions.score.entities import Entities, Kind

SIDES = (("base", "O", "Before"), ("ours", "A", "Ours"), ("theirs", "B", "Theirs"))
MOST_BARS = 8


@dataclass(frozen=True, slots=True)
class Side:
    """One side: its letter and its place. The letter stands at the left of the note."""

    name: str
    letter: str
    x: str
    y: str
    width: str
    height: str
    letter_x: str
    letter_y: str


@dataclass(frozen=True, slots=True)
class ConflictPicture:
    """A few bars with the note as each side has it; ``words`` say the same."""

    grid: Grid
    sides: tuple[Side, ...]
    words: str


def draw_conflict(
    entity_id: str, base: Entities, ours: Entities, theirs: Entities
) -> ConflictPicture | None:
    """Draw the note ``entity_id`` as the three scores have it.

    None when it is no note, or when the sides are too far apart for one picture.
    """
    notes = [
        (name, letter, label, entities.get(entity_id))
        for (name, letter, label), entities in zip(SIDES, (base, ours, theirs), strict=True)
    ]
    there = [
        (name, letter, label, note)
        for name, letter, label, note in notes
        if note is not None and note["kind"] == Kind.NOTE
    ]
    if not there:
        return None
    timeline = timeline_in(ours)
    bars = merge_bars(
        (
            (
                timeline.position(note["start"]).bar,
                timeline.position(max(note["start"], note["start"] + note["duration"] - 1)).bar,
            )
            for _, _, _, note in there
        ),
        gap=MOST_BARS,
    )
    first, last = bars[0][0], bars[-1][1]
    if last - first >= MOST_BARS:
        return None
    percussion = any(
        entities.get(note["track"], {}).get("percussion", False)
        for entities in (base, ours, theirs)
        for _, _, _, note in there
    )
    scale = Scale(
        timeline, (first, last), (note["pitch"] for *_, note in there), percussion=percussion
    )
    words = "; ".join(
        f"{label} ({letter}): "
        + (
            describe_note(note, timeline, percussion=percussion)
            if note is not None and note["kind"] == Kind.NOTE
            else "no such note"
        )
        for _, letter, label, note in notes
    )
    return ConflictPicture(scale.grid(), tuple(_sides(there, scale)), words)


def _sides(there: Sequence[tuple[str, str, str, dict[str, object]]], scale: Scale) -> list[Side]:
    """Return the notes; letters of notes in one place are put side by side."""
    sides: list[Side] = []
    taken: dict[tuple[str, str], int] = {}
    for name, letter, _, note in there:
        x, y, width, height = scale.box(note)
        place = (number_text(x), number_text(y))
        shift = taken.get(place, 0)
        taken[place] = shift + 1
        sides.append(
            Side(
                name=name,
                letter=letter,
                x=place[0],
                y=place[1],
                width=number_text(width),
                height=number_text(height),
                letter_x=number_text(x + 2 + 9 * shift),
                letter_y=number_text(y - 2),
            )
        )
    return sides
