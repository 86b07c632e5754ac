"""One shared stereo reverb: convolution with a synthetic room.

The impulse is decaying noise, different left and right, that loses its treble faster than its
middle as air and walls do (after Moorer, "About this reverberation business", 1979), preceded by
a few early reflections. It is made from a seed, so it is the same on every machine.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from compositions.sound.equaliser import high_pass, low_pass
from compositions.sound.filters import Filter
from compositions.sound.samplefile import BLOCK_FRAMES, CHANNELS, Samples

_PRE_DELAY_SECONDS = 0.022
_BUILD_UP_SECONDS = 0.012
# Band edges in Hz and the part of the decay time that each band rings.
_BANDS = ((0.0, 250.0, 0.8), (250.0, 2000.0, 1.0), (2000.0, 5000.0, 0.75), (5000.0, 1e9, 0.4))
_REFLECTIONS_SECONDS = ((0.011, 0.019, 0.029, 0.041), (0.013, 0.023, 0.031, 0.043))
_LOW_CUT_HZ, _HIGH_CUT_HZ = 200.0, 9000.0


def impulse_response(sample_rate: int, decay_seconds: float, seed: int) -> NDArray[np.float64]:
    """The room's impulse, shape (frames, 2), unit energy per channel.

    ``decay_seconds`` is the time to -60 dB in the middle of the spectrum.
    """
    from scipy.fft import irfft, rfft

    generator = np.random.Generator(np.random.PCG64(seed))
    length = int(sample_rate * (decay_seconds * 1.1 + _PRE_DELAY_SECONDS))
    tail_length = length - int(sample_rate * _PRE_DELAY_SECONDS)
    seconds = np.arange(tail_length) / sample_rate
    frequencies = np.fft.rfftfreq(tail_length, 1.0 / sample_rate)
    build_up = 1.0 - np.exp(-seconds / _BUILD_UP_SECONDS)
    response = np.zeros((length, CHANNELS))
    for channel in range(CHANNELS):
        spectrum = rfft(generator.standard_normal(tail_length))
        tail = np.zeros(tail_length)
        for low, high, share in _BANDS:
            band = np.where((frequencies >= low) & (frequencies < high), spectrum, 0.0)
            decay = 10.0 ** (-3.0 * seconds / (decay_seconds * share))
            tail += irfft(band, tail_length) * decay
        response[length - tail_length :, channel] = tail * build_up
        loudest = float(np.abs(response[:, channel]).max())
        for order, delay in enumerate(_REFLECTIONS_SECONDS[channel]):
            sign = -1.0 if order % 2 else 1.0
            response[int(delay * sample_rate), channel] += sign * loudest * 0.8 ** (order + 1)
    cut = Filter(high_pass(_LOW_CUT_HZ, sample_rate), low_pass(_HIGH_CUT_HZ, sample_rate))
    response = cut.process(response.astype(np.float32)).astype(np.float64)
    # The last tenth fades to nothing, so that the impulse ends without a step.
    fade = length // 10
    response[-fade:] *= (0.5 + 0.5 * np.cos(np.linspace(0.0, np.pi, fade)))[:, None]
    return np.asarray(response / np.sqrt((response**2).sum(axis=0)))


class Convolver:
    """Overlap-add convolution of consecutive blocks of at most ``longest`` frames."""

    def __init__(self, response: NDArray[np.float64], longest: int = BLOCK_FRAMES) -> None:
        from scipy.fft import next_fast_len, rfft

        self._size = next_fast_len(longest + len(response) - 1, real=True)
        self._spectrum = rfft(response.T.astype(np.float32), self._size)
        self._tail: Samples = np.zeros((CHANNELS, self._size), dtype=np.float32)
        self._ringing = False

    def process(self, block: Samples) -> Samples:
        """The wet signal of the next block, same shape."""
        from scipy.fft import irfft, rfft

        if block.any():
            dry = np.ascontiguousarray(block.T, dtype=np.float32)
            spectrum = rfft(dry, self._size)
            spectrum *= self._spectrum
            self._tail += irfft(spectrum, self._size)
            self._ringing = True
        elif not self._ringing:
            return np.zeros_like(block)
        count = len(block)
        wet = np.ascontiguousarray(self._tail[:, :count].T)
        self._tail[:, :-count] = self._tail[:, count:]
        self._tail[:, -count:] = 0.0
        return wet
