"""What requests name: branches, versions and parts of a song."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from ariaforge.exceptions import InvalidInputError
from compositions.history.references import UnknownReferenceError
from compositions.models import Branch, Composition
from compositions.score.errors import ScoreError
from compositions.score.scope import Scope


def branch_named(composition: Composition, name: str) -> Branch:
    """The song's branch with this name or id. Raises :class:`UnknownReferenceError`."""
    branches = Branch.objects.filter(composition=composition).select_related("tip")
    found: Branch | None = None
    try:
        found = branches.filter(pk=UUID(name)).first()
    except ValueError:
        if name.isprintable():
            found = branches.filter(name__iexact=" ".join(name.split())).first()
    if found is None:
        raise UnknownReferenceError(
            f"This song has no branch “{name}”.", details={"reference": name}
        )
    return found


def scope_from(data: dict[str, Any] | None) -> Scope:
    """The part of a song that a request means; everything without ``data``."""
    with in_words():
        return Scope.from_dict(data)


@contextmanager
def in_words() -> Iterator[None]:
    """Turn what the score itself refuses into :class:`InvalidInputError` with its paths."""
    try:
        yield
    except ScoreError as error:
        raise InvalidInputError(
            str(error),
            details={
                "problems": [
                    {"path": problem.path, "message": problem.message} for problem in error.problems
                ]
            },
        ) from error
