"""Presets in a browser: found, put on a track, taken back, and heard one beside the other."""

from __future__ import annotations

from typing import Any

import pytest

from ariaforge.models import Job
from compositions.models import Preset
from compositions.presets.services import create_preset, update_preset
from media.models import Asset
from media.services import store_file
from tests.compositions.presets import make_factory_preset
from tests.compositions.songs import advance, make_song, sound

pytestmark = pytest.mark.django_db(transaction=True)
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SIZES = ((1280, "dark"), (1280, "light"), (360, "light"))


def test_the_library_and_a_preset(open_page: Any, musician: Any, tmp_path: Any) -> None:
    tape = {"equaliser": [{"type": "low_pass", "frequency_hz": 6000}], "saturation": 0.55}
    make_factory_preset("Lo-fi tape", "effect", tape)
    mine = create_preset(
        user=musician, kind="effect", name="Warm", settings=tape, category="Bass", tags=["bass"]
    )
    update_preset(preset=mine, user=musician, settings={"saturation": 0.3}, note="Less of it")
    for width, theme in SIZES:
        page = open_page("/presets/", width=width, theme=theme)
        assert page.evaluate(OVERFLOW) <= 0
        page.screenshot(path=tmp_path / f"library-{width}-{theme}.png", full_page=True)
        page.goto(f"/presets/{mine.pk}/")
        assert page.evaluate(OVERFLOW) <= 0
        page.screenshot(path=tmp_path / f"preset-{width}-{theme}.png", full_page=True)
    page.get_by_role("button", name="Go back to version 1").click()
    page.get_by_text("“Warm” is as it was in version 1.").wait_for()
    page.goto("/presets/")
    page.get_by_label("Words to look for").fill("tape")
    page.get_by_text("1 preset", exact=True).wait_for()
    assert page.complaints == []


def test_a_preset_on_a_track_and_two_to_hear(open_page: Any, musician: Any, tmp_path: Any) -> None:
    song = make_song(musician, "composed")
    wide = create_preset(user=musician, kind="effect", name="Wide", settings={"width": 0.9})
    track = song.tracks.get(name="Rhodes")
    content, _ = sound(1.0)
    files = [
        store_file(
            owner=musician, project=song.project, content=content, filename="a.wav",
            kind=Asset.Kind.AUDIO, role="comparison",
        )
        for _ in "ab"
    ]  # fmt: skip
    take = {"loudness_lufs": -14.0, "gain_db": 0.0}
    job = Job.objects.create(
        owner=musician,
        kind="compare_presets",
        queue="render",
        parameters={"composition": str(song.pk)},
        result={
            "from_bar": 3,
            "to_bar": 6,
            "a": {**take, "label": "As it is now", "url": files[0].get_absolute_url()},
            "b": {**take, "label": "Wide", "url": files[1].get_absolute_url()},
        },
    )
    advance(job, "succeeded")
    address = f"/songs/{song.pk}/presets/?target={track.entity_id}&b={wide.pk}&job={job.pk}"
    for width, theme in SIZES:
        page = open_page(address, width=width, theme=theme)
        assert page.evaluate(OVERFLOW) <= 0
        page.screenshot(path=tmp_path / f"song-{width}-{theme}.png", full_page=True)
    page.get_by_role("button", name="Play").click()
    page.get_by_role("button", name="Stop").wait_for()
    page.keyboard.press("b")
    heard = page.locator("[data-ab-side=b]")
    assert heard.get_attribute("aria-pressed") == "true"
    page.wait_for_function("document.querySelector('[data-ab-place]').value > 0.01")
    page.get_by_role("button", name="Put B on").click()
    page.get_by_role("button", name="Undo").wait_for()
    track.refresh_from_db()
    assert track.width == 0.9
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Taken back.").wait_for()
    track.refresh_from_db()
    assert track.width is None
    page.get_by_label("Name").fill("Rhodes of the song")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("is among your presets").wait_for()
    assert Preset.objects.get(name="Rhodes of the song").kind == "instrument"
    assert page.complaints == []
