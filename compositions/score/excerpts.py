"""Part of a document for somebody who looks at part of it: some bars."""

from __future__ import annotations

from compositions.score.document import MeterChange, Score
from compositions.score.entities import Fields, Plain
from compositions.score.timeline import Timeline


def tick_range(meters: list[Fields], from_bar: int, to_bar: int) -> tuple[int, int]:
    """Return the first tick of ``from_bar`` and the first after ``to_bar`` (bars count from 1).

    ``meters`` are plain meter changes.
    """
    timeline = Timeline(Score(meters=tuple(MeterChange(**change) for change in meters)))
    return timeline.bar_start(from_bar), timeline.bar_start(to_bar + 1)


def bars_of(data: Plain, from_bar: int, to_bar: int) -> Plain:
    """Return a plain score with what sounds or stands in the bars, both included.

    The maps of tempo, meter and key stay whole, for without them no tick has a meaning, and
    so do the strips of the tracks. Of the lyrics there are the syllables of the notes that
    are left, and the lines that they or the sections that are left belong to.
    """
    start, end = tick_range(data["meters"], from_bar, to_bar)

    def spans(items: list[Fields]) -> list[Fields]:
        return [
            item
            for item in items
            if item["start"] < end and item["start"] + item["duration"] > start
        ]

    tracks = [
        {
            **track,
            "notes": spans(track["notes"]),
            "automation": [point for point in track["automation"] if start <= point["tick"] < end],
        }
        for track in data["tracks"]
    ]
    sections = spans(data["sections"])
    notes = {note["id"] for track in tracks for note in track["notes"]}
    syllables = [entry for entry in data["syllables"] if entry["note_id"] in notes]
    lines = {entry["line_id"] for entry in syllables}
    kept = {section["id"] for section in sections}
    return {
        **data,
        "sections": sections,
        "chords": spans(data["chords"]),
        "tracks": tracks,
        "lines": [
            line for line in data["lines"] if line["id"] in lines or line["section_id"] in kept
        ],
        "syllables": syllables,
    }
