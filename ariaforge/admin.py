"""Jobs in the admin: all of them, with their logs, to look at, cancel and try again."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from ariaforge.exceptions import DomainError
from ariaforge.jobs.services import cancel_job, retry_job
from ariaforge.models import Job, JobArtifact, JobEvent


class ReadOnlyInline(admin.TabularInline):
    """Rows that nobody edits."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody adds rows here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes rows here."""
        return False


class JobEventInline(ReadOnlyInline):
    """The log."""

    model = JobEvent
    fields = ("at", "level", "message", "details")
    readonly_fields = fields

    @admin.display(description="Details")
    def details(self, event: JobEvent) -> str:
        """Return the data of the line, with line breaks: it may be a traceback."""
        if not event.data:
            return "-"
        text = event.data.get("traceback") or json.dumps(event.data, indent=1)
        return format_html("<pre>{}</pre>", text)


class JobArtifactInline(ReadOnlyInline):
    """What the job made."""

    model = JobArtifact
    fields = ("name", "target_model", "target_id", "content_type", "size_bytes")
    readonly_fields = fields


@admin.register(Job)
class JobAdmin(admin.ModelAdmin):
    """Background jobs. Rows change through the actions only; clear_jobs deletes old ones."""

    list_display = (
        "id",
        "kind",
        "owner",
        "state",
        "percent",
        "step",
        "attempts",
        "queued_at",
        "finished_at",
    )
    list_filter = ("state", "queue", "kind")
    list_select_related = ("owner",)
    search_fields = ("=id", "owner__username", "owner__email", "error_code")
    date_hierarchy = "created_at"
    ordering = ("-id",)
    show_full_result_count = False
    inlines = (JobArtifactInline, JobEventInline)
    actions = ("cancel_jobs", "retry_jobs")

    @admin.display(description="Progress", ordering="progress")
    def percent(self, job: Job) -> str:
        """Return the progress in per cent."""
        return f"{job.progress_percent} %"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Jobs are submitted where their work is asked for."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes jobs one by one."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Return every field."""
        return [field.name for field in Job._meta.fields]

    @admin.action(description="Cancel the selected jobs", permissions=["change"])
    def cancel_jobs(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        """Cancel those that wait or run."""
        self._each(request, queryset, cancel_job, "cancelled, or asked to stop")

    @admin.action(description="Try the selected jobs again", permissions=["change"])
    def retry_jobs(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        """Begin those anew that failed or were cancelled."""
        self._each(request, queryset, retry_job, "waiting again")

    def _each(
        self, request: HttpRequest, jobs: QuerySet[Job], change: Callable[[Job], Job], what: str
    ) -> None:
        """Change each job; one that does not allow it does not keep the others."""
        changed = 0
        for job in jobs:
            try:
                change(job)
                changed += 1
            except DomainError as error:
                self.message_user(request, f"{job}: {error.message}", messages.WARNING)
        if changed:
            self.message_user(request, f"{changed} of the jobs: {what}.", messages.SUCCESS)
