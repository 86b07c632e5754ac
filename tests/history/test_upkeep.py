"""Checking the history, removing what nothing names, and deleting songs for good."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from typing import Any

import pgtrigger
import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from compositions.history import branches, upkeep, versions
from compositions.history.forks import fork
from compositions.history.proposals import propose
from compositions.history.upkeep import check_history, sweep_parts
from compositions.history.versions import load_version, save_version, set_document
from compositions.models import Blob, Branch, Composition, EditBatch, EditOp, Proposal, Tag, Version
from projects.models import Project
from tests.history.documents import changed, edit, example, song_with, working


def rich(song: Composition, user: User) -> None:
    """Give the song some of everything that a history holds."""
    for pitch in (33, 34):
        save_version(composition=edit(song, user, "t0n0", pitch=pitch), user=user)
    side = branches.create_branch(composition=song, user=user, name="side", start="v1")
    branches.create_tag(composition=song, user=user, name="demo", version="v2")
    propose(
        composition=song,
        user=user,
        title="Higher",
        data=changed(working(song), "t0n1", pitch=90),
    )
    branches.checkout(composition=song, branch=side, user=user)
    edit(song, user, "t0n3", pitch=12)


@pytest.mark.django_db
def test_a_sound_history_has_no_faults(song: Composition, ana: User) -> None:
    rich(song, ana)
    fork(version=song.versions.get(number=2), user=ana)
    out = io.StringIO()
    call_command("verify_history", stdout=out)
    assert out.getvalue() == "2 songs checked, 0 problems\n"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda version: {"message": "I was never here"}, "its hash is"),
        (lambda version: {"author_name": "eve"}, "its hash is"),
        (lambda version: {"tree": {**version.tree, "meta": version.tree["lyrics"]}}, "tree hash"),
        (lambda version: {"content_hash": "0" * 64}, "content hash"),
    ],
)
def test_a_version_that_was_changed_is_found(
    damage: Any, words: str, song: Composition, ana: User
) -> None:
    version = save_version(composition=edit(song, ana, "t0n0", pitch=33), user=ana)
    with pgtrigger.ignore("compositions.Version:append_only"):
        Version.objects.filter(pk=version.pk).update(**damage(version))
    found = check_history(Composition.objects.get(pk=song.pk))
    assert any(words in problem and "version 2" in problem for problem in found)
    with pytest.raises(SystemExit):
        call_command("verify_history", str(song.pk), stdout=io.StringIO())


@pytest.mark.django_db
@pytest.mark.parametrize("words", ["is missing", "cannot be read", "does not have this hash"])
def test_any_part_that_was_lost_or_changed_is_found(words: str, song: Composition) -> None:
    for blob in Blob.objects.order_by("pk"):
        others = Blob.objects.exclude(data=blob.data)
        data = {"cannot be read": b"no zlib"}.get(words) or bytes(others.first().data)
        with pgtrigger.ignore("compositions.Blob:append_only"), transaction.atomic():
            if words == "is missing":
                Blob.objects.filter(pk=blob.pk).delete()
            else:
                Blob.objects.filter(pk=blob.pk).update(data=data)
            assert check_history(song) == [f"version 1: part {blob.pk} {words}"]
            transaction.set_rollback(True)
    assert check_history(song) == []


@pytest.mark.django_db
@pytest.mark.parametrize("through", ["song", "project"])
def test_a_song_can_be_deleted_for_good(
    through: str, song: Composition, ana: User, band: Project
) -> None:
    rich(song, ana)
    kept = fork(version=song.versions.get(number=2), user=ana, project=None)
    kept_data = working(kept)
    if through == "project":
        Composition.objects.filter(pk=kept.pk).update(project=song_with(ana).project)
        Project.all_objects.filter(pk=band.pk).delete()
    else:
        Composition.all_objects.filter(pk=song.pk).delete()

    for model in (Version, Branch, Tag, Proposal, EditBatch, EditOp):
        rows = getattr(model, "all_objects", model.objects)
        assert not rows.filter(composition=song.pk).exists(), model
    before = Blob.objects.count()
    swept = sweep_parts()
    assert swept.parts == before - Blob.objects.count() > 0
    assert swept.size_bytes > 0
    for version in Version.objects.all():
        load_version(version)
    kept = Composition.objects.get(pk=kept.pk)
    assert kept.forked_from is None
    assert working(kept) == load_version(kept.head) == kept_data
    assert all(check_history(one) == [] for one in Composition.objects.all())
    assert sweep_parts().parts == 0


@pytest.mark.django_db
def test_a_dry_run_removes_nothing(song: Composition) -> None:
    Version.objects.filter(composition=song)
    blobs = Blob.objects.count()
    Composition.all_objects.filter(pk=song.pk).delete()
    out = io.StringIO()
    call_command("sweep_blobs", "--dry-run", stdout=out)
    assert f"{blobs} parts would be removed" in out.getvalue()
    assert Blob.objects.count() == blobs
    call_command("sweep_blobs", stdout=out)
    assert Blob.objects.count() == 0


class Sweeper:
    """Somebody who sweeps at the same time."""

    def __init__(self) -> None:
        self.swept: Any = None
        self._thread = threading.Thread(target=self._sweep)
        self._thread.start()

    def _sweep(self) -> None:
        try:
            self.swept = sweep_parts()
        finally:
            connection.close()

    def is_done(self, seconds: float) -> bool:
        self._thread.join(seconds)
        return not self._thread.is_alive()


@pytest.fixture
def orphans(ana: User) -> Iterator[None]:
    """Parts that no version names: those of a song that was deleted for good."""
    gone = song_with(ana, example(title="Gone"))
    Composition.all_objects.filter(pk=gone.pk).delete()
    yield
    ContentType.objects.clear_cache()


@pytest.mark.django_db(transaction=True)
def test_a_sweep_waits_for_who_saves_and_keeps_what_they_name(ana: User, orphans: None) -> None:
    blobs = Blob.objects.count()
    assert blobs > 0
    with transaction.atomic():
        song = song_with(ana, example(title="Gone"))
        sweeper = Sweeper()
        assert not sweeper.is_done(1.0)
    assert sweeper.is_done(20.0)
    assert sweeper.swept.parts == 0
    assert working(song) == load_version(song.head)
    assert check_history(song) == []


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_parts_would_be_lost(
    ana: User, orphans: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control for the test above: the same race, and nobody holds the store."""
    monkeypatch.setattr(upkeep, "_have_store_alone", lambda: None)
    with transaction.atomic():
        song = song_with(ana, example(title="Gone"))
        assert Sweeper().is_done(20.0)
    assert any("is missing" in problem for problem in check_history(song))


