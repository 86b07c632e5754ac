"""Offers: made beside the song, taken over whole or in part, with where they came from."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from accounts.models import User
from ariaforge.exceptions import ConflictError, InvalidInputError, NotPermittedError
from compositions.history.ancestors import is_ancestor
from compositions.history.merging import UndecidedMergeError
from compositions.history.proposals import (
    accept,
    plan_acceptance,
    propose,
    propose_branch,
    reject,
    withdraw,
)
from compositions.history.versions import load_version
from compositions.models import Branch, Composition, Proposal, Version
from compositions.score.entities import Plain, to_entities
from compositions.score.scope import Scope
from projects.roles import Role
from tests.factories import MembershipFactory, UserFactory
from tests.history.documents import changed, edit, example, song_with, working

pytestmark = pytest.mark.django_db

PROVENANCE = {"prompt": "brighter", "seed": 7, "engine_version": "1.0.0", "step": "vary"}


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def song(ana: User) -> Composition:
    return song_with(ana)


def offered() -> Plain:
    """Another pitch in each of the two tracks, in different bars."""
    return changed(changed(example(), "t0n0", pitch=61), "t1n8", pitch=45)


def offer(song: Composition, user: User, data: Plain | None = None) -> Proposal:
    return propose(
        composition=song,
        user=user,
        title="A brighter  melody!",
        data=data or offered(),
        source=Version.Source.COMPOSER,
        provenance=PROVENANCE,
    )


def pitches(data: Plain) -> tuple[int, int]:
    entities = to_entities(data)
    return entities["t0n0"]["pitch"], entities["t1n8"]["pitch"]


def test_an_offer_lies_beside_the_song(song: Composition, ana: User) -> None:
    song = edit(song, ana, "t0n3", pitch=70)
    rows = working(song)
    proposal = offer(song, ana, changed(rows, "t0n0", pitch=61))
    assert working(song) == rows
    assert proposal.base.source == Version.Source.AUTOMATIC, "saved before the composer's offer"
    assert proposal.branch.name == "proposal/a-brighter-melody"
    assert proposal.version.parent == proposal.base
    assert offer(song, ana).branch.name == "proposal/a-brighter-melody-2"


def test_accepting_all_makes_one_version_with_its_provenance(song: Composition, ana: User) -> None:
    proposal = offer(song, ana)
    song = edit(song, ana, "t0n3", pitch=70)
    version = accept(proposal=proposal, user=ana)
    now = working(song)
    assert pitches(now) == (61, 45)
    assert to_entities(now)["t0n3"]["pitch"] == 70
    assert version.source == Version.Source.PROPOSAL
    assert {key: version.provenance[key] for key in PROVENANCE} == PROVENANCE
    assert version.provenance["proposal"]["id"] == str(proposal.pk)
    assert is_ancestor(proposal.version, version)
    proposal.refresh_from_db()
    assert (proposal.state, proposal.result, proposal.decided_by) == ("accepted", version, ana)


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (Scope(tracks=("t0",)), (61, None)),
        (Scope(tracks=("t1",)), (None, 45)),
        (Scope(bars=(1, 1)), (61, None)),
        (Scope(bars=(3, 3)), (None, 45)),
    ],
)
def test_a_part_is_accepted_and_the_rest_can_be_merged_later(
    song: Composition, ana: User, scope: Scope, expected: tuple[int | None, int | None]
) -> None:
    proposal = offer(song, ana)
    version = accept(proposal=proposal, user=ana, scope=scope)
    before = pitches(example())
    wanted = tuple(new or old for new, old in zip(expected, before, strict=True))
    assert pitches(working(song)) == wanted
    proposal.refresh_from_db()
    assert proposal.state == Proposal.State.PARTLY_ACCEPTED
    assert proposal.decision == {"scope": scope.to_dict()}
    assert not is_ancestor(proposal.version, version)


def test_a_whole_that_was_chosen_part_by_part_is_the_whole(song: Composition, ana: User) -> None:
    proposal = offer(song, ana)
    accept(proposal=proposal, user=ana, scope=Scope(sections=("verse",)))
    proposal.refresh_from_db()
    assert proposal.state == Proposal.State.ACCEPTED


def test_the_preview_shows_what_accepting_does(song: Composition, ana: User) -> None:
    proposal = offer(song, ana)
    plan = plan_acceptance(proposal, scope=Scope(tracks=("t0",)))
    assert [sentence.track_id for sentence in plan.sentences] == ["t0"]
    version = accept(proposal=proposal, user=ana, scope=Scope(tracks=("t0",)))
    assert to_entities(load_version(version)) == plan.entities
    with pytest.raises(InvalidInputError, match="Nothing of the proposal"):
        plan_acceptance(proposal, scope=Scope(bars=(6, 6)))


def test_an_offer_that_clashes_with_later_edits_asks(song: Composition, ana: User) -> None:
    proposal = offer(song, ana)
    song = edit(song, ana, "t0n0", pitch=90)
    with pytest.raises(UndecidedMergeError) as refused:
        accept(proposal=proposal, user=ana)
    proposal.refresh_from_db()
    assert proposal.state == Proposal.State.OPEN, "nothing was decided"
    (conflict,) = refused.value.details["conflicts"]
    accept(proposal=proposal, user=ana, resolutions={conflict["id"]: "ours"})
    assert pitches(working(song)) == (90, 45)


def test_a_closed_offer_stays_closed(song: Composition, ana: User) -> None:
    proposal = offer(song, ana)
    rows = working(song)
    reject(proposal=proposal, user=ana, reason="Too bright")
    proposal.refresh_from_db()
    assert (proposal.state, proposal.decision) == ("rejected", {"reason": "Too bright"})
    assert working(song) == rows
    for again in (
        lambda: accept(proposal=proposal, user=ana),
        lambda: reject(proposal=proposal, user=ana),
        lambda: withdraw(proposal=proposal, user=ana),
    ):
        with pytest.raises(ConflictError, match="was rejected"):
            again()
    with pytest.raises(DatabaseError), transaction.atomic():
        Proposal.objects.filter(pk=proposal.pk).update(state="open")


def test_only_who_offered_withdraws(song: Composition, ana: User) -> None:
    proposal = offer(song, ana)
    with pytest.raises(NotPermittedError):
        withdraw(proposal=proposal, user=UserFactory())
    assert withdraw(proposal=proposal, user=ana).state == Proposal.State.WITHDRAWN


def test_an_editor_offers_what_only_an_owner_takes(song: Composition, ana: User) -> None:
    Branch.objects.filter(composition=song).update(is_protected=True)
    editor = UserFactory()
    MembershipFactory(project=song.project, user=editor, role=Role.EDITOR)
    proposal = offer(song, editor)
    with pytest.raises(NotPermittedError, match="protected"):
        accept(proposal=proposal, user=editor)
    accept(proposal=proposal, user=ana)
    assert pitches(working(song)) == (61, 45)


def test_a_branch_can_be_offered(song: Composition, ana: User) -> None:
    branch = offer(song, ana).branch
    proposal = propose_branch(composition=song, user=ana, title="Take this", branch=branch)
    assert (proposal.base.number, proposal.version) == (1, branch.tip)
    accept(proposal=proposal, user=ana)
    assert pitches(working(song)) == (61, 45)
    with pytest.raises(ConflictError, match="holds nothing"):
        propose_branch(composition=song, user=ana, title="Again", branch=branch)
    with pytest.raises(InvalidInputError, match="itself"):
        propose_branch(
            composition=song, user=ana, title="Main", branch=Branch.objects.get(name="main")
        )


@pytest.mark.parametrize(("title", "words"), [("  ", "few words"), ("x" * 201, "201 characters")])
def test_titles_are_checked(song: Composition, ana: User, title: str, words: str) -> None:
    with pytest.raises(InvalidInputError, match=words):
        propose(composition=song, user=ana, title=title, data=offered())


def test_an_offer_must_be_a_song_and_change_something(song: Composition, ana: User) -> None:
    with pytest.raises(InvalidInputError, match="nothing would change"):
        propose(composition=song, user=ana, title="Same", data=working(song))
    with pytest.raises(InvalidInputError, match="no valid song"):
        propose(composition=song, user=ana, title="Bad", data=changed(example(), "t0n0", pitch=200))
    assert not Proposal.objects.exists()
    assert song.versions.count() == 1
