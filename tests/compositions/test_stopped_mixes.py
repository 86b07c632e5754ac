"""A newer mix that stopped, beside the older one that plays."""

from __future__ import annotations

import pytest

from ariaforge.models import Job
from compositions.models.composition import Stage
from compositions.notices import dismiss_stopped_work
from compositions.presentation import progress_card
from compositions.services import request_render, retry_work
from tests.compositions.songs import advance, fresh, make_song

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("state", "headline"),
    [("failed", "The mix could not be made"), ("cancelled", "The mix was cancelled")],
)
def test_while_an_older_mix_plays_a_newer_one_that_stopped_is_a_notice(musician, state, headline):
    song = make_song(musician, "ready")
    render = request_render(composition=song, user=musician)
    error = {"error": "The disk is full."} if state == "failed" else {}
    advance(render.job, state, **error)
    song = fresh(song)
    assert song.stage == Stage.READY
    card = progress_card(song)
    assert (card.headline, card.visible, card.can_retry) == (headline, True, True)
    assert "still plays" in card.kept
    assert retry_work(composition=song) is not None
    assert fresh(song).stage == Stage.RENDERING
    dismiss_stopped_work(composition=song)  # at work again: nothing to put away
    assert fresh(song).pending_render == render
    advance(Job.objects.get(pk=render.job_id), state, **error)
    dismiss_stopped_work(composition=song)
    card = progress_card(fresh(song))
    assert (card.stage, card.visible) == ("ready", False)


def test_a_first_mix_that_failed_is_a_failed_song(musician):
    song = make_song(musician, "rendering")
    advance(song.pending_render.job, "failed", error="The disk is full.")
    assert fresh(song).stage == Stage.FAILED
    assert not progress_card(fresh(song)).can_dismiss
    dismiss_stopped_work(composition=song)
    assert fresh(song).stage == Stage.FAILED
