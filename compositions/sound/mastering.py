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
    LIMITER_RELEASES_SECONDS,
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
    STEPS_PER_SECOND,
    LoudnessMeter,
    Oversampler,
    decibels,
    integrated_loudness,
    linear,
    relative_loudness,
)
from compositions.sound.measurements import Measurements, Measurer
from compositions.sound.parameters import RenderParameters
from compositions.sound.peaks import Peaks, PeaksBuilder
from compositions.sound.reverb import Convolver, impulse_response
from compositions.sound.samplefile import CHANNELS, SampleFile, Samples
from compositions.sound.tone import ToneMeter

# Four times oversampling can miss the top of a peak by some 0.2 dB (seen against sixteen times),
# and meters differ in where they look: the file stays this far below the promise by ours, and the
# limiter, whose moving gain adds a little, aims lower still.
_METER_MARGIN_DB = 0.2
_CEILING_MARGIN_DB = 0.3
_LOUDNESS_TOLERANCE_LU = 0.1
_ATTEMPTS = 3
# How far the limiter may be driven: more gives distortion, hardly loudness.
_HARDEST_DB = 15.0
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
) -> tuple[Curve, ToneMeter]:
    """Add the reverb of ``send`` to ``dry`` in place, clean the subsonics, fade both ends.

    Returns the mean squares at control rate and the measured tone.
    """
    rate = parameters.sample_rate
    convolver = None
    if parameters.reverb:
        convolver = Convolver(impulse_response(rate, parameters.reverb_seconds, parameters.seed))
    subsonic = Filter(high_pass(_SUBSONIC_HZ, rate))
    means: list[Curve] = []
    tone = ToneMeter(rate)
    for start, block in dry.blocks():
        total = block
        if convolver is not None:
            total = total + convolver.process(send.read(start))
        total = subsonic.process(total)
        total *= _fades(dry.frames, parameters, start, len(block))[:, None]
        dry.write(start, total)
        means.append(control_means((total**2).mean(axis=1)))
        tone.add(total)
        on_progress((start + len(block)) / dry.frames)
    return np.concatenate(means), tone


def master(
    mix: SampleFile,
    mean_squares: Curve,
    tone: ToneMeter,
    parameters: RenderParameters,
    destination: Path,
    on_progress: Progress,
) -> Master:
    """Nudge the tone, compress, bring to loudness, limit, write ``destination`` as WAV.

    Levels that decide are measured once; the pairs of gain and limiter curve are then tried on
    those figures, and the written file is measured again. The ceiling is kept even where the
    loudness cannot be reached under it. Raises :class:`SoundError` when the mix is silent.
    """
    rate = parameters.sample_rate
    compression = np.ones(len(mean_squares))
    if parameters.compression:
        compression = compressor_curve(mean_squares, rate)
    equaliser = Filter(*(tone.sections() if parameters.tone else ()))
    energies, peaks = _compress(
        mix, equaliser, compression, rate, lambda part: on_progress(0.45 * part)
    )
    if not math.isfinite(relative_loudness(energies)):
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
        excess = result.true_peak_dbtp - (parameters.true_peak_ceiling_dbtp - _METER_MARGIN_DB)
        if abs(miss) <= _LOUDNESS_TOLERANCE_LU and excess <= 0.0:
            break
        wanted += miss
        ceiling_db -= max(0.0, 1.2 * excess)
    else:
        if excess > 0.0:  # the promise about peaks goes before that about loudness
            levels = gain * linear(-excess) * curve
            result, waveform = _write(mix, levels, parameters, destination, lambda part: None)
    on_progress(1.0)
    return Master(result, waveform, -decibels(float(curve.min())), -decibels(compression.min()))


def _compress(
    mix: SampleFile,
    equaliser: Filter,
    compression: Curve,
    sample_rate: int,
    on_progress: Progress,
) -> tuple[Curve, Curve]:
    """Equalise and compress in place.

    Returns K-weighted mean squares and true peaks of the outcome, both at control rate.
    """
    meter = LoudnessMeter(sample_rate)
    oversampler = Oversampler()
    per_frame_peaks: list[Curve] = []
    energies: list[Curve] = []
    pending: Curve = np.zeros(0)
    lag = Oversampler.latency
    for start, block in mix.blocks():
        block = equaliser.process(block)
        block *= per_frame(compression, start, len(block))[:, None]
        mix.write(start, block)
        energies.append(control_means(meter.add(block)))
        found = oversampler.peaks(block)
        # The first `lag` peaks belong to frames of the block before.
        pending = np.concatenate([pending, found if start else found[lag:]])
        whole = len(pending) // CONTROL_FRAMES * CONTROL_FRAMES
        per_frame_peaks.append(control_maxima(pending[:whole]) if whole else np.zeros(0))
        pending = pending[whole:]
        on_progress((start + len(block)) / mix.frames)
    pending = np.concatenate([pending, oversampler.peaks(np.zeros((lag, CHANNELS)))])
    per_frame_peaks.append(control_maxima(pending))
    return np.concatenate(energies), np.concatenate(per_frame_peaks)


def _solve(
    energies: Curve, peaks: Curve, wanted_lufs: float, ceiling: float, sample_rate: int
) -> tuple[float, Curve]:
    """Linear gain before the limiter, and the limiter's curve, that together give ``wanted_lufs``.

    The loudness of a limited signal is estimated from its energies before, at control rate, times
    the square of the curve. More gain never makes it quieter, so bisection finds it. A
    limiter that lets go slowly has a loudest output: beyond it, faster ones are tried.
    """
    lowest = wanted_lufs - relative_loudness(_per_step(energies, sample_rate)) - 1.0
    release = LIMITER_RELEASES_SECONDS[0]

    def attempt(gain_db: float) -> tuple[float, Curve]:
        gain = linear(gain_db)
        curve = limiter_curve(peaks * gain, ceiling, sample_rate, release)
        reduced = energies * (gain * curve) ** 2
        return integrated_loudness(_per_step(reduced, sample_rate)), curve

    for release in LIMITER_RELEASES_SECONDS:  # noqa: B007 - `attempt` reads it
        low, high = lowest, lowest + 2.0
        while not (reached := attempt(high)[0] >= wanted_lufs) and high < lowest + _HARDEST_DB:
            low, high = high, high + 2.0
        if reached:
            break
    for _ in range(9):
        middle = (low + high) / 2.0
        if attempt(middle)[0] < wanted_lufs:
            low = middle
        else:
            high = middle
    return linear(high), attempt(high)[1]


def _per_step(energies: Curve, sample_rate: int) -> Curve:
    """Mean squares at control rate as mean squares of the loudness meter's 100 ms."""
    step = sample_rate / STEPS_PER_SECOND / CONTROL_FRAMES
    count = max(1, int(len(energies) / step))
    edges = np.rint(np.arange(count) * step).astype(int)
    widths = np.diff(np.append(edges, len(energies)))
    return np.add.reduceat(energies, edges) / widths


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
