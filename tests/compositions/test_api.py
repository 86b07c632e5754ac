"""The REST endpoints of songs."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import mido
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services import create_api_token
from ariaforge.models import Job
from compositions.ai_sessions.steps import add_step
from compositions.models import AISession, Composition, Export, Render
from compositions.presets.services import create_preset
from compositions.score.document import ordered
from compositions.score.serialisation import from_dict
from tests.compositions.conftest import PROMPT
from tests.compositions.presets import make_factory_preset
from tests.compositions.songs import example_score, make_job, make_song
from tests.factories import MembershipFactory, ProjectFactory, UserFactory

pytestmark = pytest.mark.django_db
SONGS = "/api/v1/compositions/"


@pytest.fixture
def client(api_client: Callable[..., APIClient], musician: User) -> APIClient:
    """The musician's program."""
    return api_client(musician)


def of(song: Composition, part: str = "") -> str:
    return f"{SONGS}{song.pk}/{part}"


def token_client(user: User, *scopes: str) -> APIClient:
    _, key = create_api_token(user=user, name="-".join(scopes), scopes=list(scopes))
    program = APIClient()
    program.credentials(HTTP_AUTHORIZATION=f"Token {key}")
    return program


def error_of(answer: Any, status: int, code: str) -> dict[str, Any]:
    """Check the envelope and return what is in it."""
    assert answer.status_code == status
    error: dict[str, Any] = answer.json()["error"]
    assert set(error) == {"code", "message", "details", "request_id"}
    assert error["code"] == code
    assert error["message"]
    assert error["request_id"] == answer.headers["X-Request-Id"]
    return error


# -- Composing --------------------------------------------------------------------------


def test_a_prompt_is_accepted_and_its_job_can_be_watched(client: APIClient) -> None:
    answer = client.post(SONGS, {"prompt": PROMPT, "seed": 7, "lyrics": "la la"})
    assert answer.status_code == 202
    body = answer.json()
    assert (body["stage"], body["seed"], body["ai_prompt"]) == ("composing", 7, PROMPT)
    assert body["job"]["state"] == "queued"
    assert client.get(f"/api/v1/jobs/{body['job']['id']}/").json()["kind"] == "compose"
    assert client.get(f"{SONGS}{body['id']}/").json()["lyrics"] == "la la"
    (session,) = client.get(f"{SONGS}{body['id']}/sessions/").json()["results"]
    assert (session["title"], session["step_count"]) == (PROMPT, 1)
    (step,) = client.get(f"{SONGS}{body['id']}/sessions/{session['id']}/").json()["steps"]
    assert (step["prompt"], step["seed"], step["state"]) == (PROMPT, 7, "running")


def test_the_same_key_answers_with_the_same_song(client: APIClient) -> None:
    first = client.post(SONGS, {"prompt": PROMPT}, headers={"Idempotency-Key": "take-1"})
    again = client.post(SONGS, {"prompt": PROMPT}, headers={"Idempotency-Key": "take-1"})
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json()["id"] == again.json()["id"]
    assert Composition.objects.count() == Job.objects.count() == 1
    other = client.post(SONGS, {"prompt": "a waltz"}, headers={"Idempotency-Key": "take-1"})
    error_of(other, 409, "conflict")
    unfit = client.post(SONGS, {"prompt": PROMPT}, headers={"Idempotency-Key": "x" * 101})
    error_of(unfit, 400, "validation_error")
    assert Composition.objects.count() == 1


@pytest.mark.parametrize("prompt", ["", "   ", "x" * 1001, "\x00", None])
def test_an_unfit_prompt_is_refused_by_field(client: APIClient, prompt: str | None) -> None:
    answer = client.post(SONGS, {"prompt": prompt})
    error = error_of(answer, 400, "validation_error")
    assert list(error["details"]["fields"]) == ["prompt"]
    assert not Composition.all_objects.exists()


@pytest.mark.parametrize(
    "overrides",
    [{"tempi": 90}, {"tempo": 9000}, {"tempo": 10**400}, {"tempo": {}}, {"genre": "zanzibar"}],
)
def test_overrides_that_make_no_sense_are_refused_at_once(
    client: APIClient, overrides: dict[str, Any]
) -> None:
    answer = client.post(SONGS, {"prompt": PROMPT, "overrides": overrides})
    error = error_of(answer, 400, "validation_error")
    assert "overrides" in error["details"]
    assert not Composition.all_objects.exists()


