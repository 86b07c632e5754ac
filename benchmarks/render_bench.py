"""Seconds and memory of a render, and its likeness to FluidSynth where that is installed.

    .venv/bin/python benchmarks/render_bench.py [--seconds 120] [--tracks 6] [--soundfont FILE]
    .venv/bin/python benchmarks/render_bench.py --preview --seconds 60

Renders a hand-written song to the finished mix and encodes it as MP3. With a ``fluidsynth``
command on the path the same notes are played by it (no effects) on the same SoundFont, and both
are compared: CPU seconds, and the correlation of spectrograms in 48 logarithmic bands.
"""

from __future__ import annotations

import argparse
import itertools
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray
from scipy.signal import stft

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from compositions.score.document import Score, TrackRole  # noqa: E402
from compositions.score.midi import write_midi  # noqa: E402
from compositions.score.timeline import Timeline  # noqa: E402
from compositions.sound import (  # noqa: E402
    RenderParameters,
    SoundFonts,
    Tags,
    encode,
    find_default_soundfont,
    render,
)
from compositions.sound.encoding import AudioFormat  # noqa: E402
from compositions.sound.performance import audible_tracks, perform  # noqa: E402
from compositions.sound.preview import preview_parameters  # noqa: E402
from compositions.sound.synthesis import Part, synthesise  # noqa: E402
from tests.sound import scores  # noqa: E402

GOAL_SECONDS = 20.0
PREVIEW_GOAL_SECONDS = 3.0  # of a song of one minute
RATE = 44_100
BPM = 120.0


def song(seconds: float, count: int) -> Score:
    """Lead, bass, drums, keys, pad and arpeggio, repeated up to ``count`` tracks."""
    beats = round(seconds * BPM / 60)
    arpeggio = [
        (beat + step / 4, 0.2, 72 + (0, 4, 7, 12)[step], 70)
        for beat in range(beats)
        for step in range(4)
    ]
    kinds = (
        (TrackRole.LEAD, scores.melody(beats), 80),
        (TrackRole.BASS, scores.bass(beats), 33),
        (TrackRole.DRUMS, scores.drums(beats), 0),
        (TrackRole.CHORDS, scores.chords(beats), 4),
        (TrackRole.PAD, scores.pad(beats), 89),
        (TrackRole.ARPEGGIO, arpeggio, 24),
    )
    tracks = []
    for index in range(count):
        role, events, program = kinds[index % len(kinds)]
        tracks.append(scores.track(role, events, program=program, name=f"Track {index}"))
    return scores.score(*tracks, bpm=BPM)


