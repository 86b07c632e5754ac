"""Two people: nothing of one is visible to the other on any list or page that takes no key.

``test_permissions`` asks for things by their keys; here the question is what the pages
and lists show by themselves. Every URL without arguments is asked, so a new list page is
covered from the day it exists.
"""

from __future__ import annotations

from typing import Any

import pytest

from accounts.services import create_api_token
from projects import services
from projects.models import Project
from tests.compositions.songs import make_song
from tests.factories import MembershipFactory, ProjectFactory, UserFactory
from tests.permissions.walker import Endpoint, endpoints

pytestmark = pytest.mark.django_db

# The admin shows all to its staff; that nobody else gets in is for test_permissions. The
# description of the API shows no rows.
OPEN = [
    endpoint
    for endpoint in endpoints()
    if endpoint.name
    and not endpoint.arguments
    and not endpoint.route.startswith(("admin/", "api/v1/schema/", "api/v1/docs/"))
]
QUERIES = ("", "?status=trash", "?status=archived", "?search=zanz", "?page_size=100")


def things_of(user: Any) -> None:
    """Give the user one of each thing, all with the word zanzibar in them.

    Other apps add theirs here.
    """
    ProjectFactory(owner=user, name="zanzibar nights", genre="zanzibar", description="zanzibar")
    trashed = ProjectFactory(owner=user, name="zanzibar in the trash")
    services.delete_project(project=trashed, actor=user)
    services.create_project(owner=user, name="zanzibar archive", genre="zanzibar")
    Project.objects.filter(name="zanzibar archive").update(status="archived")
    MembershipFactory(
        project=Project.objects.get(name="zanzibar nights"),
        user=UserFactory(username="zanzibar_friend"),
    )
    create_api_token(user=user, name="zanzibar token", scopes=["read"])
    make_song(user, "ready", title="zanzibar song")


def words_in(endpoint: Endpoint, client: Any, query: str) -> str:
    """Return the body of the answer. A page may repeat its query, which is a shorter word."""
    response = client.get(endpoint.path({}) + query)
    if response.streaming:
        return ""
    body: str = response.content.decode(errors="replace")
    return body


@pytest.mark.parametrize("endpoint", OPEN, ids=lambda endpoint: endpoint.name)
def test_nothing_of_another_is_shown(endpoint: Endpoint, page_client: Any) -> None:
    owner = UserFactory(username="zanzibar", email="zanzibar@example.org")
    things_of(owner)
    other = page_client(UserFactory())
    for query in QUERIES:
        assert "zanzibar" not in words_in(endpoint, other, query), endpoint.route + query


def test_the_owner_sees_their_things(page_client: Any) -> None:
    """A control: the word that is looked for is there for the person whose things they are."""
    owner = UserFactory(username="zanzibar")
    things_of(owner)
    client = page_client(owner)
    shown = {
        endpoint.name
        for endpoint in OPEN
        for query in QUERIES
        if "zanzibar " in words_in(endpoint, client, query)
    }
    lists = {
        "project_list",
        "account_tokens",
        "composition_list",
        "project-list",
        "project-trash",
        "token-list",
        "composition-list",
    }
    assert lists <= shown
