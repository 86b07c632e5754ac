"""The stems of a song as files: what each track adds to the mix before mastering.

Every stem goes through a desk of its own that follows the desk of the whole song (its balance and
glue), once with reverb and echo and once without. What comes after the channel strips is linear,
so the wet stems add up to the mix before mastering; all files are equally long and aligned.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from compositions.score.document import Track
from compositions.sound.mastering import clear_time_stamp
from compositions.sound.mix_plan import MixPlan
from compositions.sound.mixing import Desk
from compositions.sound.parameters import RenderParameters
from compositions.sound.samplefile import CHANNELS, SampleFile, whole_file
from compositions.sound.synthesis import Stem

STEMS_NAME = "stems"
PREMASTER_NAME = "mix before mastering.wav"
_UNFIT = re.compile(r"[^\w\- ]+")


@dataclass(frozen=True, slots=True)
class StemFile:
    """One track's files: 32 bit float WAV, ``dry`` without and ``wet`` with reverb and echo."""

    track_id: str
    name: str
    dry: Path
    wet: Path


def write_stems(
    stems: Iterable[Stem],
    tracks: list[Track],
    crowd: Callable[[Track], int],
    desk: Desk,
    plan: MixPlan,
    parameters: RenderParameters,
    frames: int,
    folder: Path,
    on_progress: Callable[[float], None],
) -> tuple[StemFile, ...]:
    """Write ``dry/NN name.wav`` and ``wet/NN name.wav`` of each stem below ``folder``.

    ``crowd`` counts the tracks of a track's role, ``desk`` is that of the whole song, after its
    stems were added.
    """
    for kind in ("dry", "wet"):
        (folder / kind).mkdir(parents=True, exist_ok=True)
    files = []
    for stem in stems:
        track = tracks[stem.index]
        name = f"{stem.index + 1:02d} {_UNFIT.sub('_', track.name)[:60].strip() or 'Track'}.wav"
        with Desk(folder, frames, parameters, plan) as own:
            with SampleFile(stem.path, frames) as samples:
                own.add(samples, track, crowd(track))
            stem.path.unlink()
            for kind in ("dry", "wet"):
                part = own.sum(lambda _: None, like=desk, effects=kind == "wet")
                write_samples(part.file, parameters.sample_rate, folder / kind / name)
        files.append(StemFile(track.id, track.name, folder / "dry" / name, folder / "wet" / name))
        on_progress(len(files) / len(tracks))
    return tuple(files)


def write_samples(samples: SampleFile, sample_rate: int, destination: Path) -> None:
    """Write raw samples as a 32 bit float WAV file; the same samples give the same bytes."""
    with whole_file(destination) as partial:
        with soundfile.SoundFile(
            partial, "w", sample_rate, CHANNELS, "FLOAT", format="WAV"
        ) as file:
            for _, block in samples.blocks():
                file.write(block.astype(np.float32))
        clear_time_stamp(partial)
