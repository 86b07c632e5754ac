"""How long it takes to compare and to merge songs, beside the figures to beat.

    .venv/bin/python benchmarks/diff_merge.py [--notes 500 5000 50000] [--rounds 5]

Songs of eight tracks; on each side 5 % of the notes are edited (moved, transposed, other
velocities, removed, added). Times are milliseconds of CPU, the fastest of some rounds. "words"
is telling the difference in words, "checks" the musical checks of the merged song. "to beat"
is 100 lines of plain Python that compared and merged bare maps of notes.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from compositions.score.diff import apply_changes, diff
from compositions.score.diff_words import tell
from compositions.score.document import mint_id
from compositions.score.entities import Entities, from_entities, to_entities
from compositions.score.merge import merge
from compositions.score.merge_checks import check_merge
from compositions.score.serialisation import from_dict
from compositions.score.validation import check

BAR = 1920
TRACKS = 8
SHARE = 0.05
TO_BEAT = {500: (0.2, 0.2), 5_000: (11.0, 17.0), 50_000: (266.0, 296.0)}
"""Milliseconds of diff and merge, by notes."""
GOAL = {5_000: 50.0, 50_000: 500.0}
"""Milliseconds that diff and merge may take each."""


def song(notes: int, rng: random.Random) -> Entities:
    """A song of so many notes on eight tracks, with chords and sections over all bars."""
    bars = max(8, notes // (TRACKS * 8))
    entities: Entities = {"meta": {"kind": "meta", "title": "Benchmark", "metadata": {}}}
    entities[mint_id(rng)] = {"kind": "tempo", "tick": 0, "bpm": 120.0}
    entities[mint_id(rng)] = {"kind": "meter", "tick": 0, "numerator": 4, "denominator": 4}
    entities[mint_id(rng)] = {"kind": "key", "tick": 0, "tonic": "C", "mode": "major"}
    for start in range(0, bars, 8):
        entities[mint_id(rng)] = {
            "kind": "section",
            "section_kind": "verse",
            "start": start * BAR,
            "duration": 8 * BAR,
            "label": f"Part {start // 8 + 1}",
            "energy": 0.5,
            "locked": False,
        }
    for bar in range(bars):
        entities[mint_id(rng)] = {
            "kind": "chord",
            "start": bar * BAR,
            "duration": BAR,
            "root": rng.choice("CDFGA"),
            "quality": rng.choice(["", "m", "7"]),
            "bass": "",
            "roman": "",
            "locked": False,
        }
    tracks = [mint_id(rng) for _ in range(TRACKS)]
    for number, key in enumerate(tracks):
        entities[key] = {
            "kind": "track",
            "name": f"Track {number + 1}",
            "role": "other",
            "program": number * 8,
            "bank": 0,
            "percussion": False,
            "gain_db": 0.0,
            "pan": 0.0,
            "reverb_send": 0.2,
            "muted": False,
            "solo": False,
            "preset": "",
            "position": number + 1.0,
            "locked": False,
        }
    for number in range(notes):
        entities[mint_id(rng)] = new_note(tracks[number % TRACKS], bars, rng)
    # As it comes from the database: in order.
    return to_entities(from_entities(entities))


def new_note(track: str, bars: int, rng: random.Random) -> dict[str, Any]:
    """A note somewhere on the sixteenths of the song."""
    return {
        "kind": "note",
        "track": track,
        "start": rng.randrange(bars * 16) * 120,
        "duration": rng.choice([120, 240, 480]),
        "pitch": rng.randrange(36, 96),
        "velocity": rng.randrange(40, 120),
        "locked": False,
        "origin": "composer",
    }


def edited(base: Entities, rng: random.Random) -> Entities:
    """A copy that shares no dict with ``base``, with 5 % of its notes edited."""
    result = {key: dict(fields) for key, fields in base.items()}
    notes = [key for key, fields in base.items() if fields["kind"] == "note"]
    bars = max(base[key]["start"] for key in notes) // BAR + 1
    for key in rng.sample(notes, round(len(notes) * SHARE)):
        note = result[key]
        match rng.randrange(10):
            case 0:
                del result[key]
            case 1:
                result[mint_id(rng)] = new_note(note["track"], bars, rng)
            case 2 | 3 | 4:
                note["pitch"] += rng.choice([-12, -2, 2, 12])
            case 5 | 6 | 7:
                note["start"] += rng.choice([120, 240])
            case _:
                note["velocity"] = rng.randrange(40, 120)
    return result


def fastest(rounds: int, function: Callable[[], Any]) -> tuple[float, Any]:
    """CPU milliseconds of the fastest round, and what came of it."""
    best, result = float("inf"), None
    for _ in range(rounds):
        began = time.process_time()
        result = function()
        best = min(best, time.process_time() - began)
    return best * 1000, result


def main() -> int:
    """Print the table; 0 when the goals were met."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--notes", type=int, nargs="+", default=[500, 5_000, 50_000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    heads = ("notes", "changes", "diff ms", "to beat", "merge ms", "to beat", "conflicts")
    heads += ("words ms", "sentences", "checks ms", "goal")
    print(" ".join(f"{head:>9}" for head in heads))
    met = True
    for notes in options.notes:
        rng = random.Random(options.seed)
        base = song(notes, rng)
        ours, theirs = edited(base, rng), edited(base, rng)
        diff_ms, changes = fastest(options.rounds, partial(diff, base, ours))
        merge_ms, merged = fastest(options.rounds, partial(merge, base, ours, theirs))
        words_ms, sentences = fastest(options.rounds, partial(tell, base, ours, changes))
        checks_ms, _ = fastest(1, partial(check_merge, base, ours, theirs, merged.entities))
        assert apply_changes(base, changes) == ours
        check(from_dict(from_entities(merged.entities)))
        beat = TO_BEAT.get(notes)
        goal = GOAL.get(notes)
        ok = goal is None or max(diff_ms, merge_ms) <= goal
        met = met and ok
        row = (
            f"{notes:,}",
            f"{len(changes):,}",
            f"{diff_ms:.1f}",
            f"{beat[0]:g}" if beat else "",
            f"{merge_ms:.1f}",
            f"{beat[1]:g}" if beat else "",
            f"{len(merged.conflicts):,}",
            f"{words_ms:.1f}",
            f"{len(sentences):,}",
            f"{checks_ms:.1f}",
            "" if goal is None else "met" if ok else f"MISSED {goal:g}",
        )
        print(" ".join(f"{cell:>9}" for cell in row), flush=True)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
