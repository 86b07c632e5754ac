"""From the two buses to the finished file: reverb, compression, loudness, limiter, dither."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from compositions.sound.dynamics import (
    CONTROL_FRAMES,
    Curve,
    compressor_curve,
    control_maxima,
    control_means,
    limiter_curve,
    per_frame,
)
from compositions.sound.equaliser import Filter, high_pass
from compositions.sound.errors import SoundError
from compositions.sound.loudness import (
    SILENCE_LUFS,
    LoudnessMeter,
    Oversampler,
    decibels,
    integrated_loudness,
    linear,
)
from compositions.sound.measurements import Measurements, Measurer
from compositions.sound.parameters import RenderParameters
from compositions.sound.peaks import Peaks, PeaksBuilder
from compositions.sound.reverb import Convolver, impulse_response
from compositions.sound.samplefile import CHANNELS, SampleFile, Samples

# The limiter aims a little lower than promised: other meters interpolate otherwise.
_CEILING_MARGIN_DB = 0.15
_LOUDNESS_TOLERANCE_LU = 0.1
_ATTEMPTS = 4
_LARGEST_GAIN_DB = 70.0
_SUBSONIC_HZ = 24.0
_START_FADE_SECONDS = 0.0015
_END_FADE_SHARE = 0.6
_SHORTEST_END_FADE_SECONDS = 0.01
_SUBTYPES = {16: "PCM_16", 24: "PCM_24", 32: "FLOAT"}

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Master:
    """The finished file in figures; ``gain_reduction_db`` is the limiter's largest, >= 0."""

    measurements: Measurements
    peaks: Peaks
    gain_reduction_db: float
    compression_db: float


def sum_buses(
    dry: SampleFile, send: SampleFile, parameters: RenderParameters, on_progress: Progress
) -> Curve:
    """Add the reverb of ``send`` to ``dry`` in place, clean the subsonics, fade both ends.

    Returns the mean squares at control rate.
    """
    rate = parameters.sample_rate
    convolver = None
    if parameters.reverb:
        convolver = Convolver(impulse_response(rate, parameters.reverb_seconds, parameters.seed))
    subsonic = Filter(high_pass(_SUBSONIC_HZ, rate))
    means: list[Curve] = []
    for start, block in dry.blocks():
        total = block
        if convolver is not None:
            total = total + convolver.process(send.read(start))
        total = subsonic.process(total)
        total *= _fades(dry.frames, parameters, start, len(block))[:, None]
        dry.write(start, total)
        means.append(control_means((total**2).mean(axis=1)))
        on_progress((start + len(block)) / dry.frames)
    return np.concatenate(means)


def master(
    mix: SampleFile,
    mean_squares: Curve,
    parameters: RenderParameters,
    destination: Path,
    on_progress: Progress,
) -> Master:
    """Compress, bring to loudness, limit, write ``destination`` as WAV.

    Levels that decide are measured once; the pairs of gain and limiter curve are then tried on
    those figures, and the written file is measured again. Raises :class:`SoundError` when the mix
    is silent or the loudness cannot be reached under the ceiling.
    """
    rate = parameters.sample_rate
    compression = np.ones(len(mean_squares))
    if parameters.compression:
        compression = compressor_curve(mean_squares, rate)
    energies, peaks = _compress(mix, compression, rate, lambda part: on_progress(0.45 * part))
    loudness = integrated_loudness(energies)
    if loudness <= SILENCE_LUFS:
        raise SoundError("There is nothing to hear: the mix is silent.")
    wanted = parameters.target_lufs
    ceiling_db = parameters.true_peak_ceiling_dbtp - _CEILING_MARGIN_DB
    done = 0.45
    for attempt in range(_ATTEMPTS):
        gain, curve = _solve(energies, peaks, wanted, linear(ceiling_db), rate)
        share = (1.0 - done) * (0.9 if attempt == 0 else 0.5)
        begin, done = done, done + share

        def report(part: float, begin: float = begin, share: float = share) -> None:
            on_progress(begin + share * part)

        result, waveform = _write(mix, gain * curve, parameters, destination, report)
        miss = parameters.target_lufs - result.integrated_lufs
        excess = result.true_peak_dbtp - (parameters.true_peak_ceiling_dbtp - 0.03)
        if abs(miss) <= _LOUDNESS_TOLERANCE_LU and excess <= 0.0:
            break
        wanted += miss
        ceiling_db -= max(0.0, excess)
    on_progress(1.0)
    return Master(result, waveform, -decibels(float(curve.min())), -decibels(compression.min()))


