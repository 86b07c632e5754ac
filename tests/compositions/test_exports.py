"""Exports: several at once, stretches, tags, expiry, export again, and their page."""

from __future__ import annotations

import errno
import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import av
import mido
import mutagen
import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from PIL import Image
from rest_framework.test import APIClient

from accounts.models import User
from ariaforge.exceptions import InvalidInputError
from ariaforge.jobs.registry import JobError
from ariaforge.models import Job
from compositions.exporting.choices import checked, cut_of, for_format
from compositions.exporting.formats import FACTS
from compositions.exporting.services import (
    delete_export,
    expire_exports,
    export_again,
    request_export,
)
from compositions.models import Composition, Export
from compositions.score.document import MeterChange
from compositions.score.timeline import Timeline
from media.models import Asset
from projects.services import set_cover
from tests.compositions.songs import example_score, make_song
from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
Work = Callable[..., list[Job]]


@pytest.fixture
def song(musician: User) -> Composition:
    return make_song(musician, "ready")


def content(export: Export) -> bytes:
    export.refresh_from_db()
    assert export.asset is not None
    with export.asset.file.open("rb") as stored:
        return bytes(stored.read())


def test_several_formats_are_one_zip(song: Composition, musician: User, run_jobs: Work) -> None:
    names = ["flac", "mp3", "midi", "musicxml", "chordpro", "lrc"]
    export = request_export(
        composition=song,
        user=musician,
        formats=names,
        settings={"from_bar": 3, "to_bar": 4, "count_in_bars": 1, "midi_type": 0},
    )
    assert export.format == "zip"
    job = run_jobs("render")[-1]
    assert [part for part, _ in job.reports] == sorted(part for part, _ in job.reports)  # type: ignore[attr-defined]
    data = content(export)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        files = {name.rpartition(".")[2]: archive.read(name) for name in archive.namelist()}
    # The song has no words: LRC is left out, and the ZIP says so.
    assert sorted(files) == ["cho", "flac", "mid", "mp3", "musicxml", "txt"]
    assert b"the song has no words" in files["txt"]
    bar = 4 * 60 / 82
    for sound in ("flac", "mp3"):
        file = mutagen.File(io.BytesIO(files[sound]))
        assert file.info.length == pytest.approx(3 * bar, abs=0.06)
        with av.open(io.BytesIO(files[sound])) as container:
            (chapter,) = container.chapters()
        assert chapter["metadata"]["title"] == "Verse 1"
        assert float(chapter["start"] * chapter["time_base"]) == pytest.approx(bar, abs=0.001)
    assert mido.MidiFile(file=io.BytesIO(files["mid"])).type == 0

    again = export_again(export=Export.objects.get(pk=export.pk), user=musician)
    run_jobs("render")
    assert content(again) == data
    assert again.settings == export.settings


def test_sound_says_whose_song_it_is(song: Composition, musician: User, run_jobs: Work) -> None:
    musician.first_name, musician.last_name = "Ada", "Blau"
    musician.save()
    picture = io.BytesIO()

    Image.new("RGB", (80, 80), (200, 30, 30)).save(picture, "PNG")
    size = picture.tell()
    picture.seek(0)
    set_cover(project=song.project, actor=musician, file=picture, size=size)
    Composition.objects.filter(pk=song.pk).update(lyrics="Rain on\nthe tape")
    export = request_export(composition=song, user=musician, format="m4a")
    run_jobs("render")
    tags = mutagen.File(io.BytesIO(content(export)))
    assert tags["\xa9nam"] == [song.name]
    assert tags["\xa9ART"] == ["Ada Blau"]
    assert tags["\xa9alb"] == [song.project.name]
    assert tags["\xa9lyr"] == ["Rain on\nthe tape"]
    assert tags["tmpo"] == [82]
    assert bytes(tags["----:com.apple.iTunes:initialkey"][0]) == b"Dm"
    assert bytes(tags["covr"][0]).startswith(b"\xff\xd8\xff")
    with av.open(io.BytesIO(content(export))) as container:
        chapters = container.chapters()
    names = [chapter["metadata"]["title"] for chapter in chapters]
    assert names == ["Intro", "Verse 1", "Chorus", "Verse 2", "Chorus 2", "Outro"]
    starts = [float(chapter["start"] * chapter["time_base"]) for chapter in chapters]
    assert starts == pytest.approx([bar * 4 * 60 / 82 for bar in (0, 2, 6, 10, 14, 18)], abs=0.001)


