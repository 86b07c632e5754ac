"""``manage.py sweep_files``: remove files that no row names, report rows without a file."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from itertools import islice
from typing import Any

from django.core.files.storage import Storage
from django.core.management.base import BaseCommand
from django.utils import timezone

from ariaforge.storage import stored_names
from media.models import STORAGE_FOLDER, Asset
from media.selectors import names_with_row

BATCH = 500


class Command(BaseCommand):
    """Compare the storage with the rows of assets.

    A file is an orphan when no asset, live or in the trash, names it: its transaction was
    rolled back, the machine stopped while it was written, or the storage did not answer
    when its rows were purged or its job ended. Young files are left alone, as their rows
    may yet come.
    """

    help = "Remove stored files that no asset names, and report assets whose file is missing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the age of an orphan and the dry run."""
        parser.add_argument("--dry-run", action="store_true", help="Only say what would go.")
        parser.add_argument(
            "--hours", type=float, default=24.0, help="Leave files younger than this (default 24)."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Sweep, and say what was done."""
        storage = Asset._meta.get_field("file").storage
        cutoff = timezone.now() - timedelta(hours=options["hours"])
        names = stored_names(storage, STORAGE_FOLDER)
        removed = 0
        while batch := list(islice(names, BATCH)):
            kept = names_with_row(batch)
            for name in batch:
                if name in kept or not self._is_older(storage, name, cutoff):
                    continue
                if options["verbosity"] > 1 or options["dry_run"]:
                    self.stdout.write(name)
                if not options["dry_run"]:
                    storage.delete(name)
                removed += 1
        missing = 0
        rows = Asset.all_objects.order_by("pk").values_list("pk", "file")
        for pk, name in rows.iterator(chunk_size=BATCH):
            if not storage.exists(name):
                missing += 1
                self.stderr.write(f"Asset {pk} has lost its file {name}.")
        verb = "would be removed" if options["dry_run"] else "removed"
        self.stdout.write(f"{removed} orphaned files {verb}; {missing} assets without their file.")

    @staticmethod
    def _is_older(storage: Storage, name: str, cutoff: Any) -> bool:
        """Whether a file was last changed before ``cutoff``; a file that just went was not."""
        try:
            return storage.get_modified_time(name) < cutoff
        except FileNotFoundError:
            return False
