"""Lines of a piece in voices, written anew against the lines that stay.

A string quartet, a choir or a hymn is no band of an own part for each: a new viola line has to
fit the violins and the cello that are there.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from compositions.composer.casting import Seat
from compositions.composer.ensembles import FIGURE
from compositions.composer.events import Event, Part
from compositions.composer.measures.voices import Line, lines_of, voice_count, voices_of
from compositions.composer.operations.listening import role_of
from compositions.composer.operations.rebuild import Stretch, instrument_of
from compositions.composer.part_writing import Desk, write_among
from compositions.composer.rhythm import TICKS_PER_STEP
from compositions.score.document import Score, Track, TrackRole

_TUNES = (TrackRole.LEAD, TrackRole.VOCAL)
_VOICES = (TrackRole.CHORDS, TrackRole.HARMONY, TrackRole.BASS)
_REACH = {1: 12, 2: 9}
"""Semitones to each side of its middle that a line keeps to, by the voices of its track."""


@dataclass(frozen=True, slots=True)
class _Voice:
    """One line of a track: what it sounds, and its middle."""

    track: Track
    sounding: Line
    centre: int


def part_among_voices(score: Score, stretch: Stretch, seat: Seat, track_id: str) -> Part | None:
    """Return the part of a track that is a line, or two, below the tune of a piece in voices.

    None for the tune itself and for all other pieces.
    """
    track = score.track(track_id)
    tracks = _in_voices(score, stretch)
    tunes = [one for one in tracks if role_of(one) in _TUNES][:1]
    if not tunes or track.id not in {one.id for one in tracks} or track.id == tunes[0].id:
        return None
    voices = _voices([one for one in tracks if one.id != tunes[0].id])
    if len(voices) < 2:
        return None
    tune = [
        Event(note.start - stretch.origin, note.duration, note.pitch, note.velocity)
        for note in tunes[0].notes
        if stretch.origin <= note.start < stretch.end
    ]
    first = stretch.origin // TICKS_PER_STEP
    given = [
        None
        if voice.track.id == track.id
        else {cell - first: pitch for cell, pitch in voice.sounding.items()}
        for voice in voices
    ]
    lines = write_among(stretch.plan, stretch.changes, tune, _desks(voices), given)
    part = Part(seat.part.role, seat.instrument.name, seat.instrument, FIGURE)
    part.events = sorted(
        (event for line in lines for event in line), key=lambda event: (event.start, event.pitch)
    )
    return part


def _in_voices(score: Score, stretch: Stretch) -> list[Track]:
    """The tracks that are lines: all of an ensemble, tune and lower voices of a hymn."""
    if tracks := voices_of(score):
        return tracks
    if not any(part.figure == "voices" for part in stretch.plan.style.parts):
        return []
    found = [
        track
        for track in score.tracks
        if track.notes and not track.percussion and role_of(track) in (*_TUNES, *_VOICES)
    ]
    return found if all(voice_count(track) for track in found) else []


def _voices(tracks: Sequence[Track]) -> list[_Voice]:
    found = [
        _Voice(track, line, round(statistics.median(line.values())))
        for track in tracks
        for line in lines_of(track, voice_count(track))
        if line
    ]
    return sorted(found, key=lambda voice: -voice.centre)


def _desks(voices: Sequence[_Voice]) -> list[Desk]:
    desks = []
    for voice in voices:
        instrument = instrument_of(voice.track)
        reach = _REACH[max(1, min(2, voice_count(voice.track)))]
        low = max(instrument.low, min(voice.centre - reach, instrument.high - 12))
        high = min(instrument.high, max(voice.centre + reach, low + 12))
        desks.append(Desk(low, high, voice.centre))
    return desks