def test_the_command_writes_files_and_says_what_is_wrong(song: Composition, tmp_path: Path) -> None:
    out = tmp_path / "new" / "song.opus"
    call_command(
        "export", str(song.pk), "--format", "opus", "--out", str(out), stdout=io.StringIO()
    )
    assert mutagen.File(out)["title"] == [song.name]
    packed = tmp_path / "song.zip"
    formats = ["--format", "midi", "--format", "chordpro"]
    call_command("export", str(song.pk), *formats, "--out", str(packed), stdout=io.StringIO())
    assert len(zipfile.ZipFile(packed).namelist()) == 2
    bad = tmp_path / "bad.lrc"
    for key, name, message in (
        (song.pk, "lrc", "no words"),
        (song.project_id, "midi", "There is no song"),
        ("x", "midi", "There is no song"),
    ):
        with pytest.raises(CommandError, match=message):
            call_command("export", str(key), "--format", name, "--out", str(bad))
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["song.zip"]


def test_files_expire_and_the_history_stays(
    song: Composition, musician: User, run_jobs: Work, settings: Any
) -> None:
    settings.EXPORT_RETENTION_DAYS = 3
    export = request_export(composition=song, user=musician, format="midi")
    run_jobs("render")
    content(export)
    asset = export.asset
    assert asset is not None
    assert export.expires_at is not None
    assert expire_exports(now=timezone.now() + timedelta(days=2.9)) == 0
    assert expire_exports(now=timezone.now() + timedelta(days=3.1)) == 1
    assert not Asset.all_objects.filter(pk=asset.pk).exists()
    export.refresh_from_db()
    assert (export.asset, export.format) == (None, "midi")
    settings.EXPORT_RETENTION_DAYS = 0
    kept = export_again(export=export, user=musician)
    run_jobs("render")
    content(kept)
    assert kept.expires_at is None
    assert expire_exports(now=timezone.now() + timedelta(days=9999)) == 0


