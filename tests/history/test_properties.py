"""What holds for any song: saved is loaded, equal hashes are equal songs, little costs little."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from compositions.documents import prepare
from compositions.history.versions import (
    commit_hash,
    load_version,
    restore_version,
    save_version,
    set_document,
)
from compositions.models import Blob, Composition, Version
from compositions.score.entities import from_entities, to_entities
from compositions.score.errors import ScoreError
from compositions.score.serialisation import to_dict
from compositions.score.tree import Tree, write_tree
from tests.factories import UserFactory
from tests.history.documents import edit, example, song_with, working
from tests.score.edits import edited
from tests.score.strategies import scores

FEW = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class AnySong(TestCase):
    """Each example has its own transaction."""

    @FEW
    @given(st.data())
    def test_versions_are_what_was_saved(self, data: st.DataObject) -> None:
        """Set, edit as a whole, and restore: rows, versions and hashes always agree."""
        user = UserFactory()
        first = to_dict(data.draw(scores()))
        song = song_with(user, first)
        one = song.head
        first = working(song)
        assert load_version(one) == first
        assert one.tree_hash == write_tree(first).tree_hash == song.tree_hash
        assert one.note_count == sum(len(track["notes"]) for track in first["tracks"])

        other = from_entities(data.draw(edited(to_entities(first))))
        try:
            other = prepare(song, other)
        except ScoreError:
            return
        two = set_document(
            composition=song, data=other, user=user, name="x", source="import", message="x"
        )
        assert load_version(two) == other == working(song)
        assert load_version(one) == first
        assert (two.tree_hash == one.tree_hash) == (other == first)
        assert two.sha256 == commit_hash(
            tree_hash=two.tree_hash,
            parents=[one.sha256],
            author_id=user.pk,
            author_name=user.username,
            message="x",
            time=Version.objects.get(pk=two.pk).created_at,
        )
        if two.tree_hash != one.tree_hash:
            three = restore_version(composition=song, version=one, user=user)
            assert (three.tree_hash, three.content_hash) == (one.tree_hash, one.content_hash)
            assert working(song) == first


@pytest.mark.django_db
def test_an_edit_of_one_note_stores_two_parts_at_most() -> None:
    user = UserFactory()
    song = song_with(user, example(notes=400, tracks=3))
    rng = random.Random(5)
    for _ in range(12):
        known = set(Blob.objects.values_list("pk", flat=True))
        key = f"t{rng.randrange(3)}n{rng.randrange(400)}"
        edited_song = edit(song, user, key, velocity=rng.randrange(1, 128))
        version = save_version(composition=edited_song, user=user)
        new = Blob.objects.exclude(pk__in=known)
        assert len(new) <= 2
        if version is not None:
            assert load_version(version) == working(song)
            named = Tree.from_dict(version.tree).tracks.values()
            assert len(new) == 2
            assert sum(blob.pk in named for blob in new) == 1
    assert Composition.objects.get(pk=song.pk).head.number > 6
