"""The automatic version of a song that nobody has touched for a while."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pgtrigger
import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from ariaforge.jobs.periodic import _chores
from compositions import periodic
from compositions.history.versions import load_version
from compositions.models import Composition, EditBatch, Version
from compositions.periodic import save_idle_songs
from tests.history.documents import edit, example, song_with, working
from tests.jobs.test_services import raw_connection


def age(song: Composition, minutes: float) -> None:
    """Let all edits of the song be so old."""
    with pgtrigger.ignore("compositions.EditBatch:append_only"):
        EditBatch.objects.filter(composition=song).update(
            created_at=timezone.now() - timedelta(minutes=minutes)
        )


@pytest.mark.django_db
def test_only_what_rests_is_saved(song: Composition, ana: User, bo: User) -> None:
    edit(song, ana, "t0n0", pitch=33)
    edit(song, bo, "t0n1", pitch=34)
    age(song, 9)
    assert save_idle_songs() == 0
    age(song, 11)
    assert save_idle_songs() == 1

    song = Composition.objects.get(pk=song.pk)
    version = song.head
    assert (version.source, version.author_name, version.number) == ("automatic", "bob", 2)
    assert version.message
    assert load_version(version) == working(song)
    assert song.branch.tip == version
    assert song.branch.updated_by == bo
    assert save_idle_songs() == 0
    assert "compositions.periodic.save_idle_songs" in _chores


@pytest.mark.django_db
def test_edits_that_took_each_other_back_make_no_version(song: Composition, ana: User) -> None:
    first = working(song)["tracks"][0]["notes"][0]["pitch"]
    edit(song, ana, "t0n0", pitch=33)
    edit(song, ana, "t0n0", pitch=first)
    age(song, 11)
    assert save_idle_songs() == 0
    assert Version.objects.count() == 1
    song = Composition.objects.get(pk=song.pk)
    assert song.head_sequence == song.revision


@pytest.mark.django_db
def test_one_run_saves_so_many_and_a_broken_song_stops_none(
    song: Composition, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    songs = [song, *(song_with(ana) for _ in range(3))]
    for one in songs:
        edit(one, ana, "t0n0", pitch=33)
        age(one, 11)
    monkeypatch.setattr(periodic, "MOST_AT_ONCE", 2)
    broken = songs[0].pk
    save = periodic.save_working_copy

    def save_but_one(song: Composition, **rest: Any) -> Any:
        if song.pk == broken:
            raise ValueError("broken")
        return save(song, **rest)

    monkeypatch.setattr(periodic, "save_working_copy", save_but_one)
    assert [save_idle_songs() for _ in range(3)] == [2, 1, 0]


@pytest.mark.django_db(transaction=True)
def test_a_song_that_somebody_works_on_is_left_alone(ana: User) -> None:
    song = song_with(ana, example(notes=2))
    edit(song, ana, "t0n0", pitch=33)
    age(song, 11)
    rival: psycopg.Connection[Any] = raw_connection()
    rival.autocommit = False
    table = connection.ops.quote_name(Composition._meta.db_table)
    rival.execute(f"SELECT id FROM {table} FOR NO KEY UPDATE")  # noqa: S608 - a name of our own
    try:
        assert save_idle_songs() == 0
    finally:
        rival.close()
    assert save_idle_songs() == 1
