#!/usr/bin/env python3
"""Trains the melody model from free tunes and writes its weights with where they come from.

    python -m venv training && training/bin/pip install -r script/requirements-training.txt
    training/bin/python script/train_melody_model.py

The same command on the same machine gives the same weights. Prints bits per note on held-out
titles after each round. The weights go to compositions/composer/data/melody_model.npz.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "script")]

from melody_corpus import BOOKS, Tune, read_tunes  # noqa: E402

from compositions.composer.melody_model.features import (  # noqa: E402
    FEATURES,
    GROUPS,
    PITCHES,
    Line,
    Setting,
    columns,
    number_of,
    reference_tonic,
)
from compositions.composer.melody_model.network import WEIGHTS  # noqa: E402

UNITS = 160
STRETCH = 192
BATCH = 48
RATE = 3e-3
SILENCE = 0.15
"""Share of groups of features that are hidden from a note in training (dropout)."""


def encoded(tune: Tune) -> tuple[np.ndarray, np.ndarray]:
    """Return the columns (notes, groups) and the pitch numbers (notes) of a tune."""
    setting = Setting(tune.meter, tune.mode)
    tonic = reference_tonic(tune.tonic, [pitch for _, _, pitch in tune.notes])
    # Whole bars ahead of the pickup, so that no time is negative.
    ahead = setting.bar * (1 + int(max(0.0, -tune.notes[0][0]) // setting.bar))
    line = Line([], [])
    found = np.empty((len(tune.notes), GROUPS), dtype=np.int32)
    for place, (onset, length, pitch) in enumerate(tune.notes):
        found[place] = columns(line, onset + ahead, length, setting)
        line.onsets.append(onset + ahead)
        line.numbers.append(number_of(pitch - tonic))
    return found, np.array(line.numbers, dtype=np.int32)


def stretches(tunes: list[Tune]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return columns, pitch numbers and a mask of tunes, cut and padded to one length."""
    pieces = []
    for tune in tunes:
        given, wanted = encoded(tune)
        pieces += [
            (given[start : start + STRETCH], wanted[start : start + STRETCH])
            for start in range(0, len(wanted), STRETCH)
        ]
    given = np.full((len(pieces), STRETCH, GROUPS), FEATURES, dtype=np.int32)
    wanted = np.zeros((len(pieces), STRETCH), dtype=np.int32)
    mask = np.zeros((len(pieces), STRETCH), dtype=np.float32)
    for place, (its_given, its_wanted) in enumerate(pieces):
        count = len(its_wanted)
        given[place, :count], wanted[place, :count], mask[place, :count] = its_given, its_wanted, 1
    return given, wanted, mask


def first_weights(key: jax.Array) -> dict[str, jax.Array]:
    """Return random weights."""
    keys = jax.random.split(key, 3)
    scale = 1.0 / np.sqrt(UNITS)
    return {
        "into": jax.random.normal(keys[0], (FEATURES, 3 * UNITS)) * 0.15,
        "through": jax.random.normal(keys[1], (UNITS, 3 * UNITS)) * scale,
        "bias_into": jnp.zeros(3 * UNITS),
        "bias_through": jnp.zeros(3 * UNITS),
        "out": jax.random.normal(keys[2], (UNITS, PITCHES)) * scale,
        "bias_out": jnp.zeros(PITCHES),
    }


def losses(weights: dict[str, jax.Array], given: jax.Array, wanted: jax.Array) -> jax.Array:
    """Return the bits of each note, shape (stretches, notes)."""
    table = jnp.concatenate([weights["into"], jnp.zeros((1, 3 * UNITS))])
    inputs = table[given].sum(axis=2) + weights["bias_into"]

    def step(state: jax.Array, read: jax.Array) -> tuple[jax.Array, jax.Array]:
        kept = state @ weights["through"] + weights["bias_through"]
        reset = jax.nn.sigmoid(read[:, :UNITS] + kept[:, :UNITS])
        update = jax.nn.sigmoid(read[:, UNITS : 2 * UNITS] + kept[:, UNITS : 2 * UNITS])
        candidate = jnp.tanh(read[:, 2 * UNITS :] + reset * kept[:, 2 * UNITS :])
        state = update * state + (1 - update) * candidate
        return state, state

    start = jnp.zeros((given.shape[0], UNITS))
    _, states = jax.lax.scan(step, start, inputs.transpose(1, 0, 2))
    logits = states @ weights["out"] + weights["bias_out"]
    chances = jax.nn.log_softmax(logits).transpose(1, 0, 2)
    return -jnp.take_along_axis(chances, wanted[:, :, None], axis=2)[:, :, 0] / jnp.log(2.0)


