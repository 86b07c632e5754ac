"""The admin of content rows: deleting moves to the trash, and the trash can be restored."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import ShowFacets
from django.contrib.admin.utils import model_ngettext
from django.db import IntegrityError, transaction
from django.db.models import ForeignKey, Model, QuerySet
from django.http import HttpRequest

AUTHORSHIP_FIELDS = (
    "id",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
    "deleted_at",
)


class TrashFilter(admin.SimpleListFilter):
    """Live rows unless told otherwise; the trash and everything on request."""

    title = "trash"
    parameter_name = "trash"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer the trash and all rows beside the live ones."""
        return [("only", "In the trash"), ("all", "Live and in the trash")]

    def choices(self, changelist: Any) -> Any:
        """Name the default choice after what it shows."""
        choices = list(super().choices(changelist))
        choices[0]["display"] = "Live"
        return choices

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Return the rows of the chosen state.

        Rows that are only hidden because a parent is in the trash are neither live nor
        in the trash themselves; they show up under "all".
        """
        match self.value():
            case "only":
                return queryset.filter(deleted_at__isnull=False)
            case "all":
                return queryset
            case _:
                return queryset.alive()


class BaseModelAdmin(admin.ModelAdmin):
    """The admin of a :class:`ariaforge.models.BaseModel` with ``all_objects``.

    Deleting moves to the trash, the action "restore" brings back, and who made and
    changed a row is shown but not edited. Foreign keys in ``list_display`` are joined.
    """

    list_per_page = 50
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    actions = ["restore_selected"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return all rows; the list hides the trash through :class:`TrashFilter`."""
        queryset = self.model.all_objects.all()
        ordering = self.get_ordering(request)
        return queryset.order_by(*ordering) if ordering else queryset

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Search; a choice field of another form offers live rows only."""
        if request.resolver_match and request.resolver_match.url_name == "autocomplete":
            queryset = queryset.alive()  # type: ignore[attr-defined]
        return super().get_search_results(request, queryset, search_term)

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """Return the filters of the subclass, with the trash first."""
        return [TrashFilter, *super().get_list_filter(request)]

    def get_list_select_related(self, request: HttpRequest) -> Any:
        """Join what the list shows, so that it needs no query per row."""
        declared = super().get_list_select_related(request)
        names = {
            field.name
            for field in self.model._meta.concrete_fields
            if isinstance(field, ForeignKey) and field.name in self.get_list_display(request)
        }
        if isinstance(declared, list | tuple):
            names.update(declared)
        return sorted(names) or declared

    def get_readonly_fields(
        self, request: HttpRequest, obj: Model | None = None
    ) -> tuple[str, ...]:
        """Return the read-only fields of the subclass, and key, authorship and times."""
        declared = tuple(super().get_readonly_fields(request, obj))
        return declared + tuple(name for name in AUTHORSHIP_FIELDS if name not in declared)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """List only the rows themselves: what belongs to them is hidden with them, not deleted."""
        rows = list(objs)
        names = {str(self.model._meta.verbose_name_plural): len(rows)}
        needed: set[str] = set()
        if not self.has_delete_permission(request):
            needed.add(str(self.model._meta.verbose_name))
        return [str(row) for row in rows], names, needed, []

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Move the row to the trash."""
        obj.soft_delete()

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        """Move the rows to the trash."""
        queryset.soft_delete()

    @admin.action(description="Restore from the trash", permissions=["change"])
    def restore_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Restore each row that can be, and say which cannot because its place is taken."""
        restored = 0
        for row in queryset.filter(deleted_at__isnull=False):
            try:
                with transaction.atomic():
                    row.restore()
            except IntegrityError:
                messages.error(
                    request, f"“{row}” was not restored: another row now has its place or name."
                )
                continue
            self.log_change(request, row, "Restored from the trash.")
            restored += 1
        if restored:
            self.message_user(
                request,
                f"Restored {restored} {model_ngettext(self.opts, restored)}.",
                messages.SUCCESS,
            )
