"""Songs in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from ariaforge.admin_base import BaseModelAdmin
from compositions.models import (
    AISession,
    Chord,
    Composition,
    Export,
    Preset,
    Render,
    Section,
    Track,
)

# The document and its figures are made by the studio; the admin shows but does not type them.
DOCUMENT_FIELDS = (
    "spec",
    "explanation",
    "confidence",
    "confidence_score",
    "tempos",
    "meters",
    "keys",
    "document_metadata",
    "theory_data",
    "content_hash",
    "revision",
    "length_ticks",
    "duration_seconds",
    "audio_metadata",
    "engine_version",
    "seed",
)


@admin.register(Composition)
class CompositionAdmin(BaseModelAdmin):
    """Songs."""

    list_display = ["name", "project", "engine_version", "duration_seconds", "created_by"]
    list_filter = ["engine_version"]
    search_fields = ["name", "ai_prompt"]
    autocomplete_fields = ["project"]
    raw_id_fields = ["midi", "compose_job", "current_render", "pending_render"]
    readonly_fields = DOCUMENT_FIELDS


class DocumentRowAdmin(BaseModelAdmin):
    """A row of a song's document."""

    raw_id_fields = ["composition"]
    list_select_related = ["composition"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Entities are minted by the studio, not typed."""
        return False


@admin.register(Track)
class TrackAdmin(DocumentRowAdmin):
    """Tracks; their notes are shown as they are stored."""

    list_display = ["name", "composition", "role", "program", "percussion"]
    list_filter = ["role"]
    search_fields = ["name"]
    readonly_fields = ("entity_id", "notes", "automation")

    def get_queryset(self, request: HttpRequest) -> Any:
        """Leave the notes out of the list."""
        queryset = super().get_queryset(request)
        match = request.resolver_match
        if match and str(match.url_name).endswith("_changelist"):
            queryset = queryset.defer("notes", "automation")
        return queryset


@admin.register(Section)
class SectionAdmin(DocumentRowAdmin):
    """Sections."""

    list_display = ["label", "composition", "kind", "start_tick", "energy"]
    search_fields = ["label"]
    readonly_fields = ("entity_id",)


@admin.register(Chord)
class ChordAdmin(DocumentRowAdmin):
    """Chords."""

    list_display = ["__str__", "composition", "start_tick", "roman"]
    search_fields = ["root", "roman"]
    readonly_fields = ("entity_id",)


@admin.register(AISession)
class AISessionAdmin(BaseModelAdmin):
    """What was asked of the composer: read-only."""

    list_display = ["prompt", "composition", "operation", "engine_version", "created_by"]
    list_filter = ["operation", "engine_version"]
    search_fields = ["prompt"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Sessions are a record."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Sessions are a record."""
        return False


@admin.register(Render)
class RenderAdmin(BaseModelAdmin):
    """Mixes."""

    list_display = ["composition", "engine_version", "duration_seconds", "created_by"]
    search_fields = ["composition__name"]
    raw_id_fields = ["composition", "mix", "mp3", "job"]
    readonly_fields = (
        "parameters",
        "measurements",
        "peaks",
        "content_hash",
        "soundfont_sha256",
        "engine_version",
        "seed",
        "duration_seconds",
    )


@admin.register(Export)
class ExportAdmin(BaseModelAdmin):
    """Exports."""

    list_display = ["composition", "format", "created_at", "created_by"]
    list_filter = ["format"]
    search_fields = ["composition__name"]
    raw_id_fields = ["composition", "render", "asset", "job"]
    readonly_fields = ("content_hash",)


@admin.register(Preset)
class PresetAdmin(BaseModelAdmin):
    """Render presets."""

    list_display = ["name", "owner", "description"]
    search_fields = ["name"]
    raw_id_fields = ["owner"]
