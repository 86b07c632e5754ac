"""The page of exports: chosen and sent by the keyboard, and no wider than a phone."""

from __future__ import annotations

from typing import Any

import pytest

from compositions.exporting.archives import request_project_archive
from compositions.exporting.services import request_export
from compositions.models import ProjectArchive
from media.models import Asset
from media.services import store_file
from tests.compositions.songs import make_song

pytestmark = pytest.mark.django_db(transaction=True)


def test_exports_by_keyboard_at_every_width(open_page: Any, musician: Any, tmp_path: Any) -> None:
    song = make_song(musician, "ready")
    request_export(
        composition=song, user=musician, formats=["wav", "flac", "mp3", "midi"],
        settings={"sample_rate": 96_000, "bit_depth": 24},
    )  # fmt: skip
    for width, theme in ((1280, "dark"), (360, "light")):
        page = open_page(f"/songs/{song.pk}/exports/all/", width=width, theme=theme)
        page.locator("summary", has_text="Quality and stretch").focus()
        page.keyboard.press("Enter")
        assert page.get_by_label("From bar").is_visible()
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(wide) <= 0
        page.screenshot(path=tmp_path / f"exports-{width}.png", full_page=True)
    page.locator("input[value=chordpro]").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Export", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_text("ChordPro (chord sheet)", exact=True).nth(1).wait_for()
    assert song.exports.first().format == "chordpro"
    assert page.complaints == []


def test_a_projects_files_at_every_width(open_page: Any, musician: Any, tmp_path: Any) -> None:
    song = make_song(musician, "ready")
    asset = store_file(
        owner=musician, project=song.project, content=b"PK", filename="My songs.ariaforge",
        kind=Asset.Kind.ARCHIVE,
    )  # fmt: skip
    for direction, file in (("export", asset), ("import", None)):
        ProjectArchive.objects.create(
            project=song.project, direction=direction, filename="My songs.ariaforge",
            song_count=12, asset=file,
        )  # fmt: skip
    request_project_archive(project=song.project, user=musician)
    for width, theme in ((1280, "dark"), (360, "light")):
        page = open_page(f"/projects/{song.project_id}/files/", width=width, theme=theme)
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(wide) <= 0
        page.screenshot(path=tmp_path / f"files-{width}.png", full_page=True)
        assert page.get_by_role("link", name="Download To My songs.ariaforge").is_visible()
    page.get_by_role("button", name="Export the project").focus()
    page.keyboard.press("Enter")
    page.get_by_role("status").nth(1).wait_for()
    assert song.project.archives.count() == 4
    assert page.complaints == []
