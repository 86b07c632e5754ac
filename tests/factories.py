"""Rows for tests. Each app adds its own below."""

from __future__ import annotations

from typing import Any

import factory
from factory.django import DjangoModelFactory

from accounts.models import User
from projects.models import Membership, Project
from projects.roles import Role

PASSWORD = "a wistful lo-fi tune"


class UserFactory(DjangoModelFactory[User]):
    """A person who can sign in with ``PASSWORD``; ``staff=True`` may do all in the admin."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    class Params:
        staff = factory.Trait(is_staff=True, is_superuser=True)

    username = factory.Sequence(lambda n: f"musician{n}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.org")

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        password = kwargs.pop("password", PASSWORD)
        user = model_class(*args, **kwargs)
        user.set_password(password)
        user.save()
        return user


class MembershipFactory(DjangoModelFactory[Membership]):
    """A person's role in a project: an editor unless told otherwise."""

    class Meta:
        model = Membership

    project = factory.SubFactory("tests.factories.ProjectFactory")
    user = factory.SubFactory(UserFactory)
    role = Role.EDITOR


class ProjectFactory(DjangoModelFactory[Project]):
    """A project; ``owner`` becomes a member with the role of owner."""

    class Meta:
        model = Project
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Project {n}")
    owner = None

    @classmethod
    def _create(cls, model_class: type[Project], *args: Any, **kwargs: Any) -> Project:
        owner = kwargs.pop("owner", None) or UserFactory()
        project = model_class(*args, **{"created_by": owner, **kwargs})
        project.save()
        Membership.objects.create(project=project, user=owner, role=Role.OWNER)
        return project