@jax.jit
def update(weights, moments, count, rate, key, given, wanted, mask):  # type: ignore[no-untyped-def]
    """One step of Adam (Kingma and Ba, 2015) with clipped gradients."""
    hidden = jax.random.bernoulli(key, SILENCE, given.shape)
    given = jnp.where(hidden, FEATURES, given)

    def mean(values):  # type: ignore[no-untyped-def]
        return (losses(values, given, wanted) * mask).sum() / mask.sum()

    loss, slopes = jax.value_and_grad(mean)(weights)
    norm = jnp.sqrt(sum(jnp.sum(slope**2) for slope in slopes.values()))
    slopes = {name: slope * jnp.minimum(1.0, 1.0 / norm) for name, slope in slopes.items()}
    first = {n: 0.9 * moments[0][n] + 0.1 * slopes[n] for n in slopes}
    second = {n: 0.999 * moments[1][n] + 0.001 * slopes[n] ** 2 for n in slopes}
    new = {
        n: weights[n]
        - rate
        * (
            first[n] / (1 - 0.9**count) / (jnp.sqrt(second[n] / (1 - 0.999**count)) + 1e-8)
            + 1e-3 * weights[n]
        )
        for n in weights
    }
    return new, (first, second), loss


@jax.jit
def bits(weights, given, wanted, mask):  # type: ignore[no-untyped-def]
    """Return the sum of bits and the number of notes."""
    return (losses(weights, given, wanted) * mask).sum(), mask.sum()


def bits_per_note(weights: dict[str, jax.Array], data: tuple[np.ndarray, ...]) -> float:
    """Return the mean bits per note over all stretches."""
    total = count = 0.0
    for start in range(0, len(data[0]), 128):
        one, many = bits(weights, *(part[start : start + 128] for part in data))
        total, count = total + float(one), count + float(many)
    return total / count


def batches(data: tuple[np.ndarray, ...], rng: np.random.Generator) -> Iterator[tuple]:
    """Yield the stretches in random order, always as many at once."""
    order = rng.permutation(len(data[0]))
    for start in range(0, len(order) - BATCH + 1, BATCH):
        chosen = order[start : start + BATCH]
        yield tuple(part[chosen] for part in data)


def main() -> None:
    """Train and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=24)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    options = parser.parse_args()
    began = time.monotonic()
    tunes = read_tunes()
    training = [tune for tune in tunes if not tune.is_held_out]
    judging = [tune for tune in tunes if tune.is_held_out]
    known, unknown = stretches(training), stretches(judging)
    notes = sum(len(tune.notes) for tune in training)
    print(f"{len(training)} tunes, {notes} notes; {len(judging)} held out; "
          f"read in {time.monotonic() - began:.0f} s", flush=True)  # fmt: skip
    rng = np.random.default_rng(options.seed)
    key = jax.random.PRNGKey(options.seed)
    weights = first_weights(key)
    moments = tuple({n: jnp.zeros_like(v) for n, v in weights.items()} for _ in range(2))
    best, best_bits, count = weights, float("inf"), 0
    steps = options.rounds * (len(known[0]) // BATCH)
    for number in range(options.rounds):
        losses_seen = []
        for given, wanted, mask in batches(known, rng):
            count += 1
            rate = RATE * 0.5 * (1 + np.cos(np.pi * count / steps)) + 1e-5
            key, inner = jax.random.split(key)
            weights, moments, loss = update(
                weights, moments, count, rate, inner, given, wanted, mask
            )
            losses_seen.append(float(loss))
        held_out = bits_per_note(weights, unknown)
        print(
            f"round {number + 1:3}  training {np.mean(losses_seen):.3f}  "
            f"held out {held_out:.3f} bits/note  {time.monotonic() - began:.0f} s",
            flush=True,
        )
        if held_out < best_bits:
            best, best_bits = weights, held_out
    write(options.out, best, best_bits, training, judging, options)


def write(
    path: Path,
    weights: dict[str, jax.Array],
    held_out: float,
    training: list[Tune],
    judging: list[Tune],
    options: argparse.Namespace,
) -> None:
    """Write the weights in half precision, and beside them where they come from."""
    arrays = {name: np.asarray(value).astype(np.float16) for name, value in weights.items()}
    arrays["into"] = np.concatenate([arrays["into"], np.zeros((1, 3 * UNITS), dtype=np.float16)])
    np.savez_compressed(path, **arrays)
    titles = "\n".join(sorted(f"{tune.title}\t{len(tune.notes)}" for tune in training))
    about = {
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "trained_by": "script/train_melody_model.py",
        "corpus": {
            "package": f"music21 {importlib.metadata.version('music21')}",
            "books": list(BOOKS),
            "licence": "tunes in the public domain; transcriptions as shipped with music21 (BSD)",
            "tunes": len(training),
            "notes": sum(len(tune.notes) for tune in training),
            "titles_sha256": hashlib.sha256(titles.encode()).hexdigest(),
        },
        "held_out": {
            "tunes": len(judging),
            "notes": sum(len(tune.notes) for tune in judging),
            "bits_per_note": round(held_out, 3),
        },
        "units": UNITS,
        "rounds": options.rounds,
        "seed": options.seed,
        "jax": jax.__version__,
    }
    path.with_suffix(".json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
    print(f"{path} {path.stat().st_size / 1000:.0f} kB, {held_out:.3f} bits/note held out")


if __name__ == "__main__":
    main()
