"""Forks: equal, independent, attributed, and silent about where they come from."""

from __future__ import annotations

import json

import pytest

from accounts.models import User
from ariaforge.exceptions import InvalidInputError, NotPermittedError
from compositions.history.forks import fork
from compositions.history.versions import load_version, save_version
from compositions.models import Blob, Composition, Version
from projects.models import Project
from tests.factories import MembershipFactory, ProjectFactory, UserFactory
from tests.history.documents import edit, working


@pytest.fixture
def listener(band: Project) -> User:
    """Somebody who may see the band's songs and no more."""
    return MembershipFactory(project=band, user=UserFactory(username="lia"), role="viewer").user


def test_a_fork_begins_as_the_version_was(song: Composition, ana: User, listener: User) -> None:
    version = song.head
    edit(song, ana, "t0n0", pitch=33)
    blobs = Blob.objects.count()

    made = fork(version=version, user=listener)

    root = made.head
    assert root.content_hash == version.content_hash
    assert root.tree_hash == version.tree_hash
    assert working(made) == load_version(version)
    assert Blob.objects.count() == blobs
    assert (root.number, root.parent, root.source) == (1, None, "fork")
    assert made.forked_from == version
    assert made.project.settings["inbox_of"] == str(listener.pk)
    assert made.name == "Harbour"
    credit = root.provenance["forked_from"]
    assert (credit["song"], credit["version"], credit["authors"]) == ("Harbour", 1, ["ana"])


def test_neither_song_hears_of_the_other(song: Composition, ana: User, bo: User) -> None:
    made = fork(version=song.head, user=bo)
    assert made.project == song.project
    assert made.name == "Harbour (fork)"
    edit(made, bo, "t0n0", pitch=33)
    save_version(composition=made, user=bo)
    edit(song, ana, "t0n1", pitch=44)
    save_version(composition=song, user=ana)

    notes = [
        {n["id"]: n["pitch"] for n in working(one)["tracks"][0]["notes"]} for one in (song, made)
    ]
    assert notes[0]["t0n0"] != notes[1]["t0n0"] == 33
    assert notes[1]["t0n1"] != notes[0]["t0n1"] == 44
    assert [one.versions.count() for one in (song, made)] == [2, 2]


def test_a_fork_outlives_its_origin(song: Composition, bo: User) -> None:
    made = fork(version=song.head, user=bo)
    kept = working(made)
    Composition.all_objects.filter(pk=song.pk).delete()
    made = Composition.objects.get(pk=made.pk)
    assert made.forked_from is None
    assert load_version(made.head) == working(made) == kept
    assert made.head.provenance["forked_from"]["authors"] == ["ana"]


def test_nothing_of_the_project_goes_along(
    song: Composition, listener: User, band: Project
) -> None:
    made = fork(version=song.head, user=listener)
    told = json.dumps([made.head.provenance, made.head.message, made.document_metadata])
    for secret in (str(band.pk), band.name, str(song.pk), str(song.head.pk)):
        assert secret not in told


def test_who_may_fork_what_and_where(song: Composition, listener: User, band: Project) -> None:
    with pytest.raises(Version.DoesNotExist):
        fork(version=song.head, user=UserFactory())
    with pytest.raises(NotPermittedError):
        fork(version=song.head, user=listener, project=band)
    mine = ProjectFactory(owner=listener)
    assert fork(version=song.head, user=listener, project=mine, name=" My  take ").name == "My take"
    for name in ("", "x" * 201):
        with pytest.raises(InvalidInputError):
            fork(version=song.head, user=listener, name=name)


def test_credit_stays_along_a_chain_of_forks(song: Composition, listener: User) -> None:
    first = fork(version=song.head, user=listener, name="Second hand")
    edit(first, listener, "t0n0", pitch=33)
    version = save_version(composition=first, user=listener)
    second = fork(version=version, user=listener)

    credit = second.head.provenance["forked_from"]

    assert (credit["song"], credit["version"], credit["authors"]) == (
        "Second hand",
        2,
        ["ana", "lia"],
    )
    assert [one["song"] for one in credit["earlier"]] == ["Harbour"]
