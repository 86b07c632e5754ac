"""The FluidSynth command line as a yardstick, where it is installed; the studio never needs it."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from compositions.score.document import Score
from compositions.score.midi import write_midi
from compositions.score.timeline import Timeline
from compositions.sound.bench.figures import Audio
from compositions.sound.performance import audible_tracks, perform
from compositions.sound.soundfont import SoundFonts
from compositions.sound.synthesis import Part, synthesise


@dataclass(frozen=True, slots=True)
class Played:
    """A song as FluidSynth played it: the file, CPU seconds, peak memory in megabytes."""

    wav: Path
    cpu: float
    wall: float
    megabytes: float


def play(score: Score, fonts: Sequence[Path], folder: Path, *, effects: bool) -> Played | None:
    """Play the score's MIDI file to ``folder``; None without a ``fluidsynth`` command.

    Raises ``CalledProcessError`` when it fails.
    """
    command = shutil.which("fluidsynth")
    if command is None:
        return None
    midi, wav = folder / "peer.mid", folder / "peer.wav"
    midi.write_bytes(write_midi(score))
    local = []
    for index, font in enumerate(fonts):
        # Some builds want the usual ending.
        local.append(folder / f"font-{index}{'.sf3' if font.suffix == '.wasm' else font.suffix}")
        if not local[-1].exists():
            local[-1].symlink_to(font.resolve())
    switch = "1" if effects else "0"
    options = ["-ni", "-q", "-R", switch, "-C", switch, "-g", "0.5", "-r", "44100", "-O", "s24"]
    files = [str(path) for path in (*local, midi)]
    begin = time.perf_counter()
    process = subprocess.Popen(
        [command, *options, "-F", str(wav), *files],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Played(
        wav,
        usage.ru_utime + usage.ru_stime,
        time.perf_counter() - begin,
        usage.ru_maxrss / 1e3,
    )


def dry_sum(score: Score, font: Path, folder: Path) -> Audio:
    """The stems of our engine on ``font``, added up to mono, nothing done to them."""
    timeline = Timeline(score)
    rate = 44_100
    fonts = SoundFonts([font])
    frames = round((timeline.length_seconds + 3.0) * rate)
    parts = [
        Part(
            perform(track, timeline, rate),
            fonts.resolve(track.bank, track.program, percussion=track.percussion),
            track.percussion,
        )
        for track in audible_tracks(score)
    ]
    total = np.zeros(frames)
    for stem in synthesise(
        parts,
        soundfonts=fonts,
        sample_rate=rate,
        frames=frames,
        work_dir=folder,
        on_frames=lambda index, frame: None,
    ):
        total += np.fromfile(stem.path, dtype="<f4").reshape(-1, 2).mean(axis=1)
    return total


def mono(wav: Path) -> Audio:
    """The samples of a file in the middle of the stereo picture."""
    audio: Audio = soundfile.read(wav, always_2d=True)[0].mean(axis=1)
    return audio
