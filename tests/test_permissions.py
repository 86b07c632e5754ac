"""Every URL x every role x every method: who gets what, and that refusals change nothing."""

from __future__ import annotations

import pytest
from django.apps import apps

from tests.permissions.families import FAMILIES
from tests.permissions.rows import METHODS, UNSAFE
from tests.permissions.table import TABLE
from tests.permissions.walker import Asker, Endpoint, endpoints, fingerprint
from tests.permissions.world import ROLES, build_world

pytestmark = pytest.mark.django_db

ENDPOINTS = endpoints()


def family_of(endpoint: Endpoint):  # type: ignore[no-untyped-def]
    """Return the rule and the arguments of the endpoint's family, or None."""
    for belongs, allows, arguments in FAMILIES:
        if belongs(endpoint):
            return allows, arguments
    return None


OURS = [endpoint for endpoint in ENDPOINTS if family_of(endpoint) is None]
THEIRS = [endpoint for endpoint in ENDPOINTS if family_of(endpoint) is not None]


def part_of(endpoint: Endpoint) -> str:
    """Return the part that the URL belongs to: an app in the admin, or a whole family."""
    family, _, rest = endpoint.route.partition("/")
    app = rest.partition("/")[0]
    return f"{family}/{app}" if app in apps.app_configs else family


def row_to_add(endpoint: Endpoint) -> str:
    """Return the row that the table lacks, for a person to fill in."""
    kind, outside = ("api", "401") if endpoint.route.startswith("api/") else ("page", "login")
    args = ""
    if endpoint.arguments:
        inner = ", ".join(f'"{name}": world.…' for name in endpoint.arguments)
        args = f"\n        args=lambda world: {{{inner}}},"
    return (
        f"    {kind}(  # {endpoint.route}\n"
        f'        "{endpoint.name}",{args}\n'
        f'        GET="{outside} ? ? ? ? ? ?",  # {" ".join(ROLES)}\n'
        f"    ),"
    )


def test_every_url_has_a_row() -> None:
    missing = [endpoint for endpoint in OURS if endpoint.name not in TABLE]
    rows = "\n".join(row_to_add(endpoint) for endpoint in missing)
    assert not missing, f"Add to tests/permissions/table.py and fill in the statuses:\n{rows}"


def test_every_row_has_a_url() -> None:
    gone = TABLE.keys() - {endpoint.name for endpoint in OURS}
    assert not gone, f"These rows of tests/permissions/table.py name no URL: {sorted(gone)}"


def test_no_two_urls_share_a_name() -> None:
    names = [endpoint.name for endpoint in OURS]
    assert all(names), "Every URL of ours has a name."
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    "endpoint", [e for e in OURS if e.name in TABLE], ids=lambda endpoint: endpoint.name
)
def test_ours(endpoint: Endpoint) -> None:
    row = TABLE[endpoint.name]
    world = build_world()
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


@pytest.mark.parametrize("part", sorted({part_of(endpoint) for endpoint in THEIRS}))
def test_theirs(part: str) -> None:
    """The URLs of a part share a world: to build one takes longer than to ask a URL all."""
    world = build_world()
    asker = Asker(world)
    wrong = []
    for endpoint in THEIRS:
        if part_of(endpoint) != part:
            continue
        rule = family_of(endpoint)
        assert rule is not None
        allows, arguments = rule
        path = endpoint.path(arguments(endpoint, world))
        for method in METHODS:
            for role in ROLES:
                # These libraries answer PUT and the like as they answer GET: one drawing is enough.
                draw = method in ("GET", "POST")
                status, changed = asker.ask(role, method, path, draw=draw)
                allowed = allows(endpoint, role, method)
                asked = f"{method} {path} ({endpoint.name}) as {role}"
                if status not in allowed:
                    wrong.append(f"{asked}: got {status}, allowed {sorted(allowed)}")
                if changed and (status == "login" or int(status) >= 400 or method not in UNSAFE):
                    wrong.append(f"{asked}: answered {status}, but changed the database")
    assert not wrong, "\n".join(wrong)


def test_the_walk_finds_the_urls_of_all_apps() -> None:
    """A control: a walker that finds nothing would pass everything."""
    names = {endpoint.name for endpoint in ENDPOINTS}
    assert {"project_detail", "project-detail", "account_login", "admin:index"} <= names
    assert len(ENDPOINTS) > 60


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
