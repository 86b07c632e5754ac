"""What a render keeps, so that it can be made again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.models import User
from ariaforge.models import Job
from compositions.models import Composition, Render
from compositions.services import request_render
from compositions.sound.instruments.cache import source_digest
from compositions.sound.synthesis import engine_version
from compositions.sound.vocal import vocal_version
from tests.history.documents import edit, example, song_with

pytestmark = pytest.mark.django_db


def test_a_render_names_the_document_and_the_programs_that_it_was_made_of(
    musician: User, run_jobs: Callable[..., list[Job]]
) -> None:
    song = song_with(musician, example(notes=4))
    asked = request_render(composition=song, user=musician)
    edit(song, musician, "t0", gain_db=-6.0)
    edited = Composition.objects.get(pk=song.pk).content_hash
    assert asked.content_hash != edited
    run_jobs("render")
    first = Render.objects.get(pk=asked.pk)
    assert first.content_hash == edited
    made_with = first.measurements["made_with"]
    assert "node v" in made_with["engine"]
    assert len(made_with["soundfonts"]) == 2
    assert any(source_digest()[:16] in name for name in made_with["soundfonts"])


def test_the_names_of_all_programs_fit_into_the_row() -> None:
    longest = f"sound 999, {engine_version()}, {vocal_version()}"
    assert len(longest) < Render._meta.get_field("engine_version").max_length
