"""Set old poems and songs to music in many styles and measure how the words sit.

    python benchmarks/lyrics_bench.py [styles a text, 12 if not told]

The texts are free: traditional songs and poems by Newton, Blake, Burns, Yeats, Claudius,
Cossovich, Martí and Gonçalves Dias. English words are counted against the CMU dictionary, from
the lyric events of the MIDI file; other languages against the composer's own reading.
"""

from __future__ import annotations

import random
import sys
import time
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from compositions.composer import compose, parse_prompt
from compositions.composer.bench.words import lyric_figures
from compositions.composer.critics import as_heard
from compositions.composer.critics_lyrics import word_counts
from compositions.composer.styles import styles

TEXTS = Path(__file__).parent / "lyrics" / "texts"


def main() -> None:
    """Print the mean figures of each text and of all, and the slowest song."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 12
    rng = random.Random(20)
    totals: dict[str, list[float]] = defaultdict(list)
    slowest = 0.0
    compose(parse_prompt("pop"), seed=0, lyrics="la")  # load data before the clock starts
    for path in sorted(TEXTS.glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        lines = [line for line in text.splitlines() if line and not line.startswith("[")]
        own: dict[str, list[float]] = defaultdict(list)
        for name in rng.sample(sorted(styles()), count):
            began = time.process_time()
            song = compose(parse_prompt(name), seed=rng.randrange(1000), lyrics=text)
            slowest = max(slowest, time.process_time() - began)
            heard = as_heard(song.score)
            if heard is None:
                raise SystemExit(f"{path.stem}: no MIDI")
            figures = lyric_figures(heard, {"lyrics": lines})
            if "." in path.stem:  # the dictionary is English
                words, exact, stressed, beats = word_counts(heard)
                figures = {"lyrics sung": figures["lyrics sung"]}
                figures |= {"own exact": exact / words, "own stress on beats": beats / stressed}
            for figure, value in figures.items():
                own[figure].append(value)
                totals[figure].append(value)
        print(f"{path.stem:24}", _means(own))
    print(f"{'all':24}", _means(totals), f"slowest {slowest:.2f} s")


def _means(figures: dict[str, list[float]]) -> str:
    return "  ".join(f"{name} {sum(all_) / len(all_):.3f}" for name, all_ in figures.items())


if __name__ == "__main__":
    main()
