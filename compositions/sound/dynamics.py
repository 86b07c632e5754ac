"""Gain that moves: the bus compressor and the true-peak limiter.

Both work at control rate, one value per :data:`CONTROL_FRAMES` frames, on levels collected while
the samples were written; so a whole song is decided at once, with perfect look-ahead, and a curve
of a few hundred thousand values is all that is held in memory.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from compositions.sound.samplefile import CHANNELS, CONTROL_FRAMES, Samples

MOST_COMPRESSION_DB = 4.0
_SILENCE = 1e-18  # mean square, -180 dB
_DETECTOR_STEPS = 4  # of the compressor: 3 ms, little against what it averages over
_LOOK_AHEAD = 6  # control steps, 4.4 ms at 44.1 kHz
# Slow is smooth; the faster ones are for loudness that cannot be had otherwise.
LIMITER_RELEASES_SECONDS = (0.09, 0.03, 0.006)

Curve = NDArray[np.float64]


def _between() -> Samples:
    """How the points before, in and after a row of frames make up its values, both channels.

    A point stands in the middle of its frames: half of them come before it, half after it.
    """
    rising = np.arange(CONTROL_FRAMES // 2) / CONTROL_FRAMES
    shares = np.zeros((3, CONTROL_FRAMES))
    before, after = np.split(shares, 2, axis=1)
    before[0], before[1] = 0.5 - rising, 0.5 + rising
    after[1], after[2] = 1.0 - rising, rising
    return np.repeat(shares, CHANNELS, axis=1).astype(np.float32)


_BETWEEN = _between()


def control_maxima(values: Samples) -> Curve:
    """Largest of each :data:`CONTROL_FRAMES` values; the last group may be shorter."""
    largest = np.maximum.reduceat(values, np.arange(0, len(values), CONTROL_FRAMES))
    return largest.astype(np.float64)


def mean_squares(block: Samples) -> Curve:
    """Mean square of both channels of a block of shape (frames, 2), at control rate."""
    samples = np.ascontiguousarray(block).reshape(-1)
    size = block.shape[1] * CONTROL_FRAMES
    whole = len(samples) // size * size
    rows, rest = samples[:whole].reshape(-1, size), samples[whole:]
    means = np.einsum("ij,ij->i", rows, rows).astype(np.float64) / size
    return np.append(means, np.square(rest).mean()) if rest.size else means


def follow(targets: Curve, attack: float, release: float) -> Curve:
    """A one-pole follower: coefficient ``attack`` (0..1) downwards, ``release`` upwards."""

    found = []
    state: float | None = None
    for target in targets.tolist():
        if state is None:
            state = target
        else:
            state += (target - state) * (attack if target < state else release)
        found.append(state)
    return np.array(found, dtype=np.float64)


def coefficient(seconds: float, sample_rate: int, steps: int = 1) -> float:
    """Step of a one-pole follower, every so many control steps, with this time constant."""
    return 1.0 - math.exp(-steps * CONTROL_FRAMES / (sample_rate * seconds))


def per_frame(curve: Curve, start: int, count: int) -> Samples:
    """The control curve at frames ``start`` to ``start + count``, linear between its points.

    Shape (frames, 2), the same for both channels.
    """
    if not len(curve):
        return np.ones((count, CHANNELS), dtype=np.float32)
    first, ahead = divmod(start, CONTROL_FRAMES)
    groups = -(-(ahead + count) // CONTROL_FRAMES)
    wanted = np.arange(first - 1, first + groups + 1)
    points = curve[np.clip(wanted, 0, len(curve) - 1)].astype(np.float32)
    values = sliding_window_view(points, 3).copy() @ _BETWEEN
    return values.reshape(-1, CHANNELS)[ahead : ahead + count]


def compressor_curve(
    mean_squares: Curve,
    sample_rate: int,
    *,
    ratio: float = 2.0,
    knee_db: float = 6.0,
    attack_seconds: float = 0.02,
    release_seconds: float = 0.18,
    most_db: float = MOST_COMPRESSION_DB,
    threshold_db: float = -2.0,
) -> Curve:
    """Linear gains of a gentle bus compressor for mean squares at control rate.

    The threshold sits just under the level that the louder quarter of the song reaches (or
    ``threshold_db`` from it), so that loud passages are held together by some dB, ``most_db`` at
    most, and quiet ones are left alone.
    Soft knee after
    Giannoulis, Massberg and Reiss, "Digital Dynamic Range Compressor Design" (JAES 60/6, 2012).
    """
    # 20 ms of averaging: the detector hears loudness, not the waveform of a bass note.
    width = max(1, round(0.02 * sample_rate / CONTROL_FRAMES))
    smooth = np.convolve(mean_squares, np.ones(width) / width, mode="same")[::_DETECTOR_STEPS]
    level_db = 10.0 * np.log10(np.maximum(smooth, _SILENCE))
    if float(smooth.max(initial=0.0)) <= _SILENCE:
        return np.ones(len(mean_squares))
    active = level_db[level_db > level_db.max() - 40.0]
    threshold = float(np.percentile(active, 75.0)) + threshold_db
    over = level_db - threshold
    slope = 1.0 / ratio - 1.0
    reduction = np.where(
        over > knee_db / 2,
        slope * over,
        np.where(over < -knee_db / 2, 0.0, slope * (over + knee_db / 2) ** 2 / (2 * knee_db)),
    )
    reduction = np.maximum(reduction, -most_db)
    attack = coefficient(attack_seconds, sample_rate, _DETECTOR_STEPS)
    release = coefficient(release_seconds, sample_rate, _DETECTOR_STEPS)
    followed = follow(reduction, attack, release)
    if not followed.any():
        return np.ones(len(mean_squares))
    places = np.arange(len(mean_squares)) / _DETECTOR_STEPS
    return np.asarray(10.0 ** (np.interp(places, np.arange(len(followed)), followed) / 20.0))


def _let_go(targets_db: Curve, release: float) -> Curve:
    """The highest curve under ``targets_db`` (<= 0) that rises no faster than ``release`` lets it.

    Each value is the smaller of its target and of ``1 - release`` times the value before. Divided
    by its power of ``1 - release`` that is a running minimum, taken in stretches short enough for
    the powers to stay within the range of numbers.
    """
    stretch = 512
    rows = -(-len(targets_db) // stretch)
    targets = np.zeros(rows * stretch)
    targets[: len(targets_db)] = targets_db
    decay = (1.0 - release) ** np.arange(1, stretch + 1)
    found = np.minimum.accumulate(targets.reshape(rows, stretch) / decay, axis=1) * decay
    before = 0.0
    for row in found:
        np.minimum(row, before * decay, out=row)
        before = float(row[-1])
    return found.reshape(-1)[: len(targets_db)]


def limiter_curve(peaks: Curve, ceiling: float, sample_rate: int, release_seconds: float) -> Curve:
    """Linear gains that keep ``peaks`` (true peaks at control rate) under ``ceiling``.

    Each gain is the average of the minima that the coming look-ahead asks for, so it arrives
    smoothly and in time; the way back is exponential in dB. Between two points the gain is a
    straight line, so every minimum also reaches one step to each side: the line never rises over
    what a peak needs.
    """
    if not len(peaks):
        return np.ones(0)
    needed = np.minimum(1.0, ceiling / np.maximum(peaks, 1e-9))
    if float(needed.min()) >= 1.0:
        return np.ones(len(peaks))
    padded = np.pad(needed, (2, _LOOK_AHEAD + 1), constant_values=1.0)
    held = sliding_window_view(padded, _LOOK_AHEAD + 4).min(axis=1)
    gains_db = _let_go(20.0 * np.log10(held), coefficient(release_seconds, sample_rate))
    gains = 10.0 ** (gains_db / 20.0)
    history = np.pad(gains, (_LOOK_AHEAD, 0), mode="edge")
    sums = np.cumsum(np.concatenate([[0.0], history]))
    width = _LOOK_AHEAD + 1
    return np.asarray(np.minimum((sums[width:] - sums[:-width]) / width, 1.0))
