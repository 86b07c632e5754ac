"""Files that are brought in and taken out, over the API and on the pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from ariaforge.models import Job
from compositions.documents import load_score
from compositions.models import Composition, Import
from tests.compositions.brought import edited, fail_waiting, midi, musicxml, upload
from tests.compositions.songs import make_song
from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
Work = Callable[..., list[Job]]


@pytest.fixture
def song(musician: User) -> Composition:
    """A song with notes and a mix."""
    return make_song(musician, "ready")


# -- The API ------------------------------------------------------------------------------


@pytest.fixture
def api(musician: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(musician)
    return client


def test_api_of_a_new_song(api: APIClient, run_jobs: Work) -> None:
    url = "/api/v1/compositions/import/"
    body = {"file": upload(midi(), "a.mid"), "name": "Given"}
    answer = api.post(url, body, format="multipart", headers={"Idempotency-Key": "one"})
    assert answer.status_code == 202, answer.content
    song = answer.json()
    assert (song["stage"], song["name"], song["job"]["kind"]) == ("importing", "Given", "import")
    body["file"] = upload(midi(), "a.mid")
    again = api.post(url, body, format="multipart", headers={"Idempotency-Key": "one"})
    assert again.json()["id"] == song["id"]
    run_jobs("compose")
    rows = api.get(f"/api/v1/compositions/{song['id']}/imports/").json()["results"]
    assert [(row["filename"], row["mode"], row["job"]["state"]) for row in rows] == [
        ("a.mid", "new", "succeeded")
    ]
    assert rows[0]["remarks"]
    assert rows[0]["asset"]["content_type"] == "audio/midi"


@pytest.mark.parametrize(
    ("name", "content", "status", "code"),
    [
        ("a.mid", b"not music", 415, "unsupported_media_type"),
        ("a.mid", b"", 400, "validation_error"),
        ("a.mid", b"MThd" + b"\0" * (2 * 1024 * 1024 + 1), 413, "too_large"),
    ],
)
def test_api_refusals(
    api: APIClient, song: Composition, name: str, content: bytes, status: int, code: str
) -> None:
    for url in ("/api/v1/compositions/import/", f"/api/v1/compositions/{song.pk}/import/"):
        answer = api.post(url, {"file": upload(content, name)}, format="multipart")
        assert answer.status_code == status, answer.content
        assert answer.json()["error"]["code"] == code
    assert api.post("/api/v1/compositions/import/", {}, format="multipart").status_code == 400


def test_api_into_a_song(api: APIClient, song: Composition, run_jobs: Work) -> None:
    content = musicxml(edited(load_score(song)))
    answer = api.post(
        f"/api/v1/compositions/{song.pk}/import/",
        {"file": upload(content, "b.musicxml"), "mode": "propose"},
        format="multipart",
    )
    assert answer.status_code == 202, answer.content
    row = answer.json()
    assert (row["mode"], row["format"], row["job"]["state"]) == ("propose", "musicxml", "queued")
    run_jobs("compose")
    row = api.get(f"/api/v1/compositions/{song.pk}/imports/{row['id']}/").json()
    assert row["proposal"]
    assert row["version"] is None


def test_the_list_of_imports_asks_few_questions(
    api: APIClient, song: Composition, django_assert_max_num_queries: Any
) -> None:
    for number in range(5):
        Import.objects.create(
            composition=song, filename=f"{number}.mid", format="midi", mode="apply", sha256="0" * 64
        )
    with django_assert_max_num_queries(6):
        assert api.get(f"/api/v1/compositions/{song.pk}/imports/").json()["results"]


# -- The pages ----------------------------------------------------------------------------


@pytest.fixture
def visitor(client: Client, musician: User) -> Client:
    client.force_login(musician)
    return client


def test_home_takes_a_file(visitor: Client, run_jobs: Work) -> None:
    page = visitor.get("/").content.decode()
    key = re.search(
        r'action="/songs/import/".*?name="request_key" value="([^"]+)"', page, re.DOTALL
    )
    assert key is not None
    body = {"file": upload(midi(), "a.mid"), "request_key": key[1]}
    answer = visitor.post("/songs/import/", body)
    song = Composition.objects.get()
    assert answer["Location"] == f"/songs/{song.pk}/"
    body["file"] = upload(midi(), "a.mid")
    visitor.post("/songs/import/", body)
    assert Composition.objects.count() == 1
    page = visitor.get(f"/songs/{song.pk}/").content.decode()
    assert "Importing" in page
    run_jobs("compose")
    page = visitor.get(f"/songs/{song.pk}/").content.decode()
    assert "Made from a file" in page
    assert "a.mid" in page


def test_home_says_what_is_wrong_with_a_file(visitor: Client) -> None:
    for body in ({}, {"file": upload(b"GIF", "a.gif")}):
        answer = visitor.post("/songs/import/", body, follow=True)
        assert "MIDI" in answer.content.decode()
    assert not Composition.objects.exists()


def test_the_song_page_imports_exports_and_puts_a_failure_away(
    visitor: Client, song: Composition, tmp_path: Any, run_jobs: Work
) -> None:
    page = visitor.get(f"/songs/{song.pk}/").content.decode()
    assert f'action="/songs/{song.pk}/import/"' in page
    assert '<option value="musicxml" selected>MusicXML</option>' in page
    bad = upload(b"<html/>", "a.xml")
    visitor.post(f"/songs/{song.pk}/import/", {"file": bad, "mode": "apply"})
    fail_waiting("compose", tmp_path)
    page = visitor.get(f"/songs/{song.pk}/").content.decode()
    assert "The file could not be imported" in page
    assert "The song is as it was" in page
    visitor.post(f"/songs/{song.pk}/dismiss/")
    assert "could not be imported" not in visitor.get(f"/songs/{song.pk}/").content.decode()
    part = visitor.post(
        f"/songs/{song.pk}/export/", {"format": "musicxml"}, headers={"HX-Request": "true"}
    ).content.decode()
    assert "MusicXML is being written" in part
    assert "hx-trigger" in part
    run_jobs("render")
    part = visitor.get(f"/songs/{song.pk}/exports/").content.decode()
    assert ".musicxml?download=1" in part
    assert "hx-trigger" not in part
    answer = visitor.post(f"/songs/{song.pk}/export/", {"format": "tape"}, follow=True)
    assert "Choose a format" in answer.content.decode()


def test_viewers_see_no_forms(client: Client, song: Composition) -> None:
    viewer = UserFactory()
    MembershipFactory(project=song.project, user=viewer, role="viewer")
    client.force_login(viewer)
    page = client.get(f"/songs/{song.pk}/").content.decode()
    assert "import-form" not in page
    assert "export-format" not in page
