"""What the desk needs to know of a song before its first stem: preset, tempo, kicks, places."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from compositions.score.document import Score, Track, TrackRole
from compositions.score.mix_settings import MIX_FIELDS, MixSettings
from compositions.score.performed import sounding_track
from compositions.score.timeline import Timeline
from compositions.sound.dynamics import CONTROL_FRAMES, Curve
from compositions.sound.mix_presets import (
    DEFAULT_PRESET,
    NO_PRESET,
    Delay,
    MixPreset,
    mix_preset,
    preset_for,
    preset_names,
)
from compositions.sound.parameters import RenderParameters

Points = dict[str, tuple[tuple[float, float], ...]]
"""(Seconds, 0..1) of a controller by the id of the track."""

LONGEST_REVERB_SECONDS = 8.0

_KICKS = frozenset({35, 36})
_DUCK_ATTACK_SECONDS = 0.004
# Supporting roles share the sides; what carries the song stays in the middle.
_PLACED = (
    TrackRole.CHORDS,
    TrackRole.ARPEGGIO,
    TrackRole.HARMONY,
    TrackRole.COUNTER_MELODY,
    TrackRole.PERCUSSION,
    TrackRole.OTHER,
)
_PLACES = (-0.35, 0.35, -0.6, 0.6, -0.2, 0.2)
_PAN_CONTROL = "cc10"
_REVERB_CONTROL, _DELAY_CONTROL = "cc91", "cc94"


@dataclass(frozen=True, slots=True)
class MixPlan:
    """A song as the desk sees it.

    ``preset`` is None for a plain desk. ``beat_seconds`` is a quarter note at the tempo that lasts
    longest, ``kicks`` are (seconds, strength 0..1) of each stroke of the kick drum, ``places`` the
    pan of tracks that nobody panned. ``sends`` and ``delay_sends`` are (seconds, 0..1) where
    controllers 91 and 94 move what a track sends to reverb and echo. ``delay`` and ``duck_beats``
    are times in quarter notes. ``settings`` is what the musician set for the whole song.
    """

    preset: MixPreset | None = None
    beat_seconds: float = 0.5
    kicks: tuple[tuple[float, float], ...] = ()
    places: dict[str, float] = field(default_factory=dict)
    sends: Points = field(default_factory=dict)
    delay_sends: Points = field(default_factory=dict)
    delay: Delay = field(default_factory=lambda: mix_preset(DEFAULT_PRESET).delay)
    settings: MixSettings = field(default_factory=MixSettings)

    def pan(self, track: Track) -> float:
        """Pan of a track, -1..1: its own, or its place when the song has none."""
        return self.places.get(track.id, track.pan)

    def automatic(self, reverb_seconds: float) -> dict[str, float]:
        """What is automatic of the whole mix, for renders with this ``reverb_seconds``."""
        preset = self.preset or mix_preset(DEFAULT_PRESET)
        scale = self.preset.reverb_scale if self.preset else 1.0
        return {
            "reverb_seconds": round(min(reverb_seconds * scale, LONGEST_REVERB_SECONDS), 3),
            "delay_beats": preset.delay.beats,
            "delay_feedback": preset.delay.feedback,
        }

    def duck_curve(self, depth: float, frames: int, sample_rate: int) -> Curve | None:
        """Linear gains at control rate that give way to the kicks by ``depth`` dB, or None."""
        if depth <= 0.0 or not self.kicks:
            return None
        duck = (self.preset or mix_preset(DEFAULT_PRESET)).duck
        step = CONTROL_FRAMES / sample_rate
        count = -(-frames // CONTROL_FRAMES)
        attack = max(1, round(_DUCK_ATTACK_SECONDS / step))
        release = max(2, round(duck.beats * self.beat_seconds / step))
        fall = np.linspace(0.0, 1.0, attack, endpoint=False)
        rise = 0.5 + 0.5 * np.cos(np.linspace(0.0, math.pi, release))
        shape = np.concatenate([fall, rise])
        reduction = np.zeros(count)
        for seconds, strength in self.kicks:
            first = round(seconds / step) - attack
            start, stop = max(0, first), min(count, first + len(shape))
            if start < stop:
                part = shape[start - first : stop - first] * (depth * strength)
                np.maximum(reduction[start:stop], part, out=reduction[start:stop])
        return np.asarray(10.0 ** (-reduction / 20.0))

    def send_curve(self, track: Track, frames: int, sample_rate: int) -> Curve | None:
        """Reverb send 0..1 at control rate where controller 91 moves it, or None."""
        return _steps(self.sends.get(track.id), track.reverb_send, frames, sample_rate)

    def delay_curve(
        self, track: Track, before: float, frames: int, sample_rate: int
    ) -> Curve | None:
        """Echo send 0..1 where controller 94 moves it, ``before`` until then, or None."""
        return _steps(self.delay_sends.get(track.id), before, frames, sample_rate)


def _steps(
    points: tuple[tuple[float, float], ...] | None, before: float, frames: int, sample_rate: int
) -> Curve | None:
    if not points:
        return None
    seconds = (np.arange(-(-frames // CONTROL_FRAMES)) + 0.5) * CONTROL_FRAMES / sample_rate
    times = np.array([at for at, _ in points])
    values = np.array([before, *(value for _, value in points)])
    return values[np.searchsorted(times, seconds, side="right")]


def plan_mix(score: Score, tracks: Sequence[Track], parameters: RenderParameters) -> MixPlan:
    """Plan the mix of ``tracks``, the audible ones of ``score``."""
    timeline = Timeline(score)
    settings = MixSettings(**{name: getattr(score, name) for name in MIX_FIELDS})
    chosen = parameters.mix_preset
    if not chosen and settings.mix_preset in (NO_PRESET, *preset_names()):
        chosen = settings.mix_preset
    preset = preset_for(score.metadata, chosen)
    delay = (preset or mix_preset(DEFAULT_PRESET)).delay
    return MixPlan(
        preset=preset,
        beat_seconds=60.0 / _longest_tempo(score, timeline),
        kicks=_kicks(tracks, timeline),
        places=_places(tracks) if preset is not None and parameters.automatic_levels else {},
        sends=_points(tracks, timeline, _REVERB_CONTROL),
        delay_sends=_points(tracks, timeline, _DELAY_CONTROL),
        delay=replace(
            delay,
            beats=_first(settings.delay_beats, delay.beats),
            feedback=_first(settings.delay_feedback, delay.feedback),
        ),
        settings=settings,
    )


def _first(chosen: float | None, automatic: float) -> float:
    return automatic if chosen is None else chosen


def _points(tracks: Sequence[Track], timeline: Timeline, parameter: str) -> Points:
    """Where a controller of each track moves to, as (seconds, 0..1)."""
    found = {
        track.id: tuple(
            (timeline.seconds(point.tick), min(max(point.value, 0.0), 127.0) / 127.0)
            for point in track.automation
            if point.parameter == parameter
        )
        for track in tracks
    }
    return {track_id: points for track_id, points in found.items() if points}


def _longest_tempo(score: Score, timeline: Timeline) -> float:
    """Quarter notes per minute of the tempo that lasts longest; the first of equals."""
    if not score.tempos:
        return 120.0
    ends = [timeline.seconds(change.tick) for change in score.tempos[1:]]
    ends.append(max(timeline.length_seconds, timeline.seconds(score.tempos[-1].tick)))
    lasting: dict[float, float] = {}
    for change, end in zip(score.tempos, ends, strict=True):
        lasting[change.bpm] = lasting.get(change.bpm, 0.0) + end - timeline.seconds(change.tick)
    return max(lasting, key=lambda bpm: round(lasting[bpm], 6))


def _kicks(tracks: Sequence[Track], timeline: Timeline) -> tuple[tuple[float, float], ...]:
    found = [
        (timeline.seconds(note.start), min(1.0, note.velocity / 100.0))
        for track in tracks
        if track.percussion and track.role == TrackRole.DRUMS
        for note in sounding_track(track).notes
        if note.pitch in _KICKS
    ]
    return tuple(sorted(found))


def _places(tracks: Sequence[Track]) -> dict[str, float]:
    """Places for the supporting tracks of a song in which nothing is panned."""
    panned = any(
        track.pan or any(point.parameter == _PAN_CONTROL for point in track.automation)
        for track in tracks
    )
    movable = [track for track in tracks if track.role in _PLACED]
    if panned or len(movable) < 2:
        return {}
    return {track.id: _PLACES[index % len(_PLACES)] for index, track in enumerate(movable)}
