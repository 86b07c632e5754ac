"""Taking a part of another version over, and taking back what a version changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import transaction

from accounts.models import User
from ariaforge.exceptions import ConflictError, InvalidInputError
from compositions.documents import load_plain
from compositions.editing import lock_document
from compositions.history.ancestors import is_ancestor, merge_base
from compositions.history.merging import MergePlan, plan_entities, write_plan
from compositions.history.versions import (
    ensure_history,
    load_version,
    mirror_song,
    save_working_copy,
)
from compositions.models import Composition, Version
from compositions.score.diff import apply_changes, diff
from compositions.score.entities import Entities, to_entities
from compositions.score.scope import Scope, changes_in_scope


def plan_cherry_pick(
    composition: Composition,
    version: Version,
    scope: Scope,
    *,
    resolutions: Mapping[str, str] | None = None,
    fixes: Sequence[str] = (),
) -> MergePlan:
    """Return what taking ``scope`` of ``version`` over into the working copy would do.

    From another line of work comes what was changed there within the scope, merged with what
    was changed here. From an earlier version of this line the scope comes back as it was.
    Raises :class:`InvalidInputError` for a version of another song and
    :class:`ConflictError` when there is nothing to take.
    """
    _check_song(composition, version)
    if composition.head is None:
        raise ConflictError("The song has no history yet; save a version first.")
    ours = to_entities(load_plain(composition))
    return _plan_pick(ours, composition.head, version, scope, resolutions, fixes)


def cherry_pick(
    *,
    composition: Composition,
    user: User,
    version: Version,
    scope: Scope,
    resolutions: Mapping[str, str] | None = None,
    fixes: Sequence[str] = (),
    accept_defaults: bool = False,
    message: str = "",
) -> Version:
    """Take the sections, tracks or bars of ``scope`` over from ``version``, as one version.

    Raises what :func:`plan_cherry_pick` and
    :func:`compositions.history.merging.merge_versions` raise.
    """
    _check_song(composition, version)
    with transaction.atomic():
        song = lock_document(composition.pk)
        branch = ensure_history(song, user)
        save_working_copy(song, user=user)
        ours = to_entities(load_version(branch.tip))
        plan = _plan_pick(ours, branch.tip, version, scope, resolutions, fixes)
        name = f"Take over from version {version.number}"
        picked = write_plan(
            song,
            plan,
            user=user,
            branch=branch,
            name=name,
            source=Version.Source.MERGE,
            message=message or f"{name}: {version.message}",
            provenance={
                "picked": {
                    "version": str(version.pk),
                    "number": version.number,
                    "scope": scope.to_dict(),
                },
                "from": version.provenance,
            },
            resolutions=resolutions,
            accept_defaults=accept_defaults,
        )
    mirror_song(song, composition)
    return picked


def plan_revert(
    composition: Composition,
    version: Version,
    *,
    resolutions: Mapping[str, str] | None = None,
    fixes: Sequence[str] = (),
) -> MergePlan:
    """Return what taking back the change that ``version`` made would do.

    What was changed later stays. Raises :class:`InvalidInputError` for a version of another
    song or the first one.
    """
    _check_song(composition, version)
    return _plan_revert(to_entities(load_plain(composition)), version, resolutions, fixes)


def revert(
    *,
    composition: Composition,
    user: User,
    version: Version,
    resolutions: Mapping[str, str] | None = None,
    fixes: Sequence[str] = (),
    accept_defaults: bool = False,
    message: str = "",
) -> Version:
    """Take back what ``version`` changed, and keep all that came after it.

    Of a merge it takes back what came from the other side. Raises what :func:`plan_revert`
    and :func:`compositions.history.merging.merge_versions` raise.
    """
    _check_song(composition, version)
    with transaction.atomic():
        song = lock_document(composition.pk)
        branch = ensure_history(song, user)
        save_working_copy(song, user=user)
        ours = to_entities(load_version(branch.tip))
        plan = _plan_revert(ours, version, resolutions, fixes)
        name = f"Take back version {version.number}"
        reverted = write_plan(
            song,
            plan,
            user=user,
            branch=branch,
            name=name,
            source=Version.Source.RESTORE,
            message=message or f"{name}: {version.message}",
            provenance={"reverted": {"version": str(version.pk), "number": version.number}},
            resolutions=resolutions,
            accept_defaults=accept_defaults,
        )
    mirror_song(song, composition)
    return reverted


def _plan_pick(
    ours: Entities,
    tip: Version,
    version: Version,
    scope: Scope,
    resolutions: Mapping[str, str] | None,
    fixes: Sequence[str],
) -> MergePlan:
    wanted = to_entities(load_version(version))
    is_earlier = is_ancestor(version, tip)
    base = ours if is_earlier else merge_base(tip, version)
    changes = changes_in_scope(diff(base, wanted), base, wanted, scope)
    if not changes:
        raise ConflictError("There is nothing to take over: this part is as it is here.")
    theirs = apply_changes(base, changes)
    plan = plan_entities(base, ours, theirs, resolutions=resolutions, fixes=fixes)
    return _changing(plan)


def _plan_revert(
    ours: Entities,
    version: Version,
    resolutions: Mapping[str, str] | None,
    fixes: Sequence[str],
) -> MergePlan:
    if version.parent is None:
        raise InvalidInputError("The first version of a song cannot be taken back.")
    after = to_entities(load_version(version))
    before = to_entities(load_version(version.parent))
    return _changing(plan_entities(after, ours, before, resolutions=resolutions, fixes=fixes))


def _changing(plan: MergePlan) -> MergePlan:
    if plan.changes_nothing and not plan.conflicts:
        raise ConflictError("Nothing would change: the song is like that already.")
    return plan


def _check_song(composition: Composition, version: Version) -> None:
    if version.composition_id != composition.pk:
        raise InvalidInputError("This version belongs to another song.")
