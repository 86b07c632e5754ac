"""The REST endpoints of the living document."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.services import create_api_token
from compositions.documents import load_plain
from compositions.editing import apply_edits
from compositions.history.branches import protect_branch
from compositions.models import Composition
from compositions.score.serialisation import from_dict
from tests.compositions.songs import make_song
from tests.editing.edits import BAR, op
from tests.factories import MembershipFactory

SONGS = "/api/v1/compositions"


@pytest.fixture
def client(user) -> APIClient:
    _, key = create_api_token(user=user, name="editor", scopes=["read", "write"])
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {key}")
    return client


@pytest.fixture
def at(song: Composition) -> str:
    return f"{SONGS}/{song.pk}"


def batch(*operations: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": "Edit", "operations": list(operations), **more}


def queries(call: Any) -> list[str]:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert call().status_code < 300
    return [query["sql"] for query in captured.captured_queries]


# -- Reading ----------------------------------------------------------------------------


def test_the_document_is_the_score_with_its_revision(client, at, song) -> None:
    answer = client.get(f"{at}/document/")
    document = answer.json()
    assert document.pop("revision") == song.revision
    assert document == load_plain(song)
    assert from_dict(document).title == "Everything"
    assert answer["ETag"] == f'"{song.tree_hash}"'
    again = client.get(f"{at}/document/", HTTP_IF_NONE_MATCH=answer["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == answer["ETag"]
    client.post(f"{at}/edits/", batch(op("n0-0", set={"pitch": 1})))
    changed = client.get(f"{at}/document/", HTTP_IF_NONE_MATCH=answer["ETag"])
    assert changed.status_code == 200
    assert changed["ETag"] != answer["ETag"]


def test_a_document_is_read_by_track(client, at) -> None:
    document = client.get(f"{at}/document/", {"track": ["track1", "track0"]}).json()
    assert [track["id"] for track in document["tracks"]] == ["track0", "track1"]
    assert len(document["syllables"]) == 3
    document = client.get(f"{at}/document/", {"track": "track1"}).json()
    assert document["syllables"] == []
    refused = client.get(f"{at}/document/", {"track": ["track1", "nowhere"]})
    assert refused.status_code == 400
    assert "nowhere" in str(refused.json()["error"]["details"])


def test_a_document_is_read_by_bars(client, at) -> None:
    document = client.get(f"{at}/document/", {"from_bar": 2, "to_bar": 2}).json()
    starts = {note["start"] for track in document["tracks"] for note in track["notes"]}
    assert starts == {1920, 2160, 2400, 2640}
    assert [section["id"] for section in document["sections"]] == ["verse"]
    assert [chord["id"] for chord in document["chords"]] == ["chord1"]
    assert [line["id"] for line in document["lines"]] == ["line0"]
    assert document["syllables"] == []
    assert all(track["automation"] == [] for track in document["tracks"])
    assert len(document["tempos"]) == 2
    whole = client.get(f"{at}/document/", {"from_bar": 1, "to_bar": 4}).json()
    assert whole == client.get(f"{at}/document/").json()
    for query in ({"from_bar": 2}, {"from_bar": 3, "to_bar": 2}, {"from_bar": 0, "to_bar": 1}):
        assert client.get(f"{at}/document/", query).status_code == 400


def test_without_notes_there_is_no_document(client, user) -> None:
    song = make_song(user, "composing")
    assert client.get(f"{SONGS}/{song.pk}/document/").status_code == 404
    assert client.get(f"{SONGS}/{song.pk}/edits/").status_code == 404
    edit = client.post(f"{SONGS}/{song.pk}/edits/", batch(op("n0-0", set={"pitch": 1})))
    assert edit.status_code == 409
    assert "no notes yet" in edit.json()["error"]["message"]


def test_a_document_is_read_in_few_queries(client, at) -> None:
    client.get(f"{at}/document/")
    assert len(queries(lambda: client.get(f"{at}/document/"))) == 10


# -- Editing ----------------------------------------------------------------------------


def test_an_edit_answers_with_what_it_did(client, at, song, user) -> None:
    before = song.revision
    asked = batch(op("n0-0", set={"pitch": 1}), base_sequence=before)
    answer = client.post(f"{at}/edits/", asked)
    assert answer.status_code == 201
    told = answer.json()
    song.refresh_from_db()
    assert (told["sequence"], told["tree_hash"]) == (before + 1, song.tree_hash)
    assert (told["author"], told["source"], told["branch"]) == (str(user.pk), "person", "main")
    assert (told["superseded"], told["refused"], told["repeated"]) == ([], [], False)
    (effect,) = told["effects"]
    assert effect["op_id"] == asked["operations"][0]["op_id"]
    assert (effect["kind"], effect["action"]) == ("note", "set")
    assert effect["after"] == {"pitch": 1}
    again = client.post(f"{at}/edits/", asked)
    assert again.status_code == 200
    assert again.json() == {**told, "repeated": True}


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"operations": []}, "name"),
        ({"name": "x" * 201, "operations": []}, "name"),
        ({"name": "Edit", "operations": []}, "operations"),
        ({"name": "Edit"}, "operations"),
        ({"name": "Edit", "operations": [5]}, "operations[0]"),
        (batch(op("n0-0", set={"pitch": 200})), "operations[0].set.pitch"),
        (batch(op("n0-0", remove=True), base_sequence="1"), "base_sequence"),
        (batch(op("n0-0", remove=True), base_sequence=True), "base_sequence"),
        (batch(op("n0-0", remove=True), strict="yes"), "strict"),
        (batch(op("n0-0", remove=True), colour="red"), "colour"),
        (batch({**op("n0-0", remove=True), "base_seq": 1}), "operations[0].base_seq"),
        ({**batch(op("n0-0", remove=True)), "name": "a\ud800"}, "name"),
        ({**batch(op("n0-0", remove=True)), "name": " "}, "name"),
        (batch(op("n0-0", remove=True), **{"a\ud800": 1}), "a\\ud800"),
        (batch(op("n0-0", set={"b\ud800": 1})), "operations[0].set.b\\ud800"),
        (batch(op("n0-0", set={"track": "\ud800"})), "operations[0].set.track"),
        (batch(op("line0", set={"section_id": "\x00"})), "operations[0].set.section_id"),
        (batch(op("line0", set={"section_id": {"a": 1}})), "operations[0].set.section_id"),
        (batch(op("track0", set={"gain_db": 10**400})), "operations[0].set.gain_db"),
        (batch(op("n0-0", set={"start": 10**400})), "operations[0].set.start"),
    ],
)
def test_faults_are_named_with_their_path(client, at, body: Any, path: str) -> None:
    answer = client.post(f"{at}/edits/", json.dumps(body), content_type="application/json")
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["code"] == "validation_error"
    assert [problem["path"] for problem in error["details"]["problems"]] == [path]


def test_no_more_operations_than_stated(client, at) -> None:
    too_many = batch(*(op(f"n{number}", remove=True) for number in range(5001)))
    answer = client.post(f"{at}/edits/", too_many)
    assert answer.status_code == 400
    assert "1 to 5000" in answer.json()["error"]["message"]
    assert client.post(f"{at}/edits/", [1, 2]).status_code == 400


def test_conflicts_have_both_sides(client, at, song, user) -> None:
    other = MembershipFactory(project=song.project).user
    base = song.revision
    apply_edits(
        composition=song,
        user=other,
        name="Theirs",
        operations=[op("n0-0", set={"pitch": 60}), op("track1", set={"locked": True})],
    )
    strict = batch(op("n0-0", set={"pitch": 64}), base_sequence=base, strict=True)
    answer = client.post(f"{at}/edits/", strict)
    assert answer.status_code == 409
    (conflict,) = answer.json()["error"]["details"]["conflicts"]
    assert (conflict["theirs"], conflict["yours"], conflict["field"]) == (60, 64, "pitch")
    answer = client.post(f"{at}/edits/", batch(op("n1-0", set={"pitch": 64})))
    assert answer.status_code == 409
    (lock,) = answer.json()["error"]["details"]["locked"]
    assert (lock["locked_by"], lock["asked"]) == ("track1", {"set": {"pitch": 64}})
    answer = client.post(f"{at}/edits/", batch(op("n0-0", remove=True), base_sequence=10**6))
    assert answer.status_code == 409
    assert answer.json()["error"]["details"]["revision"] == song.revision


def test_if_match_names_the_document_that_is_edited(client, at, song) -> None:
    known = {"HTTP_IF_MATCH": f'"{song.tree_hash}"'}
    asked = batch(op("n0-0", set={"pitch": 1}))
    first = client.post(f"{at}/edits/", asked, **known)
    assert first.status_code == 201
    # The same again is the answer to the same, whatever it says to know.
    assert client.post(f"{at}/edits/", asked, **known).status_code == 200
    late = client.post(f"{at}/edits/", batch(op("n0-0", set={"pitch": 2})), **known)
    assert late.status_code == 412
    assert late.json()["error"]["details"]["etag"] == f'"{first.json()["tree_hash"]}"'
    assert client.post(f"{at}/edits/undo/", **known).status_code == 412


def test_on_a_protected_branch_only_owners_edit(client, at, song, user) -> None:
    protect_branch(branch=song.branch, user=user, protected=True)
    editor = MembershipFactory(project=song.project).user
    other = APIClient()
    other.force_authenticate(editor)
    asked = batch(op("n0-0", set={"pitch": 1}))
    refused = other.post(f"{at}/edits/", asked)
    assert refused.status_code == 403
    assert "protected" in refused.json()["error"]["message"]
    assert other.post(f"{at}/edits/undo/").status_code == 403
    assert client.post(f"{at}/edits/", asked).status_code == 201


def test_an_edit_takes_few_queries_however_much_it_changes(client, at, song) -> None:
    client.post(f"{at}/edits/", batch(op("n0-0", set={"pitch": 1})))
    one = queries(lambda: client.post(f"{at}/edits/", batch(op("n1-1", set={"pitch": 3}))))
    many = queries(
        lambda: client.post(
            f"{at}/edits/", batch(*(op(f"n1-{n}", set={"pitch": 50 + n}) for n in range(3, 12)))
        )
    )
    assert len(many) == len(one) == 14
    mixer = queries(lambda: client.post(f"{at}/edits/", batch(op("track1", set={"pan": 0.5}))))
    assert len(mixer) <= 14


# -- The log ----------------------------------------------------------------------------


def test_the_log_is_followed_page_by_page(client, at, song, user) -> None:
    begin = song.revision
    for pitch in range(5):
        client.post(f"{at}/edits/", batch(op("n0-0", set={"pitch": pitch})))
    url, found = f"{at}/edits/?after={begin}&limit=2", []
    while url:
        page = client.get(url).json()
        assert page["revision"] == begin + 5
        assert len(page["results"]) <= 2
        found += page["results"]
        url = page["next"]
    assert [entry["sequence"] for entry in found] == list(range(begin + 1, begin + 6))
    assert [entry["effects"][0]["after"] for entry in found[1:]] == [
        {"pitch": pitch} for pitch in range(1, 5)
    ]
    whole = client.get(f"{at}/edits/").json()["results"]
    assert whole[0]["version"] is not None
    assert client.get(f"{at}/edits/?after={begin + 5}").json()["results"] == []
    for query in ("after=-1", "after=x", "limit=0", "limit=101"):
        assert client.get(f"{at}/edits/?{query}").status_code == 400


def test_a_page_of_the_log_holds_a_bounded_number_of_effects(client, at, song) -> None:
    begin = song.revision
    note = {"kind": "note", "track": "track0", "duration": 5, "pitch": 5}
    for part in range(3):
        many = (op(f"many{part}-{n}", add={**note, "start": n}) for n in range(2_000))
        assert client.post(f"{at}/edits/", batch(*many)).status_code == 201
    page = client.get(f"{at}/edits/?after={begin}").json()
    assert [len(entry["effects"]) for entry in page["results"]] == [2_000, 2_000]
    assert page["next"].endswith(f"after={begin + 2}")


def test_the_log_takes_as_many_queries_for_many_as_for_few(client, at) -> None:
    client.post(f"{at}/edits/", batch(op("n0-0", set={"pitch": 1})))
    few = queries(lambda: client.get(f"{at}/edits/"))
    for pitch in range(10):
        client.post(f"{at}/edits/", batch(op("n0-0", set={"pitch": pitch})))
    assert len(queries(lambda: client.get(f"{at}/edits/"))) == len(few)


# -- Undo -------------------------------------------------------------------------------


def test_undo_and_redo_answer_as_edits_do(client, at, song) -> None:
    before = song.tree_hash
    edit = client.post(f"{at}/edits/", batch(op("chord0", set={"start": 9 * BAR}))).json()
    undone = client.post(f"{at}/edits/undo/")
    assert undone.status_code == 201
    assert undone.json()["tree_hash"] == before
    assert (undone.json()["undoes"], undone.json()["name"]) == (edit["batch"], "Undo: Edit")
    assert client.post(f"{at}/edits/redo/").json()["tree_hash"] == edit["tree_hash"]
    assert client.post(f"{at}/edits/redo/").status_code == 409
    again = client.post(f"{at}/edits/{edit['batch']}/undo/")
    assert again.json()["tree_hash"] == before
    assert client.post(f"{at}/edits/{edit['batch']}/undo/").status_code == 409
    unknown = "01a1feec-6646-7017-a210-b0df8cc23550"
    assert client.post(f"{at}/edits/{unknown}/undo/").status_code == 404


def test_an_undo_with_a_key_is_done_once(client, at) -> None:
    for pitch in (1, 2):
        client.post(f"{at}/edits/", batch(op("n0-0", set={"pitch": pitch})))
    key = {"HTTP_IDEMPOTENCY_KEY": "undo-once"}
    first = client.post(f"{at}/edits/undo/", **key)
    second = client.post(f"{at}/edits/undo/", **key)
    assert second["Idempotency-Replayed"] == "true"
    assert first.json() == second.json()
