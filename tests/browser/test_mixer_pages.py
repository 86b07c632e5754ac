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


METER = """() => {
    const connect = AudioNode.prototype.connect;
    AudioNode.prototype.connect = function (target, ...rest) {
        if (target === this.context.destination) {
            window.meter = new AnalyserNode(this.context, { fftSize: 2048 });
            connect.call(this, window.meter);
        }
        return connect.call(this, target, ...rest);
    };
}"""
LOUDNESS = """() => {
    const samples = new Float32Array(2048);
    window.meter?.getFloatTimeDomainData(samples);
    return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / 2048);
}"""


def test_what_the_mixer_does_is_heard_at_once(open_page: Any, musician: Any) -> None:
    song = make_song(musician, "composed")
    page = open_page(f"/songs/{song.pk}/mixer/")
    page.evaluate(METER)

    def wait_until(fits: Any) -> float:
        for _ in range(300):
            loudness = float(page.evaluate(LOUDNESS))
            if fits(loudness):
                return loudness
            page.wait_for_timeout(50)
        raise AssertionError(f"never: {loudness}")

    page.get_by_role("button", name="Play the song through the mixer").click()
    wait_until(lambda loudness: loudness > 0.01)
    switches = page.get_by_role("button", name="Mute")
    for index in range(switches.count()):
        switches.nth(index).press("Enter")
    wait_until(lambda loudness: loudness < 1e-4)
    switches.first.press("Enter")
    wait_until(lambda loudness: loudness > 0.003)
    page.get_by_role("button", name="Pause").click()
    wait_until(lambda loudness: loudness < 1e-4)
    assert page.locator("#mixer-time").inner_text() != "0:00"
    assert page.complaints == []
