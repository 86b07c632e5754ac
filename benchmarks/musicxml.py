"""How long MusicXML takes to write and to read, how large it is, and what it needs of memory.

    .venv/bin/python benchmarks/musicxml.py [--notes 500 5000 50000] [--others]

Songs on four tracks whose timing is as performed, beside the grid. Times are milliseconds of
CPU. ``--others`` adds what music21 (a package for development) takes for the same file.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from compositions.score.document import (
    KeyChange,
    MeterChange,
    Note,
    Score,
    TempoChange,
    Track,
    mint_id,
)
from compositions.score.musicxml import read_musicxml, write_musicxml


def song(notes: int, rng: random.Random) -> Score:
    """Sixteenths on four tracks, each up to ten ticks beside its place."""

    def note(place: int) -> Note:
        start = max(0, place * 120 + rng.randint(-10, 10))
        length = rng.choice((90, 115, 230, 470))
        return Note(mint_id(rng), start, length, rng.randint(40, 80), rng.randint(30, 120))

    tracks = [
        Track(mint_id(rng), f"Track {n}", notes=tuple(note(p) for p in range(notes // 4)))
        for n in range(4)
    ]
    return Score(
        tempos=(TempoChange(mint_id(rng), 0, 120.0),),
        meters=(MeterChange(mint_id(rng), 0, 4, 4),),
        keys=(KeyChange(mint_id(rng), 0, "D"),),
        tracks=tuple(tracks),
    )


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return milliseconds of CPU and the result."""
    begin = time.process_time()
    result = work()
    return (time.process_time() - begin) * 1000, result


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notes", type=int, nargs="+", default=[500, 5_000, 50_000])
    parser.add_argument("--others", action="store_true")
    chosen = parser.parse_args()
    print(f"{'notes':>7} {'write ms':>9} {'read ms':>9} {'MB':>7} {'packed':>7} {'peak MB':>8}")
    for notes in chosen.notes:
        score = song(notes, random.Random(1))
        write, (content, _) = timed(lambda score=score: write_musicxml(score))
        read, result = timed(lambda content=content: read_musicxml(content))
        assert result.score.note_count == score.note_count
        size, packed = len(content) / 1e6, len(zlib.compress(content)) / 1e6
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{notes:7} {write:9.0f} {read:9.0f} {size:7.2f} {packed:7.2f} {peak:8.0f}")
        if chosen.others:
            from music21 import converter

            text = content.decode()
            slow, stream = timed(lambda text=text: converter.parseData(text, format="musicxml"))
            again, _ = timed(lambda stream=stream: stream.write("musicxml", "/dev/null"))
            print(f"{'music21':>7} {again:9.0f} {slow:9.0f}")


if __name__ == "__main__":
    main()
