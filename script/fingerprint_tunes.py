#!/usr/bin/env python3
"""Writes the fingerprint of the training tunes, by which the composer knows a copy.

    python -m venv training && training/bin/pip install -r script/requirements-training.txt
    training/bin/python script/fingerprint_tunes.py

Run it after script/train_melody_model.py: it takes the same tunes (those not held out) and
writes compositions/composer/data/tune_fingerprint.npz and, beside it, where it comes from.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "script")]

from melody_corpus import BOOKS, read_tunes  # noqa: E402

from compositions.composer.originality import (  # noqa: E402
    FINGERPRINT,
    STRETCH,
    TICKS,
    packed,
    stretch_hashes,
)


def main() -> None:
    """Read the tunes, hash every stretch and write the sorted hashes."""
    found: set[int] = set()
    tunes = [tune for tune in read_tunes() if not tune.is_held_out]
    for tune in tunes:
        found.update(stretch_hashes([(round(at * TICKS), pitch) for at, _, pitch in tune.notes]))
    hashes = np.array(sorted(found), dtype=np.uint64)
    np.savez_compressed(FINGERPRINT, planes=packed(hashes))
    about = {
        "sha256": hashlib.sha256(FINGERPRINT.read_bytes()).hexdigest(),
        "made_by": "script/fingerprint_tunes.py",
        "corpus": {
            "package": f"music21 {importlib.metadata.version('music21')}",
            "books": list(BOOKS),
            "licence": "tunes in the public domain; only hashes of them are kept",
            "tunes": len(tunes),
        },
        "notes_of_a_stretch": STRETCH,
        "stretches": len(hashes),
    }
    FINGERPRINT.with_suffix(".json").write_text(
        json.dumps(about, indent=2) + "\n", encoding="utf-8"
    )
    print(f"{len(hashes)} stretches of {len(tunes)} tunes, {FINGERPRINT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
