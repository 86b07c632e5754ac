"""Print how alike songs of one style are: ``python benchmarks/style_overlap.py [SEEDS]``.

For every style it composes songs at several seeds (4; about three minutes of one core for all
styles; name styles after the number to measure only those) with everything left open and prints
the mean overlap of their rhythm patterns and progressions (see
:mod:`compositions.composer.overlap`).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from compositions.composer import compose, parse_prompt
from compositions.composer.overlap import cross_song_overlap
from compositions.composer.styles import styles


def main() -> None:
    """Measure all styles, or those named after the number of seeds."""
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 4
    names = sys.argv[2:] or sorted(styles())
    rows = {}
    for name in names:
        spec = parse_prompt("", overrides={"genre": name})
        scores = [compose(spec, seed=seed).score for seed in range(1, seeds + 1)]
        found = cross_song_overlap(scores)
        rows[name] = found
        print(
            f"{name:18} rhythm {_text(found.rhythm)} (worst {_text(found.worst_rhythm)})"
            f"  progression {_text(found.progression)} (worst {_text(found.worst_progression)})",
            flush=True,
        )
    rhythm = [row.rhythm for row in rows.values() if row.rhythm is not None]
    progression = [row.progression for row in rows.values() if row.progression is not None]
    print(
        json.dumps(
            {
                "styles": len(rows),
                "seeds": seeds,
                "rhythm": round(sum(rhythm) / len(rhythm), 3),
                "progression": round(sum(progression) / len(progression), 3),
            }
        )
    )


def _text(value: float | None) -> str:
    return "  - " if value is None else f"{value:.2f}"


if __name__ == "__main__":
    main()
