"""The voice: spectra of spoken words, held and moved in time, sung on a pitch by WORLD.

WORLD (Morise, Yokomori and Ozawa, "WORLD: a vocoder-based high-quality speech synthesis system",
IEICE Trans. 2016) makes sound from three things for every 5 ms: a pitch, a spectral envelope and
how noisy each frequency is. The envelope is CheapTrick's of the spoken word (Morise, 2015). The
word was spoken on a pitch that is known, and its phonemes are known, so neither pitch nor noise
has to be guessed from the sound: a vowel has voice, a stop has none, a "z" has both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from compositions.sound.vocal.errors import VocalError
from compositions.sound.vocal.phones import Kind, kind_of
from compositions.sound.vocal.pitch import pitch_curve
from compositions.sound.vocal.presets import VocalPreset
from compositions.sound.vocal.speaking import SPOKEN_PITCH_HZ, Spoken
from compositions.sound.vocal.timing import Piece

Array = NDArray[np.float64]

FRAME_SECONDS = 0.005
_FFT_SIZE = 1024
_MARGIN = 12
"""Frames of silence around a phrase."""
_SILENT = -32.0
"""Natural logarithm of the power of a silent frame, -139 dB."""
_KINDS = (Kind.VOWEL, Kind.SONORANT, Kind.BUZZ, Kind.BREATH)
_BREATH_SECONDS = 0.26
_DB = np.log(10.0) / 10.0
"""Natural logarithm of power for a decibel."""
_STEADY = 0.75
"""How much of the fading of a spoken vowel is taken out of a sung one."""
_VOWEL_LEVEL = -4.6
"""Natural logarithm of the mean power that a vowel sung at velocity 90 is brought to."""
_CLARITY = np.array([0.0, 2.0, 4.0, 4.0]) * _DB
"""Consonants are sung louder than they are spoken, for each kind of phoneme."""
_LOUDEST_CHANGE = 18.0 * _DB


def world() -> ModuleType:
    """The vocoder. Raises :class:`VocalError` where it is not installed."""
    try:
        import pyworld
    except (ImportError, OSError) as error:
        raise VocalError("the vocoder WORLD is not installed; run `pip install -r "
                         "requirements.txt`") from error  # fmt: skip
    return pyworld


@dataclass(frozen=True, slots=True)
class Analysis:
    """A spoken word as WORLD sees it, a row for every 5 ms.

    ``spectra`` are natural logarithms of the power envelope, ``kinds`` how much of each row is
    of each kind of phoneme (in the order of ``Kind``), ``levels`` logarithms of mean power.
    """

    spectra: NDArray[np.float32]
    kinds: NDArray[np.float32]
    levels: Array


def analyse(spoken: Spoken) -> Analysis:
    """Take the envelope of every 5 ms of a word."""
    count = int(len(spoken.samples) / spoken.sample_rate / FRAME_SECONDS) + 1
    times = np.arange(count) * FRAME_SECONDS
    kinds = np.zeros((count, len(_KINDS)), dtype=np.float32)
    kinds[:, _KINDS.index(Kind.BREATH)] = 1.0
    for phone in spoken.phones:
        inside = (times >= phone.start / spoken.sample_rate) & (
            times < phone.end / spoken.sample_rate
        )
        kinds[inside] = 0.0
        kinds[inside, _KINDS.index(kind_of(phone.name))] = 1.0
    voiced = kinds[:, _KINDS.index(Kind.BREATH)] < 0.5
    pitch = np.where(voiced, float(SPOKEN_PITCH_HZ), 0.0)
    power = world().cheaptrick(
        np.ascontiguousarray(spoken.samples), pitch, times, spoken.sample_rate, fft_size=_FFT_SIZE
    )
    spectra = np.log(np.maximum(power, np.exp(_SILENT)))
    return Analysis(spectra.astype(np.float32), kinds, np.log(_mean_power(power)))


def _mean_power(power: Array) -> Array:
    # Below 100 Hz there is no voice, and what is above 5 kHz hardly counts to its loudness.
    return np.asarray(power[:, 5:230].mean(axis=1) + 1e-14)


def sing_phrase(
    pieces: Sequence[Piece],
    analyses: Sequence[Analysis | None],
    preset: VocalPreset,
    sample_rate: int,
    rng: np.random.Generator,
    *,
    breath: bool,
) -> tuple[float, Array]:
    """Return the second that a phrase begins at, and its mono samples at the spoken rate."""
    lead = _BREATH_SECONDS + 0.05 if breath else 0.0
    first = int(np.floor((pieces[0].start - lead) / FRAME_SECONDS)) - _MARGIN
    last = int(np.ceil(pieces[-1].end / FRAME_SECONDS)) + _MARGIN
    times: Array = np.arange(first, last + 1, dtype=np.float64) * FRAME_SECONDS
    spectra: Array = np.full((len(times), _FFT_SIZE // 2 + 1), _SILENT)
    kinds = np.zeros((len(times), len(_KINDS)))
    kinds[:, _KINDS.index(Kind.BREATH)] = 1.0
    joins = []
    for number, piece in enumerate(pieces):
        analysis = analyses[piece.word]
        if analysis is None:
            continue
        rows = np.flatnonzero((times >= piece.start) & (times < piece.end))
        places = np.interp(times[rows], piece.times, piece.sources) / FRAME_SECONDS
        part, kinds[rows] = _at(analysis, places)
        spectra[rows] = part + _gain(analysis, piece, places, times[rows])[:, None]
        if number and rows.size and piece.start - pieces[number - 1].end < FRAME_SECONDS:
            joins.append(int(rows[0]))
        if number + 1 == len(pieces) or pieces[number + 1].start - piece.end >= FRAME_SECONDS:
            _let_go(spectra, rows)
    for join in joins:
        _smooth(spectra, join)
    if breath:
        _breathe(spectra, times, pieces[0], analyses, preset)
    _tilt(spectra, preset, sample_rate)
    pitches = pitch_curve(pieces, times, preset, rng)
    voiced = kinds[:, _KINDS.index(Kind.BREATH)] < 0.5
    hertz = np.where(voiced, 440.0 * 2.0 ** ((pitches - 69.0) / 12.0), 0.0)
    noise = kinds @ _noise(preset, sample_rate)
    samples = world().synthesize(
        hertz, np.exp(spectra), np.clip(noise, 0.001, 0.999), sample_rate, FRAME_SECONDS * 1000.0
    )
    return float(times[0]), np.asarray(samples)


def _at(analysis: Analysis, places: Array) -> tuple[Array, NDArray[np.float32]]:
    """Rows between the rows of an analysis."""
    low = np.clip(places.astype(int), 0, len(analysis.spectra) - 2)
    share = np.clip(places - low, 0.0, 1.0)[:, None]
    spectra = analysis.spectra[low] * (1.0 - share) + analysis.spectra[low + 1] * share
    nearest = np.clip(np.rint(places).astype(int), 0, len(analysis.kinds) - 1)
    return spectra, analysis.kinds[nearest]


def _gain(analysis: Analysis, piece: Piece, places: Array, times: Array) -> Array:
    """What to add to the spectra: vowels all equally loud, then the touch of each note."""
    middle = int(np.clip(round(piece.vowel / FRAME_SECONDS), 0, len(analysis.levels) - 1))
    reference = float(analysis.levels[middle])
    change = float(np.clip(_VOWEL_LEVEL - reference, -_LOUDEST_CHANGE, _LOUDEST_CHANGE))
    levels = np.interp(places, np.arange(len(analysis.levels)), analysis.levels)
    nearest = np.clip(np.rint(places).astype(int), 0, len(analysis.kinds) - 1)
    held = analysis.kinds[nearest, _KINDS.index(Kind.VOWEL)]
    steady = np.clip(reference - levels, -6.0 * _DB, 12.0 * _DB) * held * _STEADY
    touch = np.array([(note.velocity - 90) / 90.0 * 12.0 * _DB for note in piece.notes])
    starts = np.array([note.start for note in piece.notes])
    clear = analysis.kinds[nearest] @ _CLARITY
    return np.asarray(change + steady + clear + np.interp(times, starts, touch))


def _let_go(spectra: Array, rows: NDArray[np.intp]) -> None:
    """Fade the last 60 ms before a rest."""
    count = min(12, len(rows))
    if count:
        spectra[rows[-count:]] += np.linspace(-0.5, -24.0, count)[:, None] * _DB


def _smooth(spectra: Array, join: int) -> None:
    """Lead one sound over into the next within 30 ms."""
    low, high = max(2, join - 4), min(len(spectra) - 2, join + 4)
    around = spectra[low - 2 : high + 2]
    if len(around) >= 5:
        kernel = np.array([1.0, 2.0, 3.0, 2.0, 1.0]) / 9.0
        windows = np.lib.stride_tricks.sliding_window_view(around, 5, axis=0)
        spectra[low:high] = windows @ kernel


def _breathe(
    spectra: Array,
    times: Array,
    piece: Piece,
    analyses: Sequence[Analysis | None],
    preset: VocalPreset,
) -> None:
    """Air drawn in before the phrase: noise coloured by the vowel that it opens for."""
    analysis = analyses[piece.word]
    if analysis is None:
        return
    middle = int(np.clip(round(piece.vowel / FRAME_SECONDS), 0, len(analysis.levels) - 1))
    colour = analysis.spectra[middle].astype(float)
    smooth = np.convolve(np.pad(colour, 40, mode="edge"), np.hanning(81) / 40.0, mode="valid")
    smooth = smooth - np.log(np.exp(smooth[5:230]).mean()) + _VOWEL_LEVEL
    end = piece.start - 0.04
    rows = np.flatnonzero((times > end - _BREATH_SECONDS) & (times < end))
    way = (times[rows] - (end - _BREATH_SECONDS)) / _BREATH_SECONDS
    shape = np.sin(np.pi * way**1.5) ** 2
    quieter = np.log(np.maximum(shape, 1e-8)) + preset.breath_db * _DB
    spectra[rows] = smooth[: spectra.shape[1]] + quieter[:, None]


def _tilt(spectra: Array, preset: VocalPreset, sample_rate: int) -> None:
    frequencies = np.fft.rfftfreq(_FFT_SIZE, 1.0 / sample_rate)
    octaves = np.log2(np.maximum(frequencies, 1.0) / 2000.0)
    spectra += np.maximum(octaves, 0.0) * preset.brightness_db * _DB


def _noise(preset: VocalPreset, sample_rate: int) -> Array:
    """Aperiodicity (0 voice .. 1 noise) by frequency for each kind of phoneme."""
    frequencies = np.fft.rfftfreq(_FFT_SIZE, 1.0 / sample_rate)
    high = np.clip((frequencies - 1500.0) / 6500.0, 0.0, 1.0)
    vowel = 0.02 + 0.06 * preset.breathiness + preset.breathiness * 1.2 * high
    buzz = np.clip((frequencies - 700.0) / 2200.0, 0.05, 0.98)
    return np.clip(np.array([vowel, 0.02 + 0.5 * high, buzz, np.ones_like(high)]), 0.001, 0.999)
