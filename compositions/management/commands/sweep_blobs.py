"""``manage.py sweep_blobs``: remove parts of documents that no version names any more."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from compositions.history.upkeep import sweep_parts


class Command(BaseCommand):
    """Free the space that songs have left which were deleted for good."""

    help = "Remove the parts of documents that no version names any more."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the option."""
        parser.add_argument("--dry-run", action="store_true", help="only say what would go")

    def handle(self, *args: Any, **options: Any) -> None:
        """Sweep and say what went."""
        swept = sweep_parts(dry_run=options["dry_run"])
        verb = "would be removed" if options["dry_run"] else "removed"
        self.stdout.write(f"{swept.parts} parts {verb}, {swept.size_bytes} bytes")
