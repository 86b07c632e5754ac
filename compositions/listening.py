"""What a browser needs to play a song itself: each track's events, level and instrument."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse

from compositions.documents import load_score
from compositions.models import Composition
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
    """Return the audible tracks of ``song`` as plain JSON, ready to be played.

    Each has ``id``, ``role``, ``preset`` (address of a SoundFont with its instrument), ``bank``,
    ``program`` and ``percussion`` (how to ask that font for it), ``gain_db`` (fader and the usual
    level of the role), ``pan`` -1..1, ``reverb_send`` 0..1 and ``events``: lists of [seconds,
    kind, a, b], kinds as in :mod:`compositions.sound.performance`.

    Raises ``SoundError`` when an instrument cannot be made.
    """
    score = load_score(song)
    tracks = audible_tracks(score)
    if not tracks:
        return []
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
            "gain_db": round(track.gain_db + STRIPS[track.role].target_lufs - _REFERENCE_LUFS, 2),
            "pan": track.pan,
            "reverb_send": round(track.reverb_send * STRIPS[track.role].reverb_scale, 3),
            "events": [
                [round(frame / _GRID_HZ, 5), kind, first, second]
                for frame, kind, first, second in perform(track, timeline, _GRID_HZ).events
            ],
        }
        for track, preset in zip(tracks, presets, strict=True)
    ]
