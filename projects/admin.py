"""Projects in the admin, with their trash."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from ariaforge.admin_base import BaseModelAdmin
from projects.models import Membership, Project


class MembershipInline(admin.TabularInline):
    """Members, to look at: the rule of the last owner lives in the services."""

    model = Membership
    fields = ("user", "role", "created_at")
    readonly_fields = fields
    extra = 0
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> Any:
        """Return the members with their people."""
        return super().get_queryset(request).select_related("user")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody adds members here."""
        return False


@admin.register(Project)
class ProjectAdmin(BaseModelAdmin):
    """Projects, live and in the trash."""

    list_display = ("name", "status", "genre", "created_by", "created_at", "deleted_at")
    list_filter = ("status",)
    search_fields = ("name", "description", "genre")
    inlines = (MembershipInline,)
    readonly_fields = ("cover",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody: a project without an owner could not be reached."""
        return False
