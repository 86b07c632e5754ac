"""The curve of the voice's pitch: slides between notes, a scoop into phrases, late vibrato."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from compositions.sound.vocal.presets import VocalPreset
from compositions.sound.vocal.timing import Piece

Curve = NDArray[np.float64]

_SCOOP_CENTS, _SCOOP_SECONDS = 55.0, 0.035
_SHORTEST_VIBRATO_SECONDS = 0.55
_SWELL_SECONDS = 0.3
_UNSTEADY_CENTS = 2.5


def pitch_curve(
    pieces: Sequence[Piece], times: Curve, preset: VocalPreset, rng: np.random.Generator
) -> Curve:
    """Pitch in semitones (MIDI numbers, with fractions) at each of ``times`` of a phrase.

    A slide is over soon after the note begins, and vibrato swings as far up as down, so that the
    middle of the note stays on its pitch. ``rng`` moves the voice by a few cents, as none is still.
    """
    # (when the note's pitch begins, its first vowel, its end, pitch, whether it slides there)
    steps = []
    for piece in pieces:
        for number, note in enumerate(piece.notes):
            slides = number > 0 or piece.joined
            steps.append((note.start, note.end, note.pitch, slides))
    curve = np.full(len(times), float(steps[0][2]))
    ends = [step[0] for step in steps[1:]] + [np.inf]
    for number, ((start, end, pitch, slides), until) in enumerate(zip(steps, ends, strict=True)):
        vibrato_end = min(end, until)
        if number == 0:
            curve -= _SCOOP_CENTS / 100 * np.exp(-np.maximum(times - start, 0.0) / _SCOOP_SECONDS)
        else:
            before = steps[number - 1]
            shortest = min(end - start, start - before[0])
            length = min(preset.portamento_seconds, 0.3 * shortest) if slides else 0.012
            begin = start - 0.7 * length if slides else max(before[1], start - 0.2)
            way = np.clip((times - begin) / max(length, 1e-3), 0.0, 1.0)
            way = way * way * (3.0 - 2.0 * way)
            curve = curve + way * (pitch - before[2])
        if vibrato_end - start >= _SHORTEST_VIBRATO_SECONDS:
            since = times - start - preset.vibrato_delay_seconds
            swell = np.clip(since / _SWELL_SECONDS, 0.0, 1.0) * (times < vibrato_end)
            swell *= np.clip((vibrato_end - times) / 0.08, 0.0, 1.0)
            phase = 2.0 * np.pi * preset.vibrato_hz * since
            curve = curve + preset.vibrato_cents / 100 * swell * np.sin(phase)
    return curve + _unsteady(len(times), rng)


def _unsteady(count: int, rng: np.random.Generator) -> Curve:
    """Slow random movement: noise over about a third of a second."""
    width = 60
    noise = rng.standard_normal(count + 2 * width)
    window = np.hanning(width)
    smooth = np.convolve(noise, window / np.sqrt((window**2).sum()), mode="same")
    return np.asarray(smooth[width : width + count]) * (_UNSTEADY_CENTS / 100)
