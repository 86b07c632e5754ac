"""What a page fetches to play the notes of a song on the instruments of the mix."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from django.db import connection
from django.urls import reverse
from psycopg.pq import TransactionStatus

from compositions.sound import SoundError
from compositions.sound.performance import NOTE_OFF, NOTE_ON
from compositions.sound.preset_files import write_presets
from compositions.sound.soundfont import SoundFont
from tests.compositions.songs import make_song

pytestmark = pytest.mark.django_db


def performance_of(song) -> str:
    return reverse("composition_performance", args=[song.pk])


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    """Instruments of these tests only; the studio's own font is not built for them."""
    settings.VAR_DIR = tmp_path
    with patch("compositions.workshop.own_soundfont", lambda folder: settings.SOUNDFONT):
        yield


@pytest.fixture
def settings(settings):
    from compositions.sound import find_default_soundfont

    settings.SOUNDFONT = find_default_soundfont(settings.BASE_DIR)
    return settings


@pytest.fixture
def signed_in(client, musician):
    client.force_login(musician)
    return client


def test_a_song_is_told_as_events_and_instruments(signed_in, musician, tmp_path):
    song = make_song(musician, "rendering")
    page = signed_in.get(reverse("composition_detail", args=[song.pk])).content.decode()
    assert f'data-performance="{performance_of(song)}?v={song.content_hash}"' in page
    tracks = signed_in.get(performance_of(song)).json()["tracks"]
    assert [track["role"] for track in tracks] == ["chords", "lead", "bass", "drums"]
    bass, stored = tracks[2], song.tracks.get(role="bass")
    tempo = song.tempos[0]["bpm"]
    strokes = [event for event in bass["events"] if event[1] == NOTE_ON]
    assert len(strokes) == len(stored.notes)
    assert sum(event[1] == NOTE_OFF for event in bass["events"]) == len(strokes)
    for (seconds, _, pitch, velocity), note in zip(strokes, stored.notes, strict=True):
        assert (pitch, velocity) == (note["pitch"], note["velocity"])
        assert seconds == pytest.approx(note["start"] / 480 * 60 / tempo, abs=1e-4)
    response = signed_in.get(bass["preset"])
    assert "immutable" in response["Cache-Control"]
    fetched = tmp_path / "fetched.sf2"
    fetched.write_bytes(response.getvalue())
    assert [(one.bank, one.program) for one in SoundFont(fetched).presets] == [
        (bass["bank"], bass["program"])
    ]


def test_who_is_heard_and_how_loud_is_told_and_an_empty_song_is_silent(signed_in, musician):
    song = make_song(musician, "ready")
    song.tracks.filter(role="drums").update(muted=True)
    lead = song.tracks.get(role="lead")
    song.current_render.measurements["tracks"] = [{"track_id": lead.entity_id, "level_db": -3.25}]
    song.current_render.save()
    answer = signed_in.get(performance_of(song)).json()
    assert answer["seconds"] == song.duration_seconds
    tracks = {track["role"]: track for track in answer["tracks"]}
    assert {role for role, track in tracks.items() if not track["audible"]} == {"drums"}
    assert tracks["lead"]["level_db"] == -3.25
    assert -6 < tracks["chords"]["level_db"] < 0  # what is usual for chords
    early = make_song(musician, "composing")
    assert signed_in.get(performance_of(early)).json()["tracks"] == []


def test_a_missing_engine_is_told(signed_in, musician):
    song = make_song(musician, "rendering")
    broken = SoundError("Node is not installed.")
    with patch("compositions.listening.write_presets", side_effect=broken):
        response = signed_in.get(performance_of(song))
    assert response.status_code == 503
    assert response.json() == {"message": "Node is not installed."}


@pytest.mark.django_db(transaction=True)
def test_no_transaction_waits_while_instruments_are_taken_out(signed_in, musician):
    song = make_song(musician, "rendering")
    states = []

    def look(*arguments):
        states.append(connection.connection.info.transaction_status)
        return write_presets(*arguments)

    with patch("compositions.listening.write_presets", look):
        assert signed_in.get(performance_of(song)).status_code == 200
    assert states == [TransactionStatus.IDLE]
