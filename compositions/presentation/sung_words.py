"""The words of a song as they are sung: its lines by section, each with its time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


class LineRow(Protocol):
    """What is needed of a lyric line."""

    entity_id: str
    section_id: str
    text: str


class SyllableRow(Protocol):
    """What is needed of a syllable."""

    line_id: str
    note_id: str


class SectionRow(Protocol):
    """What is needed of a section."""

    entity_id: str
    label: str


class TrackRow(Protocol):
    """What is needed of a track: plain notes, times in ticks."""

    @property
    def notes(self) -> Sequence[dict[str, Any]]:
        """All notes in order."""


@dataclass(frozen=True, slots=True)
class SungLine:
    """A line and when it is sung, in ticks; both None for a line that no note carries."""

    text: str
    start_tick: int | None
    end_tick: int | None


@dataclass(frozen=True, slots=True)
class SungSection:
    """The lines of one section; those of none have an empty label."""

    label: str
    lines: tuple[SungLine, ...]


def sung_sections(
    lines: Iterable[LineRow],
    syllables: Iterable[SyllableRow],
    tracks: Iterable[TrackRow],
    sections: Iterable[SectionRow],
) -> tuple[SungSection, ...]:
    """Return the lines, which are in order, by the section that they stand in."""
    carried = {syllable.note_id: syllable.line_id for syllable in syllables if syllable.line_id}
    times: dict[str, tuple[int, int]] = {}
    for track in tracks:
        for note in track.notes:
            line = carried.get(note["id"])
            if line is not None:
                start, end = note["start"], note["start"] + note["duration"]
                before = times.get(line, (start, end))
                times[line] = (min(before[0], start), max(before[1], end))
    labels = {section.entity_id: section.label for section in sections}
    found: list[tuple[str, str, list[SungLine]]] = []
    for row in lines:
        start_tick, end_tick = times.get(row.entity_id, (None, None))
        if not found or found[-1][0] != row.section_id:
            found.append((row.section_id, labels.get(row.section_id, ""), []))
        found[-1][2].append(SungLine(row.text, start_tick, end_tick))
    return tuple(SungSection(label, tuple(sung)) for _, label, sung in found)


def times_of(sections: Iterable[SungSection]) -> list[tuple[int, int]]:
    """Return when the lines that notes carry begin and end, in ticks and in order."""
    return sorted(
        (line.start_tick, line.end_tick)
        for section in sections
        for line in section.lines
        if line.start_tick is not None and line.end_tick is not None
    )
