"""Querysets whose SQL is built once for each process.

Django builds the SQL of a queryset anew each time, which for one with several joins takes
longer than the database needs to answer it. Where somebody waits for each request in turn, as
musicians who edit do, the SQL is kept. It is still that of the queryset, so the verbs that say
who may do what stay the only place for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid4

from django.db import connection
from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)


class Prepared(Generic[Row]):
    """A look-up of one row: ``build`` returns the queryset for its arguments.

    ``kinds`` are the types of the arguments, ``UUID`` or ``str``. The queryset must use them
    as they are, as often as it likes, and nothing else that differs from call to call; what
    it joins it only filters by. It is built when it is first asked, so that locking is possible.
    """

    def __init__(self, build: Callable[..., QuerySet[Row]], *kinds: type[UUID] | type[str]) -> None:
        self._build = build
        self._stand_ins = [uuid4() if kind is UUID else uuid4().hex for kind in kinds]
        self._statement: tuple[type[Row], str, list[Any]] | None = None

    def get(self, *arguments: UUID | str) -> Row:
        """Return the row for the arguments. Raises the model's ``DoesNotExist`` for none."""
        model, sql, params = self._statement or self._prepare()
        values = dict(zip(self._stand_ins, arguments, strict=True))
        rows = model._base_manager.raw(sql, [values.get(param, param) for param in params])
        for row in rows:
            found: Row = row
            return found
        raise model.DoesNotExist  # type: ignore[attr-defined]

    def _prepare(self) -> tuple[type[Row], str, list[Any]]:
        queryset = self._build(*self._stand_ins)
        sql, params = queryset.query.get_compiler(connection=connection).as_sql()
        self._statement = (queryset.model, sql, list(params))
        return self._statement
