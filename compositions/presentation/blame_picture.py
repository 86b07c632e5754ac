"""The notes of a track by where they come from: a letter and a colour for each origin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from compositions.presentation.bands import Bands
from compositions.presentation.lanes import COLOUR_COUNT, number_text
from compositions.presentation.note_words import describe_note
from compositions.presentation.roll import Grid, Scale, timeline_in
from compositions.score.entities import Entities, Kind

BARS_AT_ONCE = 16
MOST_NOTES = 1500
ROW_HEIGHT = 13
LETTER_WIDTH = 10
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class OriginLabel:
    """An origin: its letter and colour, what it is, and how many notes of the track it has."""

    letter: str
    colour: int
    words: str
    count: int


@dataclass(frozen=True, slots=True)
class OriginNote:
    """A note; ``letter_x`` is empty where the note is too short for its letter."""

    x: str
    y: str
    width: str
    height: str
    colour: int
    letter: str
    letter_x: str
    letter_y: str
    title: str


@dataclass(frozen=True, slots=True)
class BlamePicture:
    """Some bars of a track. ``next_bar`` and ``previous_bar`` are 0 where there is no more."""

    grid: Grid
    notes: tuple[OriginNote, ...]
    origins: tuple[OriginLabel, ...]
    first_bar: int
    last_bar: int
    next_bar: int
    previous_bar: int
    left_out: int


def draw_blame(
    entities: Entities,
    track_id: str,
    origins: Mapping[str, tuple[str, str]],
    *,
    first_bar: int = 1,
) -> BlamePicture:
    """Draw the notes of a track from ``first_bar`` on.

    ``origins`` holds for each note the words of the group it belongs to ("by ana, v7"), in
    the order in which the groups get their letters, and what to say of the note itself.
    """
    track = entities[track_id]
    notes = [
        (key, fields)
        for key, fields in entities.items()
        if fields["kind"] == Kind.NOTE and fields["track"] == track_id and key in origins
    ]
    timeline = timeline_in(entities)
    ends = [fields["start"] + fields["duration"] for _, fields in notes]
    last = timeline.position(max(ends, default=1) - 1).bar
    first = min(max(1, first_bar), last)
    until = min(first + BARS_AT_ONCE - 1, last)
    labels = _labels([origins[key][0] for key, _ in notes])
    start, end = timeline.bar_start(first), timeline.bar_start(until + 1)
    inside = [
        (key, fields)
        for key, fields in notes
        if fields["start"] < end and fields["start"] + fields["duration"] > start
    ]
    bands = Bands(entities, entities, timeline)
    scale = Scale(
        timeline,
        (first, until),
        (fields["pitch"] for _, fields in inside),
        percussion=track["percussion"],
        bands=bands.count,
        row_height=ROW_HEIGHT,
    )
    drawn = []
    for key, fields in inside[:MOST_NOTES]:
        x, y, width, height = scale.box(fields)
        label = labels[origins[key][0]]
        words = describe_note(fields, timeline, percussion=track["percussion"])
        drawn.append(
            OriginNote(
                x=number_text(x),
                y=number_text(y),
                width=number_text(width),
                height=number_text(height),
                colour=label.colour,
                letter=label.letter,
                letter_x=number_text(x + 3) if width >= LETTER_WIDTH else "",
                letter_y=number_text(y + height - 3),
                title=f"{words}: {origins[key][1]}",
            )
        )
    sections, chords = bands.labels(scale)
    return BlamePicture(
        grid=scale.grid(sections, chords),
        notes=tuple(drawn),
        origins=tuple(labels.values()),
        first_bar=first,
        last_bar=until,
        next_bar=until + 1 if until < last else 0,
        previous_bar=max(1, first - BARS_AT_ONCE) if first > 1 else 0,
        left_out=max(0, len(inside) - MOST_NOTES),
    )


def _labels(groups: Sequence[str]) -> dict[str, OriginLabel]:
    """Return the origins, the one with most notes first."""
    counts: dict[str, int] = {}
    for group in groups:
        counts[group] = counts.get(group, 0) + 1
    ordered = sorted(counts, key=lambda group: (-counts[group], group))
    return {
        group: OriginLabel(
            LETTERS[index] if index < len(LETTERS) else str(index + 1),
            index % COLOUR_COUNT,
            group,
            counts[group],
        )
        for index, group in enumerate(ordered)
    }
