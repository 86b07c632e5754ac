"""Adding stems up: to groups, and to see that they are the mix before mastering."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import soundfile

from compositions.sound.mastering import clear_time_stamp
from compositions.sound.samplefile import BLOCK_FRAMES, Audio, whole_file

SILENCE_DB = -200.0


def sum_files(sources: Sequence[Path], destination: Path, gain: float = 1.0) -> Path:
    """Write the sum of WAV files of one rate and length, times ``gain``, as 32 bit float WAV.

    The same files give the same bytes. Raises ``OSError`` when the disk is full.
    """
    with soundfile.SoundFile(sources[0]) as first:
        rate, channels = first.samplerate, first.channels
    with whole_file(destination) as partial:
        with soundfile.SoundFile(partial, "w", rate, channels, "FLOAT", format="WAV") as target:
            for block in _summed(sources):
                target.write((gain * block).astype(np.float32))
        clear_time_stamp(partial)
    return destination


def peak_of(sources: Sequence[Path], on_file: Callable[[], None] = lambda: None) -> float:
    """The largest sample, without its sign, of any of the files."""
    peak = 0.0
    for path in sources:
        for block in _summed([path]):
            peak = max(peak, float(np.abs(block).max(initial=0.0)))
        on_file()
    return peak


def write_silence(like: Path, destination: Path) -> Path:
    """Write a silent 32 bit float WAV file of the rate and length of another."""
    return sum_files([like], destination, 0.0)


def sum_error_db(parts: Sequence[Path], whole: Path) -> float:
    """How far the sum of ``parts`` is from ``whole``: the error's power against that of the whole.

    In dB, not below -200, which is also the answer for silence that is silence. Files of any
    format that libsndfile reads, of one rate and length.
    """
    error = power = 0.0
    with soundfile.SoundFile(whole) as file:
        for found in _summed(parts):
            wanted = file.read(len(found), dtype="float64", always_2d=True)
            power += float(np.sum(wanted**2))
            error += float(np.sum((found - wanted) ** 2))
    if error <= 0.0:
        return SILENCE_DB
    return max(SILENCE_DB, 10.0 * math.log10(error / max(power, 1e-300)))


def _summed(sources: Sequence[Path]) -> Iterator[Audio]:
    with ExitStack() as stack:
        files = [stack.enter_context(soundfile.SoundFile(path)) for path in sources]
        while True:
            block = files[0].read(BLOCK_FRAMES, dtype="float64", always_2d=True)
            if not len(block):
                return
            for file in files[1:]:
                block = block + file.read(len(block), dtype="float64", always_2d=True)
            yield block
