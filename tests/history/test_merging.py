"""Merging lines of work, taking parts over, taking changes back: on the rows of a real song."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from accounts.models import User
from ariaforge.exceptions import ConflictError, InvalidInputError, NotPermittedError
from compositions.documents import load_plain
from compositions.editing import lock_document
from compositions.history.merging import UndecidedMergeError, merge_versions, plan_merge
from compositions.history.picking import cherry_pick, revert
from compositions.history.versions import load_version, move_tip, save_version, write_version
from compositions.models import Branch, Composition, EditBatch, Version
from compositions.score.entities import Plain, to_entities
from compositions.score.scope import Scope
from projects.models import Membership
from projects.roles import Role
from tests.factories import MembershipFactory, UserFactory
from tests.history.documents import changed, edit, example, song_with, without, working

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def song(ana: User) -> Composition:
    return song_with(ana)


def on_branch(song: Composition, user: User, data: Plain, name: str = "ideas") -> Branch:
    """A branch from the first version, whose tip holds ``data``."""
    first = song.versions.get(number=1)
    with transaction.atomic():
        locked = lock_document(song.pk)
        branch = Branch.objects.filter(composition=song, name=name).first()
        if branch is None:
            branch = Branch.objects.create(composition=locked, name=name, tip=first)
        version = write_version(
            locked,
            data,
            parent=branch.tip,
            branch_name=name,
            author=user,
            message="Ideas",
            source=Version.Source.PERSON,
        )
        move_tip(branch, version)
    return branch


def pitch(data: Plain, note: str) -> Any:
    return to_entities(data)[note]["pitch"]


def test_both_sides_come_together_and_unsaved_edits_are_kept_first(
    song: Composition, ana: User
) -> None:
    branch = on_branch(song, ana, changed(example(), "t0n0", pitch=61))
    song = edit(song, ana, "t0n1", velocity=33)

    plan = plan_merge(song, branch.tip)
    assert plan.conflicts == ()
    assert [sentence.track_id for sentence in plan.sentences] == ["t0"]
    assert working(song) == load_plain(song), "a plan changes nothing"

    merged = merge_versions(composition=song, user=ana, theirs=branch.tip)
    kept = song.versions.get(number=3)
    assert kept.source == Version.Source.AUTOMATIC
    assert (merged.parent, merged.merged_parent) == (kept, branch.tip)
    both = to_entities(working(song))
    assert (both["t0n0"]["pitch"], both["t0n1"]["velocity"]) == (61, 33)
    assert load_version(merged) == working(song)
    assert song.tree_hash == merged.tree_hash
    assert song.head == merged
    last = EditBatch.objects.filter(composition=song).last()
    assert (last.source, last.version, last.sequence) == ("merge", merged, song.revision)
    with pytest.raises(ConflictError, match="nothing to merge"):
        merge_versions(composition=song, user=ana, theirs=branch.tip)


def test_what_both_changed_waits_for_a_decision_that_is_recorded(
    song: Composition, ana: User
) -> None:
    branch = on_branch(song, ana, changed(example(), "t0n0", pitch=61))
    song = edit(song, ana, "t0n0", pitch=64)
    before = song.versions.count()

    with pytest.raises(UndecidedMergeError) as refused:
        merge_versions(composition=song, user=ana, theirs=branch.tip)
    (conflict,) = refused.value.details["conflicts"]
    assert (conflict["ours"], conflict["theirs"]) == (64, 61)
    assert song.versions.count() == before, "a refused merge leaves nothing behind"

    merged = merge_versions(
        composition=song, user=ana, theirs=branch.tip, resolutions={conflict["id"]: "theirs"}
    )
    assert pitch(working(song), "t0n0") == 61
    (resolved,) = merged.merge["resolved"]
    assert (resolved["id"], resolved["resolution"]) == (conflict["id"], "theirs")


def test_defaults_are_taken_only_when_asked_for(song: Composition, ana: User) -> None:
    branch = on_branch(song, ana, changed(example(), "t0n0", pitch=61))
    song = edit(song, ana, "t0n0", pitch=64)
    merged = merge_versions(composition=song, user=ana, theirs=branch.tip, accept_defaults=True)
    assert pitch(working(song), "t0n0") == 64
    assert merged.merge["defaults_accepted"] is True
    assert merged.merge["conflict_count"] == 1


def test_a_resolution_that_nobody_knows_is_refused(song: Composition, ana: User) -> None:
    branch = on_branch(song, ana, changed(example(), "t0n0", pitch=61))
    with pytest.raises(InvalidInputError, match="not one of"):
        merge_versions(
            composition=song, user=ana, theirs=branch.tip, resolutions={"t0n0:pitch": "mine"}
        )


def test_a_doubled_note_is_warned_of_and_its_fix_takes_it_away(
    song: Composition, ana: User
) -> None:
    # The two sides put the same pitch at the same place, each by moving another note there.
    here = to_entities(example())["t0n4"]
    there = changed(example(), "t0n6", start=here["start"] + 100, pitch=100)
    branch = on_branch(song, ana, there)
    song = edit(song, ana, "t0n4", pitch=100)

    plan = plan_merge(song, branch.tip)
    (warning,) = [entry for entry in plan.warnings if entry.kind == "doubled_note"]
    assert set(warning.entity_ids) >= {"t0n4", "t0n6"}
    fixed = plan_merge(song, branch.tip, fixes=[warning.id])
    assert [entry.id for entry in fixed.fixed] == [warning.id]
    assert not [entry for entry in fixed.warnings if entry.kind == "doubled_note"]
    merged = merge_versions(composition=song, user=ana, theirs=branch.tip, fixes=[warning.id])
    assert [entry["id"] for entry in merged.merge["fixed"]] == [warning.id]


def test_tempo_changed_on_both_sides_stops_the_merge(song: Composition, ana: User) -> None:
    branch = on_branch(song, ana, changed(example(), "tempo", bpm=120.0))
    song = edit(song, ana, "tempo", bpm=70.0)
    with pytest.raises(UndecidedMergeError):
        merge_versions(composition=song, user=ana, theirs=branch.tip, accept_defaults=True)
    assert to_entities(working(song))["tempo"]["bpm"] == 70.0


def test_a_branch_that_is_not_followed_takes_a_merge_without_touching_the_rows(
    song: Composition, ana: User
) -> None:
    branch = on_branch(song, ana, changed(example(), "t0n0", pitch=61))
    song = edit(song, ana, "t0n1", pitch=62)
    saved = save_version(composition=song, user=ana, message="Mine")
    assert saved is not None
    rows, revision = working(song), song.revision

    merged = merge_versions(composition=song, user=ana, theirs=saved, into=branch)
    branch.refresh_from_db()
    assert branch.tip == merged
    assert merged.branch_name == "ideas"
    document = load_version(merged)
    assert (pitch(document, "t0n0"), pitch(document, "t0n1")) == (61, 62)
    song.refresh_from_db()
    assert (working(song), song.revision, song.head) == (rows, revision, saved)


def test_a_protected_branch_is_merged_into_by_owners_only(song: Composition, ana: User) -> None:
    branch = on_branch(song, ana, changed(example(), "t0n0", pitch=61))
    editor = UserFactory()
    MembershipFactory(project=song.project, user=editor, role=Role.EDITOR)
    assert Membership.objects.filter(user=editor).exists()
    Branch.objects.filter(composition=song, name="main").update(is_protected=True)
    with pytest.raises(NotPermittedError, match="protected"):
        merge_versions(composition=song, user=editor, theirs=branch.tip)
    merge_versions(composition=song, user=ana, theirs=branch.tip)


def test_a_version_of_another_song_is_refused(song: Composition, ana: User) -> None:
    other = song_with(ana).versions.get()
    for refused in (
        lambda: merge_versions(composition=song, user=ana, theirs=other),
        lambda: cherry_pick(composition=song, user=ana, version=other, scope=Scope()),
        lambda: revert(composition=song, user=ana, version=other),
    ):
        with pytest.raises(InvalidInputError, match="another song"):
            refused()


# -- Cherry-pick and revert -------------------------------------------------------------


def test_one_track_of_another_branch_comes_over_alone(song: Composition, ana: User) -> None:
    there = changed(changed(example(), "t0n0", pitch=61), "t1n0", pitch=45)
    branch = on_branch(song, ana, there)
    song = edit(song, ana, "t1n3", pitch=50)
    picked = cherry_pick(
        composition=song, user=ana, version=branch.tip, scope=Scope(tracks=("t1",))
    )
    now = working(song)
    assert pitch(now, "t1n0") == 45, "the track comes"
    assert pitch(now, "t0n0") == pitch(example(), "t0n0"), "the other stays"
    assert pitch(now, "t1n3") == 50, "what was done here stays"
    assert picked.merged_parent is None
    assert picked.provenance["picked"]["number"] == branch.tip.number


def test_bars_of_an_earlier_version_come_back_as_they_were(song: Composition, ana: User) -> None:
    song = edit(song, ana, "t0n0", pitch=61)
    song = edit(song, ana, "t0n8", pitch=62)
    first = song.versions.get(number=1)
    cherry_pick(composition=song, user=ana, version=first, scope=Scope(bars=(1, 1)))
    now = working(song)
    assert pitch(now, "t0n0") == pitch(example(), "t0n0")
    assert pitch(now, "t0n8") == 62
    with pytest.raises(ConflictError, match="nothing to take"):
        cherry_pick(composition=song, user=ana, version=first, scope=Scope(bars=(1, 1)))


def test_reverting_takes_back_one_version_and_keeps_the_later_ones(
    song: Composition, ana: User
) -> None:
    song = edit(song, ana, "t0n0", pitch=61)
    wrong = save_version(composition=song, user=ana, message="Wrong note")
    assert wrong is not None
    song = edit(song, ana, "t0n1", pitch=62)
    version = revert(composition=song, user=ana, version=wrong)
    now = working(song)
    assert (pitch(now, "t0n0"), pitch(now, "t0n1")) == (pitch(example(), "t0n0"), 62)
    assert version.message.startswith(f"Take back version {wrong.number}")
    with pytest.raises(ConflictError, match="Nothing would change"):
        revert(composition=song, user=ana, version=wrong)
    with pytest.raises(InvalidInputError, match="first version"):
        revert(composition=song, user=ana, version=song.versions.get(number=1))


def test_reverting_asks_where_somebody_has_gone_on_with_it(song: Composition, ana: User) -> None:
    song = edit(song, ana, "t0n0", pitch=61)
    version = save_version(composition=song, user=ana)
    assert version is not None
    song = edit(song, ana, "t0n0", pitch=63)
    with pytest.raises(UndecidedMergeError):
        revert(composition=song, user=ana, version=version)


def test_a_removed_track_comes_back_with_its_notes(song: Composition, ana: User) -> None:
    gone = without(example(), "t1", *(f"t1n{number}" for number in range(24)))
    with transaction.atomic():
        locked = lock_document(song.pk)
        from compositions.history.versions import set_document

        set_document(
            composition=locked,
            data=gone,
            user=ana,
            name="Import",
            source="import",
            message="Without the second track",
        )
    song.refresh_from_db()
    assert len(working(song)["tracks"]) == 1
    first = song.versions.get(number=1)
    cherry_pick(composition=song, user=ana, version=first, scope=Scope(tracks=("t1",)))
    assert working(song) == example()
