"""From a prompt to a document and to exports, and what stops on the way."""

from __future__ import annotations

import threading
import time

import mido
import mutagen
import pytest
from django.db import connection, transaction

from ariaforge.exceptions import ConflictError, InvalidInputError
from ariaforge.jobs.registry import JobContext, JobError, find_kind
from ariaforge.jobs.services import submit_job
from ariaforge.models import Job
from compositions.ai_sessions.steps import add_step, open_session
from compositions.documents import load_plain, load_score, music_hash
from compositions.exporting.services import request_export
from compositions.history.branches import protect_branch
from compositions.history.versions import load_version
from compositions.models import AISessionStep, Composition, Export, Track, Version
from compositions.models.composition import Stage
from compositions.presentation import progress_card
from compositions.score.midi import write_midi
from compositions.services import (
    INBOX_NAME,
    NothingComposedYetError,
    cancel_work,
    create_from_prompt,
    delete_composition,
    rename,
    request_render,
    retry_work,
)
from tests.compositions.conftest import PROMPT
from tests.compositions.songs import advance, fresh, make_song
from tests.factories import MembershipFactory, ProjectFactory, UserFactory
from tests.history.documents import edit

pytestmark = pytest.mark.django_db


def test_a_prompt_becomes_a_song_in_the_persons_own_project(musician):
    first = create_from_prompt(user=musician, prompt=PROMPT)
    second = create_from_prompt(user=musician, prompt=PROMPT)
    assert first.stage == Stage.COMPOSING
    assert first.project == second.project
    assert first.project.name == INBOX_NAME
    assert first.seed != second.seed
    assert first.created_by == musician


@pytest.mark.parametrize("prompt", ["", "   ", "x" * 1001])
def test_unfit_prompts_are_refused_and_leave_nothing(musician, prompt):
    with pytest.raises(InvalidInputError):
        create_from_prompt(user=musician, prompt=prompt)
    assert not Composition.all_objects.exists()
    assert not Job.objects.exists()


def test_composing_stores_the_document_and_asks_for_the_mix(composed_song, musician):
    song = composed_song
    assert song.is_composed
    assert song.stage == Stage.RENDERING
    assert song.tracks.count() >= 3
    assert song.sections.count() >= 2
    assert song.chords.count() >= 4
    assert music_hash(load_score(song)) == song.content_hash
    assert song.spec["tempo"]["value"] == 82
    assert 0 <= song.confidence_score <= 1
    assert song.created_by == musician
    assert all(track.created_by == musician for track in song.tracks.all())
    step = AISessionStep.objects.get(session__composition=song)
    assert step.state == "chosen"
    assert step.result_content_hash == song.content_hash
    assert step.engine_version == song.engine_version
    # The stored file is the document as it is.
    with song.midi.file.open("rb") as stored:
        assert stored.read() == write_midi(load_score(song))


def test_same_prompt_and_seed_give_the_same_file(musician, run_jobs):
    songs = [create_from_prompt(user=musician, prompt=PROMPT, seed=11) for _ in range(2)]
    other = create_from_prompt(user=musician, prompt=PROMPT, seed=12)
    run_jobs("compose")
    first, second, third = (fresh(song) for song in [*songs, other])
    assert first.midi.sha256 == second.midi.sha256
    assert first.content_hash == second.content_hash
    assert third.midi.sha256 != first.midi.sha256


def test_nothing_is_rendered_or_exported_before_there_are_notes(musician):
    song = create_from_prompt(user=musician, prompt=PROMPT)
    with pytest.raises(NothingComposedYetError):
        request_render(composition=song, user=musician)
    with pytest.raises(NothingComposedYetError):
        request_export(composition=song, user=musician, format="midi")


def test_exports_of_the_mix_are_files_of_their_format(finished_song, musician, run_jobs):
    for audio_format in ("flac", "m4a"):
        request_export(composition=finished_song, user=musician, format=audio_format)
    run_jobs("render")
    for audio_format in ("flac", "m4a"):
        export = Export.objects.get(composition=finished_song, format=audio_format)
        with export.asset.file.open("rb") as stored:
            length = mutagen.File(stored).info.length
        assert length == pytest.approx(finished_song.current_render.duration_seconds, abs=0.1)
        assert export.asset.filename == f"{finished_song.name}.{audio_format}"


