"""Variations: from words to a proposal, over the service, the API and the song's page."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from ariaforge.exceptions import InvalidInputError
from ariaforge.jobs.registry import JobError
from ariaforge.jobs.services import IdempotencyKeyReusedError
from ariaforge.models import Job
from compositions.documents import load_score
from compositions.editing import apply_edits
from compositions.history.proposals import accept
from compositions.history.versions import load_version
from compositions.models import AISessionStep, Composition, Proposal, Version
from compositions.score.serialisation import from_dict
from compositions.services import NothingComposedYetError
from compositions.variations import request_variation
from tests.compositions.songs import make_song
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
Work = Callable[..., list[Job]]


@pytest.fixture
def song(musician: User) -> Composition:
    return make_song(musician, "ready")


@pytest.fixture
def api(musician: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(musician)
    return client


def url(song: Composition) -> str:
    return f"/api/v1/compositions/{song.pk}/variations/"


def done(step: AISessionStep, run_jobs: Work) -> Job:
    run_jobs("compose")
    return Job.objects.get(pk=step.job_id)


def test_words_become_a_proposal_and_the_song_stays(
    song: Composition, musician: User, run_jobs: Work
) -> None:
    before = load_score(song)
    step = request_variation(
        composition=song, user=musician, text="the chorus an octave higher", seed=5
    )
    job = done(step, run_jobs)
    assert job.state == "succeeded", job.error_message
    assert load_score(song) == before
    proposal = Proposal.objects.get(pk=job.result["proposal"])
    assert proposal.title == "The chorus an octave higher"
    assert proposal.version.source == Version.Source.COMPOSER
    provenance = proposal.provenance
    assert (provenance["prompt"], provenance["seed"]) == ("the chorus an octave higher", 5)
    assert provenance["operations"][0]["name"] == "transpose"
    assert provenance["session"] == str(step.session_id)
    assert provenance["engine_version"]
    assert job.result["changes"]
    step.refresh_from_db()
    assert step.result_content_hash == proposal.version.content_hash
    accept(proposal=proposal, user=musician)
    song.refresh_from_db()
    after = load_score(song)
    chorus = next(s for s in after.sections if s.label == "Chorus")
    pairs = [
        (old, new)
        for one, other in zip(before.tracks, after.tracks, strict=True)
        for old, new in zip(one.notes, other.notes, strict=True)
        if not one.percussion and chorus.start <= old.start < chorus.end
    ]
    assert pairs
    assert all(new.pitch == old.pitch + 12 for old, new in pairs)


def test_the_same_seed_offers_the_same_music(
    song: Composition, musician: User, run_jobs: Work
) -> None:
    offers = []
    for seed in (3, 3, 4):
        step = request_variation(
            composition=song, user=musician, text="new bass line in bars 5-8", seed=seed
        )
        job = done(step, run_jobs)
        offers.append(Proposal.objects.get(pk=job.result["proposal"]).version.content_hash)
    assert offers[0] == offers[1] != offers[2]


def test_an_edit_meanwhile_is_kept_in_the_offer(
    song: Composition, musician: User, run_jobs: Work
) -> None:
    step = request_variation(composition=song, user=musician, text="a bit faster")
    title = {"op_id": "one", "entity_id": "meta", "set": {"title": "Meanwhile"}}
    apply_edits(composition=song, user=musician, name="Rename", operations=[title])
    job = done(step, run_jobs)
    offered = load_version(Proposal.objects.get(pk=job.result["proposal"]).version)
    assert from_dict(offered).title == "Meanwhile"


def test_what_is_not_understood_is_said(song: Composition, musician: User, run_jobs: Work) -> None:
    with pytest.raises(InvalidInputError, match="Nothing in “make it purple” was understood"):
        request_variation(composition=song, user=musician, text="make it purple")
    step = request_variation(
        composition=song, user=musician, text="a bit faster, and make it purple"
    )
    assert step.parameters["not_understood"] == ["purple"]
    assert "Not understood: purple." in done(step, run_jobs).result["remarks"]
    assert not Proposal.objects.exclude(composition=song).exists()


def test_what_cannot_be_done_fails_in_words(
    song: Composition, musician: User, run_jobs: Work
) -> None:
    operations = [{"name": "transpose", "parameters": {"semitones": 48}}]
    step = request_variation(composition=song, user=musician, operations=operations)
    with pytest.raises(JobError, match="would leave the range of MIDI"):
        done(step, run_jobs)
    assert not Proposal.objects.filter(composition=song).exists()


@pytest.mark.parametrize(
    "request_", [{}, {"text": "faster", "operations": [{"name": "infill"}]}, {"operations": [1]},
                 {"operations": [{"name": "explode"}]}, {"text": "faster", "scope": {"bars": 3}},
                 {"text": "faster", "seed": -1},
                 {"operations": [{"name": "transpose", "parameters": {"semitones": "two"}}]}],
)  # fmt: skip
def test_bad_requests(song: Composition, musician: User, request_: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError):
        request_variation(composition=song, user=musician, **request_)
    assert not AISessionStep.objects.filter(operation="vary").exists()


def test_a_song_without_notes_waits(musician: User) -> None:
    with pytest.raises(NothingComposedYetError):
        request_variation(
            composition=make_song(musician, "composing"), user=musician, text="faster"
        )


def test_idempotency(song: Composition, musician: User) -> None:
    ask: dict[str, Any] = {"composition": song, "user": musician, "idempotency_key": "one"}
    first = request_variation(text="faster", **ask)
    assert request_variation(text="faster", **ask) == first
    with pytest.raises(IdempotencyKeyReusedError):
        request_variation(text="slower", **ask)
    assert AISessionStep.objects.filter(operation="vary").count() == 1


def test_api(api: APIClient, song: Composition, run_jobs: Work) -> None:
    body = {"text": "less busy drums in verse 2", "seed": 9}
    answer = api.post(url(song), body, format="json", headers={"Idempotency-Key": "k"})
    assert answer.status_code == 202, answer.content
    row = answer.json()
    assert (row["job"]["kind"], row["job"]["state"]) == ("vary", "queued")
    assert row["operations"][0]["name"] == "simplify"
    again = api.post(url(song), body, format="json", headers={"Idempotency-Key": "k"})
    assert again.json()["id"] == row["id"]
    run_jobs("compose")
    job = api.get(f"/api/v1/jobs/{row['job']['id']}/").json()
    assert job["state"] == "succeeded", job
    proposal = api.get(
        f"/api/v1/compositions/{song.pk}/proposals/{job['result']['proposal']}/"
    ).json()
    assert proposal["title"] == "Less busy drums in verse 2"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": "make it purple"},
        {"operations": "x"},
        {"text": "x" * 1001},
        {"text": "faster", "scope": {"x": 1}},
        {"text": "faster", "seed": -1},
    ],
)
def test_api_refusals(api: APIClient, song: Composition, body: dict[str, Any]) -> None:
    answer = api.post(url(song), body, format="json")
    assert answer.status_code == 400, answer.content
    assert answer.json()["error"]["message"]


def test_api_explains_the_song(
    api: APIClient, song: Composition, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(12):
        answer = api.get(f"/api/v1/compositions/{song.pk}/explanation/")
    assert answer.status_code == 200
    assert "In D minor, 4/4 at 82 beats per minute, 20 bars." in answer.json()["sentences"]


def test_strangers_see_nothing(song: Composition) -> None:
    client = APIClient()
    client.force_authenticate(UserFactory())
    assert client.post(url(song), {"text": "faster"}, format="json").status_code == 404


def test_the_page(client: Client, song: Composition, musician: User, run_jobs: Work) -> None:
    client.force_login(musician)
    page = client.get(f"/songs/{song.pk}/").content.decode()
    assert f'action="/songs/{song.pk}/vary/"' in page
    htmx = {"HX-Request": "true"}
    address = f"/songs/{song.pk}/vary/"
    refused = client.post(address, {"text": "make it purple"}, headers=htmx)
    assert refused.status_code == 422
    assert 'value="make it purple"' in refused.content.decode()
    assert "was understood" in refused.content.decode()
    waiting = client.post(address, {"text": "a bit faster"}, headers=htmx).content.decode()
    assert "being composed" in waiting
    assert 'hx-trigger="every 1500ms"' in waiting
    run_jobs("compose")
    shown = client.get(f"/songs/{song.pk}/variations/", headers=htmx).content.decode()
    link = re.search(r'href="(/songs/[^"]+/proposals/[0-9a-f-]{36}/)"', shown)
    assert link is not None
    assert client.get(link[1]).status_code == 200
    assert client.post(address, {"text": "slower"}).status_code == 302


def test_the_box_asks_few_questions(
    client: Client, song: Composition, musician: User, django_assert_max_num_queries: Any
) -> None:
    client.force_login(musician)
    for number in range(4):
        request_variation(composition=song, user=musician, text="a bit faster", seed=number)
    with django_assert_max_num_queries(8):
        assert client.get(f"/songs/{song.pk}/variations/").status_code == 200
