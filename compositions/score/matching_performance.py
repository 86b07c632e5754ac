"""Whether an imported file holds notes as they are written or as they sound, and what follows.

A MIDI file that was exported from a song comes back with the starts, lengths and velocities of
the performance; a sheet of music with the written ones.
"""

from __future__ import annotations

from typing import Any

from compositions.score.entities import Fields, Plain
from compositions.score.performed import LAYER, sounding_plain

_READ = ("start", "duration", "velocity")


def sounds_like(present: Plain, imported: Plain) -> bool:
    """Tell whether more notes are where those of ``present`` sound than where they stand."""
    found = {
        (note["start"], note["pitch"]) for track in imported["tracks"] for note in track["notes"]
    }
    written = sounds = 0
    for track in present["tracks"]:
        for note in track["notes"]:
            if note.get("timing", 0):
                written += (note["start"], note["pitch"]) in found
                sounds += (sounding_plain(note)[0], note["pitch"]) in found
    return sounds > written


def as_sounding(data: Plain) -> Plain:
    """Return a plain score with its notes as they sound."""
    tracks = [
        {**track, "notes": sorted(map(_sounding, track["notes"]), key=_by_pitch)}
        for track in data["tracks"]
    ]
    return {**data, "tracks": tracks}


def with_performance(new: Fields, written: Fields, *, sounds: bool) -> Fields:
    """Return an imported note with the performance of the note that it is.

    Of notes as they sound (``sounds``) the written values are worked back; where that is not
    possible (it would begin before the song, say) the note is written as it was read, without
    a layer.
    """
    layer = {name: written[name] for name in LAYER if name in written}
    if not sounds or not layer:
        return {**new, **layer}
    steps = (layer.get("timing", 0), layer.get("articulation", 0), layer.get("dynamics", 0))
    # What was brought inside the limits cannot be worked back, but what did not change can.
    values = {
        name: written[name] if new[name] == heard else new[name] - step
        for name, heard, step in zip(_READ, sounding_plain(written), steps, strict=True)
    }
    valid = values["start"] >= 0 and values["duration"] >= 1 and 1 <= values["velocity"] <= 127
    back = {**new, **values, **layer}
    if not valid or sounding_plain(back) != tuple(new[name] for name in _READ):
        return new
    return back


def _sounding(note: Fields) -> Fields:
    start, duration, velocity = sounding_plain(note)
    kept = {name: value for name, value in note.items() if name not in LAYER}
    return {**kept, "start": start, "duration": duration, "velocity": velocity}


def _by_pitch(note: Fields) -> tuple[Any, ...]:
    return (note["start"], note["pitch"], note["id"])
