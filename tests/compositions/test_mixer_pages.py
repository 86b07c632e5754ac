"""The page of the mixer: what is automatic and what is set, who may change it, asking for a mix."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from compositions.documents import load_score
from compositions.editing import apply_edits, undo
from compositions.models import Composition, Render, Track
from compositions.presentation.mixer import mix_view
from compositions.score.document import mint_id
from compositions.sound import RenderParameters
from compositions.sound.mix_plan import plan_mix
from compositions.sound.performance import audible_tracks
from compositions.sound.strips import strip_report
from tests.compositions.songs import make_song
from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> User:
    return UserFactory()


def change(song: Composition, user: User, entity: str, **fields: Any) -> None:
    operation = {"op_id": mint_id(), "entity_id": entity, "set": fields}
    apply_edits(composition=song, user=user, name="Mix", operations=[operation])


def track(song: Composition, role: str) -> Track:
    return Track.objects.get(composition=song, role=role)


def test_what_is_set_is_kept_told_and_taken_back_without_touching_a_note(owner: User) -> None:
    song = make_song(owner, "composed")
    bass = track(song, "bass").entity_id
    before, notes = song.content_hash, load_score(song).track(bass).notes
    band = {"type": "bell", "frequency_hz": 90.0, "gain_db": 2.0, "q": 1.0}
    change(song, owner, bass, equaliser=[band], ducking_db=4.0, automatic_level=False)
    change(song, owner, "meta", target_lufs=-11.0, bass_gain_db=1.5)
    song.refresh_from_db()
    assert song.content_hash != before
    score = load_score(song)
    strip = score.track(bass)
    assert (strip.ducking_db, strip.automatic_level) == (4.0, False)
    assert strip.equaliser is not None
    assert strip.equaliser[0].frequency_hz == 90.0
    assert (score.target_lufs, score.bass_gain_db) == (-11.0, 1.5)
    assert strip.notes == notes
    undo(composition=song, user=owner)
    undo(composition=song, user=owner)
    song.refresh_from_db()
    assert song.content_hash == before
    assert song.mix == {}
    row = track(song, "bass")
    assert (row.equaliser, row.ducking_db, row.automatic_level) == (None, None, True)


def test_the_page_shows_the_automatic_mix_and_what_was_set(owner: User, client: Client) -> None:
    client.force_login(owner)
    song = make_song(owner, "composed")
    bass = track(song, "bass")
    change(song, owner, bass.entity_id, saturation=0.25)
    page = client.get(reverse("song_mixer", args=[song.pk])).content.decode()
    names = Track.objects.filter(composition=song).values_list("name", flat=True)
    assert all(name in page for name in names)
    assert "There is no mix yet" in page
    strip = page.split(f'id="strip-{bass.entity_id}"')[1].split('</li>\n<li class="strip')[0]
    assert 'data-field="saturation"' in strip
    assert 'value="25"' in strip
    assert "All automatic (1 set)" in strip
    part = client.get(reverse("song_mixer", args=[song.pk]), headers={"HX-Request": "true"})
    assert part.content.decode().lstrip().startswith('<div id="mixer"')


def test_the_numbers_of_the_latest_mix_are_shown(
    owner: User, client: Client, django_assert_max_num_queries: Any
) -> None:
    client.force_login(owner)
    song = make_song(owner, "ready")
    score, parameters = load_score(song), RenderParameters()
    plan = plan_mix(score, audible_tracks(score), parameters)
    reports = [
        {
            "track_id": one.id,
            "level_db": -3.2,
            "loudness_lufs": -19.4,
            "strip": {**strip_report(one, plan, parameters), "compression_db": 2.5},
        }
        for one in score.tracks
    ]
    balance = {"gains_db": {"front": 1.4, "bass": -0.5}}
    automatic = {"reverb_seconds": 1.9, "delay_beats": 0.75, "delay_feedback": 0.3}
    report = {"preset": "lo-fi", "balance": balance, "automatic": automatic}
    Render.objects.filter(pk=song.current_render_id).update(
        measurements={"tracks": reports, "mix_report": report}
    )
    with django_assert_max_num_queries(12):
        page = client.get(reverse("song_mixer", args=[song.pk])).content.decode()
    assert "-3.2 dB for -19.4 LUFS" in page
    assert 'data-level="-3.2"' in page
    assert "took at most 2.5 dB" in page
    assert "That of the style: Lo-fi" in page
    assert "Automatic +1.4 dB" in page
    assert 'value="1.9"' in page


def test_viewers_see_it_and_change_nothing(owner: User, client: Client) -> None:
    song = make_song(owner, "composed")
    viewer = MembershipFactory(project=song.project, user=UserFactory(), role="viewer").user
    client.force_login(viewer)
    page = client.get(reverse("song_mixer", args=[song.pk])).content.decode()
    assert page.count("<fieldset disabled>") == 2 + Track.objects.filter(composition=song).count()
    assert "Render this mix" not in page
    assert client.post(reverse("song_mixer_render", args=[song.pk])).status_code == 403


def test_a_mix_of_it_is_asked_for_with_the_loudness_that_is_set(
    owner: User, client: Client
) -> None:
    client.force_login(owner)
    song = make_song(owner, "composed")
    change(song, owner, "meta", target_lufs=-9.5)
    answer = client.post(reverse("song_mixer_render", args=[song.pk]))
    assert answer.headers["Location"] == reverse("composition_detail", args=[song.pk])
    render = Render.objects.filter(composition=song).latest("created_at")
    assert render.parameters["target_lufs"] == -9.5


def test_a_preset_that_is_not_here_stays_chosen() -> None:
    view = mix_view({"mix_preset": "mine"}, {}, [("pop", "Pop")])
    assert [option for option in view.preset.options if option[2]] == [("mine", "mine", True)]
    assert view.set_count == 1
