"""What can be said about finished audio in figures."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from compositions.sound.errors import SoundError
from compositions.sound.filters import FilterTree
from compositions.sound.loudness import (
    SILENCE_LUFS,
    STEPS_PER_SECOND,
    LoudnessMeter,
    Oversampler,
    decibels,
    k_weighting,
    loudness_range,
    short_term_loudness,
)
from compositions.sound.samplefile import BLOCK_FRAMES, CHANNELS, Samples
from compositions.sound.spectrum import OctaveMeter, relative_octaves
from compositions.sound.width import SideMeter, wide_sections

_MOST_POINTS = 600
_MOST_CORRELATIONS = 200
_FAINT = 1e-3


@dataclass(frozen=True, slots=True)
class Measurements:
    """Figures of a stereo signal.

    ``integrated_lufs`` (BS.1770-4), ``true_peak_dbtp``, ``sample_peak_dbfs``, ``crest_db`` (sample
    peak over RMS), ``dc_offset`` (the larger mean of both channels, linear), and
    ``stereo_correlation`` (1 = mono, 0 = unrelated, -1 = out of phase; 1 for silence).

    ``loudness_range_lu`` (EBU Tech 3342), ``short_term_max_lufs``, ``short_term_lufs`` over time
    (3 s windows, one a second, at most 600 evenly chosen), ``octaves_db`` (power of each of
    :data:`OCTAVES_HZ` against that at 1 kHz, -99..99), ``side_db`` (sides against the middle above
    220 Hz, -120 for mono). ``thirds_db`` is the same spectrum in :data:`THIRDS_HZ` (pink noise is
    0 throughout), ``correlations`` the correlation over time in equal steps, at most 200; a step
    that is 30 dB under the loudest counts as silence, 1.
    """

    duration_seconds: float
    sample_rate: int
    integrated_lufs: float
    true_peak_dbtp: float
    sample_peak_dbfs: float
    crest_db: float
    dc_offset: float
    stereo_correlation: float
    loudness_range_lu: float = 0.0
    short_term_max_lufs: float = SILENCE_LUFS
    side_db: float = -120.0
    octaves_db: tuple[float, ...] = ()
    short_term_lufs: tuple[float, ...] = ()
    thirds_db: tuple[float, ...] = ()
    correlations: tuple[float, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)


class Measurer:
    """Builds :class:`Measurements` from consecutive blocks of shape (frames, 2)."""

    def __init__(self, sample_rate: int) -> None:
        self._sample_rate = sample_rate
        self._filters = FilterTree([], [k_weighting(sample_rate)], [wide_sections(sample_rate)])
        self._loudness = LoudnessMeter(sample_rate)
        self._oversampler = Oversampler()
        self._octaves = OctaveMeter(sample_rate, with_thirds=True)
        self._sides = SideMeter()
        self._frames = 0
        self._true_peak = 0.0
        self._sample_peak = 0.0
        self._sums = np.zeros(CHANNELS)
        self._products: list[NDArray[np.float64]] = []

    def add(self, block: Samples) -> None:
        """Measure the next block."""
        if not len(block):
            return
        _, weighted, wide = self._filters.process(block)
        self._loudness.add(weighted)
        self._octaves.add(block)
        self._sides.add(wide)
        self._frames += len(block)
        self._sample_peak = max(self._sample_peak, float(block.max()), -float(block.min()))
        self._true_peak = max(self._true_peak, float(self._oversampler.peaks(block).max()))
        left, right = np.ascontiguousarray(block.T, dtype=np.float64)
        self._sums += left.sum(), right.sum()
        across = np.einsum("i,i->", left, right)
        own = np.einsum("i,i->", left, left), np.einsum("i,i->", right, right)
        self._products.append(np.array([[own[0], across], [across, own[1]]]))

    def result(self) -> Measurements:
        """The figures of everything added."""
        flush = np.zeros((2 * Oversampler.latency, CHANNELS), dtype=np.float32)
        true_peak = max(self._true_peak, float(self._oversampler.peaks(flush).max()))
        true_peak = max(true_peak, self._sample_peak)
        products = sum(self._products, np.zeros((CHANNELS, CHANNELS)))
        power = float(np.trace(products)) / max(1, CHANNELS * self._frames)
        peak_db = decibels(self._sample_peak)
        short_term = short_term_loudness(self._loudness.energies)
        return Measurements(
            duration_seconds=self._frames / self._sample_rate,
            sample_rate=self._sample_rate,
            integrated_lufs=self._loudness.lufs,
            true_peak_dbtp=decibels(true_peak),
            sample_peak_dbfs=peak_db,
            crest_db=peak_db - decibels(math.sqrt(power)) if power > 0.0 else 0.0,
            dc_offset=float(np.abs(self._sums).max()) / max(1, self._frames),
            stereo_correlation=_correlation(products),
            loudness_range_lu=round(loudness_range(self._loudness.energies), 2),
            short_term_max_lufs=round(float(short_term.max(initial=SILENCE_LUFS)), 2),
            side_db=round(self._sides.side_db, 2),
            octaves_db=relative_octaves(self._octaves.levels_db),
            short_term_lufs=_thinned(short_term),
            thirds_db=self._octaves.relative_thirds,
            correlations=self._correlations(),
        )

    def _correlations(self) -> tuple[float, ...]:
        step = -(-len(self._products) // _MOST_CORRELATIONS) or 1
        chunks = [
            sum(self._products[start : start + step], np.zeros((CHANNELS, CHANNELS)))
            for start in range(0, len(self._products), step)
        ]
        faint = _FAINT * max((float(np.trace(chunk)) for chunk in chunks), default=0.0)
        return tuple(
            round(_correlation(chunk), 2) if np.trace(chunk) > faint else 1.0 for chunk in chunks
        )


def _correlation(products: NDArray[np.float64]) -> float:
    """The correlation that a matrix of sums of products of both channels tells; 1 for silence."""
    left, right = float(products[0, 0]), float(products[1, 1])
    if left <= 0.0 or right <= 0.0:
        return 1.0
    return float(products[0, 1]) / math.sqrt(left * right)


def _thinned(levels: NDArray[np.float64]) -> tuple[float, ...]:
    """One level a second, rounded to 0.1 LU; of more than 600 an even choice."""
    seconds = levels[::STEPS_PER_SECOND]
    chosen = seconds[:: -(-len(seconds) // _MOST_POINTS) or 1]
    return tuple(round(float(level), 1) for level in chosen)


def as_stereo(block: Samples) -> Samples:
    """Two channels of any: mono doubled, more than two cut."""
    if block.shape[1] == 1:
        return np.repeat(block, CHANNELS, axis=1)
    return block[:, :CHANNELS]


def measure(path: Path) -> Measurements:
    """Measure an audio file that libsndfile reads (WAV, FLAC, OGG, MP3), block by block.

    Raises :class:`SoundError` when it cannot be read.
    """
    try:
        with soundfile.SoundFile(path) as file:
            measurer = Measurer(file.samplerate)
            for block in file.blocks(BLOCK_FRAMES, dtype="float32", always_2d=True):
                measurer.add(as_stereo(block))
    except (soundfile.LibsndfileError, OSError) as error:
        raise SoundError(f"{path.name} cannot be read as audio: {error}") from error
    return measurer.result()