def test_a_full_disk_is_told_and_nothing_is_kept(
    song: Composition, musician: User, run_jobs: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("compositions.exporting.jobs.write_zip", full)
    export = request_export(composition=song, user=musician, formats=["midi", "chordpro"])
    with pytest.raises(JobError, match="The disk is full"):
        run_jobs("render")
    assert Export.objects.get(pk=export.pk).asset is None
    assert not Asset.all_objects.filter(role="export").exists()


def test_files_from_before_there_was_an_expiry_get_one(
    song: Composition, musician: User, run_jobs: Work, settings: Any
) -> None:
    settings.EXPORT_RETENTION_DAYS = 0
    export = request_export(composition=song, user=musician, format="midi")
    own = Export.objects.create(composition=song, format="midi", content_hash="x", asset=song.midi)
    run_jobs("render")
    migration = import_module("compositions.migrations.0020_expire_older_exports")
    migration.give_time(apps, None)
    assert Export.objects.get(pk=export.pk).expires_at is None
    settings.EXPORT_RETENTION_DAYS = 7
    migration.give_time(apps, None)
    ends = Export.objects.get(pk=export.pk).expires_at
    assert ends is not None
    assert abs(ends - timezone.now() - timedelta(days=7)) < timedelta(minutes=5)
    # The song's own MIDI file is no export's.
    assert Export.objects.get(pk=own.pk).expires_at is None


def test_deleting_removes_the_file_but_never_the_songs_own(
    song: Composition, musician: User, run_jobs: Work
) -> None:
    export = request_export(composition=song, user=musician, format="midi")
    run_jobs("render")
    content(export)
    delete_export(export=export)
    assert not Export.objects.filter(pk=export.pk).exists()
    assert not Asset.all_objects.filter(pk=export.asset_id).exists()
    borrowed = Export.objects.create(
        composition=song, format="midi", content_hash="x", asset=song.midi
    )
    delete_export(export=borrowed)
    assert Asset.objects.filter(pk=song.midi_id).exists()
    waiting = request_export(composition=song, user=musician, format="midi")
    delete_export(export=waiting)
    assert Job.objects.get(pk=waiting.job_id).state == "cancelled"


@pytest.mark.parametrize(("formats", "chosen", "message"), [
    (["mp3"], {"bit_depth": 16}, "MP3 has no bit depth"),
    (["midi"], {"from_bar": 2}, "MIDI has no from bar"),
    (["midi", "lrc"], {"loop": True}, "None of these formats has a loop"),
    (["opus"], {"sample_rate": 44_100}, "can be 48000"),
    (["wav"], {"from_bar": 4, "to_bar": 3}, "before the first"),
    (["wav"], {"from_bar": 4, "to_seconds": 9.0}, "not by both"),
    (["wav"], {"from_seconds": 4.0, "to_seconds": 4.0}, "ends before"),
    (["wav"], {"loop": True, "count_in_bars": 1}, "no count-in"),
])  # fmt: skip
def test_choices_that_cannot_be(formats: list[str], chosen: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        checked(formats, chosen)


def test_each_format_follows_what_it_can() -> None:
    chosen = checked(["wav", "opus", "flac"], {"sample_rate": 96_000, "bit_depth": 32})
    assert for_format("wav", chosen) == chosen
    assert for_format("flac", chosen) == {"sample_rate": 96_000, "bit_depth": 24}
    assert for_format("opus", chosen) == {}


def test_bars_become_seconds() -> None:
    score = example_score()
    beat = 60 / 82
    cut = cut_of(score, {"from_bar": 3, "to_bar": 4, "count_in_bars": 2})
    assert (cut.start, cut.end) == pytest.approx((8 * beat, 16 * beat))
    assert len(cut.clicks) == 8
    assert [at for at, accent in cut.clicks if accent] == pytest.approx([0.0, 4 * beat])
    assert cut.clicks_last == pytest.approx(8 * beat)
    assert cut_of(score, {}).is_whole
    # The last bar keeps the tail of the mix, unless it is a loop.
    bars = Timeline(score).bar_count
    assert cut_of(score, {"from_bar": 2, "to_bar": bars}).end is None
    assert cut_of(score, {"loop": True}).end == pytest.approx(bars * 4 * beat)
    with pytest.raises(InvalidInputError, match=f"The song has {bars} bars"):
        cut_of(score, {"from_bar": bars + 1})
    compound = type(score)(**{
        **{name: getattr(score, name) for name in score.__dataclass_fields__},
        "meters": (MeterChange("m", 0, 6, 8),),
    })  # fmt: skip
    clicks = cut_of(compound, {"count_in_bars": 1}).clicks
    assert [at for at, _ in clicks] == pytest.approx([0.0, 1.5 * beat])


def test_the_api_lists_formats_takes_many_and_deletes(song: Composition, musician: User) -> None:
    client = APIClient()
    client.force_authenticate(musician)
    formats = client.get("/api/v1/export-formats/").json()
    assert [row["format"] for row in formats] == list(FACTS)
    wav = next(row for row in formats if row["format"] == "wav")
    assert (wav["bit_depths"], wav["needs_mix"]) == ([16, 24, 32], True)
    exports = f"/api/v1/compositions/{song.pk}/exports/"
    answer = client.post(exports, {"formats": ["wav", "midi"], "settings": {"bit_depth": 16}})
    assert answer.status_code == 202
    body = answer.json()
    assert (body["format"], body["settings"]) == (
        "zip", {"bit_depth": 16, "formats": ["wav", "midi"]},
    )  # fmt: skip
    for bad in ({}, {"format": "wav", "formats": ["midi"]}, {"formats": ["zip", "wav"]}):
        assert client.post(exports, bad).status_code == 400, bad
    again = client.post(f"{exports}{body['id']}/again/")
    assert (again.status_code, again.json()["settings"]) == (202, body["settings"])
    assert client.delete(f"{exports}{body['id']}/").status_code == 204
    assert [row["id"] for row in client.get(exports).json()["results"]] == [again.json()["id"]]


def test_the_page_offers_waits_lists_and_repeats(
    client: Client,
    song: Composition,
    musician: User,
    run_jobs: Work,
    django_assert_num_queries: Any,
) -> None:
    client.force_login(musician)
    address = f"/songs/{song.pk}/exports/all/"
    page = client.get(address).content.decode()
    assert page.count('name="formats"') == len(FACTS)
    assert "Nothing was exported yet" in page
    form = {"page": "exports", "formats": ["midi", "flac"], "bit_depth": "16"}
    assert client.post(f"/songs/{song.pk}/export/", form).status_code == 302
    page = client.get(address).content.decode()
    assert "ZIP: MIDI, FLAC" in page
    assert "16 bit" in page
    assert "hx-trigger" in page
    run_jobs("render")
    page = client.get(address).content.decode()
    assert ".zip?download=1" in page
    assert "hx-trigger" not in page
    export = song.exports.get()
    with django_assert_num_queries(6):  # session, person, song, mix, exports, may one edit
        client.get(address)
    client.post(f"/songs/{song.pk}/exports/{export.pk}/again/")
    with django_assert_num_queries(6):
        client.get(address)
    client.post(f"/songs/{song.pk}/exports/{export.pk}/delete/")
    assert song.exports.count() == 1
    bad = {"page": "exports", "formats": ["flac"], "from_bar": "9", "to_bar": "2"}
    answer = client.post(f"/songs/{song.pk}/export/", bad)
    assert answer.status_code == 422
    assert "The last bar comes before the first" in answer.content.decode()
    assert 'value="9"' in answer.content.decode()
    nothing = client.post(f"/songs/{song.pk}/export/", {"page": "exports"})
    assert "Choose a format" in nothing.content.decode()
    part = client.post(
        f"/songs/{song.pk}/export/", {"format": "chordpro"}, headers={"HX-Request": "true"}
    ).content.decode()
    assert "ChordPro (chord sheet) is being written" in part
    answer = client.post(f"/songs/{song.pk}/export/", {"format": "tape"}, follow=True)
    assert "Choose a format" in answer.content.decode()
    viewer = UserFactory()
    MembershipFactory(project=song.project, user=viewer, role="viewer")
    client.force_login(viewer)
    page = client.get(address).content.decode()
    assert "<form" not in page.split("<main", 1)[1].split("</main", 1)[0]
