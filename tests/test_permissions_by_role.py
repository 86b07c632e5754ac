"""Every URL of ours x every role x every method: who gets what; refusals change nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from tests.permissions.families import OURS
from tests.permissions.rows import METHODS, UNSAFE
from tests.permissions.table import TABLE
from tests.permissions.walker import Asker, Endpoint, fingerprint
from tests.permissions.world import ROLES, World, build_world

pytestmark = pytest.mark.django_db


def test_the_fingerprint_sees_every_kind_of_change() -> None:
    """A control: also changes that pass by the models, and deletions, count."""
    from projects.models import Membership, Project

    world = build_world()
    seen = {fingerprint()}
    Project.objects.filter(pk=world.project.pk).update(genre="jazz")
    seen.add(fingerprint())
    Membership.objects.filter(pk=world.member.pk).delete()
    seen.add(fingerprint())
    Membership.objects.bulk_create(
        [Membership(project=world.project, user=world.people["stranger"], role="viewer")]
    )
    seen.add(fingerprint())
    assert len(seen) == 4


@pytest.fixture(scope="module")
def media_root(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where the files of the world lie."""
    return str(tmp_path_factory.mktemp("media"))


@pytest.fixture(scope="module")
def shared_world(django_db_setup: None, django_db_blocker: Any, media_root: str) -> Iterator[World]:
    """One world for all URLs; to build it takes longer than to ask a URL all."""
    with django_db_blocker.unblock(), transaction.atomic():
        with override_settings(MEDIA_ROOT=media_root):
            world = build_world()
        yield world
        transaction.set_rollback(True)


@pytest.fixture
def world(shared_world: World, settings: Any, media_root: str) -> World:
    """The world as it was built: what each test does to its rows is taken back."""
    settings.MEDIA_ROOT = media_root
    return shared_world


@pytest.mark.parametrize(
    "endpoint", [e for e in OURS if e.name in TABLE], ids=lambda endpoint: endpoint.name
)
def test_ours(endpoint: Endpoint, world: World) -> None:
    row = TABLE[endpoint.name]
    asker = Asker(world)
    path = endpoint.path(row.args(world))
    wrong = []
    for method in METHODS:
        body = row.bodies[method](world) if method in row.bodies else None
        for role in ROLES:
            expected = row.expected[method][role]
            status, changed = asker.ask(role, method, path, body, multipart=row.multipart)
            if status not in expected.rstrip("=").split("|"):
                wrong.append(f"{method} as {role}: expected {expected}, got {status}")
            refused = status == "login" or int(status) >= 400
            may_change = method in UNSAFE or (method == "GET" and row.changes_by_get)
            must_change = may_change and not refused and not expected.endswith("=")
            if changed and not must_change:
                wrong.append(f"{method} as {role}: answered {status}, but changed the database")
            if must_change and not changed:
                wrong.append(f"{method} as {role}: answered {status}, but changed nothing")
    assert not wrong, f"{path}\n" + "\n".join(wrong)
