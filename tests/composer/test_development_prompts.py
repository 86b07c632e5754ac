"""The parser against ``benchmarks/prompts/*.jsonl``: each kind of wish, and how many are met.

    python -m tests.composer.test_development_prompts [FILE.jsonl] [-v]

prints the table. Fields of a line: genre (accepted styles), key, mode, tempo (number or
[low, high]), meter, instruments, not_instruments, without, only, bars, seconds, form,
form_bars, chords, chords_by, language, theme, lyrics (lines that must be among the
words), notes (a text that must stand in a note).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from compositions.composer import MusicSpec, parse_prompt
from compositions.composer.prompt_words import find_genre, find_instrument, is_ruled_out
from compositions.composer.resolve import resolve_spec
from compositions.composer.styles import instruments, styles

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks" / "prompts"


def load(path: Path) -> list[dict[str, Any]]:
    lines = path.read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines if line.strip()]


def _genres(names: list[str]) -> set[str]:
    return {found for name in names if (found := name if name in styles() else find_genre(name))}


def _key(spec: MusicSpec) -> str:
    return f"{spec.tonic.value} {spec.mode.value or 'major'}"


def _has(spec: MusicSpec, name: str) -> bool:
    wanted = find_instrument(name)
    assert wanted is not None, name
    return any(
        item.name == wanted.name
        or (item.percussion and wanted.percussion and "drums" in wanted.roles and item.generic)
        or (item.generic and instruments()[item.name].family == wanted.family)
        for item in spec.instruments.value or ()
    )


def _absent(spec: MusicSpec, name: str) -> bool:
    unwanted = tuple(spec.unwanted.value or ())
    if name in unwanted:
        return True
    known = find_instrument(name)
    return known is not None and is_ruled_out(known, known.roles[0], unwanted)


def check(spec: MusicSpec, wish: str, value: Any) -> bool:
    """Tell whether one expectation is met."""
    if wish == "genre":
        resolved, _ = resolve_spec(spec, 1)
        accepted = _genres(value)
        return not accepted or resolved.genre.value in accepted
    if wish == "key":
        return _key(spec) == value
    if wish == "mode":
        return bool(spec.mode.value == value)
    if wish == "tempo":
        tempo = (
            resolve_spec(spec, 1)[0].tempo.value if spec.tempo.value is None else spec.tempo.value
        )
        low, high = value if isinstance(value, list) else (value, value)
        return bool(spec.tempo.value is not None and low <= tempo <= high)
    if wish == "meter":
        return spec.meter.value is not None and "/".join(map(str, spec.meter.value)) == value
    if wish == "instruments":
        return all(_has(spec, name) for name in value)
    if wish == "not_instruments":
        return not any(_has(spec, name) for name in value)
    if wish == "without":
        return all(_absent(spec, name) for name in value)
    if wish == "only":
        return bool(spec.instruments_only.value) is value
    if wish in ("bars", "seconds", "language"):
        return bool(getattr(spec, wish).value == value)
    if wish == "theme":
        return value in (spec.theme.value or "")
    if wish == "form":
        return [item.kind for item in spec.form.value or ()] == value
    if wish == "form_bars":
        return [item.bars for item in spec.form.value or ()] == value
    if wish == "chords":
        bars = (spec.chords.value or {}).get("", ())
        return [name.replace("mMaj7", "mmaj7") for bar in bars for name in bar] == value
    if wish == "chords_by":
        found = spec.chords.value or {}
        return {kind: [n for bar in bars for n in bar] for kind, bars in found.items()} == value
    if wish == "lyrics":
        return all(line in (spec.lyrics.value or "") for line in value)
    if wish == "notes":
        return any(value in note for note in spec.notes)
    raise KeyError(wish)


def measure(entries: list[dict[str, Any]]) -> tuple[dict[str, tuple[int, int]], list[str]]:
    """Return wish -> (met, asked) and the misses in words."""
    counts: dict[str, tuple[int, int]] = {}
    misses: list[str] = []
    for entry in entries:
        spec = parse_prompt(entry["prompt"])
        for wish, value in entry.items():
            if wish in ("id", "prompt"):
                continue
            name = "bpm" if wish == "tempo" and not isinstance(value, list) else wish
            met, asked = counts.get(name, (0, 0))
            good = check(spec, wish, value)
            counts[name] = (met + good, asked + 1)
            if not good:
                field = {"key": "tonic", "without": "unwanted", "only": "instruments_only",
                         "form_bars": "form", "chords_by": "chords",
                         "not_instruments": "instruments"}.get(wish, wish)  # fmt: skip
                got = getattr(spec, field)
                got = getattr(got, "value", got)
                if field == "instruments":
                    got = [item.name for item in got or ()]
                if wish == "key":
                    got = _key(spec)
                if wish == "genre":
                    got = resolve_spec(spec, 1)[0].genre.value
                misses.append(
                    f"{entry['id']} {wish}: {value!r}, got {got!r} | {entry['prompt'][:90]!r}"
                )
    return counts, misses


@pytest.mark.parametrize("name", ["development.jsonl", "second.jsonl", "third.jsonl"])
def test_development_prompts_are_understood(name: str) -> None:
    entries = load(FOLDER / name)
    assert len(entries) >= 30
    counts, misses = measure(entries)
    exact = {"bpm", "key", "mode", "without", "bars", "seconds", "form", "form_bars", "chords",
             "chords_by", "lyrics"}  # fmt: skip
    floors = {"tempo": 0.97, "meter": 0.98, "instruments": 0.95}
    for wish, (met, asked) in counts.items():
        floor = 1.0 if wish in exact else floors.get(wish, 0.85)
        wrong = [miss for miss in misses if f" {wish}:" in miss]
        assert met >= floor * asked, f"{wish}: {met} of {asked}\n" + "\n".join(wrong)


def test_most_scenes_find_an_accepted_style() -> None:
    counts, misses = measure(load(FOLDER / "scenes.jsonl"))
    met, asked = counts["genre"]
    assert met >= 0.7 * asked, misses


def main() -> None:
    """Print the table."""
    paths = [Path(name) for name in sys.argv[1:] if not name.startswith("-")]
    for path in paths or sorted(FOLDER.glob("*.jsonl")):
        entries = load(path)
        counts, misses = measure(entries)
        lines = [f"{path.name}: {len(entries)} prompts"]
        for wish, (met, asked) in sorted(counts.items()):
            lines.append(f"  {wish:16} {met:4d} of {asked:4d}  {met / asked:6.1%}")
        sys.stdout.write("\n".join([*lines, *(f"  - {miss}" for miss in misses)]) + "\n")


if __name__ == "__main__":
    main()
