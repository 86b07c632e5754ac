"""Guesses what an imported file does not say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING, fields
from typing import Any

from compositions.score.document import Note, Section, Track
from compositions.score.entities import Plain
from compositions.score.timeline import DEFAULT_BPM

_LISTS = ("sections", "chords", "syllables", "lines")
_STARTS: dict[str, dict[str, Any]] = {
    "tempos": {"tick": 0, "bpm": DEFAULT_BPM},
    "meters": {"tick": 0, "numerator": 4, "denominator": 4},
    "keys": {"tick": 0, "tonic": "C", "mode": "major"},
}
_STRIP = ("program", "bank", "gain_db", "pan", "reverb_send", "muted", "solo")


def guess_unsaid(data: Plain) -> Iterator[str]:
    """Yield the names of what :func:`~compositions.score.matching.match_ids` is to keep.

    A list that is empty; tempo, meter or key that are only the default at the beginning; a
    field of all tracks, notes or sections that has its default in each of them. So a file in
    which the musician sets the very last fader back to 0 dB says nothing of faders: rather one
    change lost than the whole mix.
    """
    yield from (name for name in _LISTS if not data.get(name))
    for name, default in _STARTS.items():
        entries = [
            {key: value for key, value in entry.items() if key != "id"} for entry in data[name]
        ]
        if entries in ([], [default]):
            yield name
    tracks = data["tracks"]
    if not any(track["automation"] for track in tracks):
        yield "automation"
    for cls, kind, names, items in (
        (Track, "track", _STRIP, tracks),
        (Section, "section", ("kind", "energy"), data["sections"]),
    ):
        defaults = {entry.name: entry.default for entry in fields(cls)}
        for name in names:
            if defaults[name] is not MISSING and all(
                item.get(name, defaults[name]) == defaults[name] for item in items
            ):
                yield f"{kind}.{name}"
    loud = next(entry.default for entry in fields(Note) if entry.name == "velocity")
    if all(note["velocity"] == loud for track in tracks for note in track["notes"]):
        yield "note.velocity"
