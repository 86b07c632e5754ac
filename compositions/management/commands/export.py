"""``manage.py export``: a song of the studio to files."""

from __future__ import annotations

import shutil
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from ariaforge.exceptions import DomainError
from ariaforge.jobs.registry import JobError
from compositions.engraving.pages import PAGE_MM
from compositions.exporting.choices import checked
from compositions.exporting.formats import FACTS, SETTINGS
from compositions.exporting.progress import part_of
from compositions.exporting.stems import EFFECTS, PER, STEM_FORMATS
from compositions.exporting.writing import Writer, write_zip
from compositions.models import Composition, Export
from compositions.progress_bar import ProgressBar
from compositions.score.errors import MusicXmlError
from compositions.share_video.shapes import PICTURES, SHAPES
from compositions.sound import SoundError


class Command(BaseCommand):
    """Export a song without a worker, and without a row in its history."""

    help = "Export a song in one format, or in several as one ZIP."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("song", help="the song's id, as in the address of its page")
        parser.add_argument("--format", action="append", required=True, choices=list(FACTS))
        parser.add_argument("--out", type=Path, required=True, help="the file to write")
        parser.add_argument("--sample-rate", type=int)
        parser.add_argument("--bit-depth", type=int)
        parser.add_argument("--stem-effects", choices=EFFECTS, help="stems with reverb and echo")
        parser.add_argument("--stem-per", choices=PER, help="a stem for each track or group")
        parser.add_argument("--stem-format", choices=STEM_FORMATS)
        parser.add_argument("--shape", choices=list(SHAPES), help="of a video")
        parser.add_argument("--picture", choices=PICTURES, help="what moves in a video")
        parser.add_argument("--paper", choices=sorted(PAGE_MM), help="of sheet music")
        for name in ("from-bar", "to-bar", "count-in-bars"):
            parser.add_argument(f"--{name}", type=int)
        parser.add_argument("--from-seconds", type=float)
        parser.add_argument("--to-seconds", type=float)
        parser.add_argument("--loop", action="store_true", default=None)

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the formats beside ``--out``, then put the file there."""
        destination: Path = options["out"]
        names = list(dict.fromkeys(options["format"]))
        try:
            song = Composition.objects.with_work().get(pk=options["song"])
        except (Composition.DoesNotExist, ValidationError) as error:
            raise CommandError(f"There is no song {options['song']}.") from error
        if not song.is_composed:
            raise CommandError("The song has no notes yet.")
        settings = {name: options[name] for name in SETTINGS if name in options}
        try:
            chosen = checked(names, settings)
            destination.parent.mkdir(parents=True, exist_ok=True)
            with (
                ProgressBar() as bar,
                tempfile.TemporaryDirectory(dir=destination.parent) as folder,
            ):
                row = Export(composition=song, render=song.current_render)
                writer = Writer(row, Path(folder), names)
                share = 1.0 / len(names)
                files = [
                    writer.write(name, chosen, part_of(bar, place * share, (place + 1) * share))
                    for place, name in enumerate(names)
                ]
                finished = files[0]
                if len(files) > 1 or finished.is_dir():
                    finished = write_zip(files, Path(folder) / "export.zip")
                shutil.move(finished, destination)
        except (DomainError, JobError, SoundError, MusicXmlError, ValueError, OSError) as error:
            raise CommandError(str(error)) from error
        for remark in writer.remarks:
            self.stderr.write(remark)
        self.stdout.write(f"{destination}: {destination.stat().st_size:,} bytes")
