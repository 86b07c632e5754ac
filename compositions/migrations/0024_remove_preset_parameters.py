import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compositions", "0023_move_preset_parameters"),
    ]

    operations = [
        migrations.RemoveField(
            model_name="preset",
            name="parameters",
        ),
        migrations.RemoveField(
            model_name="presetevent",
            name="parameters",
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
        migrations.AddConstraint(
            model_name="preset",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("name"),
                models.F("kind"),
                models.F("owner"),
                condition=models.Q(("deleted_at__isnull", True)),
                name="preset_name_unique_per_owner_and_kind",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="preset",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("deleted_at__isnull", True), models.Q(("factory_key", ""), _negated=True)
                ),
                fields=("factory_key",),
                name="preset_factory_key_unique",
            ),
        ),
        migrations.AddConstraint(
            model_name="preset",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["instrument", "effect", "mix", "render"])),
                name="preset_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="preset",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="preset_name_not_empty"
            ),
        ),
        migrations.AddConstraint(
            model_name="presetversion",
            constraint=models.UniqueConstraint(
                fields=("preset", "number"), name="preset_version_number_unique"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="presetversion",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="e75629b80f634bcde32dfa4822086e163dc252d2",
                    operation="UPDATE",
                    pgid="pgtrigger_append_only_2a115",
                    table="compositions_presetversion",
                    when="BEFORE",
                ),
            ),
        ),
    ]
