"""The main job in a browser: sign in, prompt, watch, play, seek, download; and again."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.chromium import CHROMIUM, PATIENCE_MS
from tests.sound.meters import ebur128, energy_db, samples
from tests.studio.conftest import Studio

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(600),
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium"),
]

PROMPT = (
    "a wistful lo-fi tune in D minor, 82 bpm, Rhodes, upright bass and brushed drums, 45 seconds"
)
SONG_SECONDS = 45


@pytest.fixture(scope="module")
def context(studio: Studio, browser: Browser) -> Any:
    """A browser that the printed link has signed in."""
    context = browser.new_context(accept_downloads=True)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    answer = page.goto(studio.link)
    assert answer is not None
    assert answer.status == 200
    assert page.url == studio.address + "/"
    page.close()
    yield context
    context.close()


def ask_for(page: Page, studio: Studio, *, seed: int) -> None:
    """Type the prompt and send it, as a musician does."""
    page.goto(studio.address + "/")
    page.get_by_label("What do you want to hear?").fill(PROMPT)
    page.get_by_text("More control").click()
    page.get_by_label("Seed").fill(str(seed))
    page.get_by_role("button", name="Compose").click()
    page.wait_for_url("**/songs/*/")


def watch_until_ready(page: Page) -> list[int]:
    """Follow the page until the player is there; return the percentages that it showed."""
    seen: list[int] = []
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        if page.locator("#song-audio").count():
            return seen
        bar = page.locator("#song-progress [role=progressbar]")
        # The card may be swapped away between two questions, so ask once.
        values = bar.evaluate_all("bars => bars.map(bar => bar.getAttribute('aria-valuenow'))")
        value = values[0] if values else None
        if value is not None and (not seen or seen[-1] != int(value)):
            seen.append(int(value))
        page.wait_for_timeout(50)
    raise AssertionError(f"no player after {seen}")


def download(page: Page, name: str, folder: Path) -> Path:
    """Click a download; return the file."""
    with page.expect_download() as waiting:
        page.get_by_role("link", name=f"Download {name}").click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


@pytest.fixture(scope="module")
def finished(context: BrowserContext, studio: Studio) -> Any:
    """The page of a finished song, with the progress and the faults that it had."""
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console",
        lambda message: faults.append(message.text) if message.type == "error" else None,
    )
    ask_for(page, studio, seed=7)
    percentages = watch_until_ready(page)
    yield page, percentages, faults
    page.close()


def test_the_link_signs_in_once(studio: Studio, context: BrowserContext, browser: Browser) -> None:
    stranger = browser.new_context()
    answer = stranger.new_page().goto(studio.link)
    assert answer is not None
    assert answer.status == 410
    stranger.close()


def test_progress_is_seen_to_rise(finished: Any) -> None:
    _, percentages, faults = finished
    assert percentages == sorted(percentages)
    assert len(percentages) >= 5
    assert faults == []


def test_it_shows_form_chords_and_notes(finished: Any) -> None:
    page = finished[0]
    page.get_by_text("The same in words").click()
    words = page.locator("#song-body").inner_text()
    for expected in ("D minor", "82", "Rhodes", "Upright Bass", "Brush Kit"):
        assert expected in words


def test_it_plays_and_seeks_to_the_middle(finished: Any) -> None:
    page = finished[0]
    length, seekable = page.evaluate(
        """async () => {
            const audio = document.getElementById("song-audio");
            if (audio.readyState < 1) {
                await new Promise((done) => {
                    audio.addEventListener("loadedmetadata", done, {once: true});
                    audio.load();
                });
            }
            return [audio.duration, audio.seekable.end(0)];
        }"""
    )
    assert length == pytest.approx(SONG_SECONDS, abs=8)
    assert seekable == pytest.approx(length, abs=0.1)
    page.evaluate("document.getElementById('song-audio').currentTime = %f" % (length / 2))
    page.get_by_role("button", name="Play").click()
    page.wait_for_function(
        "start => document.getElementById('song-audio').currentTime > start + 0.3",
        arg=length / 2,
    )
    now = page.evaluate("document.getElementById('song-audio').currentTime")
    assert length / 2 < now < length
    assert page.locator("#bar-beat").inner_text() != "1.1"
    page.keyboard.press("Space")
    page.wait_for_function("document.getElementById('song-audio').paused")


def test_the_downloaded_files_are_the_song(finished: Any, tmp_path: Path) -> None:
    page = finished[0]
    wav = download(page, "WAV", tmp_path)
    loudness, true_peak = ebur128(wav)
    assert loudness == pytest.approx(-14, abs=0.5)
    assert true_peak <= -1
    audio = samples(wav)
    assert energy_db(audio) > -30
    thirds = len(audio) // 3
    assert all(energy_db(audio[n * thirds : (n + 1) * thirds]) > -40 for n in range(3))
    mp3 = download(page, "MP3", tmp_path)
    assert len(samples(mp3)) == pytest.approx(len(audio), abs=3000)
    assert download(page, "MIDI", tmp_path).read_bytes().startswith(b"MThd")


def test_the_same_seed_gives_the_same_midi_bytes(
    finished: Any, context: BrowserContext, studio: Studio, tmp_path: Path
) -> None:
    first = download(finished[0], "MIDI", tmp_path).read_bytes()
    page = context.new_page()
    ask_for(page, studio, seed=7)
    # The notes are there before the mix is.
    page.get_by_role("link", name="Download MIDI").wait_for(timeout=PATIENCE_MS)
    (tmp_path / "again").mkdir()
    assert download(page, "MIDI", tmp_path / "again").read_bytes() == first
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Try again").wait_for()
    page.close()


def test_killed_workers_and_a_killed_redis_do_not_stop_a_song(
    context: BrowserContext, studio: Studio
) -> None:
    page = context.new_page()
    ask_for(page, studio, seed=8)
    song = page.url.rstrip("/").rsplit("/", 1)[-1]
    page.wait_for_function(
        """() => {
            const bar = document.querySelector("#song-progress [role=progressbar]");
            return bar && Number(bar.getAttribute("aria-valuenow")) >= 20;
        }""",
        timeout=PATIENCE_MS,
    )
    assert studio.kill("dramatiq") > 0
    assert studio.kill("redis-server") > 0
    watch_until_ready(page)
    renders = page.evaluate(
        "async (song) => (await fetch(`/api/v1/compositions/${song}/renders/`)).json()", song
    )["results"]
    assert [render["job"]["state"] for render in renders] == ["succeeded"]
    assert renders[0]["job"]["attempts"] == 2
    assets = page.evaluate(
        """async (project) =>
            (await fetch(`/api/v1/assets/?project=${project}&page_size=100`)).json()""",
        renders[0]["mix"]["project"],
    )["results"]
    made_here = [asset for asset in assets if asset["generator"].get("composition") == song]
    assert sorted(asset["content_type"] for asset in made_here) == [
        "audio/midi",
        "audio/mpeg",
        renders[0]["mix"]["content_type"],
    ]
    page.close()
