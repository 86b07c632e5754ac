"""``manage.py export_project``: a whole project to one file that ``import_archive`` reads."""

from __future__ import annotations

import shutil
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from ariaforge.exceptions import DomainError
from compositions.exporting.archive_writing import write_archive
from compositions.models import Composition
from compositions.progress_bar import ProgressBar
from projects.models import Project


class Command(BaseCommand):
    """Export a project without a worker."""

    help = "Export all songs of a project, with their history, as one .ariaforge file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("project", help="the project's id, as in the address of its page")
        parser.add_argument("--out", type=Path, required=True, help="the file to write")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the archive beside ``--out``, then put it there."""
        destination: Path = options["out"]
        try:
            project = Project.objects.get(pk=options["project"])
        except (Project.DoesNotExist, ValidationError) as error:
            raise CommandError(f"There is no project {options['project']}.") from error
        songs = list(Composition.objects.filter(project=project).order_by("pk"))
        if not songs:
            raise CommandError("The project has no songs.")
        try:
            destination.parent.mkdir(parents=True, exist_ok=True)
            with (
                ProgressBar() as bar,
                tempfile.TemporaryDirectory(dir=destination.parent) as folder,
            ):
                path = Path(folder) / "archive.zip"
                write_archive(path, project, songs, whole_project=True, progress=bar)
                shutil.move(path, destination)
        except (DomainError, OSError) as error:
            raise CommandError(str(error)) from error
        size = destination.stat().st_size
        self.stdout.write(f"{destination}: {len(songs)} songs, {size:,} bytes")
