"""The REST endpoints of versions, branches, tags and restoring."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from compositions.history.branches import create_branch, create_tag
from compositions.history.versions import save_version, set_document
from compositions.models import Branch, Composition, Tag, Version
from projects.models import Project
from projects.roles import Role
from tests.compositions.test_api import error_of, of, token_client
from tests.factories import MembershipFactory, ProjectFactory, UserFactory
from tests.history.documents import changed, edit, example, song_with, working

pytestmark = pytest.mark.django_db
KEY = {"Idempotency-Key": "take-1"}


@pytest.fixture
def client(api_client: Callable[..., APIClient], musician: User) -> APIClient:
    """The musician's program."""
    return api_client(musician)


@pytest.fixture
def song(musician: User) -> Composition:
    """Two tracks of 24 notes, saved as version 1 on main."""
    return song_with(musician)


def again(song: Composition) -> Composition:
    found: Composition = Composition.objects.get(pk=song.pk)
    return found


def put(song: Composition, user: User, data: dict[str, Any], message: str = "Changed") -> Version:
    return set_document(
        composition=again(song), data=data, user=user, name=message, source="import",
        message=message,
    )  # fmt: skip


# -- Versions -----------------------------------------------------------------------


def test_saving_keeps_the_working_copy_and_says_what_changed(
    client: APIClient, song: Composition, musician: User
) -> None:
    edit(song, musician, "t0n3", pitch=41)
    answer = client.post(of(song, "versions/"), {"message": "Lower"})
    assert answer.status_code == 201
    body = answer.json()
    assert (body["number"], body["message"], body["source"]) == (2, "Lower", "person")
    assert (body["author"], body["author_name"]) == (str(musician.pk), musician.username)
    assert body["tree_hash"] == again(song).tree_hash
    (parent,) = body["parents"]
    assert (parent["number"], parent["id"]) == (1, body["parent"])
    assert body["sentence_count"] == len(body["sentences"]) == 1
    (sentence,) = body["sentences"]
    assert (sentence["kind"], sentence["entity_ids"]) == ("note", ["t0n3"])
    assert (sentence["track_id"], sentence["action"]) == ("t0", "set")
    assert client.get(of(song, f"versions/{body['id']}/")).json() == body


def test_saving_what_is_saved_answers_with_the_latest_version(
    client: APIClient, song: Composition
) -> None:
    answer = client.post(of(song, "versions/"))
    assert answer.status_code == 200
    assert (answer.json()["number"], answer.json()["parents"]) == (1, [])
    assert Version.objects.count() == 1


def test_versions_are_listed_newest_first_by_branch_and_source(
    client: APIClient, song: Composition, musician: User
) -> None:
    edit(song, musician, "t0n3", pitch=41)
    save_version(composition=again(song), user=musician, message="Lower")
    create_tag(composition=again(song), user=musician, name="Demo", version="v1")

    def listed(**query: str) -> list[Any]:
        found: list[Any] = client.get(of(song, "versions/"), query).json()["results"]
        return found

    assert [row["number"] for row in listed()] == [2, 1]
    assert [row["tags"] for row in listed()] == [[], ["Demo"]]
    assert [row["number"] for row in listed(source="import")] == [1]
    assert [row["number"] for row in listed(branch="main")] == [2, 1]
    assert listed(branch="idea") == []
    error_of(client.get(of(song, "versions/"), {"source": "dream"}), 400, "validation_error")
    page = client.get(of(song, "versions/"), {"page_size": 1}).json()
    assert [row["number"] for row in client.get(page["next"]).json()["results"]] == [1]


def test_the_document_of_a_version_is_sent_once(client: APIClient, song: Composition) -> None:
    path = of(song, f"versions/{song.head_id}/document/")
    answer = client.get(path)
    assert answer.json() == example()
    assert answer.headers["ETag"] == f'"{song.tree_hash}"'
    assert "immutable" in answer.headers["Cache-Control"]
    tag = answer.headers["ETag"]
    for known in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        kept = client.get(path, headers={"If-None-Match": known})
        assert (kept.status_code, kept.content) == (304, b"")
    assert client.get(path, headers={"If-None-Match": '"x"'}).status_code == 200


def test_restoring_makes_a_new_version(
    client: APIClient, song: Composition, musician: User
) -> None:
    first = song.head_id
    put(song, musician, changed(example(), "t0n3", pitch=41))
    answer = client.post(of(song, f"versions/{first}/restore/"))
    assert answer.status_code == 201
    assert (answer.json()["number"], answer.json()["source"]) == (3, "restore")
    assert answer.json()["provenance"]["restored"]["number"] == 1
    assert working(song) == example()
    error_of(client.post(of(song, f"versions/{first}/restore/")), 409, "conflict")


