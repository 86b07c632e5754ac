"""``manage.py render``: presets, songs of the studio, and refusals."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
import soundfile
from django.core.management import CommandError, call_command

from compositions.score.document import TrackRole
from compositions.score.midi import write_midi
from tests.compositions.songs import make_song
from tests.factories import UserFactory
from tests.sound import scores


@pytest.fixture
def midi(tmp_path: Path) -> Path:
    path = tmp_path / "a.mid"
    song = scores.score(scores.track(TrackRole.LEAD, scores.melody(4), program=80))
    path.write_bytes(write_midi(song))
    return path


def render(source: object, out: Path, **options: object) -> str:
    said = StringIO()
    call_command("render", str(source), out=out, stdout=said, stderr=StringIO(), **options)
    return said.getvalue()


def test_a_preset_sets_what_lufs_does_not(midi: Path, tmp_path: Path) -> None:
    assert "-9.0 LUFS" in render(midi, tmp_path / "a.wav", preset="loud")
    assert "-20.0 LUFS" in render(midi, tmp_path / "b.flac", preset="Broadcast", lufs=-20.0)
    assert soundfile.info(tmp_path / "b.flac").samplerate == 48_000
    assert {path.name for path in tmp_path.iterdir()} == {"a.mid", "a.wav", "b.flac"}


@pytest.mark.django_db
def test_a_song_of_the_studio_is_rendered_by_its_id(tmp_path: Path) -> None:
    song = make_song(UserFactory(), "composed")
    said = render(song.pk, tmp_path / "a.mp3", preset="Streaming")
    assert "-14.0 LUFS" in said
    song.soft_delete()
    with pytest.raises(CommandError, match="no song"):
        render(song.pk, tmp_path / "b.mp3")
    with pytest.raises(CommandError, match="no song"):
        render(uuid4(), tmp_path / "b.mp3")
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".mp3"] == ["a.mp3"]


def test_stems_come_beside_the_mix(midi: Path, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "stems"
    render(midi, tmp_path / "a.wav", stems=folder)
    found = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.wav"))
    assert found == ["dry/01 lead.wav", "mix before mastering.wav", "wet/01 lead.wav"]
    lengths = {soundfile.info(path).frames for path in [*folder.rglob("*.wav"), tmp_path / "a.wav"]}
    assert len(lengths) == 1
    assert {path.name for path in tmp_path.iterdir()} == {"a.mid", "a.wav", "new"}


def test_refusals_name_what_there_is(midi: Path, tmp_path: Path, settings: object) -> None:
    with pytest.raises(CommandError, match="no preset “Streeming”; did you mean “Streaming”"):
        render(midi, tmp_path / "b.wav", preset="Streeming")
    with pytest.raises(CommandError, match="between -23 and -8"):
        render(midi, tmp_path / "b.wav", lufs=-3.0)
    with pytest.raises(CommandError, match="No such file"):
        render(tmp_path / "none.mid", tmp_path / "b.wav")
    settings.SOUNDFONT_PATH = str(tmp_path / "none.sf2")  # type: ignore[attr-defined]
    with pytest.raises(CommandError, match="does not exist"):
        render(midi, tmp_path / "b.wav")
    assert [path.name for path in tmp_path.iterdir()] == ["a.mid"]
