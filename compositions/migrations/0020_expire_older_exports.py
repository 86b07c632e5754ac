"""Exports from before there was an expiry get one: as long from now as a new one has."""

from datetime import timedelta

from django.conf import settings
from django.db import migrations
from django.utils import timezone


def give_time(apps, schema_editor):
    """Set when the files of exports go that have no such time; none where files are kept."""
    if settings.EXPORT_RETENTION_DAYS <= 0:
        return
    ends = timezone.now() + timedelta(days=settings.EXPORT_RETENTION_DAYS)
    Export = apps.get_model("compositions", "Export")
    older = Export.objects.filter(asset__isnull=False, expires_at__isnull=True)
    older.filter(asset__role="export").update(expires_at=ends)


class Migration(migrations.Migration):
    dependencies = [("compositions", "0019_project_archives")]

    operations = [migrations.RunPython(give_time, migrations.RunPython.noop)]
