"""Saving, loading, restoring: what a version holds, what it costs, what nobody can change."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from accounts.models import User
from ariaforge.exceptions import InvalidInputError
from compositions.documents import load_plain
from compositions.history import unsaved
from compositions.history.versions import (
    commit_hash,
    ensure_history,
    load_version,
    restore_version,
    save_version,
    set_document,
)
from compositions.models import Blob, Composition, EditBatch, Version
from compositions.score.tree import write_tree
from tests.factories import UserFactory
from tests.history.documents import changed, edit, example, song_with, working

pytestmark = pytest.mark.django_db


def put(song: Composition, data: dict, user: User, message: str = "Changed") -> Version:
    """Another document for the song."""
    return set_document(
        composition=song, data=data, user=user, name=message, source="import", message=message
    )


def test_the_first_document_begins_the_history(ana: User) -> None:
    data = example()
    song = song_with(ana, data)

    assert song.branch.name == "main"
    version = song.branch.tip
    assert (version.number, version.parent, version.author_name) == (1, None, "ana")
    assert version.note_count == 48
    assert load_version(version) == data == working(song)
    fresh = Composition.objects.get(pk=song.pk)
    assert (fresh.head, fresh.head_sequence, fresh.revision) == (version, 1, 1)
    assert version.sequence == 1
    assert song.head == version
    assert song.tree_hash == version.tree_hash
    batch = EditBatch.objects.get(composition=song)
    assert (batch.version, batch.sequence, batch.operations.count()) == (version, 1, 0)


def test_a_version_is_named_by_the_hash_of_all_that_it_says(ana: User) -> None:
    song = song_with(ana)
    second = put(song, changed(example(), "t0n3", pitch=41), ana)
    first = second.parent
    told = {
        "tree_hash": second.tree_hash,
        "parents": [first.sha256],
        "author_id": ana.pk,
        "author_name": "ana",
        "message": "Changed",
        "time": second.created_at,
    }

    assert commit_hash(**told) == second.sha256
    for name, other in {
        "tree_hash": first.tree_hash,
        "parents": [],
        "author_name": "bo",
        "message": "changed",
        "time": first.created_at,
    }.items():
        assert commit_hash(**{**told, name: other}) != second.sha256


def test_one_note_costs_two_parts(ana: User) -> None:
    song = song_with(ana, example(notes=600, tracks=4))
    before = set(Blob.objects.values_list("pk", flat=True))

    put(song, changed(working(song), "t2n300", pitch=41, velocity=3), ana)

    new = Blob.objects.exclude(pk__in=before)
    assert len(new) == 2
    assert sum(len(blob.data) for blob in new) < 5000


def test_restoring_is_a_new_version_with_the_old_hash(ana: User) -> None:
    song = song_with(ana)
    first = song.head
    second = put(song, changed(example(), "t0n3", pitch=41), ana)
    blobs = Blob.objects.count()

    third = restore_version(composition=song, version=first, user=ana)

    assert third.number == 3
    assert third.parent == second
    assert third.tree_hash == first.tree_hash != second.tree_hash
    assert third.content_hash == first.content_hash
    assert third.provenance["restored"]["number"] == 1
    assert working(song) == load_version(first)
    assert Version.objects.filter(composition=song).count() == 3
    assert Blob.objects.count() == blobs


def test_nothing_changed_is_no_version(ana: User) -> None:
    song = song_with(ana)
    assert save_version(composition=song, user=ana) is None
    assert Version.objects.count() == 1


def test_a_song_from_before_gets_its_history_when_it_is_needed(ana: User) -> None:
    song = song_with(ana)
    data = working(song)
    Composition.objects.filter(pk=song.pk).update(branch=None, head=None, head_sequence=0)
    EditBatch.objects.all().delete()
    song.branches.all().delete()
    Version.objects.all().delete()
    song = Composition.objects.get(pk=song.pk)

    with transaction.atomic():
        branch = ensure_history(song, UserFactory())
        assert ensure_history(song, ana) == branch

    version = branch.tip
    assert (branch.name, version.number, version.message) == ("main", 1, "Before history began")
    assert (version.source, version.author_name) == ("automatic", "ana")
    assert load_version(version) == data
    assert load_plain(song) == data


def test_the_database_refuses_to_change_versions_and_parts(ana: User) -> None:
    song_with(ana)
    for rows, change in (
        (Version.objects.all(), {"message": "I was never here"}),
        (Blob.objects.all(), {"size_bytes": 1}),
    ):
        with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
            rows.update(**change)


@pytest.mark.parametrize(
    ("entity_id", "fields"),
    [
        ("meta", {"title": "Quay", "metadata": {"composer": "Ana"}}),
        ("tempo", {"bpm": 81.25}),
        ("verse", {"label": "Refrain", "section_kind": "chorus"}),
        ("t1", {"muted": True, "position": 9.5}),
        ("t0n3", {"start": 480 * 400}),
        ("t0n3", {"track": "t1"}),
    ],
)
def test_saving_edits_reads_and_stores_what_changed(
    entity_id: str, fields: dict, song: Composition, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    edited = edit(song, ana, entity_id, **fields)
    data = working(edited)
    monkeypatch.setattr(unsaved, "load_plain", None)

    version = save_version(composition=edited, user=ana)

    assert load_version(version) == data
    assert version.tree_hash == edited.tree_hash == write_tree(data).tree_hash
    assert (version.note_count, version.sequence) == (48, edited.revision)
    assert version.length_ticks == edited.length_ticks
    assert version.message not in ("", "Changed")


def test_rows_that_the_hashes_do_not_know_are_saved_all_the_same(
    song: Composition, ana: User
) -> None:
    edit(song, ana, "t0n0", pitch=33)
    song.tracks.filter(entity_id="t1").update(pan=0.75)
    song = Composition.objects.get(pk=song.pk)
    version = save_version(composition=song, user=ana)
    assert load_version(version) == working(song)
    assert version.tree_hash == write_tree(working(song)).tree_hash
    assert save_version(composition=song, user=ana) is None


def test_a_message_has_a_limit(song: Composition, ana: User) -> None:
    edited = edit(song, ana, "t0n0", pitch=33)
    with pytest.raises(InvalidInputError):
        save_version(composition=edited, user=ana, message="x" * 501)
    with pytest.raises(InvalidInputError):
        save_version(composition=edited, user=ana, message="a\x00b")
    assert save_version(composition=edited, user=ana, message=" Lower ").message == "Lower"
