"""``manage.py compose``: a prompt, or a file of prompts, to MIDI, JSON and WAV."""

from __future__ import annotations

import json
import secrets
import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from compositions.progress_bar import ProgressBar
from compositions.sound import RenderParameters, SoundError, render
from compositions.workshop import compose_from_prompt, soundfont_paths, write_composed


class Command(BaseCommand):
    """Compose songs without a server or a database."""

    help = "Compose a song from a prompt, or one for each line of a JSONL file."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("prompt", nargs="?", help="what you want to hear")
        parser.add_argument("--seed", type=int, help="same prompt and seed, same song")
        parser.add_argument("--lyrics", type=Path, help="a text file with the words to sing")
        parser.add_argument("--midi", type=Path, help="write the song here as MIDI")
        parser.add_argument("--json", type=Path, help="write all that is known of it here")
        parser.add_argument("--wav", type=Path, help="render it to this WAV file too")
        parser.add_argument("--batch", type=Path, help='JSONL of {"id": ..., "prompt": ...}')
        parser.add_argument("--out", type=Path, help="folder for the files of --batch")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run one of the two forms of the command."""
        if options["batch"]:
            if options["prompt"] or not options["out"]:
                raise CommandError("--batch takes --out DIR and no prompt.")
            self._batch(options["batch"], options["out"], options["seed"])
        else:
            if not options["prompt"]:
                raise CommandError("Give a prompt, or --batch PROMPTS.jsonl --out DIR.")
            if not (options["midi"] or options["json"] or options["wav"]):
                raise CommandError("Say where to write: --midi, --json or --wav.")
            self._single(options)

    def _single(self, options: dict[str, Any]) -> None:
        seed = secrets.randbelow(2**31) if options["seed"] is None else options["seed"]
        lyrics = ""
        if options["lyrics"]:
            try:
                lyrics = options["lyrics"].read_text(encoding="utf-8-sig")
            except (OSError, UnicodeDecodeError) as error:
                raise CommandError(f"Cannot read the lyrics: {error}") from error
        with ProgressBar() as bar:
            try:
                composed = compose_from_prompt(
                    options["prompt"], seed=seed, lyrics=lyrics, on_progress=bar
                )
                write_composed(composed, midi=options["midi"], json_path=options["json"])
            except (ValueError, OSError) as error:
                raise CommandError(str(error)) from error
        if options["wav"]:
            self._render(composed.score, options["wav"], seed)
        self.stdout.write(f"{composed.title} (seed {seed})")
        for words in composed.spec.not_understood:
            self.stderr.write(f"not understood: {words}")

    def _render(self, score: Any, destination: Path, seed: int) -> None:
        try:
            destination.parent.mkdir(parents=True, exist_ok=True)
            with (
                ProgressBar() as bar,
                tempfile.TemporaryDirectory(dir=destination.parent) as work_dir,
            ):
                result = render(
                    score,
                    soundfont=soundfont_paths(),
                    parameters=RenderParameters(seed=seed),
                    work_dir=Path(work_dir),
                    on_progress=bar,
                )
                result.mix.replace(destination)
        except (SoundError, OSError) as error:
            raise CommandError(str(error)) from error

    def _batch(self, prompts: Path, out: Path, seed: int | None) -> None:
        try:
            # Not splitlines(): JSON may hold U+2028 and its like inside a text.
            lines = prompts.read_text(encoding="utf-8-sig").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"Cannot read the prompts: {error}") from error
        entries = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
        failures = 0
        names: set[str] = set()
        with ProgressBar() as bar:
            for done, (number, line) in enumerate(entries):
                bar(done / len(entries), "Composing")
                try:
                    self._batch_line(line, out, seed, names)
                except Exception as error:  # noqa: BLE001 - one bad line must not stop the rest
                    failures += 1
                    self.stderr.write(f"line {number}: {error or type(error).__name__}")
            bar(1.0, "Composing")
        self.stdout.write(f"{len(entries) - failures} of {len(entries)} songs written to {out}")
        if failures:
            sys.exit(1)

    def _batch_line(self, line: str, out: Path, seed: int | None, names: set[str]) -> None:
        try:
            entry = json.loads(line)
        except json.JSONDecodeError as error:
            raise ValueError(f"this is not JSON: {error}") from error
        if not isinstance(entry, dict) or not isinstance(entry.get("prompt"), str):
            raise ValueError('each line must be like {"id": "a", "prompt": "..."}')
        name = str(entry.get("id", "")).strip()
        if not name or name in (".", "..") or any(sign in name for sign in "/\\\0"):
            raise ValueError(f"the id {name!r} cannot be a file name")
        if name in names:
            raise ValueError(f"the id {name!r} stands in an earlier line; its song is kept")
        chosen = entry.get("seed", seed)
        composed = compose_from_prompt(
            entry["prompt"],
            seed=0 if chosen is None else int(chosen),
            lyrics=str(entry.get("lyrics") or ""),
        )
        write_composed(composed, midi=out / f"{name}.mid", json_path=out / f"{name}.json")
        names.add(name)
