"""Envelopes, filters and vibrato as SoundFont settings, from seconds, hertz and decibels."""

from __future__ import annotations

import math

from compositions.sound.instruments.soundfont_format import Generator, Generators

_SHORTEST = -12_000  # timecents that mean "at once"
_OPEN_CUTOFF = 13_500


def timecents(seconds: float) -> int:
    """A duration in SoundFont units."""
    return max(_SHORTEST, round(1200.0 * math.log2(seconds))) if seconds > 0.0 else _SHORTEST


def absolute_cents(hertz: float) -> int:
    """A frequency in SoundFont units, over 8.176 Hz."""
    return round(1200.0 * math.log2(hertz / 8.1758))


def volume(
    attack: float = 0.002,
    decay: float = 0.0,
    sustain_db: float = 0.0,
    release: float = 0.08,
    hold: float = 0.0,
) -> Generators:
    """Volume envelope. ``decay`` and ``release`` are the seconds of a fall by 60 dB."""
    return {
        Generator.VOLUME_ATTACK: timecents(attack),
        Generator.VOLUME_HOLD: timecents(hold),
        Generator.VOLUME_DECAY: timecents(decay * 100.0 / 60.0),
        Generator.VOLUME_SUSTAIN: round(min(sustain_db, 100.0) * 10.0),
        Generator.VOLUME_RELEASE: timecents(release * 100.0 / 60.0),
    }


def filter_at(hertz: float, resonance_db: float = 0.0) -> Generators:
    """Low-pass of 12 dB per octave."""
    return {
        Generator.FILTER_CUTOFF: min(_OPEN_CUTOFF, max(1500, absolute_cents(hertz))),
        Generator.FILTER_Q: round(resonance_db * 10.0),
    }


def sweep(
    cents: int, attack: float = 0.0, decay: float = 0.3, sustain: float = 0.0, release: float = 0.2
) -> Generators:
    """Envelope that opens the filter by ``cents``; ``sustain`` is the part that stays (0..1)."""
    return {
        Generator.MOD_ENVELOPE_TO_FILTER: cents,
        Generator.MOD_ENVELOPE_ATTACK: timecents(attack),
        Generator.MOD_ENVELOPE_DECAY: timecents(decay),
        Generator.MOD_ENVELOPE_SUSTAIN: round((1.0 - sustain) * 1000.0),
        Generator.MOD_ENVELOPE_RELEASE: timecents(release),
    }


def vibrato(cents: int, hertz: float = 5.2, delay: float = 0.35) -> Generators:
    """Vibrato that sets in after ``delay`` seconds."""
    return {
        Generator.VIBRATO_TO_PITCH: cents,
        Generator.VIBRATO_FREQUENCY: absolute_cents(hertz),
        Generator.VIBRATO_DELAY: timecents(delay),
    }


def wobble(cents: int, hertz: float) -> Generators:
    """Filter that opens and closes by ``cents`` at this rate."""
    return {
        Generator.MOD_LFO_TO_FILTER: cents,
        Generator.MOD_LFO_FREQUENCY: absolute_cents(hertz),
        Generator.MOD_LFO_DELAY: _SHORTEST,
    }
