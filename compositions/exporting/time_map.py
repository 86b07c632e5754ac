"""Where tempo, meter, key, form, chords and words are in an exported file, in seconds of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

from compositions.score.document import Score
from compositions.score.performed import sounding_track
from compositions.score.timeline import Timeline
from compositions.sound.cutting import Cut
from compositions.sound.tagging import Chapter

Row = dict[str, Any]


def time_map(score: Score, cut: Cut | None = None) -> dict[str, list[Row]]:
    """Return lists of plain rows: ``tempos``, ``meters``, ``keys``, ``markers``, ``chords``.

    Each row has its ``seconds`` in the file that ``cut`` makes (the whole song without one), and
    ``bar`` and ``beat`` in the song. What holds when the file begins is in it at the time at which
    the music begins; markers and chords also have ``end_seconds``.
    """
    places = _Places(score, cut or Cut())
    return {
        "tempos": places.changes((change.tick, {"bpm": change.bpm}) for change in score.tempos),
        "meters": places.changes(
            (change.tick, {"numerator": change.numerator, "denominator": change.denominator})
            for change in score.meters
        ),
        "keys": places.changes(
            (change.tick, {"tonic": change.tonic, "mode": change.mode.value})
            for change in score.keys
        ),
        "markers": places.stretches(
            (section.start, section.end, {"name": section.label, "kind": section.kind})
            for section in score.sections
        ),
        "chords": places.stretches(
            (chord.start, chord.end, {"symbol": chord.symbol}) for chord in score.chords
        ),
    }


def chapters(score: Score, cut: Cut | None = None) -> tuple[Chapter, ...]:
    """The sections as chapters of the file, each to the next one's beginning, gaps and all."""
    rows = time_map(score, cut)["markers"]
    starts = [row["seconds"] for row in rows]
    if not rows:
        return ()
    ends = [*starts[1:], rows[-1]["end_seconds"]]
    return tuple(
        Chapter(row["seconds"], end, row["name"] or row["kind"])
        for row, end in zip(rows, ends, strict=True)
        if end > row["seconds"]
    )


def words(score: Score) -> list[Row]:
    """Every syllable with the seconds at which its note sounds; ``continues`` is a hyphen."""
    timeline = Timeline(score)
    notes = {note.id: note for track in score.tracks for note in sounding_track(track).notes}
    rows = [
        {
            "seconds": round(timeline.seconds(notes[syllable.note_id].start), 6),
            "end_seconds": round(timeline.seconds(notes[syllable.note_id].end), 6),
            "text": syllable.text,
            "continues": syllable.continues,
        }
        for syllable in score.syllables
        if syllable.note_id in notes
    ]
    return sorted(rows, key=lambda row: row["seconds"])


def to_csv(rows: Iterable[Row]) -> str:
    """The rows as CSV with a line of names; no cell begins a formula of a spreadsheet."""
    found = list(rows)
    out = io.StringIO()
    if found:
        writer = csv.DictWriter(out, fieldnames=list(found[0]), lineterminator="\n")
        writer.writeheader()
        for row in found:
            writer.writerow({name: _plain(value) for name, value in row.items()})
    return out.getvalue()


def to_labels(rows: Iterable[Row], name: str) -> str:
    """The rows as a label track of Audacity: beginning, end and the field ``name``, by tabs."""
    lines = []
    for row in rows:
        text = " ".join(str(row[name]).split())
        end = row.get("end_seconds", row["seconds"])
        lines.append(f"{row['seconds']:.6f}\t{end:.6f}\t{text}\n")
    return "".join(lines)


def _plain(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return value


class _Places:
    """Places of a score in the file that a cut makes."""

    def __init__(self, score: Score, cut: Cut) -> None:
        self._timeline = Timeline(score)
        self._begin = cut.start
        self._end = float("inf") if cut.end is None else cut.end
        self._before = cut.clicks_last

    def changes(self, items: Iterable[tuple[int, Row]]) -> list[Row]:
        """Rows of what holds until the next one."""
        rows: list[Row] = []
        held: tuple[int, Row] | None = None
        for tick, fields in sorted(items, key=lambda item: item[0]):
            seconds = self._timeline.seconds(tick)
            if seconds <= self._begin:
                held = (tick, fields)
            elif seconds < self._end:
                rows.append(self._row(seconds, tick, fields))
        if held is not None:
            tick, fields = held
            first = max(tick, self._timeline.tick(self._begin))
            rows.insert(0, self._row(self._begin, first, fields))
        return rows

    def stretches(self, items: Iterable[tuple[int, int, Row]]) -> list[Row]:
        """Rows of what lasts for some time, as much of it as is in the file."""
        rows = []
        for start, end, fields in sorted(items, key=lambda item: item[:2]):
            first = max(self._timeline.seconds(start), self._begin)
            last = min(self._timeline.seconds(end), self._end)
            if first < last:
                row = self._row(first, start, {})
                row["end_seconds"] = self._in_file(last)
                rows.append(row | fields)
        return rows

    def _row(self, seconds: float, tick: int, fields: Row) -> Row:
        place = self._timeline.position(tick)
        at = {"seconds": self._in_file(seconds), "bar": place.bar, "beat": place.beat}
        return at | fields

    def _in_file(self, seconds: float) -> float:
        return round(seconds - self._begin + self._before, 6)
