"""``manage.py load_factory``: bring the factory content up to date."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from compositions.factory_content import RENDER_PRESETS
from compositions.models import Preset


class Command(BaseCommand):
    """Load what every studio has from the start; safe to run at each start."""

    help = "Create or update the factory presets."

    def handle(self, *args: Any, **options: Any) -> None:
        """Create what is missing, update what changed, leave the rest alone."""
        changed = 0
        with transaction.atomic():
            present = {preset.name: preset for preset in Preset.objects.filter(owner=None)}
            for entry in RENDER_PRESETS:
                preset = present.get(entry["name"], Preset(name=entry["name"], owner=None))
                wanted = (entry["description"], entry["parameters"])
                if preset._state.adding or (preset.description, preset.parameters) != wanted:
                    preset.description, preset.parameters = wanted
                    preset.save()
                    changed += 1
        if options["verbosity"] > 0:
            self.stdout.write(
                f"Factory content: {changed} of {len(RENDER_PRESETS)} presets updated."
            )
