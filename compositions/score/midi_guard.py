"""Reads MIDI files from strangers: a byte scan first, then a limited process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from compositions.score.errors import MidiError, ScoreError
from compositions.score.midi_reader import MidiImport
from compositions.score.midi_scan import (
    MAX_EVENTS,
    MAX_FILE_BYTES,
    MAX_FILE_TRACKS,
    scan_midi,
)
from compositions.score.serialisation import from_dict
from compositions.score.validation import check

__all__ = [
    "MAX_EVENTS",
    "MAX_FILE_BYTES",
    "MAX_FILE_TRACKS",
    "MidiError",
    "read_midi_safely",
    "scan_midi",
]

_CHILD = "compositions.score.midi_child"
_ROOT = Path(__file__).resolve().parents[2]
# What an interpreter may need to start; secrets of the caller's environment stay behind.
_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "VIRTUAL_ENV", "PYTHONHOME")
_TOO_MUCH = "The MIDI file takes too much {} to read and was refused."


def read_midi_safely(
    data: bytes, *, cpu_seconds: int = 20, memory_mb: int = 1024, timeout: float = 30
) -> MidiImport:
    """Return what :func:`compositions.score.midi_reader.read_midi` returns, at no risk.

    The file is parsed by ``python -m compositions.score.midi_child``, which limits itself
    to ``cpu_seconds`` of processor time and ``memory_mb`` MiB of address space (where the
    system knows such limits); after ``timeout`` seconds it is killed. Raises
    :class:`MidiError` for whatever goes wrong.
    """
    scan_midi(data)
    command = [sys.executable, "-m", _CHILD, str(cpu_seconds), str(memory_mb)]
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    try:
        done = subprocess.run(
            command,
            input=data,
            capture_output=True,
            timeout=timeout,
            cwd=_ROOT,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise MidiError(_TOO_MUCH.format("time")) from error
    if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        raise MidiError(_TOO_MUCH.format("time"))
    try:
        answer = json.loads(done.stdout)
    except ValueError as error:
        raise MidiError("The MIDI file could not be read: its reader stopped.") from error
    if "error" in answer:
        raise MidiError(answer["error"])
    try:
        score = from_dict(answer["score"])
        check(score)
    except ScoreError as error:
        raise MidiError(f"The MIDI file does not fit into a score: {error}.") from error
    return MidiImport(score, tuple(str(remark) for remark in answer["remarks"]))
