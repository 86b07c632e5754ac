"""Offers to change a song: made by an AI or a person on a branch, taken over whole or in part."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from ariaforge.exceptions import ConflictError, InvalidInputError, NotPermittedError
from compositions.ai_sessions.decisions import note_decision
from compositions.documents import load_plain, prepare
from compositions.editing import lock_document
from compositions.history.ancestors import nearest_common_ancestor
from compositions.history.merging import MergePlan, plan_entities, write_plan
from compositions.history.versions import (
    ensure_history,
    load_version,
    mirror_song,
    save_working_copy,
    tell_history,
    write_version,
)
from compositions.models import Branch, Composition, Proposal, Version
from compositions.score.diff import apply_changes, diff
from compositions.score.entities import Plain, to_entities
from compositions.score.errors import ScoreError
from compositions.score.scope import Scope, changes_in_scope

TITLE_MAX_LENGTH = 200
EVERYTHING = Scope()


def propose(
    *,
    composition: Composition,
    user: User,
    title: str,
    data: Plain,
    source: str = Version.Source.PERSON,
    description: str = "",
    provenance: dict[str, Any] | None = None,
    base: Version | None = None,
) -> Proposal:
    """Offer the document ``data`` as a change of the branch that the working copy follows.

    It is made from ``base``; without one from the song as it stands, whose unsaved edits are
    kept as a version first. The offer lies on a branch of its own. Raises
    :class:`InvalidInputError` for a document that is not valid or changes nothing.
    """
    title = _title(title)
    with transaction.atomic():
        song = lock_document(composition.pk)
        target = ensure_history(song, user)
        if base is None:
            save_working_copy(song, user=user)
            base = target.tip
        elif base.composition_id != song.pk:
            raise InvalidInputError("The base is a version of another song.")
        try:
            data = prepare(song, data)
        except ScoreError as error:
            raise InvalidInputError(
                f"What is proposed is no valid song: {error}",
                details={"problems": [str(problem) for problem in error.problems]},
            ) from error
        name = _free_name(song, title)
        version = write_version(
            song,
            data,
            parent=base,
            branch_name=name,
            author=user,
            message=title,
            source=source,
            provenance=provenance,
        )
        if version.tree_hash == base.tree_hash:
            raise InvalidInputError("What is proposed is the song as it is; nothing would change.")
        branch = Branch.objects.create(composition=song, name=name, tip=version, created_by=user)
        proposal: Proposal = Proposal.objects.create(
            composition=song,
            title=title,
            description=description,
            branch=branch,
            target=target,
            base=base,
            version=version,
            provenance=provenance or {},
            created_by=user,
        )
        tell_history(song, "proposal", proposal)
    mirror_song(song, composition)
    return proposal


def propose_branch(
    *,
    composition: Composition,
    user: User,
    title: str,
    branch: Branch,
    target: Branch | None = None,
    description: str = "",
) -> Proposal:
    """Offer what ``branch`` holds now to ``target``, or to the branch that is followed.

    What is added to the branch later is not part of the offer. Raises
    :class:`InvalidInputError` for branches of another song and a branch offered to itself,
    and :class:`ConflictError` when it holds nothing new.
    """
    title = _title(title)
    with transaction.atomic():
        song = lock_document(composition.pk)
        followed = ensure_history(song, user)
        if branch.pk == followed.pk:
            save_working_copy(song, user=user)
            branch = followed
        target = target or followed
        if branch.pk == target.pk:
            raise InvalidInputError("A branch cannot be proposed to itself.")
        if {branch.composition_id, target.composition_id} != {song.pk}:
            raise InvalidInputError("This branch belongs to another song.")
        base = nearest_common_ancestor(target.tip, branch.tip)
        if base is None or base.pk == branch.tip_id:
            raise ConflictError(
                f"“{branch.name}” holds nothing that “{target.name}” does not have."
            )
        proposal: Proposal = Proposal.objects.create(
            composition=song,
            title=title,
            description=description,
            branch=branch,
            target=target,
            base=base,
            version=branch.tip,
            created_by=user,
        )
        tell_history(song, "proposal", proposal)
    return proposal


def plan_acceptance(
    proposal: Proposal,
    *,
    scope: Scope = EVERYTHING,
    resolutions: Mapping[str, str] | None = None,
    fixes: Sequence[str] = (),
) -> MergePlan:
    """Return what accepting the offer within ``scope`` would do; nothing is changed.

    Raises :class:`InvalidInputError` when nothing of the offer lies within the scope.
    """
    song = proposal.composition
    target = proposal.target
    ours = load_plain(song) if target.pk == song.branch_id else load_version(target.tip)
    return _plan(proposal, ours, scope, resolutions, fixes)[0]


def accept(
    *,
    proposal: Proposal,
    user: User,
    scope: Scope = EVERYTHING,
    resolutions: Mapping[str, str] | None = None,
    fixes: Sequence[str] = (),
    accept_defaults: bool = False,
    message: str = "",
) -> Version:
    """Take over what is offered within ``scope`` as one version, and close the offer.

    The version keeps the offer's provenance (prompt, seed, engine, step). Only an offer that
    was accepted as a whole counts as merged, so the rest of one can still be merged later.
    Raises :class:`ConflictError` when the offer is closed,
    :class:`compositions.history.merging.UndecidedMergeError` when decisions are missing, and
    :class:`NotPermittedError` when the target is protected from ``user``.
    """
    with transaction.atomic():
        song = lock_document(proposal.composition_id)
        proposal = _locked(proposal)
        target = proposal.target
        if target.pk == song.branch_id:
            assert song.branch is not None  # noqa: S101 - it was just compared
            target = song.branch
            save_working_copy(song, user=user)
        plan, is_whole = _plan(proposal, load_version(target.tip), scope, resolutions, fixes)
        if plan.changes_nothing:
            raise ConflictError("The song holds all of this already; reject the proposal instead.")
        what = "" if is_whole else " in part"
        version = write_plan(
            song,
            plan,
            user=user,
            branch=target,
            name=f"Accept{what}: {proposal.title}",
            source=Version.Source.PROPOSAL,
            message=message or f"Accepted{what}: {proposal.title}",
            merged_parent=proposal.version if is_whole else None,
            provenance={
                **proposal.provenance,
                "proposal": {
                    "id": str(proposal.pk),
                    "title": proposal.title,
                    "version": str(proposal.version_id),
                    "author": proposal.version.author_name,
                    "source": proposal.version.source,
                    "scope": scope.to_dict(),
                },
            },
            resolutions=resolutions,
            accept_defaults=accept_defaults,
        )
        state = Proposal.State.ACCEPTED if is_whole else Proposal.State.PARTLY_ACCEPTED
        _close(proposal, state, user, {"scope": scope.to_dict()}, version)
    return version


def reject(*, proposal: Proposal, user: User, reason: str = "") -> Proposal:
    """Close the offer without taking anything; the branch stays.

    Raises :class:`ConflictError` when it is closed already.
    """
    with transaction.atomic():
        lock_document(proposal.composition_id)
        return _close(_locked(proposal), Proposal.State.REJECTED, user, {"reason": reason[:2000]})


def withdraw(*, proposal: Proposal, user: User) -> Proposal:
    """Take one's own offer back. Raises :class:`NotPermittedError` for somebody else's."""
    if proposal.created_by_id != user.pk:
        raise NotPermittedError("Only who made a proposal can withdraw it; reject it instead.")
    with transaction.atomic():
        lock_document(proposal.composition_id)
        return _close(_locked(proposal), Proposal.State.WITHDRAWN, user, {})


def _plan(
    proposal: Proposal,
    ours: Plain,
    scope: Scope,
    resolutions: Mapping[str, str] | None,
    fixes: Sequence[str],
) -> tuple[MergePlan, bool]:
    """Return the plan, and whether the scope holds all that is offered."""
    base = to_entities(load_version(proposal.base))
    offered = to_entities(load_version(proposal.version))
    everything = diff(base, offered)
    chosen = changes_in_scope(everything, base, offered, scope)
    if not chosen:
        raise InvalidInputError("Nothing of the proposal lies within this choice.")
    is_whole = len(chosen) == len(everything)
    theirs = offered if is_whole else apply_changes(base, chosen)
    plan = plan_entities(base, to_entities(ours), theirs, resolutions=resolutions, fixes=fixes)
    return plan, is_whole


def _locked(proposal: Proposal) -> Proposal:
    """Return the offer as it is now, locked with its song. It must be open."""
    found: Proposal = Proposal.objects.select_related(
        "composition", "branch", "target__tip", "base", "version"
    ).get(pk=proposal.pk)
    if found.state != Proposal.State.OPEN:
        raise ConflictError(
            f"The proposal is closed: it was {found.get_state_display().lower()}.",
            details={"state": found.state},
        )
    return found


def _close(
    proposal: Proposal,
    state: str,
    user: User,
    decision: dict[str, Any],
    result: Version | None = None,
) -> Proposal:
    proposal.state = state
    proposal.decision = decision
    proposal.decided_by = user
    proposal.decided_at = timezone.now()
    proposal.result = result
    proposal.save(update_fields=["state", "decision", "decided_by", "decided_at", "result"])
    note_decision(proposal)
    tell_history(proposal.composition, "proposal", proposal)
    return proposal


def _title(title: str) -> str:
    title = " ".join(title.split())
    if not title:
        raise InvalidInputError("Say in a few words what the proposal is.")
    if len(title) > TITLE_MAX_LENGTH:
        raise InvalidInputError(
            f"The title has {len(title)} characters; {TITLE_MAX_LENGTH} are the most."
        )
    return title


def _free_name(song: Composition, title: str) -> str:
    """Return the name of a branch for the offer that the song does not have yet."""
    words = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60].strip("-") or "change"
    taken = set(
        Branch.all_objects.filter(composition=song, name__startswith="proposal/").values_list(
            "name", flat=True
        )
    )
    name, number = f"proposal/{words}", 2
    while name in taken:
        name, number = f"proposal/{words}-{number}", number + 1
    return name