@pytest.mark.parametrize("role", [None, "viewer", "commenter"])
def test_a_song_cannot_be_put_into_a_project_of_others(
    client: APIClient, musician: User, role: str | None
) -> None:
    project = ProjectFactory()
    if role:
        MembershipFactory(project=project, user=musician, role=role)
    answer = client.post(SONGS, {"prompt": PROMPT, "project": str(project.pk)})
    error = error_of(answer, 400, "validation_error")
    assert list(error["details"]["fields"]) == ["project"]
    assert not Composition.all_objects.exists()


def test_filters_find_only_what_the_caller_may_see(client: APIClient, musician: User) -> None:
    mine = make_song(musician, "composing")
    theirs = make_song(UserFactory(), "composing")

    def found(**query: str) -> list[str]:
        return [row["id"] for row in client.get(SONGS, query).json()["results"]]

    assert found() == found(search="lo-fi") == found(project=str(mine.project_id)) == [str(mine.pk)]
    assert found(project=str(theirs.project_id)) == found(search="zanzibar") == []
    assert found(created_after="2100-01-01T00:00:00Z") == []
    error_of(client.get(SONGS, {"project": "mine"}), 400, "validation_error")


# -- What is in a song ------------------------------------------------------------------


def test_the_parts_of_a_song_are_its_document(client: APIClient, musician: User) -> None:
    song = make_song(musician, "ready")
    expected = ordered(example_score())
    tracks = client.get(of(song, "tracks/")).json()
    assert [track["name"] for track in tracks] == [track.name for track in expected.tracks]
    assert tracks[0]["notes"][0]["pitch"] == expected.tracks[0].notes[0].pitch
    sections = client.get(of(song, "sections/")).json()
    assert [section["start_tick"] for section in sections] == [
        section.start for section in expected.sections
    ]
    chords = client.get(of(song, "chords/")).json()
    assert [chord["symbol"] for chord in chords[:4]] == ["Dm9", "Gm7", "Bbmaj7", "A7"]
    document = client.get(of(song, "document/")).json()
    assert document.pop("revision") == song.revision
    assert from_dict(document) == expected
    midi = client.get(of(song, "midi/"))
    assert midi["Content-Type"] == "audio/midi"
    file = mido.MidiFile(file=io.BytesIO(midi.content))
    assert (file.type, file.ticks_per_beat) == (1, 480)
    notes = sum(message.type == "note_on" and message.velocity > 0 for message in file)
    assert notes == sum(len(track.notes) for track in expected.tracks)


def test_before_it_is_composed_a_song_has_no_notes(client: APIClient, musician: User) -> None:
    song = make_song(musician, "composing")
    assert client.get(of(song, "tracks/")).json() == []
    error_of(client.get(of(song, "midi/")), 404, "not_found")
    error_of(client.post(of(song, "renders/"), {}), 409, "conflict")
    error_of(client.post(of(song, "exports/"), {"format": "midi"}), 409, "conflict")


# -- Renders and exports ----------------------------------------------------------------


def test_a_render_uses_preset_and_parameters(client: APIClient, musician: User) -> None:
    song = make_song(musician, "ready")
    preset = make_factory_preset("Quiet", "render", {"target_lufs": -20, "reverb": False})
    answer = client.post(
        of(song, "renders/"), {"preset": str(preset.pk), "parameters": {"target_lufs": -18}}
    )
    assert answer.status_code == 202
    body = answer.json()
    assert (body["parameters"]["target_lufs"], body["parameters"]["reverb"]) == (-18, False)
    assert body["job"]["kind"] == "render"
    assert body["mix"] is None
    assert client.get(of(song)).json()["stage"] == "rendering"


@pytest.mark.parametrize(
    "parameters", [{"loudnes": 1}, {"target_lufs": 3}, {"target_lufs": 10**400}, {"seed": 10**400}]
)
def test_unfit_render_parameters_are_refused(
    client: APIClient, musician: User, parameters: dict[str, Any]
) -> None:
    song = make_song(musician, "ready")
    error = error_of(
        client.post(of(song, "renders/"), {"parameters": parameters}), 400, "validation_error"
    )
    assert list(error["details"]["fields"]) == ["parameters"]
    assert song.renders.count() == 1


def test_another_persons_preset_is_no_preset(client: APIClient, musician: User) -> None:
    song = make_song(musician, "ready")
    preset = create_preset(user=UserFactory(), kind="render", name="Mine", settings={})
    answer = client.post(of(song, "renders/"), {"preset": str(preset.pk)})
    error_of(answer, 400, "validation_error")


