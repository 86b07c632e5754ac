#!/usr/bin/env python3
"""Fits what the critics' values mean: the chance that a song like this is unspoilt.

    python script/calibrate_confidence.py [--songs N]

Composes songs in every style and copies of them with one known fault each (5 % wrong notes,
10 % jitter, shuffled bars, a melody that slips into another key; see
compositions/composer/bench/confidence.py), and writes
compositions/composer/data/confidence_calibration.json. Unspoilt and spoilt songs weigh the
same, so a chance of one half means that the values tell nothing. Two thirds of the songs
fit the weights and the curve, one third judges them. The curve is fitted on sums that each
song got from weights fitted without it (cross-fitting: J. Platt, "Probabilistic outputs for
support vector machines", 1999): on its own sums it would be too sure of itself. The wishes
are drawn by chance from styles, lengths, keys and players; songs of the development prompts
(benchmarks/prompts/development.jsonl) fit, too, so that the bench judges on other prompts.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
from collections.abc import Iterable
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

PROMPTS = ROOT / "benchmarks" / "prompts" / "development.jsonl"
Values = dict[str, float | None]
Row = tuple[str, str, Values]
"""Style, fault ("" for none) and what the critics say."""
Matrix = npt.NDArray[np.float64]
_SEED = 9_000
"""First seed of the songs; the bench counts from 1."""
_BARS = (8, 12, 16, 24, 32, 48)
_PLAYERS = ("Piano", "Acoustic Guitar", "Electric Guitar", "Violin", "Cello", "Flute", "Clarinet",
            "Alto Sax", "Trumpet", "Strings", "Rhodes", "Harp", "Organ")  # fmt: skip
_KEYS = ("C", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_ROUNDS_EACH = 6
"""Songs of each style, unless more are asked for: four fit, two judge."""
_RIDGE = 0.02
_ROUNDS = 4000
_LEAST_STEP = 12


def values_of(score: Score) -> Values:
    """Return what the critics of the music say of a score."""
    heard = as_heard(score)
    if heard is None:
        return {}
    return {part.name: part.value for part in music_parts(heard)}


def prompts() -> list[str]:
    """Return the prompts of the development set: songs as musicians ask for them."""
    return [json.loads(line)["prompt"] for line in PROMPTS.read_text("utf-8").splitlines() if line]


def material(songs: Iterable[tuple[int, str]], processes: int) -> list[Row]:
    """Return the rows of songs and their spoilt copies.

    A song is its number and its prompt; without one its style and its wishes follow from the
    number.
    """
    found: list[Row] = []
    with ProcessPoolExecutor(processes) as pool:
        for number, rows in enumerate(pool.map(_rows, songs, chunksize=4)):
            found += rows
            if number % 20 == 19:
                print(f"{number + 1} songs", flush=True)
    return found


def _rows(asked: tuple[int, str]) -> list[Row]:
    number, prompt = asked
    rng = random.Random(number)
    if prompt:
        song = compose(parse_prompt(prompt), seed=_SEED + number)
        style = str(song.theory["genre"])
    else:
        names = sorted(styles())
        style = names[number % len(names)]
        song = compose(parse_prompt("", overrides=wishes(style, rng)), seed=_SEED + number)
    spoilt = [(style, fault, values_of(spoil(song.score, rng))) for fault, spoil in FAULTS.items()]
    return [(style, "", values_of(song.score)), *spoilt]


def wishes(style: str, rng: random.Random) -> dict[str, Any]:
    """Return what is asked of a song of a style: a length always, more now and then.

    Musicians ask for a solo piano, for no drums, for eight bars: songs of the style's own
    band alone would not tell what is usual.
    """
    asked: dict[str, Any] = {"genre": style, "bars": rng.choice(_BARS)}
    if rng.random() < 0.5:
        asked["key"] = rng.choice(_KEYS)
    if rng.random() < 0.4:
        asked["instruments"] = rng.sample(_PLAYERS, rng.choice((1, 1, 2, 3)))
        asked["instruments_only"] = rng.random() < 0.4
    elif rng.random() < 0.3:
        asked["unwanted"] = [rng.choice(("drums", "bass", "vocal"))]
    return asked


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


def cross_totals(rows: list[Row], folds: list[int]) -> Matrix:
    """Return the sum of each row by weights that were fitted on the other folds."""
    totals = np.zeros(len(rows))
    for fold in sorted(set(folds)):
        others = [row for row, turn in zip(rows, folds, strict=True) if turn != fold]
        fitted = fit_weights(others)
        for place, (style, _, values) in enumerate(rows):
            if folds[place] == fold:
                totals[place] = weighted(values, fitted, style)
    return totals


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
    parser.add_argument("--songs", type=int, help="at least 3, by default 6 a style")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    kinds = len(styles())
    options.songs = max(options.songs or _ROUNDS_EACH * kinds, 3 * kinds)
    rows = material(((number, "") for number in range(options.songs)), options.processes)
    asked = material(enumerate(prompts(), options.songs), options.processes)
    each = 1 + len(FAULTS)
    # Whole rounds through the styles, so that every style is in both parts.
    rounds = [number // each // kinds for number in range(len(rows))]
    fitting = [row for row, turn in zip(rows, rounds, strict=True) if turn % 3 != 2]
    judging = [row for row, turn in zip(rows, rounds, strict=True) if turn % 3 == 2]
    folds = [turn for turn in rounds if turn % 3 != 2]
    # Songs of prompts only fit: a bench on other prompts judges.
    fitting += asked
    folds += [-1 - number // each % 4 for number in range(len(asked))]
    fitted = fit_weights(fitting)
    totals = cross_totals(fitting, folds)
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
        "rows_sha256": hashlib.sha256(json.dumps(rows + asked).encode()).hexdigest(),
        "songs": len(rows + asked) // each,
        "faults": list(FAULTS),
        "held_out": judged,
        **fitted,
        "steps": steps,
    }
    CALIBRATION.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
    print(json.dumps({"weights": fitted["weights"], "held_out": judged, "steps": steps}, indent=1))


if __name__ == "__main__":
    main()
