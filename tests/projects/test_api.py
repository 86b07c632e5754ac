"""REST endpoints of projects and members."""

from __future__ import annotations

from typing import Any

import pytest

from projects.models import Membership, Project
from projects.roles import Role
from tests.factories import MembershipFactory, ProjectFactory, UserFactory

pytestmark = pytest.mark.django_db

PROJECTS = "/api/v1/projects/"


def names(response: Any) -> list[str]:
    """Return the names in a page of results."""
    assert response.status_code == 200, response.json()
    return [row["name"] for row in response.json()["results"]]


def test_create_read_change_delete_restore(api_client: Any) -> None:
    user = UserFactory()
    client = api_client(user)
    body = {"name": "Evenings", "key": "D minor", "tempo": 82, "meter": "4/4", "genre": "lo-fi"}
    created = client.post(PROJECTS, body)
    assert created.status_code == 201
    assert created.json() | body == created.json()
    assert created.json()["role"] == "owner"
    assert created.json()["member_count"] == 1
    assert created.json()["cover_url"] is None
    path = f"{PROJECTS}{created.json()['id']}/"

    assert client.get(path).json() == created.json()
    changed = client.patch(path, {"status": "active", "settings": {"swing": 0.6}})
    assert changed.status_code == 200
    assert (changed.json()["status"], changed.json()["settings"]) == ("active", {"swing": 0.6})
    assert changed.json()["name"] == "Evenings"
    assert client.put(path, {"description": "no name"}).status_code == 400
    assert client.put(path, {"name": "Mornings"}).json()["name"] == "Mornings"

    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == 404
    assert names(client.get(PROJECTS)) == []
    assert names(client.get(f"{PROJECTS}trash/")) == ["Mornings"]
    assert client.post(f"{path}restore/").status_code == 200
    assert names(client.get(PROJECTS)) == ["Mornings"]
    assert client.post(f"{path}restore/").status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": "  "}, "name"),
        ({"name": "x", "key": "H"}, "key"),
        ({"name": "x", "tempo": 10}, "tempo"),
        ({"name": "x", "tempo": "NaN"}, "tempo"),
        ({"name": "x", "meter": "4"}, "meter"),
        ({"name": "x", "status": "gone"}, "status"),
        ({"name": "x", "status": "archived"}, "status"),
        ({"name": "x", "settings": [1]}, "settings"),
        ({"name": "x", "settings": {"a": "b" * 20000}}, "settings"),
        ({"name": "x", "description": "d" * 5001}, "description"),
        ({"name": "a\u0000b"}, "name"),
    ],
)
def test_bad_values_are_400_with_the_field(
    api_client: Any, body: dict[str, Any], field: str
) -> None:
    response = api_client(UserFactory()).post(PROJECTS, body)
    assert response.status_code == 400
    error = response.json()["error"]
    assert error["code"] == "validation_error"
    assert field in error["details"]["fields"]
    assert not Project.objects.exists()


def test_filters(api_client: Any) -> None:
    user = UserFactory()
    ProjectFactory(owner=user, name="A", genre="Lo-Fi", status="draft")
    ProjectFactory(owner=user, name="B", genre="jazz", status="active", description="quiet tapes")
    ProjectFactory(owner=user, name="C", genre="jazz", status="archived")
    client = api_client(user)
    assert names(client.get(PROJECTS)) == ["C", "B", "A"]
    assert names(client.get(PROJECTS, {"status": "active"})) == ["B"]
    assert names(client.get(PROJECTS, {"genre": "lo-fi"})) == ["A"]
    assert names(client.get(PROJECTS, {"search": "TAPES jazz"})) == ["B"]
    assert names(client.get(PROJECTS, {"search": "jazz", "status": "archived"})) == ["C"]
    assert client.get(PROJECTS, {"status": "gone"}).status_code == 400
    assert client.get(PROJECTS, {"search": "a\u0000"}).status_code == 400


def test_cursor_walks_all_rows_once(api_client: Any) -> None:
    user = UserFactory()
    for number in range(5):
        ProjectFactory(owner=user, name=str(number))
    client = api_client(user)
    found, url = [], f"{PROJECTS}?page_size=2"
    while url:
        response = client.get(url)
        found += names(response)
        url = response.json()["next"]
    assert found == ["4", "3", "2", "1", "0"]


