"""How often a scene that names no style gets a style that suits it, and by which means.

``python benchmarks/scene_reading.py [benchmarks/prompts/sixth.jsonl]`` reads prompts with the
styles that would do and prints the share that gets one of them: by the lexicon of topics alone,
by the word vectors alone, by both, and as songs are really begun (moods, instruments, tempo and
era count too); beside it what a style drawn by chance would reach. ``--misses`` prints the others.
Also the time to load, and the memory. The composing itself is not tried here.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from compositions.composer.bench.prompts import BenchPrompt, read_prompts  # noqa: E402
from compositions.composer.prompt_language import detect_language  # noqa: E402
from compositions.composer.prompt_parser import parse_prompt  # noqa: E402
from compositions.composer.prompt_scene import lexicon_scores, scene_scores  # noqa: E402
from compositions.composer.resolve import resolve_spec  # noqa: E402
from compositions.composer.scene_similarity import scene_fits  # noqa: E402
from compositions.composer.styles import styles  # noqa: E402
from compositions.composer.text_embedding import word_vectors  # noqa: E402


def choices(prompt: BenchPrompt) -> dict[str, tuple[str, float]]:
    """Return way -> (chosen style, confidence); an empty style where a way knows nothing."""
    text = prompt.prompt
    ways = {
        "lexicon": lexicon_scores(text),
        "vectors": scene_fits(text),
        "both": scene_scores(text, english=detect_language(text)[0] == "en"),
    }
    best = {
        way: max(scores or {"": 0}, key=lambda name: scores[name] if scores else 0)
        for way, scores in ways.items()
    }
    if not any(ways["lexicon"].values()):
        best["lexicon"] = ""
    spec, style = resolve_spec(parse_prompt(text), 1)
    found = {way: (name, 0.0) for way, name in best.items()}
    found["song"] = (style.name, spec.genre.confidence)
    return found


def main() -> None:
    """Read the files and print the shares."""
    parser = argparse.ArgumentParser(description=__doc__)
    default = ROOT / "benchmarks" / "prompts" / "sixth.jsonl"
    parser.add_argument("files", nargs="*", type=Path, default=[default])
    parser.add_argument("--misses", action="store_true")
    options = parser.parse_args()
    styles()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    word_vectors()
    scene_fits("a ship in a storm")
    spent = time.process_time() - start
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"word vectors: loaded in {1000 * spent:.0f} ms, {grown:.1f} MB more")
    for path in options.files:
        prompts = [
            p for p in read_prompts(path.read_text(encoding="utf-8")) if "genre" in p.expected
        ]
        english = [p for p in prompts if detect_language(p.prompt)[0] == "en" and p.id[0] != "l"]
        others = [p for p in prompts if p not in english]
        for title, group in (("English", english), ("other languages", others)):
            if group:
                _print(f"{path.name}, {title}", group, options.misses)


def _print(title: str, prompts: list[BenchPrompt], misses: bool) -> None:
    right: dict[str, int] = {}
    sure: list[tuple[float, bool]] = []
    for prompt in prompts:
        found = choices(prompt)
        for way, (name, confidence) in found.items():
            good = name in prompt.expected["genre"]
            right[way] = right.get(way, 0) + good
            if way == "song":
                sure.append((confidence, good))
        if misses and found["song"][0] not in prompt.expected["genre"]:
            print(f"  {prompt.id}: {found['song'][0]} ({found['song'][1]:.2f})  <- {prompt.prompt}")
    chance = sum(len(p.expected["genre"]) for p in prompts) / len(prompts) / len(styles())
    shares = ", ".join(f"{way} {100 * hits / len(prompts):.1f} %" for way, hits in right.items())
    told = sum(confidence for confidence, _ in sure) / len(sure)
    print(
        f"{title}: {len(prompts)} scenes; {shares}; chance {100 * chance:.1f} %;"
        f" confidence {told:.2f}"
    )


if __name__ == "__main__":
    main()