@pytest.mark.parametrize("midi_type", [0, 1])
def test_midi_exports_of_both_types(musician, run_jobs, midi_type):
    song = make_song(musician, "composed")  # no mix is asked for, so none is made
    settings = {"midi_type": midi_type}
    request_export(composition=song, user=musician, format="midi", settings=settings)
    run_jobs("render")
    export = Export.objects.get(composition=song)
    with export.asset.file.open("rb") as stored:
        assert mido.MidiFile(file=stored).type == midi_type


def test_work_can_be_cancelled_and_tried_again(musician, run_jobs):
    song = create_from_prompt(user=musician, prompt=PROMPT)
    assert cancel_work(composition=song) == 1
    assert fresh(song).stage == Stage.CANCELLED
    assert retry_work(composition=fresh(song)) is not None
    run_jobs("compose")
    assert fresh(song).is_composed
    assert retry_work(composition=fresh(song)) is None


def test_deleting_a_song_stops_its_work_and_hides_all_of_it(composed_song):
    delete_composition(composition=composed_song)
    assert not Composition.objects.filter(pk=composed_song.pk).exists()
    assert not Track.objects.exists()
    assert not Job.objects.active().exists()
    Composition.all_objects.get(pk=composed_song.pk).restore()
    assert Track.objects.count() == composed_song.tracks.count() > 0


def test_renaming_does_not_change_the_music(composed_song, musician):
    rename(composition=composed_song, user=musician, name="  Night   bus ")
    song = fresh(composed_song)
    assert song.name == "Night bus"
    assert load_score(song).title == "Night bus"
    assert music_hash(load_score(song)) == song.content_hash
    assert song.edit_batches.last().name == "Rename to “Night bus”"
    rename(composition=song, user=musician, name="Night bus")
    assert song.edit_batches.count() == song.revision
    with pytest.raises(InvalidInputError):
        rename(composition=song, user=musician, name="  ")


def test_composing_begins_the_history_of_a_song(composed_song, musician):
    version = composed_song.branch.tip
    assert composed_song.branch.name == "main"
    assert composed_song.head == version
    assert (version.number, version.source) == (1, "composer")
    assert version.author_id == musician.pk
    assert load_version(version) == load_plain(composed_song)
    step = AISessionStep.objects.get(session__composition=composed_song)
    assert version.provenance == {
        "prompt": PROMPT,
        "seed": 7,
        "engine_version": composed_song.engine_version,
        "session": str(step.session_id),
        "session_step": 1,
        "overrides": {},
    }


def test_composing_again_saves_unsaved_edits_before(composed_song, musician, run_jobs):
    track = composed_song.tracks.first()
    edit(composed_song, musician, track.entity_id, muted=True)
    step = AISessionStep.objects.get(session__composition=composed_song)
    again = {"composition": str(composed_song.pk), "step": str(step.pk)}
    submit_job(owner=musician, kind="compose", parameters=again)

    run_jobs("compose")

    song = fresh(composed_song)
    composed, saved, first = Version.objects.filter(composition=song)
    assert (saved.source, saved.parent, composed.parent) == ("automatic", first, saved)
    strips = {strip["id"]: strip for strip in load_version(saved)["tracks"]}
    assert strips[track.entity_id]["muted"]
    assert composed.content_hash == first.content_hash == song.content_hash
    assert song.head == composed


def test_composing_again_stops_at_a_branch_that_was_protected(composed_song, run_jobs):
    editor = MembershipFactory(project=composed_song.project, role="editor").user
    protect_branch(branch=composed_song.branch, user=composed_song.created_by)
    step = AISessionStep.objects.get(session__composition=composed_song)
    again = {"composition": str(composed_song.pk), "step": str(step.pk)}
    submit_job(owner=editor, kind="compose", parameters=again)
    with pytest.raises(JobError, match="protected"):
        run_jobs("compose")
    assert Version.objects.filter(composition=composed_song).count() == 1


