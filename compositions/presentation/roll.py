"""A stretch of bars of one track as a small piano roll, drawn in pixels.

Unlike the overview of a song, which fills its page, these pictures are drawn to scale: one
quarter note is :data:`QUARTER_WIDTH` pixels wide, so hatching, outlines and arrows
keep their shape and two pictures can be compared by eye.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from compositions.presentation.facts import pretty_accidentals
from compositions.presentation.lanes import number_text, pitch_name
from compositions.presentation.overview import timeline_of
from compositions.score.document import TICKS_PER_QUARTER
from compositions.score.entities import Entities, Fields, Kind
from compositions.score.timeline import Timeline

QUARTER_WIDTH = 26
PITCH_HEIGHT, DRUM_HEIGHT = 7, 10
GUTTER = 36
"""Width of the labels of pitches at the left."""
BAND_HEIGHT = 17
"""Height of each band above the notes: sections, chords, bar numbers."""
LEAST_WIDTH = 2.5
LEAST_ROWS, MARGIN_ROWS = 10, 1
BLACK_KEYS = frozenset((1, 3, 6, 8, 10))


@dataclass(frozen=True, slots=True)
class Label:
    """A word at a place, its base line at ``y``; ``title`` is the same with nothing cut off.

    ``mark`` is "", "added", "removed" or "changed".
    """

    x: str
    y: str
    text: str
    width: str = ""
    mark: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """What lies behind the notes of a picture: sizes in pixels, lines as path data."""

    width: int
    height: int
    top: int
    bar_lines: str
    beat_lines: str
    shaded: str
    bars: tuple[Label, ...]
    pitches: tuple[Label, ...]
    sections: tuple[Label, ...] = ()
    chords: tuple[Label, ...] = ()


class Scale:
    """Places of ticks and pitches in the picture of bars ``first``..``last`` (from 1).

    ``pitches`` are all that will be drawn; None draws no notes at all, only the bands above
    them. A percussion track has one row for each drum that is used, others one for each
    semitone.
    """

    def __init__(
        self,
        timeline: Timeline,
        bars: tuple[int, int],
        pitches: Iterable[int] | None,
        *,
        percussion: bool = False,
        bands: int = 1,
        row_height: int = 0,
        quarter_width: int = QUARTER_WIDTH,
    ) -> None:
        self.timeline = timeline
        self.first_bar, self.last_bar = bars
        self.start = timeline.bar_start(bars[0])
        self.end = timeline.bar_start(bars[1] + 1)
        self.percussion = percussion
        self.quarter_width = quarter_width
        self.top = bands * BAND_HEIGHT
        self.row_height = row_height or (DRUM_HEIGHT if percussion else PITCH_HEIGHT)
        self._rows = [] if pitches is None else self._rows_of(sorted(set(pitches)))

    def _rows_of(self, pitches: Sequence[int]) -> list[int | None]:
        """Return the pitch of every row from the top; None for a row that stays empty."""
        if self.percussion:
            return [*reversed(pitches)] or [None]
        low, high = (pitches[0], pitches[-1]) if pitches else (60, 60)
        spare = max(0, LEAST_ROWS - (high - low + 1 + 2 * MARGIN_ROWS))
        low = max(0, low - MARGIN_ROWS - spare // 2)
        high = min(127, high + MARGIN_ROWS + spare - spare // 2)
        return list(range(high, low - 1, -1))

    @property
    def width(self) -> int:
        """Width of the picture."""
        return GUTTER + round(self.length(self.end - self.start)) + 1

    @property
    def height(self) -> int:
        """Height of the picture."""
        return self.top + len(self._rows) * self.row_height + 1

    def length(self, ticks: float) -> float:
        """Pixels of a stretch of ticks."""
        return ticks * self.quarter_width / TICKS_PER_QUARTER

    def x(self, tick: float) -> float:
        """Place of a tick, kept within the picture."""
        return GUTTER + self.length(min(max(tick, self.start), self.end) - self.start)

    def y(self, pitch: int) -> float:
        """Top of the row of a pitch."""
        if self.percussion:
            return self.top + self._rows.index(pitch) * self.row_height
        return self.top + ((self._rows[0] or 0) - pitch) * self.row_height

    def box(self, note: Mapping[str, Any]) -> tuple[float, float, float, float]:
        """Return x, y, width and height of a note."""
        left, right = self.x(note["start"]), self.x(note["start"] + note["duration"])
        width = max(right - left - 1, LEAST_WIDTH)
        return left + 0.5, self.y(note["pitch"]) + 0.5, width, self.row_height - 1

    def shows(self, note: Mapping[str, Any]) -> bool:
        """Whether any part of a note lies in these bars."""
        return bool(note["start"] < self.end and note["start"] + note["duration"] > self.start)

    def grid(self, sections: Sequence[Label] = (), chords: Sequence[Label] = ()) -> Grid:
        """Return the lines, rows and labels behind the notes."""
        bars, bar_lines, beat_lines = [], [], []
        numbers_y = self.top - BAND_HEIGHT
        for bar in range(self.first_bar, self.last_bar + 1):
            start = self.timeline.bar_start(bar)
            x = number_text(self.x(start))
            bars.append(Label(x, str(numbers_y + 12), str(bar)))
            bar_lines.append(f"M{x} {numbers_y}V{self.height}")
            step = self.timeline.meter_at(start).ticks_per_beat
            end = min(self.timeline.bar_start(bar + 1), self.end)
            beat_lines += [
                f"M{number_text(self.x(tick))} {self.top}V{self.height}"
                for tick in range(start + step, end, step)
            ]
        return Grid(
            width=self.width,
            height=self.height,
            top=self.top,
            bar_lines="".join(bar_lines),
            beat_lines="".join(beat_lines),
            shaded=self._shaded(),
            bars=tuple(bars),
            pitches=tuple(self._pitch_labels()),
            sections=tuple(sections),
            chords=tuple(chords),
        )

    def _shaded(self) -> str:
        width = self.width - GUTTER
        return "".join(
            f"M{GUTTER} {self.top + index * self.row_height}h{width}v{self.row_height}h-{width}z"
            for index, pitch in enumerate(self._rows)
            if (index % 2 if self.percussion else (pitch or 0) % 12 in BLACK_KEYS)
        )

    def _pitch_labels(self) -> Iterable[Label]:
        for index, pitch in enumerate(self._rows):
            baseline = self.top + (index + 1) * self.row_height - (1 if self.percussion else 0)
            if pitch is None:
                continue
            if self.percussion:
                yield Label(str(GUTTER - 5), str(baseline), str(pitch))
            elif pitch % 12 == 0:
                yield Label(str(GUTTER - 5), str(baseline), pitch_name(pitch))


def outline(boxes: Iterable[tuple[float, float, float, float]]) -> str:
    """Return boxes as the data of one SVG path."""
    return "".join(
        f"M{number_text(x)} {number_text(y)}h{number_text(width)}"
        f"v{number_text(height)}h-{number_text(width)}z"
        for x, y, width, height in boxes
    )


def timeline_in(entities: Entities) -> Timeline:
    """Return the time line of a score in its flat form."""
    return timeline_of(of_kind(entities, Kind.TEMPO), of_kind(entities, Kind.METER))


def of_kind(entities: Entities, kind: Kind) -> list[Fields]:
    """Return the entities of one kind, each with its ``id``."""
    return [{"id": key, **fields} for key, fields in entities.items() if fields["kind"] == kind]


def chord_symbol(fields: Mapping[str, Any]) -> str:
    """Return a chord as written in a chart."""
    bass = fields.get("bass") or ""
    root = pretty_accidentals(fields["root"]) + fields.get("quality", "")
    return root + (f"/{pretty_accidentals(bass)}" if bass else "")


def merge_bars(spans: Iterable[tuple[int, int]], *, gap: int) -> list[tuple[int, int]]:
    """Return stretches of bars in order, those at most ``gap`` bars apart made one."""
    merged: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if merged and first <= merged[-1][1] + gap + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return merged


def bars_text(first: int, last: int) -> str:
    """Return bars in words: "bar 5" or "bars 5–12"."""
    return f"bar {first}" if first == last else f"bars {first}–{last}"
