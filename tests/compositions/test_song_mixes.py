"""Mixes of a song: made, replaced, cancelled, and in the trash with it."""

from __future__ import annotations

import io

import pytest
import soundfile

from ariaforge.exceptions import InvalidInputError
from ariaforge.models import Job
from compositions.models import Composition
from compositions.models.composition import Stage
from compositions.services import (
    cancel_work,
    delete_composition,
    request_render,
)
from media.models import Asset
from tests.compositions.conftest import reported
from tests.compositions.songs import fresh

pytestmark = pytest.mark.django_db


def test_rendering_makes_a_mix_of_the_promised_loudness(composed_song, run_jobs):
    (job,) = run_jobs("render")
    song = fresh(composed_song)
    assert song.stage == Stage.READY
    assert song.pending_render is None
    render = song.current_render
    assert render.content_hash == song.content_hash
    assert render.measurements["integrated_lufs"] == pytest.approx(-14, abs=0.5)
    assert render.measurements["true_peak_dbtp"] <= -1
    with render.mix.file.open("rb") as stored:
        information = soundfile.info(io.BytesIO(stored.read()))
    assert (information.samplerate, information.subtype) == (44100, "PCM_24")
    assert information.duration == pytest.approx(render.duration_seconds, abs=0.01)
    assert render.mp3.content_type == "audio/mpeg"
    steps = list(dict.fromkeys(step for _, step in reported(job)))
    assert steps[:2] == ["Rendering", "Mixing"]
    fractions = [fraction for fraction, _ in reported(job)]
    assert fractions == sorted(fractions)
    assert len(set(fractions)) >= 5
    assert {artifact.name for artifact in job.artifacts.all()} == {"mix", "mp3"}


def test_a_mix_stays_playable_while_another_is_made(finished_song, musician, run_jobs):
    before = finished_song.current_render
    request_render(composition=finished_song, user=musician, parameters={"target_lufs": -20.0})
    song = fresh(finished_song)
    assert song.current_render == before
    assert song.stage == Stage.RENDERING
    run_jobs("render")
    song = fresh(finished_song)
    assert song.current_render != before
    assert song.current_render.measurements["integrated_lufs"] == pytest.approx(-20, abs=0.5)


def test_same_render_gives_the_same_bytes(finished_song, musician, run_jobs):
    request_render(composition=finished_song, user=musician)
    run_jobs("render")
    assert fresh(finished_song).current_render.mix.sha256 == (
        finished_song.current_render.mix.sha256
    )


def test_unfit_render_parameters_are_refused(composed_song, musician):
    with pytest.raises(InvalidInputError):
        request_render(composition=composed_song, user=musician, parameters={"target_lufs": 3})


def test_a_cancelled_mix_leaves_the_notes(composed_song):
    cancel_work(composition=composed_song)
    song = fresh(composed_song)
    assert song.stage == Stage.CANCELLED
    assert song.is_composed
    assert song.midi is not None


def test_a_mix_asked_for_earlier_does_not_replace_a_later_one(composed_song, musician, run_jobs):
    later = request_render(
        composition=composed_song, user=musician, parameters={"target_lufs": -20.0}
    )
    Job.objects.filter(pk=later.job_id).update(priority=10)
    assert run_jobs("render")[0].pk == later.job_id
    song = fresh(composed_song)
    assert song.renders.filter(mix__isnull=False).count() == 2
    assert song.current_render == later
    assert song.audio_metadata["integrated_lufs"] == pytest.approx(-20, abs=0.5)
    assert song.stage == Stage.READY


def test_files_go_to_the_trash_with_their_song_and_come_back(finished_song):
    render = finished_song.current_render
    files = {finished_song.midi_id, render.mix_id, render.mp3_id}
    delete_composition(composition=finished_song)
    assert not Asset.objects.filter(pk__in=files).exists()
    Composition.all_objects.get(pk=finished_song.pk).restore()
    assert set(Asset.objects.filter(pk__in=files).values_list("pk", flat=True)) == files
    # The admin moves several at once.
    assert Composition.all_objects.filter(pk=finished_song.pk).soft_delete() == 1
    assert not Asset.objects.filter(pk__in=files).exists()
