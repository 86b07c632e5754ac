"""The admin of assets: look, describe, move to the trash. Files come in through services."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html

from ariaforge.admin_base import BaseModelAdmin
from media.models import Asset


@admin.register(Asset)
class AssetAdmin(BaseModelAdmin):
    """Stored files, newest first."""

    list_display = ("filename", "kind", "role", "owner", "project", "size", "created_at")
    list_filter = ("kind", "provenance")
    search_fields = ("filename", "=sha256", "owner__username", "project__name")
    raw_id_fields = ("owner", "project")
    readonly_fields = (
        "link",
        "content_type",
        "size",
        "sha256",
        "duration_seconds",
        "sample_rate_hz",
        "channels",
        "generator",
        "parent",
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: a row without its bytes would be a lie."""
        return False

    @admin.display(description="size", ordering="size_bytes")
    def size(self, asset: Asset) -> str:
        """Show the size for people."""
        return filesizeformat(asset.size_bytes)

    @admin.display(description="file")
    def link(self, asset: Asset) -> str:
        """Link to the file, which opens for those who may see it in the studio."""
        return format_html('<a href="{}">{}</a>', asset.download_url, asset.filename)