def test_list_needs_as_many_queries_for_20_rows_as_for_1(
    api_client: Any, django_assert_num_queries: Any
) -> None:
    user = UserFactory()
    client = api_client(user)
    ProjectFactory(owner=user)
    for wanted in (1, 20):
        while Project.objects.count() < wanted:
            MembershipFactory(project=ProjectFactory(owner=user))
        # Session, user, and one for the list.
        with django_assert_num_queries(3):
            assert len(client.get(PROJECTS).json()["results"]) == wanted


def test_members_need_as_many_queries_for_20_rows_as_for_1(
    api_client: Any, django_assert_num_queries: Any
) -> None:
    project = ProjectFactory()
    client = api_client(project.created_by)
    for wanted in (1, 20):
        while project.memberships.count() < wanted:
            MembershipFactory(project=project)
        # Session, user, project, and one for the list.
        with django_assert_num_queries(4):
            members = client.get(f"{PROJECTS}{project.pk}/members/").json()["results"]
        assert len(members) == wanted


def test_owner_manages_members(api_client: Any) -> None:
    project, person = ProjectFactory(), UserFactory()
    client = api_client(project.created_by)
    path = f"{PROJECTS}{project.pk}/members/"

    added = client.post(path, {"person": person.email, "role": "viewer"})
    assert added.status_code == 201
    assert added.json()["user"] == {"id": str(person.pk), "username": person.username}
    assert client.post(path, {"person": person.username}).status_code == 409
    assert client.post(path, {"person": "nobody"}).status_code == 400
    assert client.post(path, {"person": person.username, "role": "boss"}).status_code == 400

    member = f"{path}{added.json()['id']}/"
    assert client.patch(member, {"role": "editor"}).json()["role"] == "editor"
    assert client.patch(member, {}).json()["role"] == "editor"
    assert client.patch(member, {"role": "boss"}).status_code == 400
    assert client.delete(member).status_code == 204
    assert api_client(person).get(f"{PROJECTS}{project.pk}/").status_code == 404


def test_last_owner_stays(api_client: Any) -> None:
    project = ProjectFactory()
    client = api_client(project.created_by)
    own = Membership.objects.get(project=project)
    member = f"{PROJECTS}{project.pk}/members/{own.pk}/"
    assert client.patch(member, {"role": "viewer"}).status_code == 409
    assert client.delete(member).status_code == 409
    response = client.post(f"{PROJECTS}{project.pk}/leave/")
    assert response.status_code == 409
    assert "last owner" in response.json()["error"]["message"]
    own.refresh_from_db()
    assert (own.role, own.is_deleted) == (Role.OWNER, False)


def test_member_of_one_project_is_not_found_under_another(api_client: Any) -> None:
    user = UserFactory()
    one, other = ProjectFactory(owner=user), ProjectFactory(owner=user)
    member = MembershipFactory(project=other)
    path = f"{PROJECTS}{one.pk}/members/{member.pk}/"
    client = api_client(user)
    assert client.patch(path, {"role": "viewer"}).status_code == 404
    assert client.delete(path).status_code == 404
    assert Membership.objects.filter(pk=member.pk, role=Role.EDITOR).exists()


@pytest.mark.parametrize("key", ["nonsense", "01a1fe55-7253-750e-bb5c-587c481220cd", "0"])
def test_unknown_keys_are_404(api_client: Any, key: str) -> None:
    client = api_client(UserFactory())
    for path in ("", "members/", f"members/{key}/", "restore/", "leave/", "cover/"):
        url = f"{PROJECTS}{key}/{path}"
        method = client.post if path in ("restore/", "leave/") else client.delete
        response = client.get(url) if path in ("", "members/") else method(url)
        assert response.status_code == 404, url
        assert response.json()["error"]["code"] == "not_found"


def test_unsafe_methods_by_session_need_the_csrf_token() -> None:
    from rest_framework.test import APIClient

    client = APIClient(enforce_csrf_checks=True)
    client.force_login(UserFactory(), backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(PROJECTS, {"name": "x"}).status_code == 403
    assert not Project.objects.exists()
