"""A song with everything in it, and what it says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from accounts.models import User
from compositions.documents import load_plain
from compositions.editing import AppliedEdits, apply_edits, lock_document, verify_document
from compositions.models import Composition
from compositions.score.entities import Entities, to_entities
from tests.editing.songs import full_song
from tests.factories import UserFactory

Apply = Callable[..., AppliedEdits]


@pytest.fixture
def user(db: None) -> User:
    return UserFactory()


@pytest.fixture
def song(user: User) -> Composition:
    return full_song(user)


@pytest.fixture
def edit(song: Composition, user: User) -> Apply:
    """Apply operations in the name of the song's owner, or of ``by``."""

    def apply(*operations: dict[str, Any], by: User | None = None, **options: Any) -> AppliedEdits:
        return apply_edits(
            composition=song,
            user=by or user,
            name=options.pop("name", "Edit"),
            operations=list(operations),
            **options,
        )

    return apply


@pytest.fixture
def entities(song: Composition) -> Callable[[], Entities]:
    """What the rows of the song say now, by id."""
    return lambda: to_entities(load_plain(Composition.objects.get(pk=song.pk)))


@pytest.fixture
def is_right(song: Composition) -> Callable[[], bool]:
    """Whether the song's rows, log and hashes agree; fails with what does not."""

    def verify() -> bool:
        with transaction.atomic():
            assert verify_document(lock_document(song.pk)) == []
        return True

    return verify
