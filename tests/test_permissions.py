"""Every URL x every role x every method: who gets what, and that refusals change nothing."""

from __future__ import annotations

import pytest
from django.apps import apps

from tests.permissions.families import ENDPOINTS, OURS, THEIRS, family_of
from tests.permissions.rows import METHODS, UNSAFE
from tests.permissions.table import TABLE
from tests.permissions.walker import Asker, Endpoint
from tests.permissions.world import ROLES, build_world

pytestmark = pytest.mark.django_db


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
