"""Bringing two lines of work together: plan a merge, look at it, and make it.

A plan is computed the same way for the preview and for the merge itself, so what was shown
is what happens, unless somebody edited the song in between; then what is new is shown again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction

from accounts.models import User
from ariaforge.exceptions import ConflictError, InvalidInputError
from compositions.documents import load_plain, prepare
from compositions.editing import lock_document
from compositions.history.ancestors import is_ancestor, merge_base
from compositions.history.versions import (
    ensure_history,
    load_version,
    mirror_song,
    move_tip,
    require_unprotected,
    save_working_copy,
    set_document,
    tell_history,
    write_version,
)
from compositions.models import Branch, Composition, Version
from compositions.score.diff import diff
from compositions.score.diff_words import Sentence, headline, tell
from compositions.score.entities import Entities, from_entities, to_entities
from compositions.score.errors import ScoreError
from compositions.score.merge import Conflict, MergeResult, merge
from compositions.score.merge_checks import MergeWarning, apply_fixes, check_merge

MAX_RECORDED = 500
"""Conflicts and warnings that a version keeps of the merge that made it."""


class UndecidedMergeError(ConflictError):
    """A merge needs decisions: ``details`` lists the conflicts and warnings that are open."""


@dataclass(frozen=True, slots=True)
class MergePlan:
    """What a merge would do.

    ``base``, ``ours`` and ``theirs`` are the three documents; ``ours`` holds the unsaved
    edits of the working copy too. ``result`` is the merged document with the conflicts that
    nobody decided, ``fixed`` the warnings whose fix was asked for and is in it, ``warnings``
    those that remain. ``sentences`` say what ``ours`` gets.
    """

    base: Entities
    ours: Entities
    theirs: Entities
    result: MergeResult
    fixed: tuple[MergeWarning, ...]
    warnings: tuple[MergeWarning, ...]
    sentences: tuple[Sentence, ...]

    @property
    def entities(self) -> Entities:
        """The merged document."""
        return self.result.entities

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """What both sides changed and nobody decided yet."""
        return self.result.conflicts

    @property
    def blocking(self) -> tuple[MergeWarning, ...]:
        """The warnings that forbid the merge as it is."""
        return tuple(warning for warning in self.warnings if warning.blocking)

    @property
    def changes_nothing(self) -> bool:
        """Whether ``ours`` stays as it is."""
        return not diff(self.ours, self.entities)

    def to_dict(self, resolutions: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Return conflicts, decisions and warnings as plain data, for the record and for 409s."""
        chosen = resolutions or {}
        return {
            "conflicts": [conflict.to_dict() for conflict in self.conflicts[:MAX_RECORDED]],
            "conflict_count": len(self.conflicts),
            "resolved": [
                {**conflict.to_dict(), "resolution": chosen.get(conflict.id, conflict.default)}
                for conflict in self.result.resolved[:MAX_RECORDED]
            ],
            "warnings": [warning.to_dict() for warning in self.warnings[:MAX_RECORDED]],
            "warning_count": len(self.warnings),
            "fixed": [warning.to_dict() for warning in self.fixed[:MAX_RECORDED]],
        }


def plan_entities(
    base: Entities,
    ours: Entities,
    theirs: Entities,
    *,
    resolutions: Mapping[str, str] | None = None,
    fixes: Sequence[str] = (),
) -> MergePlan:
    """Return the plan to merge three documents.

    ``fixes`` are ids of warnings to be mended the way they propose; a fix that another one
    made needless is left out. Raises :class:`InvalidInputError` for a resolution that is not
    "base", "ours" or "theirs".
    """
    try:
        result = merge(base, ours, theirs, resolutions)
    except ValueError as error:
        raise InvalidInputError(str(error)) from error
    found = check_merge(base, ours, theirs, result.entities, result.conflicts)
    fixed: tuple[MergeWarning, ...] = ()
    if fixes:
        entities, left = apply_fixes(base, ours, theirs, result.entities, fixes)
        result = replace(result, entities=entities)
        done = set(fixes).difference(left)
        fixed = tuple(warning for warning in found if warning.id in done)
        found = check_merge(base, ours, theirs, entities, result.conflicts)
    return MergePlan(
        base,
        ours,
        theirs,
        result,
        fixed,
        tuple(found),
        tuple(tell(ours, result.entities)),
    )


def plan_merge(
    composition: Composition,
    theirs: Version,
    *,
    into: Branch | None = None,
    resolutions: Mapping[str, str] | None = None,
    fixes: Sequence[str] = (),
) -> MergePlan:
    """Return what merging ``theirs`` into a branch would do; nothing is changed.

    Without ``into`` it is the branch that the working copy follows, with its unsaved edits.
    Raises :class:`ConflictError` when there is nothing to merge.
    """
    _check_song(composition, theirs, into)
    if _is_followed(composition, into):
        tip = composition.head
        ours = to_entities(load_plain(composition))
    else:
        assert into is not None  # noqa: S101 - no branch means the followed one
        tip = into.tip
        ours = to_entities(load_version(tip))
    if tip is None:
        raise ConflictError("The song has no history yet; save a version first.")
    _check_not_merged(theirs, tip)
    return plan_entities(
        merge_base(tip, theirs),
        ours,
        to_entities(load_version(theirs)),
        resolutions=resolutions,
        fixes=fixes,
    )


