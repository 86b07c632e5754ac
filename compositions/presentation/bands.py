"""The names of sections and chords above a piano roll, with what changed in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from compositions.presentation.lanes import number_text
from compositions.presentation.roll import BAND_HEIGHT, Label, Scale, chord_symbol, of_kind
from compositions.score.entities import SECTION_KIND, Entities, Fields, Kind
from compositions.score.timeline import Timeline

Row: TypeAlias = tuple[Fields, Fields | None, str]
"""What is there (or was), what it was before, and the mark: "", "added" and so on."""


class Bands:
    """Sections and chords of ``after``, marked where they differ from ``before``."""

    def __init__(self, before: Entities, after: Entities, timeline: Timeline) -> None:
        self.timeline = timeline
        self._sections = _compared(before, after, Kind.SECTION)
        self._chords = _compared(before, after, Kind.CHORD)

    @property
    def count(self) -> int:
        """How many bands there are, that of the bar numbers included."""
        return 1 + bool(self._sections) + bool(self._chords)

    def labels(self, scale: Scale) -> tuple[list[Label], list[Label]]:
        """Return the names of sections and of chords that sound in a picture."""
        sections = _labels(self._sections, scale, 0, _section_name)
        row = BAND_HEIGHT if self._sections else 0
        return sections, _labels(self._chords, scale, row, chord_symbol)

    def changed_bars(self) -> list[tuple[int, int]]:
        """Return the bars in which something begins, or began, that changed."""
        ticks = {
            fields["start"]
            for row in (*self._sections, *self._chords)
            for fields in row[:2]
            if row[2] and fields is not None
        }
        bars = sorted({self.timeline.position(tick).bar for tick in ticks})
        return [(bar, bar) for bar in bars]


def _section_name(fields: Mapping[str, Any]) -> str:
    return fields["label"] or fields.get(SECTION_KIND) or "unnamed"


def _compared(before: Entities, after: Entities, kind: Kind) -> list[Row]:
    rows: list[Row] = []
    gone = {fields["id"]: fields for fields in of_kind(before, kind)}
    gone_at = {fields["start"]: key for key, fields in gone.items() if key not in after}
    for fields in of_kind(after, kind):
        old = gone.pop(fields["id"], None)
        if old is None and fields["start"] in gone_at:
            # One was put in the place of the other: to the eye, it changed.
            old = gone.pop(gone_at.pop(fields["start"]), None)
        if old is None:
            rows.append((fields, None, "added"))
        else:
            same = {**old, "id": fields["id"]} == fields
            rows.append((fields, old, "" if same else "changed"))
    rows += [(fields, None, "removed") for fields in gone.values()]
    return sorted(rows, key=lambda row: (row[0]["start"], row[0]["id"]))


def _labels(
    rows: Sequence[Row], scale: Scale, top: int, name_of: Callable[[Mapping[str, Any]], str]
) -> list[Label]:
    labels: list[Label] = []
    for fields, old, mark in rows:
        if not scale.shows(fields):
            continue
        text = title = name_of(fields)
        if mark == "changed" and old is not None:
            was = name_of(old)
            title = f"{text} was {was}" if was != text else f"{text} changed"
            text = f"{text} (was {was})" if was != text else f"{text} ≠"
        elif mark:
            text = ("+" if mark == "added" else "−") + text
            title = f"{name_of(fields)} {mark}"
        left = scale.x(fields["start"])
        width = max(scale.x(fields["start"] + fields["duration"]) - left, 1)
        labels.append(Label(number_text(left), str(top), text, number_text(width), mark, title))
    return labels
