"""The REST endpoints of merges, picks, reverts, proposals and blame."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from compositions.models import Composition, Proposal, Version
from compositions.score.entities import to_entities
from projects.roles import Role
from tests.compositions.test_api import error_of, of
from tests.compositions.test_history_api import again, put, queries_of
from tests.factories import MembershipFactory, UserFactory
from tests.history.documents import changed, edit, example, song_with, working
from tests.history.test_merging import on_branch

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(api_client: Callable[..., APIClient], musician: User) -> APIClient:
    """The musician's program."""
    return api_client(musician)


@pytest.fixture
def song(musician: User) -> Composition:
    """Two tracks of 24 notes, saved as version 1 on main."""
    return song_with(musician)


def field(song: Composition, note: str, name: str = "pitch") -> Any:
    return to_entities(working(song))[note][name]


# -- Merging ------------------------------------------------------------------------


def test_a_merge_is_shown_and_then_made(
    client: APIClient, song: Composition, musician: User
) -> None:
    on_branch(song, musician, changed(example(), "t1n8", pitch=45))
    edit(song, musician, "t0n0", velocity=33)
    wish = {"from": "ideas", "message": "Ideas in"}
    shown = client.post(of(song, "merge/"), {**wish, "dry_run": True})
    assert shown.status_code == 200
    plan = shown.json()
    assert (plan["can_merge"], plan["conflict_count"], plan["warning_count"]) == (True, 0, 0)
    assert (plan["ours_changes"], plan["theirs_changes"]) == (1, 1)
    assert [sentence["entity_ids"] for sentence in plan["sentences"]] == [["t1n8"]]
    assert Version.objects.count() == 2, "a dry run saves nothing"

    made = client.post(of(song, "merge/"), wish)
    assert made.status_code == 201
    body = made.json()
    assert (body["source"], body["message"], len(body["parents"])) == ("merge", "Ideas in", 2)
    assert (field(song, "t1n8"), field(song, "t0n0", "velocity")) == (45, 33)
    error_of(client.post(of(song, "merge/"), wish), 409, "conflict")


def test_what_both_changed_is_answered_until_it_is_decided(
    client: APIClient, song: Composition, musician: User
) -> None:
    on_branch(song, musician, changed(example(), "t0n0", pitch=61))
    put(song, musician, changed(example(), "t0n0", pitch=62))
    before = Version.objects.count()
    wish: dict[str, Any] = {"from": "ideas"}
    refused = error_of(client.post(of(song, "merge/"), wish), 409, "conflict")["details"]
    (conflict,) = refused["conflicts"]
    assert (conflict["entity_id"], conflict["field"], conflict["default"]) == (
        "t0n0",
        "pitch",
        "ours",
    )
    assert (conflict["ours"], conflict["theirs"]) == (62, 61)
    assert conflict["words"]
    dry = {**wish, "dry_run": True}
    assert client.post(of(song, "merge/"), dry).json()["can_merge"] is False
    decided = {**wish, "resolutions": {conflict["id"]: "theirs"}}
    plan = client.post(of(song, "merge/"), {**decided, "dry_run": True}).json()
    assert (plan["can_merge"], plan["conflicts"]) == (True, [])
    assert plan["resolved"][0]["resolution"] == "theirs"
    assert Version.objects.count() == before

    body = client.post(of(song, "merge/"), decided).json()
    assert field(song, "t0n0") == 61
    assert body["merge"]["resolved"][0]["id"] == conflict["id"]


def test_defaults_decide_when_that_is_said(
    client: APIClient, song: Composition, musician: User
) -> None:
    on_branch(song, musician, changed(example(), "t0n0", pitch=61))
    put(song, musician, changed(example(), "t0n0", pitch=62))
    made = client.post(of(song, "merge/"), {"from": "ideas", "accept_defaults": True})
    assert made.status_code == 201
    assert field(song, "t0n0") == 62
    assert made.json()["merge"]["defaults_accepted"] is True


