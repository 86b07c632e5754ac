"""Compose songs whose meter and tempo change and measure, from the MIDI file, whether they do.

    python benchmarks/time_changes.py [every n-th prompt, 1 if not told]

The first 30 prompts were written before there was a reader for such wishes, the other 20 after it
and before they were read for the first time.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from compositions.composer import compose, parse_prompt
from compositions.composer.critics import as_heard
from compositions.composer.critics_time import time_changes
from compositions.score.timeline import Timeline

PROMPTS = Path(__file__).parent / "prompts" / "time_changes.txt"


def main() -> None:
    """Print what was missed of each prompt, and the shares of all."""
    step = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    met, measured, lengths = 0.0, 0, []
    for number, prompt in enumerate(PROMPTS.read_text(encoding="utf-8").splitlines()[::step]):
        song = compose(parse_prompt(prompt), seed=number)
        heard = as_heard(song.score)
        if heard is None:
            raise SystemExit(f"no MIDI: {prompt}")
        share, reason = time_changes(heard, song.spec)
        if share is not None:
            met, measured = met + share, measured + 1
        if share != 1.0:
            print(f"{prompt}: {reason}")
        if song.spec.seconds.asked:
            timeline = Timeline(heard)
            bar = max(m.ticks_per_bar for m in heard.meters) / 480 * 60
            bar /= min(change.bpm for change in heard.tempos)
            off = abs(timeline.length_seconds - float(song.spec.seconds.value))
            lengths.append(off <= bar)
    print(f"changes as asked {met / max(1, measured):.3f} of {measured} prompts, length within")
    print(f"one bar {sum(lengths)} of {len(lengths)}")


if __name__ == "__main__":
    main()
