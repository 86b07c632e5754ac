"""``manage.py clear_jobs``: delete jobs that ended long ago."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ariaforge.jobs.housekeeping import clear_jobs


class Command(BaseCommand):
    help = "Delete jobs that ended long ago, with their logs. What they made stays."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the age, and whether only to count."""
        parser.add_argument(
            "--days",
            type=float,
            default=settings.JOB_RETENTION_DAYS,
            help="delete jobs that ended longer ago than this (%(default)s)",
        )
        parser.add_argument("--dry-run", action="store_true", help="only say how many")

    def handle(self, *args: Any, days: float, dry_run: bool, **options: Any) -> None:
        """Delete, or count, and print the number."""
        if days < 0:
            raise CommandError("--days cannot be negative.")
        count = clear_jobs(days=days, dry_run=dry_run)
        what = "job" if count == 1 else "jobs"
        self.stdout.write(f"{count} {what} {'would be deleted' if dry_run else 'deleted'}.")
