"""Who made what: through edits, versions, branches and merges, field by field."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from ariaforge.exceptions import InvalidInputError
from compositions.documents import load_plain
from compositions.history import branches
from compositions.history.blame import Blame, blame
from compositions.history.versions import (
    load_version,
    restore_version,
    save_version,
    set_document,
    write_version,
)
from compositions.models import Branch, Composition, Version
from compositions.score.entities import to_entities
from tests.history.documents import changed, edit, example, song_with, without

pytestmark = pytest.mark.django_db


def one(song: Composition, entity_id: str, **rest: Any) -> Blame:
    """The blame of one entity."""
    found = blame(Composition.objects.get(pk=song.pk), [entity_id], **rest)
    assert [entry.entity_id for entry in found] == [entity_id]
    return found[0]


def numbers(found: Blame) -> dict[str, int | None]:
    """The version of each field."""
    return {name: origin.version_number for name, origin in found.fields.items()}


def commit(song: Composition, user: User, entity_id: str, **fields: Any) -> Version:
    """Edit and save."""
    version = save_version(composition=edit(song, user, entity_id, **fields), user=user)
    assert version is not None
    return version


def test_each_field_has_its_own_history(song: Composition, ana: User, bo: User) -> None:
    commit(song, bo, "t0n5", velocity=11)
    commit(song, ana, "t1n5", pitch=12)
    last = commit(song, ana, "t0n5", pitch=13)
    edit(song, bo, "t0n5", duration=99)

    found = one(song, "t0n5")

    expected = dict.fromkeys(found.fields, 1) | {"velocity": 2, "pitch": 4, "duration": None}
    assert numbers(found) == expected
    assert (found.kind, found.track_id) == ("note", "t0")
    assert found.created.version_number == 1
    assert found.created.source == "import"
    assert found.fields["pitch"].version_id == last.pk
    assert found.fields["velocity"].author_name == "bob"
    assert found.changed == found.fields["duration"]
    assert found.words(bo).startswith("duration by you, not saved yet; pitch by ana, v4; ")
    assert "velocity by you, v2; " in found.words(bo)


@pytest.mark.parametrize(
    ("entity_id", "fields"),
    [
        ("meta", {"title": "Quay"}),
        ("tempo", {"bpm": 81.0}),
        ("verse", {"label": "Refrain"}),
        ("t1", {"muted": True}),
        ("t0n3", {"start": 480 * 40}),
        ("t0n3", {"track": "t1"}),
    ],
)
def test_any_entity_wherever_it_lies(
    entity_id: str, fields: dict[str, Any], song: Composition, ana: User, bo: User
) -> None:
    commit(song, bo, entity_id, **fields)
    commit(song, ana, "t1n7", pitch=12)
    commit(song, ana, "t0n7", pitch=12)
    found = one(song, entity_id)
    assert numbers(found) == dict.fromkeys(found.fields, 1) | dict.fromkeys(fields, 2)
    assert found.created.version_number == 1
    # Going on from where the entity is, not from where it was.
    commit(song, ana, "t0n8", start=480 * 41)
    assert numbers(one(song, entity_id)) == numbers(found)


def test_a_whole_track_and_a_version_of_it(song: Composition, ana: User, bo: User) -> None:
    first = commit(song, bo, "t0n5", velocity=11)
    commit(song, ana, "t0n5", velocity=12)
    now = blame(Composition.objects.get(pk=song.pk), track="t0")
    assert len(now) == 25
    by_id = {entry.entity_id: entry for entry in now}
    assert numbers(by_id["t0n5"])["velocity"] == 3
    assert set(numbers(by_id["t0n6"]).values()) == {1}
    assert numbers(one(song, "t0n5", at=first))["velocity"] == 2


def test_at_a_merge_it_follows_the_side_that_has_it(song: Composition, ana: User, bo: User) -> None:
    root = song.head
    theirs = commit(song, bo, "t0n5", velocity=11)
    data = load_version(theirs)
    ours = write_version(
        song, changed(example(), "t0n5", pitch=12), parent=root, branch_name="x", author=ana,
        message="x", source="composer", provenance={"seed": 4},
    )  # fmt: skip
    merged = changed(changed(data, "t0n5", pitch=12), "t0n6", pitch=77)
    both = write_version(
        song, merged, parent=theirs, merged_parent=ours, branch_name="main", author=ana,
        message="x", source="merge",
    )  # fmt: skip

    found = one(song, "t0n5", at=both)

    expected = dict.fromkeys(found.fields, 1) | {"velocity": theirs.number, "pitch": ours.number}
    assert numbers(found) == expected
    assert found.fields["pitch"].provenance == {"seed": 4}
    assert found.fields["pitch"].source == "composer"
    assert numbers(one(song, "t0n6", at=both))["pitch"] == both.number


def test_what_was_gone_and_came_back_says_so(song: Composition, ana: User, bo: User) -> None:
    first = song.head
    set_document(
        composition=song, data=without(example(), "t0n5"), user=bo, name="x", source="import",
        message="Less",
    )  # fmt: skip
    with pytest.raises(InvalidInputError):
        blame(song, ["t0n5"])
    third = restore_version(composition=song, version=first, user=ana)
    found = one(song, "t0n5")
    assert found.created.version_id == third.pk
    assert found.created.provenance["restored"]["number"] == 1
    assert set(numbers(found).values()) == {3}


def test_edits_of_another_branch_are_not_mistaken(song: Composition, ana: User, bo: User) -> None:
    side = branches.create_branch(composition=song, user=ana, name="side")
    branches.checkout(composition=song, branch=side, user=ana)
    commit(song, bo, "t0n5", velocity=11)
    branches.checkout(composition=song, branch=Branch.objects.get(name="main"), user=ana)
    version = commit(song, ana, "t0n5", velocity=11)
    assert one(song, "t0n5").fields["velocity"].version_id == version.pk
    assert one(song, "t0n5").fields["velocity"].author_name == "ana"


def test_the_number_of_queries_does_not_grow_with_the_history(
    ana: User, django_assert_max_num_queries: Any
) -> None:
    song = song_with(ana, example(notes=80, tracks=3))

    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            found = blame(Composition.objects.get(pk=song.pk), track="t0")
        assert len(found) == 81
        return len(queries)

    def commit_some() -> None:
        for place in range(10):
            data = load_plain(Composition.objects.get(pk=song.pk))
            old = to_entities(data)[f"t{place % 3}n{place}"]["pitch"]
            set_document(
                composition=song, data=changed(data, f"t{place % 3}n{place}", pitch=old - 1),
                user=ana, name="x", source="import", message="x",
            )  # fmt: skip

    commit_some()
    few = count()
    commit_some()
    commit_some()
    assert count() <= few


def test_a_song_from_before_is_by_who_made_it(ana: User) -> None:
    song = song_with(ana)
    Composition.objects.filter(pk=song.pk).update(branch=None, head=None, head_sequence=0)
    found = one(song, "t0n5")
    assert (found.created.author_name, found.created.version_number) == ("ana", None)


def test_unknown_entities_are_named(song: Composition) -> None:
    with pytest.raises(InvalidInputError) as error:
        blame(song, ["t0n1", "nobody"])
    assert error.value.details == {"entity_ids": ["nobody"]}
    with pytest.raises(InvalidInputError):
        blame(song, track="t0n1")
