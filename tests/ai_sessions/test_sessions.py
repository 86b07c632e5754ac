"""AI sessions: what is kept of each step, what its proposal makes of it, replay and branch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from ariaforge.exceptions import ConflictError, InvalidInputError, NotPermittedError
from ariaforge.jobs import transitions
from ariaforge.models import Job
from compositions.ai_sessions import replay as replaying
from compositions.ai_sessions.replay import chosen_path
from compositions.ai_sessions.services import continue_from, request_replay
from compositions.ai_sessions.steps import note_failure
from compositions.editing import apply_edits
from compositions.history.branches import checkout
from compositions.history.proposals import accept, reject, withdraw
from compositions.models import AISession, AISessionStep, Branch, Composition, Proposal
from compositions.score.scope import Scope
from compositions.services import create_from_prompt
from compositions.variations import request_variation
from tests.compositions.songs import make_song
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
Work = Callable[..., list[Job]]
PROMPT = "a slow waltz in G minor for piano and cello, 8 bars"
KEY = "11111111-1111-4111-8111-111111111111"


@pytest.fixture
def song(musician: User, run_jobs: Work) -> Composition:
    """A short song that the composer made."""
    made = create_from_prompt(user=musician, prompt=PROMPT, seed=5)
    run_jobs("compose")
    return Composition.objects.with_work().get(pk=made.pk)


def steps_of(song: Composition) -> list[AISessionStep]:
    return list(
        AISessionStep.objects.filter(session__composition=song).order_by("session", "number")
    )


def change(song: Composition, user: User, text: str, run_jobs: Work, **more: Any) -> AISessionStep:
    step = request_variation(composition=song, user=user, text=text, seed=9, **more)
    run_jobs("compose")
    song.refresh_from_db()
    return again(step)


def again(step: AISessionStep) -> AISessionStep:
    return AISessionStep.objects.select_related(
        "proposal__result", "session", "result_version", "base_version"
    ).get(pk=step.pk)


def offer(step: AISessionStep) -> Proposal:
    return Proposal.objects.get(pk=again(step).proposal_id)


def accepted(step: AISessionStep, user: User, **part: Any) -> AISessionStep:
    accept(proposal=offer(step), user=user, **part)
    return again(step)


def edit_title(song: Composition, user: User, track_name: str) -> None:
    track = song.tracks.first()
    assert track is not None
    renaming = {"op_id": track_name, "entity_id": track.entity_id, "set": {"gain_db": -7.5}}
    apply_edits(composition=song, user=user, name="By hand", operations=[renaming])


def test_a_conversation_is_one_session_with_a_step_for_each_request(
    song: Composition, musician: User, run_jobs: Work
) -> None:
    (first,) = steps_of(song)
    assert (first.number, first.operation, first.state) == (1, "compose", "chosen")
    assert first.result_content_hash == song.content_hash == first.result_version.content_hash
    assert first.spec["tonic"]["value"] == "G"
    assert first.explanation
    assert first.started_at <= first.finished_at
    assert first.session.branch == song.branch
    second = change(song, musician, "a bit faster", run_jobs)
    assert second.state == "offered"
    assert second.session == first.session
    assert (second.number, second.parent, second.operation) == (2, first, "vary")
    assert second.base_version == first.result_version
    assert second.result_content_hash == second.result_version.content_hash
    assert any("tempo" in line.lower() for line in second.explanation), second.explanation
    # A dropped step is no parent of what comes after it; a chosen one is.
    reject(proposal=offer(second), user=musician)
    assert again(second).state == "dropped"
    third = change(song, musician, "an octave higher", run_jobs)
    assert third.parent == first
    assert accepted(third, musician).state == "chosen"
    assert change(song, musician, "a bit slower", run_jobs).parent == third


def test_a_part_that_is_accepted_is_chosen_and_withdrawing_drops(
    song: Composition, musician: User, run_jobs: Work
) -> None:
    step = change(song, musician, "an octave lower", run_jobs)
    assert accepted(step, musician, scope=Scope(bars=(1, 4))).state == "chosen"
    assert offer(step).state == "partly_accepted"
    other = change(song, musician, "a bit faster", run_jobs)
    withdraw(proposal=offer(other), user=musician)
    assert again(other).state == "dropped"


def test_why_a_step_failed_is_kept_and_it_can_be_tried_again(
    song: Composition, musician: User
) -> None:
    operations = [{"name": "transpose", "parameters": {"semitones": 40}}]
    step = request_variation(composition=song, user=musician, operations=operations)
    with transaction.atomic():
        job = transitions.lock_job(step.job_id)
        assert job is not None
        transitions.fail(job, code="cannot_vary", message="It would leave the range of MIDI.")
    assert (again(step).state, again(step).error) == ("failed", "It would leave the range of MIDI.")
    assert again(step).finished_at is not None
    cancelled = request_variation(composition=song, user=musician, text="faster")
    with transaction.atomic():
        transitions.cancel(transitions.lock_job(cancelled.job_id))  # type: ignore[arg-type]
    assert (again(cancelled).state, again(cancelled).error) == ("failed", "Cancelled.")
    AISessionStep.objects.filter(pk=step.pk).update(state="running")


def test_the_database_refuses_to_decide_twice(song: Composition) -> None:
    (step,) = steps_of(song)
    with pytest.raises(DatabaseError, match="Invalid transition"), transaction.atomic():
        AISessionStep.objects.filter(pk=step.pk).update(state="dropped")
    note_failure(Job(parameters={"step": str(step.pk)}, error_message="too late"))
    assert again(step).state == "chosen"


def test_everybody_has_a_session_of_their_own(
    song: Composition, musician: User, run_jobs: Work
) -> None:
    editor = MembershipFactory(project=song.project, role="editor").user
    theirs = change(song, editor, "a bit faster", run_jobs)
    (mine,) = AISession.objects.filter(composition=song, created_by=musician)
    assert theirs.session.created_by == editor
    assert theirs.session != mine
    with pytest.raises(NotPermittedError, match="somebody else"):
        request_variation(composition=song, user=editor, text="faster", session=mine)
    other = make_song(musician, "ready")
    with pytest.raises(InvalidInputError, match="another song"):
        request_variation(composition=other, user=musician, text="faster", session=mine)


def test_a_replay_by_the_same_engine_proves_the_same_bytes(
    song: Composition, musician: User, run_jobs: Work
) -> None:
    accepted(change(song, musician, "a bit faster", run_jobs), musician)
    reject(proposal=offer(change(song, musician, "an octave lower", run_jobs)), user=musician)
    song.refresh_from_db()
    edit_title(song, musician, "by-hand")
    last = accepted(
        change(song, musician, "new melody in bars 3-6", run_jobs), musician,
        scope=Scope(bars=(3, 4)),
    )  # fmt: skip
    before = list(Proposal.objects.filter(composition=song).values_list("pk", flat=True))
    asked = request_replay(session=last.session, user=musician)
    with pytest.raises(ConflictError, match="already"):
        request_replay(session=last.session, user=musician)
    (job,) = run_jobs("compose")
    step = again(asked)
    assert (step.state, step.operation) == ("checked", "replay")
    report = step.parameters["report"]
    assert [one["number"] for one in report["steps"]] == [1, 2, 4]
    assert all(one["identical"] for one in report["steps"])
    assert [one["content_hash"] for one in report["steps"]] == [
        row.result_content_hash for row in steps_of(song) if row.state == "chosen"
    ]
    assert any("other means" in remark for remark in report["steps"][2]["remarks"])
    assert "byte for byte" in step.explanation[0]
    assert step.result_content_hash == last.result_content_hash
    assert job.result["identical"]
    assert before == list(Proposal.objects.filter(composition=song).values_list("pk", flat=True))


def test_a_replay_by_another_engine_says_so_and_offers_its_music(
    song: Composition, musician: User, run_jobs: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    accepted(change(song, musician, "a bit faster", run_jobs), musician)
    (session,) = AISession.objects.filter(composition=song)
    compose = replaying.compose_from_prompt
    monkeypatch.setattr(
        replaying,
        "compose_from_prompt",
        lambda prompt, *, seed, **rest: compose(prompt, seed=seed + 1, **rest),
    )
    AISessionStep.objects.filter(session=session).update(engine_version="1.0.0")
    asked = request_replay(session=session, user=musician)
    run_jobs("compose")
    step = again(asked)
    assert step.state == "offered"
    report = step.parameters["report"]
    assert [one["identical"] for one in report["steps"]] == [False, False]
    assert "engine 1.0.0" in " ".join(step.explanation)
    assert offer(step).version.content_hash == report["steps"][-1]["content_hash"]
    # Once it is chosen, it is what the session goes on from, and repeats itself.
    accepted(step, musician)
    asked = request_replay(session=session, user=musician)
    run_jobs("compose")
    assert [one["identical"] for one in again(asked).parameters["report"]["steps"]] == [
        False, False, True,
    ]  # fmt: skip


def test_a_session_without_a_choice_cannot_be_replayed(musician: User, run_jobs: Work) -> None:
    song = make_song(musician, "ready")
    step = change(song, musician, "a bit faster", run_jobs)
    with pytest.raises(ConflictError, match="Nothing of this session was chosen"):
        request_replay(session=step.session, user=musician)


def test_going_on_from_any_step(song: Composition, musician: User, run_jobs: Work) -> None:
    dropped = change(song, musician, "an octave lower", run_jobs)
    reject(proposal=offer(dropped), user=musician)
    chosen = accepted(change(song, musician, "a bit faster", run_jobs), musician)
    song.refresh_from_db()
    main, here = song.branch, song.content_hash
    session = continue_from(step=again(dropped), user=musician)
    song.refresh_from_db()
    assert song.branch == session.branch != main
    assert session.branch.name == "session/an-octave-lower-2"
    assert song.content_hash == dropped.result_content_hash != here
    # What comes next belongs to the new session and follows the step it began at.
    follows = change(song, musician, "a bit slower", run_jobs)
    assert (follows.session, follows.parent_id, follows.number) == (session, dropped.pk, 1)
    accepted(follows, musician)
    assert [step.number for step in chosen_path(session)] == [1, 2, 1]
    asked = request_replay(session=session, user=musician)
    run_jobs("compose")
    assert again(asked).state == "checked"
    # A second branch from there has a name of its own; the old one goes on where it was.
    twin = continue_from(step=again(dropped), user=musician)
    assert twin.branch.name == "session/an-octave-lower-2-2"
    checkout(composition=song, branch=main, user=musician)
    song.refresh_from_db()
    assert change(song, musician, "faster", run_jobs).session == chosen.session
    with pytest.raises(InvalidInputError, match="another branch"):
        request_variation(composition=song, user=musician, text="slower", session=twin)


def test_a_step_without_music_has_nothing_to_go_on_from(song: Composition, musician: User) -> None:
    step = request_variation(composition=song, user=musician, text="faster")
    with pytest.raises(ConflictError, match="made no music"):
        continue_from(step=again(step), user=musician)


# -- API and pages ----------------------------------------------------------------------


@pytest.fixture
def api(musician: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(musician)
    return client


def of(song: Composition, more: str = "") -> str:
    return f"/api/v1/compositions/{song.pk}/sessions/{more}"


def test_api(api: APIClient, song: Composition, musician: User, run_jobs: Work) -> None:
    step = change(song, musician, "a bit faster", run_jobs)
    (row,) = api.get(of(song)).json()["results"]
    assert (row["step_count"], row["chosen_count"], row["branch"]) == (2, 1, "main")
    assert row["person"] == musician.username
    assert len(api.get(of(song), {"state": "offered"}).json()["results"]) == 1
    assert api.get(of(song), {"state": "dropped"}).json()["results"] == []
    assert api.get(of(song), {"branch": "other"}).json()["results"] == []
    found = api.get(of(song, f"{row['id']}/")).json()
    composed, varied = found["steps"]
    assert (composed["state"], varied["state"]) == ("chosen", "offered")
    assert varied["base_version"]["number"] == 1
    assert varied["proposal"] == str(step.proposal_id)
    assert varied["explanation"]
    key = {"headers": {"Idempotency-Key": "k1"}}
    answer = api.post(of(song, f"{row['id']}/replay/"), **key)
    assert answer.status_code == 202, answer.content
    assert answer.json()["operation"] == "replay"
    assert api.post(of(song, f"{row['id']}/replay/"), **key).json() == answer.json()
    assert api.post(of(song, f"{row['id']}/replay/")).status_code == 409
    made = api.post(
        of(song, f"{row['id']}/branch/"), {"step": varied["id"], "name": "Try"}, format="json"
    )
    assert made.status_code == 201, made.content
    assert made.json()["branch"] == "Try"
    assert made.json()["parent_step"]["id"] == varied["id"]
    assert made.json()["steps"] == []
    assert api.post(of(song, f"{row['id']}/branch/"), {"step": KEY}).status_code == 404
    wrong = api.post(
        f"/api/v1/compositions/{song.pk}/variations/", {"text": "faster", "session": KEY}
    )
    assert wrong.status_code == 400


def test_a_session_takes_the_same_queries_for_any_number_of_steps(
    api: APIClient, musician: User, client: Client
) -> None:
    song = make_song(musician, "ready")
    step = request_variation(composition=song, user=musician, text="a bit faster")
    session = step.session
    client.force_login(musician)
    page = f"/songs/{song.pk}/sessions/{session.pk}/"

    def count(get: Callable[[], Any]) -> int:
        get()
        with CaptureQueriesContext(connection) as queries:
            assert get().status_code == 200
        return len(queries)

    asked = (
        lambda: api.get(of(song, f"{session.pk}/")),
        lambda: client.get(page),
        lambda: client.get(f"/songs/{song.pk}/sessions/"),
    )
    before = [count(get) for get in asked]
    for number in range(6):
        request_variation(composition=song, user=musician, text="a bit faster", seed=number)
    assert [count(get) for get in asked] == before
    assert max(before) <= 16


def test_pages(client: Client, song: Composition, musician: User, run_jobs: Work) -> None:
    client.force_login(musician)
    (first,) = steps_of(song)
    page = f"/songs/{song.pk}/sessions/{first.session_id}/"
    assert f'href="/songs/{song.pk}/sessions/"' in client.get(f"/songs/{song.pk}/").content.decode()
    assert page in client.get(f"/songs/{song.pk}/sessions/").content.decode()
    refused = client.post(page, {"text": "make it purple"})
    assert refused.status_code == 422
    assert 'value="make it purple"' in refused.content.decode()
    assert client.post(page, {"text": "<b>a bit faster</b>"}).status_code in (302, 422)
    assert client.post(page, {"text": "a bit faster"}).status_code == 302
    waiting = client.get(page, headers={"HX-Request": "true"}).content.decode()
    assert "every 2s" in waiting
    assert "<html" not in waiting
    run_jobs("compose")
    shown = client.get(page).content.decode()
    assert "Change tempo" in shown
    assert ">Decide<" in shown
    assert "every 2s" not in shown
    assert "<b>a bit" not in shown
    assert client.post(f"{page}replay/").status_code == 302
    run_jobs("compose")
    assert "byte for byte" in client.get(page).content.decode()
    went = client.post(f"{page}branch/", {"step": "2", "name": "Faster"})
    assert went.status_code == 302
    assert Branch.objects.filter(composition=song, name="Faster").exists()
    assert "Goes on from" in client.get(went["Location"]).content.decode()
    assert "the song is on another branch" in client.get(page).content.decode()
    assert client.post(f"{page}branch/", {"step": "99"}).status_code == 404
    empty = make_song(musician, "ready")
    assert "Nobody has asked" in client.get(f"/songs/{empty.pk}/sessions/").content.decode()
