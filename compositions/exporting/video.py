"""Writes the share video of a song: its mix with cover, title, words and waveform or notes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from PIL import Image

from ariaforge.exceptions import InvalidInputError
from compositions.exporting.progress import Progress, part_of
from compositions.score.document import Score
from compositions.score.lrc import timed_lines
from compositions.score.performed import performed
from compositions.score.timeline import Timeline
from compositions.share_video.parts import RollNote, TimedWord, Words
from compositions.share_video.scene import draw_scene
from compositions.share_video.shapes import SHAPES
from compositions.share_video.writing import write_video
from compositions.sound import Tags, encode
from compositions.sound.cutting import Cut
from compositions.sound.peaks import waveform_peaks

MOST_MINUTES = 30
DEFAULT_SHAPE, DEFAULT_PICTURE = "wide", "waveform"
_SOUND_SHARE = 0.1
_BIT_RATE = 256
_POINT_SAMPLES = 2048


def write_share_video(
    score: Score,
    mix: Path,
    destination: Path,
    *,
    settings: Mapping[str, Any],
    cut: Cut,
    cover: Image.Image,
    tags: Tags,
    progress: Progress,
) -> list[str]:
    """Write the MP4 file; return in sentences what it does not show.

    ``settings`` are ``shape`` and ``picture``. Raises :class:`InvalidInputError` for a stretch of
    more than :data:`MOST_MINUTES` minutes, :class:`~compositions.sound.errors.SoundError` for a
    stretch outside the mix.
    """
    with soundfile.SoundFile(mix) as file:
        first, end = cut.frames(file.frames, file.samplerate)
        rate = file.samplerate
    seconds = (end - first) / rate
    if seconds > MOST_MINUTES * 60:
        raise InvalidInputError(
            f"A video can be {MOST_MINUTES} minutes long; choose a shorter stretch of the song."
        )
    sound = destination.with_suffix(".m4a.part")
    hearing = part_of(progress, 0.0, _SOUND_SHARE)
    try:
        encode(
            mix,
            sound,
            format="m4a",
            tags=Tags(title=tags.title),
            bitrate_kbps=_BIT_RATE,
            cut=cut,
            on_progress=lambda part: hearing(part, "Encoding the sound"),
        )
        begin = first / rate
        roll = settings.get("picture", DEFAULT_PICTURE) == "roll"
        scene = draw_scene(
            size=SHAPES[settings.get("shape", DEFAULT_SHAPE)],
            cover=cover,
            title=tags.title,
            artist=tags.artist,
            seconds=seconds,
            levels=() if roll else _levels(mix, first, end),
            notes=_notes(score, begin, begin + seconds) if roll else None,
            lines=_lines(score, begin, begin + seconds),
        )
        drawing = part_of(progress, _SOUND_SHARE, 1.0)
        write_video(
            scene,
            sound,
            destination,
            tags={"title": tags.title, "artist": tags.artist, "album": tags.album},
            on_frame=lambda done, count: drawing(done / count, "Drawing the video"),
        )
    finally:
        sound.unlink(missing_ok=True)
    if scene.left_out:
        return [f"The video leaves out {scene.left_out} words: its font lacks their letters."]
    return []


def _levels(mix: Path, first: int, end: int) -> list[float]:
    """The highest sample of each stretch, 0..1."""
    points = np.abs(waveform_peaks(mix).array(_POINT_SAMPLES).astype(np.float64)).max(axis=1)
    stretch = points[first // _POINT_SAMPLES : -(-end // _POINT_SAMPLES)]
    return [round(float(level) / 127.0, 4) for level in stretch]


def _notes(score: Score, begin: float, end: float) -> list[RollNote]:
    """What sounds between two times, in seconds after the first; muted tracks are silent."""
    heard = performed(score)
    timeline = Timeline(heard)
    notes = []
    for number, track in enumerate(heard.tracks):
        if track.muted:
            continue
        for note in track.notes:
            start, stop = timeline.seconds(note.start), timeline.seconds(note.end)
            if start < end and stop > begin:
                notes.append(
                    RollNote(start - begin, stop - begin, note.pitch, number, track.percussion)
                )
    return notes


def _lines(score: Score, begin: float, end: float) -> list[Words]:
    """The lines that are sung between two times, in seconds after the first."""
    timeline = Timeline(score)
    lines = []
    for line in timed_lines(score):
        words = tuple(
            TimedWord(word.text, timeline.seconds(word.start) - begin,
                      timeline.seconds(word.end) - begin)
            for word in line
        )  # fmt: skip
        if words[-1].end > 0.0 and words[0].start < end - begin:
            lines.append(words)
    return lines
