"""Pages of a song's history as people have them before them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.urls import reverse
from playwright.sync_api import expect

from compositions.models import Composition
from tests.browser.test_song_pages import OVERFLOW
from tests.compositions.histories import History, make_history


def address(name: str, song: Composition, *more: Any) -> str:
    return reverse(name, args=[song.pk, *more])


def pages_of(history: History) -> dict[str, str]:
    song = history.song
    return {
        "history": address("song_history", song),
        "version": address("song_version", song, 6),
        "compare": address("song_compare", song) + "?from=v1&to=working",
        "unsaved": address("song_compare", song),
        "merge": address("song_merge", song) + "?from=bridge-idea",
        "merge-none": address("song_merge", song),
        "pick": address("song_pick", song) + "?from=bridge-idea&first_bar=7&last_bar=7",
        "revert": address("song_revert", song, 2),
        "blame": address("song_blame", song),
        "proposals": address("song_proposals", song),
        "proposal": address("song_proposal", song, history.proposal.pk),
    }


def test_pages_complain_of_nothing_and_fit_narrow_screens(open_page, musician, tmp_path):
    history = make_history(musician)
    for theme in ("dark", "light"):
        page = open_page("/", theme=theme)
        for name, path in pages_of(history).items():
            page.goto(path)
            expect(page.locator("main h1")).to_be_visible()
            for width in (360, 1440):
                page.set_viewport_size({"width": width, "height": 900})
                assert page.evaluate(OVERFLOW) == 0, (name, width, theme)
                shot = Path(tmp_path) / f"{name}-{width}-{theme}.png"
                assert page.screenshot(path=shot, full_page=True)
        assert page.complaints == []
