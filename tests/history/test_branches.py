"""Branches and tags: their names, who may change them, and going from one to another."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from ariaforge.exceptions import ConflictError, InvalidInputError, NotPermittedError
from compositions.history import branches
from compositions.history.references import (
    UnknownReferenceError,
    WorkingCopy,
    load_reference,
    resolve,
)
from compositions.history.versions import load_version, save_version, set_document
from compositions.models import Branch, Composition, EditBatch, Proposal, Tag, Version
from compositions.score.entities import to_entities
from tests.history.documents import changed, edit, example, song_with, working


def pitch(song: Composition) -> int:
    value: int = to_entities(working(song))["t0n0"]["pitch"]
    return value


def test_going_to_a_branch_and_back_loses_nothing(song: Composition, ana: User, bo: User) -> None:
    first = pitch(song)
    branch = branches.create_branch(composition=song, user=ana, name="  Slow   take ")
    assert branch.name == "Slow take"
    assert branch.tip == song.head
    song = edit(song, bo, "t0n0", pitch=33)

    branches.checkout(composition=song, branch=branch, user=ana)

    assert pitch(song) == first
    assert song.branch == branch
    song = edit(song, ana, "t0n0", pitch=44)
    slow = save_version(composition=song, user=ana, message="Lower")
    assert (slow.branch_name, slow.parent.number) == ("Slow take", 1)
    branches.checkout(composition=song, branch=Branch.objects.get(name="main"), user=ana)
    assert pitch(song) == 33
    # What bo had not saved was kept in his name when ana left.
    saved = song.head
    assert (saved.source, saved.author_name, saved.branch_name) == ("automatic", "bob", "main")
    assert load_version(saved) == working(song)
    assert song.head_sequence == song.revision
    assert song.branch.tip == saved
    sources = EditBatch.objects.filter(composition=song).values_list("source", flat=True)
    assert list(sources) == ["import", "person", "checkout", "person", "checkout"]


def test_going_to_the_branch_that_is_followed_does_nothing(song: Composition, ana: User) -> None:
    edited = edit(song, ana, "t0n0", pitch=33)
    branches.checkout(composition=edited, branch=song.branch, user=ana)
    assert pitch(song) == 33
    assert Version.objects.count() == 1


@pytest.mark.parametrize(
    "name",
    [
        "",
        "  ",
        "x" * 101,
        "a\x00b",
        "a\u200eb",
        "working",
        "Working",
        "v12",
        "V1",
        str(UUID(int=9)),
    ],
)
def test_unfit_names_are_refused_everywhere(name: str, song: Composition, ana: User) -> None:
    with pytest.raises(InvalidInputError):
        branches.create_branch(composition=song, user=ana, name=name)
    with pytest.raises(InvalidInputError):
        branches.create_tag(composition=song, user=ana, name=name)


@pytest.mark.parametrize("name", ["", " x", "x ", "a\tb", "working", "WORKING", "v3"])
def test_the_database_refuses_them_too(name: str, song: Composition) -> None:
    for model, fields in ((Branch, {"tip": song.head}), (Tag, {"version": song.head})):
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.create(composition=song, name=name, **fields)


def test_names_are_one_of_a_kind_whatever_their_case(song: Composition, ana: User) -> None:
    branches.create_branch(composition=song, user=ana, name="Ärger")
    branches.create_tag(composition=song, user=ana, name="Demo for Ana")
    for make in (branches.create_branch, branches.create_tag):
        for taken in ("ärger", "DEMO FOR ANA", "Main"):
            with pytest.raises(ConflictError):
                make(composition=song, user=ana, name=taken)
    with pytest.raises(IntegrityError), transaction.atomic():
        Branch.objects.create(composition=song, name="äRGER", tip=song.head)
    other = song_with(ana)
    branches.create_branch(composition=other, user=ana, name="Ärger")


def test_a_deleted_branch_gives_its_name_back(song: Composition, ana: User) -> None:
    branch = branches.create_branch(composition=song, user=ana, name="Take 2")
    branches.delete_branch(branch=branch, user=ana)
    assert not Branch.objects.filter(name="Take 2").exists()
    branches.create_branch(composition=song, user=ana, name="take 2")


def test_what_is_needed_cannot_be_deleted(song: Composition, ana: User) -> None:
    def make(name: str) -> Branch:
        return branches.create_branch(composition=song, user=ana, name=name)

    protected, followed, offered = make("safe"), make("followed"), make("offer")
    branches.protect_branch(branch=protected, user=ana)
    proposal = Proposal.objects.create(
        composition=song,
        title="Better",
        branch=offered,
        target=song.branch,
        base=song.head,
        version=song.head,
    )
    main = song.branch
    branches.checkout(composition=song, branch=followed, user=ana)
    for branch in (main, protected, followed, offered):
        with pytest.raises(ConflictError):
            branches.delete_branch(branch=branch, user=ana)
    with pytest.raises(ConflictError):
        branches.rename_branch(branch=main, user=ana, name="trunk")
    Proposal.objects.filter(pk=proposal.pk).update(state="withdrawn")
    branches.delete_branch(branch=offered, user=ana)


def test_a_protected_branch_is_for_owners(song: Composition, ana: User, bo: User) -> None:
    main = song.branch
    with pytest.raises(NotPermittedError):
        branches.protect_branch(branch=main, user=bo)
    song = edit(song, bo, "t0n0", pitch=33)
    branches.protect_branch(branch=main, user=ana)
    song = Composition.objects.get(pk=song.pk)

    with pytest.raises(NotPermittedError):
        save_version(composition=song, user=bo, message="Mine")
    with pytest.raises(NotPermittedError):
        set_document(
            composition=song, data=example(), user=bo, name="x", source="import", message="x"
        )
    # He had edited before; that is kept, and does not keep him from going elsewhere.
    other = branches.create_branch(composition=song, user=bo, name="Bo's")
    branches.checkout(composition=song, branch=other, user=bo)
    assert save_version(composition=edit(song, bo, "t0n0", pitch=34), user=bo) is not None
    branches.checkout(composition=song, branch=Branch.objects.get(pk=main.pk), user=ana)
    assert pitch(song) == 33
    assert save_version(composition=edit(song, ana, "t0n0", pitch=35), user=ana) is not None
    branches.protect_branch(branch=main, user=ana, protected=False)
    song = edit(song, bo, "t0n0", pitch=36)
    assert save_version(composition=song, user=bo) is not None


def test_references(song: Composition, ana: User) -> None:
    first = song.head
    set_document(
        composition=song,
        data=changed(example(), "t0n0", pitch=33),
        user=ana,
        name="x",
        source="import",
        message="x",
    )
    tag = branches.create_tag(composition=song, user=ana, name="Demo", version="v1")
    assert tag.version == first
    for reference, expected in {
        "v1": first,
        "V2": song.head,
        "main": song.head,
        " MAIN ": song.head,
        "demo": first,
        str(first.pk): first,
        str(first.pk).upper(): first,
    }.items():
        assert resolve(song, reference) == expected, reference
        assert load_reference(song, reference) == load_version(expected)
    song = edit(song, ana, "t0n0", pitch=12)
    assert resolve(song, "working") == WorkingCopy(song)
    assert to_entities(load_reference(song, "Working"))["t0n0"]["pitch"] == 12
    branches.move_tag(tag=tag, user=ana, version="main")
    assert resolve(song, "demo") == song.head
    branches.rename_tag(tag=tag, user=ana, name="DEMO")
    branches.delete_tag(tag=tag, user=ana)
    stranger = song_with(ana).head
    for unknown in ("demo", "v3", "v0", "v999999999", "", "a\x00b", str(stranger.pk), "x" * 999):
        with pytest.raises(UnknownReferenceError):
            resolve(song, unknown)


def test_a_branch_can_begin_at_any_version(song: Composition, ana: User) -> None:
    first = song.head
    song = edit(song, ana, "t0n0", pitch=33)
    here = branches.create_branch(composition=song, user=ana, name="here", start="working")
    there = branches.create_branch(composition=song, user=ana, name="there", start="v1")
    assert (here.tip.number, there.tip) == (2, first)
    assert load_version(here.tip) == working(song)
