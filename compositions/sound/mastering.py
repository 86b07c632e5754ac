"""From the buses to the finished file: tone, width, compression, loudness, limiter, dither."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from compositions.sound.dynamics import (
    CONTROL_FRAMES,
    LIMITER_RELEASES_SECONDS,
    MOST_COMPRESSION_DB,
    Curve,
    compressor_curve,
    control_maxima,
    limiter_curve,
    mean_squares,
    per_frame,
)
from compositions.sound.equaliser import high_pass
from compositions.sound.errors import SoundError
from compositions.sound.filters import Filter, FilterTree
from compositions.sound.loudness import (
    Oversampler,
    decibels,
    integrated_loudness,
    k_weighting,
    linear,
    mean_squares_per_step,
    relative_loudness,
)
from compositions.sound.measurements import Measurements, Measurer
from compositions.sound.mix_presets import DEFAULT_PRESET, MixPreset, mix_preset
from compositions.sound.parameters import RenderParameters
from compositions.sound.peaks import Peaks, PeaksBuilder
from compositions.sound.samplefile import BLOCK_FRAMES, CHANNELS, SampleFile, Samples
from compositions.sound.saturation import BandLevel, Exciter, PeakRounder, excited_sections
from compositions.sound.spectrum import OctaveMeter, relative_octaves
from compositions.sound.tone import corrections_db, excitement, tone_sections
from compositions.sound.width import SideMeter, SideShaper, wide_sections

# Four times oversampling can miss the top of a peak by some 0.2 dB (seen against sixteen times),
# and meters differ in where they look: the file stays this far below the promise by ours, and the
# limiter, whose moving gain adds a little, aims lower still.
_METER_MARGIN_DB = 0.2
_CEILING_MARGIN_DB = 0.3
_LOUDNESS_TOLERANCE_LU = 0.1
_ATTEMPTS = 3
_HALVINGS = 6  # of 2 dB: 0.03 dB, a third of the tolerance
# How far the limiter may be driven: more gives distortion, hardly loudness.
_HARDEST_DB = 15.0
# What sticks out further over the ceiling is rounded before the limiter, which would be heard
# sooner: at -14 LUFS and at -8 LUFS, in between by interpolation.
_LIMITER_SHARES = ((-14.0, 9.0), (-8.0, 2.5))
_SUBSONIC_HZ = 24.0
_START_FADE_SECONDS = 0.0015
_END_FADE_SHARE = 0.6
_SHORTEST_END_FADE_SECONDS = 0.01
_SUBTYPES = {16: "PCM_16", 24: "PCM_24", 32: "FLOAT"}

Progress = Callable[[float], None]
Shaper = Callable[[Samples], Samples]


Source = Callable[[int, int], Samples]


@dataclass(frozen=True, slots=True)
class Mix:
    """The mix before mastering and what was measured of it.

    ``mean_squares`` are at control rate, ``octaves_db`` the power per octave, ``side_db`` the
    sides against the middle. ``wanted_db`` and ``wanted_side_db`` are what the master works
    towards, None for "leave it". ``report`` tells what the desk decided, as plain JSON values.
    """

    file: SampleFile
    mean_squares: Curve
    octaves_db: NDArray[np.float64]
    stereo: SideMeter
    excitable_level: float
    preset: MixPreset | None
    report: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Master:
    """The finished file in figures; ``gain_reduction_db`` is the limiter's largest, >= 0.

    ``report`` tells what desk and master decided, as plain JSON values.
    """

    measurements: Measurements
    peaks: Peaks
    gain_reduction_db: float
    compression_db: float
    report: dict[str, Any]


def sum_buses(
    file: SampleFile,
    sources: Sequence[Source],
    parameters: RenderParameters,
    preset: MixPreset | None,
    report: dict[str, Any],
    on_progress: Progress,
) -> Mix:
    """Add up ``sources`` (of first frame and count) in ``file``.

    Cleans the subsonics and fades both ends.
    """
    rate = parameters.sample_rate
    means: list[Curve] = []
    octaves, stereo, upper = OctaveMeter(rate), SideMeter(), BandLevel()
    # What nobody decides by need not be measured.
    meters: list[SideMeter | BandLevel] = [stereo, upper] if preset else []
    measured = [[wide_sections(rate)], [excited_sections(rate)]][: len(meters)]
    filters = FilterTree([high_pass(_SUBSONIC_HZ, rate)], *measured)
    for start in file.starts():
        count = min(BLOCK_FRAMES, file.frames - start)
        total: Samples = np.zeros((count, CHANNELS), dtype=np.float32)
        for source in sources:
            total += source(start, count)
        total, *parts = filters.process(total)
        fades = _fades(file.frames, parameters, start, count)
        if fades is not None:
            total *= fades[:, None].astype(np.float32)
        file.write(start, total)
        means.append(mean_squares(total))
        if preset or parameters.tone:
            octaves.add(total)
        for meter, part in zip(meters, parts, strict=True):
            meter.add(part)
        on_progress((start + count) / file.frames)
    return Mix(file, np.concatenate(means), octaves.levels_db, stereo, upper.rms, preset, report)


def master(
    mix: Mix, parameters: RenderParameters, destination: Path, on_progress: Progress
) -> Master:
    """Nudge tone and width, compress, bring to loudness, limit, write ``destination`` as WAV.

    Levels that decide are measured once; the pairs of gain and limiter curve are then tried on
    those figures, and the written file is measured again. The ceiling is kept even where the
    loudness cannot be reached under it. Raises :class:`SoundError` when the mix is silent.
    """
    rate = parameters.sample_rate
    compression = np.ones(len(mix.mean_squares))
    if parameters.compression:
        most_db = mix.preset.glue_db if mix.preset else MOST_COMPRESSION_DB
        compression = compressor_curve(mix.mean_squares, rate, most_db=most_db)
    shapers, decided = _shapers(mix, parameters)
    energies, peaks = _compress(
        mix.file, shapers, compression, rate, lambda part: on_progress(0.45 * part)
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

        result, waveform = _write(mix.file, gain * curve, parameters, destination, report)
        miss = parameters.target_lufs - result.integrated_lufs
        excess = result.true_peak_dbtp - (parameters.true_peak_ceiling_dbtp - _METER_MARGIN_DB)
        if abs(miss) <= _LOUDNESS_TOLERANCE_LU and excess <= 0.0:
            break
        wanted += miss
        ceiling_db -= max(0.0, 1.2 * excess)
    else:
        if excess > 0.0:  # the promise about peaks goes before that about loudness
            levels = gain * linear(-excess) * curve
            result, waveform = _write(mix.file, levels, parameters, destination, lambda part: None)
    on_progress(1.0)
    return Master(
        result,
        waveform,
        -decibels(float(curve.min())),
        -decibels(float(compression.min())),
        {**mix.report, "master": decided},
    )


def _shapers(mix: Mix, parameters: RenderParameters) -> tuple[list[Shaper], dict[str, Any]]:
    """What shapes tone and width, in order, and what was decided, as plain JSON values."""
    rate = parameters.sample_rate
    shapers: list[Shaper] = []
    wanted = (mix.preset or mix_preset(DEFAULT_PRESET)).spectrum_db
    decided: dict[str, Any] = {}
    if parameters.tone or mix.preset:
        decided["wanted_db"] = list(wanted)
        decided["before_db"] = list(relative_octaves(mix.octaves_db))
    if parameters.tone:
        gains = corrections_db(mix.octaves_db, wanted)
        amount = 0.0
        if mix.preset:
            amount = excitement(mix.octaves_db, wanted, gains, mix.preset.most_excitement)
        decided |= {"tone_db": list(gains), "exciter": amount}
        if amount:
            shapers.append(Exciter(amount, mix.excitable_level, rate).process)
        shapers.append(Filter(*tone_sections(gains, rate)).process)
    if mix.preset:
        gain_db = round(mix.stereo.correction_db(mix.preset.side_db), 2)
        decided |= {"side_db": round(mix.stereo.side_db, 2), "side_gain_db": gain_db}
        shapers.append(SideShaper(gain_db, rate).process)
    if mix.preset and parameters.compression:
        loudness = relative_loudness(mean_squares_per_step(2.0 * mix.mean_squares, rate))
        if math.isfinite(loudness):
            coming_db = parameters.target_lufs - loudness
            share_db = float(np.interp(parameters.target_lufs, *np.transpose(_LIMITER_SHARES)))
            headroom_db = parameters.true_peak_ceiling_dbtp + share_db
            shapers.append(PeakRounder(linear(headroom_db - coming_db)).process)
    return shapers, decided


def _compress(
    mix: SampleFile,
    shapers: Sequence[Shaper],
    compression: Curve,
    sample_rate: int,
    on_progress: Progress,
) -> tuple[Curve, Curve]:
    """Shape and compress in place.

    Returns K-weighted mean squares and true peaks of the outcome, both at control rate.
    """
    weighting = Filter(k_weighting(sample_rate))
    oversampler = Oversampler()
    per_frame_peaks: list[Curve] = []
    energies: list[Curve] = []
    pending: Samples = np.zeros(0, dtype=np.float32)
    lag = Oversampler.latency
    for start, block in mix.blocks():
        for shaper in shapers:
            block = shaper(block)
        block *= per_frame(compression, start, len(block))
        mix.write(start, block)
        energies.append(CHANNELS * mean_squares(weighting.process(block)))
        found = oversampler.peaks(block)
        # The first `lag` peaks belong to frames of the block before.
        pending = np.concatenate([pending, found if start else found[lag:]])
        whole = len(pending) // CONTROL_FRAMES * CONTROL_FRAMES
        per_frame_peaks.append(control_maxima(pending[:whole]) if whole else np.zeros(0))
        pending = pending[whole:]
        on_progress((start + len(block)) / mix.frames)
    flush = np.zeros((lag, CHANNELS), dtype=np.float32)
    pending = np.concatenate([pending, oversampler.peaks(flush)])
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
    lowest = wanted_lufs - relative_loudness(mean_squares_per_step(energies, sample_rate)) - 1.0
    release = LIMITER_RELEASES_SECONDS[0]

    def attempt(gain_db: float) -> tuple[float, Curve]:
        gain = linear(gain_db)
        curve = limiter_curve(peaks * gain, ceiling, sample_rate, release)
        reduced = energies * (gain * curve) ** 2
        return integrated_loudness(mean_squares_per_step(reduced, sample_rate)), curve

    for release in LIMITER_RELEASES_SECONDS:  # noqa: B007 - `attempt` reads it
        low, high = lowest, lowest + 2.0
        while not (reached := attempt(high)[0] >= wanted_lufs) and high < lowest + _HARDEST_DB:
            low, high = high, high + 2.0
        if reached:
            break
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        if attempt(middle)[0] < wanted_lufs:
            low = middle
        else:
            high = middle
    return linear(high), attempt(high)[1]


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
            block *= per_frame(gains, start, len(block))
            stored = _quantise(block, parameters.bit_depth, dither)
            file.write(stored)
            block = stored.astype(np.float32)  # 24 bits fit
            if parameters.bit_depth != 32:
                block *= np.float32(2.0**-31)
            measurer.add(block)
            waveform.add(block)
            on_progress((start + len(block)) / mix.frames)
    if parameters.bit_depth == 32:
        clear_time_stamp(destination)
    return measurer.result(), waveform.result()


def _quantise(
    block: Samples, bit_depth: int, dither: np.random.Generator
) -> NDArray[np.int32] | NDArray[np.float32]:
    """Round to the bit depth; 16 bit gets triangular dither of one step each way."""
    if bit_depth == 32:
        return block
    scale = np.float32(2.0 ** (bit_depth - 1))
    scaled = block * scale
    if bit_depth == 16:
        silent = ~scaled.any(axis=1)
        noise = dither.random(scaled.shape, dtype=np.float32)
        noise -= dither.random(scaled.shape, dtype=np.float32)
        noise[silent] = 0.0  # digital silence stays silent
        scaled += noise
    whole = np.clip(np.rint(scaled, out=scaled), -scale, scale - 1, out=scaled).astype(np.int32)
    return whole << (32 - bit_depth)


def _fades(frames: int, parameters: RenderParameters, start: int, count: int) -> Curve | None:
    """A raised cosine in over 1.5 ms and out over the last part of the tail; None in between."""
    rate = parameters.sample_rate
    rise = max(1.0, _START_FADE_SECONDS * rate)
    fall_seconds = max(parameters.tail_seconds * _END_FADE_SHARE, _SHORTEST_END_FADE_SECONDS)
    fall = max(1.0, fall_seconds * rate)
    if start >= rise and start + count <= frames - 1 - fall:
        return None
    positions = np.arange(start, start + count, dtype=np.float64)
    into = np.clip(positions / rise, 0.0, 1.0)
    out = np.clip((frames - 1 - positions) / fall, 0.0, 1.0)
    return np.asarray(0.25 * (1.0 - np.cos(math.pi * into)) * (1.0 - np.cos(math.pi * out)))


def clear_time_stamp(path: Path) -> None:
    """libsndfile notes the time in the PEAK chunk of float files; the same render has none."""
    with path.open("r+b") as file:
        head = file.read(512)
        position = head.find(b"PEAK")
        if position >= 0:
            file.seek(position + 12)
            file.write(struct.pack("<I", 0))
