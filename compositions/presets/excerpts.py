"""Some bars of a song as a song of their own, to hear a setting without rendering the whole."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, TypeVar

from compositions.score.document import AutomationPoint, Note, Score, Track
from compositions.score.performed import sounding_track
from compositions.score.timeline import Timeline

SHORTEST_SECONDS, LONGEST_SECONDS = 8.0, 12.0
"""How long an excerpt is that the studio chooses; a bar of a slow song may be longer."""
MOST_SECONDS = 40.0
"""How long an excerpt is that somebody else chooses."""
# A held note that began before the excerpt begins with it, unless little of it is left.
_LEAST_REST_TICKS = 120

Change = TypeVar("Change", bound=Any)


def fullest_bars(score: Score, track_id: str = "") -> tuple[int, int]:
    """First and last bar (from 1) of the 8 to 12 seconds in which most is played, and loudest.

    With ``track_id`` those count in which this track plays most. What is played is the length of
    all notes, each times the square of its velocity. Of equals it is the first.
    """
    timeline = Timeline(score)
    bars = [timeline.bar_start(bar) for bar in range(1, max(1, timeline.bar_count) + 2)]
    heard = [track for track in score.tracks if track.id == track_id] or [
        track for track in score.tracks if not track.muted
    ]
    energy = [0.0] * (len(bars) - 1)
    for track in heard:
        for note in sounding_track(track).notes:
            _spread(note, bars, energy)
    seconds = [timeline.seconds(tick) for tick in bars]
    best, chosen = -1.0, (1, 1)
    for first in range(len(energy)):
        last = first
        while (
            last + 1 < len(energy)
            and seconds[last + 1] - seconds[first] < SHORTEST_SECONDS
            and seconds[last + 2] - seconds[first] <= LONGEST_SECONDS
        ):
            last += 1
        found = sum(energy[first : last + 1])
        if found > best * (1.0 + 1e-9):
            best, chosen = found, (first + 1, last + 1)
    return chosen


def excerpt(score: Score, from_bar: int, to_bar: int) -> Score:
    """The bars from ``from_bar`` to ``to_bar``, both included, moved to the beginning.

    Notes that sound into them begin with them, and end with them; pedals, bends and controllers
    are as they stand there. Form, chords and the lines of the lyrics are left out.
    """
    timeline = Timeline(score)
    start, end = timeline.bar_start(from_bar), timeline.bar_start(to_bar + 1)
    tracks = tuple(_part(track, start, end) for track in score.tracks)
    notes = {note.id for track in tracks for note in track.notes}
    return replace(
        score,
        tempos=_changes(score.tempos, start, end),
        meters=_changes(score.meters, start, end),
        keys=_changes(score.keys, start, end),
        sections=(),
        chords=(),
        tracks=tracks,
        lines=(),
        syllables=tuple(
            replace(entry, line_id="") for entry in score.syllables if entry.note_id in notes
        ),
    )


def _spread(note: Note, bars: list[int], energy: list[float]) -> None:
    for index in range(max(0, bisect_right(bars, note.start) - 1), len(energy)):
        overlap = min(bars[index + 1], note.end) - max(bars[index], note.start)
        if overlap <= 0:
            break
        energy[index] += overlap * note.velocity**2


def _part(track: Track, start: int, end: int) -> Track:
    notes = []
    for note in track.notes:
        begin = max(note.start, start)
        length = min(note.end, end) - begin
        if length <= 0 or (note.start < start and length < _LEAST_REST_TICKS):
            continue
        notes.append(replace(note, start=begin - start, duration=length))
    standing: dict[str, AutomationPoint] = {}
    points = []
    for point in track.automation:
        if point.tick <= start:
            standing[point.parameter] = replace(point, tick=0)
        elif point.tick < end:
            points.append(replace(point, tick=point.tick - start))
    before = [standing[parameter] for parameter in sorted(standing)]
    return replace(track.with_notes(notes), automation=(*before, *points))


def _changes(changes: Iterable[Change], start: int, end: int) -> tuple[Change, ...]:
    """Changes of tempo, meter or key: the one that holds at ``start``, then those up to ``end``."""
    before = [change for change in changes if change.tick <= start]
    after = [change for change in changes if start < change.tick < end]
    return tuple(
        replace(change, tick=max(0, change.tick - start)) for change in (*before[-1:], *after)
    )