def cpu_seconds() -> float:
    """CPU seconds of this process and of its finished children."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def peak_megabytes() -> tuple[float, float]:
    """Peak resident memory of this process and of its largest child."""
    scale = 1e6 if sys.platform == "darwin" else 1e3
    own, child = (
        resource.getrusage(who).ru_maxrss / scale
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return own, child


def bench_render(score: Score, font: Path, folder: Path, *, preview: bool) -> None:
    """Print the figures of one render and one encoding."""
    parameters = RenderParameters()
    if preview:
        parameters = preview_parameters(parameters)
    begin, begin_cpu = time.perf_counter(), cpu_seconds()
    result = render(score, soundfont=font, parameters=parameters, work_dir=folder)
    wall, cpu = time.perf_counter() - begin, cpu_seconds() - begin_cpu
    own, engine = peak_megabytes()
    goal = PREVIEW_GOAL_SECONDS if preview else GOAL_SECONDS
    verdict = "within" if (wall if preview else cpu) <= goal else "over"
    print(f"song       {result.duration_seconds:.0f} s, {len(result.tracks)} tracks")
    print(f"render     {wall:.1f} s wall, {cpu:.1f} s CPU ({verdict} the goal of {goal})")
    print(f"memory     {own:.0f} MB mixer + {engine:.0f} MB synthesiser")
    figures = result.measurements
    print(f"loudness   {figures.integrated_lufs:.2f} LUFS, {figures.true_peak_dbtp:.2f} dBTP")
    begin_cpu = cpu_seconds()
    name: AudioFormat = "flac" if preview else "mp3"
    encode(result.mix, folder / f"mix.{name}", format=name, tags=Tags(title="Benchmark"))
    print(f"{name.upper():<11}{cpu_seconds() - begin_cpu:.1f} s CPU")


def play_dry(score: Score, font: Path, folder: Path) -> tuple[NDArray[np.float32], float]:
    """Mono sum of all dry stems, and the CPU seconds that they took."""
    timeline = Timeline(score)
    frames = round((timeline.length_seconds + 3.0) * RATE)
    sound_fonts = SoundFonts([font])
    parts = [
        Part(
            perform(track, timeline, RATE),
            sound_fonts.resolve(track.bank, track.program, percussion=track.percussion),
            track.percussion,
        )
        for track in audible_tracks(score)
    ]
    total = np.zeros(frames, dtype=np.float32)
    before = cpu_seconds()
    reading = 0.0
    for stem in synthesise(
        parts,
        soundfonts=sound_fonts,
        sample_rate=RATE,
        frames=frames,
        work_dir=folder,
        on_frames=lambda index, frame: None,
    ):
        begin = time.process_time()
        total += np.fromfile(stem.path, dtype="<f4").reshape(-1, 2).mean(axis=1)
        reading += time.process_time() - begin
    return total, cpu_seconds() - before - reading


def band_levels(audio: NDArray[np.float32]) -> NDArray[np.float64]:
    """Level in dB of 48 logarithmic bands (50 Hz to 16 kHz) in every 46 ms."""
    frequencies, _, spectrum = stft(audio, RATE, nperseg=4096)
    power = np.abs(spectrum) ** 2
    edges = np.geomspace(50.0, 16_000.0, 49)
    rows = []
    for low, high in itertools.pairwise(edges):
        inside = (frequencies >= low) & (frequencies < high)
        if inside.any():
            rows.append(10.0 * np.log10(power[inside].sum(axis=0) + 1e-9 * power.max()))
    return np.array(rows)


def compare_with_fluidsynth(score: Score, font: Path, folder: Path) -> None:
    """Print CPU seconds and likeness beside FluidSynth."""
    command = shutil.which("fluidsynth")
    if command is None:
        print("FluidSynth is not installed: no comparison")
        return
    ours, our_cpu = play_dry(score, font, folder)
    midi, wav = folder / "song.mid", folder / "fluidsynth.wav"
    # FluidSynth knows a SoundFont by its content, but some builds want the usual ending.
    local_font = folder / "font.sf3"
    shutil.copyfile(font, local_font)
    midi.write_bytes(write_midi(score))
    before = cpu_seconds()
    options = f"-ni -q -R 0 -C 0 -g 0.5 -r {RATE} -O s24 -F".split()
    subprocess.run(
        [command, *options, str(wav), str(local_font), str(midi)], check=True, capture_output=True
    )
    their_cpu = cpu_seconds() - before
    theirs = soundfile.read(wav, dtype="float32")[0].mean(axis=1)
    length = min(len(ours), len(theirs))
    likeness = np.corrcoef(
        band_levels(ours[:length]).ravel(), band_levels(theirs[:length]).ravel()
    )[0, 1]
    version = json.loads((ROOT / "node_modules/spessasynth_core/package.json").read_text())
    print(f"stems      {our_cpu:.1f} s CPU, spessasynth_core {version['version']}")
    print(f"FluidSynth {their_cpu:.1f} s CPU")
    print(f"likeness   {likeness:.3f}")


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--tracks", type=int, default=6)
    parser.add_argument("--soundfont", type=Path)
    parser.add_argument("--preview", action="store_true", help="mix as for a preview")
    arguments = parser.parse_args()
    font = find_default_soundfont(ROOT, arguments.soundfont)
    score = song(arguments.seconds, arguments.tracks)
    with tempfile.TemporaryDirectory() as name:
        bench_render(score, font, Path(name), preview=arguments.preview)
        if arguments.preview:
            return
        compare_with_fluidsynth(score, font, Path(name))


if __name__ == "__main__":
    main()
