"""``manage.py render``: a MIDI file to a mastered audio file."""

from __future__ import annotations

import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from compositions.progress_bar import ProgressBar
from compositions.score.midi_guard import MidiError, read_midi_safely
from compositions.sound import FORMATS as FORMAT_NAMES
from compositions.sound import RenderParameters, SoundError, encode, render
from compositions.sound.encoding import AudioFormat
from compositions.workshop import soundfont_paths, tags_for

FORMATS: dict[str, AudioFormat] = {f".{name}": name for name in FORMAT_NAMES}


class Command(BaseCommand):
    """Render a MIDI file without a server or a database."""

    help = "Render a MIDI file to WAV, FLAC, MP3 or Ogg at a target loudness."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("midi", type=Path)
        parser.add_argument("--out", type=Path, required=True, help="the ending chooses the format")
        parser.add_argument("--lufs", type=float, default=-14.0, help="integrated loudness")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, render, encode."""
        destination: Path = options["out"]
        audio_format = FORMATS.get(destination.suffix.lower())
        if audio_format is None:
            raise CommandError(f"--out must end in one of {', '.join(FORMATS)}.")
        try:
            imported = read_midi_safely(options["midi"].read_bytes())
            parameters = RenderParameters.from_dict({"target_lufs": options["lufs"]})
        except (MidiError, OSError, ValueError) as error:
            raise CommandError(str(error)) from error
        for remark in imported.remarks:
            self.stderr.write(remark)
        try:
            destination.parent.mkdir(parents=True, exist_ok=True)
            with (
                ProgressBar() as bar,
                tempfile.TemporaryDirectory(dir=destination.parent) as work_dir,
            ):
                result = render(
                    imported.score,
                    soundfont=soundfont_paths(),
                    parameters=parameters,
                    work_dir=Path(work_dir),
                    on_progress=bar,
                )
                finished = Path(work_dir) / f"finished{destination.suffix}"
                if audio_format == "wav":
                    finished = result.mix
                else:
                    title = imported.score.title or options["midi"].stem
                    encode(result.mix, finished, format=audio_format, tags=tags_for(title=title))
                finished.replace(destination)
        except (SoundError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{destination}: {result.duration_seconds:.1f} s, "
            f"{result.measurements.integrated_lufs:.1f} LUFS, "
            f"{result.measurements.true_peak_dbtp:.1f} dBTP"
        )
