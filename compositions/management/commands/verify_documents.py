"""``manage.py verify_documents``: prove that working copies are what their logs say."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from compositions.editing.locking import lock_document
from compositions.editing.verifying import verify_document
from compositions.models import Composition


class Command(BaseCommand):
    """Compares every song's rows with the replay of its log, and its hashes with its rows."""

    help = (
        "Prove that the document of every song (or of one, with --song) is what its log of "
        "edits says and that its hashes are right. Ends with 1 and names what differs."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the id of a song."""
        parser.add_argument("--song", type=UUID, metavar="ID", help="only this song")

    def handle(self, *args: Any, song: UUID | None = None, **options: Any) -> None:
        """Verify song by song, each for a moment under its lock."""
        songs = Composition.objects.exclude(content_hash="").order_by("pk")
        if song is not None:
            songs = songs.filter(pk=song)
            if not songs.exists():
                raise CommandError(f"There is no composed song {song}.")
        wrong = count = 0
        for key in songs.values_list("pk", flat=True).iterator(chunk_size=500):
            try:
                with transaction.atomic():
                    problems = verify_document(lock_document(key))
            except Composition.DoesNotExist:
                continue  # in the trash meanwhile
            count += 1
            wrong += bool(problems)
            for problem in problems:
                self.stdout.write(f"{key}: {problem}")
        if wrong:
            raise CommandError(f"{wrong} of {count} songs differ from their log.", returncode=1)
        self.stdout.write(f"{count} songs are what their logs say.")
