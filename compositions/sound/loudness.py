"""Loudness and true peak, measured while the samples pass by.

Integrated loudness follows ITU-R BS.1770-4 (K-weighting, 400 ms windows every 100 ms, absolute
gate -70 LUFS, relative gate -10 LU). The K-weighting filters for any sampling rate are those of
Brecht De Man, "Evaluation of implementations of the EBU R128 loudness measurement" (AES 145, 2018).
True peak is the highest sample after four times oversampling (BS.1770-4, annex 2).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from compositions.sound.filters import Sections, product
from compositions.sound.samplefile import CHANNELS, CONTROL_FRAMES, Samples

SILENCE_LUFS = -70.0
OVERSAMPLING = 4
STEPS_PER_SECOND = 10
_STEPS_PER_WINDOW = 4
_SHORT_TERM_STEPS = 30
_LOUDNESS_OFFSET = -0.691
_TAPS_PER_PHASE = 24
_KAISER_BETA = 7.0


def decibels(amplitude: float, floor: float = -120.0) -> float:
    """20 log10 of a linear amplitude, not below ``floor`` dB."""
    return max(20.0 * math.log10(amplitude), floor) if amplitude > 0.0 else floor


def linear(gain_db: float) -> float:
    """Linear amplitude of a gain in dB."""
    return float(10.0 ** (gain_db / 20.0))


def k_weighting(sample_rate: int) -> Sections:
    """Second-order sections of the K-weighting filter at ``sample_rate`` Hz."""
    # A shelf of 4 dB for the head, a high-pass for the ear's dullness to the bass.
    frequency, gain, q = 1681.9744509555319, 10.0 ** (3.99984385397 / 20.0), 0.7071752369554193
    middle = gain**0.499666774155
    k = math.tan(math.pi * frequency / sample_rate)
    scale = 1.0 + k / q + k * k
    upper = [gain + middle * k / q + k * k, 2.0 * (k * k - gain), gain - middle * k / q + k * k]
    shelf = np.array([*upper, scale, 2.0 * (k * k - 1.0), 1.0 - k / q + k * k]) / scale
    frequency, q = 38.13547087613982, 0.5003270373253953
    k = math.tan(math.pi * frequency / sample_rate)
    scale = 1.0 + k / q + k * k
    lower = np.array([scale, 2.0 * (k * k - 1.0), 1.0 - k / q + k * k]) / scale
    return np.vstack([shelf, [1.0, -2.0, 1.0, *lower]])


def integrated_loudness(energies: NDArray[np.float64]) -> float:
    """Gated loudness in LUFS of K-weighted mean squares per 100 ms (channels summed).

    Material shorter than one window is measured without gates. Silence is -70 LUFS.
    """
    if energies.size == 0:
        return SILENCE_LUFS
    if energies.size < _STEPS_PER_WINDOW:
        return max(_lufs(float(energies.mean())), SILENCE_LUFS)
    sums = np.cumsum(np.concatenate([[0.0], energies]))
    windows = (sums[_STEPS_PER_WINDOW:] - sums[:-_STEPS_PER_WINDOW]) / _STEPS_PER_WINDOW
    loud = windows[windows > _power(SILENCE_LUFS)]
    if loud.size == 0:
        return SILENCE_LUFS
    gate = _power(_lufs(float(loud.mean())) - 10.0)
    return _lufs(float(loud[loud > gate].mean()))


def short_term_loudness(energies: NDArray[np.float64]) -> NDArray[np.float64]:
    """Loudness in LUFS of the 3 s around each 100 ms that has them, not below -70; EBU Tech 3341.

    Material shorter than that has one value.
    """
    if energies.size == 0:
        return np.zeros(0)
    width = min(_SHORT_TERM_STEPS, energies.size)
    sums = np.cumsum(np.concatenate([[0.0], energies]))
    # Differences of a running sum can end a hair under 0 in silence.
    means = np.maximum((sums[width:] - sums[:-width]) / width, 1e-30)
    return np.asarray(np.maximum(_LOUDNESS_OFFSET + 10.0 * np.log10(means), SILENCE_LUFS))


def loudness_range(energies: NDArray[np.float64]) -> float:
    """Loudness range in LU after EBU Tech 3342: 10th to 95th percentile of gated short term."""
    levels = short_term_loudness(energies)
    levels = levels[levels > SILENCE_LUFS]
    if levels.size == 0:
        return 0.0
    gate = 10.0 * math.log10(float((10.0 ** (levels / 10.0)).mean())) - 20.0
    low, high = np.percentile(levels[levels >= gate], [10.0, 95.0])
    return float(high - low)


def relative_loudness(energies: NDArray[np.float64]) -> float:
    """Like :func:`integrated_loudness` for signals whose level means nothing yet.

    The absolute gate lies 70 LU under the loudest 100 ms, so a very quiet stem is measured as
    well as a loud one. Negative infinity for digital silence.
    """
    loudest = float(energies.max(initial=0.0))
    if loudest <= 1e-18:
        return -math.inf
    return integrated_loudness(energies / loudest) + 10.0 * math.log10(loudest)


def mean_squares_per_step(energies: NDArray[np.float64], sample_rate: int) -> NDArray[np.float64]:
    """Mean squares at control rate as mean squares of the meter's 100 ms."""
    step = sample_rate / STEPS_PER_SECOND / CONTROL_FRAMES
    count = max(1, int(len(energies) / step))
    edges = np.rint(np.arange(count) * step).astype(int)
    widths = np.diff(np.append(edges, len(energies)))
    return np.add.reduceat(energies, edges) / widths


