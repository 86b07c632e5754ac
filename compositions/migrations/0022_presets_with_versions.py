import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import ariaforge.models.base


class Migration(migrations.Migration):
    dependencies = [
        ("compositions", "0021_render_previews"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PresetVersion",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=ariaforge.models.base.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("author_name", models.CharField(blank=True, max_length=200)),
                ("note", models.CharField(blank=True, max_length=300)),
                ("settings", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["-number"],
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="preset",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="preset",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="preset",
            name="delete_delete",
        ),
        migrations.RemoveConstraint(
            model_name="preset",
            name="preset_name_unique_per_owner",
        ),
        migrations.AddField(
            model_name="preset",
            name="category",
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AddField(
            model_name="preset",
            name="copied_from",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="copies",
                to="compositions.preset",
            ),
        ),
        migrations.AddField(
            model_name="preset",
            name="factory_key",
            field=models.CharField(blank=True, editable=False, max_length=100),
        ),
        migrations.AddField(
            model_name="preset",
            name="is_public",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="preset",
            name="kind",
            field=models.CharField(
                choices=[
                    ("instrument", "Instrument"),
                    ("effect", "Effect"),
                    ("mix", "Mix"),
                    ("render", "Render"),
                ],
                default="render",
                max_length=10,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="preset",
            name="tags",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=30), blank=True, default=list, size=12
            ),
        ),
        migrations.AddField(
            model_name="presetevent",
            name="category",
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AddField(
            model_name="presetevent",
            name="copied_from",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="compositions.preset",
            ),
        ),
        migrations.AddField(
            model_name="presetevent",
            name="factory_key",
            field=models.CharField(blank=True, editable=False, max_length=100),
        ),
        migrations.AddField(
            model_name="presetevent",
            name="is_public",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="presetevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("instrument", "Instrument"),
                    ("effect", "Effect"),
                    ("mix", "Mix"),
                    ("render", "Render"),
                ],
                default="render",
                max_length=10,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="presetevent",
            name="tags",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=30), blank=True, default=list, size=12
            ),
        ),
        migrations.AddField(
            model_name="presetversion",
            name="author",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="presetversion",
            name="preset",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="versions",
                to="compositions.preset",
            ),
        ),
        migrations.AddField(
            model_name="preset",
            name="current",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="+",
                to="compositions.presetversion",
            ),
        ),
        migrations.AddField(
            model_name="presetevent",
            name="current",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="compositions.presetversion",
            ),
        ),
    ]
