"""Is a song the same in another process, and how long does a song of a usual size take?"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from compositions.composer.bench.prompts import BenchPrompt
from compositions.composer.engine import compose
from compositions.composer.prompt_parser import parse_prompt
from compositions.score.midi import write_midi
from compositions.score.serialisation import to_dict

SAME_SONGS = 10
"""Prompts, spread over the file, whose songs are written again in a new process."""
_SECONDS = 300
_ROOT = Path(__file__).resolve().parents[3]
SIX_TRACKS = (
    "pop in G major, 32 bars, piano, guitar, strings, flute, bass and drums",
    "celtic in D dorian, 32 bars, fiddle, flute, guitar, accordion, bass and drums",
    "swing jazz in F minor, 32 bars, saxophone, trumpet, piano, guitar, bass and drums",
    "baroque in A minor, 32 bars, violin, oboe, harpsichord, cello, viola and flute",
)
_CODE = """
import sys
from compositions.composer.bench.repeat import fingerprint
for prompt in sys.stdin.read().split("\\0"):
    print(fingerprint(prompt))
"""


def fingerprint(prompt: str) -> str:
    """Return the hash of the song of a prompt with seed 1: of its document and its MIDI file."""
    score = compose(parse_prompt(prompt), seed=1).score
    document = json.dumps(to_dict(score), sort_keys=True).encode()
    return hashlib.sha256(document + write_midi(score)).hexdigest()


def same_bytes(prompts: Sequence[BenchPrompt]) -> float | None:
    """Return the share of songs that a new process with another hash seed writes alike.

    None when the other process cannot run.
    """
    step = max(1, len(prompts) // SAME_SONGS)
    texts = [prompt.prompt for prompt in prompts[::step][:SAME_SONGS]]
    texts = [text for text in texts if text.strip() and "\0" not in text and len(text) < 2000]
    command = [sys.executable, "-c", _CODE]
    try:
        answer = subprocess.run(
            command, input="\0".join(texts), capture_output=True, text=True,
            timeout=_SECONDS, check=True, cwd=_ROOT, env={**os.environ, "PYTHONHASHSEED": "1"},
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    found = answer.stdout.split()
    here = [fingerprint(text) for text in texts]
    return sum(one == other for one, other in zip(found, here, strict=False)) / max(1, len(texts))


def seconds_for_six_tracks() -> float:
    """Return the most CPU seconds that one of :data:`SIX_TRACKS` takes, all included."""
    worst = 0.0
    for prompt in SIX_TRACKS:
        began = time.process_time()
        compose(parse_prompt(prompt), seed=1)
        worst = max(worst, time.process_time() - began)
    return worst
