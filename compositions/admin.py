"""Songs in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from ariaforge.admin_base import BaseModelAdmin
from compositions.models import (
    AISession,
    AISessionStep,
    Branch,
    Chord,
    Composition,
    EditBatch,
    Export,
    Import,
    LLMInteraction,
    Preset,
    PresetVersion,
    ProjectArchive,
    Proposal,
    Render,
    Section,
    Tag,
    Track,
    Version,
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
    "tree_hash",
    "revision",
    "branch",
    "head",
    "head_sequence",
    "forked_from",
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
    exclude = ["tree"]


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
        """Leave the automation out of the list."""
        queryset = super().get_queryset(request)
        match = request.resolver_match
        if match and str(match.url_name).endswith("_changelist"):
            queryset = queryset.defer("automation")
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


class AIRecordAdmin(BaseModelAdmin):
    """What was asked of the composer, or of a language model: looked at, not changed."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A record is written by what it records."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A record never changes by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A record goes with its song."""
        return False


@admin.register(AISession)
class AISessionAdmin(AIRecordAdmin):
    """AI sessions."""

    list_display = ["title", "composition", "branch", "created_by", "created_at"]
    search_fields = ["title", "composition__name", "=id"]


@admin.register(AISessionStep)
class AISessionStepAdmin(AIRecordAdmin):
    """Steps of AI sessions."""

    list_display = ["prompt", "session", "number", "operation", "state", "engine_version"]
    list_filter = ["operation", "state", "engine_version"]
    search_fields = ["prompt", "session__composition__name", "=id"]


@admin.register(LLMInteraction)
class LLMInteractionAdmin(AIRecordAdmin):
    """Calls to language models."""

    list_display = [
        "created_at", "purpose", "model", "host", "state", "error_code", "prompt_tokens",
        "completion_tokens", "duration_ms", "created_by",
    ]  # fmt: skip
    list_filter = ["purpose", "state", "model", "host"]
    search_fields = ["=id", "=step__session__composition__id", "error"]


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


@admin.register(Import)
class ImportAdmin(BaseModelAdmin):
    """Files that were brought in."""

    list_display = ["composition", "filename", "format", "mode", "created_at", "created_by"]
    list_filter = ["format", "mode"]
    search_fields = ["composition__name", "filename"]
    raw_id_fields = ["composition", "asset", "version", "proposal", "job"]
    readonly_fields = ("sha256", "remarks")


@admin.register(Export)
class ExportAdmin(BaseModelAdmin):
    """Exports."""

    list_display = ["composition", "format", "created_at", "expires_at", "created_by"]
    list_filter = ["format"]
    search_fields = ["composition__name"]
    raw_id_fields = ["composition", "render", "asset", "job"]
    readonly_fields = ("content_hash",)


@admin.register(ProjectArchive)
class ProjectArchiveAdmin(BaseModelAdmin):
    """Whole projects as files."""

    list_display = ["project", "filename", "direction", "song_count", "created_at", "created_by"]
    list_filter = ["direction"]
    search_fields = ["project__name", "filename"]
    raw_id_fields = ["project", "asset", "job"]
    readonly_fields = ("sha256",)


@admin.register(Preset)
class PresetAdmin(BaseModelAdmin):
    """Presets; their settings are versions."""

    list_display = ["name", "kind", "category", "owner", "is_public"]
    list_filter = ["kind", "is_public"]
    search_fields = ["name", "description", "category"]
    raw_id_fields = ["owner", "copied_from"]
    readonly_fields = ("current",)


class RecordAdmin(admin.ModelAdmin):
    """A record of what happened: it is looked at, not changed."""

    list_per_page = 50
    show_full_result_count = False
    list_select_related = ("composition",)
    search_fields = ("=id", "=composition__id", "composition__name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return all, also those of songs in the trash."""
        queryset = self.model.all_objects.all()
        ordering = self.get_ordering(request)
        return queryset.order_by(*ordering) if ordering else queryset

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Records are written by what they record."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Records never change."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Records go with their song."""
        return False


@admin.register(PresetVersion)
class PresetVersionAdmin(RecordAdmin):
    """Versions of presets, as they were saved."""

    list_display = ("number", "preset", "author_name", "note", "created_at")
    list_select_related = ("preset",)
    search_fields = ("=id", "=preset__id", "preset__name")
    ordering = ("-pk",)


@admin.register(Version)
class VersionAdmin(RecordAdmin):
    """Versions; what is in them is shown by the song's history."""

    list_display = ("number", "composition", "branch_name", "source", "author_name", "message")
    list_filter = ("source",)
    ordering = ("-pk",)
    exclude = ("tree",)


@admin.register(EditBatch)
class EditBatchAdmin(RecordAdmin):
    """The log of edits."""

    list_display = ("sequence", "composition", "name", "source", "branch_name", "created_at")
    list_filter = ("source",)
    ordering = ("-pk",)
    readonly_fields = ("effects",)

    # A batch may have thousands.
    SHOWN = 100

    @admin.display(description="Operations")
    def effects(self, batch: EditBatch) -> SafeString:
        """Return the first operations, a line for each."""
        total = batch.operations.count()
        lines = format_html_join(
            "",
            "<li>{} {} <code>{}</code>: {} → {}</li>",
            (
                (row.action, row.kind, row.entity_id, row.before, row.after)
                for row in batch.operations.all()[: self.SHOWN]
            ),
        )
        return format_html("<p>{} in all</p><ol>{}</ol>", total, lines)


class HistoryRowAdmin(BaseModelAdmin):
    """A name or an offer in the history of a song: made in the studio, looked at here."""

    list_select_related = ["composition"]
    search_fields = ["name", "composition__name"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """What it names is a matter of the song's history, not of a form."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Return every field: changing one needs the lock of the song."""
        return tuple(field.name for field in self.model._meta.fields)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The working copy may follow it, and offers may lead to it."""
        return False


@admin.register(Branch)
class BranchAdmin(HistoryRowAdmin):
    """Branches."""

    list_display = ["name", "composition", "tip", "is_protected", "created_by"]
    list_filter = ["is_protected"]


@admin.register(Tag)
class TagAdmin(HistoryRowAdmin):
    """Tags."""

    list_display = ["name", "composition", "version", "created_by"]


@admin.register(Proposal)
class ProposalAdmin(HistoryRowAdmin):
    """Proposals."""

    list_display = ["title", "composition", "state", "branch", "target", "created_by"]
    list_filter = ["state"]
    search_fields = ["title", "composition__name"]
