"""Loudness and true peak, measured while the samples pass by.

Integrated loudness follows ITU-R BS.1770-4 (K-weighting, 400 ms windows every 100 ms, absolute
gate -70 LUFS, relative gate -10 LU). The K-weighting filters are pyloudnorm's; its meter wants the
whole signal in memory, so the windows and the gates are done here. True peak is the highest sample
after four times oversampling (BS.1770-4, annex 2).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from compositions.sound.dynamics import CONTROL_FRAMES, Curve, mean_squares
from compositions.sound.equaliser import Filter
from compositions.sound.samplefile import CHANNELS, Samples

SILENCE_LUFS = -70.0
OVERSAMPLING = 4
STEPS_PER_SECOND = 10
_STEPS_PER_WINDOW = 4
_SHORT_TERM_STEPS = 30
_LOUDNESS_OFFSET = -0.691
_TAPS_PER_PHASE = 24
_STRETCH = 1 << 14  # frames whose intermediate values fit into a processor's cache


def decibels(amplitude: float, floor: float = -120.0) -> float:
    """20 log10 of a linear amplitude, not below ``floor`` dB."""
    return max(20.0 * math.log10(amplitude), floor) if amplitude > 0.0 else floor


def linear(gain_db: float) -> float:
    """Linear amplitude of a gain in dB."""
    return float(10.0 ** (gain_db / 20.0))


def k_weighting(sample_rate: int) -> NDArray[np.float64]:
    """Second-order sections of the K-weighting filter at ``sample_rate`` Hz."""
    # Both load SciPy's signal processing, which the modules that only count decibels do not need.
    from pyloudnorm import IIRfilter
    from scipy.signal import tf2sos

    shelf = IIRfilter(
        3.99984385397, 0.7071752369554193, 1681.9744509555319, sample_rate, "high_shelf_DeMan"
    )
    high_pass = IIRfilter(
        0.0, 0.5003270373253953, 38.13547087613982, sample_rate, "high_pass_DeMan"
    )
    return np.vstack([tf2sos(shelf.b, shelf.a), tf2sos(high_pass.b, high_pass.a)])


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
    """Collects K-weighted energies of consecutive blocks of shape (frames, 2)."""

    def __init__(self, sample_rate: int) -> None:
        self._filter = Filter(k_weighting(sample_rate))
        self._step = sample_rate // STEPS_PER_SECOND
        self._rest_sum = 0.0
        self._rest_frames = 0
        self._energies: list[NDArray[np.float64]] = []

    def add(self, block: Samples) -> Curve:
        """Measure the next block; returns its K-weighted mean squares at control rate.

        Those are of both channels together, as the meter counts them.
        """
        if not len(block):
            return np.zeros(0)
        weighted = self._filter.process(block)
        squares = np.square(weighted).reshape(-1)
        edges = np.arange(self._step - self._rest_frames, len(block), self._step)
        sums = np.add.reduceat(squares, CHANNELS * np.concatenate([[0], edges]))
        sums[0] += self._rest_sum
        full = len(edges)
        self._rest_sum, self._rest_frames = float(sums[-1]), self._rest_frames + len(block)
        self._rest_frames -= full * self._step
        if self._rest_frames == self._step:
            full, self._rest_sum, self._rest_frames = full + 1, 0.0, 0
        self._energies.append(sums[:full] / self._step)
        return 2.0 * mean_squares(weighted)

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
    of products with the phases of one symmetric filter: the phase in the middle is symmetric, and
    the two beside it are each other's mirror images, so that all three share sums and differences
    of the samples. Single precision finds a peak to a millionth.
    """

    latency = _TAPS_PER_PHASE // 2

    def __init__(self) -> None:
        from scipy.signal import firwin

        taps = firwin(
            _TAPS_PER_PHASE * OVERSAMPLING + 1, 1.0 / OVERSAMPLING, window=("kaiser", 7.0)
        )
        first, middle, last = (
            (OVERSAMPLING * taps[phase::OVERSAMPLING][::-1]).astype(np.float32)
            for phase in range(1, OVERSAMPLING)
        )
        self._sums = ((first + last) / 2)[: self.latency]
        self._differences = ((first - last) / 2)[: self.latency]
        self._middle = middle[: self.latency]
        self._history = np.zeros((_TAPS_PER_PHASE, CHANNELS), dtype=np.float32)

    def peaks(self, block: Samples) -> NDArray[np.float32]:
        """Largest absolute value of both channels around each input frame, shape (frames,)."""
        joined = np.concatenate([self._history, block], dtype=np.float32, casting="same_kind")
        self._history = joined[len(block) :].copy()
        result = np.zeros(len(block), dtype=np.float32)
        for channel in joined.T:
            samples = np.ascontiguousarray(channel)
            for start in range(0, len(block), _STRETCH):
                found = result[start : start + _STRETCH]
                part = samples[start : start + len(found) + _TAPS_PER_PHASE]
                np.maximum(found, self._largest(part), out=found)
        return result

    def _largest(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Largest absolute value from each sample to the next; ``samples`` with their contexts."""
        count = len(samples) - _TAPS_PER_PHASE
        work, term = np.empty((2, count), dtype=np.float32)
        even, odd, middle = np.zeros((3, count), dtype=np.float32)
        for index in range(self.latency):
            # The first tap meets the oldest sample but one: the oldest is that of phase 0 only.
            near = samples[index + 1 : index + 1 + count]
            far = samples[_TAPS_PER_PHASE - index : _TAPS_PER_PHASE - index + count]
            np.add(near, far, out=work)
            even += np.multiply(work, self._sums[index], out=term)
            middle += np.multiply(work, self._middle[index], out=term)
            np.subtract(near, far, out=work)
            odd += np.multiply(work, self._differences[index], out=term)
        largest = np.abs(samples[self.latency : self.latency + count])
        for values in (np.add(even, odd, out=work), np.subtract(even, odd, out=term), middle):
            np.maximum(largest, np.abs(values, out=values), out=largest)
        return largest


def _lufs(power: float) -> float:
    return _LOUDNESS_OFFSET + 10.0 * math.log10(max(power, 1e-30))


def _power(lufs: float) -> float:
    return float(10.0 ** ((lufs - _LOUDNESS_OFFSET) / 10.0))
