"""Sheet music and share videos as exports: by a job, in a ZIP, and by the command."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import mutagen
import pytest
from django.core.management import call_command
from PIL import Image
from pypdf import PdfReader

from accounts.models import User
from ariaforge.exceptions import InvalidInputError
from ariaforge.models import Job
from compositions.exporting.choices import checked
from compositions.exporting.history import choices_text
from compositions.exporting.services import request_export
from compositions.models import Composition
from tests.compositions.songs import make_song

pytestmark = pytest.mark.django_db
Work = Callable[..., list[Job]]


@pytest.fixture
def song(musician: User) -> Composition:
    return make_song(musician, "composed")


def test_sheet_music_needs_no_mix_and_comes_as_pdf(
    song: Composition, musician: User, run_jobs: Work
) -> None:
    musician.first_name, musician.last_name = "Ada", "Blau"
    musician.save()
    names = ["pdf_score", "pdf_parts", "lead_sheet"]
    export = request_export(composition=song, user=musician, formats=names)
    job = run_jobs("render")[-1]
    parts = [part for part, _ in job.reports]  # type: ignore[attr-defined]
    assert parts == sorted(parts)
    export.refresh_from_db()
    assert export.asset is not None
    with zipfile.ZipFile(export.asset.file) as archive:
        books = {name: PdfReader(io.BytesIO(archive.read(name))) for name in archive.namelist()}
    assert [name.rpartition("(")[2] for name in books] == [
        "score).pdf",
        "parts).pdf",
        "lead sheet).pdf",
    ]
    for book in books.values():
        text = book.pages[0].extract_text()
        assert song.name in text
        assert "Ada Blau" in text
    assert len(list(books.values())[1].outline) == 4

    single = request_export(
        composition=song, user=musician, format="lead_sheet", settings={"paper": "letter"}
    )
    run_jobs("render")
    single.refresh_from_db()
    assert single.asset is not None
    assert single.asset.filename.endswith("(lead sheet).pdf")
    assert single.asset.content_type == "application/pdf"
    with single.asset.file.open("rb") as stored:
        page = PdfReader(io.BytesIO(stored.read())).pages[0].mediabox
    assert (round(page.width), round(page.height)) == (612, 792)


def test_the_command_prints_sheet_music(song: Composition, tmp_path: Path) -> None:
    out = tmp_path / "printed" / "song.pdf"
    call_command("export", str(song.pk), format=["pdf_score"], out=out, paper="letter")
    assert PdfReader(out).metadata.title == song.name  # type: ignore[union-attr]
    assert list(out.parent.iterdir()) == [out]


def test_a_video_and_its_cover_are_made_of_the_mix(musician: User, run_jobs: Work) -> None:
    song = make_song(musician, "ready")
    stretch = {"from_seconds": 1.0, "to_seconds": 1.4}
    export = request_export(
        composition=song, user=musician, formats=["video", "m4a"],
        settings={"shape": "square", "picture": "roll", **stretch},
    )  # fmt: skip
    job = run_jobs("render")[-1]
    parts = [part for part, _ in job.reports]  # type: ignore[attr-defined]
    assert parts == sorted(parts)
    assert len(parts) > 12  # a frame each
    export.refresh_from_db()
    assert export.asset is not None
    with zipfile.ZipFile(export.asset.file) as archive:
        files = {name.rpartition(".")[2]: archive.read(name) for name in archive.namelist()}
    with av.open(io.BytesIO(files["mp4"])) as video:
        assert (video.streams.video[0].width, video.streams.video[0].frames) == (1080, 12)
        assert video.metadata["title"] == song.name
        frame = next(video.decode(video=0)).to_ndarray(format="rgb24")
    assert 15 < frame.mean() < 130
    # The project has no cover, so one is drawn.
    cover = bytes(mutagen.File(io.BytesIO(files["m4a"]))["covr"][0])
    with Image.open(io.BytesIO(cover)) as picture:
        assert picture.size == (800, 800)
    with pytest.raises(InvalidInputError, match="no loop to choose"):
        request_export(composition=song, user=musician, format="video", settings={"loop": True})


def test_choices_in_words() -> None:
    chosen: dict[str, Any] = checked(["pdf_score"], {"paper": "letter"})
    assert choices_text(chosen) == "Letter paper"
    chosen = checked(["video"], {"shape": "tall", "picture": "roll"})
    assert choices_text(chosen) == "tall picture, notes"
