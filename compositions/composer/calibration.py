"""From the critics' values to a chance: weights and steps fitted on songs and spoilt copies.

``script/measure_tunes.py`` reads how real tunes cost the melody model;
``script/calibrate_confidence.py`` fits a logistic regression without negative weights on
how far the critics' values are from what is usual in the style, then isotonic regression
(pool adjacent violators: Ayer et al., 1955) from its sum to the share of unspoilt songs, and
writes both with where they come from.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

CALIBRATION = Path(__file__).parent / "data" / "confidence_calibration.json"

TUNES = Path(__file__).parent / "data" / "tune_figures.json"

LEAST_PARTS = 3
"""Critics that must have had something to measure before a chance is stated."""


@cache
def _stored(path: Path) -> dict[str, Any] | None:
    if not path.exists():
        return None
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return data


def bits_band() -> tuple[float, float] | None:
    """Return the 10th and 90th percentile of bits a note of held-out tunes, None if unknown."""
    stored = _stored(TUNES)
    band = stored["bits_band"] if stored else None
    return (float(band[0]), float(band[1])) if band else None


def chance_of(values: Mapping[str, float | None], style: str = "") -> float | None:
    """Return the calibrated chance 0..1 that music with these values is unspoilt.

    The values are compared with what is usual in the ``style`` (jazz has more notes outside
    the scale than a hymn), with all styles when it is unknown. A critic without a value
    counts as usual. None when fewer than :data:`LEAST_PARTS`
    have one, or when nothing was fitted.
    """
    stored = _stored(CALIBRATION)
    measured = sum(1 for value in values.values() if value is not None)
    if stored is None or measured < LEAST_PARTS:
        return None
    return stepped(weighted(values, stored, style), stored["steps"])


def weighted(values: Mapping[str, float | None], fitted: Mapping[str, Any], style: str) -> float:
    """Return the weighted sum of the values' distances from the usual, in spreads."""
    usual = {**fitted["usual"][""], **fitted["usual"].get(style, {})}
    total = 0.0
    for name, weight in fitted["weights"].items():
        value = values.get(name)
        if value is not None:
            total += weight * (value - usual[name]) / fitted["spreads"][name]
    return total


def stepped(total: float, steps: Mapping[str, Any]) -> float:
    """Return the isotonic curve at a sum, straight between its points."""
    places, chances = steps["at"], steps["chance"]
    if total <= places[0]:
        return float(chances[0])
    if total >= places[-1]:
        return float(chances[-1])
    place = bisect_right(places, total) - 1
    low, high = places[place], places[place + 1]
    share = (total - low) / (high - low) if high > low else 1.0
    return float(chances[place] + share * (chances[place + 1] - chances[place]))


def tune_figures() -> dict[str, float]:
    """Return the figures of the held-out tunes of the melody corpus."""
    stored = _stored(TUNES)
    return dict(stored["figures"]) if stored else {}