def test_a_warning_that_blocks_is_mended_by_its_fix(
    client: APIClient, song: Composition, musician: User
) -> None:
    on_branch(song, musician, changed(example(), "tempo", bpm=120.0))
    put(song, musician, changed(example(), "tempo", bpm=80.0))
    wish: dict[str, Any] = {"from": "ideas", "accept_defaults": True}
    refused = error_of(client.post(of(song, "merge/"), wish), 409, "conflict")["details"]
    blocking = [warning for warning in refused["warnings"] if warning["blocking"]]
    assert blocking
    assert client.post(of(song, "merge/"), {**wish, "dry_run": True}).json()["can_merge"] is False
    (conflict,) = refused["conflicts"]
    decided = {"from": "ideas", "resolutions": {conflict["id"]: "theirs"}}
    made = client.post(of(song, "merge/"), decided)
    assert made.status_code == 201, made.content
    assert working(song)["tempos"][0]["bpm"] == 120.0


def test_a_merge_into_another_branch_leaves_the_working_copy(
    client: APIClient, song: Composition, musician: User
) -> None:
    branch = on_branch(song, musician, changed(example(), "t1n8", pitch=45))
    put(song, musician, changed(example(), "t0n0", pitch=62))
    before = working(song)
    made = client.post(of(song, "merge/"), {"from": "main", "into": str(branch.pk)})
    assert (made.status_code, made.json()["branch_name"]) == (201, "ideas")
    assert working(song) == before
    branch.refresh_from_db()
    assert branch.tip.number == made.json()["number"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"from": ""}, 400),
        ({"from": "ideas", "resolutions": {"x": "mine"}}, 400),
        ({"from": "ideas", "resolutions": []}, 400),
        ({"from": "ideas", "message": "x" * 501}, 400),
        ({"from": "zanzibar"}, 404),
        ({"from": "ideas", "into": "zanzibar"}, 404),
        ({"from": "ideas", "into": "a\x00b"}, 400),
        ({"from": "v1"}, 409),
        ({"from": "working"}, 409),
    ],
)
def test_unfit_merges_are_refused(
    client: APIClient, song: Composition, musician: User, body: dict[str, Any], status: int
) -> None:
    on_branch(song, musician, changed(example(), "t1n8", pitch=45))
    before = Version.objects.count()
    assert client.post(of(song, "merge/"), body).status_code == status
    assert Version.objects.count() == before


def test_a_merge_is_bound_to_the_state_that_was_seen(
    client: APIClient, song: Composition, musician: User
) -> None:
    on_branch(song, musician, changed(example(), "t1n8", pitch=45))
    seen = {"If-Match": f'"{again(song).tree_hash}"'}
    edit(song, musician, "t0n0", velocity=33)
    refused = client.post(of(song, "merge/"), {"from": "ideas"}, headers=seen)
    error_of(refused, 412, "precondition_failed")
    now = {"If-Match": f'"{again(song).tree_hash}"'}
    assert client.post(of(song, "merge/"), {"from": "ideas"}, headers=now).status_code == 201


# -- Parts --------------------------------------------------------------------------


def test_a_part_of_a_version_is_taken_over(
    client: APIClient, song: Composition, musician: User
) -> None:
    theirs = changed(changed(example(), "t0n0", pitch=61), "t1n8", pitch=45)
    on_branch(song, musician, theirs)
    wish = {"version": "ideas", "scope": {"tracks": ["t1"], "bars": [1, 4]}}
    plan = client.post(of(song, "cherry-pick/"), {**wish, "dry_run": True}).json()
    assert [sentence["entity_ids"] for sentence in plan["sentences"]] == [["t1n8"]]
    made = client.post(of(song, "cherry-pick/"), wish)
    assert made.status_code == 201
    assert made.json()["provenance"]["picked"]["scope"]["tracks"] == ["t1"]
    assert (field(song, "t0n0"), field(song, "t1n8")) == (
        to_entities(example())["t0n0"]["pitch"],
        45,
    )


