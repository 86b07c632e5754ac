"""``manage.py servers -- COMMAND``: throw-away servers for one command."""

from __future__ import annotations

import sys

from django.core.management.base import BaseCommand

from ariaforge.embedded.__main__ import main


class Command(BaseCommand):
    help = "Run a command with a PostgreSQL and a Redis of its own, gone when it ends."

    def run_from_argv(self, argv: list[str]) -> None:
        """Hand everything after the command's name on; the command may have any options."""
        sys.exit(main(["servers", *argv[2:]]))
