"""Power per octave over time: what balance, tone and pictures are decided and drawn from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from compositions.sound.mix_presets import OCTAVES_HZ
from compositions.sound.samplefile import BLOCK_FRAMES, CHANNELS, Samples

THIRDS_HZ = tuple(1000.0 * 2.0 ** (step / 3.0) for step in range(-17, 14))
"""Centres of third octaves from 20 Hz to 20 kHz (base 2, IEC 61260)."""
# Of a window: 5 Hz for octaves, finer for the thirds of the deepest bass.
_FRAMES, _FINE_FRAMES = BLOCK_FRAMES // 8, BLOCK_FRAMES // 4
_SAMPLED = 4
_SILENCE = 1e-30
# The octaves that say how loud a spectrum is as a whole: those that hold most of any music.
_BODY = slice(2, 8)  # 125 Hz to 4 kHz


class OctaveMeter:
    """Collects the power in each of :data:`OCTAVES_HZ` of consecutive blocks, both channels.

    ``with_thirds`` also that in each of :data:`THIRDS_HZ`, of all blocks together. ``sampled``
    looks at a quarter of each block, at random places, so that no rhythm can hide between them.
    """

    def __init__(
        self, sample_rate: int, *, with_thirds: bool = False, sampled: bool = False
    ) -> None:
        self._places = np.random.Generator(np.random.PCG64(0)) if sampled else None
        size = _FINE_FRAMES if with_thirds else _FRAMES
        self._window = np.hanning(size).astype(np.float32)
        frequencies = np.fft.rfftfreq(size, 1.0 / sample_rate)
        edges = [centre / np.sqrt(2.0) for centre in OCTAVES_HZ]
        self._edges = np.searchsorted(frequencies, [*edges, OCTAVES_HZ[-1] * np.sqrt(2.0)])
        self._blocks: list[NDArray[np.float64]] = []
        borders = np.array([*THIRDS_HZ, 2.0 * THIRDS_HZ[-3]]) * 2.0 ** (-1.0 / 6.0)
        self._borders = np.searchsorted(frequencies, borders) if with_thirds else None
        self._thirds = np.zeros(len(THIRDS_HZ))

    def add(self, block: Samples) -> None:
        """Measure the next block; one that is shorter counts as padded."""
        from scipy.fft import rfft

        powers = np.zeros(len(OCTAVES_HZ))
        if block.any():
            size = len(self._window)
            count = -(-len(block) // size)
            looked_at = np.arange(count)
            if self._places is not None:
                looked_at = self._places.permutation(count)[: -(-count // _SAMPLED)]
            windows = np.zeros((len(looked_at), CHANNELS, size), dtype=np.float32)
            for window, place in zip(windows, looked_at, strict=True):
                found = block[place * size : (place + 1) * size]
                np.multiply(found.T, self._window[: len(found)], out=window[:, : len(found)])
            parts = rfft(windows.reshape(-1, size)).view(np.float32)
            squares = np.einsum("ij,ij->j", parts, parts)
            squares = squares.reshape(-1, 2).sum(axis=1, dtype=np.float64)
            squares *= count / len(looked_at)
            sums = np.concatenate([[0.0], np.cumsum(squares)])
            inside = np.minimum(self._edges, len(sums) - 1)
            powers = np.diff(sums[inside])
            if self._borders is not None:
                self._thirds += np.diff(sums[np.minimum(self._borders, len(sums) - 1)])
        self._blocks.append(powers)

    @property
    def powers(self) -> NDArray[np.float64]:
        """Power per block and octave, shape (blocks, octaves), of no particular unit."""
        return np.array(self._blocks) if self._blocks else np.zeros((0, len(OCTAVES_HZ)))

    @property
    def levels_db(self) -> NDArray[np.float64]:
        """Long-term power per octave in dB of no particular zero."""
        return power_db(self.powers.sum(axis=0))

    @property
    def relative_thirds(self) -> tuple[float, ...]:
        """Long-term power per third octave against a third of that of the octave at 1 kHz.

        dB, so that pink noise gives zeros; rounded to 0.1 dB, as far as 99 dB from it.
        """
        middle = self.levels_db[OCTAVES_HZ.index(1000.0)] - 10.0 * np.log10(3.0)
        levels = np.clip(power_db(self._thirds) - middle, -99.0, 99.0)
        return tuple(round(float(level), 1) for level in levels)


def power_db(powers: NDArray[np.float64]) -> NDArray[np.float64]:
    """10 log10, with silence at -300 dB."""
    return np.asarray(10.0 * np.log10(np.maximum(powers, _SILENCE)))


def excess_db(levels_db: NDArray[np.float64], wanted_db: tuple[float, ...]) -> NDArray[np.float64]:
    """How far each octave lies above the wanted spectrum, at the height that fits it best.

    The height is the mean over the body of the spectrum (125 Hz to 4 kHz) of what is there: an
    octave 30 dB under the loudest says nothing about height.
    """
    difference = levels_db - np.array(wanted_db)
    body = difference[_BODY]
    present = levels_db[_BODY] > levels_db.max() - 30.0
    return np.asarray(difference - (float(body[present].mean()) if present.any() else 0.0))


def relative_octaves(levels_db: NDArray[np.float64]) -> tuple[float, ...]:
    """Levels against that at 1 kHz, rounded to 0.01 dB, as far as 99 dB from it."""
    middle = levels_db[OCTAVES_HZ.index(1000.0)]
    return tuple(round(float(np.clip(level - middle, -99.0, 99.0)), 2) for level in levels_db)
