"""A song with a history that the tests of its pages share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client, override_settings

from accounts.models import User
from compositions.models import Proposal, Version
from tests.compositions.histories import History, again, branch, make_history
from tests.factories import UserFactory


@pytest.fixture(scope="module")
def shared(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any
) -> Iterator[tuple[User, History]]:
    """A musician and a song with a history, made once; each test's changes are undone."""
    files = override_settings(MEDIA_ROOT=str(tmp_path_factory.mktemp("media")))
    with django_db_blocker.unblock(), files, transaction.atomic():
        user = UserFactory()
        yield user, make_history(user)
        transaction.set_rollback(True)


@pytest.fixture
def musician(shared: tuple[User, History], db: None) -> User:
    """Whose song has the history."""
    return User.objects.get(pk=shared[0].pk)


@pytest.fixture
def signed_in(musician: User, page_client: Any) -> Client:
    """The browser of the musician."""
    return page_client(musician)


@pytest.fixture
def history(shared: tuple[User, History], db: None) -> History:
    """The song with its history as it is in the database."""
    song = again(shared[1].song)
    return History(
        song=song,
        bridge=branch(song, "bridge-idea"),
        proposal=Proposal.objects.get(pk=shared[1].proposal.pk),
        versions=list(Version.objects.filter(composition=song).order_by("number")),
    )
