"""Print a link that signs in the owner once."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from accounts.services import issue_sign_in_link


class Command(BaseCommand):
    """Print exactly one line: the URL."""

    help = "Prints a one-time link that signs in the owner of the studio."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare --base-url."""
        parser.add_argument(
            "--base-url",
            default=settings.BASE_URL,
            help="scheme, host and port under which the studio is reached (default: %(default)s)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Issue a link and print it."""
        base_url = options["base_url"].rstrip("/")
        if not base_url.startswith(("http://", "https://")):
            raise CommandError("--base-url must begin with http:// or https://")
        _, secret = issue_sign_in_link()
        self.stdout.write(base_url + reverse("sign_in_link", args=[secret]))