def test_one_key_begins_one_song(musician):
    first = create_from_prompt(user=musician, prompt=PROMPT, idempotency_key="k1")
    again = create_from_prompt(user=musician, prompt=PROMPT, idempotency_key="k1")
    assert again.pk == first.pk
    assert Job.objects.count() == 1
    with pytest.raises(ConflictError):
        create_from_prompt(user=musician, prompt="something else", idempotency_key="k1")


@pytest.mark.django_db(transaction=True)
def test_two_requests_with_one_key_at_the_same_moment_begin_one_song():
    musician = UserFactory()
    answers = []

    def ask_again() -> None:
        try:
            answers.append(
                create_from_prompt(user=musician, prompt=PROMPT, idempotency_key="k1").pk
            )
        finally:
            connection.close()

    second = threading.Thread(target=ask_again)
    with transaction.atomic():
        first = create_from_prompt(user=musician, prompt=PROMPT, idempotency_key="k1")
        second.start()
        wait_until_somebody_waits_for_a_lock()
    second.join(30)
    assert answers == [first.pk]
    assert Composition.objects.count() == 1


def wait_until_somebody_waits_for_a_lock() -> None:
    with connection.cursor() as cursor:
        for _ in range(1000):
            # Inside a transaction the view is otherwise read only once.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return
            time.sleep(0.02)
    pytest.fail("The second request does not wait for the first.")


def test_a_failed_song_stays_failed_when_its_job_is_cleared_away(musician):
    song = make_song(musician, "composing")
    advance(song.compose_job, "failed", error="The disk is full.")
    assert fresh(song).stage == Stage.FAILED
    song.compose_job.delete()
    assert fresh(song).stage == Stage.FAILED
    card = progress_card(fresh(song))
    assert not card.active
    assert not card.can_retry
    assert retry_work(composition=fresh(song)) is None


def test_a_name_given_while_composing_stays(musician, run_jobs):
    song = create_from_prompt(user=musician, prompt=PROMPT, seed=7)
    rename(composition=song, user=musician, name="Night bus")
    run_jobs("compose")
    song = fresh(song)
    assert song.name == "Night bus"
    assert song.content_hash == music_hash(load_score(song))


@pytest.mark.parametrize("kind", ["compose", "render", "export"])
def test_work_on_a_song_in_the_trash_says_so(musician, kind, tmp_path):
    song = make_song(musician, "ready")
    step = add_step(
        session=open_session(composition=song, user=musician, title=PROMPT),
        user=musician,
        operation="compose",
        prompt=PROMPT,
        seed=1,
    )
    export = Export.objects.create(composition=song, format="midi", content_hash="x")
    parameters = {
        "composition": str(song.pk),
        "step": str(step.pk),
        "render": str(song.current_render_id),
        "export": str(export.pk),
    }
    song.project.soft_delete()
    context = JobContext(
        job_id=song.compose_job_id,
        owner_id=musician.pk,
        kind=kind,
        parameters=parameters,
        topic="",
        attempt=1,
        work_dir=tmp_path,
        on_progress=lambda fraction, step: None,
        on_log=lambda level, message: None,
    )
    with pytest.raises(JobError, match="deleted meanwhile"):
        find_kind(kind).run(context)


def test_a_shared_project_holds_the_song_where_it_was_asked_for(musician):
    project = ProjectFactory(owner=musician)
    song = create_from_prompt(user=musician, prompt=PROMPT, project=project)
    assert song.project == project


def test_who_has_left_the_project_changes_nothing_in_it_any_more(musician, run_jobs):
    project = ProjectFactory()
    membership = MembershipFactory(project=project, user=musician)
    song = create_from_prompt(user=musician, prompt=PROMPT, project=project)
    membership.soft_delete()
    with pytest.raises(JobError, match="may no longer change"):
        run_jobs("compose")
    assert not fresh(song).is_composed