class LoudnessMeter:
    """Collects energies of consecutive blocks, shape (frames, 2), of a K-weighted signal."""

    def __init__(self, sample_rate: int) -> None:
        self._step = sample_rate // STEPS_PER_SECOND
        self._rest_sum = 0.0
        self._rest_frames = 0
        self._energies: list[NDArray[np.float64]] = []

    def add(self, weighted: Samples) -> None:
        """Measure the next block of what :func:`k_weighting` leaves."""
        if not len(weighted):
            return
        squares = np.square(weighted, dtype=np.float64).reshape(-1)
        edges = np.arange(self._step - self._rest_frames, len(weighted), self._step)
        sums = np.add.reduceat(squares, CHANNELS * np.concatenate([[0], edges]))
        sums[0] += self._rest_sum
        full = len(edges)
        self._rest_sum, self._rest_frames = float(sums[-1]), self._rest_frames + len(weighted)
        self._rest_frames -= full * self._step
        if self._rest_frames == self._step:
            full, self._rest_sum, self._rest_frames = full + 1, 0.0, 0
        self._energies.append(sums[:full] / self._step)

    @property
    def energies(self) -> NDArray[np.float64]:
        """Mean squares per 100 ms so far; the last may be shorter."""
        parts = [*self._energies]
        if self._rest_frames and not any(part.size for part in parts):
            parts.append(np.array([self._rest_sum / self._rest_frames]))
        return np.concatenate(parts) if parts else np.zeros(0)

    @property
    def lufs(self) -> float:
        """Integrated loudness so far, in LUFS."""
        return integrated_loudness(self.energies)


class Oversampler:
    """Four times oversampling of consecutive blocks, without seams.

    The first output lags by :attr:`latency` input frames. The values between two samples are sums
    of products with the phases of one symmetric filter; those of a whole row of frames are one
    product of the row, and of what comes before it, with a matrix. Single precision finds a peak
    to a millionth.
    """

    latency = _TAPS_PER_PHASE // 2

    def __init__(self) -> None:
        length = _TAPS_PER_PHASE * OVERSAMPLING
        positions = np.arange(length + 1) - length / 2
        taps = np.sinc(positions / OVERSAMPLING) * np.kaiser(length + 1, _KAISER_BETA)
        taps *= OVERSAMPLING / taps.sum()
        # The first tap of each phase meets the newest frame but one row of the window: its column.
        matrix = np.zeros((CONTROL_FRAMES + _TAPS_PER_PHASE, OVERSAMPLING - 1, CONTROL_FRAMES))
        for phase in range(1, OVERSAMPLING):
            own = taps[phase::OVERSAMPLING][::-1]
            for frame in range(CONTROL_FRAMES):
                matrix[frame + 1 : frame + 1 + _TAPS_PER_PHASE, phase - 1, frame] = own
        self._matrix = matrix.reshape(len(matrix), -1).astype(np.float32)
        self._history = np.zeros((_TAPS_PER_PHASE, CHANNELS), dtype=np.float32)

    def peaks(self, block: Samples) -> Samples:
        """Largest absolute value of both channels around each input frame, shape (frames,)."""
        count = len(block)
        joined = np.concatenate([self._history, block], dtype=np.float32, casting="same_kind")
        self._history = joined[count:].copy()
        rows = -(-count // CONTROL_FRAMES)
        padded = np.zeros((CHANNELS, rows * CONTROL_FRAMES + _TAPS_PER_PHASE), dtype=np.float32)
        padded[:, : len(joined)] = joined.T
        # Each row with its context, beginning with the oldest frame.
        windows = sliding_window_view(padded, CONTROL_FRAMES + _TAPS_PER_PHASE, axis=1)
        windows = windows[:, ::CONTROL_FRAMES].reshape(CHANNELS * rows, -1)
        between = product(windows, self._matrix)
        np.abs(between, out=between)
        largest = np.zeros((rows, CONTROL_FRAMES), dtype=np.float32)
        for channel in between.reshape(CHANNELS, rows, -1):
            for first in range(0, channel.shape[1], CONTROL_FRAMES):
                np.maximum(largest, channel[:, first : first + CONTROL_FRAMES], out=largest)
        found = largest.reshape(-1)[:count]
        for channel in padded[:, self.latency : self.latency + count]:
            np.maximum(found, np.abs(channel), out=found)
        return found


def _lufs(power: float) -> float:
    return _LOUDNESS_OFFSET + 10.0 * math.log10(max(power, 1e-30))


def _power(lufs: float) -> float:
    return float(10.0 ** ((lufs - _LOUDNESS_OFFSET) / 10.0))
