"""One channel strip: a stem on its way from the synthesiser to its group."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from compositions.score.document import Track
from compositions.sound.dynamics import (
    Curve,
    compressor_curve,
    mean_squares,
    per_frame,
)
from compositions.sound.equaliser import band_section
from compositions.sound.filters import FilterTree
from compositions.sound.loudness import (
    decibels,
    k_weighting,
    mean_squares_per_step,
    relative_loudness,
)
from compositions.sound.mix_plan import MixPlan
from compositions.sound.samplefile import BLOCK_FRAMES, CHANNELS, SampleFile, Samples
from compositions.sound.saturation import saturate
from compositions.sound.strips import Strip
from compositions.sound.width import Widener

_SILENT_PEAK = 1e-9
_SILENT_SQUARE = 1e-12
# What only a tenth of the sounding moments exceeds counts as loud.
_LOUD_PERCENTILE = 90.0


class Channel:
    """Equaliser, compressor, saturation, pan, ducking and width of one track.

    ``strip`` says what it does. Making one equalises ``stem`` in place and measures it:
    ``loudness_lufs`` and ``peak`` (linear) after the equaliser, ``levelled_lufs`` after the
    compressor as well, ``sounding`` the first frames of blocks that are not silent.
    :meth:`blocks` then plays it once.
    """

    def __init__(
        self, stem: SampleFile, track: Track, strip: Strip, sample_rate: int, plan: MixPlan
    ) -> None:
        self._stem = stem
        self._track = track
        self._strip = strip
        self._rate = sample_rate
        self.peak = 0.0
        self.sounding: set[int] = set()
        energies, squares = self._equalise()
        compressor = self._strip.compressor
        self._duck = plan.duck_curve(self._strip.ducking_db, stem.frames, self._rate)
        self._compression = np.ones(len(squares))
        self.levelled_lufs = self.loudness_lufs
        if compressor.ratio > 1.0 and self.sounding:
            self._compression = compressor_curve(
                squares,
                self._rate,
                ratio=compressor.ratio,
                attack_seconds=compressor.attack_ms / 1000.0,
                release_seconds=compressor.release_ms / 1000.0,
                most_db=self._strip.most_compression_db,
                threshold_db=compressor.threshold_db,
            )
            after = mean_squares_per_step(energies * self._compression**2, self._rate)
            self.levelled_lufs = relative_loudness(after)
        heard = (squares * self._compression**2)[squares > _SILENT_SQUARE]
        self._loud = math.sqrt(float(np.percentile(heard, _LOUD_PERCENTILE))) if heard.size else 0.0

    def blocks(self, gain: float) -> Iterator[tuple[int, Samples, Samples]]:
        """First frame, signal for the sends and signal for the group of each block.

        ``gain`` is the linear level. Silent blocks come without frames.
        """
        widener = None
        if self._strip.width > 0.0:
            seed = zlib.crc32(self._track.id.encode())
            widener = Widener(self._strip.width, self._rate, seed)
        gains = (gain * pan_gains(self._strip.pan)).astype(np.float32)
        nothing = np.zeros((0, 2), dtype=np.float32)
        for start in self._stem.starts():
            # The widener still sounds in the block after the last note.
            rings = widener is not None and start - BLOCK_FRAMES in self.sounding
            if start not in self.sounding and not rings:
                yield start, nothing, nothing
                continue
            block = self._stem.read(start)
            if self._strip.compressor.ratio > 1.0:
                block *= per_frame(self._compression, start, len(block))
            block = saturate(block, self._strip.saturation, self._loud)
            # One channel after the other: a pair of gains for each frame takes ten times as long.
            for channel, channel_gain in zip(block.T, gains, strict=True):
                channel *= channel_gain
            if self._duck is not None:
                block *= per_frame(self._duck, start, len(block))
            yield start, block, block if widener is None else widener.process(block)

    def measured(self) -> dict[str, float]:
        """The most that compressor and ducking take, in dB, and the pan."""
        duck = 1.0 if self._duck is None else float(self._duck.min())
        return {
            "pan": round(self._strip.pan, 3),
            "compression_db": round(0.0 - decibels(float(self._compression.min())), 2),
            "duck_db": round(0.0 - decibels(duck), 2),
        }

    def _equalise(self) -> tuple[Curve, Curve]:
        """K-weighted and plain mean squares of the equalised stem, at control rate."""
        equaliser = [band_section(band, self._rate) for band in self._strip.equaliser]
        filters = FilterTree(equaliser, [k_weighting(self._rate)])
        energies: list[Curve] = []
        squares: list[Curve] = []
        for start, block in self._stem.blocks():
            shaped, weighted = filters.process(block)
            energies.append(CHANNELS * mean_squares(weighted))
            squares.append(mean_squares(shaped))
            peak = max(float(shaped.max()), -float(shaped.min()))
            if peak > _SILENT_PEAK:
                self.sounding.add(start)
                self.peak = max(self.peak, peak)
                self._stem.write(start, shaped)
        found = np.concatenate(energies)
        self.loudness_lufs = relative_loudness(mean_squares_per_step(found, self._rate))
        return found, np.concatenate(squares)


def pan_gains(pan: float) -> NDArray[np.float64]:
    """Constant-power gains of left and right for -1 (left) .. 1 (right), unity in the middle."""
    angle = (min(max(pan, -1.0), 1.0) + 1.0) * math.pi / 4.0
    return np.array([math.cos(angle), math.sin(angle)]) * math.sqrt(2.0)
