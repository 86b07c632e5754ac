"""Is a melody someone else's? Stretches of notes are compared with the tunes it learned from.

A stretch is :data:`STRETCH` notes: their intervals in semitones and the times between
their onsets, both relative, so that another key or tempo hides nothing. All stretches of
the training tunes are kept as sorted hashes of 40 bits (``data/tune_fingerprint.npz``,
written by ``script/fingerprint_tunes.py``); a stretch that is in no tune is taken for one
about once in four million times, which costs a changed note and nothing else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from functools import cache, reduce
from itertools import pairwise
from math import gcd
from pathlib import Path

import numpy as np
import numpy.typing as npt

from compositions.composer.events import Event

FINGERPRINT = Path(__file__).parent / "data" / "tune_fingerprint.npz"

LONGEST_SHARED = 12
"""Notes in a row that a melody may share with a tune of the corpus."""

STRETCH = LONGEST_SHARED + 1
TICKS = 24
"""Parts of a quarter note that onsets are counted in."""

_BYTES = 5

Hashes = npt.NDArray[np.uint64]


def stretch_hashes(notes: Sequence[tuple[int, int]]) -> list[int]:
    """Return the hash of every stretch of (onset, pitch); onsets are whole numbers, rising."""
    moves = [after[1] - before[1] for before, after in pairwise(notes)]
    gaps = [after[0] - before[0] for before, after in pairwise(notes)]
    found = []
    for at in range(len(notes) - STRETCH + 1):
        times = gaps[at : at + STRETCH - 1]
        unit = reduce(gcd, times) or 1
        text = ",".join(map(str, moves[at : at + STRETCH - 1]))
        text += ";" + ",".join(str(time // unit) for time in times)
        digest = hashlib.blake2b(text.encode(), digest_size=_BYTES).digest()
        found.append(int.from_bytes(digest, "big"))
    return found


@cache
def known_hashes() -> Hashes:
    """Return the sorted hashes of all stretches of the training tunes."""
    with np.load(FINGERPRINT, allow_pickle=False) as stored:
        return unpacked(stored["planes"])


def packed(hashes: Hashes) -> npt.NDArray[np.uint8]:
    """Return sorted hashes as byte planes of their differences, which compress well."""
    steps = np.diff(hashes, prepend=np.uint64(0)).astype("<u8")
    planes: npt.NDArray[np.uint8] = steps.view(np.uint8).reshape(-1, 8).T[:_BYTES].copy()
    return planes


def unpacked(planes: npt.NDArray[np.uint8]) -> Hashes:
    """Return the sorted hashes that :func:`packed` was given."""
    whole = np.zeros((planes.shape[1], 8), dtype=np.uint8)
    whole[:, : len(planes)] = planes.T
    return np.cumsum(whole.view("<u8").reshape(-1), dtype=np.uint64)


def copied(notes: Sequence[tuple[int, int]]) -> list[int]:
    """Return the places at which a stretch begins that a training tune has too."""
    hashes = np.array(stretch_hashes(notes), dtype=np.uint64)
    if not len(hashes):
        return []
    known = known_hashes()
    places = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
    return [int(place) for place in np.flatnonzero(known[places] == hashes)]


def longest_shared(notes: Sequence[tuple[int, int]]) -> int:
    """Return how many notes in a row a training tune has too.

    Anything up to :data:`LONGEST_SHARED` is told as that number (or as all the notes there
    are, if fewer): shorter stretches are not kept.
    """
    longest = run = 0
    before = -2
    for place in copied(notes):
        run = run + 1 if place == before + 1 else 1
        longest, before = max(longest, run), place
    return min(len(notes), LONGEST_SHARED + longest)


def freshen(
    events: Sequence[Event],
    scale: Collection[int],
    chord_at: Callable[[int], Collection[int]],
) -> int:
    """Change single pitches until no stretch is in a training tune; return how many changed.

    The note that changes is the one that can do so at least cost: short, not the last of a
    stretch, to a near pitch of the scale, under long notes of the chord.
    """
    changed = 0
    line = [(event.start, event.pitch) for event in events]
    while (places := copied(line)) and changed < len(events):
        place = places[0]
        best: tuple[float, int, int] | None = None
        for at in range(place + 1, place + LONGEST_SHARED):
            event, before, after = events[at], line[at - 1][1], line[at + 1][1]
            for pitch in range(event.pitch - 4, event.pitch + 5):
                if pitch == event.pitch or pitch % 12 not in scale:
                    continue
                cost = 0.6 * max(0, abs(pitch - before) - 2) + 0.6 * max(0, abs(pitch - after) - 2)
                cost += 0.2 * abs(pitch - event.pitch) + event.duration / 480
                cost += 0.5 * (pitch in (before, after))
                if pitch % 12 not in chord_at(event.start + event.duration // 2):
                    cost += event.duration / 240
                if best is None or (round(cost, 4), at, pitch) < best:
                    best = (round(cost, 4), at, pitch)
        if best is None:  # pragma: no cover - a scale has a note within a third
            break
        _, at, pitch = best
        events[at].pitch = pitch
        line[at] = (line[at][0], pitch)
        changed += 1
    return changed