def merge_versions(
    *,
    composition: Composition,
    user: User,
    theirs: Version,
    into: Branch | None = None,
    resolutions: Mapping[str, str] | None = None,
    fixes: Sequence[str] = (),
    accept_defaults: bool = False,
    message: str = "",
) -> Version:
    """Merge ``theirs`` into a branch and return the version with both as parents.

    Unsaved edits of the working copy are kept as a version of their own first. With
    ``accept_defaults`` conflicts that nobody decided take their default. Raises
    :class:`UndecidedMergeError` when decisions are missing or a warning forbids the merge,
    :class:`ConflictError` when there is nothing to merge, and
    :class:`ariaforge.exceptions.NotPermittedError` for a protected branch.
    """
    _check_song(composition, theirs, into)
    with transaction.atomic():
        song = lock_document(composition.pk)
        followed = ensure_history(song, user)
        branch = followed if into is None else into
        if branch.pk == followed.pk:
            branch = followed
            save_working_copy(song, user=user)
        branch.refresh_from_db(fields=["tip"])
        require_unprotected(song, branch, user)
        tip = branch.tip
        _check_not_merged(theirs, tip)
        plan = plan_entities(
            merge_base(tip, theirs),
            to_entities(load_version(tip)),
            to_entities(load_version(theirs)),
            resolutions=resolutions,
            fixes=fixes,
        )
        name = f"Merge version {theirs.number} ({theirs.branch_name}) into {branch.name}"
        version = write_plan(
            song,
            plan,
            user=user,
            branch=branch,
            name=name,
            source=Version.Source.MERGE,
            message=message or _message(name, plan),
            merged_parent=theirs,
            resolutions=resolutions,
            accept_defaults=accept_defaults,
        )
    mirror_song(song, composition)
    return version


def write_plan(
    song: Composition,
    plan: MergePlan,
    *,
    user: User,
    branch: Branch,
    name: str,
    source: str,
    message: str,
    merged_parent: Version | None = None,
    provenance: dict[str, Any] | None = None,
    resolutions: Mapping[str, str] | None = None,
    accept_defaults: bool = False,
) -> Version:
    """Make the plan's document the tip of ``branch``; the song is locked and saved.

    Raises :class:`UndecidedMergeError`, see :func:`merge_versions`.
    """
    require_decided(plan, accept_defaults=accept_defaults)
    record = plan.to_dict(resolutions)
    if accept_defaults:
        record["defaults_accepted"] = True
    data = from_entities(plan.entities)
    try:
        if branch.pk == song.branch_id:
            return set_document(
                composition=song,
                data=data,
                user=user,
                name=name,
                source=source,
                message=message,
                provenance=provenance,
                merged_parent=merged_parent,
                merge=record,
            )
        require_unprotected(song, branch, user)
        version = write_version(
            song,
            prepare(song, data),
            parent=branch.tip,
            branch_name=branch.name,
            author=user,
            message=message,
            source=source,
            provenance=provenance,
            merged_parent=merged_parent,
            merge=record,
        )
    except ScoreError as error:
        raise UndecidedMergeError(
            "Together the two sides make no valid song: "
            f"{'; '.join(str(problem) for problem in error.problems[:3])}. Choose one side "
            "where they clash, or take over less.",
            details={"problems": [str(problem) for problem in error.problems], **plan.to_dict()},
        ) from error
    move_tip(branch, version)
    tell_history(song, "version", version)
    return version


def require_decided(plan: MergePlan, *, accept_defaults: bool) -> None:
    """Raise :class:`UndecidedMergeError` when somebody has to decide something first."""
    if plan.blocking:
        first = plan.blocking[0]
        raise UndecidedMergeError(
            f"The merge cannot be made as it is: {first.message}", details=plan.to_dict()
        )
    if plan.conflicts and not accept_defaults:
        count = len(plan.conflicts)
        raise UndecidedMergeError(
            f"Both sides changed {'the same thing' if count == 1 else f'{count} same things'} "
            "differently; choose what to keep.",
            details=plan.to_dict(),
        )


def _message(name: str, plan: MergePlan) -> str:
    told = headline(list(plan.sentences))
    return f"{name}: {told}" if told else name


def _is_followed(composition: Composition, into: Branch | None) -> bool:
    return into is None or into.pk == composition.branch_id


def _check_song(composition: Composition, theirs: Version, into: Branch | None) -> None:
    if theirs.composition_id != composition.pk:
        raise InvalidInputError("This version belongs to another song.")
    if into is not None and into.composition_id != composition.pk:
        raise InvalidInputError("This branch belongs to another song.")


def _check_not_merged(theirs: Version, tip: Version) -> None:
    if is_ancestor(theirs, tip):
        raise ConflictError(
            f"There is nothing to merge: version {theirs.number} is part of the branch already."
        )
