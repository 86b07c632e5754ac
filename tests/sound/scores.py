"""Small scores written by hand for the tests of the sound."""

from __future__ import annotations

import random
import zlib
from collections.abc import Iterable

from compositions.score.document import (
    TICKS_PER_QUARTER,
    AutomationPoint,
    KeyChange,
    MeterChange,
    Note,
    Score,
    TempoChange,
    Track,
    TrackRole,
    mint_id,
)

BEAT = TICKS_PER_QUARTER
_ROOTS = (0, 9, 5, 7)

Event = tuple[float, float, int, int]


def ids(seed: int = 0) -> random.Random:
    return random.Random(seed)


def track(
    role: TrackRole,
    events: Iterable[Event],
    *,
    program: int = 0,
    controls: Iterable[tuple[float, str, float]] = (),
    **fields: object,
) -> Track:
    """A track of (start, duration, pitch, velocity) events, times in beats."""
    name = str(fields.pop("name", role.value))
    rng = ids(zlib.crc32(name.encode()))
    notes = tuple(
        Note(mint_id(rng), round(start * BEAT), max(1, round(length * BEAT)), pitch, velocity)
        for start, length, pitch, velocity in events
    )
    automation = tuple(
        AutomationPoint(mint_id(rng), round(beat * BEAT), parameter, value)
        for beat, parameter, value in controls
    )
    return Track(
        id=mint_id(rng),
        name=name,
        role=role,
        program=program,
        notes=tuple(sorted(notes, key=lambda note: note.sort_key)),
        automation=automation,
        percussion=role in (TrackRole.DRUMS, TrackRole.PERCUSSION),
        **fields,  # type: ignore[arg-type]
    )


def score(*tracks: Track, bpm: float = 120.0, tempos: Iterable[tuple[float, float]] = ()) -> Score:
    changes = [(0.0, bpm), *tempos]
    return Score(
        title="Test",
        tempos=tuple(
            TempoChange(f"tempo-{index}", round(beat * BEAT), value)
            for index, (beat, value) in enumerate(changes)
        ),
        meters=(MeterChange("meter", 0, 4, 4),),
        keys=(KeyChange("key", 0, "C"),),
        tracks=tracks,
    )


def _root(beat: int) -> int:
    return _ROOTS[beat // 4 % 4] % 12


def drums(beats: int, velocity: int = 105) -> list[Event]:
    events: list[Event] = []
    for beat in range(beats):
        events.append((beat, 0.2, 36 if beat % 2 == 0 else 38, velocity))
        events += [(beat + half / 2, 0.1, 42, velocity - 30) for half in range(2)]
    return events


def bass(beats: int, velocity: int = 95) -> list[Event]:
    return [(half / 2, 0.45, 36 + _root(half // 2), velocity) for half in range(beats * 2)]


def chords(beats: int, velocity: int = 75) -> list[Event]:
    return [
        (beat, 0.9, 60 + _root(beat) + interval, velocity)
        for beat in range(beats)
        for interval in (0, 4, 7)
    ]


def pad(beats: int, velocity: int = 70) -> list[Event]:
    return [
        (beat, 3.9, 60 + _root(beat) + interval, velocity)
        for beat in range(0, beats, 4)
        for interval in (0, 4, 7, 12)
    ]


def melody(beats: int, velocity: int = 95) -> list[Event]:
    rng = ids(7)
    return [
        (half / 2, 0.45, 72 + rng.choice((0, 2, 4, 5, 7, 9, 11)), velocity)
        for half in range(beats * 2)
        if rng.random() < 0.7
    ]


def band(beats: int = 8, bpm: float = 120.0) -> Score:
    """Lead, bass, drums, keys and a pad."""
    return score(
        track(TrackRole.LEAD, melody(beats), program=80),
        track(TrackRole.BASS, bass(beats), program=33),
        track(TrackRole.DRUMS, drums(beats)),
        track(TrackRole.CHORDS, chords(beats), program=4, pan=-0.3),
        track(TrackRole.PAD, pad(beats), program=89),
        bpm=bpm,
    )


def many_tracks(count: int, beats: int) -> Score:
    """As many tracks as asked for, all busy."""
    makers = (
        (TrackRole.LEAD, melody, 73),
        (TrackRole.BASS, bass, 33),
        (TrackRole.DRUMS, drums, 0),
        (TrackRole.CHORDS, chords, 0),
    )
    tracks = []
    for index in range(count):
        role, maker, program = makers[index % len(makers)]
        tracks.append(track(role, maker(beats), program=program, name=f"Track {index}"))
    return score(*tracks)
