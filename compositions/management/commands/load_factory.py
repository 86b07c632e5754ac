"""``manage.py load_factory``: bring the factory content up to date."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from compositions.presets.factory import factory_presets, load_factory


class Command(BaseCommand):
    """Load what every studio has from the start; safe to run at each start."""

    help = "Create or update the factory presets."

    def handle(self, *args: Any, **options: Any) -> None:
        """Create what is missing, update what changed, leave the rest alone."""
        changed = load_factory()
        if options["verbosity"] > 0:
            self.stdout.write(
                f"Factory content: {changed} of {len(factory_presets())} presets updated."
            )
