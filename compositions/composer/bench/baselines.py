"""What needs no composer: songs by chance, to show what each figure is worth.

Both baselines are told key, meter and tempo of the prompt's expectation, so their figures
are about music and not about reading.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from compositions.composer.bench.prompts import tempo_range
from compositions.composer.seeds import stream
from compositions.score.document import (
    TICKS_PER_QUARTER,
    KeyChange,
    MeterChange,
    Mode,
    Note,
    Score,
    TempoChange,
    Track,
    TrackRole,
    mint_id,
)
from compositions.score.harmony import pitch_class, scale_pitch_classes

_NOTES = 128
_LOW, _HIGH = 57, 84


def random_walk(expected: dict[str, Any], seed: int) -> Score:
    """Return eighth notes that go one or two scale steps up or down by chance."""
    rng = stream(seed, "bench", "random walk", "baseline")
    tonic, mode = _key(expected)
    ladder = _ladder(tonic, mode)
    place = len(ladder) // 2
    pitches = []
    for _ in range(_NOTES):
        place = min(len(ladder) - 1, max(0, place + rng.choice((-2, -1, -1, 1, 1, 2))))
        pitches.append(ladder[place])
    return _song(expected, pitches, rng)


class NGramMelody:
    """Melodies by the last two scale steps, learned from melodies that are handed in."""

    def __init__(self, melodies: Iterable[Sequence[Note]]) -> None:
        self._after: dict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
        for notes in melodies:
            moves = [max(-12, min(12, b.pitch - a.pitch)) for a, b in pairwise(notes)]
            for place in range(2, len(moves)):
                self._after[tuple(moves[place - 2 : place])][moves[place]] += 1
                self._after[()][moves[place]] += 1

    def compose(self, expected: dict[str, Any], seed: int) -> Score:
        """Return eighth notes that go on as the melodies did, kept to scale and range."""
        rng = stream(seed, "bench", "n-gram", "baseline")
        tonic, mode = _key(expected)
        scale = set(scale_pitch_classes(tonic, mode))
        pitch = 60 + (pitch_class(tonic) % 12)
        moves: list[int] = []
        pitches = [pitch]
        while len(pitches) < _NOTES:
            counts = self._after.get(tuple(moves[-2:])) or self._after[()]
            fitting = {
                move: count
                for move, count in counts.items()
                if _LOW <= pitch + move <= _HIGH and (pitch + move) % 12 in scale
            }
            options = sorted(fitting) or [-12 if pitch > 70 else 12]
            move = rng.choices(options, [fitting.get(option, 1) for option in options])[0]
            pitch += move
            moves.append(move)
            pitches.append(pitch)
        return _song(expected, pitches, rng)


def _key(expected: dict[str, Any]) -> tuple[str, Mode]:
    tonic, _, mode = str(expected.get("key", "C major")).partition(" ")
    return tonic, Mode(mode.strip().lower().replace(" ", "_") or "major")


def _ladder(tonic: str, mode: Mode) -> list[int]:
    scale = set(scale_pitch_classes(tonic, mode))
    return [pitch for pitch in range(_LOW, _HIGH + 1) if pitch % 12 in scale]


def _song(expected: dict[str, Any], pitches: Sequence[int], rng: random.Random) -> Score:
    tonic, mode = _key(expected)
    asked = expected.get("tempo", 120)
    if isinstance(asked, int | float):
        bpm = float(asked)
    else:
        low, high = tempo_range(asked)
        bpm = max(20.0, min(300.0, (low + min(high, 260.0)) / 2))
    numerator, denominator = (int(part) for part in str(expected.get("meter", "4/4")).split("/"))
    half = TICKS_PER_QUARTER // 2
    notes = [Note(mint_id(rng), place * half, half, pitch) for place, pitch in enumerate(pitches)]
    return Score(
        tempos=(TempoChange(mint_id(rng), 0, bpm),),
        meters=(MeterChange(mint_id(rng), 0, numerator, denominator),),
        keys=(KeyChange(mint_id(rng), 0, tonic, mode),),
        tracks=(Track(mint_id(rng), "Piano", TrackRole.LEAD, notes=tuple(notes)),),
    )
