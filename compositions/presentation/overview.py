"""The picture of a song: its form, chords and notes over one time axis.

The axis is linear in ticks. Places on it are percentages of its length, so that the page
can be as wide as it likes; note pictures are SVG paths whose horizontal unit is
:data:`TICKS_PER_UNIT` ticks and whose vertical unit is one pitch (one drum for drums).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from compositions.presentation.facts import pretty_accidentals
from compositions.presentation.lanes import (
    TICKS_PER_UNIT,
    TrackLane,
    TrackRow,
    draw_lanes,
    number_text,
)
from compositions.score.document import MeterChange, Score, TempoChange
from compositions.score.timeline import Timeline

MOST_RULER_LABELS = 24
SECTION_COLOURS = {
    "intro": 5,
    "verse": 0,
    "pre_chorus": 7,
    "chorus": 4,
    "post_chorus": 3,
    "bridge": 2,
    "solo": 6,
    "breakdown": 1,
    "build": 7,
    "drop": 3,
    "outro": 5,
}


class SectionRow(Protocol):
    """What is needed of a section; times in ticks, energy 0..1."""

    start_tick: int
    duration_ticks: int
    label: str
    kind: str
    energy: float


class ChordRow(Protocol):
    """What is needed of a chord; times in ticks."""

    start_tick: int
    duration_ticks: int
    root: str
    quality: str
    bass: str
    roman: str


@dataclass(frozen=True, slots=True)
class RulerMark:
    """The number of a bar and where it begins, in percent of the axis."""

    bar: int
    left: str


@dataclass(frozen=True, slots=True)
class SectionBox:
    """A section of the form: place and width in percent, bars counted from 1."""

    label: str
    kind: str
    left: str
    width: str
    start_tick: int
    end_tick: int
    first_bar: int
    last_bar: int
    energy_percent: int
    colour: int
    chords: tuple[str, ...] = ()

    @property
    def bars(self) -> str:
        """The bars in words: "bars 5–12" or "bar 5"."""
        if self.first_bar == self.last_bar:
            return f"bar {self.first_bar}"
        return f"bars {self.first_bar}–{self.last_bar}"


@dataclass(frozen=True, slots=True)
class ChordBox:
    """A chord symbol: place and width in percent, the symbol whole and in its parts."""

    symbol: str
    root: str
    quality: str
    bass: str
    roman: str
    left: str
    width: str
    start_tick: int
    end_tick: int


@dataclass(frozen=True)
class Overview:
    """The whole picture, and the same in words."""

    length_ticks: int
    axis_ticks: int
    bar_count: int
    ruler: tuple[RulerMark, ...]
    bar_lines: str
    sections: tuple[SectionBox, ...]
    chords: tuple[ChordBox, ...]
    lanes: tuple[TrackLane, ...]

    @property
    def axis_bars(self) -> int:
        """Bars that the axis is long; what the width of the picture follows."""
        return max(1, self.bar_lines.count("M") + 1)

    @property
    def axis_units(self) -> int:
        """Width of the note pictures in their own unit."""
        return -(-self.axis_ticks // TICKS_PER_UNIT)

    @cached_property
    def note_count(self) -> int:
        """Notes in all tracks."""
        return sum(lane.note_count for lane in self.lanes)


def timeline_of(tempos: Sequence[dict[str, Any]], meters: Sequence[dict[str, Any]]) -> Timeline:
    """Return the time line of serialised tempo and meter changes."""
    return Timeline(
        Score(
            tempos=tuple(TempoChange("", change["tick"], change["bpm"]) for change in tempos),
            meters=tuple(
                MeterChange("", change["tick"], change["numerator"], change["denominator"])
                for change in meters
            ),
        )
    )


def draw_overview(
    *,
    tracks: Iterable[TrackRow],
    sections: Iterable[SectionRow],
    chords: Iterable[ChordRow],
    timeline: Timeline,
    length_ticks: int,
    audio_seconds: float | None = None,
) -> Overview:
    """Draw a song of ``length_ticks``.

    With ``audio_seconds`` the axis goes on to the end of the audio, which is later than
    the last note by its reverberation; without it, to the end of the last bar.
    """
    last_bar = timeline.position(max(0, length_ticks - 1)).bar
    axis = max(timeline.bar_start(last_bar + 1), 1)
    if audio_seconds is not None:
        axis = max(axis, timeline.tick(audio_seconds))
    bar_count = timeline.position(axis - 1).bar
    starts = [timeline.bar_start(bar) for bar in range(1, bar_count + 1)]
    chord_boxes = _chord_boxes(chords, axis)
    return Overview(
        length_ticks=length_ticks,
        axis_ticks=axis,
        bar_count=last_bar if length_ticks else 0,
        ruler=_ruler(starts, axis),
        bar_lines="".join(f"M{number_text(start / TICKS_PER_UNIT)} 0v1" for start in starts[1:]),
        sections=_section_boxes(sections, chord_boxes, timeline, axis),
        chords=chord_boxes,
        lanes=draw_lanes(tracks),
    )


def _percent(ticks: float, axis: int) -> str:
    """Return a share of the axis in percent, as CSS wants it in every language."""
    return f"{100 * ticks / axis:.4f}".rstrip("0").rstrip(".")


def _ruler(starts: Sequence[int], axis: int) -> tuple[RulerMark, ...]:
    step = 1
    while len(starts) / step > MOST_RULER_LABELS:
        step *= 2
    return tuple(
        RulerMark(bar, _percent(start, axis))
        for bar, start in enumerate(starts, start=1)
        if (bar - 1) % step == 0
    )


def _chord_boxes(chords: Iterable[ChordRow], axis: int) -> tuple[ChordBox, ...]:
    """Return the chords in time; the same chord again and again is one box."""
    merged: list[list[Any]] = []
    for chord in sorted(chords, key=lambda row: row.start_tick):
        end = chord.start_tick + chord.duration_ticks
        if merged:
            last, last_end = merged[-1]
            same = (last.root, last.quality, last.bass) == (chord.root, chord.quality, chord.bass)
            if same and last_end == chord.start_tick:
                merged[-1][1] = end
                continue
        merged.append([chord, end])
    return tuple(
        ChordBox(
            symbol=pretty_accidentals(chord.root)
            + chord.quality
            + (f"/{pretty_accidentals(chord.bass)}" if chord.bass else ""),
            root=pretty_accidentals(chord.root),
            quality=chord.quality,
            bass=pretty_accidentals(chord.bass),
            roman=chord.roman,
            left=_percent(chord.start_tick, axis),
            width=_percent(end - chord.start_tick, axis),
            start_tick=chord.start_tick,
            end_tick=end,
        )
        for chord, end in merged
    )


def _section_boxes(
    sections: Iterable[SectionRow], chords: Sequence[ChordBox], timeline: Timeline, axis: int
) -> tuple[SectionBox, ...]:
    boxes = []
    for section in sorted(sections, key=lambda row: row.start_tick):
        end = section.start_tick + section.duration_ticks
        boxes.append(
            SectionBox(
                label=section.label,
                kind=section.kind,
                left=_percent(section.start_tick, axis),
                width=_percent(section.duration_ticks, axis),
                start_tick=section.start_tick,
                end_tick=end,
                first_bar=timeline.position(section.start_tick).bar,
                last_bar=timeline.position(end - 1).bar,
                energy_percent=round(100 * section.energy),
                colour=SECTION_COLOURS.get(section.kind.replace("-", "_"), 0),
                chords=tuple(
                    chord.symbol
                    for chord in chords
                    if chord.start_tick < end and chord.end_tick > section.start_tick
                ),
            )
        )
    return tuple(boxes)