@pytest.mark.django_db(transaction=True)
def test_two_who_save_at_once_make_one_version(ana: User) -> None:
    song = song_with(ana)
    edit(song, ana, "t0n0", pitch=33)
    made = in_parallel(
        lambda: save_version(composition=Composition.objects.get(pk=song.pk), user=ana), 4
    )
    assert sorted(one is None for one in made) == [False, True, True, True]
    assert check_history(Composition.objects.get(pk=song.pk)) == []


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_saves_would_collide(
    ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control for the test above: both see the song as it was before the other saved."""
    song = song_with(ana)
    edit(song, ana, "t0n0", pitch=33)
    both = threading.Barrier(2)

    def not_locked(key: Any) -> Composition:
        found: Composition = Composition.objects.select_related("branch__tip").get(pk=key)
        both.wait(20)
        return found

    monkeypatch.setattr(versions, "lock_document", not_locked)
    made = in_parallel(
        lambda: save_version(composition=Composition.objects.get(pk=song.pk), user=ana),
        2,
        may_fail=True,
    )
    # The second version of one edit, or two of one number.
    assert all(isinstance(one, Version | IntegrityError) for one in made)


@pytest.mark.django_db(transaction=True)
def test_two_documents_at_once_come_one_after_the_other(ana: User) -> None:
    song = song_with(ana)
    places = iter(range(4))

    def put() -> Version:
        place = next(places)
        return set_document(
            composition=Composition.objects.get(pk=song.pk),
            data=changed(example(), f"t0n{place}", pitch=3),
            user=ana,
            name="x",
            source="import",
            message="x",
        )

    made = in_parallel(put, 4)

    assert sorted(version.number for version in made) == [2, 3, 4, 5]
    chain = list(Version.objects.filter(composition=song).order_by("number"))
    assert [one.parent for one in chain] == [None, *chain[:-1]]
    song = Composition.objects.get(pk=song.pk)
    assert song.head == song.branch.tip == chain[-1]
    assert working(song) == load_version(song.head)
    assert check_history(song) == []


def in_parallel(work: Any, number: int, *, may_fail: bool = False) -> list[Any]:
    """Do the work so often at the same moment; return what came out, errors raised."""
    barrier = threading.Barrier(number)
    results: list[Any] = []

    def run() -> None:
        barrier.wait(20)
        try:
            results.append(work())
        except Exception as error:  # noqa: BLE001 - the test looks at it
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    errors = [one for one in results if isinstance(one, Exception)]
    assert may_fail or not errors, errors
    return results
