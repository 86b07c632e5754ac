"""The words on a song's page: in order, by section, each with its time."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from compositions.presentation.sung_words import sung_sections, times_of
from tests.editing.songs import full_song


def test_lines_are_timed_by_their_notes() -> None:
    class Row:
        def __init__(self, **values: object) -> None:
            self.__dict__.update(values)

    notes = [{"id": f"n{n}", "start": n * 480, "duration": 240} for n in range(6)]
    sections = sung_sections(
        [
            Row(entity_id="l1", section_id="s1", text="Far away"),
            Row(entity_id="l2", section_id="s1", text="(spoken)"),
            Row(entity_id="l3", section_id="s2", text="Come home"),
        ],
        [Row(line_id="l3", note_id="n4"), Row(line_id="l1", note_id="n1"),
         Row(line_id="l1", note_id="n2"), Row(line_id="", note_id="n3")],
        [Row(notes=notes), Row(notes=[])],
        [Row(entity_id="s1", label="Verse"), Row(entity_id="s2", label="Chorus")],
    )  # fmt: skip
    assert [(section.label, len(section.lines)) for section in sections] == [
        ("Verse", 2), ("Chorus", 1),
    ]  # fmt: skip
    assert [line.start_tick for section in sections for line in section.lines] == [480, None, 1920]
    assert times_of(sections) == [(480, 1200), (1920, 2160)]


@pytest.mark.django_db
def test_the_page_of_a_sung_song_shows_its_lines(client: Client, musician: User) -> None:
    song = full_song(musician)
    client.force_login(musician)
    page = client.get(reverse("composition_detail", args=[song.pk])).content.decode()
    data: dict[str, Any] = json.loads(
        re.search(r'<script id="song-data"[^>]*>(.*?)</script>', page)[1]  # type: ignore[index]
    )
    shown = [int(tick) for tick in re.findall(r'class="sung-line" data-start="(\d+)"', page)]
    assert shown == [start for start, _ in data["lines"]] != []
    assert song.lyriclines.first().text in page