@pytest.mark.parametrize(
    "scope",
    [
        {"tracks": ["t9"]},
        {"tracks": "t1"},
        {"bars": [4, 1]},
        {"bars": [1]},
        {"bars": [0, 4]},
        {"sections": ["x" * 65]},
        {"tracks": ["t1"] * 1001},
    ],
)
@pytest.mark.parametrize("dry_run", [False, True])
def test_unfit_scopes_are_refused(
    client: APIClient, song: Composition, musician: User, scope: dict[str, Any], dry_run: bool
) -> None:
    on_branch(song, musician, changed(example(), "t1n8", pitch=45))
    wish = {"version": "ideas", "scope": scope, "dry_run": dry_run}
    error_of(client.post(of(song, "cherry-pick/"), wish), 400, "validation_error")


def test_one_version_is_taken_back(client: APIClient, song: Composition, musician: User) -> None:
    put(song, musician, changed(example(), "t0n0", pitch=61))
    put(song, musician, changed(working(song), "t1n8", pitch=45))
    made = client.post(of(song, "revert/"), {"version": "v2"})
    assert made.status_code == 201
    assert field(song, "t0n0") == to_entities(example())["t0n0"]["pitch"]
    assert field(song, "t1n8") == 45
    error_of(client.post(of(song, "revert/"), {"version": "v1"}), 400, "validation_error")


# -- Proposals ----------------------------------------------------------------------


def offer(client: APIClient, song: Composition, **more: Any) -> dict[str, Any]:
    document = changed(changed(working(song), "t0n0", pitch=61), "t1n8", pitch=45)
    answer = client.post(
        of(song, "proposals/"), {"title": "Brighter", "document": document, **more}
    )
    assert answer.status_code == 201, answer.content
    body: dict[str, Any] = answer.json()
    return body


def test_a_proposal_is_seen_and_accepted_in_part(
    client: APIClient, song: Composition, musician: User
) -> None:
    made = offer(client, song, description="More light")
    assert (made["state"], made["target"], made["base"]["number"]) == ("open", "main", 1)
    assert made["sentence_count"] == len(made["sentences"]) > 0
    assert field(song, "t0n0") != 61
    path = of(song, f"proposals/{made['id']}/")
    assert client.get(path).json() == made
    wish = {"scope": {"tracks": ["t0"]}}
    plan = client.post(f"{path}accept/", {**wish, "dry_run": True}).json()
    assert [sentence["entity_ids"] for sentence in plan["sentences"]] == [["t0n0"]]
    assert client.get(path).json()["state"] == "open"

    accepted = client.post(f"{path}accept/", {**wish, "message": "The lead only"})
    assert accepted.status_code == 201
    body = accepted.json()
    assert (body["state"], body["decided_by"]) == ("partly_accepted", str(musician.pk))
    assert body["decision"]["scope"]["tracks"] == ["t0"]
    assert body["result"]["message"] == "The lead only"
    assert (field(song, "t0n0"), field(song, "t1n8") == 45) == (61, False)
    for verb in ("accept", "reject", "withdraw"):
        error_of(client.post(f"{path}{verb}/"), 409, "conflict")


def test_a_branch_is_proposed_and_rejected(
    client: APIClient, song: Composition, musician: User
) -> None:
    on_branch(song, musician, changed(example(), "t1n8", pitch=45))
    wish = {"title": "Ideas", "branch": "ideas"}
    key = {"Idempotency-Key": "offer"}
    answers = [client.post(of(song, "proposals/"), wish, headers=key) for _ in range(2)]
    assert len({answer.json()["id"] for answer in answers}) == Proposal.objects.count() == 1
    path = of(song, f"proposals/{answers[0].json()['id']}/")
    rejected = client.post(f"{path}reject/", {"reason": "Too bright"}).json()
    assert (rejected["state"], rejected["decision"]) == ("rejected", {"reason": "Too bright"})
    listed = client.get(of(song, "proposals/"), {"state": "rejected"}).json()["results"]
    assert [row["id"] for row in listed] == [rejected["id"]]
    assert client.get(of(song, "proposals/"), {"state": "open"}).json()["results"] == []


