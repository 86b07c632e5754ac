"""The process in which :mod:`compositions.score.midi_guard` parses a file.

Reads the MIDI file from standard input and writes ``{"score": ..., "remarks": [...]}`` or
``{"error": "..."}`` as JSON to standard output. Arguments: CPU seconds, memory in MiB.
"""

from __future__ import annotations

import contextlib
import json
import sys
from typing import Any

_TOO_MUCH_MEMORY = "The MIDI file takes too much memory to read and was refused."


def limit(cpu_seconds: int, memory_mb: int) -> None:
    """Limit this process, as far as the system can: CPU, address space, no file writes."""
    try:
        import resource
    except ImportError:  # Windows has no such limits; the caller's timeout remains.
        return
    size = memory_mb * 1024 * 1024
    for name, value in (
        ("RLIMIT_CPU", cpu_seconds),
        ("RLIMIT_AS", size),
        ("RLIMIT_FSIZE", 0),
        ("RLIMIT_CORE", 0),
    ):
        # Some systems know a limit by name and refuse to set it.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(getattr(resource, name), (value, value))


def answer(data: bytes) -> dict[str, Any]:
    """Return what the caller is told about ``data``."""
    try:
        # Imported only now, so that the limits hold for the libraries as well.
        from compositions.score.errors import MidiError
        from compositions.score.midi_reader import read_midi
        from compositions.score.serialisation import to_dict
    except MemoryError:
        return {"error": _TOO_MUCH_MEMORY}
    try:
        result = read_midi(data)
        return {"score": to_dict(result.score), "remarks": list(result.remarks)}
    except MidiError as error:
        return {"error": str(error)}
    except MemoryError:
        return {"error": _TOO_MUCH_MEMORY}


def main() -> None:
    """Read, limit, answer."""
    limit(int(sys.argv[1]), int(sys.argv[2]))
    try:
        text = json.dumps(answer(sys.stdin.buffer.read()))
    except MemoryError:
        text = json.dumps({"error": _TOO_MUCH_MEMORY})
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
