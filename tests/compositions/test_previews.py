"""A preview can be heard until the mix is there, and is nothing else."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import soundfile
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from ariaforge.jobs import transitions
from ariaforge.jobs.claims import claim_job
from ariaforge.jobs.registry import find_kind
from ariaforge.models import Job
from compositions import preview_jobs
from compositions.models import Composition, Export, Render
from compositions.models.composition import Stage
from compositions.presentation import progress_card
from compositions.services import request_render, retry_work
from compositions.sound import RenderParameters
from compositions.sound.preview import preview_parameters
from media.models import Asset
from tests.compositions.conftest import reported
from tests.compositions.songs import make_song

pytestmark = pytest.mark.django_db


@dataclass
class Waiting:
    """A song whose mix was asked for with a preview."""

    song: Composition
    render: Render

    def again(self) -> Composition:
        """The song as it is now."""
        return Composition.objects.with_work().get(pk=self.song.pk)


@pytest.fixture
def waiting(musician: User, settings: Any) -> Waiting:
    settings.RENDER_PREVIEWS = True
    song = make_song(musician, "composed")
    return Waiting(song, request_render(composition=song, user=musician, with_preview=True))


def _end(state: str) -> Job:
    """End the waiting job without having worked on it."""
    job = claim_job("render")
    assert job is not None
    with transaction.atomic():
        locked = transitions.lock_job(job.pk, token=job.lease_token)
        assert locked is not None
        if state == "failed":
            transitions.fail(locked, code="cannot_render", message="No.")
        else:
            transitions.cancel(locked)
    return locked


def test_a_preview_is_heard_until_the_mix_is_there(
    waiting: Waiting,
    run_jobs: Callable[..., list[Job]],
    page_client: Callable[..., Client],
    musician: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown: dict[str, Any] = {}
    submit_mix = preview_jobs.submit_mix

    def look(**arguments: Any) -> None:
        """Look at the page when the preview is there and the mix has been asked for."""
        submit_mix(**arguments)
        song = waiting.again()
        shown["card"] = progress_card(song)
        shown["preview"] = preview = Render.objects.get(pk=waiting.render.pk).preview
        with preview.file.open("rb") as stored:
            shown["sound"] = soundfile.info(io.BytesIO(stored.read()))
        page = page_client(musician).get(reverse("composition_detail", args=[song.pk]))
        shown["page"] = page.content.decode()

    monkeypatch.setattr(preview_jobs, "submit_mix", look)
    before = progress_card(waiting.again())
    jobs = run_jobs("render")

    assert [job.kind for job in jobs] == ["preview", "render"]
    preview = shown["preview"]
    assert preview.get_absolute_url() in shown["page"]
    assert "data-performance" not in shown["page"]
    assert (preview.content_type, preview.role) == ("audio/flac", "preview")
    assert shown["sound"].duration == pytest.approx(preview.duration_seconds, abs=0.01)
    made_with = preview.generator
    final = RenderParameters.from_dict(waiting.render.parameters)
    assert made_with["parameters"] == preview_parameters(final).to_dict()
    assert made_with["content_hash"] == waiting.song.content_hash
    assert all(made_with[name] for name in ("engine_version", "soundfont_sha256", "engine"))
    assert shown["card"].token != before.token
    assert before.fraction < shown["card"].fraction < 1
    assert {step for _, step in reported(jobs[0])} == {"Rendering a preview"}

    song = waiting.again()
    assert song.stage == Stage.READY
    assert song.current_render.pk == waiting.render.pk
    assert song.current_render.preview is None
    assert not Asset.all_objects.filter(role="preview").exists()
    assert not Export.objects.exists()


def test_when_the_preview_fails_the_mix_is_made_all_the_same(waiting: Waiting) -> None:
    preview = _end("failed")

    job = waiting.again().pending_render.job
    assert (preview.kind, job.kind, job.state) == ("preview", "render", "queued")
    assert waiting.again().stage == Stage.RENDERING


def test_who_cancels_the_preview_wants_no_mix_either(waiting: Waiting) -> None:
    _end("cancelled")

    song = waiting.again()
    assert song.stage == Stage.CANCELLED
    assert progress_card(song).headline == "The mix was cancelled"
    assert not Job.objects.active().exists()
    retry_work(composition=song)
    assert waiting.again().stage == Stage.RENDERING


def test_no_preview_where_it_is_switched_off(musician: User, settings: Any) -> None:
    settings.RENDER_PREVIEWS = False
    song = make_song(musician)

    render = request_render(composition=song, user=musician, with_preview=True)

    assert render.job.kind == "render"
    assert find_kind("preview") is not None
