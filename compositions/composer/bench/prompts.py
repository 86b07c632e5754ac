"""Prompts with what their songs are expected to be: one JSON object on each line.

Fields (all but ``prompt`` optional, beside it or inside ``expected``): ``key`` ("Bb minor",
"A dorian"), ``mode``, ``tempo`` (a number, a [low, high] range or a MidiCaps tempo word),
``meter`` ("6/8"), ``instruments``, ``not_instruments``, ``without`` (roles, families or
instruments), ``only`` (nothing but ``instruments``), ``seconds``, ``bars``, ``form``
(section kinds), ``form_bars``, ``chords`` (names or numerals, in a loop), ``chords_by``
(the same by section kind), ``genre`` (acceptable style names), ``lyrics`` (lines that must
be sung), ``song_lyrics`` (the text given beside the prompt).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

TEMPO_BINS: tuple[tuple[str, float, float], ...] = (
    ("grave", 0, 40),
    ("largo", 40, 60),
    ("adagio", 60, 70),
    ("andante", 70, 90),
    ("moderato", 90, 110),
    ("allegro", 110, 140),
    ("vivace", 140, 160),
    ("presto", 160, 210),
    ("prestissimo", 210, 1000),
)
"""Tempo words of the MidiCaps captions: above the first number, up to the second."""

_PLAIN_BINS = {"slow": (0, 80), "moderate": (80, 120), "fast": (120, 160), "very fast": (160, 1000)}


@dataclass(frozen=True, slots=True)
class BenchPrompt:
    """A prompt, its name and what is expected of its song (see the module's text)."""

    id: str
    prompt: str
    expected: dict[str, Any]


def read_prompts(text: str) -> list[BenchPrompt]:
    """Read the lines of a prompt file. Raises ``ValueError`` that names the bad line."""
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
        except json.JSONDecodeError as error:
            raise ValueError(f"line {number}: this is not JSON: {error}") from error
        if not isinstance(entry, dict) or not isinstance(entry.get("prompt"), str):
            raise ValueError(f'line {number}: a line must be like {{"prompt": "..."}}')
        expected = {k: v for k, v in entry.items() if k not in ("id", "prompt", "expected")}
        expected.update(entry.get("expected") or {})
        found.append(BenchPrompt(str(entry.get("id", number)), entry["prompt"], expected))
    if not found:
        raise ValueError("the file holds no prompts")
    return found


def tempo_range(expected: Any) -> tuple[float, float]:
    """Return the lowest and highest tempo of what is asked: number, range or word.

    A number stands for its whole MidiCaps bin. Raises ``ValueError`` for an unknown word.
    """
    if isinstance(expected, str):
        word = expected.lower().strip()
        for name, low, high in TEMPO_BINS:
            if word == name:
                return low, high
        if word in _PLAIN_BINS:
            return _PLAIN_BINS[word]
        raise ValueError(f"unknown tempo word {expected!r}")
    if isinstance(expected, int | float):
        _, low, high = TEMPO_BINS[tempo_bin(float(expected))]
        return low, high
    low, high = expected
    return float(low), float(high)


def tempo_bin(bpm: float) -> int:
    """Return the place of a tempo in :data:`TEMPO_BINS`."""
    for place, (_, low, high) in enumerate(TEMPO_BINS):
        if low < bpm <= high:
            return place
    return len(TEMPO_BINS) - 1


def neighbouring_range(expected: Any) -> tuple[float, float]:
    """Return the asked range widened by the bins next to it."""
    low, high = tempo_range(expected)
    edges = [entry[1] for entry in TEMPO_BINS] + [TEMPO_BINS[-1][2]]
    below = max((edge for edge in edges if edge < low - 2), default=0.0)
    above = min((edge for edge in edges if edge > high), default=edges[-1])
    return below, above


def merged(items: Iterable[Any]) -> list[Any]:
    """Return a sequence with each run of equal items written once."""
    values = list(items)
    return values[:1] + [after for before, after in pairwise(values) if after != before]
