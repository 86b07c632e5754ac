"""How well prompts are read: what a specification says beside what is expected, no music.

``python benchmarks/prompt_reading.py benchmarks/prompts/fourth.jsonl`` prints the share of
prompts that were read right for each question, and with ``--misses`` which were not. It plans
and casts each song (seconds for hundreds of prompts) and composes none: ``compose_bench`` is
the judge, this is for work on the parser.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from compositions.composer.bench.adherence import _is_of, plays  # noqa: E402
from compositions.composer.bench.prompts import BenchPrompt, read_prompts, tempo_range  # noqa: E402
from compositions.composer.casting import cast  # noqa: E402
from compositions.composer.plan import make_plan  # noqa: E402
from compositions.composer.prompt_parser import parse_prompt  # noqa: E402
from compositions.composer.spec import MusicSpec  # noqa: E402
from compositions.score.document import Track, TrackRole  # noqa: E402
from compositions.score.harmony import pitch_class  # noqa: E402

Row = tuple[str, bool, Any]


def check(prompt: BenchPrompt, seed: int) -> Iterator[Row]:
    """Yield (question, read right, what was read) for everything that is expected."""
    asked = prompt.expected
    spec = parse_prompt(prompt.prompt)
    plan = make_plan(spec, seed, None)
    done = plan.spec
    if "tempo" in asked:
        low, high = tempo_range(asked["tempo"])
        yield "TB", low - 0.01 <= plan.bpm <= high + 0.01, plan.bpm
        if isinstance(asked["tempo"], int | float):
            yield "exact BPM", abs(plan.bpm - asked["tempo"]) <= 0.05, plan.bpm
    if "key" in asked:
        tonic, _, mode = str(asked["key"]).partition(" ")
        same = pitch_class(done.tonic.value) == pitch_class(tonic)
        yield "key", same and done.mode.value == (mode or "major"), _key(done)
    elif "mode" in asked:
        yield "mode", done.mode.value == asked["mode"], _key(done)
    if "meter" in asked:
        found = "{}/{}".format(*done.meter.value)
        yield "meter", found == asked["meter"], found
    yield from _band(asked, plan)
    if "bars" in asked:
        yield "bars", abs(plan.bars - asked["bars"]) <= 1, plan.bars
    elif "seconds" in asked:
        yield "seconds", spec.seconds.value == asked["seconds"], spec.seconds.value
    if "form" in asked:
        found_form = [item.kind for item in spec.form.value or ()]
        letters = [kind.lower() for kind in found_form]
        yield "form", list(asked["form"]) in (found_form, letters), found_form
        if "form_bars" in asked:
            bars = [item.bars for item in spec.form.value or ()]
            yield "form bars", bars == asked["form_bars"], bars
    if "chords" in asked or "chords_by" in asked:
        wanted = {"": asked["chords"]} if "chords" in asked else asked["chords_by"]
        read = {k: [c for bar in v for c in bar] for k, v in (spec.chords.value or {}).items()}
        yield "chords", read == {k: list(v) for k, v in wanted.items()}, read
    if "genre" in asked:
        yield "genre", done.genre.value in asked["genre"], done.genre.value
    if "lyrics" in asked:
        sung = str(spec.lyrics.value)
        yield "lyrics", all(line in sung for line in asked["lyrics"]), sung
    if "language" in asked:
        yield "language", spec.language.value == asked["language"], spec.language.value


def _key(spec: MusicSpec) -> str:
    return f"{spec.tonic.value} {spec.mode.value}"


def _band(asked: dict[str, Any], plan: Any) -> Iterator[Row]:
    tracks = [
        Track(
            "t",
            seat.instrument.name,
            TrackRole(seat.part.role),
            program=seat.instrument.program,
            percussion=seat.instrument.percussion,
        )
        for seat in cast(plan)
    ]
    names = [track.name for track in tracks]
    wanted = asked.get("instruments") or ()
    for name in wanted:
        yield "instruments", any(plays(track, name) for track in tracks), (name, names)
    for name in [*asked.get("without", ()), *asked.get("not_instruments", ())]:
        yield "forbidden absent", not any(_is_of(track, name) for track in tracks), (name, names)
    if asked.get("only") and wanted:
        others = [t.name for t in tracks if not any(plays(t, name) for name in wanted)]
        yield "nothing else", not others, others


def main() -> None:
    """Read every file and print the shares."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--words", action="store_true", help="print what was not understood")
    options = parser.parse_args()
    for path in options.files:
        right: dict[str, list[bool]] = defaultdict(list)
        for prompt in read_prompts(path.read_text(encoding="utf-8-sig")):
            if options.words:
                spec = parse_prompt(prompt.prompt)
                print(f"{prompt.id}: {' '.join(spec.not_understood)} | {' / '.join(spec.notes)}")
            for name, good, found in check(prompt, 1):
                right[name].append(good)
                if options.misses and not good:
                    print(f"{prompt.id:6} {name}: {found}  <- {prompt.prompt[:150]!r}")
        print(path.name)
        for name, values in right.items():
            print(f"  {name:18} {100 * sum(values) / len(values):6.1f} %  of {len(values)}")


if __name__ == "__main__":
    main()
