"""People and songs for the tests of the history."""

from __future__ import annotations

import pytest

from accounts.models import User
from compositions.models import Composition
from projects.models import Project
from tests.factories import MembershipFactory, ProjectFactory, UserFactory
from tests.history.documents import song_with


@pytest.fixture
def ana(db: None) -> User:
    """Who owns the songs."""
    return UserFactory(username="ana")


@pytest.fixture
def band(ana: User) -> Project:
    """A project of ana's."""
    return ProjectFactory(owner=ana, name="The band")


@pytest.fixture
def bo(band: Project) -> User:
    """An editor of the project."""
    return MembershipFactory(project=band, user=UserFactory(username="bob")).user


@pytest.fixture
def song(ana: User, band: Project) -> Composition:
    """A song of the project with one version on main."""
    return song_with(ana, project=band)
