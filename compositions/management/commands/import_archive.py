"""``manage.py import_archive``: the songs of an archive to a project."""

from __future__ import annotations

import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.models import User
from ariaforge.context import acting_as
from ariaforge.exceptions import DomainError
from ariaforge.storage import remove_uncommitted_files
from compositions.exporting.archive_checking import check_archive
from compositions.exporting.archive_file import ArchiveError, ArchiveReader
from compositions.exporting.archive_jobs import bring, stored_files
from compositions.progress_bar import ProgressBar
from projects.models import Project
from projects.services import create_project


class Command(BaseCommand):
    """Import an archive without a worker."""

    help = "Add the songs of an .ariaforge file to a project, or to a new one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--user", required=True, help="username of whom the songs will be")
        parser.add_argument("--project", help="the project's id; without, a new project is made")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check the file, then make all its songs, or none."""
        user = User.objects.filter(username=options["user"], is_active=True).first()
        if user is None:
            raise CommandError(f"There is nobody of the username {options['user']}.")
        project = None
        if options["project"]:
            try:
                project = Project.objects.editable_by(user).filter(pk=options["project"]).first()
            except ValidationError:
                project = None
            if project is None:
                raise CommandError(f"There is no project {options['project']} that they may edit.")
        try:
            with (
                ProgressBar() as bar,
                ArchiveReader(options["file"]) as archive,
                tempfile.TemporaryDirectory() as folder,
                acting_as(user.pk),
            ):
                check_archive(archive, lambda part: bar(0.8 * part, "Checking"))
                with remove_uncommitted_files(), transaction.atomic():
                    if project is None:
                        name = str(archive.manifest.get("name", ""))[:200] or "Imported"
                        project = create_project(owner=user, name=name, status="active")
                    files = stored_files(archive, project, user, Path(folder), source=str(uuid4()))
                    songs = bring(archive, project, user, files)
        except (ArchiveError, DomainError, OSError) as error:
            raise CommandError(str(error)) from error
        for song in songs:
            self.stdout.write(f"{song.pk} {song.name}")
        self.stdout.write(f"{len(songs)} songs in project {project.pk}, “{project.name}”")
