"""From a track of the score to what its player does: events on exact sample frames."""

from __future__ import annotations

from dataclasses import dataclass

from compositions.score.document import Score, Track
from compositions.score.performed import sounding_track
from compositions.score.timeline import Timeline

NOTE_OFF, NOTE_ON, CONTROL_CHANGE, PITCH_WHEEL = range(4)

# Bank select would change the instrument behind the track's back; the sends to reverb and echo
# are played by the desk, so that moving them synthesises nothing anew.
_IGNORED_CONTROLS = frozenset({0, 32, 91, 94})
# Registered parameter numbers come before the data entry that they address.
_CONTROL_ORDER = {99: 0, 98: 1, 101: 2, 100: 3, 6: 4, 38: 5}
_PITCH_WHEEL_CENTRE = 8192
_SHORTEST_NOTE_SECONDS = 0.002

Event = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Performance:
    """Events of one track, ordered: (frame, kind, first value, second value)."""

    events: tuple[Event, ...]

    @property
    def end(self) -> int:
        """Frame of the last event, 0 without any."""
        return self.events[-1][0] if self.events else 0


def audible_tracks(score: Score) -> list[Track]:
    """Tracks to be heard: with notes, not muted, and soloed when any track is."""
    any_solo = any(track.solo for track in score.tracks)
    return [
        track
        for track in score.tracks
        if track.notes and not track.muted and (track.solo or not any_solo)
    ]


def perform(track: Track, timeline: Timeline, sample_rate: int) -> Performance:
    """Place every note, as it sounds, and automation point of ``track`` on its frame.

    On one frame notes end first, then controllers move, then notes start, so that a pedal
    pressed with a chord holds it and a repeated note is struck anew.
    """

    def frame(tick: float) -> int:
        return round(timeline.seconds(tick) * sample_rate)

    shortest = round(_SHORTEST_NOTE_SECONDS * sample_rate)
    keyed: list[tuple[int, int, int, int, Event]] = []
    for order, note in enumerate(sounding_track(track).notes):
        start = frame(note.start)
        end = max(frame(note.end), start + shortest)
        keyed.append((start, 2, 0, order, (start, NOTE_ON, note.pitch, note.velocity)))
        keyed.append((end, 0, 0, order, (end, NOTE_OFF, note.pitch, 0)))
    for order, point in enumerate(track.automation):
        at = frame(point.tick)
        if point.parameter == "pitch_bend":
            value = min(max(round(point.value) + _PITCH_WHEEL_CENTRE, 0), 16383)
            keyed.append((at, 1, 6, order, (at, PITCH_WHEEL, value, 0)))
        elif point.parameter.startswith("cc") and point.parameter[2:].isdecimal():
            number = int(point.parameter[2:])
            if number in _IGNORED_CONTROLS or number > 119:
                continue
            value = min(max(round(point.value), 0), 127)
            event = (at, CONTROL_CHANGE, number, value)
            if number in _CONTROL_ORDER:
                # Points are ordered by tick only; within a tick the protocol decides.
                keyed.append((at, 1, _CONTROL_ORDER[number], order, event))
            else:
                keyed.append((at, 1, 6, order, event))
    keyed.sort(key=lambda item: item[:4])
    return Performance(tuple(item[4] for item in keyed))
