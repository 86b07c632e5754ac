"""Notes move from a column of their track into rows of eight bars each."""

from __future__ import annotations

import hashlib
from typing import Any

import django.contrib.postgres.fields
import django.db.models.deletion
import orjson
from django.db import migrations, models

import compositions.models.quick_json

WINDOW_TICKS = 8 * 4 * 480


def _into_windows(apps: Any, schema_editor: Any) -> None:
    """Fill the windows from the columns, a track at a time."""
    tracks = apps.get_model("compositions", "Track")
    note_windows = apps.get_model("compositions", "NoteWindow")
    for track in tracks.objects.only("composition_id", "notes").iterator(chunk_size=50):
        windows: dict[int, list[dict[str, Any]]] = {}
        for note in track.notes:
            windows.setdefault(note["start"] // WINDOW_TICKS, []).append(note)
        note_windows.objects.bulk_create(
            note_windows(
                composition_id=track.composition_id,
                track_id=track.pk,
                place=place,
                digest=hashlib.sha256(orjson.dumps(notes, option=orjson.OPT_SORT_KEYS)).hexdigest(),
                end_tick=max(note["start"] + note["duration"] for note in notes),
                note_ids=[note["id"] for note in notes],
                notes=notes,
            )
            for place, notes in windows.items()
        )


def _into_columns(apps: Any, schema_editor: Any) -> None:
    """Put the notes of the windows back into the columns."""
    tracks = apps.get_model("compositions", "Track")
    note_windows = apps.get_model("compositions", "NoteWindow")
    for track in tracks.objects.only("pk").iterator():
        windows = note_windows.objects.filter(track=track).order_by("place")
        notes = [note for window in windows for note in window.notes]
        tracks.objects.filter(pk=track.pk).update(notes=notes)


class Migration(migrations.Migration):
    dependencies = [
        ("compositions", "0008_quick_json_of_tracks"),
    ]

    operations = [
        migrations.CreateModel(
            name="NoteWindow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("place", models.PositiveIntegerField()),
                ("digest", models.CharField(max_length=64)),
                ("end_tick", models.PositiveBigIntegerField()),
                (
                    "note_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None
                    ),
                ),
                (
                    "notes",
                    models.JSONField(
                        decoder=compositions.models.quick_json.QuickDecoder,
                        default=list,
                        encoder=compositions.models.quick_json.QuickEncoder,
                    ),
                ),
                (
                    "composition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="compositions.composition",
                    ),
                ),
                (
                    "track",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="note_windows",
                        to="compositions.track",
                    ),
                ),
            ],
            options={
                "ordering": ["track", "place"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("track", "place"), name="note_window_unique_in_track"
                    )
                ],
            },
        ),
        migrations.RunPython(_into_windows, _into_columns, elidable=True),
        # What is left to do for foreign keys is done before the column goes.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.RemoveField(model_name="track", name="notes"),
    ]
