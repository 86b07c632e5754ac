"""Find the key of a score from its notes.

Pitch classes weighted by sounding time are correlated with key profiles (the
Aarden-Essen profiles of B. Aarden, "Dynamic melodic expectancy", 2003, from folk song
statistics), as Krumhansl and Schmuckler proposed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compositions.score.document import Score

_MAJOR = (17.7661, 0.145624, 14.9265, 0.160186, 19.8049, 11.3587, 0.291248, 22.062, 0.145624,
          8.15494, 0.232998, 4.95122)  # fmt: skip
_MINOR = (18.2648, 0.737619, 14.0499, 16.8599, 0.702494, 14.4362, 0.702494, 18.6161, 4.56621,
          1.93186, 7.37619, 1.75623)  # fmt: skip
_FULL = 0.08
"""A share of the sounding time that is missed so much asks for a degree at full strength."""


@dataclass(frozen=True, slots=True)
class FoundKey:
    """A detected key: tonic pitch class, minor or major, correlation -1..1 and its lead."""

    tonic: int
    minor: bool
    correlation: float
    margin: float


def pitch_class_weights(score: Score) -> np.ndarray:
    """Return 12 sounding times in ticks, drums left out."""
    weights = np.zeros(12)
    for track in score.tracks:
        if track.percussion:
            continue
        for note in track.notes:
            weights[note.pitch % 12] += note.duration
    return weights


def find_key(score: Score) -> FoundKey | None:
    """Return the best-correlated key, or None for fewer than three pitch classes."""
    weights = pitch_class_weights(score)
    if np.count_nonzero(weights) < 3:
        return None
    results = _correlations(weights)
    results.sort(key=lambda item: (-item[0], item[1], item[2]))
    best = results[0]
    return FoundKey(best[1], best[2], best[0], best[0] - results[1][0])


def lead_of(weights: np.ndarray, tonic: int, minor: bool) -> float:
    """Return by how much a key correlates better (below 0: worse) than every other key.

    ``weights`` are 12 sounding times from C on; rounded, for the same order everywhere.
    """
    own, others = 0.0, -1.0
    for value, pitch_class, mode in _correlations(weights):
        if (pitch_class, mode) == (tonic, minor):
            own = value
        else:
            others = max(others, value)
    return round(own - others, 6)


def missing_degrees(weights: np.ndarray, tonic: int, minor: bool) -> tuple[float, ...]:
    """Return for 12 degrees from the tonic how much more (1) or less (-1) of each a key wants."""
    total = float(weights.sum())
    if not total:
        return (0.0,) * 12
    shares = np.roll(weights, -tonic) / total
    profile = np.array(_MINOR if minor else _MAJOR)
    wanted = profile / profile.sum()
    return tuple(round(float(value), 2) for value in np.clip((wanted - shares) / _FULL, -1.0, 1.0))


def _correlations(weights: np.ndarray) -> list[tuple[float, int, bool]]:
    """Return (correlation, tonic, minor) of all keys."""
    results = []
    for minor, profile in ((False, _MAJOR), (True, _MINOR)):
        for tonic in range(12):
            shifted = np.roll(np.array(profile), tonic)
            value = float(np.corrcoef(weights, shifted)[0, 1]) if np.ptp(weights) else 0.0
            results.append((0.0 if np.isnan(value) else value, tonic, minor))
    return results
