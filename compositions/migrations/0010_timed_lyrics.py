"""Songs can be exported as timed lyrics."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compositions", "0009_note_windows"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="export",
            name="export_format_known",
        ),
        migrations.AlterField(
            model_name="export",
            name="format",
            field=models.CharField(
                choices=[
                    ("midi", "MIDI"),
                    ("wav", "WAV"),
                    ("mp3", "MP3"),
                    ("flac", "FLAC"),
                    ("ogg", "Ogg Vorbis"),
                    ("musicxml", "MusicXML"),
                    ("lrc", "LRC (timed lyrics)"),
                ],
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="exportevent",
            name="format",
            field=models.CharField(
                choices=[
                    ("midi", "MIDI"),
                    ("wav", "WAV"),
                    ("mp3", "MP3"),
                    ("flac", "FLAC"),
                    ("ogg", "Ogg Vorbis"),
                    ("musicxml", "MusicXML"),
                    ("lrc", "LRC (timed lyrics)"),
                ],
                max_length=8,
            ),
        ),
        migrations.AddConstraint(
            model_name="export",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("format__in", ["midi", "wav", "mp3", "flac", "ogg", "musicxml", "lrc"])
                ),
                name="export_format_known",
            ),
        ),
    ]
