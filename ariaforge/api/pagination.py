"""The pagination of all lists of the REST API: cursors, newest first.

This module must not import views: the settings name it as the default pagination class,
so the view classes of REST framework import it while they are themselves being loaded.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.db.models import QuerySet
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request


class NewestFirstPagination(CursorPagination):
    """Pages of 25 rows (``page_size`` up to 100), newest first.

    The key of a row is a UUID version 7, so the order by key is the order of creation
    and is unique: pages neither repeat nor lose rows while others are added.
    """

    ordering = "-pk"
    page_size = 25
    page_size_query_param = "page_size"
    max_page_size = 100
    cursor_query_description = "Where to go on: from `next` or `previous` of an earlier page."
    page_size_query_description = "Rows in a page, 1 to 100; 25 unless told."

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: Any) -> tuple[str, ...]:
        """Return the order by key; a view cannot choose one that is not unique."""
        return (self.ordering,)

    def get_page_size(self, request: Request) -> int:
        """Return the number of rows in a page.

        Raises ``ValidationError`` for anything but a whole number from 1 to 100.
        """
        text = request.query_params.get(self.page_size_query_param)
        if text is None:
            return self.page_size
        if not (
            text.isascii()
            and text.isdigit()
            and len(text) <= 3
            and 1 <= int(text) <= self.max_page_size
        ):
            raise ValidationError(
                {self.page_size_query_param: f"Give a whole number from 1 to {self.max_page_size}."}
            )
        return int(text)

    def paginate_queryset(
        self, queryset: Any, request: Request, view: Any = None
    ) -> list[Any] | None:
        """Return the rows of the page; raises ``ValidationError`` for an unusable cursor."""
        try:
            return super().paginate_queryset(queryset, request, view=view)
        except (DjangoValidationError, ValueError) as error:
            raise ValidationError({self.cursor_query_param: "This cursor is not valid."}) from error

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Return the decoded cursor of the request, if it has one."""
        try:
            return super().decode_cursor(request)
        except NotFound as error:
            raise ValidationError({self.cursor_query_param: "This cursor is not valid."}) from error

    def _get_position_from_instance(self, instance: Any, ordering: Sequence[str]) -> str:
        """Return the key of a row, which may be a dict from ``values()``."""
        if isinstance(instance, dict) and "pk" not in instance:
            return str(instance["id"])
        return super()._get_position_from_instance(instance, ordering)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Describe both parameters, with the limits of the page size."""
        parameters = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            if parameter["name"] == self.page_size_query_param:
                parameter["schema"] = {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": self.max_page_size,
                    "default": self.page_size,
                }
        return parameters
