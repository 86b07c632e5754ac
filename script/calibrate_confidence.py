#!/usr/bin/env python3
"""Fits what the critics' values mean: the chance that a song like this is unspoilt.

    python script/calibrate_confidence.py [--songs N]

Composes songs in every style and copies of them with one known fault each (5 % wrong notes,
10 % jitter, shuffled bars, a melody that slips into another key; see
compositions/composer/bench/confidence.py), and writes
compositions/composer/data/confidence_calibration.json. Unspoilt and spoilt songs weigh the
same, so a chance of one half means that the values tell nothing. Two thirds of the songs
fit the weights and the curve, one third judges them. The prompts are made from the styles:
the prompts of the bench are not seen here.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from compositions.composer.bench.confidence import FAULTS, auc, calibration_error  # noqa: E402
from compositions.composer.calibration import CALIBRATION, stepped, weighted  # noqa: E402
from compositions.composer.critics import as_heard, music_parts  # noqa: E402
from compositions.composer.engine import ENGINE_VERSION, compose  # noqa: E402
from compositions.composer.melody_model.network import weights_sha256  # noqa: E402
from compositions.composer.prompt_parser import parse_prompt  # noqa: E402
from compositions.composer.styles import styles  # noqa: E402
from compositions.score.document import Score  # noqa: E402

Values = dict[str, float | None]
Row = tuple[str, str, Values]
"""Style, fault ("" for none) and what the critics say."""
Matrix = npt.NDArray[np.float64]
_SEED = 9_000
"""First seed of the songs; the bench counts from 1."""
_BARS = 24
_RIDGE = 0.02
_ROUNDS = 4000
_LEAST_STEP = 12


def values_of(score: Score) -> Values:
    """Return what the critics of the music say of a score."""
    heard = as_heard(score)
    if heard is None:
        return {}
    return {part.name: part.value for part in music_parts(heard)}


def material(count: int, processes: int) -> list[Row]:
    """Return the rows of ``count`` songs and their spoilt copies."""
    found: list[Row] = []
    with ProcessPoolExecutor(processes) as pool:
        for number, rows in enumerate(pool.map(_rows, range(count), chunksize=4)):
            found += rows
            if number % 20 == 19:
                print(f"{number + 1} songs", flush=True)
    return found


def _rows(number: int) -> list[Row]:
    names = sorted(styles())
    style = names[number % len(names)]
    song = compose(parse_prompt("", overrides={"genre": style, "bars": _BARS}), seed=_SEED + number)
    rng = random.Random(number)
    spoilt = [(style, fault, values_of(spoil(song.score, rng))) for fault, spoil in FAULTS.items()]
    return [(style, "", values_of(song.score)), *spoilt]


def usual_values(rows: list[Row]) -> dict[str, dict[str, float]]:
    """Return the mean values of unspoilt songs, by style and ("") of all.

    A style's mean is drawn to that of all styles as by one more song of that kind.
    """
    good: dict[str, dict[str, list[float]]] = {}
    for style, fault, values in rows:
        for name, value in values.items():
            if not fault and value is not None:
                for key in ("", style):
                    good.setdefault(key, {}).setdefault(name, []).append(value)
    everywhere = {name: sum(found) / len(found) for name, found in good[""].items()}
    return {
        style: {
            name: round(
                (sum(found) + (everywhere[name] if style else 0.0)) / (len(found) + bool(style)), 4
            )
            for name, found in values.items()
        }
        for style, values in sorted(good.items())
    }


def fit_weights(rows: list[Row]) -> dict[str, Any]:
    """Return usual values, spreads and weights >= 0, by projected gradient descent."""
    names = [name for name, _ in _measured(rows)]
    usual = usual_values(rows)
    table = np.array(
        [
            [_distance(values.get(name), usual[style].get(name, usual[""][name])) for name in names]
            for style, _, values in rows
        ]
    )
    spreads = np.sqrt(np.nanmean(table**2, axis=0)) + 1e-3
    scaled = np.nan_to_num(table / spreads)
    good = np.array([fault == "" for _, fault, _ in rows])
    share = np.where(good, 0.5 / good.sum(), 0.5 / (~good).sum())
    weights, offset, rate = np.zeros(len(names)), 0.0, 0.5
    for _ in range(_ROUNDS):
        chance = 1.0 / (1.0 + np.exp(-(scaled @ weights + offset)))
        slope = share * (chance - good)
        weights = np.maximum(0.0, weights - rate * (scaled.T @ slope + _RIDGE * weights))
        offset -= rate * slope.sum()

    def named(values: Matrix) -> dict[str, float]:
        return {n: round(float(v), 4) for n, v in zip(names, values, strict=True)}

    return {"usual": usual, "spreads": named(spreads), "weights": named(weights)}


def _measured(rows: list[Row]) -> list[tuple[str, int]]:
    """Return the names of values that enough songs have, with their number."""
    counts: dict[str, int] = {}
    for _, _, values in rows:
        for name, value in values.items():
            counts[name] = counts.get(name, 0) + (value is not None)
    return [(name, count) for name, count in counts.items() if count >= 0.2 * len(rows)]


def _distance(value: float | None, usual: float) -> float:
    return float("nan") if value is None else value - usual


def fit_steps(totals: Matrix, good: npt.NDArray[np.bool_]) -> dict[str, list[float]]:
    """Return the isotonic curve from sums to chances by pooling adjacent violators."""
    order = np.argsort(totals, kind="stable")
    share = np.where(good, 0.5 / good.sum(), 0.5 / (~good).sum())
    # Blocks of (weight of the good, weight, weight times place, rows); too small ones are
    # pooled too, so that no handful of songs states a certainty.
    blocks: list[list[float]] = []
    for place in order:
        mass = float(share[place])
        blocks.append([mass * good[place], mass, mass * float(totals[place]), 1.0])
        while len(blocks) > 1 and (
            blocks[-2][0] / blocks[-2][1] >= blocks[-1][0] / blocks[-1][1]
            or blocks[-2][3] < _LEAST_STEP
        ):
            last = blocks.pop()
            blocks[-1] = [one + other for one, other in zip(blocks[-1], last, strict=True)]
    prior = 0.5 / len(totals)
    return {
        "at": [round(block[2] / block[1], 4) for block in blocks],
        "chance": [round((block[0] + prior) / (block[1] + 2 * prior), 4) for block in blocks],
    }


def main() -> None:
    """Compose, fit, judge and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--songs", type=int, help="at least and by default 3 a style")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    options.songs = max(options.songs or 0, 3 * len(styles()))
    rows = material(options.songs, options.processes)
    each, kinds = 1 + len(FAULTS), len(styles())
    # Whole rounds through the styles, so that every style is in both parts.
    rounds = [number // each // kinds for number in range(len(rows))]
    fitting = [row for row, turn in zip(rows, rounds, strict=True) if turn % 3 != 2]
    judging = [row for row, turn in zip(rows, rounds, strict=True) if turn % 3 == 2]
    fitted = fit_weights(fitting)
    totals = np.array([weighted(values, fitted, style) for style, _, values in fitting])
    steps = fit_steps(totals, np.array([fault == "" for _, fault, _ in fitting]))
    chances = [
        (fault, stepped(weighted(values, fitted, style), steps)) for style, fault, values in judging
    ]
    good = [chance for fault, chance in chances if not fault]
    judged = {
        f"AUC {name}": round(auc(good, [c for fault, c in chances if fault == name]) or 0.0, 3)
        for name in FAULTS
    }
    # The unspoilt count as often as all spoilt copies together.
    stated = good * len(FAULTS) + [chance for fault, chance in chances if fault]
    truths = [True] * (len(good) * len(FAULTS)) + [False] * (len(stated) - len(good) * len(FAULTS))
    judged["calibration error"] = round(calibration_error(stated, truths) or 0.0, 3)
    judged["mean chance of unspoilt songs"] = round(sum(good) / len(good), 3)
    data = {
        "fitted_by": f"script/calibrate_confidence.py --songs {options.songs}",
        "engine_version": ENGINE_VERSION,
        "model_sha256": weights_sha256(),
        "rows_sha256": hashlib.sha256(json.dumps(rows).encode()).hexdigest(),
        "songs": options.songs,
        "faults": list(FAULTS),
        "held_out": judged,
        **fitted,
        "steps": steps,
    }
    CALIBRATION.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
    print(json.dumps({"weights": fitted["weights"], "held_out": judged, "steps": steps}, indent=1))


if __name__ == "__main__":
    main()
