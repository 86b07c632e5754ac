"""Pages of a song's history as people have them before them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from compositions.history.versions import save_version
from compositions.models import Composition, Version
from tests.browser.test_song_pages import OVERFLOW
from tests.compositions.histories import (
    History,
    again,
    edit,
    make_history,
    softer,
    transposed,
)
from tests.compositions.songs import make_song

PATIENCE_MS = 15_000


@pytest.fixture(autouse=True)
def _many_streams(settings: Any) -> None:
    """A person may have a few streams only, and a server notices late that a page is gone."""
    settings.EVENT_STREAMS_PER_USER = 100


def address(name: str, song: Composition, *more: Any) -> str:
    return reverse(name, args=[song.pk, *more])


def pages_of(history: History) -> dict[str, str]:
    song = history.song
    return {
        "history": address("song_history", song),
        "version": address("song_version", song, 5),
        "compare": address("song_compare", song) + "?from=v1&to=working",
        "merge": address("song_merge", song) + "?from=bridge-idea",
        "merge-none": address("song_merge", song),
        "pick": address("song_pick", song) + "?from=bridge-idea&first_bar=7&last_bar=7",
        "revert": address("song_revert", song, 2),
        "blame": address("song_blame", song),
        "proposals": address("song_proposals", song),
        "proposal": address("song_proposal", song, history.proposal.pk),
    }


def test_pages_complain_of_nothing_and_fit_narrow_screens(open_page, musician):
    history = make_history(musician)
    page = open_page("/")
    for name, path in pages_of(history).items():
        page.goto(path)
        expect(page.locator("main h1")).to_be_visible()
        for theme in ("dark", "light"):
            page.emulate_media(color_scheme=theme)
            for width in (360, 1440):
                page.set_viewport_size({"width": width, "height": 900})
                assert page.evaluate(OVERFLOW) == 0, (name, width, theme)
    assert page.complaints == []


def test_the_list_follows_the_song_and_keeps_what_is_typed(open_page, musician):
    song = make_song(musician, "ready")
    edit(song, musician, transposed("Lead melody", (3, 4), 2))
    page = open_page(address("song_history", song))
    field = page.get_by_label("What did you change?")
    field.fill("Half a mess")
    page.wait_for_timeout(2000)
    # Somebody else keeps a version and goes on editing.
    save_version(composition=song, user=musician, message="Ana's own")
    edit(song, musician, softer("Upright Bass", 5))
    expect(page.get_by_text("Ana's own")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("#announcements")).to_contain_text("Ana's own")
    expect(field).to_have_value("Half a mess")
    assert page.evaluate("document.activeElement.id") == "save-message"
    page.keyboard.type("age")
    page.keyboard.press("Enter")
    expect(page.locator(".version-message").nth(1)).to_have_text("Half a message")
    expect(page.get_by_text("Nothing has changed since version 3.")).to_be_visible()
    assert page.complaints == []


def test_a_version_tells_what_it_changed_and_comes_back_when_asked_twice(open_page, musician):
    song = make_song(musician, "ready")
    edit(song, musician, transposed("Lead melody", (3, 4), 2))
    save_version(composition=song, user=musician)
    page = open_page(address("song_history", song))
    row = page.locator("#version-2")
    row.get_by_text("Changes and actions").click()
    expect(row.get_by_role("link", name="What it changed")).to_be_visible()
    row = page.locator("#version-1")
    row.get_by_text("Changes and actions").click()
    row.get_by_role("button", name="Restore").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Bring version 1 back?")
    dialog.get_by_role("button", name="Leave it").click()
    expect(dialog).to_be_hidden()
    assert Version.objects.filter(composition=song).count() == 2
    row.get_by_role("button", name="Restore").click()
    dialog.get_by_role("button", name="Restore").click()
    expect(page.get_by_text("The song is as in version 1 again, as version 3.")).to_be_visible()
    assert again(song).tree_hash == Version.objects.get(composition=song, number=1).tree_hash
    assert page.complaints == []


def test_conflicts_are_decided_by_keyboard(open_page, musician):
    history = make_history(musician)
    page = open_page(address("song_merge", history.song) + "?from=bridge-idea")
    count = page.locator("[data-conflict]").count()
    assert count > 2
    first = page.locator("[data-conflict]").first
    first.locator("input").first.focus()
    page.keyboard.press("2")
    expect(first.locator("input[value=theirs]")).to_be_checked()
    second = page.locator("[data-conflict]").nth(1)
    assert second.evaluate("element => element.contains(document.activeElement)")
    # The plan is drawn anew with the choice; the note of theirs is among the changes now.
    expect(page.locator("#plan .diff-track .note-moved")).to_have_count(1, timeout=PATIENCE_MS)
    expect(first.locator("input[value=theirs]")).to_be_checked()
    page.get_by_role("button", name="Take theirs everywhere").click()
    expect(page.locator("#plan .diff-track .note-moved")).to_have_count(count, timeout=PATIENCE_MS)
    page.get_by_label("Message of the version").fill("The leap wins")
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(page.locator("h1")).to_have_text(re.compile(r"Version \d+"))
    expect(page.get_by_text("The leap wins").first).to_be_visible()
    merged = Version.objects.filter(composition=history.song).latest("number")
    assert merged.merged_parent_id == history.bridge.tip_id
    assert {row["resolution"] for row in merged.merge["resolved"]} == {"theirs"}
    assert page.complaints == []


def test_a_sentence_leads_to_its_notes(open_page, musician):
    song = make_song(musician, "ready")
    edit(song, musician, transposed("Lead melody", (3, 4), 2))
    edit(song, musician, transposed("Lead melody", (16, 16), 2))
    page = open_page(address("song_compare", song))
    link = page.locator(".sentences a").last
    target = link.get_attribute("href")
    link.click()
    expect(page.locator(f"figure{target}")).to_be_in_viewport()
    page.goto(address("song_compare", song) + "?from=v1&to=main")
    expect(page.get_by_text("The two are the same, note for note.")).to_be_visible()
    assert page.complaints == []


def test_without_scripts_versions_are_saved_and_branches_merged(open_page, musician):
    history = make_history(musician)
    page = open_page(address("song_history", history.song), java_script_enabled=False)
    page.get_by_label("What did you change?").fill("By hand")
    page.get_by_role("button", name="Save version").click()
    expect(page.get_by_text("By hand").first).to_be_visible()
    page.goto(address("song_merge", history.song) + "?from=bridge-idea")
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(page.locator("h1")).to_have_text(re.compile(r"Version \d+"))
    merged = Version.objects.filter(composition=history.song).latest("number")
    assert merged.merged_parent_id == history.bridge.tip_id
