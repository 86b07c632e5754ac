"""Pages as a person has them before them: seen, heard, typed into, narrow and wide."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from ariaforge.jobs import transitions
from ariaforge.models import Job
from compositions.models import Composition
from tests.compositions.songs import PROMPT, STATES, advance, make_song

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def address(song: Composition) -> str:
    return reverse("composition_detail", args=[song.pk])


def eventually(page: Any, expression: str) -> None:
    """Wait until a JavaScript expression is true; the policy of the pages forbids ``eval``."""
    for _ in range(100):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never true: {expression}")


def time_of(page: Any) -> float:
    return float(page.evaluate("document.getElementById('song-audio').currentTime"))


@pytest.mark.parametrize("state", [None, *STATES])
def test_pages_complain_of_nothing_and_fit_narrow_screens(open_page, musician, state, tmp_path):
    path = address(make_song(musician, state)) if state else "/"
    for theme in ("dark", "light"):
        page = open_page(path, theme=theme)
        expect(page.locator("main")).to_be_visible()
        background = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        lightness = float(re.search(r"oklch\(([\d.]+)", background).group(1))
        assert (lightness < 0.5) is (theme == "dark")
        for width in (360, 768, 1440):
            page.set_viewport_size({"width": width, "height": 820})
            assert page.evaluate(OVERFLOW) == 0, (width, theme)
            assert page.screenshot(path=tmp_path / f"{width}-{theme}.png")
        assert page.complaints == []


def test_a_chosen_theme_is_kept(open_page):
    page = open_page("/", theme="light")
    page.get_by_role("button", name="Switch to the dark theme").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.get_by_role("button", name="Switch to the light theme").click()
    # Back to what the system says: nothing is kept.
    assert page.evaluate("localStorage.getItem('aria-theme')") is None
    assert page.complaints == []


def test_a_prompt_by_keyboard_alone(open_page):
    page = open_page("/")
    assert page.evaluate("document.activeElement.name") == "prompt"
    page.keyboard.type("a slow waltz for piano")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/songs/**")
    expect(page.locator("#song-progress h2")).to_have_text("Waiting for a free worker")
    assert Composition.objects.get().ai_prompt == "a slow waltz for piano"


def test_an_example_fills_the_box_and_the_counter_warns(open_page):
    page = open_page("/")
    page.get_by_role("button", name=PROMPT).click()
    box = page.get_by_label("What do you want to hear?")
    expect(box).to_have_value(PROMPT)
    counter = page.locator(".prompt-count")
    expect(counter).to_be_hidden()
    box.fill("x" * 1001)
    expect(counter).to_have_text("1001 / 1000")
    page.get_by_role("button", name="Compose").click()
    expect(page.get_by_text("The prompt has 1001 characters; 1000 are the most.")).to_be_visible()
    expect(box).to_have_value("x" * 1001)


def test_the_player_plays_seeks_and_follows(open_page, musician):
    page = open_page(address(make_song(musician, "ready")))
    audio = page.locator("#song-audio")
    expect(audio).to_be_hidden()
    eventually(page, "document.getElementById('song-audio').readyState >= 1")
    duration = page.evaluate("document.getElementById('song-audio').duration")
    assert page.evaluate("document.getElementById('song-audio').seekable.end(0)") == duration
    page.get_by_role("button", name="Play").click()
    eventually(page, "document.getElementById('song-audio').currentTime > 0.2")
    page.get_by_role("button", name="Pause").click()

    waveform = page.get_by_role("slider", name="Position in the song")
    box = waveform.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert abs(time_of(page) - duration / 2) < 0.5
    # 82 bpm in 4/4: half of 61 seconds is in bar 11.
    expect(page.locator("#bar-beat")).to_have_text(re.compile(r"11\.\d"))
    expect(page.locator("#now-section")).to_have_text("Verse 2")
    assert "bar 11" in waveform.get_attribute("aria-valuetext")
    head = page.locator("#playhead").evaluate(
        "element => new DOMMatrix(getComputedStyle(element).transform).e / element.offsetWidth"
    )
    assert abs(head - 0.5) < 0.02

    waveform.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#bar-beat")).to_have_text("12.1")
    page.keyboard.press("Home")
    assert time_of(page) == 0
    page.keyboard.press("Space")
    eventually(page, "!document.getElementById('song-audio').paused")
    page.keyboard.press("Space")
    eventually(page, "document.getElementById('song-audio').paused")
    # A click on the notes seeks as one on the waveform does.
    lane = page.locator(".notes").nth(1).bounding_box()
    page.mouse.click(lane["x"] + lane["width"] * 0.25, lane["y"] + 10)
    assert abs(time_of(page) - duration / 4) < 0.5
    assert page.complaints == []


def test_the_notes_play_before_there_is_a_mix_and_the_mix_takes_over(open_page, musician):
    song = make_song(musician, "rendering")
    page = open_page(address(song))
    expect(page.get_by_text("Preview of the notes")).to_be_visible()
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    # The studio's own instruments may have to be made first.
    expect(page.locator("#bar-beat")).not_to_have_text("1.1", timeout=30_000)
    lane = page.locator(".notes").nth(1).bounding_box()
    page.mouse.click(lane["x"] + lane["width"] / 2, lane["y"] + 10)
    expect(page.locator("#now-section")).to_have_text("Verse 2")
    finish_mix(song)
    expect(page.locator("#song-audio")).to_be_attached(timeout=8000)
    eventually(page, "!document.getElementById('song-audio').paused")
    assert time_of(page) > song.duration_seconds / 2 - 1
    assert page.complaints == []


def test_what_plays_before_the_mix_can_be_heard(open_page, musician):
    song = make_song(musician, "rendering")
    page = open_page(address(song))
    page.get_by_role("button", name="Mute").click()  # so that the page has been used
    heard = page.evaluate(
        """async address => {
            const { Instruments } = await import("aria/instruments");
            const player = new Instruments(address, 20);
            player.currentTime = 3;
            await player.play();
            const meter = new AnalyserNode(player.context, { fftSize: 2048 });
            player.output.connect(meter);
            const samples = new Float32Array(meter.fftSize);
            let loudest = 0;
            let broken = 0;
            for (let tries = 0; tries < 60; tries += 1) {
                if (loudest > 0.02 && player.currentTime > 3.5) break;
                await new Promise((done) => setTimeout(done, 50));
                meter.getFloatTimeDomainData(samples);
                for (const sample of samples) {
                    if (!Number.isFinite(sample)) broken += 1;
                    loudest = Math.max(loudest, Math.abs(sample));
                }
            }
            const position = player.currentTime;
            player.stop();
            return { loudest, broken, position, after: player.currentTime };
        }""",
        reverse("composition_performance", args=[song.pk]),
    )
    assert heard["broken"] == 0
    assert 0.02 < heard["loudest"] <= 1.0
    assert 3.5 <= heard["position"] <= heard["after"] + 0.5
    assert page.complaints == []


def finish_mix(song: Composition) -> None:
    """Do what the render job does at its end, with the sound of another song."""
    finished = make_song(song.created_by, "ready").current_render
    render = song.pending_render
    advance(render.job, "succeeded")
    for name in ("mix", "peaks", "duration_seconds"):
        setattr(render, name, getattr(finished, name))
    render.save()
    song.current_render, song.pending_render = render, None
    song.save()
    transitions.announce(Job.objects.get(pk=render.job.pk))


def test_the_waveform_is_drawn(open_page, musician):
    page = open_page(address(make_song(musician, "ready")))
    drawn = page.locator("#waveform canvas").evaluate(
        """canvas => {
            const { width, height } = canvas;
            const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
            let count = 0;
            for (let index = 3; index < data.length; index += 4) count += data[index] > 0;
            return count / (width * height);
        }"""
    )
    assert 0.1 < drawn < 0.9


def test_the_page_follows_the_work_and_keeps_what_is_typed(open_page, musician):
    song = make_song(musician, "rendering")
    job = song.pending_render.job
    page = open_page(address(song))
    bar = page.get_by_role("progressbar")
    expect(bar).to_have_attribute("aria-valuenow", "44")
    page.get_by_label("Rename").click()
    field = page.get_by_label("Name of the song")
    field.fill("Half a na")
    advance(job, "running", progress=0.6, step="Mixing")
    transitions.announce(job)
    expect(bar).to_have_attribute("aria-valuenow", "66", timeout=8000)
    expect(page.locator(".stepper .current")).to_have_text("Mixing")
    finish_mix(song)
    expect(page.locator("#song-audio")).to_be_attached(timeout=8000)
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    expect(bar).to_be_hidden()
    expect(field).to_have_value("Half a na")
    assert page.evaluate("document.activeElement.id") == "song-name"
    page.keyboard.type("me")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Half a name")
    expect(page.locator("#announcements")).to_have_text("The song is ready")
    assert page.complaints == []


def test_work_is_cancelled_without_leaving_the_page(open_page, musician):
    song = make_song(musician, "rendering")
    page = open_page(address(song))
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#song-progress h2")).to_have_text("Stopping")
    advance(song.pending_render.job, "cancelled")
    expect(page.locator("#song-progress h2")).to_have_text("The mix was cancelled", timeout=8000)
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    assert page.complaints == []


def test_deleting_asks_first(open_page, musician):
    song = make_song(musician, "composed")
    page = open_page(address(song))
    page.get_by_role("button", name="Move to the trash").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Move to the trash").click()
    dialog.get_by_role("button", name="Move to the trash").click()
    page.wait_for_url("**/songs/")
    expect(page.get_by_text("is in the trash now")).to_be_visible()


def test_without_scripts_the_page_still_shows_and_plays(open_page, musician):
    page = open_page(address(make_song(musician, "ready")), java_script_enabled=False)
    expect(page.locator("#song-audio")).to_be_visible()
    expect(page.get_by_text("Upright Bass").first).to_be_visible()
    expect(page.locator("#play")).to_be_hidden()
    page = open_page("/", java_script_enabled=False)
    page.get_by_label("What do you want to hear?").fill("a waltz")
    page.get_by_role("button", name="Compose").click()
    page.wait_for_url("**/songs/**")
    expect(page.locator("#song-progress h2")).to_have_text("Waiting for a free worker")


def test_still_pictures_for_those_who_want_them(open_page, musician):
    page = open_page(address(make_song(musician, "rendering")), reduced_motion="reduce")
    duration = page.locator(".stepper .current .dot").evaluate(
        "element => getComputedStyle(element).animationDuration"
    )
    assert float(duration.removesuffix("s")) < 0.001
