"""``manage.py setup``: bring the database and the static files up to date."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    help = "Migrate the database, load the factory content, collect the static files."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--skip-static", action="store_true", help="leave static files alone")
        parser.add_argument(
            "--sign-in-link", action="store_true", help="print a one-time sign-in link at the end"
        )

    def handle(
        self, *args: Any, skip_static: bool = False, sign_in_link: bool = False, **options: Any
    ) -> None:
        """Do each step; all of them may be repeated at any time."""
        call_command("migrate", interactive=False, verbosity=options["verbosity"])
        if "load_factory" in get_commands():
            call_command("load_factory", verbosity=options["verbosity"])
        if not skip_static:
            self.collect_static(options["verbosity"])
        if sign_in_link:
            call_command("sign_in_link")

    def collect_static(self, verbosity: int) -> None:
        """Collect the static files if any of them changed since the last time."""
        stamp_file = Path(settings.STATIC_ROOT) / ".stamp"
        stamp = static_files_stamp()
        if stamp_file.exists() and stamp_file.read_text() == stamp:
            return
        call_command("collectstatic", interactive=False, clear=True, verbosity=verbosity)
        stamp_file.write_text(stamp)


def static_files_stamp() -> str:
    """Return a digest of the names, sizes and times of all static files and of their storage."""
    digest = hashlib.sha256(repr(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for name, storage in sorted(finder.list([]), key=lambda found: found[0]):
            found = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()