def _compress(
    mix: SampleFile, compression: Curve, sample_rate: int, on_progress: Progress
) -> tuple[Curve, Curve]:
    """Apply the compressor in place; K-weighted energies and true peaks of what results."""
    meter = LoudnessMeter(sample_rate)
    oversampler = Oversampler()
    per_frame_peaks: list[Curve] = []
    pending: Curve = np.zeros(0)
    lag = Oversampler.latency
    for start, block in mix.blocks():
        block *= per_frame(compression, start, len(block))[:, None]
        mix.write(start, block)
        meter.add(block)
        found = oversampler.peaks(block)
        # The first `lag` peaks belong to frames of the block before.
        pending = np.concatenate([pending, found if start else found[lag:]])
        whole = len(pending) // CONTROL_FRAMES * CONTROL_FRAMES
        per_frame_peaks.append(control_maxima(pending[:whole]) if whole else np.zeros(0))
        pending = pending[whole:]
        on_progress((start + len(block)) / mix.frames)
    pending = np.concatenate([pending, oversampler.peaks(np.zeros((lag, CHANNELS)))])
    per_frame_peaks.append(control_maxima(pending))
    return meter.energies, np.concatenate(per_frame_peaks)


def _solve(
    energies: Curve, peaks: Curve, wanted_lufs: float, ceiling: float, sample_rate: int
) -> tuple[float, Curve]:
    """Linear gain before the limiter, and the limiter's curve, that together give ``wanted_lufs``.

    The loudness of a limited signal is estimated from the energies of 100 ms times the mean
    square of the curve over them. More gain never makes it quieter, so bisection finds it.
    """
    low = wanted_lufs - integrated_loudness(energies) - 1.0
    high = low + 2.0
    steps = np.linspace(0, len(peaks), len(energies) + 1).astype(int)

    def attempt(gain_db: float) -> tuple[float, Curve]:
        gain = linear(gain_db)
        curve = limiter_curve(peaks * gain, ceiling, sample_rate)
        squares = np.concatenate([[0.0], np.cumsum(curve**2)])
        widths = np.maximum(np.diff(steps), 1)
        reduced = energies * gain**2 * (squares[steps[1:]] - squares[steps[:-1]]) / widths
        return integrated_loudness(reduced), curve

    while attempt(high)[0] < wanted_lufs and high < low + _LARGEST_GAIN_DB:
        high += 3.0
    for _ in range(9):
        middle = (low + high) / 2.0
        if attempt(middle)[0] < wanted_lufs:
            low = middle
        else:
            high = middle
    gain_db = (low + high) / 2.0
    return linear(gain_db), attempt(gain_db)[1]


def _write(
    mix: SampleFile,
    gains: Curve,
    parameters: RenderParameters,
    destination: Path,
    on_progress: Progress,
) -> tuple[Measurements, Peaks]:
    """Write the file and measure the very samples that it holds."""
    rate = parameters.sample_rate
    measurer = Measurer(rate)
    waveform = PeaksBuilder(rate)
    dither = np.random.Generator(np.random.PCG64(parameters.seed))
    with soundfile.SoundFile(
        destination, "w", rate, CHANNELS, _SUBTYPES[parameters.bit_depth], format="WAV"
    ) as file:
        for start, block in mix.blocks():
            block *= per_frame(gains, start, len(block))[:, None]
            stored = _quantise(block, parameters.bit_depth, dither)
            file.write(stored)
            block = stored.astype(np.float64)
            if parameters.bit_depth != 32:
                block /= 2.0**31
            measurer.add(block)
            waveform.add(block)
            on_progress((start + len(block)) / mix.frames)
    if parameters.bit_depth == 32:
        _clear_time_stamp(destination)
    return measurer.result(), waveform.result()


def _quantise(
    block: Samples, bit_depth: int, dither: np.random.Generator
) -> NDArray[np.int32] | NDArray[np.float32]:
    """Round to the bit depth; 16 bit gets triangular dither of one step each way."""
    if bit_depth == 32:
        return block.astype(np.float32)
    scale = 2.0 ** (bit_depth - 1)
    scaled = block * scale
    if bit_depth == 16:
        silent = ~scaled.any(axis=1)
        noise = dither.random(scaled.shape) - dither.random(scaled.shape)
        noise[silent] = 0.0  # digital silence stays silent
        scaled += noise
    whole = np.clip(np.rint(scaled), -scale, scale - 1.0)
    return (whole * 2.0 ** (32 - bit_depth)).astype(np.int32)


def _fades(frames: int, parameters: RenderParameters, start: int, count: int) -> Curve:
    """A raised cosine in over 1.5 ms and out over the last part of the tail."""
    rate = parameters.sample_rate
    rise = max(1.0, _START_FADE_SECONDS * rate)
    fall_seconds = max(parameters.tail_seconds * _END_FADE_SHARE, _SHORTEST_END_FADE_SECONDS)
    fall = max(1.0, fall_seconds * rate)
    positions = np.arange(start, start + count, dtype=np.float64)
    into = np.clip(positions / rise, 0.0, 1.0)
    out = np.clip((frames - 1 - positions) / fall, 0.0, 1.0)
    return np.asarray(0.25 * (1.0 - np.cos(math.pi * into)) * (1.0 - np.cos(math.pi * out)))


def _clear_time_stamp(path: Path) -> None:
    """libsndfile notes the time in the PEAK chunk of float files; the same render has none."""
    with path.open("r+b") as file:
        head = file.read(512)
        position = head.find(b"PEAK")
        if position >= 0:
            file.seek(position + 12)
            file.write(struct.pack("<I", 0))
