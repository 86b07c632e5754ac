"""What a browser needs to play a song itself: each track's events, level and instrument."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse

from compositions.documents import load_score
from compositions.models import Composition
from compositions.score.document import Track
from compositions.score.timeline import Timeline
from compositions.sound.performance import audible_tracks, perform
from compositions.sound.preset_files import preset_path, write_presets
from compositions.sound.roles import STRIPS
from compositions.sound.soundfont import SoundFonts
from compositions.workshop import soundfont_paths

# Events are told in seconds of this grid, much finer than anybody hears.
_GRID_HZ = 48_000
_REFERENCE_LUFS = -20.0


def presets_folder() -> Path:
    """Where the single instruments lie that browsers fetch."""
    return Path(settings.VAR_DIR) / "soundfonts" / "presets"


def preset_file(name: str) -> Path | None:
    """The file of one instrument, None when no song has needed it yet."""
    return preset_path(name, presets_folder())


def playable_tracks(song: Composition) -> list[dict[str, Any]]:
    """Return the tracks of ``song`` that have notes as plain JSON, ready to be played.

    Each has ``id``, ``role``, ``preset`` (address of a SoundFont with its instrument), ``bank``,
    ``program`` and ``percussion`` (how to ask that font for it), ``audible`` (neither muted nor
    left out by another's solo), ``level_db`` (what the latest mix found for it, else the usual of
    its role) and ``gain_db`` (the fader, which counts from there), ``pan`` -1..1, ``reverb_send``
    0..1 and its ``reverb_scale``, and ``events``: lists of [seconds, kind, a, b], kinds as in
    :mod:`compositions.sound.performance`.

    Raises ``SoundError`` when an instrument cannot be made.
    """
    score = load_score(song)
    tracks = [track for track in score.tracks if track.notes]
    if not tracks:
        return []
    audible = {track.id for track in audible_tracks(score)}
    levels = _levels_of_mix(song)
    timeline = Timeline(score)
    fonts = SoundFonts(soundfont_paths())
    presets = [
        fonts.resolve(track.bank, track.program, percussion=track.percussion) for track in tracks
    ]
    names = write_presets(presets, fonts, presets_folder())
    return [
        {
            "id": track.id,
            "role": track.role.value,
            "preset": reverse("instrument_file", args=[names[preset]]),
            "bank": preset.bank,
            "program": preset.program,
            "percussion": track.percussion,
            "audible": track.id in audible,
            "level_db": round(levels.get(track.id, _usual_level_db(track)), 2),
            "gain_db": track.gain_db,
            "pan": track.pan,
            "reverb_send": track.reverb_send,
            "reverb_scale": STRIPS[track.role].reverb_scale,
            "events": [
                [round(frame / _GRID_HZ, 5), kind, first, second]
                for frame, kind, first, second in perform(track, timeline, _GRID_HZ).events
            ],
        }
        for track, preset in zip(tracks, presets, strict=True)
    ]


def _usual_level_db(track: Track) -> float:
    return STRIPS[track.role].target_lufs - _REFERENCE_LUFS


def _levels_of_mix(song: Composition) -> dict[str, float]:
    """The automatic levels in the latest mix, in dB by the tracks' ids."""
    mix = song.current_render
    tracks = mix.measurements.get("tracks", ()) if mix is not None else ()
    return {told["track_id"]: told["level_db"] for told in tracks if "level_db" in told}
