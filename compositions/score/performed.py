"""A score as it is sounded: its notes with their performance worked in, and without it.

Notes are written on the grid; swing, loose timing, touch and strummed chords are in the
fields ``timing``, ``articulation`` and ``dynamics`` of each note. What sounds (MIDI, audio,
playing in the browser) takes :func:`performed`, what is read (notation, pictures, harmony)
takes the notes as they are. The idea is that of expressive performance research, where a
performance is a score and, for every note, its deviation in timing, articulation and
dynamics (Cancino-Chacón et al., "Computational Models of Expressive Music Performance", 2018).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from compositions.score.document import VELOCITY_MAX, VELOCITY_MIN, Note, Score, Track
from compositions.score.limits import MAX_TICKS

LAYER = ("timing", "articulation", "dynamics")
"""The fields of a note that are its performance."""


def sounding(
    start: int, duration: int, velocity: int, layer: tuple[int, int, int]
) -> tuple[int, int, int]:
    """Return (start, duration, velocity) of a note that is written so, with its layer.

    What would lie outside the score is brought inside: it begins at 0 or later, lasts a tick
    or longer, ends by the last tick that there is, and has a velocity of 1 to 127.
    """
    timing, articulation, dynamics = layer
    begin = min(MAX_TICKS - 1, max(0, start + timing))
    length = min(MAX_TICKS - begin, max(1, duration + articulation))
    return begin, length, min(VELOCITY_MAX, max(VELOCITY_MIN, velocity + dynamics))


def sounding_note(note: Note) -> Note:
    """Return a note as it sounds, its layer worked in and gone."""
    if not (note.timing or note.articulation or note.dynamics):
        return note
    start, duration, velocity = sounding(
        note.start, note.duration, note.velocity, (note.timing, note.articulation, note.dynamics)
    )
    return replace(
        note, start=start, duration=duration, velocity=velocity,
        timing=0, articulation=0, dynamics=0,
    )  # fmt: skip


def sounding_plain(note: Mapping[str, Any]) -> tuple[int, int, int]:
    """Return (start, duration, velocity) of a note in plain data as it sounds."""
    layer = (note.get("timing", 0), note.get("articulation", 0), note.get("dynamics", 0))
    return sounding(note["start"], note["duration"], note.get("velocity", 80), layer)


def sounding_track(track: Track) -> Track:
    """Return a track with its notes as they sound, in their order then."""
    if not any(note.timing or note.articulation or note.dynamics for note in track.notes):
        return track
    return track.with_notes([sounding_note(note) for note in track.notes])


def performed(score: Score) -> Score:
    """Return the score as it sounds; itself when nothing departs from what is written.

    Ids and everything but starts, durations and velocities of notes stay as they are.
    """
    tracks = tuple(sounding_track(track) for track in score.tracks)
    if all(new is old for new, old in zip(tracks, score.tracks, strict=True)):
        return score
    return replace(score, tracks=tracks)


def as_written(score: Score) -> Score:
    """Return the score without its performance, exactly as written; itself if it has none."""
    tracks = tuple(
        replace(track, notes=tuple(plain_note(note) for note in track.notes))
        if any(note.timing or note.articulation or note.dynamics for note in track.notes)
        else track
        for track in score.tracks
    )
    if all(new is old for new, old in zip(tracks, score.tracks, strict=True)):
        return score
    return replace(score, tracks=tracks)


def plain_note(note: Note) -> Note:
    """Return a note without its layer."""
    if note.timing or note.articulation or note.dynamics:
        return replace(note, timing=0, articulation=0, dynamics=0)
    return note
