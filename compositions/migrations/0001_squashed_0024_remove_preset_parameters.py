"""All migrations up to 0024 as one, for new databases.

The steps one by one render every model some 600 times; here each table comes with its columns,
constraints, indexes and triggers at once. Databases that already went some of the steps go the
rest of them, and this counts as applied when all are. The steps that move data are left out: a
new database has none.
"""

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import ariaforge.models.base
import compositions.models.quick_json


class Migration(migrations.Migration):
    replaces = [
        ("compositions", "0001_initial"),
        ("compositions", "0002_living_document"),
        ("compositions", "0003_syllables_as_rows"),
        ("compositions", "0004_remove_composition_syllables"),
        ("compositions", "0005_branch_and_tag_names"),
        ("compositions", "0006_superseded_and_redone_edits"),
        ("compositions", "0007_imports_and_musicxml"),
        ("compositions", "0008_quick_json_of_tracks"),
        ("compositions", "0009_note_windows"),
        ("compositions", "0010_timed_lyrics"),
        ("compositions", "0011_ai_session_steps"),
        ("compositions", "0012_move_ai_session_steps"),
        ("compositions", "0013_remove_requests_from_ai_sessions"),
        ("compositions", "0014_exports_that_expire"),
        ("compositions", "0015_longer_engine_versions"),
        ("compositions", "0016_mixer_settings"),
        ("compositions", "0017_export_formats_of_whole_songs"),
        ("compositions", "0018_export_sheet_music_and_video"),
        ("compositions", "0019_project_archives"),
        ("compositions", "0020_expire_older_exports"),
        ("compositions", "0021_render_previews"),
        ("compositions", "0022_presets_with_versions"),
        ("compositions", "0023_move_preset_parameters"),
        ("compositions", "0024_remove_preset_parameters"),
    ]

    initial = True

    dependencies = [
        ("ariaforge", "0003_stored_answer"),
        ("media", "0001_initial"),
        ("pghistory", "0007_auto_20250421_0444"),
        ("projects", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Blob",
            fields=[
                ("sha256", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("data", models.BinaryField()),
                (
                    "size_bytes",
                    models.PositiveIntegerField(help_text="Of the JSON, before compression."),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="4351061d7baa49b239bed7e5afbb26123189928d",
                            operation="UPDATE",
                            pgid="pgtrigger_append_only_81d76",
                            table="compositions_blob",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ProjectArchive",
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
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "deleted_at",
                    models.DateTimeField(blank=True, db_index=True, editable=False, null=True),
                ),
                (
                    "direction",
                    models.CharField(
                        choices=[("export", "Export"), ("import", "Import")], max_length=6
                    ),
                ),
                ("filename", models.CharField(max_length=200)),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("song_count", models.PositiveIntegerField(default=0)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                (
                    "asset",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="media.asset",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="ariaforge.job",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="archives",
                        to="projects.project",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("asset__isnull", False)),
                        fields=["expires_at"],
                        name="project_archives_that_expire",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("direction__in", ["export", "import"])),
                        name="project_archive_direction_known",
                    )
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "compositions_projectarchiveevent" ("asset_id", "created_at", "created_by_id", "deleted_at", "direction", "expires_at", "filename", "id", "job_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "project_id", "sha256", "song_count", "updated_at", "updated_by_id") VALUES (NEW."asset_id", NEW."created_at", NEW."created_by_id", NEW."deleted_at", NEW."direction", NEW."expires_at", NEW."filename", NEW."id", NEW."job_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."project_id", NEW."sha256", NEW."song_count", NEW."updated_at", NEW."updated_by_id"); RETURN NULL;',
                            hash="19d6f471c7575b9681a51393f04eb55ffb558ea4",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_19eca",
                            table="compositions_projectarchive",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                            func='INSERT INTO "compositions_projectarchiveevent" ("asset_id", "created_at", "created_by_id", "deleted_at", "direction", "expires_at", "filename", "id", "job_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "project_id", "sha256", "song_count", "updated_at", "updated_by_id") VALUES (NEW."asset_id", NEW."created_at", NEW."created_by_id", NEW."deleted_at", NEW."direction", NEW."expires_at", NEW."filename", NEW."id", NEW."job_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."project_id", NEW."sha256", NEW."song_count", NEW."updated_at", NEW."updated_by_id"); RETURN NULL;',
                            hash="02191b423325611c8b793bfbb2b41f5bf7ffd803",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_1baf4",
                            table="compositions_projectarchive",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "compositions_projectarchiveevent" ("asset_id", "created_at", "created_by_id", "deleted_at", "direction", "expires_at", "filename", "id", "job_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "project_id", "sha256", "song_count", "updated_at", "updated_by_id") VALUES (OLD."asset_id", OLD."created_at", OLD."created_by_id", OLD."deleted_at", OLD."direction", OLD."expires_at", OLD."filename", OLD."id", OLD."job_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."project_id", OLD."sha256", OLD."song_count", OLD."updated_at", OLD."updated_by_id"); RETURN NULL;',
                            hash="c3075e63542a5cbc4f303cb0a7572c4584d74a9b",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_2952d",
                            table="compositions_projectarchive",
                            when="AFTER",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProjectArchiveEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "id",
                    models.UUIDField(
                        default=ariaforge.models.base.uuid7, editable=False, serialize=False
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("deleted_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "direction",
                    models.CharField(
                        choices=[("export", "Export"), ("import", "Import")], max_length=6
                    ),
                ),
                ("filename", models.CharField(max_length=200)),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("song_count", models.PositiveIntegerField(default=0)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                (
                    "asset",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="media.asset",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="ariaforge.job",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="compositions.projectarchive",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="projects.project",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="44f62f4f9358ff3b50f040d65fe05011a249c6f2",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_8f341",
                            table="compositions_projectarchiveevent",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Composition",
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
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "deleted_at",
                    models.DateTimeField(blank=True, db_index=True, editable=False, null=True),
                ),
                ("name", models.CharField(max_length=200)),
                ("ai_prompt", models.CharField(blank=True, max_length=1000)),
                (
                    "lyrics",
                    models.TextField(
                        blank=True, validators=[django.core.validators.MaxLengthValidator(10000)]
                    ),
                ),
                ("seed", models.BigIntegerField()),
                ("spec", models.JSONField(blank=True, default=dict)),
                ("engine_version", models.CharField(blank=True, max_length=40)),
                ("explanation", models.JSONField(blank=True, default=list)),
                ("confidence_score", models.FloatField(blank=True, null=True)),
                ("confidence", models.JSONField(blank=True, default=list)),
                ("tempos", models.JSONField(blank=True, default=list)),
                ("meters", models.JSONField(blank=True, default=list)),
                ("keys", models.JSONField(blank=True, default=list)),
                ("document_metadata", models.JSONField(blank=True, default=dict)),
                ("theory_data", models.JSONField(blank=True, default=dict)),
                ("content_hash", models.CharField(blank=True, max_length=64)),
                ("revision", models.PositiveIntegerField(default=0)),
                ("length_ticks", models.PositiveIntegerField(default=0)),
                ("duration_seconds", models.FloatField(default=0.0)),
                ("audio_metadata", models.JSONField(blank=True, default=dict)),
                ("render_parameters", models.JSONField(blank=True, default=dict)),
                (
                    "compose_job",
                    models.ForeignKey(
                        blank=True,
                        help_text="The job that made the notes, or makes them anew: composing or importing.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="ariaforge.job",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "midi",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="media.asset",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="compositions",
                        to="projects.project",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("head_sequence", models.PositiveIntegerField(default=0)),
                ("tree", models.JSONField(blank=True, default=dict)),
                ("tree_hash", models.CharField(blank=True, max_length=64)),
                ("mix", models.JSONField(blank=True, db_default={}, default=dict)),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["project", "-id"], name="composition_newest_in_project")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="composition_name_not_empty",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confidence_score__isnull", True),
                            models.Q(("confidence_score__gte", 0), ("confidence_score__lte", 1)),
                            _connector="OR",
                        ),
                        name="composition_confidence_in_range",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("seed__gte", 0), ("seed__lt", 9007199254740992)),
                        name="composition_seed_in_range",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("duration_seconds__gte", 0)),
                        name="composition_duration_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Chord",
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
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "deleted_at",
                    models.DateTimeField(blank=True, db_index=True, editable=False, null=True),
                ),
                ("entity_id", models.CharField(max_length=64)),
                ("start_tick", models.PositiveIntegerField()),
                ("duration_ticks", models.PositiveIntegerField()),
                ("root", models.CharField(max_length=3)),
                ("quality", models.CharField(blank=True, max_length=32)),
                ("bass", models.CharField(blank=True, max_length=3)),
                ("roman", models.CharField(blank=True, max_length=32)),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "composition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="%(class)ss",
                        to="compositions.composition",
                    ),
                ),
                ("locked", models.BooleanField(default=False)),
            ],
            options={
                "ordering": ["start_tick", "entity_id"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("deleted_at__isnull", True)),
                        fields=("composition", "entity_id"),
                        name="chord_unique_entity",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("duration_ticks__gte", 1)), name="chord_has_length"
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "compositions_chordevent" ("bass", "composition_id", "created_at", "created_by_id", "deleted_at", "duration_ticks", "entity_id", "id", "locked", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "quality", "roman", "root", "start_tick", "updated_at", "updated_by_id") VALUES (NEW."bass", NEW."composition_id", NEW."created_at", NEW."created_by_id", NEW."deleted_at", NEW."duration_ticks", NEW."entity_id", NEW."id", NEW."locked", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."quality", NEW."roman", NEW."root", NEW."start_tick", NEW."updated_at", NEW."updated_by_id"); RETURN NULL;',
                            hash="d056fc43dfda7ab64529c9116deffc53f26da899",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_ee2af",
                            table="compositions_chord",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                            func='INSERT INTO "compositions_chordevent" ("bass", "composition_id", "created_at", "created_by_id", "deleted_at", "duration_ticks", "entity_id", "id", "locked", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "quality", "roman", "root", "start_tick", "updated_at", "updated_by_id") VALUES (NEW."bass", NEW."composition_id", NEW."created_at", NEW."created_by_id", NEW."deleted_at", NEW."duration_ticks", NEW."entity_id", NEW."id", NEW."locked", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."quality", NEW."roman", NEW."root", NEW."start_tick", NEW."updated_at", NEW."updated_by_id"); RETURN NULL;',
                            hash="d1609dfea5643b4f58947fb342d36c0ff836a1de",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_0ed46",
                            table="compositions_chord",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "compositions_chordevent" ("bass", "composition_id", "created_at", "created_by_id", "deleted_at", "duration_ticks", "entity_id", "id", "locked", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "quality", "roman", "root", "start_tick", "updated_at", "updated_by_id") VALUES (OLD."bass", OLD."composition_id", OLD."created_at", OLD."created_by_id", OLD."deleted_at", OLD."duration_ticks", OLD."entity_id", OLD."id", OLD."locked", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."quality", OLD."roman", OLD."root", OLD."start_tick", OLD."updated_at", OLD."updated_by_id"); RETURN NULL;',
                            hash="b5277d5a3b3d910ec3cdb2db811ef68fe3b447b1",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_e2752",
                            table="compositions_chord",
                            when="AFTER",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LyricLine",
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
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "deleted_at",
                    models.DateTimeField(blank=True, db_index=True, editable=False, null=True),
                ),
                ("entity_id", models.CharField(max_length=64)),
                ("position", models.FloatField()),
                ("text", models.CharField(blank=True, max_length=500)),
                ("section_id", models.CharField(blank=True, max_length=64)),
                ("language", models.CharField(blank=True, max_length=35)),
                ("locked", models.BooleanField(default=False)),
                (
                    "composition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="%(class)ss",
                        to="compositions.composition",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["position", "entity_id"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("deleted_at__isnull", True)),
                        fields=("composition", "entity_id"),
                        name="lyric_line_unique_entity",
                    )
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "compositions_lyriclineevent" ("composition_id", "created_at", "created_by_id", "deleted_at", "entity_id", "id", "language", "locked", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "section_id", "text", "updated_at", "updated_by_id") VALUES (NEW."composition_id", NEW."created_at", NEW."created_by_id", NEW."deleted_at", NEW."entity_id", NEW."id", NEW."language", NEW."locked", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."position", NEW."section_id", NEW."text", NEW."updated_at", NEW."updated_by_id"); RETURN NULL;',
                            hash="625492bbd22ac75f2521eb2ac5bb8a20b0304356",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_a3000",
                            table="compositions_lyricline",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                            func='INSERT INTO "compositions_lyriclineevent" ("composition_id", "created_at", "created_by_id", "deleted_at", "entity_id", "id", "language", "locked", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "section_id", "text", "updated_at", "updated_by_id") VALUES (NEW."composition_id", NEW."created_at", NEW."created_by_id", NEW."deleted_at", NEW."entity_id", NEW."id", NEW."language", NEW."locked", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."position", NEW."section_id", NEW."text", NEW."updated_at", NEW."updated_by_id"); RETURN NULL;',
                            hash="8e505fb7a9e3d1ec7c473e9317fd83c79a22cd02",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_2c7e3",
                            table="compositions_lyricline",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "compositions_lyriclineevent" ("composition_id", "created_at", "created_by_id", "deleted_at", "entity_id", "id", "language", "locked", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "section_id", "text", "updated_at", "updated_by_id") VALUES (OLD."composition_id", OLD."created_at", OLD."created_by_id", OLD."deleted_at", OLD."entity_id", OLD."id", OLD."language", OLD."locked", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."position", OLD."section_id", OLD."text", OLD."updated_at", OLD."updated_by_id"); RETURN NULL;',
                            hash="03cdfcfdaf1c92bd9e8d595415c40b5fd1ef013b",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_8feb9",
                            table="compositions_lyricline",
                            when="AFTER",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Render",
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
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "deleted_at",
                    models.DateTimeField(blank=True, db_index=True, editable=False, null=True),
                ),
                ("parameters", models.JSONField(blank=True, default=dict)),
                ("seed", models.BigIntegerField(default=0)),
                ("content_hash", models.CharField(max_length=64)),
                ("engine_version", models.CharField(blank=True, max_length=200)),
                ("soundfont_sha256", models.CharField(blank=True, max_length=64)),
                ("duration_seconds", models.FloatField(blank=True, null=True)),
                ("measurements", models.JSONField(blank=True, default=dict)),
                ("peaks", models.JSONField(blank=True, default=dict)),
                (
                    "composition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="renders",
                        to="compositions.composition",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="ariaforge.job",
                    ),
                ),
                (
                    "mix",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="media.asset",
                    ),
                ),
                (
                    "mp3",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="media.asset",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "preview",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="media.asset",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("duration_seconds__isnull", True),
                            ("duration_seconds__gt", 0),
                            _connector="OR",
                        ),
                        name="render_duration_positive",
                    )
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "compositions_renderevent" ("composition_id", "content_hash", "created_at", "created_by_id", "deleted_at", "duration_seconds", "engine_version", "id", "job_id", "measurements", "mix_id", "mp3_id", "parameters", "peaks", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "preview_id", "seed", "soundfont_sha256", "updated_at", "updated_by_id") VALUES (NEW."composition_id", NEW."content_hash", NEW."created_at", NEW."created_by_id", NEW."deleted_at", NEW."duration_seconds", NEW."engine_version", NEW."id", NEW."job_id", NEW."measurements", NEW."mix_id", NEW."mp3_id", NEW."parameters", NEW."peaks", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."preview_id", NEW."seed", NEW."soundfont_sha256", NEW."updated_at", NEW."updated_by_id"); RETURN NULL;',
                            hash="bac78100ae7dfec2c31f96a11d54b9a7a11e24f2",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_b120a",
                            table="compositions_render",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                            func='INSERT INTO "compositions_renderevent" ("composition_id", "content_hash", "created_at", "created_by_id", "deleted_at", "duration_seconds", "engine_version", "id", "job_id", "measurements", "mix_id", "mp3_id", "parameters", "peaks", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "preview_id", "seed", "soundfont_sha256", "updated_at", "updated_by_id") VALUES (NEW."composition_id", NEW."content_hash", NEW."created_at", NEW."created_by_id", NEW."deleted_at", NEW."duration_seconds", NEW."engine_version", NEW."id", NEW."job_id", NEW."measurements", NEW."mix_id", NEW."mp3_id", NEW."parameters", NEW."peaks", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."preview_id", NEW."seed", NEW."soundfont_sha256", NEW."updated_at", NEW."updated_by_id"); RETURN NULL;',
                            hash="9521d1c35a004edbe3f79bafa301fbea5470093a",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_07a72",
                            table="compositions_render",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "compositions_renderevent" ("composition_id", "content_hash", "created_at", "created_by_id", "deleted_at", "duration_seconds", "engine_version", "id", "job_id", "measurements", "mix_id", "mp3_id", "parameters", "peaks", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "preview_id", "seed", "soundfont_sha256", "updated_at", "updated_by_id") VALUES (OLD."composition_id", OLD."content_hash", OLD."created_at", OLD."created_by_id", OLD."deleted_at", OLD."duration_seconds", OLD."engine_version", OLD."id", OLD."job_id", OLD."measurements", OLD."mix_id", OLD."mp3_id", OLD."parameters", OLD."peaks", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."preview_id", OLD."seed", OLD."soundfont_sha256", OLD."updated_at", OLD."updated_by_id"); RETURN NULL;',
                            hash="a535fb6e2c586c3067f938145fd72ac0fafb082f",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_604ba",
                            table="compositions_render",
                            when="AFTER",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Section",
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
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "deleted_at",
                    models.DateTimeField(blank=True, db_index=True, editable=False, null=True),
                ),
                ("entity_id", models.CharField(max_length=64)),
                ("start_tick", models.PositiveIntegerField()),
                ("duration_ticks", models.PositiveIntegerField()),
                ("label", models.CharField(blank=True, max_length=200)),
                ("kind", models.CharField(blank=True, max_length=200)),
                ("energy", models.FloatField(default=0.5)),
                (
                    "composition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="%(class)ss",
                        to="compositions.composition",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("locked", models.BooleanField(default=False)),
            ],
            options={
                "ordering": ["start_tick", "entity_id"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("deleted_at__isnull", True)),
                        fields=("composition", "entity_id"),
                        name="section_unique_entity",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("duration_ticks__gte", 1)), name="section_has_length"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("energy__gte", 0), ("energy__lte", 1)),
                        name="section_energy_in_range",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "compositions_sectionevent" ("composition_id", "created_at", "created_by_id", "deleted_at", "duration_ticks", "energy", "entity_id", "id", "kind", "label", "locked", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "start_tick", "updated_at", "updated_by_id") VALUES (NEW."composition_id", NEW."created_at", NEW."created_by_id", NEW."deleted_at", NEW."duration_ticks", NEW."energy", NEW."entity_id", NEW."id", NEW."kind", NEW."label", NEW."locked", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."start_tick", NEW."updated_at", NEW."updated_by_id"); RETURN NULL;',
                            hash="d86077c14d23ddb31037fa61b541f27f6a3d681b",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_2a126",
                            table="compositions_section",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                            func='INSERT INTO "compositions_sectionevent" ("composition_id", "created_at", "created_by_id", "deleted_at", "duration_ticks", "energy", "entity_id", "id", "kind", "label", "locked", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "start_tick", "updated_at", "updated_by_id") VALUES (NEW."composition_id", NEW."created_at", NEW."created_by_id", NEW."deleted_at", NEW."duration_ticks", NEW."energy", NEW."entity_id", NEW."id", NEW."kind", NEW."label", NEW."locked", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."start_tick", NEW."updated_at", NEW."updated_by_id"); RETURN NULL;',
                            hash="c3aa55cd21c325b93d16d7e35902b56577779a71",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_fce12",
                            table="compositions_section",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "compositions_sectionevent" ("composition_id", "created_at", "created_by_id", "deleted_at", "duration_ticks", "energy", "entity_id", "id", "kind", "label", "locked", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "start_tick", "updated_at", "updated_by_id") VALUES (OLD."composition_id", OLD."created_at", OLD."created_by_id", OLD."deleted_at", OLD."duration_ticks", OLD."energy", OLD."entity_id", OLD."id", OLD."kind", OLD."label", OLD."locked", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."start_tick", OLD."updated_at", OLD."updated_by_id"); RETURN NULL;',
                            hash="1f3d328a45838418360322500300c5501dd3db9b",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_23ec6",
                            table="compositions_section",
                            when="AFTER",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Syllable",
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
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "deleted_at",
                    models.DateTimeField(blank=True, db_index=True, editable=False, null=True),
                ),
                ("entity_id", models.CharField(max_length=64)),
                ("note_id", models.CharField(max_length=64)),
                ("line_id", models.CharField(blank=True, max_length=64)),
                ("text", models.CharField(blank=True, max_length=100)),
                ("continues", models.BooleanField(default=False)),
                ("phonemes", models.JSONField(blank=True, default=list)),
                (
                    "composition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="%(class)ss",
                        to="compositions.composition",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["entity_id"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("deleted_at__isnull", True)),
                        fields=("composition", "entity_id"),
                        name="syllable_unique_entity",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("deleted_at__isnull", True)),
                        fields=("composition", "note_id"),
                        name="syllable_unique_on_note",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "compositions_syllableevent" ("composition_id", "continues", "created_at", "created_by_id", "deleted_at", "entity_id", "id", "line_id", "note_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phonemes", "text", "updated_at", "updated_by_id") VALUES (NEW."composition_id", NEW."continues", NEW."created_at", NEW."created_by_id", NEW."deleted_at", NEW."entity_id", NEW."id", NEW."line_id", NEW."note_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."phonemes", NEW."text", NEW."updated_at", NEW."updated_by_id"); RETURN NULL;',
                            hash="527d1f960ebbb1f4252714e73d0b28ac9156b0de",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_12bb3",
                            table="compositions_syllable",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                            func='INSERT INTO "compositions_syllableevent" ("composition_id", "continues", "created_at", "created_by_id", "deleted_at", "entity_id", "id", "line_id", "note_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phonemes", "text", "updated_at", "updated_by_id") VALUES (NEW."composition_id", NEW."continues", NEW."created_at", NEW."created_by_id", NEW."deleted_at", NEW."entity_id", NEW."id", NEW."line_id", NEW."note_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."phonemes", NEW."text", NEW."updated_at", NEW."updated_by_id"); RETURN NULL;',
                            hash="f2d368771ff51a86fd98d1415b60036ec530c919",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_a8b92",
                            table="compositions_syllable",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "compositions_syllableevent" ("composition_id", "continues", "created_at", "created_by_id", "deleted_at", "entity_id", "id", "line_id", "note_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phonemes", "text", "updated_at", "updated_by_id") VALUES (OLD."composition_id", OLD."continues", OLD."created_at", OLD."created_by_id", OLD."deleted_at", OLD."entity_id", OLD."id", OLD."line_id", OLD."note_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."phonemes", OLD."text", OLD."updated_at", OLD."updated_by_id"); RETURN NULL;',
                            hash="288dc5196847e0fe6b688c4cf7ddf6deed14c5e2",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_97527",
                            table="compositions_syllable",
                            when="AFTER",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Track",
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
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "deleted_at",
                    models.DateTimeField(blank=True, db_index=True, editable=False, null=True),
                ),
                ("entity_id", models.CharField(max_length=64)),
                ("position", models.FloatField()),
                ("name", models.CharField(blank=True, max_length=200)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("lead", "Lead"),
                            ("vocal", "Vocal"),
                            ("harmony", "Harmony"),
                            ("chords", "Chords"),
                            ("arpeggio", "Arpeggio"),
                            ("pad", "Pad"),
                            ("counter_melody", "Counter melody"),
                            ("bass", "Bass"),
                            ("drums", "Drums"),
                            ("percussion", "Percussion"),
                            ("effects", "Effects"),
                            ("other", "Other"),
                        ],
                        max_length=20,
                    ),
                ),
                ("program", models.PositiveSmallIntegerField(default=0)),
                ("bank", models.PositiveIntegerField(default=0)),
                ("percussion", models.BooleanField(default=False)),
                ("gain_db", models.FloatField(default=0.0)),
                ("pan", models.FloatField(default=0.0)),
                ("reverb_send", models.FloatField(default=0.2)),
                ("muted", models.BooleanField(default=False)),
                ("solo", models.BooleanField(default=False)),
                (
                    "automation",
                    models.JSONField(
                        blank=True,
                        decoder=compositions.models.quick_json.QuickDecoder,
                        default=list,
                        encoder=compositions.models.quick_json.QuickEncoder,
                    ),
                ),
                (
                    "composition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="%(class)ss",
                        to="compositions.composition",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("locked", models.BooleanField(default=False)),
                ("preset", models.CharField(blank=True, max_length=200)),
                ("automatic_level", models.BooleanField(db_default=True, default=True)),
                (
                    "bus",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("front", "Front"),
                            ("harmony", "Harmony"),
                            ("bass", "Bass"),
                            ("drums", "Drums"),
                        ],
                        max_length=20,
                        null=True,
                    ),
                ),
                ("compressor", models.JSONField(blank=True, null=True)),
                ("delay_send", models.FloatField(blank=True, null=True)),
                ("ducking_db", models.FloatField(blank=True, null=True)),
                ("equaliser", models.JSONField(blank=True, null=True)),
                ("saturation", models.FloatField(blank=True, null=True)),
                ("width", models.FloatField(blank=True, null=True)),
            ],
            options={
                "ordering": ["position", "entity_id"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("deleted_at__isnull", True)),
                        fields=("composition", "entity_id"),
                        name="track_unique_entity",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("program__gte", 0), ("program__lte", 127)),
                        name="track_program_in_range",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("bank__lte", 16383)), name="track_bank_in_range"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("gain_db__gte", -120), ("gain_db__lte", 24)),
                        name="track_gain_in_range",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("pan__gte", -1), ("pan__lte", 1)),
                        name="track_pan_in_range",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reverb_send__gte", 0), ("reverb_send__lte", 1)),
                        name="track_reverb_in_range",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("saturation__gte", 0.0), ("saturation__lte", 1.0)),
                            ("saturation__isnull", True),
                            _connector="OR",
                        ),
                        name="track_saturation_in_range",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("width__gte", 0.0), ("width__lte", 1.0)),
                            ("width__isnull", True),
                            _connector="OR",
                        ),
                        name="track_width_in_range",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("delay_send__gte", 0.0), ("delay_send__lte", 1.0)),
                            ("delay_send__isnull", True),
                            _connector="OR",
                        ),
                        name="track_delay_send_in_range",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ducking_db__gte", 0.0), ("ducking_db__lte", 24.0)),
                            ("ducking_db__isnull", True),
                            _connector="OR",
                        ),
                        name="track_ducking_db_in_range",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "compositions_trackevent" ("automatic_level", "bank", "bus", "composition_id", "compressor", "created_at", "created_by_id", "delay_send", "deleted_at", "ducking_db", "entity_id", "equaliser", "gain_db", "id", "locked", "muted", "name", "pan", "percussion", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "preset", "program", "reverb_send", "role", "saturation", "solo", "width") VALUES (NEW."automatic_level", NEW."bank", NEW."bus", NEW."composition_id", NEW."compressor", NEW."created_at", NEW."created_by_id", NEW."delay_send", NEW."deleted_at", NEW."ducking_db", NEW."entity_id", NEW."equaliser", NEW."gain_db", NEW."id", NEW."locked", NEW."muted", NEW."name", NEW."pan", NEW."percussion", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."position", NEW."preset", NEW."program", NEW."reverb_send", NEW."role", NEW."saturation", NEW."solo", NEW."width"); RETURN NULL;',
                            hash="c3bb7f441db030c2f778c5b988b391c77b58db4e",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_442d8",
                            table="compositions_track",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."automatic_level" IS DISTINCT FROM (NEW."automatic_level") OR OLD."bank" IS DISTINCT FROM (NEW."bank") OR OLD."bus" IS DISTINCT FROM (NEW."bus") OR OLD."composition_id" IS DISTINCT FROM (NEW."composition_id") OR OLD."compressor" IS DISTINCT FROM (NEW."compressor") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."delay_send" IS DISTINCT FROM (NEW."delay_send") OR OLD."deleted_at" IS DISTINCT FROM (NEW."deleted_at") OR OLD."ducking_db" IS DISTINCT FROM (NEW."ducking_db") OR OLD."entity_id" IS DISTINCT FROM (NEW."entity_id") OR OLD."equaliser" IS DISTINCT FROM (NEW."equaliser") OR OLD."gain_db" IS DISTINCT FROM (NEW."gain_db") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."locked" IS DISTINCT FROM (NEW."locked") OR OLD."muted" IS DISTINCT FROM (NEW."muted") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."pan" IS DISTINCT FROM (NEW."pan") OR OLD."percussion" IS DISTINCT FROM (NEW."percussion") OR OLD."position" IS DISTINCT FROM (NEW."position") OR OLD."preset" IS DISTINCT FROM (NEW."preset") OR OLD."program" IS DISTINCT FROM (NEW."program") OR OLD."reverb_send" IS DISTINCT FROM (NEW."reverb_send") OR OLD."role" IS DISTINCT FROM (NEW."role") OR OLD."saturation" IS DISTINCT FROM (NEW."saturation") OR OLD."solo" IS DISTINCT FROM (NEW."solo") OR OLD."width" IS DISTINCT FROM (NEW."width"))',
                            func='INSERT INTO "compositions_trackevent" ("automatic_level", "bank", "bus", "composition_id", "compressor", "created_at", "created_by_id", "delay_send", "deleted_at", "ducking_db", "entity_id", "equaliser", "gain_db", "id", "locked", "muted", "name", "pan", "percussion", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "preset", "program", "reverb_send", "role", "saturation", "solo", "width") VALUES (NEW."automatic_level", NEW."bank", NEW."bus", NEW."composition_id", NEW."compressor", NEW."created_at", NEW."created_by_id", NEW."delay_send", NEW."deleted_at", NEW."ducking_db", NEW."entity_id", NEW."equaliser", NEW."gain_db", NEW."id", NEW."locked", NEW."muted", NEW."name", NEW."pan", NEW."percussion", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."position", NEW."preset", NEW."program", NEW."reverb_send", NEW."role", NEW."saturation", NEW."solo", NEW."width"); RETURN NULL;',
                            hash="afa1fd9ae64ede423278db43244f02325c5e9071",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_69dbd",
                            table="compositions_track",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "compositions_trackevent" ("automatic_level", "bank", "bus", "composition_id", "compressor", "created_at", "created_by_id", "delay_send", "deleted_at", "ducking_db", "entity_id", "equaliser", "gain_db", "id", "locked", "muted", "name", "pan", "percussion", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "preset", "program", "reverb_send", "role", "saturation", "solo", "width") VALUES (OLD."automatic_level", OLD."bank", OLD."bus", OLD."composition_id", OLD."compressor", OLD."created_at", OLD."created_by_id", OLD."delay_send", OLD."deleted_at", OLD."ducking_db", OLD."entity_id", OLD."equaliser", OLD."gain_db", OLD."id", OLD."locked", OLD."muted", OLD."name", OLD."pan", OLD."percussion", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."position", OLD."preset", OLD."program", OLD."reverb_send", OLD."role", OLD."saturation", OLD."solo", OLD."width"); RETURN NULL;',
                            hash="e44f2ecbcfa3e81e9d53e4870877d86d39bff436",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_470e9",
                            table="compositions_track",
                            when="AFTER",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Version",
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
                ("sha256", models.CharField(max_length=64)),
                ("tree", models.JSONField()),
                ("tree_hash", models.CharField(max_length=64)),
                ("content_hash", models.CharField(max_length=64)),
                (
                    "branch_name",
                    models.CharField(help_text="The branch it was made on.", max_length=100),
                ),
                ("sequence", models.PositiveIntegerField(blank=True, null=True)),
                ("author_name", models.CharField(blank=True, max_length=200)),
                ("message", models.CharField(max_length=500)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("person", "Saved"),
                            ("automatic", "Saved automatically"),
                            ("composer", "Composed"),
                            ("import", "Imported"),
                            ("merge", "Merged"),
                            ("restore", "Restored"),
                            ("proposal", "Accepted proposal"),
                            ("fork", "Forked"),
                        ],
                        default="person",
                        max_length=12,
                    ),
                ),
                ("provenance", models.JSONField(blank=True, default=dict)),
                ("merge", models.JSONField(blank=True, default=dict)),
                ("note_count", models.PositiveIntegerField(default=0)),
                ("length_ticks", models.PositiveIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "composition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="compositions.composition",
                    ),
                ),
                (
                    "merged_parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="merges",
                        to="compositions.version",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="children",
                        to="compositions.version",
                    ),
                ),
            ],
            options={
                "ordering": ["-number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("composition", "number"), name="version_number_unique_in_song"
                    ),
                    models.UniqueConstraint(
                        fields=("composition", "sha256"), name="version_hash_unique_in_song"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("merged_parent__isnull", True),
                            models.Q(("merged_parent", models.F("parent")), _negated=True),
                            _connector="OR",
                        ),
                        name="version_second_parent_is_another",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="9b9bf5d363867c56bc823247bfa9591ccc8de2ec",
                            operation="UPDATE",
                            pgid="pgtrigger_append_only_ff75a",
                            table="compositions_version",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Branch",
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
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "deleted_at",
                    models.DateTimeField(blank=True, db_index=True, editable=False, null=True),
                ),
                ("name", models.CharField(max_length=100)),
                ("is_protected", models.BooleanField(default=False)),
                (
                    "composition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="branches",
                        to="compositions.composition",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "tip",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="+",
                        to="compositions.version",
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("composition"),
                        django.db.models.functions.text.Lower("name"),
                        condition=models.Q(("deleted_at__isnull", True)),
                        name="branch_name_unique_without_case",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "name__regex",
                                "^[^[:space:][:cntrl:]]([^[:cntrl:]]*[^[:space:][:cntrl:]])?$",
                            )
                        ),
                        name="branch_name_fit",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "name__iregex",
                                "^(working|v[0-9]+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$",
                            ),
                            _negated=True,
                        ),
                        name="branch_name_not_reserved",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "compositions_branchevent" ("composition_id", "created_at", "created_by_id", "deleted_at", "id", "is_protected", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "tip_id", "updated_at", "updated_by_id") VALUES (NEW."composition_id", NEW."created_at", NEW."created_by_id", NEW."deleted_at", NEW."id", NEW."is_protected", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."tip_id", NEW."updated_at", NEW."updated_by_id"); RETURN NULL;',
                            hash="3b656adf7545c6b5dfe5e396c5b35e555f542cf2",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_44d5f",
                            table="compositions_branch",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                            func='INSERT INTO "compositions_branchevent" ("composition_id", "created_at", "created_by_id", "deleted_at", "id", "is_protected", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "tip_id", "updated_at", "updated_by_id") VALUES (NEW."composition_id", NEW."created_at", NEW."created_by_id", NEW."deleted_at", NEW."id", NEW."is_protected", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."tip_id", NEW."updated_at", NEW."updated_by_id"); RETURN NULL;',
                            hash="2751fa3406bcf2175ec15cc6013e3bc7ad5346d0",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_2444a",
                            table="compositions_branch",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "compositions_branchevent" ("composition_id", "created_at", "created_by_id", "deleted_at", "id", "is_protected", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "tip_id", "updated_at", "updated_by_id") VALUES (OLD."composition_id", OLD."created_at", OLD."created_by_id", OLD."deleted_at", OLD."id", OLD."is_protected", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."tip_id", OLD."updated_at", OLD."updated_by_id"); RETURN NULL;',
                            hash="e2cf71f2a68909fed0f8ce2d3e6fbf4a236a7d4c",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_3a370",
                            table="compositions_branch",
                            when="AFTER",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ChordEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "id",
                    models.UUIDField(
                        default=ariaforge.models.base.uuid7, editable=False, serialize=False
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("deleted_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("entity_id", models.CharField(max_length=64)),
                ("start_tick", models.PositiveIntegerField()),
                ("duration_ticks", models.PositiveIntegerField()),
                ("root", models.CharField(max_length=3)),
                ("quality", models.CharField(blank=True, max_length=32)),
                ("bass", models.CharField(blank=True, max_length=3)),
                ("roman", models.CharField(blank=True, max_length=32)),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="compositions.chord",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "composition",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="compositions.composition",
                    ),
                ),
                ("locked", models.BooleanField(default=False)),
            ],
            options={
                "abstract": False,
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="b30ae0be619181326e91c5cbb1fbe5da77e93202",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_f94da",
                            table="compositions_chordevent",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="EditBatch",
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
                ("sequence", models.PositiveIntegerField()),
                (
                    "base_sequence",
                    models.PositiveIntegerField(
                        help_text="The last edit that the author had seen."
                    ),
                ),
                ("branch_name", models.CharField(max_length=100)),
                ("name", models.CharField(max_length=200)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("person", "Edited"),
                            ("undo", "Undone"),
                            ("redo", "Redone"),
                            ("composer", "Composed"),
                            ("import", "Imported"),
                            ("merge", "Merged"),
                            ("restore", "Restored"),
                            ("proposal", "Accepted proposal"),
                            ("checkout", "Changed branch"),
                            ("fork", "Forked"),
                        ],
                        default="person",
                        max_length=12,
                    ),
                ),
                (
                    "tree_hash",
                    models.CharField(help_text="Of the document after these edits.", max_length=64),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "composition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="edit_batches",
                        to="compositions.composition",
                    ),
                ),
                (
                    "undoes",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="undone_by",
                        to="compositions.editbatch",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="+",
                        to="compositions.version",
                    ),
                ),
                ("superseded", models.JSONField(blank=True, default=list)),
            ],
            options={
                "ordering": ["sequence"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("superseded", []), _negated=True),
                        fields=["composition"],
                        name="edit_batch_with_superseded",
                    ),
                    models.Index(
                        fields=["composition", "author", "-sequence"], name="edit_batch_own"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("composition", "sequence"),
                        name="edit_batch_sequence_unique_in_song",
                    )
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="d0bf1eafc71f3469d7484b0dc6500c7d6b3aa747",
                            operation="UPDATE",
                            pgid="pgtrigger_append_only_d6b30",
                            table="compositions_editbatch",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Export",
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
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "deleted_at",
                    models.DateTimeField(blank=True, db_index=True, editable=False, null=True),
                ),
                (
                    "format",
                    models.CharField(
                        choices=[
                            ("midi", "MIDI"),
                            ("wav", "WAV"),
                            ("aiff", "AIFF"),
                            ("mp3", "MP3"),
                            ("flac", "FLAC"),
                            ("m4a", "M4A (AAC)"),
                            ("ogg", "Ogg Vorbis"),
                            ("opus", "Opus"),
                            ("musicxml", "MusicXML"),
                            ("chordpro", "ChordPro (chord sheet)"),
                            ("lrc", "LRC (timed lyrics)"),
                            ("pdf_score", "Score (PDF)"),
                            ("pdf_parts", "Parts (PDF)"),
                            ("lead_sheet", "Lead sheet (PDF)"),
                            ("video", "Video (MP4)"),
                            ("stems", "Stems"),
                            ("daw", "Project for studio programs"),
                            ("archive", "AriaForge archive"),
                            ("zip", "ZIP of several"),
                        ],
                        max_length=16,
                    ),
                ),
                ("settings", models.JSONField(blank=True, default=dict)),
                ("content_hash", models.CharField(max_length=64)),
                (
                    "asset",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="media.asset",
                    ),
                ),
                (
                    "composition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="exports",
                        to="compositions.composition",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="ariaforge.job",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "render",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="exports",
                        to="compositions.render",
                    ),
                ),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("asset__isnull", False)),
                        fields=["expires_at"],
                        name="export_files_that_expire",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "format__in",
                                [
                                    "midi",
                                    "wav",
                                    "aiff",
                                    "mp3",
                                    "flac",
                                    "m4a",
                                    "ogg",
                                    "opus",
                                    "musicxml",
                                    "chordpro",
                                    "lrc",
                                    "pdf_score",
                                    "pdf_parts",
                                    "lead_sheet",
                                    "video",
                                    "stems",
                                    "daw",
                                    "archive",
                                    "zip",
                                ],
                            )
                        ),
                        name="export_format_known",
                    )
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "compositions_exportevent" ("asset_id", "composition_id", "content_hash", "created_at", "created_by_id", "deleted_at", "expires_at", "format", "id", "job_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "render_id", "settings", "updated_at", "updated_by_id") VALUES (NEW."asset_id", NEW."composition_id", NEW."content_hash", NEW."created_at", NEW."created_by_id", NEW."deleted_at", NEW."expires_at", NEW."format", NEW."id", NEW."job_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."render_id", NEW."settings", NEW."updated_at", NEW."updated_by_id"); RETURN NULL;',
                            hash="b55f2bfc2244b1db7f16a379f8f0237abba340b6",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_290d4",
                            table="compositions_export",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                            func='INSERT INTO "compositions_exportevent" ("asset_id", "composition_id", "content_hash", "created_at", "created_by_id", "deleted_at", "expires_at", "format", "id", "job_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "render_id", "settings", "updated_at", "updated_by_id") VALUES (NEW."asset_id", NEW."composition_id", NEW."content_hash", NEW."created_at", NEW."created_by_id", NEW."deleted_at", NEW."expires_at", NEW."format", NEW."id", NEW."job_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."render_id", NEW."settings", NEW."updated_at", NEW."updated_by_id"); RETURN NULL;',
                            hash="ea7c5819e683445e2c10507f90999bd613bec63d",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_1428c",
                            table="compositions_export",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "compositions_exportevent" ("asset_id", "composition_id", "content_hash", "created_at", "created_by_id", "deleted_at", "expires_at", "format", "id", "job_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "render_id", "settings", "updated_at", "updated_by_id") VALUES (OLD."asset_id", OLD."composition_id", OLD."content_hash", OLD."created_at", OLD."created_by_id", OLD."deleted_at", OLD."expires_at", OLD."format", OLD."id", OLD."job_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."render_id", OLD."settings", OLD."updated_at", OLD."updated_by_id"); RETURN NULL;',
                            hash="ffd796775b1f797212a3f32d0de5ac13abaa8c65",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_61c98",
                            table="compositions_export",
                            when="AFTER",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LyricLineEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "id",
                    models.UUIDField(
                        default=ariaforge.models.base.uuid7, editable=False, serialize=False
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("deleted_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("entity_id", models.CharField(max_length=64)),
                ("position", models.FloatField()),
                ("text", models.CharField(blank=True, max_length=500)),
                ("section_id", models.CharField(blank=True, max_length=64)),
                ("language", models.CharField(blank=True, max_length=35)),
                ("locked", models.BooleanField(default=False)),
                (
                    "composition",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="compositions.composition",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="compositions.lyricline",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="226b42a0e0cc8645c833c53a36c797a02cfbd0a7",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_3ee94",
                            table="compositions_lyriclineevent",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
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
        migrations.CreateModel(
            name="RenderEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "id",
                    models.UUIDField(
                        default=ariaforge.models.base.uuid7, editable=False, serialize=False
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("deleted_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("parameters", models.JSONField(blank=True, default=dict)),
                ("seed", models.BigIntegerField(default=0)),
                ("content_hash", models.CharField(max_length=64)),
                ("engine_version", models.CharField(blank=True, max_length=200)),
                ("soundfont_sha256", models.CharField(blank=True, max_length=64)),
                ("duration_seconds", models.FloatField(blank=True, null=True)),
                ("measurements", models.JSONField(blank=True, default=dict)),
                ("peaks", models.JSONField(blank=True, default=dict)),
                (
                    "composition",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="compositions.composition",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="ariaforge.job",
                    ),
                ),
                (
                    "mix",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="media.asset",
                    ),
                ),
                (
                    "mp3",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="media.asset",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="compositions.render",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "preview",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="media.asset",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="e74bce5d3c9e2d98cb33efff8afaaa206ecf021b",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_3ae3b",
                            table="compositions_renderevent",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SectionEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "id",
                    models.UUIDField(
                        default=ariaforge.models.base.uuid7, editable=False, serialize=False
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("deleted_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("entity_id", models.CharField(max_length=64)),
                ("start_tick", models.PositiveIntegerField()),
                ("duration_ticks", models.PositiveIntegerField()),
                ("label", models.CharField(blank=True, max_length=200)),
                ("kind", models.CharField(blank=True, max_length=200)),
                ("energy", models.FloatField(default=0.5)),
                (
                    "composition",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="compositions.composition",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="compositions.section",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("locked", models.BooleanField(default=False)),
            ],
            options={
                "abstract": False,
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="186383f60502744df0c6226989b90c7e2159def0",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_af832",
                            table="compositions_sectionevent",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SyllableEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "id",
                    models.UUIDField(
                        default=ariaforge.models.base.uuid7, editable=False, serialize=False
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("deleted_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("entity_id", models.CharField(max_length=64)),
                ("note_id", models.CharField(max_length=64)),
                ("line_id", models.CharField(blank=True, max_length=64)),
                ("text", models.CharField(blank=True, max_length=100)),
                ("continues", models.BooleanField(default=False)),
                ("phonemes", models.JSONField(blank=True, default=list)),
                (
                    "composition",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="compositions.composition",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="compositions.syllable",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="acf3f06e696b2a04e82642aeeaa3f26e341ca159",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_34986",
                            table="compositions_syllableevent",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Tag",
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
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "deleted_at",
                    models.DateTimeField(blank=True, db_index=True, editable=False, null=True),
                ),
                ("name", models.CharField(max_length=100)),
                (
                    "composition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tags",
                        to="compositions.composition",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tags",
                        to="compositions.version",
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("composition"),
                        django.db.models.functions.text.Lower("name"),
                        condition=models.Q(("deleted_at__isnull", True)),
                        name="tag_name_unique_without_case",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "name__regex",
                                "^[^[:space:][:cntrl:]]([^[:cntrl:]]*[^[:space:][:cntrl:]])?$",
                            )
                        ),
                        name="tag_name_fit",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "name__iregex",
                                "^(working|v[0-9]+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$",
                            ),
                            _negated=True,
                        ),
                        name="tag_name_not_reserved",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "compositions_tagevent" ("composition_id", "created_at", "created_by_id", "deleted_at", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "updated_at", "updated_by_id", "version_id") VALUES (NEW."composition_id", NEW."created_at", NEW."created_by_id", NEW."deleted_at", NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."updated_at", NEW."updated_by_id", NEW."version_id"); RETURN NULL;',
                            hash="a775b41b3b5eb04d0bbaff7b8e31cb24e48f2382",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_44f2e",
                            table="compositions_tag",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                            func='INSERT INTO "compositions_tagevent" ("composition_id", "created_at", "created_by_id", "deleted_at", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "updated_at", "updated_by_id", "version_id") VALUES (NEW."composition_id", NEW."created_at", NEW."created_by_id", NEW."deleted_at", NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."updated_at", NEW."updated_by_id", NEW."version_id"); RETURN NULL;',
                            hash="0badb85e6084765b6854aaa9ab030b3f3b462aed",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_b6ec6",
                            table="compositions_tag",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "compositions_tagevent" ("composition_id", "created_at", "created_by_id", "deleted_at", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "updated_at", "updated_by_id", "version_id") VALUES (OLD."composition_id", OLD."created_at", OLD."created_by_id", OLD."deleted_at", OLD."id", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."updated_at", OLD."updated_by_id", OLD."version_id"); RETURN NULL;',
                            hash="6100c724aaeb6fc65b2ac8d8de2c7e6569688ea7",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_90fa9",
                            table="compositions_tag",
                            when="AFTER",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TrackEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "id",
                    models.UUIDField(
                        default=ariaforge.models.base.uuid7, editable=False, serialize=False
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("deleted_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("entity_id", models.CharField(max_length=64)),
                ("position", models.FloatField()),
                ("name", models.CharField(blank=True, max_length=200)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("lead", "Lead"),
                            ("vocal", "Vocal"),
                            ("harmony", "Harmony"),
                            ("chords", "Chords"),
                            ("arpeggio", "Arpeggio"),
                            ("pad", "Pad"),
                            ("counter_melody", "Counter melody"),
                            ("bass", "Bass"),
                            ("drums", "Drums"),
                            ("percussion", "Percussion"),
                            ("effects", "Effects"),
                            ("other", "Other"),
                        ],
                        max_length=20,
                    ),
                ),
                ("program", models.PositiveSmallIntegerField(default=0)),
                ("bank", models.PositiveIntegerField(default=0)),
                ("percussion", models.BooleanField(default=False)),
                ("gain_db", models.FloatField(default=0.0)),
                ("pan", models.FloatField(default=0.0)),
                ("reverb_send", models.FloatField(default=0.2)),
                ("muted", models.BooleanField(default=False)),
                ("solo", models.BooleanField(default=False)),
                (
                    "composition",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="compositions.composition",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="compositions.track",
                    ),
                ),
                ("locked", models.BooleanField(default=False)),
                ("preset", models.CharField(blank=True, max_length=200)),
                ("automatic_level", models.BooleanField(db_default=True, default=True)),
                (
                    "bus",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("front", "Front"),
                            ("harmony", "Harmony"),
                            ("bass", "Bass"),
                            ("drums", "Drums"),
                        ],
                        max_length=20,
                        null=True,
                    ),
                ),
                ("compressor", models.JSONField(blank=True, null=True)),
                ("delay_send", models.FloatField(blank=True, null=True)),
                ("ducking_db", models.FloatField(blank=True, null=True)),
                ("equaliser", models.JSONField(blank=True, null=True)),
                ("saturation", models.FloatField(blank=True, null=True)),
                ("width", models.FloatField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="7cce162f39ff74ab3ac508efd14f09a6a0b7fc5c",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_444fe",
                            table="compositions_trackevent",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BranchEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "id",
                    models.UUIDField(
                        default=ariaforge.models.base.uuid7, editable=False, serialize=False
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("deleted_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("name", models.CharField(max_length=100)),
                ("is_protected", models.BooleanField(default=False)),
                (
                    "composition",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="compositions.composition",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="compositions.branch",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "tip",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="compositions.version",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="82abfeb2650f572bf5718cc39d45bce9d3cac668",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_e0c8d",
                            table="compositions_branchevent",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CompositionEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "id",
                    models.UUIDField(
                        default=ariaforge.models.base.uuid7, editable=False, serialize=False
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("deleted_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("name", models.CharField(max_length=200)),
                ("ai_prompt", models.CharField(blank=True, max_length=1000)),
                (
                    "lyrics",
                    models.TextField(
                        blank=True, validators=[django.core.validators.MaxLengthValidator(10000)]
                    ),
                ),
                ("seed", models.BigIntegerField()),
                ("spec", models.JSONField(blank=True, default=dict)),
                ("engine_version", models.CharField(blank=True, max_length=40)),
                ("explanation", models.JSONField(blank=True, default=list)),
                ("confidence_score", models.FloatField(blank=True, null=True)),
                ("confidence", models.JSONField(blank=True, default=list)),
                ("theory_data", models.JSONField(blank=True, default=dict)),
                ("audio_metadata", models.JSONField(blank=True, default=dict)),
                ("render_parameters", models.JSONField(blank=True, default=dict)),
                (
                    "compose_job",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="The job that made the notes, or makes them anew: composing or importing.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="ariaforge.job",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "midi",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="media.asset",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="compositions.composition",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="projects.project",
                    ),
                ),
                (
                    "current_render",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="The finished mix that is played.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="compositions.render",
                    ),
                ),
                (
                    "pending_render",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="The mix that was asked for last and is not finished.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="compositions.render",
                    ),
                ),
                (
                    "branch",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="The branch that the working copy follows.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="compositions.branch",
                    ),
                ),
                (
                    "forked_from",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="compositions.version",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="d51523915eb57f99a8e748ca92415f63efe7c252",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_4c863",
                            table="compositions_compositionevent",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="EditOp",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("op_id", models.CharField(blank=True, max_length=64)),
                ("entity_id", models.CharField(max_length=64)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("meta", "Meta"),
                            ("tempo", "Tempo"),
                            ("meter", "Meter"),
                            ("key", "Key"),
                            ("section", "Section"),
                            ("chord", "Chord"),
                            ("track", "Track"),
                            ("note", "Note"),
                            ("automation", "Automation"),
                            ("line", "Line"),
                            ("syllable", "Syllable"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "action",
                    models.CharField(
                        choices=[("add", "Added"), ("set", "Changed"), ("remove", "Removed")],
                        max_length=8,
                    ),
                ),
                ("before", models.JSONField(blank=True, null=True)),
                ("after", models.JSONField(blank=True, null=True)),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="operations",
                        to="compositions.editbatch",
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
            ],
            options={
                "ordering": ["id"],
                "indexes": [
                    models.Index(
                        fields=["composition", "entity_id", "id"], name="edit_op_of_entity"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("op_id", ""), _negated=True),
                        fields=("composition", "op_id"),
                        name="edit_op_id_unique_in_song",
                    )
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="24d643cff087eaedef96e1d4461907531bb47b52",
                            operation="UPDATE",
                            pgid="pgtrigger_append_only_6443e",
                            table="compositions_editop",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ExportEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "id",
                    models.UUIDField(
                        default=ariaforge.models.base.uuid7, editable=False, serialize=False
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("deleted_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "format",
                    models.CharField(
                        choices=[
                            ("midi", "MIDI"),
                            ("wav", "WAV"),
                            ("aiff", "AIFF"),
                            ("mp3", "MP3"),
                            ("flac", "FLAC"),
                            ("m4a", "M4A (AAC)"),
                            ("ogg", "Ogg Vorbis"),
                            ("opus", "Opus"),
                            ("musicxml", "MusicXML"),
                            ("chordpro", "ChordPro (chord sheet)"),
                            ("lrc", "LRC (timed lyrics)"),
                            ("pdf_score", "Score (PDF)"),
                            ("pdf_parts", "Parts (PDF)"),
                            ("lead_sheet", "Lead sheet (PDF)"),
                            ("video", "Video (MP4)"),
                            ("stems", "Stems"),
                            ("daw", "Project for studio programs"),
                            ("archive", "AriaForge archive"),
                            ("zip", "ZIP of several"),
                        ],
                        max_length=16,
                    ),
                ),
                ("settings", models.JSONField(blank=True, default=dict)),
                ("content_hash", models.CharField(max_length=64)),
                (
                    "asset",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="media.asset",
                    ),
                ),
                (
                    "composition",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="compositions.composition",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="ariaforge.job",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="compositions.export",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "render",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="compositions.render",
                    ),
                ),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="6984bca60987828be5b44299b5d0a7f6dd369952",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_27f97",
                            table="compositions_exportevent",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Proposal",
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
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "deleted_at",
                    models.DateTimeField(blank=True, db_index=True, editable=False, null=True),
                ),
                ("title", models.CharField(max_length=200)),
                ("description", models.TextField(blank=True, max_length=2000)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("accepted", "Accepted"),
                            ("partly_accepted", "Accepted in part"),
                            ("rejected", "Rejected"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="open",
                        max_length=16,
                    ),
                ),
                ("provenance", models.JSONField(blank=True, default=dict)),
                ("decision", models.JSONField(blank=True, default=dict)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "branch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="proposals",
                        to="compositions.branch",
                    ),
                ),
                (
                    "composition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="proposals",
                        to="compositions.composition",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="+",
                        to="compositions.branch",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "base",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="+",
                        to="compositions.version",
                    ),
                ),
                (
                    "result",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="+",
                        to="compositions.version",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="+",
                        to="compositions.version",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("title", ""), _negated=True),
                        name="proposal_title_not_empty",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("result__isnull", False),
                                ("state__in", ["accepted", "partly_accepted"]),
                            ),
                            models.Q(
                                ("result__isnull", True),
                                ("state__in", ["open", "rejected", "withdrawn"]),
                            ),
                            _connector="OR",
                        ),
                        name="proposal_result_when_accepted",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="state_machine",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            declare="DECLARE _is_valid_transition BOOLEAN;",
                            func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{open:accepted,open:partly_accepted,open:rejected,open:withdrawn}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                            hash="a6842d99a9af3e61c2feda836c3105efdfe4176f",
                            operation="UPDATE",
                            pgid="pgtrigger_state_machine_28479",
                            table="compositions_proposal",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "compositions_proposalevent" ("base_id", "branch_id", "composition_id", "created_at", "created_by_id", "decided_at", "decided_by_id", "decision", "deleted_at", "description", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provenance", "result_id", "state", "target_id", "title", "updated_at", "updated_by_id", "version_id") VALUES (NEW."base_id", NEW."branch_id", NEW."composition_id", NEW."created_at", NEW."created_by_id", NEW."decided_at", NEW."decided_by_id", NEW."decision", NEW."deleted_at", NEW."description", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."provenance", NEW."result_id", NEW."state", NEW."target_id", NEW."title", NEW."updated_at", NEW."updated_by_id", NEW."version_id"); RETURN NULL;',
                            hash="1188df8cf3551484b56555ac017b26ba182aba18",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_5b6ac",
                            table="compositions_proposal",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                            func='INSERT INTO "compositions_proposalevent" ("base_id", "branch_id", "composition_id", "created_at", "created_by_id", "decided_at", "decided_by_id", "decision", "deleted_at", "description", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provenance", "result_id", "state", "target_id", "title", "updated_at", "updated_by_id", "version_id") VALUES (NEW."base_id", NEW."branch_id", NEW."composition_id", NEW."created_at", NEW."created_by_id", NEW."decided_at", NEW."decided_by_id", NEW."decision", NEW."deleted_at", NEW."description", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."provenance", NEW."result_id", NEW."state", NEW."target_id", NEW."title", NEW."updated_at", NEW."updated_by_id", NEW."version_id"); RETURN NULL;',
                            hash="9ca8413717be9174df9b291c77ace2bff6973a46",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_b4394",
                            table="compositions_proposal",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "compositions_proposalevent" ("base_id", "branch_id", "composition_id", "created_at", "created_by_id", "decided_at", "decided_by_id", "decision", "deleted_at", "description", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provenance", "result_id", "state", "target_id", "title", "updated_at", "updated_by_id", "version_id") VALUES (OLD."base_id", OLD."branch_id", OLD."composition_id", OLD."created_at", OLD."created_by_id", OLD."decided_at", OLD."decided_by_id", OLD."decision", OLD."deleted_at", OLD."description", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."provenance", OLD."result_id", OLD."state", OLD."target_id", OLD."title", OLD."updated_at", OLD."updated_by_id", OLD."version_id"); RETURN NULL;',
                            hash="67d046d27b1a5673b6fbace0008a74915f4864cd",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_24d4e",
                            table="compositions_proposal",
                            when="AFTER",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TagEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "id",
                    models.UUIDField(
                        default=ariaforge.models.base.uuid7, editable=False, serialize=False
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("deleted_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("name", models.CharField(max_length=100)),
                (
                    "composition",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="compositions.composition",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="compositions.tag",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="compositions.version",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="28c8099fc8f5aa113918d749d07ca528240c3ad8",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_c82be",
                            table="compositions_tagevent",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Import",
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
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "deleted_at",
                    models.DateTimeField(blank=True, db_index=True, editable=False, null=True),
                ),
                ("filename", models.CharField(max_length=200)),
                (
                    "format",
                    models.CharField(
                        choices=[("midi", "MIDI"), ("musicxml", "MusicXML")], max_length=8
                    ),
                ),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("new", "A song of its own"),
                            ("apply", "Changes of the song"),
                            ("propose", "A proposal"),
                        ],
                        max_length=8,
                    ),
                ),
                ("sha256", models.CharField(max_length=64)),
                ("remarks", models.JSONField(blank=True, default=list)),
                (
                    "asset",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="media.asset",
                    ),
                ),
                (
                    "composition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="imports",
                        to="compositions.composition",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="ariaforge.job",
                    ),
                ),
                (
                    "proposal",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="compositions.proposal",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="compositions.version",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("format__in", ["midi", "musicxml"])),
                        name="import_format_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("mode__in", ["new", "apply", "propose"])),
                        name="import_mode_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "compositions_importevent" ("asset_id", "composition_id", "created_at", "created_by_id", "deleted_at", "filename", "format", "id", "job_id", "mode", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposal_id", "remarks", "sha256", "updated_at", "updated_by_id", "version_id") VALUES (NEW."asset_id", NEW."composition_id", NEW."created_at", NEW."created_by_id", NEW."deleted_at", NEW."filename", NEW."format", NEW."id", NEW."job_id", NEW."mode", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."proposal_id", NEW."remarks", NEW."sha256", NEW."updated_at", NEW."updated_by_id", NEW."version_id"); RETURN NULL;',
                            hash="eb8f0173747a694ac9cc4f0814f00db085bf8d65",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_983aa",
                            table="compositions_import",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                            func='INSERT INTO "compositions_importevent" ("asset_id", "composition_id", "created_at", "created_by_id", "deleted_at", "filename", "format", "id", "job_id", "mode", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposal_id", "remarks", "sha256", "updated_at", "updated_by_id", "version_id") VALUES (NEW."asset_id", NEW."composition_id", NEW."created_at", NEW."created_by_id", NEW."deleted_at", NEW."filename", NEW."format", NEW."id", NEW."job_id", NEW."mode", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."proposal_id", NEW."remarks", NEW."sha256", NEW."updated_at", NEW."updated_by_id", NEW."version_id"); RETURN NULL;',
                            hash="167ffc47f8b43790ad4c8c83e550817abcb73bab",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_ec97a",
                            table="compositions_import",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "compositions_importevent" ("asset_id", "composition_id", "created_at", "created_by_id", "deleted_at", "filename", "format", "id", "job_id", "mode", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposal_id", "remarks", "sha256", "updated_at", "updated_by_id", "version_id") VALUES (OLD."asset_id", OLD."composition_id", OLD."created_at", OLD."created_by_id", OLD."deleted_at", OLD."filename", OLD."format", OLD."id", OLD."job_id", OLD."mode", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."proposal_id", OLD."remarks", OLD."sha256", OLD."updated_at", OLD."updated_by_id", OLD."version_id"); RETURN NULL;',
                            hash="5482d2d2259ef7c20d78f8cd288572a9bed26c3c",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_42717",
                            table="compositions_import",
                            when="AFTER",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProposalEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "id",
                    models.UUIDField(
                        default=ariaforge.models.base.uuid7, editable=False, serialize=False
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("deleted_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("title", models.CharField(max_length=200)),
                ("description", models.TextField(blank=True, max_length=2000)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("accepted", "Accepted"),
                            ("partly_accepted", "Accepted in part"),
                            ("rejected", "Rejected"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="open",
                        max_length=16,
                    ),
                ),
                ("provenance", models.JSONField(blank=True, default=dict)),
                ("decision", models.JSONField(blank=True, default=dict)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "branch",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="compositions.branch",
                    ),
                ),
                (
                    "composition",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="compositions.composition",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="compositions.proposal",
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="compositions.branch",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "base",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="compositions.version",
                    ),
                ),
                (
                    "result",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="compositions.version",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="compositions.version",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="a747d83e4eccdaa058344b1087f86ce54f6cd1c2",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_edaf4",
                            table="compositions_proposalevent",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "id",
                    models.UUIDField(
                        default=ariaforge.models.base.uuid7, editable=False, serialize=False
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("deleted_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("filename", models.CharField(max_length=200)),
                (
                    "format",
                    models.CharField(
                        choices=[("midi", "MIDI"), ("musicxml", "MusicXML")], max_length=8
                    ),
                ),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("new", "A song of its own"),
                            ("apply", "Changes of the song"),
                            ("propose", "A proposal"),
                        ],
                        max_length=8,
                    ),
                ),
                ("sha256", models.CharField(max_length=64)),
                ("remarks", models.JSONField(blank=True, default=list)),
                (
                    "asset",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="media.asset",
                    ),
                ),
                (
                    "composition",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="compositions.composition",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="ariaforge.job",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="compositions.import",
                    ),
                ),
                (
                    "proposal",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="compositions.proposal",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="compositions.version",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="00ec14efe7b5d99dde337ec36296cf487ecd655c",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_027ef",
                            table="compositions_importevent",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AISessionStep",
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
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "deleted_at",
                    models.DateTimeField(blank=True, db_index=True, editable=False, null=True),
                ),
                ("number", models.PositiveIntegerField()),
                (
                    "operation",
                    models.CharField(
                        choices=[("compose", "Compose"), ("vary", "Change"), ("replay", "Replay")],
                        max_length=30,
                    ),
                ),
                ("prompt", models.CharField(blank=True, max_length=1000)),
                ("parameters", models.JSONField(blank=True, default=dict)),
                ("spec", models.JSONField(blank=True, default=dict)),
                ("seed", models.BigIntegerField()),
                ("engine_version", models.CharField(blank=True, max_length=40)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("running", "Running"),
                            ("offered", "Offered"),
                            ("chosen", "Chosen"),
                            ("dropped", "Dropped"),
                            ("failed", "Failed"),
                            ("checked", "Checked"),
                        ],
                        default="running",
                        max_length=10,
                    ),
                ),
                ("result_content_hash", models.CharField(blank=True, max_length=64)),
                ("confidence_score", models.FloatField(blank=True, null=True)),
                ("explanation", models.JSONField(blank=True, default=list)),
                ("error", models.CharField(blank=True, max_length=1000)),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "base_version",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="compositions.version",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="ariaforge.job",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="followed_by",
                        to="compositions.aisessionstep",
                    ),
                ),
                (
                    "proposal",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="session_steps",
                        to="compositions.proposal",
                    ),
                ),
                (
                    "result_version",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="compositions.version",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "step of an AI session",
                "verbose_name_plural": "steps of AI sessions",
                "ordering": ["session", "number"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("operation__in", ["compose", "vary", "replay"])),
                        name="session_step_operation_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confidence_score__isnull", True),
                            models.Q(("confidence_score__gte", 0), ("confidence_score__lte", 1)),
                            _connector="OR",
                        ),
                        name="session_step_confidence_in_range",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="state_machine",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            declare="DECLARE _is_valid_transition BOOLEAN;",
                            func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{running:offered,running:chosen,running:checked,running:failed,offered:chosen,offered:dropped,failed:running}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                            hash="fcd38a5edc944330ac15ef5f40ee512815cf45f1",
                            operation="UPDATE",
                            pgid="pgtrigger_state_machine_7e6dd",
                            table="compositions_aisessionstep",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AISession",
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
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "deleted_at",
                    models.DateTimeField(blank=True, db_index=True, editable=False, null=True),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "composition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sessions",
                        to="compositions.composition",
                    ),
                ),
                (
                    "branch",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="compositions.branch",
                    ),
                ),
                ("title", models.CharField(blank=True, max_length=200)),
                (
                    "parent_step",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="continued_by",
                        to="compositions.aisessionstep",
                    ),
                ),
            ],
            options={
                "verbose_name": "AI session",
                "ordering": ["-id"],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "compositions_aisessionevent" ("branch_id", "composition_id", "created_at", "created_by_id", "deleted_at", "id", "parent_step_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "title", "updated_at", "updated_by_id") VALUES (NEW."branch_id", NEW."composition_id", NEW."created_at", NEW."created_by_id", NEW."deleted_at", NEW."id", NEW."parent_step_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."title", NEW."updated_at", NEW."updated_by_id"); RETURN NULL;',
                            hash="f271405a1ca3ade09fec37db351505fcedc3e264",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_72350",
                            table="compositions_aisession",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                            func='INSERT INTO "compositions_aisessionevent" ("branch_id", "composition_id", "created_at", "created_by_id", "deleted_at", "id", "parent_step_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "title", "updated_at", "updated_by_id") VALUES (NEW."branch_id", NEW."composition_id", NEW."created_at", NEW."created_by_id", NEW."deleted_at", NEW."id", NEW."parent_step_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."title", NEW."updated_at", NEW."updated_by_id"); RETURN NULL;',
                            hash="99a95be917de75fc52a65853fbf20cb52305df5b",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_c9a80",
                            table="compositions_aisession",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "compositions_aisessionevent" ("branch_id", "composition_id", "created_at", "created_by_id", "deleted_at", "id", "parent_step_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "title", "updated_at", "updated_by_id") VALUES (OLD."branch_id", OLD."composition_id", OLD."created_at", OLD."created_by_id", OLD."deleted_at", OLD."id", OLD."parent_step_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."title", OLD."updated_at", OLD."updated_by_id"); RETURN NULL;',
                            hash="09b21d7cb32b1ac6daf0cecae8311a37befe08f5",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_5f4e0",
                            table="compositions_aisession",
                            when="AFTER",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LLMInteraction",
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
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "deleted_at",
                    models.DateTimeField(blank=True, db_index=True, editable=False, null=True),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[("spec", "Fill the specification"), ("lyrics", "Draft lyrics")],
                        max_length=10,
                    ),
                ),
                ("model", models.CharField(max_length=200)),
                ("host", models.CharField(max_length=260)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("running", "Running"),
                            ("succeeded", "Succeeded"),
                            ("refused", "Answer refused"),
                            ("failed", "Failed"),
                        ],
                        default="running",
                        max_length=10,
                    ),
                ),
                ("request", models.JSONField(blank=True, default=dict)),
                ("answer", models.TextField(blank=True)),
                ("prompt_tokens", models.PositiveIntegerField(blank=True, null=True)),
                ("completion_tokens", models.PositiveIntegerField(blank=True, null=True)),
                ("duration_ms", models.PositiveIntegerField(blank=True, null=True)),
                ("http_status", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("error_code", models.CharField(blank=True, max_length=40)),
                ("error", models.CharField(blank=True, max_length=500)),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="ariaforge.job",
                    ),
                ),
                (
                    "step",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="interactions",
                        to="compositions.aisessionstep",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "call to a language model",
                "verbose_name_plural": "calls to language models",
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("purpose__in", ["spec", "lyrics"])),
                        name="llm_interaction_purpose_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["running", "succeeded", "refused", "failed"])
                        ),
                        name="llm_interaction_state_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "compositions_llminteractionevent" ("completion_tokens", "created_at", "created_by_id", "deleted_at", "duration_ms", "error", "error_code", "host", "http_status", "id", "job_id", "model", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prompt_tokens", "purpose", "state", "step_id", "updated_at", "updated_by_id") VALUES (NEW."completion_tokens", NEW."created_at", NEW."created_by_id", NEW."deleted_at", NEW."duration_ms", NEW."error", NEW."error_code", NEW."host", NEW."http_status", NEW."id", NEW."job_id", NEW."model", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."prompt_tokens", NEW."purpose", NEW."state", NEW."step_id", NEW."updated_at", NEW."updated_by_id"); RETURN NULL;',
                            hash="4efa383c93b1d99f31fae515a00bf7ae8028a23c",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_95f6c",
                            table="compositions_llminteraction",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."completion_tokens" IS DISTINCT FROM (NEW."completion_tokens") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."deleted_at" IS DISTINCT FROM (NEW."deleted_at") OR OLD."duration_ms" IS DISTINCT FROM (NEW."duration_ms") OR OLD."error" IS DISTINCT FROM (NEW."error") OR OLD."error_code" IS DISTINCT FROM (NEW."error_code") OR OLD."host" IS DISTINCT FROM (NEW."host") OR OLD."http_status" IS DISTINCT FROM (NEW."http_status") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."job_id" IS DISTINCT FROM (NEW."job_id") OR OLD."model" IS DISTINCT FROM (NEW."model") OR OLD."prompt_tokens" IS DISTINCT FROM (NEW."prompt_tokens") OR OLD."purpose" IS DISTINCT FROM (NEW."purpose") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."step_id" IS DISTINCT FROM (NEW."step_id") OR OLD."updated_at" IS DISTINCT FROM (NEW."updated_at") OR OLD."updated_by_id" IS DISTINCT FROM (NEW."updated_by_id"))',
                            func='INSERT INTO "compositions_llminteractionevent" ("completion_tokens", "created_at", "created_by_id", "deleted_at", "duration_ms", "error", "error_code", "host", "http_status", "id", "job_id", "model", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prompt_tokens", "purpose", "state", "step_id", "updated_at", "updated_by_id") VALUES (NEW."completion_tokens", NEW."created_at", NEW."created_by_id", NEW."deleted_at", NEW."duration_ms", NEW."error", NEW."error_code", NEW."host", NEW."http_status", NEW."id", NEW."job_id", NEW."model", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."prompt_tokens", NEW."purpose", NEW."state", NEW."step_id", NEW."updated_at", NEW."updated_by_id"); RETURN NULL;',
                            hash="d9db45f6843657209e8c15d521ccfc606255d344",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_05dd4",
                            table="compositions_llminteraction",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "compositions_llminteractionevent" ("completion_tokens", "created_at", "created_by_id", "deleted_at", "duration_ms", "error", "error_code", "host", "http_status", "id", "job_id", "model", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prompt_tokens", "purpose", "state", "step_id", "updated_at", "updated_by_id") VALUES (OLD."completion_tokens", OLD."created_at", OLD."created_by_id", OLD."deleted_at", OLD."duration_ms", OLD."error", OLD."error_code", OLD."host", OLD."http_status", OLD."id", OLD."job_id", OLD."model", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."prompt_tokens", OLD."purpose", OLD."state", OLD."step_id", OLD."updated_at", OLD."updated_by_id"); RETURN NULL;',
                            hash="27267440359b38d41f2829dfe43c8a0a737984f4",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_95050",
                            table="compositions_llminteraction",
                            when="AFTER",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AISessionEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "id",
                    models.UUIDField(
                        default=ariaforge.models.base.uuid7, editable=False, serialize=False
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("deleted_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="compositions.aisession",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "composition",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="compositions.composition",
                    ),
                ),
                (
                    "branch",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="compositions.branch",
                    ),
                ),
                ("title", models.CharField(blank=True, max_length=200)),
                (
                    "parent_step",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="compositions.aisessionstep",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="488dd33e3f4619916fce491253336381e95f6639",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_d67ab",
                            table="compositions_aisessionevent",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AISessionStepEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "id",
                    models.UUIDField(
                        default=ariaforge.models.base.uuid7, editable=False, serialize=False
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("deleted_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("number", models.PositiveIntegerField()),
                (
                    "operation",
                    models.CharField(
                        choices=[("compose", "Compose"), ("vary", "Change"), ("replay", "Replay")],
                        max_length=30,
                    ),
                ),
                ("prompt", models.CharField(blank=True, max_length=1000)),
                ("parameters", models.JSONField(blank=True, default=dict)),
                ("spec", models.JSONField(blank=True, default=dict)),
                ("seed", models.BigIntegerField()),
                ("engine_version", models.CharField(blank=True, max_length=40)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("running", "Running"),
                            ("offered", "Offered"),
                            ("chosen", "Chosen"),
                            ("dropped", "Dropped"),
                            ("failed", "Failed"),
                            ("checked", "Checked"),
                        ],
                        default="running",
                        max_length=10,
                    ),
                ),
                ("result_content_hash", models.CharField(blank=True, max_length=64)),
                ("confidence_score", models.FloatField(blank=True, null=True)),
                ("explanation", models.JSONField(blank=True, default=list)),
                ("error", models.CharField(blank=True, max_length=1000)),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "base_version",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="compositions.version",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="ariaforge.job",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="compositions.aisessionstep",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="compositions.aisessionstep",
                    ),
                ),
                (
                    "proposal",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="compositions.proposal",
                    ),
                ),
                (
                    "result_version",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="compositions.version",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="compositions.aisession",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="eaf3bc0c34e8e8fbdfd375b72dfc17637971f8bb",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_a176a",
                            table="compositions_aisessionstepevent",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LLMInteractionEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "id",
                    models.UUIDField(
                        default=ariaforge.models.base.uuid7, editable=False, serialize=False
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("deleted_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "purpose",
                    models.CharField(
                        choices=[("spec", "Fill the specification"), ("lyrics", "Draft lyrics")],
                        max_length=10,
                    ),
                ),
                ("model", models.CharField(max_length=200)),
                ("host", models.CharField(max_length=260)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("running", "Running"),
                            ("succeeded", "Succeeded"),
                            ("refused", "Answer refused"),
                            ("failed", "Failed"),
                        ],
                        default="running",
                        max_length=10,
                    ),
                ),
                ("prompt_tokens", models.PositiveIntegerField(blank=True, null=True)),
                ("completion_tokens", models.PositiveIntegerField(blank=True, null=True)),
                ("duration_ms", models.PositiveIntegerField(blank=True, null=True)),
                ("http_status", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("error_code", models.CharField(blank=True, max_length=40)),
                ("error", models.CharField(blank=True, max_length=500)),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="ariaforge.job",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="compositions.llminteraction",
                    ),
                ),
                (
                    "step",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="compositions.aisessionstep",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="5bc6e2dd9fc7db18c1a1e1984b6bc9a95537526d",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_5b5b2",
                            table="compositions_llminteractionevent",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Preset",
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
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "deleted_at",
                    models.DateTimeField(blank=True, db_index=True, editable=False, null=True),
                ),
                ("name", models.CharField(max_length=80)),
                ("description", models.CharField(blank=True, max_length=300)),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="presets",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("category", models.CharField(blank=True, max_length=60)),
                (
                    "copied_from",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="copies",
                        to="compositions.preset",
                    ),
                ),
                ("factory_key", models.CharField(blank=True, editable=False, max_length=100)),
                ("is_public", models.BooleanField(default=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("instrument", "Instrument"),
                            ("effect", "Effect"),
                            ("mix", "Mix"),
                            ("render", "Render"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "tags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=30),
                        blank=True,
                        default=list,
                        size=12,
                    ),
                ),
            ],
            options={
                "ordering": ["name", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("name"),
                        models.F("kind"),
                        models.F("owner"),
                        condition=models.Q(("deleted_at__isnull", True)),
                        name="preset_name_unique_per_owner_and_kind",
                        nulls_distinct=False,
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("deleted_at__isnull", True),
                            models.Q(("factory_key", ""), _negated=True),
                        ),
                        fields=("factory_key",),
                        name="preset_factory_key_unique",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["instrument", "effect", "mix", "render"])),
                        name="preset_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="preset_name_not_empty",
                    ),
                ],
            },
        ),
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
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "preset",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="compositions.preset",
                    ),
                ),
            ],
            options={
                "ordering": ["-number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("preset", "number"), name="preset_version_number_unique"
                    )
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="e75629b80f634bcde32dfa4822086e163dc252d2",
                            operation="UPDATE",
                            pgid="pgtrigger_append_only_2a115",
                            table="compositions_presetversion",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PresetEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "id",
                    models.UUIDField(
                        default=ariaforge.models.base.uuid7, editable=False, serialize=False
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("deleted_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("name", models.CharField(max_length=80)),
                ("description", models.CharField(blank=True, max_length=300)),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="compositions.preset",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("category", models.CharField(blank=True, max_length=60)),
                (
                    "copied_from",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="compositions.preset",
                    ),
                ),
                ("factory_key", models.CharField(blank=True, editable=False, max_length=100)),
                ("is_public", models.BooleanField(default=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("instrument", "Instrument"),
                            ("effect", "Effect"),
                            ("mix", "Mix"),
                            ("render", "Render"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "tags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=30),
                        blank=True,
                        default=list,
                        size=12,
                    ),
                ),
                (
                    "current",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="compositions.presetversion",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="085db4747bc126ee8d7fc20a0bbd5abeac014ce8",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_e1836",
                            table="compositions_presetevent",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="composition",
            name="current_render",
            field=models.ForeignKey(
                blank=True,
                help_text="The finished mix that is played.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="compositions.render",
            ),
        ),
        migrations.AddField(
            model_name="composition",
            name="pending_render",
            field=models.ForeignKey(
                blank=True,
                help_text="The mix that was asked for last and is not finished.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="compositions.render",
            ),
        ),
        migrations.AddField(
            model_name="composition",
            name="branch",
            field=models.ForeignKey(
                blank=True,
                help_text="The branch that the working copy follows.",
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="+",
                to="compositions.branch",
            ),
        ),
        migrations.AddField(
            model_name="composition",
            name="forked_from",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="forks",
                to="compositions.version",
            ),
        ),
        migrations.AddField(
            model_name="composition",
            name="head",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="+",
                to="compositions.version",
            ),
        ),
        migrations.AddField(
            model_name="aisessionstep",
            name="session",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="steps",
                to="compositions.aisession",
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
        pgtrigger.migrations.AddTrigger(
            model_name="composition",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "compositions_compositionevent" ("ai_prompt", "audio_metadata", "branch_id", "compose_job_id", "confidence", "confidence_score", "created_at", "created_by_id", "current_render_id", "deleted_at", "engine_version", "explanation", "forked_from_id", "id", "lyrics", "midi_id", "name", "pending_render_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "project_id", "render_parameters", "seed", "spec", "theory_data") VALUES (NEW."ai_prompt", NEW."audio_metadata", NEW."branch_id", NEW."compose_job_id", NEW."confidence", NEW."confidence_score", NEW."created_at", NEW."created_by_id", NEW."current_render_id", NEW."deleted_at", NEW."engine_version", NEW."explanation", NEW."forked_from_id", NEW."id", NEW."lyrics", NEW."midi_id", NEW."name", NEW."pending_render_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."project_id", NEW."render_parameters", NEW."seed", NEW."spec", NEW."theory_data"); RETURN NULL;',
                    hash="9d06b34f397b48e9648cb52c5b607254d84f361c",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_99219",
                    table="compositions_composition",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="composition",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."ai_prompt" IS DISTINCT FROM (NEW."ai_prompt") OR OLD."audio_metadata" IS DISTINCT FROM (NEW."audio_metadata") OR OLD."branch_id" IS DISTINCT FROM (NEW."branch_id") OR OLD."compose_job_id" IS DISTINCT FROM (NEW."compose_job_id") OR OLD."confidence" IS DISTINCT FROM (NEW."confidence") OR OLD."confidence_score" IS DISTINCT FROM (NEW."confidence_score") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."current_render_id" IS DISTINCT FROM (NEW."current_render_id") OR OLD."deleted_at" IS DISTINCT FROM (NEW."deleted_at") OR OLD."engine_version" IS DISTINCT FROM (NEW."engine_version") OR OLD."explanation" IS DISTINCT FROM (NEW."explanation") OR OLD."forked_from_id" IS DISTINCT FROM (NEW."forked_from_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."lyrics" IS DISTINCT FROM (NEW."lyrics") OR OLD."midi_id" IS DISTINCT FROM (NEW."midi_id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."pending_render_id" IS DISTINCT FROM (NEW."pending_render_id") OR OLD."project_id" IS DISTINCT FROM (NEW."project_id") OR OLD."render_parameters" IS DISTINCT FROM (NEW."render_parameters") OR OLD."seed" IS DISTINCT FROM (NEW."seed") OR OLD."spec" IS DISTINCT FROM (NEW."spec") OR OLD."theory_data" IS DISTINCT FROM (NEW."theory_data"))',
                    func='INSERT INTO "compositions_compositionevent" ("ai_prompt", "audio_metadata", "branch_id", "compose_job_id", "confidence", "confidence_score", "created_at", "created_by_id", "current_render_id", "deleted_at", "engine_version", "explanation", "forked_from_id", "id", "lyrics", "midi_id", "name", "pending_render_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "project_id", "render_parameters", "seed", "spec", "theory_data") VALUES (NEW."ai_prompt", NEW."audio_metadata", NEW."branch_id", NEW."compose_job_id", NEW."confidence", NEW."confidence_score", NEW."created_at", NEW."created_by_id", NEW."current_render_id", NEW."deleted_at", NEW."engine_version", NEW."explanation", NEW."forked_from_id", NEW."id", NEW."lyrics", NEW."midi_id", NEW."name", NEW."pending_render_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."project_id", NEW."render_parameters", NEW."seed", NEW."spec", NEW."theory_data"); RETURN NULL;',
                    hash="b39949ea1dc76d186269ef5002611d8a886f4a5d",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_7ff49",
                    table="compositions_composition",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="composition",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "compositions_compositionevent" ("ai_prompt", "audio_metadata", "branch_id", "compose_job_id", "confidence", "confidence_score", "created_at", "created_by_id", "current_render_id", "deleted_at", "engine_version", "explanation", "forked_from_id", "id", "lyrics", "midi_id", "name", "pending_render_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "project_id", "render_parameters", "seed", "spec", "theory_data") VALUES (OLD."ai_prompt", OLD."audio_metadata", OLD."branch_id", OLD."compose_job_id", OLD."confidence", OLD."confidence_score", OLD."created_at", OLD."created_by_id", OLD."current_render_id", OLD."deleted_at", OLD."engine_version", OLD."explanation", OLD."forked_from_id", OLD."id", OLD."lyrics", OLD."midi_id", OLD."name", OLD."pending_render_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."project_id", OLD."render_parameters", OLD."seed", OLD."spec", OLD."theory_data"); RETURN NULL;',
                    hash="3634abde6dc57b44f418de08b6f9143fa96b138b",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_65d49",
                    table="compositions_composition",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="aisessionstep",
            constraint=models.UniqueConstraint(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=("session", "number"),
                name="session_step_number_unique",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="aisessionstep",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "compositions_aisessionstepevent" ("base_version_id", "confidence_score", "created_at", "created_by_id", "deleted_at", "engine_version", "error", "explanation", "finished_at", "id", "job_id", "number", "operation", "parameters", "parent_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prompt", "proposal_id", "result_content_hash", "result_version_id", "seed", "session_id", "spec", "started_at", "state", "updated_at", "updated_by_id") VALUES (NEW."base_version_id", NEW."confidence_score", NEW."created_at", NEW."created_by_id", NEW."deleted_at", NEW."engine_version", NEW."error", NEW."explanation", NEW."finished_at", NEW."id", NEW."job_id", NEW."number", NEW."operation", NEW."parameters", NEW."parent_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."prompt", NEW."proposal_id", NEW."result_content_hash", NEW."result_version_id", NEW."seed", NEW."session_id", NEW."spec", NEW."started_at", NEW."state", NEW."updated_at", NEW."updated_by_id"); RETURN NULL;',
                    hash="d48ab829ae0a1043fabb2cab5fad12bbe14e5a04",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_43b6a",
                    table="compositions_aisessionstep",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="aisessionstep",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "compositions_aisessionstepevent" ("base_version_id", "confidence_score", "created_at", "created_by_id", "deleted_at", "engine_version", "error", "explanation", "finished_at", "id", "job_id", "number", "operation", "parameters", "parent_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prompt", "proposal_id", "result_content_hash", "result_version_id", "seed", "session_id", "spec", "started_at", "state", "updated_at", "updated_by_id") VALUES (NEW."base_version_id", NEW."confidence_score", NEW."created_at", NEW."created_by_id", NEW."deleted_at", NEW."engine_version", NEW."error", NEW."explanation", NEW."finished_at", NEW."id", NEW."job_id", NEW."number", NEW."operation", NEW."parameters", NEW."parent_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."prompt", NEW."proposal_id", NEW."result_content_hash", NEW."result_version_id", NEW."seed", NEW."session_id", NEW."spec", NEW."started_at", NEW."state", NEW."updated_at", NEW."updated_by_id"); RETURN NULL;',
                    hash="e41351ada1251bf95f21437f7b482f392eeff9e4",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_f84aa",
                    table="compositions_aisessionstep",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="aisessionstep",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "compositions_aisessionstepevent" ("base_version_id", "confidence_score", "created_at", "created_by_id", "deleted_at", "engine_version", "error", "explanation", "finished_at", "id", "job_id", "number", "operation", "parameters", "parent_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prompt", "proposal_id", "result_content_hash", "result_version_id", "seed", "session_id", "spec", "started_at", "state", "updated_at", "updated_by_id") VALUES (OLD."base_version_id", OLD."confidence_score", OLD."created_at", OLD."created_by_id", OLD."deleted_at", OLD."engine_version", OLD."error", OLD."explanation", OLD."finished_at", OLD."id", OLD."job_id", OLD."number", OLD."operation", OLD."parameters", OLD."parent_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."prompt", OLD."proposal_id", OLD."result_content_hash", OLD."result_version_id", OLD."seed", OLD."session_id", OLD."spec", OLD."started_at", OLD."state", OLD."updated_at", OLD."updated_by_id"); RETURN NULL;',
                    hash="2f270de356ae30ae1ca5ee6f53be5427e5e3e526",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_53090",
                    table="compositions_aisessionstep",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="preset",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "compositions_presetevent" ("category", "copied_from_id", "created_at", "created_by_id", "current_id", "deleted_at", "description", "factory_key", "id", "is_public", "kind", "name", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "tags", "updated_at", "updated_by_id") VALUES (NEW."category", NEW."copied_from_id", NEW."created_at", NEW."created_by_id", NEW."current_id", NEW."deleted_at", NEW."description", NEW."factory_key", NEW."id", NEW."is_public", NEW."kind", NEW."name", NEW."owner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."tags", NEW."updated_at", NEW."updated_by_id"); RETURN NULL;',
                    hash="95fa2ed80086f9ecdc981490ba181ce7252944ec",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_18f2e",
                    table="compositions_preset",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="preset",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "compositions_presetevent" ("category", "copied_from_id", "created_at", "created_by_id", "current_id", "deleted_at", "description", "factory_key", "id", "is_public", "kind", "name", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "tags", "updated_at", "updated_by_id") VALUES (NEW."category", NEW."copied_from_id", NEW."created_at", NEW."created_by_id", NEW."current_id", NEW."deleted_at", NEW."description", NEW."factory_key", NEW."id", NEW."is_public", NEW."kind", NEW."name", NEW."owner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."tags", NEW."updated_at", NEW."updated_by_id"); RETURN NULL;',
                    hash="785d639a46ef21060a1c692f9f8a44ed3cc2bc73",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_e5ab7",
                    table="compositions_preset",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="preset",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "compositions_presetevent" ("category", "copied_from_id", "created_at", "created_by_id", "current_id", "deleted_at", "description", "factory_key", "id", "is_public", "kind", "name", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "tags", "updated_at", "updated_by_id") VALUES (OLD."category", OLD."copied_from_id", OLD."created_at", OLD."created_by_id", OLD."current_id", OLD."deleted_at", OLD."description", OLD."factory_key", OLD."id", OLD."is_public", OLD."kind", OLD."name", OLD."owner_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."tags", OLD."updated_at", OLD."updated_by_id"); RETURN NULL;',
                    hash="280084198d10a78eb689bfafc27141fdc6812af9",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_32002",
                    table="compositions_preset",
                    when="AFTER",
                ),
            ),
        ),
    ]
