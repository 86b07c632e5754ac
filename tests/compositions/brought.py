"""What the tests of imports share: files as people bring them, and jobs that are refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from ariaforge.jobs import transitions
from ariaforge.jobs.claims import claim_job
from ariaforge.jobs.failures import refusal
from ariaforge.jobs.registry import JobContext, find_kind
from ariaforge.models import Job
from compositions.score.document import Score
from compositions.score.midi import write_midi
from compositions.score.musicxml import write_musicxml
from tests.compositions.songs import example_score


def upload(content: bytes, name: str = "tune.mid") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def midi(title: str = "Rain on the Tape") -> bytes:
    return write_midi(example_score(title))


def musicxml(score: Score) -> bytes:
    return write_musicxml(score)[0]


def edited(score: Score) -> Score:
    """The score as another program might send it back: a note moved, one louder, one gone."""
    lead = score.tracks[0]
    notes = list(lead.notes)
    notes[0] = replace(notes[0], pitch=notes[0].pitch + 2)
    notes[1] = replace(notes[1], velocity=99)
    return replace(score, tracks=(lead.with_notes(notes[:-1]), *score.tracks[1:]))


def fail_waiting(queue: str, tmp_path: Any) -> Job:
    """Do a job that is expected to be refused, as a worker does it."""
    job = claim_job(queue)
    assert job is not None
    kind = find_kind(job.kind)
    assert kind is not None
    context = JobContext(
        job_id=job.pk, owner_id=job.owner_id, kind=job.kind, parameters=job.parameters,
        topic=job.topic, attempt=job.attempts, work_dir=tmp_path,
        on_progress=lambda fraction, step: None, on_log=lambda level, message: None,
    )  # fmt: skip
    try:
        outcome = kind.run(context)
        with transaction.atomic():
            kind.finish(context, outcome)
    except Exception as error:  # noqa: BLE001 - as the worker does
        verdict = refusal(error)
    else:
        raise AssertionError("The job was expected to fail.")
    with transaction.atomic():
        locked = transitions.lock_job(job.pk, token=job.lease_token)
        assert locked is not None
        transitions.fail(locked, code=verdict.code, message=verdict.message)
    return Job.objects.get(pk=job.pk)