def test_a_fork_is_a_song_of_ones_own(
    api_client: Callable[..., APIClient], song: Composition
) -> None:
    listener = UserFactory()
    MembershipFactory(project=song.project, user=listener, role=Role.VIEWER)
    client = api_client(listener)
    answer = client.post(of(song, f"versions/{song.head_id}/fork/"), {"name": "Mine"})
    assert answer.status_code == 201
    fork = Composition.objects.visible_to(listener).get(pk=answer.json()["id"])
    assert (fork.name, fork.forked_from_id, fork.created_by) == ("Mine", song.head_id, listener)
    assert working(fork)["tracks"] == example()["tracks"]
    elsewhere = {"project": str(song.project_id)}
    refused = client.post(of(song, f"versions/{song.head_id}/fork/"), elsewhere)
    error_of(refused, 400, "validation_error")
    assert Composition.objects.count() == 2


# -- Safe repetition and conditions -------------------------------------------------


def test_one_key_saves_and_forks_once(client: APIClient, song: Composition, musician: User) -> None:
    edit(song, musician, "t0n3", pitch=41)
    saved = [client.post(of(song, "versions/"), {"message": "A"}, headers=KEY) for _ in range(2)]
    assert [answer.status_code for answer in saved] == [201, 201]
    assert saved[0].json() == saved[1].json()
    assert [answer.headers.get("Idempotency-Replayed") for answer in saved] == [None, "true"]
    error_of(client.post(of(song, "versions/"), {"message": "B"}, headers=KEY), 409, "conflict")

    path = of(song, f"versions/{song.head_id}/fork/")
    forks = [client.post(path, headers={"Idempotency-Key": "fork"}) for _ in range(2)]
    assert len({answer.json()["id"] for answer in forks}) == 1
    assert Composition.objects.count() == 2


def test_an_answer_is_not_given_again_to_who_may_no_longer_edit(
    api_client: Callable[..., APIClient], song: Composition, musician: User
) -> None:
    editor = UserFactory()
    member = MembershipFactory(project=song.project, user=editor, role=Role.EDITOR)
    client = api_client(editor)
    edit(song, musician, "t0n3", pitch=41)
    assert client.post(of(song, "versions/"), headers=KEY).status_code == 201
    member.role = Role.VIEWER
    member.save()
    error_of(client.post(of(song, "versions/"), headers=KEY), 403, "permission_denied")


def test_what_was_not_seen_is_not_replaced(
    client: APIClient, song: Composition, musician: User
) -> None:
    first, seen = song.head_id, again(song).tree_hash
    put(song, musician, changed(example(), "t0n3", pitch=41))
    path = of(song, f"versions/{first}/restore/")
    refused = client.post(path, headers={"If-Match": f'"{seen}"'})
    error = error_of(refused, 412, "precondition_failed")
    assert error["details"] == {"etag": f'"{again(song).tree_hash}"'}
    assert Version.objects.count() == 2
    fit = {"If-Match": error["details"]["etag"], **KEY}
    assert client.post(path, headers=fit).status_code == 201
    # The answer was lost on the way: the same request again is no conflict with itself.
    assert client.post(path, headers=fit).status_code == 201
    assert Version.objects.count() == 3


# -- Branches and tags --------------------------------------------------------------


def test_a_branch_from_beginning_to_end(
    client: APIClient, song: Composition, musician: User
) -> None:
    edit(song, musician, "t0n3", pitch=41)
    answer = client.post(of(song, "branches/"), {"name": "idea", "from": "v1"})
    assert answer.status_code == 201
    idea = answer.json()
    assert (idea["name"], idea["tip"]["number"], idea["is_current"]) == ("idea", 1, False)

    gone = client.post(of(song, f"branches/{idea['id']}/checkout/"))
    assert (gone.status_code, gone.json()["is_current"]) == (200, True)
    assert working(song) == example()
    # What was not saved is a version on main.
    assert Branch.objects.get(name="main").tip.number == 2
    listed = client.get(of(song, "branches/")).json()["results"]
    assert {row["name"]: row["is_current"] for row in listed} == {"idea": True, "main": False}

    path = of(song, f"branches/{idea['id']}/")
    error_of(client.delete(path), 409, "conflict")
    assert client.patch(path, {"name": "waltz"}).json()["name"] == "waltz"
    main = next(row for row in listed if row["name"] == "main")
    client.post(of(song, f"branches/{main['id']}/checkout/"))
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("name", ["", "working", "v7", "x" * 101, "a\x00b"])
@pytest.mark.parametrize("part", ["branches/", "tags/"])
def test_unfit_names_are_refused(
    client: APIClient, song: Composition, part: str, name: str
) -> None:
    error_of(client.post(of(song, part), {"name": name}), 400, "validation_error")
    assert (Branch.objects.count(), Tag.objects.count()) == (1, 0)


def test_a_name_is_taken_once(client: APIClient, song: Composition) -> None:
    assert client.post(of(song, "tags/"), {"name": "Demo"}).status_code == 201
    for part in ("branches/", "tags/"):
        error_of(client.post(of(song, part), {"name": "demo"}), 409, "conflict")


def test_only_owners_protect_a_branch(
    api_client: Callable[..., APIClient], client: APIClient, song: Composition, musician: User
) -> None:
    editor = UserFactory()
    MembershipFactory(project=song.project, user=editor, role=Role.EDITOR)
    theirs = api_client(editor)
    path = of(song, f"branches/{song.branch_id}/")
    error_of(theirs.patch(path, {"is_protected": True}), 403, "permission_denied")
    edit(song, editor, "t0n3", pitch=41)
    assert client.patch(path, {"is_protected": True}).json()["is_protected"] is True
    error_of(theirs.post(of(song, "versions/")), 403, "permission_denied")
    assert client.post(of(song, "versions/")).status_code == 201


