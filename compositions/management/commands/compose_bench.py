"""``manage.py compose_bench``: compose a file of prompts and print what the songs are worth.

Each figure with its target, and what others reach on the same prompts: a random walk, an
n-gram model, real tunes, and ark-audio-agent (PyPI, MIT licence) when ``--peer`` names a
Python that has it. It wants an environment of its own, outside the studio's::

    python3 -m venv var/ark && var/ark/bin/pip install ark-audio-agent==0.1.11
    .venv/bin/python manage.py compose_bench benchmarks/prompts/development.jsonl \\
        --peer var/ark/bin/python --misses
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from compositions.composer.bench.peers import PeerError, ark_version
from compositions.composer.bench.prompts import BenchPrompt, read_prompts
from compositions.composer.bench.repeat import same_bytes, seconds_for_six_tracks
from compositions.composer.bench.run import (
    BenchRun,
    baselines_of,
    peer_figures,
    results_of,
    run_bench,
)
from compositions.composer.bench.table import FIGURES, missed_targets, table_lines
from compositions.composer.calibration import tune_figures
from compositions.composer.engine import ENGINE_VERSION
from compositions.progress_bar import ProgressBar

_SHOWN = 12


class Command(BaseCommand):
    """Measure the composer without a server or a database."""

    help = "Compose every prompt of a JSONL file and print the table of quality figures."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("prompts", type=Path, help="JSONL of prompts and what they expect")
        parser.add_argument("--seeds", type=int, default=2, help="songs for each prompt (2)")
        parser.add_argument("--limit", type=int, help="take the first prompts only")
        parser.add_argument("--json", type=Path, help="write all figures of all songs here")
        parser.add_argument(
            "--peer",
            help="a Python that has ark-audio-agent (python3 -m venv var/ark && "
            "var/ark/bin/pip install ark-audio-agent==0.1.11; then var/ark/bin/python)",
        )
        parser.add_argument("--misses", action="store_true", help="name the prompts that miss")
        parser.add_argument("--check", action="store_true", help="exit 1 when a target is missed")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run, print, and with ``--check`` fail on a missed target."""
        try:
            prompts = read_prompts(options["prompts"].read_text(encoding="utf-8-sig"))
        except (OSError, ValueError) as error:
            raise CommandError(f"Cannot read the prompts: {error}") from error
        prompts = prompts[: options["limit"]] if options["limit"] else prompts
        seeds = max(1, options["seeds"])
        columns: dict[str, Any] = {}
        with ProgressBar() as bar:
            run = run_bench(prompts, seeds, bar)
            columns |= baselines_of(prompts, run.songs)
            columns["ark"] = _peer(prompts, options["peer"], bar)
        tunes = tune_figures()
        columns["real tunes"] = tunes
        results = results_of(run, len(prompts), seeds)
        results["worst CPU seconds, 32 bars x 6 tracks"] = seconds_for_six_tracks()
        if (same := same_bytes(prompts)) is not None:
            results["same bytes"] = same
        if "held-out bits/note" in tunes:
            results["held-out bits/note"] = tunes["held-out bits/note"]
        self.stdout.write(
            f"{len(prompts)} prompts, {seeds} seeds, engine {ENGINE_VERSION}; all but the CPU "
            "seconds is the same each time"
        )
        for line in table_lines(results, columns):
            self.stdout.write(line)
        for name, reason in run.failures[:_SHOWN]:
            self.stdout.write(f"no song: {name}: {reason}")
        if options["misses"]:
            self._misses(run)
        if options["json"]:
            self._write(options["json"], run, results, columns)
        missed = missed_targets(results)
        self.stdout.write(
            f"missed: {', '.join(figure.key for figure in missed)}" if missed else "all targets met"
        )
        if missed and options["check"]:
            sys.exit(1)

    def _misses(self, run: BenchRun) -> None:
        """Name the songs that miss a figure that is asked of each of them."""
        for figure in FIGURES:
            if figure.low is None or not figure.percent:
                continue
            names = [
                f"{song.prompt.id}/{song.seed}"
                for song in run.songs
                if song.figures.get(figure.key, 1.0) < 0.999
            ]
            if names:
                more = "" if len(names) <= _SHOWN else f" and {len(names) - _SHOWN} more"
                self.stdout.write(f"{figure.key}: {', '.join(names[:_SHOWN])}{more}")

    def _write(
        self, path: Path, run: BenchRun, results: dict[str, float], columns: dict[str, Any]
    ) -> None:
        data = {
            "engine": ENGINE_VERSION,
            "results": results,
            "others": columns,
            "failures": run.failures,
            "songs": [
                {"id": song.prompt.id, "seed": song.seed, "genre": song.genre, **song.figures}
                for song in run.songs
            ],
        }
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
        except OSError as error:
            raise CommandError(f"Cannot write {path}: {error}") from error


def _peer(prompts: list[BenchPrompt], python: str | None, bar: ProgressBar) -> Any:
    if not python:
        return "not installed (name a Python that has ark-audio-agent with --peer)"
    try:
        ark_version(python)
    except PeerError as error:
        return str(error)
    return peer_figures(prompts, python, bar)
