"""Parallels, crossings, gaps and motion of songs in four parts, beside Bach's chorales.

    python benchmarks/voice_leading.py [songs a prompt]

Composes each prompt with seeds 0, 1, 2 ... and counts what :mod:`compositions.composer.measures`
counts in the written voices: the tune, the inner voices and the bass. Bach's figures are those
of 364 chorales (28,067 transitions) measured in the same way.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from compositions.composer import compose, parse_prompt
from compositions.composer.measures.voices import parallels, voice_count, voices_of
from compositions.score.document import Score, Track, TrackRole

PROMPTS = (
    "a hymn",
    "a hymn in G minor, 16 bars",
    "a chorale in the manner of Bach",
    "baroque chorale in D minor, 16 bars",
    "slow hymn in 3/4 in E flat major",
    "SATB choir in B flat major, 24 bars",
    "Christmas carol in F major",
    "gospel choir a cappella in B flat",
)
ENSEMBLES = (
    "string quartet adagio in F minor",
    "string quartet in D minor",
    "lively string quartet in G major, 24 bars",
    "waltz for string quartet",
    "string trio in G",
    "string quintet in A minor",
    "brass quintet",
    "brass quartet march in B flat",
    "trombone quartet in C minor",
    "woodwind quintet in F major",
    "reed trio in D minor",
    "flute quartet",
    "saxophone quartet",
    "a cappella choir in E flat",
    "barbershop quartet in F",
)
"""Read with all that their players do: suspensions, passing notes, imitation, repeated notes."""
BACH = {"fifths": 0.23, "octaves": 0.06, "crossings": 2.47, "wide": 1.45, "motion": 639.0}
VOICES = (TrackRole.LEAD, TrackRole.VOCAL, TrackRole.CHORDS, TrackRole.PAD, TrackRole.BASS)


def voices(score: Score) -> dict[str, tuple[Track, int]]:
    """The tracks in which the parts are, each with how many: a choir may sing three."""
    if lines := voices_of(score):
        return {track.id: (track, voice_count(track)) for track in lines}
    found = {}
    for role in VOICES:
        for track in score.tracks:
            count = voice_count(track) or 3 * track.name.startswith("Choir")
            if track.role is role and count:
                found[track.id] = (track, count)
    return found


def main() -> None:
    """Print a row for each prompt and one for all."""
    songs = int(sys.argv[1]) if len(sys.argv) > 1 else 6
    print(f"{'':46}{'songs':>6}{'steps':>7}" + "".join(f"{name:>10}" for name in BACH))
    for prompts, parts in ((PROMPTS, (4,)), (ENSEMBLES, (3, 4, 5, 6))):
        rows(prompts, songs, parts)
    print(
        f"{'Bach, 364 chorales':46}{'':13}" + "".join(f"{value:10.2f}" for value in BACH.values())
    )


def rows(prompts: Sequence[str], songs: int, expected: Sequence[int]) -> None:
    """Print the songs of some prompts, which have one of the expected numbers of voices."""
    total: Counter[str] = Counter()
    for prompt in prompts:
        found: Counter[str] = Counter()
        for seed in range(songs):
            parts = voices(compose(parse_prompt(prompt), seed=seed).score).values()
            counted = parallels([track for track, _ in parts], [count for _, count in parts])
            found["others"] += sum(count for _, count in parts) not in expected
            found["steps"] += counted.transitions
            found["songs"] += 1
            found.update({name: getattr(counted, name) for name in BACH})
        row(prompt, found)
        total.update(found)
    row("all", total)


def row(name: str, found: Counter[str]) -> None:
    """Print counts for 100 transitions."""
    figures = "".join(f"{100 * found[key] / max(1, found['steps']):10.2f}" for key in BACH)
    other = f"  ({found['others']} in another number of voices)" if found["others"] else ""
    print(f"{name:46}{found['songs']:6}{found['steps']:7}{figures}{other}")


if __name__ == "__main__":
    main()
