"""Files dropped on a page, chosen in a form, and taken out again."""

from __future__ import annotations

import base64
from typing import Any

from django.urls import reverse
from playwright.sync_api import expect

from compositions.models import Composition
from compositions.score.midi import write_midi
from tests.compositions.songs import example_score, make_song

DROP = """([name, data]) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], name, { type: "audio/midi" }));
  for (const kind of ["dragenter", "dragover", "drop"]) {
    document.body.dispatchEvent(
      new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true }),
    );
  }
}"""


def drop(page: Any, name: str, content: bytes) -> None:
    page.evaluate(DROP, [name, base64.b64encode(content).decode()])


def test_a_file_dropped_on_the_home_page_becomes_a_song(open_page: Any) -> None:
    page = open_page("/")
    drop(page, "evening tune.mid", write_midi(example_score()))
    page.wait_for_url("**/songs/*/")
    song = Composition.objects.get()
    assert song.name == "evening tune"
    expect(page.locator("#song-progress")).to_contain_text("Importing")
    assert page.complaints == []


def test_a_file_dropped_on_a_song_waits_for_the_choice(
    open_page: Any, musician: Any, tmp_path: Any
) -> None:
    song = make_song(musician, "ready")
    page = open_page(reverse("composition_detail", args=[song.pk]))
    drop(page, "back.mid", write_midi(example_score()))
    assert page.evaluate("document.getElementById('import-file').files[0].name") == "back.mid"
    page.get_by_label("What becomes of it").select_option("propose")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.locator("#song-progress")).to_contain_text("Importing")
    assert song.imports.get().mode == "propose"
    assert page.complaints == []


def test_musicxml_is_asked_for_on_the_page(open_page: Any, musician: Any) -> None:
    song = make_song(musician, "ready")
    page = open_page(reverse("composition_detail", args=[song.pk]))
    page.get_by_role("button", name="Export", exact=True).click()
    expect(page.locator("#song-exports")).to_contain_text("MusicXML is being written")
    assert song.exports.get().format == "musicxml"
    assert page.complaints == []
