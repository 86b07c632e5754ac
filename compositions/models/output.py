"""What a song becomes: renders, and exports with their history."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from ariaforge.audit import audited
from ariaforge.models import AliveManager, BaseModel
from compositions.querysets import CompositionContentQuerySet


@audited()
class Render(BaseModel):
    """One finished (or coming) mix of a song, with all that is needed to make it again.

    ``preview`` is a quick mix of the same document, there until the mix is.
    ``measurements`` holds loudness (LUFS), true peak (dBTP) and the other figures of
    the sound engine; ``peaks`` the waveform for drawing. ``content_hash`` is that of
    the document which was rendered.
    """

    composition = models.ForeignKey(
        "compositions.Composition", on_delete=models.CASCADE, related_name="renders"
    )
    parameters = models.JSONField(default=dict, blank=True)
    seed = models.BigIntegerField(default=0)
    content_hash = models.CharField(max_length=64)
    engine_version = models.CharField(max_length=200, blank=True)
    soundfont_sha256 = models.CharField(max_length=64, blank=True)
    duration_seconds = models.FloatField(null=True, blank=True)
    measurements = models.JSONField(default=dict, blank=True)
    peaks = models.JSONField(default=dict, blank=True)
    mix = models.ForeignKey(
        "media.Asset", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    mp3 = models.ForeignKey(
        "media.Asset", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    preview = models.ForeignKey(
        "media.Asset", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    job = models.ForeignKey(
        "ariaforge.Job", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    soft_delete_parents = ("composition", "composition__project")

    objects = AliveManager.from_queryset(CompositionContentQuerySet)()
    all_objects = CompositionContentQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="render_duration_positive",
                condition=Q(duration_seconds__isnull=True) | Q(duration_seconds__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"Render of {self.composition_id}"


@audited()
class Export(BaseModel):
    """A file made from a song for somebody, kept in the history after the file is gone.

    ``settings`` is what was chosen; of a ``zip`` it names the ``formats`` in it.
    ``content_hash`` is that of the document, or of the mix that was encoded. The file goes
    after ``expires_at``.
    """

    class Format(models.TextChoices):
        MIDI = "midi", "MIDI"
        WAV = "wav", "WAV"
        AIFF = "aiff", "AIFF"
        MP3 = "mp3", "MP3"
        FLAC = "flac", "FLAC"
        M4A = "m4a", "M4A (AAC)"
        OGG = "ogg", "Ogg Vorbis"
        OPUS = "opus", "Opus"
        MUSICXML = "musicxml", "MusicXML"
        CHORDPRO = "chordpro", "ChordPro (chord sheet)"
        LRC = "lrc", "LRC (timed lyrics)"
        PDF_SCORE = "pdf_score", "Score (PDF)"
        PDF_PARTS = "pdf_parts", "Parts (PDF)"
        LEAD_SHEET = "lead_sheet", "Lead sheet (PDF)"
        VIDEO = "video", "Video (MP4)"
        STEMS = "stems", "Stems"
        DAW = "daw", "Project for studio programs"
        ARCHIVE = "archive", "AriaForge archive"
        ZIP = "zip", "ZIP of several"

    composition = models.ForeignKey(
        "compositions.Composition", on_delete=models.CASCADE, related_name="exports"
    )
    render = models.ForeignKey(
        Render, on_delete=models.SET_NULL, null=True, blank=True, related_name="exports"
    )
    format = models.CharField(max_length=16, choices=Format)
    settings = models.JSONField(default=dict, blank=True)
    content_hash = models.CharField(max_length=64)
    asset = models.ForeignKey(
        "media.Asset", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    job = models.ForeignKey(
        "ariaforge.Job", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    expires_at = models.DateTimeField(null=True, blank=True)

    soft_delete_parents = ("composition", "composition__project")

    objects = AliveManager.from_queryset(CompositionContentQuerySet)()
    all_objects = CompositionContentQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="export_format_known",
                condition=Q(
                    format__in=[
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
                    ]
                ),
            ),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"],
                name="export_files_that_expire",
                condition=Q(asset__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_format_display()} of {self.composition_id}"
