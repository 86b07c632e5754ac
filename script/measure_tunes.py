#!/usr/bin/env python3
"""Measures the held-out tunes of the melody corpus: the ceiling that the bench prints.

    python -m venv training && training/bin/pip install -r script/requirements-training.txt \\
        -r requirements.txt
    training/bin/python script/measure_tunes.py

Writes compositions/composer/data/tune_figures.json: the band of bits a note (10th and 90th
percentile) that the critics take for the habit of tunes, and the mean figures.
"""

from __future__ import annotations

import importlib.metadata
import json
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "script")]

from melody_corpus import BOOKS, Tune, read_tunes  # noqa: E402

from compositions.composer.calibration import TUNES  # noqa: E402
from compositions.composer.keyfinder import find_key  # noqa: E402
from compositions.composer.measures.compression import compression_ratio  # noqa: E402
from compositions.composer.measures.melody import bits_of, repetition  # noqa: E402
from compositions.composer.melody_model.network import weights_sha256  # noqa: E402
from compositions.score.document import KeyChange, Mode, Note, Score, Track  # noqa: E402
from compositions.score.harmony import MINOR_MODES, spell  # noqa: E402

_KEYED = {"major": Mode.MAJOR, "minor": Mode.MINOR, "dorian": Mode.DORIAN,
          "mixolydian": Mode.MIXOLYDIAN}  # fmt: skip


def notes_of(tune: Tune) -> list[Note]:
    """Return the notes of a tune in ticks from the bar line before its pickup."""
    bar = tune.meter[0] * 4 / tune.meter[1]
    ahead = bar if tune.notes[0][0] < 0 else 0.0
    return [
        Note(str(place), round((onset + ahead) * 480), max(1, round(length * 480)), pitch)
        for place, (onset, length, pitch) in enumerate(tune.notes)
    ]


def main() -> None:
    """Measure and write."""
    tunes = [tune for tune in read_tunes() if tune.is_held_out]
    bits, repeats, ratios, exact = [], [], [], []
    total = count = 0.0
    for place, tune in enumerate(tunes):
        notes = notes_of(tune)
        mode = _KEYED[tune.mode]
        costs = bits_of(notes, KeyChange("", 0, spell(tune.tonic), mode), tune.meter)
        total, count = total + sum(costs), count + len(costs)
        bits.append(sum(costs) / len(costs))
        if (repeated := repetition(notes)) is not None:
            repeats.append(repeated)
        score = Score(tracks=(Track("t", "tune", notes=tuple(notes)),))
        found = find_key(score)
        exact.append(
            found is not None and (found.tonic, found.minor) == (tune.tonic, mode in MINOR_MODES)
        )
        if place % 4 == 0 and (ratio := compression_ratio(score)) is not None:
            ratios.append(ratio)
    low, middle, high = (round(float(value), 3) for value in np.percentile(bits, (10, 50, 90)))
    inside = [low <= value <= high for value in bits]
    in_band = [0.2 <= value <= 0.4 for value in repeats]
    data = {
        "measured_by": "script/measure_tunes.py",
        "source": f"music21 {importlib.metadata.version('music21')}: {', '.join(BOOKS)}; "
        "tunes in the public domain, titles held out from training",
        "tunes": len(tunes),
        "model_sha256": weights_sha256(),
        "bits_band": [low, high],
        "bits_median": middle,
        "figures": {
            "CK": round(float(np.mean(exact)), 3),
            "CR": round(float(np.mean(ratios)), 3),
            "repetition": round(float(np.mean(repeats)), 3),
            "repetition in band": round(float(np.mean(in_band)), 3),
            "melody bits/note": round(float(np.mean(bits)), 3),
            "likelihood in band": round(float(np.mean(inside)), 3),
            "held-out bits/note": round(total / count, 3),
        },
    }
    TUNES.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(data, indent=2))


if __name__ == "__main__":
    main()
