"""Compose prompts and print how long each takes and how well it does what was asked.

    python benchmarks/compose_bench.py [--seed N] [PROMPT ...]

Time is CPU time of parsing and composing on one core, after the style files are loaded.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from compositions.composer import compose, parse_prompt
from compositions.score.timeline import Timeline

PROMPTS = (
    "a wistful lo-fi tune in D minor, 82 bpm, Rhodes, upright bass and brushed drums",
    "upbeat pop in G major, 118 bpm, 2 minutes",
    "hard rock in E minor, 140 bpm, 2 minutes",
    "swing jazz in B-flat major, 160 bpm, saxophone, 2 minutes",
    "slow jazz ballad in C minor, 2 minutes",
    "bossa nova with nylon guitar and flute, 2 minutes",
    "12-bar blues in A",
    "funk in E dorian, slap bass, 104 bpm",
    "deep house in F minor, 124 bpm, 3 minutes",
    "ambient in C lydian, 60 bpm, no drums, 2 minutes",
    "epic orchestral trailer in C minor, 6/8, 90 seconds",
    "folk song in D major, 3/4",
    "solo piano nocturne in C sharp minor, andante",
    "waltz in A minor for violin and accordion",
    "reggae in G minor, 76 bpm",
    "trap, C# minor, 140 bpm",
    "Irish jig in D",
    "thrash metal in E minor, 170 bpm",
    "synthwave in A minor, 100 bpm",
    "salsa in C minor, 180 bpm",
    "7/8 progressive rock in F# minor at 150 [Intro 4] [Verse 8] [Chorus 8] [Outro 4]",
    "techno, 136 bpm, 6 minutes",
)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("prompts", nargs="*", default=PROMPTS)
    options = parser.parse_args()
    compose(parse_prompt("pop"), seed=0)  # load the styles before the clock starts
    heads = f"{'CPU s':>6} {'song':>7} {'bars':>5} {'tracks':>6} {'notes':>6} {'conf.':>6}"
    print(f"{'prompt':58} {heads}")
    total = 0.0
    for prompt in options.prompts:
        start = time.process_time()
        song = compose(parse_prompt(prompt), seed=options.seed)
        seconds = time.process_time() - start
        total += seconds
        timeline = Timeline(song.score)
        print(
            f"{prompt[:58]:58} {seconds:6.2f} {timeline.length_seconds:6.1f}s "
            f"{timeline.bar_count:5d} {len(song.score.tracks):6d} {song.score.note_count:6d} "
            f"{song.confidence.overall or 0:6.3f}"
        )
        for part in song.confidence.parts:
            if part.value is not None and part.value < 0.8:
                print(f"    {part.name}: {part.value:.2f} ({part.reason})")
    print(f"{len(options.prompts)} songs in {total:.1f} s of CPU time")


if __name__ == "__main__":
    main()
