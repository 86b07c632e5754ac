"""The parameters of each preset become its first version, and back."""

from django.db import migrations


def into_versions(apps, schema_editor):
    Preset = apps.get_model("compositions", "Preset")
    PresetVersion = apps.get_model("compositions", "PresetVersion")
    for preset in Preset.objects.order_by("id").iterator(chunk_size=200):
        # The seed is a song's own.
        settings = {key: value for key, value in preset.parameters.items() if key != "seed"}
        preset.current = PresetVersion.objects.create(
            preset=preset, number=1, settings=settings, author_id=preset.created_by_id
        )
        preset.kind = "render"
        if preset.owner_id is None and preset.deleted_at is None:
            preset.factory_key = f"render/{preset.name.lower()}"
        preset.save(update_fields=["current", "kind", "factory_key"])


def from_versions(apps, schema_editor):
    Preset = apps.get_model("compositions", "Preset")
    PresetVersion = apps.get_model("compositions", "PresetVersion")
    # Before, there were presets for rendering only.
    others = Preset.objects.exclude(kind="render")
    others.update(current=None)
    others.delete()
    for preset in Preset.objects.select_related("current").order_by("id"):
        preset.parameters = preset.current.settings if preset.current else {}
        preset.current = None
        preset.save(update_fields=["parameters", "current"])
    PresetVersion.objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("compositions", "0022_presets_with_versions"),
    ]

    operations = [migrations.RunPython(into_versions, from_versions)]
