"""Other composers that run offline, each in an environment of its own."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from compositions.composer.bench.prompts import BenchPrompt
from compositions.score.document import Score
from compositions.score.errors import MidiError
from compositions.score.midi import read_midi

ARK_MODULE = "ark_audio_agent"
_SECONDS = 120


class PeerError(Exception):
    """The peer is not installed, or it failed on a prompt."""


def ark_version(python: str) -> str:
    """Return the version of ark-audio-agent. Raises :class:`PeerError` when it is not there."""
    code = "import importlib.metadata as m; print(m.version('ark-audio-agent'))"
    try:
        answer = subprocess.run(
            [python, "-c", code], capture_output=True, text=True, timeout=60, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise PeerError("not installed") from error
    return answer.stdout.strip()


def ark_song(python: str, prompt: BenchPrompt, seed: int) -> Score:
    """Return what ark-audio-agent's offline mode composes. Raises :class:`PeerError`."""
    with tempfile.TemporaryDirectory() as folder:
        command = [python, "-m", f"{ARK_MODULE}.cli", "--offline", "--no-mp3", "--seed", str(seed)]
        command += ["-o", folder, "--", prompt.prompt]
        try:
            subprocess.run(
                command,
                capture_output=True,
                stdin=subprocess.DEVNULL,
                timeout=_SECONDS,
                check=True,
                cwd=folder,
            )
            return read_midi((Path(folder) / "song.mid").read_bytes()).score
        except (OSError, subprocess.SubprocessError, MidiError) as error:
            raise PeerError(str(error)) from error
