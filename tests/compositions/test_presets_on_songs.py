"""Presets on songs: put on, taken back, kept, compared; and all of it by the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from ariaforge.exceptions import (
    ConflictError,
    InvalidInputError,
)
from compositions.documents import load_score
from compositions.editing import apply_edits, undo
from compositions.models import Composition
from compositions.presets import services
from compositions.presets.applying import apply_preset, keep_as_preset
from compositions.presets.comparing import compare
from compositions.presets.schemas import read_settings
from tests.compositions.presets import WARM, effect, make_factory_preset
from tests.compositions.songs import make_song

pytestmark = pytest.mark.django_db


@pytest.fixture
def song(musician: User) -> Composition:
    return make_song(musician, "composed")


def track_named(song: Composition, name: str) -> Any:
    return song.tracks.get(name=name)


# -- On a song --------------------------------------------------------------------------


def test_an_effect_goes_on_a_track_as_one_edit_that_can_be_undone(
    musician: User, song: Composition
) -> None:
    track = track_named(song, "Rhodes")
    before = song.content_hash
    preset = effect(musician, settings={**WARM, "reverb_send": 0.6})
    done = apply_preset(preset=preset, composition=song, user=musician, track_id=track.entity_id)
    assert done.batch.name == "Preset “Warm” on “Rhodes”"
    assert [entry.label for entry in done.changes] == ["Equaliser", "Saturation", "Reverb"]
    score = load_score(song)
    changed = score.track(track.entity_id)
    assert (changed.saturation, changed.reverb_send) == (0.4, 0.6)
    assert song.content_hash != before
    # Another effect clears what it does not name, but not the reverb.
    apply_preset(
        preset=effect(musician, "Wide", settings={"width": 0.9}),
        composition=song,
        user=musician,
        track_id=track.entity_id,
    )
    changed = load_score(song).track(track.entity_id)
    assert (changed.equaliser, changed.saturation, changed.width) == (None, None, 0.9)
    assert changed.reverb_send == 0.6
    for _ in range(2):
        undo(composition=song, user=musician)
    assert song.content_hash == before
    assert (
        apply_preset(
            preset=effect(musician, "Same", settings={}),
            composition=song,
            user=musician,
            track_id=track.entity_id,
        ).batch
        is None
    )


def test_a_locked_track_keeps_its_sound(musician: User, song: Composition) -> None:
    track = track_named(song, "Rhodes").entity_id
    lock = {"op_id": "lock", "entity_id": track, "set": {"locked": True}}
    apply_edits(composition=song, user=musician, name="Lock", operations=[lock])
    with pytest.raises(ConflictError, match="“Rhodes” is locked"):
        apply_preset(preset=effect(musician), composition=song, user=musician, track_id=track)


def test_an_instrument_fits_notes_or_drums(musician: User, song: Composition) -> None:
    lead, drums = track_named(song, "Lead melody"), track_named(song, "Brushed Drums")
    saw = make_factory_preset(
        "Saw Lead", "instrument", {"bank": 97, "program": 81, "percussion": False}
    )
    kit = make_factory_preset(
        "808 Kit", "instrument", {"bank": 0, "program": 26, "percussion": True}
    )
    done = apply_preset(preset=saw, composition=song, user=musician, track_id=lead.entity_id)
    assert [str(entry) for entry in done.changes] == ["Instrument: Vibraphone → Saw Lead"]
    changed = load_score(song).track(lead.entity_id)
    assert (changed.bank, changed.program) == (97, 81)
    with pytest.raises(InvalidInputError, match="is a drum kit"):
        apply_preset(preset=kit, composition=song, user=musician, track_id=lead.entity_id)
    with pytest.raises(InvalidInputError, match="no drum kit"):
        apply_preset(preset=saw, composition=song, user=musician, track_id=drums.entity_id)
    with pytest.raises(InvalidInputError, match="no such track"):
        apply_preset(preset=saw, composition=song, user=musician, track_id="nobody")


def test_a_mix_goes_on_the_song_and_a_render_with_it(musician: User, song: Composition) -> None:
    dub = make_factory_preset("Dub", "mix", {"mix_preset": "groove", "delay_feedback": 0.65})
    done = apply_preset(preset=dub, composition=song, user=musician)
    assert done.batch.name == "Mix preset “Dub”"
    assert load_score(song).delay_feedback == 0.65
    loud = make_factory_preset("Loud", "render", {"target_lufs": -9.0})
    done = apply_preset(preset=loud, composition=song, user=musician)
    assert (done.batch, len(done.changes)) == (None, 1)
    song.refresh_from_db()
    assert song.render_parameters == {"target_lufs": -9.0}


def test_what_is_set_can_be_kept(musician: User, song: Composition) -> None:
    track = track_named(song, "Rhodes")
    here = {"composition": song, "user": musician, "track_id": track.entity_id}
    with pytest.raises(InvalidInputError, match="nothing to keep"):
        keep_as_preset(kind="effect", name="Nothing", **here)
    apply_preset(preset=effect(musician), **here)
    kept = keep_as_preset(kind="effect", name="Kept", **here)
    assert kept.current.settings == read_settings("effect", WARM)
    sound = keep_as_preset(kind="instrument", name="Sound", **here)
    assert sound.current.settings["program"] == 4
    assert sound.current.settings["saturation"] == 0.4
    assert "Rhodes" in sound.current.note


def test_an_old_version_that_the_studio_cannot_read_is_told(
    musician: User, song: Composition
) -> None:
    strange = make_factory_preset("Old", "mix", {"flanger": 1})
    with pytest.raises(ConflictError, match="does not fit this studio: flanger"):
        apply_preset(preset=strange, composition=song, user=musician)


def test_two_presets_are_compared_on_a_track(musician: User, song: Composition) -> None:
    track = track_named(song, "Rhodes").entity_id
    warm, wide = effect(musician), effect(musician, "Wide", settings={"width": 0.9})
    found = compare(composition=song, a=warm.current, b=wide.current, track_id=track)
    assert [str(entry) for entry in found.differences] == [
        "Equaliser: +2 dB low shelf at 120 Hz → automatic",
        "Saturation: 40 % → automatic",
        "Width: automatic → 90 %",
    ]
    found = compare(composition=song, a=None, b=wide.current, track_id=track)
    assert (found.a.label, found.b.label) == ("As it is now", "Wide")
    mix = services.create_preset(user=musician, kind="mix", name="Mix", settings={})
    with pytest.raises(InvalidInputError, match="different things"):
        compare(composition=song, a=warm.current, b=mix.current, track_id=track)


# -- The API ----------------------------------------------------------------------------


def test_presets_by_the_api(api_client: Any, musician: User, song: Composition) -> None:
    client = api_client(musician)
    answer = client.post(
        "/api/v1/presets/", {"kind": "effect", "name": "Warm", "settings": WARM}, format="json"
    )
    assert answer.status_code == 201
    path = f"/api/v1/presets/{answer.json()['id']}/"
    refused = client.patch(path, {"settings": {"width": 3}}, format="json")
    assert refused.json()["error"]["details"]["problems"] == [
        {"path": "width", "message": "must be between 0 and 1, not 3"}
    ]
    assert client.patch(path, {"settings": {"width": 0.5}}, format="json").json()["version"] == 2
    numbers = [row["number"] for row in client.get(f"{path}versions/").json()["results"]]
    assert numbers == [2, 1]
    assert client.post(f"{path}versions/1/restore/").json()["version"] == 3
    file = client.get(f"{path}export/?version=2")
    assert file.json()["settings"] == {"width": 0.5}
    assert "attachment" in file["Content-Disposition"]
    assert client.post("/api/v1/presets/import/", file.json(), format="json").status_code == 201
    track = track_named(song, "Rhodes").entity_id
    here = {"composition": str(song.pk), "track": track}
    applied = client.post(f"{path}apply/", {**here, "version": 2}, format="json").json()
    assert applied["changes"] == [{"setting": "Width", "a": "automatic", "b": "50 %"}]
    assert applied["edit"]
    told = client.post("/api/v1/presets/compare/", {**here, "b": path.split("/")[-2]}).json()
    assert [entry["setting"] for entry in told["differences"]] == [
        "Equaliser",
        "Saturation",
        "Width",
    ]
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == 404
    assert client.get("/api/v1/presets/trash/").json()["results"][0]["name"] == "Warm"
    assert client.post(f"{path}restore/").status_code == 200


def test_the_list_of_presets_takes_the_same_queries_for_any_number(
    api_client: Any, musician: User
) -> None:
    client = api_client(musician)
    effect(musician)

    def queries(rows: int, query: str = "") -> int:
        with CaptureQueriesContext(connection) as found:
            answer = client.get(f"/api/v1/presets/{query}")
            assert len(answer.json()["results"]) == rows
        return len(found)

    queries(1)
    before = queries(1)
    for number in range(12):
        effect(musician, name=f"Cold {number}", category="Cold")
    assert queries(13) == before
    assert queries(12, "?search=cold&kind=effect&whose=mine&category=cold") <= before
    assert queries(0, "?whose=public") <= before