def test_an_export_of_sound_waits_for_the_mix(client: APIClient, musician: User) -> None:
    song = make_song(musician, "rendering")
    error_of(client.post(of(song, "exports/"), {"format": "flac"}), 409, "conflict")
    error_of(client.post(of(song, "exports/"), {"format": "zip"}), 400, "validation_error")
    answer = client.post(of(song, "exports/"), {"format": "midi", "settings": {"midi_type": 0}})
    assert answer.status_code == 202
    assert (answer.json()["format"], answer.json()["settings"]) == ("midi", {"midi_type": 0})


@pytest.mark.parametrize("part", ["renders/", "exports/"])
def test_one_key_begins_one_render_or_export(client: APIClient, musician: User, part: str) -> None:
    song = make_song(musician, "ready")
    body = {"format": "flac"} if part == "exports/" else {}
    key = {"Idempotency-Key": "once"}
    answers = [client.post(of(song, part), body, headers=key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json()["id"] == answers[1].json()["id"]


def test_rows_of_another_song_are_not_under_this_one(client: APIClient, musician: User) -> None:
    mine, theirs = make_song(musician, "ready"), make_song(UserFactory(), "ready")
    other = make_song(musician, "ready")
    for render in (theirs.current_render, other.current_render):
        error_of(client.get(of(mine, f"renders/{render.pk}/")), 404, "not_found")
    error_of(client.get(of(theirs, f"renders/{theirs.current_render_id}/")), 404, "not_found")
    error_of(client.get(f"/api/v1/assets/{theirs.current_render.mix_id}/"), 404, "not_found")


# -- Tokens -----------------------------------------------------------------------------


def test_scopes_limit_what_a_token_may_do(musician: User) -> None:
    song = make_song(musician, "ready")
    reading, writing, rendering = (
        token_client(musician, "read"),
        token_client(musician, "write"),
        token_client(musician, "render"),
    )
    assert reading.get(of(song)).status_code == 200
    for path, body in ((SONGS, {"prompt": PROMPT}), (of(song, "renders/"), {})):
        error_of(reading.post(path, body), 403, "permission_denied")
    error_of(reading.delete(of(song)), 403, "permission_denied")

    assert rendering.post(of(song, "renders/"), {}).status_code == 202
    assert rendering.post(of(song, "exports/"), {"format": "flac"}).status_code == 202
    error_of(rendering.post(SONGS, {"prompt": PROMPT}), 403, "permission_denied")
    error_of(rendering.get(of(song)), 403, "permission_denied")

    assert writing.post(SONGS, {"prompt": PROMPT}).status_code == 202
    error_of(writing.post(of(song, "renders/"), {}), 403, "permission_denied")


# -- Lists ------------------------------------------------------------------------------


def add_row(song: Composition, part: str) -> None:
    """Add one row with a job and files of its own."""
    job = make_job(song, "render")
    if part == "renders/":
        Render.objects.create(
            composition=song, content_hash="x", job=job, mix=song.midi, mp3=song.midi
        )
    elif part == "exports/":
        Export.objects.create(
            composition=song, content_hash="x", job=job, asset=song.midi, format="midi"
        )
    else:
        session = AISession.objects.create(composition=song, created_by=song.created_by)
        add_step(session=session, user=song.created_by, operation="compose", seed=1)


def queries_of(client: APIClient, path: str, rows: int) -> int:
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path, {"page_size": 100})
    assert len(answer.json()["results"]) == rows
    return len(queries)


@pytest.mark.parametrize("part", ["renders/", "exports/", "sessions/"])
def test_lists_of_a_song_take_the_same_queries_for_any_number(
    client: APIClient, musician: User, part: str
) -> None:
    song = make_song(musician, "composed")
    add_row(song, part)
    queries_of(client, of(song, part), 1)  # warm
    before = queries_of(client, of(song, part), 1)
    for _ in range(19):
        add_row(song, part)
    assert queries_of(client, of(song, part), 20) == before <= 4


def test_the_list_of_songs_takes_the_same_queries_for_any_number(
    client: APIClient, musician: User
) -> None:
    make_song(musician, "ready")
    queries_of(client, SONGS, 1)  # warm
    before = queries_of(client, SONGS, 1)
    for state in ("composing", "rendering", "failed", "cancelled", "ready"):
        make_song(musician, state)
    assert queries_of(client, SONGS, 6) == before <= 3


def test_lists_leave_the_large_columns_in_the_database(client: APIClient, musician: User) -> None:
    song = make_song(musician, "ready")
    for path in (SONGS, of(song, "renders/")):
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        assert not any('"peaks"' in query["sql"] for query in queries), path
    assert json.dumps(song.current_render.peaks)
