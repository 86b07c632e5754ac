"""The mixer in a browser: numbers, switches and bands become edits; undo; phones; both themes."""

from __future__ import annotations

from typing import Any

import pytest

from compositions.models import Composition, Track
from tests.compositions.songs import make_song

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_mixer_by_keyboard_at_every_width(open_page: Any, musician: Any, tmp_path: Any) -> None:
    song = make_song(musician, "composed")
    bass = Track.objects.get(composition=song, role="bass").entity_id
    address = f"/songs/{song.pk}/mixer/"
    phone = open_page(address, width=360, theme="light")
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    phone.locator("details summary").first.click()
    assert phone.evaluate(wide) <= 0
    phone.screenshot(path=tmp_path / "mixer-360.png", full_page=True)

    page = open_page(address)
    strip = page.locator(f"#strip-{bass}")

    def sent(act: Any) -> None:
        with page.expect_response(lambda answer: "/edits/" in answer.url) as told:
            act()
        assert told.value.ok, told.value.text()

    fader = strip.get_by_label("Fader", exact=True)
    fader.focus()
    fader.fill("-6.5")
    sent(lambda: page.keyboard.press("Enter"))
    sent(lambda: strip.get_by_role("button", name="Mute").press("Space"))
    page.locator(f"#strip-{bass}.is-muted").wait_for()
    row = Track.objects.get(composition=song, entity_id=bass)
    assert (row.gain_db, row.muted) == (-6.5, True)

    strip.locator("summary", has_text="Equaliser").press("Enter")
    flat = strip.locator(".eq-curve").get_attribute("d")
    gain = strip.locator("[data-band=gain_db]").nth(1)
    gain.fill("9")
    sent(lambda: gain.press("Tab"))
    strip.get_by_text("All automatic (1 set)").wait_for()
    assert strip.locator(".eq-curve").get_attribute("d") != flat
    row.refresh_from_db()
    assert row.equaliser[1]["gain_db"] == 9.0
    page.screenshot(path=tmp_path / "mixer-1280.png", full_page=True)

    sent(lambda: page.get_by_role("button", name="Undo").press("Enter"))
    strip.get_by_role("button", name="All automatic", exact=True).wait_for()
    sent(lambda: strip.locator("[data-control=gain_db] label").dblclick())
    row.refresh_from_db()
    assert (row.equaliser, row.gain_db) == (None, 0.0)

    loudness = page.get_by_label("Loudness", exact=True)
    loudness.fill("-10")
    sent(lambda: loudness.press("Enter"))
    assert Composition.objects.get(pk=song.pk).mix == {"target_lufs": -10.0}
    page.get_by_role("button", name="Render this mix").press("Enter")
    page.wait_for_url(f"**/songs/{song.pk}/")
    assert page.complaints == []