def test_only_who_made_a_proposal_withdraws_it(
    api_client: Callable[..., APIClient], client: APIClient, song: Composition
) -> None:
    editor = UserFactory()
    MembershipFactory(project=song.project, user=editor, role=Role.EDITOR)
    path = of(song, f"proposals/{offer(client, song)['id']}/withdraw/")
    error_of(api_client(editor).post(path), 403, "permission_denied")
    assert client.post(path).json()["state"] == "withdrawn"


def broken(document: dict[str, Any]) -> dict[str, Any]:
    return changed(document, "t0n0", pitch=900)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"title": "A"}, 400),
        ({"title": "A", "branch": "main", "document": {}}, 400),
        ({"title": "A", "document": {}}, 400),
        ({"title": "A", "document": {"tracks": "no"}}, 400),
        ({"title": "A", "document": broken(example())}, 400),
        ({"title": "A", "document": example()}, 400),
        ({"title": " ", "branch": "main"}, 400),
        ({"title": "A", "branch": "main"}, 400),
        ({"title": "A", "branch": "zanzibar"}, 404),
        ({"title": "A", "branch": "main", "base": "v1"}, 400),
    ],
)
def test_unfit_proposals_are_refused(
    client: APIClient, song: Composition, body: dict[str, Any], status: int
) -> None:
    answer = client.post(of(song, "proposals/"), body)
    assert answer.status_code == status, answer.content
    assert not Proposal.objects.exists()


def test_the_list_of_proposals_takes_the_same_queries_for_any_number(
    client: APIClient, song: Composition
) -> None:
    offer(client, song)
    queries_of(client, of(song, "proposals/"), 1)  # warm
    before = queries_of(client, of(song, "proposals/"), 1)
    for _ in range(4):
        offer(client, song)
    assert queries_of(client, of(song, "proposals/"), 5) == before <= 4


# -- Blame --------------------------------------------------------------------------


def test_blame_names_who_set_each_field(
    client: APIClient, song: Composition, musician: User
) -> None:
    other = UserFactory()
    put(song, other, changed(example(), "t0n0", velocity=33), "Softer")
    page = client.get(of(song, "blame/"), {"entity": ["t0n0", "t1n8"]}).json()
    assert (page["count"], page["next"]) == (2, None)
    softer, untouched = page["results"]
    assert (softer["entity_id"], softer["track_id"]) == ("t0n0", "t0")
    assert softer["created"]["author_name"] == musician.username
    assert (softer["changed"]["author_name"], softer["changed"]["message"]) == (
        other.username,
        "Softer",
    )
    assert softer["fields"][0]["fields"] == ["velocity"]
    assert softer["fields"][0]["version_number"] == 2
    assert "velocity" in softer["words"]
    assert {row["version_number"] for row in untouched["fields"]} == {1}
    earlier = client.get(of(song, "blame/"), {"entity": "t0n0", "at": "v1"}).json()
    assert earlier["results"][0]["changed"]["version_number"] == 1


def test_blame_of_a_track_comes_in_pages(client: APIClient, song: Composition) -> None:
    page = client.get(of(song, "blame/"), {"track": "t0", "limit": 20}).json()
    assert (page["count"], len(page["results"])) == (25, 20)
    assert len(client.get(page["next"]).json()["results"]) == 5


@pytest.mark.parametrize(
    "query", [{}, {"track": "t9"}, {"entity": "x"}, {"entity": "t0n0", "track": "t0"}]
)
def test_unfit_blame_is_refused(
    client: APIClient, song: Composition, query: dict[str, str]
) -> None:
    error_of(client.get(of(song, "blame/"), query), 400, "validation_error")