def test_a_tag_from_beginning_to_end(client: APIClient, song: Composition, musician: User) -> None:
    put(song, musician, changed(example(), "t0n3", pitch=41))
    answer = client.post(of(song, "tags/"), {"name": "Demo for Ana", "version": "v1"})
    assert answer.status_code == 201
    assert answer.json()["version"]["number"] == 1
    path = of(song, f"tags/{answer.json()['id']}/")
    moved = client.patch(path, {"name": "Demo", "version": "main"}).json()
    assert (moved["name"], moved["version"]["number"]) == ("Demo", 2)
    assert client.get(of(song, "tags/")).json()["results"] == [moved]
    error_of(client.patch(path, {"version": "v9"}), 404, "not_found")
    assert client.delete(path).status_code == 204
    assert Version.objects.count() == 2


# -- Roles, tokens, other songs -----------------------------------------------------

CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("versions/", {}),
    ("branches/", {"name": "idea"}),
    ("tags/", {"name": "Demo"}),
    ("merge/", {"from": "v1"}),
    ("cherry-pick/", {"version": "v1"}),
    ("revert/", {"version": "v1"}),
    ("proposals/", {"title": "Brighter", "branch": "main"}),
]


@pytest.mark.parametrize(("role", "status"), [(None, 404), ("viewer", 403), ("commenter", 403)])
def test_who_may_not_edit_changes_no_history(
    api_client: Callable[..., APIClient], song: Composition, role: str | None, status: int
) -> None:
    person = UserFactory()
    if role:
        MembershipFactory(project=song.project, user=person, role=role)
    client = api_client(person)
    for part, body in CHANGES:
        assert client.post(of(song, part), body).status_code == status, part
    restore = of(song, f"versions/{song.head_id}/restore/")
    checkout = of(song, f"branches/{song.branch_id}/checkout/")
    assert {client.post(path).status_code for path in (restore, checkout)} == {status}
    readable = 200 if role else 404
    for part in ("versions/", "branches/", "tags/", "proposals/", "diff/?from=v1"):
        assert client.get(of(song, part)).status_code == readable, part
    assert (Version.objects.count(), Branch.objects.count(), Tag.objects.count()) == (1, 1, 0)


def test_scopes_limit_what_a_token_may_do_to_history(song: Composition, musician: User) -> None:
    reading, writing = token_client(musician, "read"), token_client(musician, "write")
    assert reading.get(of(song, "versions/")).status_code == 200
    error_of(reading.post(of(song, "tags/"), {"name": "Demo"}), 403, "permission_denied")
    assert writing.post(of(song, "tags/"), {"name": "Demo"}).status_code == 201
    error_of(writing.get(of(song, "versions/")), 403, "permission_denied")


def test_the_history_of_another_song_is_not_under_this_one(
    client: APIClient, song: Composition, musician: User
) -> None:
    other, theirs = song_with(musician), song_with(UserFactory())
    for one in (other, theirs):
        error_of(client.get(of(song, f"versions/{one.head_id}/")), 404, "not_found")
        error_of(client.post(of(song, f"versions/{one.head_id}/restore/")), 404, "not_found")
        error_of(client.post(of(song, f"versions/{one.head_id}/fork/")), 404, "not_found")
        error_of(client.get(of(song, "diff/"), {"from": str(one.head_id)}), 404, "not_found")
        error_of(client.post(of(song, "merge/"), {"from": str(one.head_id)}), 404, "not_found")


# -- Lists --------------------------------------------------------------------------


def queries_of(client: APIClient, path: str, rows: int) -> int:
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path, {"page_size": 100})
    assert len(answer.json()["results"]) == rows
    assert not any('"compositions_version"."tree",' in query["sql"] for query in queries)
    return len(queries)


@pytest.mark.parametrize(("part", "most"), [("versions/", 5), ("branches/", 4), ("tags/", 4)])
def test_lists_take_the_same_queries_for_any_number(
    client: APIClient, song: Composition, musician: User, part: str, most: int
) -> None:
    def add(number: int) -> None:
        put(song, musician, changed(example(), "t0n3", pitch=number))
        create_branch(composition=again(song), user=musician, name=f"idea {number}")
        create_tag(composition=again(song), user=musician, name=f"Demo {number}")

    add(40)
    rows = {"versions/": 2, "branches/": 2, "tags/": 1}[part]
    queries_of(client, of(song, part), rows)  # warm
    before = queries_of(client, of(song, part), rows)
    for number in range(41, 46):
        add(number)
    assert queries_of(client, of(song, part), rows + 5) == before <= most


def test_songs_in_other_projects_stay_unseen(client: APIClient) -> None:
    """A control: the roles above are those of the song's project and of no other."""
    project: Project = ProjectFactory()
    song = song_with(project.created_by, project=project)
    assert client.get(of(song, "versions/")).status_code == 404
