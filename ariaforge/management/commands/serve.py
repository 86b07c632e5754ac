"""``manage.py serve``: the whole studio on one machine."""

from __future__ import annotations

import sys

from django.core.management.base import BaseCommand

from ariaforge.embedded.__main__ import main


class Command(BaseCommand):
    help = "Run PostgreSQL, Redis, web, worker and dispatcher until Ctrl-C."

    def run_from_argv(self, argv: list[str]) -> None:
        """Hand over before anything touches the database, which is not up yet."""
        sys.exit(main(["serve", *argv[2:]]))
