"""The REST endpoint that compares two states of a song."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from compositions.history.branches import create_branch
from compositions.models import Composition
from tests.compositions.test_api import of
from tests.compositions.test_history_api import again, put
from tests.history.documents import changed, edit, example, song_with, without

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(api_client: Callable[..., APIClient], musician: User) -> APIClient:
    """The musician's program."""
    return api_client(musician)


@pytest.fixture
def song(musician: User) -> Composition:
    """Two tracks of 24 notes, saved as version 1 on main."""
    return song_with(musician)


def difference(client: APIClient, song: Composition, **query: Any) -> dict[str, Any]:
    answer = client.get(of(song, "diff/"), query)
    assert answer.status_code == 200, answer.content
    body: dict[str, Any] = answer.json()
    return body


def test_two_states_are_compared_by_any_of_their_names(
    client: APIClient, song: Composition, musician: User
) -> None:
    put(song, musician, without(changed(example(), "t0n3", pitch=41), "t1n0"))
    create_branch(composition=again(song), user=musician, name="idea", start="v1")
    edit(song, musician, "t0n5", velocity=1)
    body = difference(client, song, **{"from": "v1", "to": "v2"})
    assert body["counts"] == {"added": 0, "changed": 1, "removed": 1, "kinds": {"note": 2}}
    assert body["change_count"] == 2
    assert {"entity_id": "t0n3", "kind": "note", "action": "set"}.items() <= body["changes"][
        0
    ].items()
    assert body["changes"][0]["after"] == {"pitch": 41}
    assert (body["changes"][1]["action"], body["changes"][1]["after"]) == ("remove", None)
    assert body["sentence_count"] == len(body["sentences"]) > 0
    assert (body["from"]["version"]["number"], body["to"]["version"]["number"]) == (1, 2)
    for first, second in (("idea", "main"), (str(song.head_id), "V2")):
        same = difference(client, song, **{"from": first, "to": second})
        assert same["changes"] == body["changes"]
    now = difference(client, song, **{"from": "main"})
    assert (now["to"]["version"], now["to"]["reference"]) == (None, "working")
    assert now["to"]["tree_hash"] == again(song).tree_hash
    assert [change["after"] for change in now["changes"]] == [{"velocity": 1}]


def test_a_long_difference_comes_in_pages(
    client: APIClient, song: Composition, musician: User
) -> None:
    put(song, musician, without(example(), *(f"t0n{place}" for place in range(24))))
    found: list[str] = []
    body = difference(client, song, **{"from": "v1", "limit": 10})
    while True:
        assert len(body["changes"]) <= 10
        found += [change["entity_id"] for change in body["changes"]]
        if body["next"] is None:
            break
        body = client.get(body["next"]).json()
    assert sorted(found) == sorted(f"t0n{place}" for place in range(24))
    words = difference(client, song, **{"from": "v1", "words": "only", "limit": 1})
    assert words["changes"] == []
    assert len(words["sentences"]) == 1
    assert (words["next"] is None) == (words["sentence_count"] == 1)


def test_a_difference_that_is_known_is_not_sent_again(
    client: APIClient, song: Composition, musician: User
) -> None:
    query = {"from": "v1"}
    tag = client.get(of(song, "diff/"), query).headers["ETag"]
    assert client.get(of(song, "diff/"), query, headers={"If-None-Match": tag}).status_code == 304
    edit(song, musician, "t0n3", pitch=41)
    assert client.get(of(song, "diff/"), query, headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 400),
        ({"from": "v1", "limit": "0"}, 400),
        ({"from": "v1", "limit": "5001"}, 400),
        ({"from": "v1", "offset": "-1"}, 400),
        ({"from": "v1", "words": "some"}, 400),
        ({"from": "v2"}, 404),
        ({"from": "v99999999999"}, 404),
        ({"from": "zanzibar"}, 404),
        ({"from": "v1", "to": "0199c1a0-0000-7000-8000-000000000000"}, 404),
    ],
)
def test_unfit_comparisons_are_refused(
    client: APIClient, song: Composition, query: dict[str, str], status: int
) -> None:
    assert client.get(of(song, "diff/"), query).status_code == status
