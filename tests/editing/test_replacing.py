"""A whole document takes the place of another one: only what differs is written."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from compositions.documents import load_plain, prepare
from compositions.editing import lock_document, replace_document
from compositions.models import Composition, EditBatch, NoteWindow, Version
from compositions.score.entities import Plain
from compositions.score.errors import ScoreError
from compositions.score.tree import write_tree
from tests.compositions.songs import make_song
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def version_of(song: Composition, data: Plain) -> Version:
    """A version with this document, as the history would write it."""
    tree = write_tree(data)
    number = song.versions.count() + 1
    version: Version = Version.objects.create(
        composition=song,
        number=number,
        sha256=f"{number:064d}",
        tree=tree.to_dict(),
        tree_hash=tree.tree_hash,
        content_hash=tree.content_hash,
        branch_name="main",
        message="A test",
        created_at=timezone.now(),
    )
    return version


@pytest.fixture
def song() -> Composition:
    return make_song(UserFactory(), "composed")


def replaced(song: Composition, data: Plain) -> EditBatch:
    with transaction.atomic():
        locked = lock_document(song.pk)
        data = prepare(locked, data)
        return replace_document(
            composition=locked,
            data=data,
            version=version_of(locked, data),
            name="Restored version 1",
            source="restore",
            user=None,
        )


def test_only_rows_that_differ_are_written(song: Composition) -> None:
    data = load_plain(song)
    before = {row.entity_id: row for row in song.tracks.all()}
    windows = set(NoteWindow.objects.values_list("track__entity_id", "place", "digest"))
    data["tracks"][0]["gain_db"] = -3.0
    data["tracks"][1]["notes"].pop()
    data["chords"].pop()
    data["sections"][0]["label"] = "Opening"
    batch = replaced(song, data)
    assert load_plain(Composition.objects.get(pk=song.pk)) == data
    after = {row.entity_id: row for row in song.tracks.all()}
    touched = [name for name, row in after.items() if row.updated_at != before[name].updated_at]
    assert touched == [data["tracks"][0]["id"]]
    now = set(NoteWindow.objects.values_list("track__entity_id", "place", "digest"))
    assert {track for track, _, _ in windows ^ now} == {data["tracks"][1]["id"]}
    assert {row.pk for row in before.values()} == {row.pk for row in after.values()}
    found = Composition.objects.get(pk=song.pk)
    assert found.tree_hash == batch.tree_hash == write_tree(data).tree_hash
    assert (found.revision, found.head_sequence) == (batch.sequence, batch.sequence)
    assert found.head == batch.version


def test_syllables_may_change_places(song: Composition) -> None:
    data = load_plain(song)
    notes = [note["id"] for note in data["tracks"][1]["notes"][:2]]
    syllable = {"continues": False, "phonemes": ["AH"], "line_id": ""}
    data["syllables"] = [
        {"id": "one", "note_id": notes[0], "text": "la", **syllable},
        {"id": "two", "note_id": notes[1], "text": "li", **syllable},
    ]
    replaced(song, data)
    data = load_plain(song)
    first, second = data["syllables"]
    first["note_id"], second["note_id"] = second["note_id"], first["note_id"]
    replaced(song, data)
    assert load_plain(song)["syllables"] == [second, first]


def test_a_document_that_is_not_that_of_the_version_is_refused(song: Composition) -> None:
    data = prepare(song, load_plain(song))
    version = version_of(song, data)
    other: dict[str, Any] = copy.deepcopy(data)
    other["tracks"][0]["name"] = "Somebody else"
    with pytest.raises(ValueError, match="not that of the version"), transaction.atomic():
        replace_document(
            composition=lock_document(song.pk),
            data=other,
            version=version,
            name="x",
            source="restore",
            user=None,
        )
    assert load_plain(Composition.objects.get(pk=song.pk)) == data


def test_a_document_with_faults_changes_nothing(song: Composition) -> None:
    data = load_plain(song)
    broken = copy.deepcopy(data)
    broken["tempos"] = []
    with pytest.raises(ScoreError, match="must have an entry at tick 0"):
        replaced(song, broken)
    assert load_plain(Composition.objects.get(pk=song.pk)) == data


def test_fractions_are_stored_as_they_are_hashed(song: Composition) -> None:
    data = load_plain(song)
    data["tracks"][0]["pan"] = 0.123456789
    data["tempos"][0]["bpm"] = 100.00000049
    replaced(song, data)
    found = load_plain(Composition.objects.get(pk=song.pk))
    assert found["tracks"][0]["pan"] == 0.123457
    assert found["tempos"][0]["bpm"] == 100.0
    assert found["metadata"] == data["metadata"]


def test_an_older_song_gets_its_tree_when_it_is_locked(song: Composition) -> None:
    Composition.objects.filter(pk=song.pk).update(tree={}, tree_hash="")
    with transaction.atomic():
        locked = lock_document(song.pk)
    found = Composition.objects.get(pk=song.pk)
    assert found.tree_hash == locked.tree_hash == write_tree(load_plain(song)).tree_hash
    assert found.tree == write_tree(load_plain(song)).to_dict()
