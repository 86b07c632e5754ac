"""``manage.py verify_history``: whether every version is what its hashes say."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand

from compositions.history.upkeep import check_history
from compositions.models import Composition


class Command(BaseCommand):
    """Check the versions, parts and branches of all songs, or of some."""

    help = "Check that the parts of all versions are there and that every hash is right."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the songs."""
        parser.add_argument("songs", nargs="*", type=UUID, help="ids of songs; all without")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what is wrong; exit with 1 if anything is."""
        songs = Composition.all_objects.select_related("branch").order_by("pk")
        if options["songs"]:
            songs = songs.filter(pk__in=options["songs"])
        count = faults = 0
        for song in songs.iterator(chunk_size=50):
            count += 1
            for problem in check_history(song):
                faults += 1
                self.stdout.write(f"{song.pk}: {problem}")
        self.stdout.write(f"{count} songs checked, {faults} problems")
        if faults or count < len(set(options["songs"])):
            sys.exit(1)
