from django.db import migrations


def move_syllables(apps, schema_editor):
    Composition = apps.get_model("compositions", "Composition")
    Syllable = apps.get_model("compositions", "Syllable")
    for song in Composition.objects.exclude(syllables=[]).iterator(chunk_size=100):
        Syllable.objects.bulk_create(
            Syllable(
                composition=song,
                entity_id=entry["id"],
                note_id=entry["note_id"],
                text=entry["text"],
                continues=entry.get("continues", False),
                phonemes=entry.get("phonemes", []),
            )
            for entry in song.syllables
        )


class Migration(migrations.Migration):
    dependencies = [("compositions", "0002_living_document")]

    operations = [migrations.RunPython(move_syllables, migrations.RunPython.noop)]
