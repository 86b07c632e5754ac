"""Batches of edits: checked, applied to the rows, logged and told, under the song's lock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from ariaforge.events import publish
from ariaforge.exceptions import ConflictError, InvalidInputError
from ariaforge.prepared import Prepared
from compositions.editing.locating import batches_with, insert_row, update_row
from compositions.editing.locking import lock_document, mirror_song
from compositions.editing.log import (
    effects_of,
    log_effects,
    removed_since,
    require_unchanged,
    used_before,
)
from compositions.editing.working_copy import WorkingCopy, named
from compositions.event_topics import composition_topic
from compositions.history.commits import ensure_history, require_unprotected
from compositions.models import Branch, Composition, EditBatch
from compositions.score.diff import ADD
from compositions.score.drafts import Draft, Locked
from compositions.score.errors import Problem, ScoreError
from compositions.score.operations import Operation, parse_operations
from compositions.score.rules import check_text

NAME_MAX_LENGTH = 200
EFFECTS_IN_EVENT = 200
"""Effects that an event holds; whoever hears of more fetches them."""


@dataclass(frozen=True, slots=True)
class AppliedEdits:
    """What became of a batch: its log entry, and what it did.

    ``effects`` and ``superseded`` are plain data; the first as
    :meth:`compositions.score.operations.Effect.to_dict` says, the second as
    :meth:`compositions.score.drafts.Superseded.to_dict`. ``repeated`` tells that the batch
    was known already and nothing was done. ``refused`` names what an undo left as it is.
    """

    batch: EditBatch
    effects: list[dict[str, Any]]
    superseded: list[dict[str, Any]]
    repeated: bool = False
    refused: list[dict[str, Any]] = field(default_factory=list)


_branch = Prepared(lambda key: Branch.all_objects.filter(pk=key).order_by(), UUID)


class LockedError(ConflictError):
    """An edit is for something that somebody has locked."""


class NoDocumentError(ConflictError):
    """A song that is not composed has nothing to edit."""


def apply_edits(
    *,
    composition: Composition,
    user: User,
    name: str,
    operations: list[dict[str, Any]],
    base_sequence: int | None = None,
    strict: bool = False,
    source: str = EditBatch.Source.PERSON,
    undoes: EditBatch | None = None,
    check: Callable[[Composition], None] | None = None,
    ask_rights: bool = False,
) -> AppliedEdits:
    """Apply operations to the working copy of a song that ``user`` may edit, all or none.

    ``base_sequence`` is the last edit that the author had seen (None: all of them). Of two
    authors the last one wins, field by field; with ``strict`` nothing that somebody else has
    changed since is overwritten. Operations on what somebody has removed since are left out
    and named as superseded. A batch that was applied before does nothing and answers with
    what it did then. ``check`` is called with the locked song first and may refuse. With
    ``ask_rights`` nobody needs to have asked whether ``user`` may edit the song, of which only
    the key is needed then; ``Composition.DoesNotExist`` is raised where they may not.

    Raises :class:`InvalidInputError` with the path of everything that is not valid (in
    ``details["problems"]``), :class:`ConflictError` when the batch does not fit what others
    did since, :class:`LockedError` for locked entities, and
    :class:`ariaforge.exceptions.NotPermittedError` on a branch that is protected.
    """
    parsed = parsed_batch(name, operations)
    with transaction.atomic():
        song = locked_for_edit(composition, user if ask_rights else None)
        known = _known_batch(song, parsed, user)
        if known is not None:
            return repeated(known)
        if check is not None:
            check(song)
        require_editable(song, user)
        base = _base(song, base_sequence)
        copy = WorkingCopy(song, parsed)
        missing = named(parsed) - copy.entities.keys() - _added(parsed)
        gone = removed_since(song, missing, base)
        if strict:
            require_unchanged(song, parsed, base, user)
        draft = Draft(
            copy.entities,
            used=copy.found | used_before(song, _added(parsed)),
            gone=gone,
            totals=copy.totals,
        )
        for operation in parsed:
            draft.apply(operation)
        draft.finish()
        _refuse(draft, copy, song, base)
        applied = write_batch(
            copy,
            draft,
            user=user,
            name=name.strip(),
            base_sequence=base,
            source=source,
            undoes=undoes,
        )
    mirror_song(song, composition)
    return applied


def parsed_batch(name: str, operations: Any) -> list[Operation]:
    """Read name and operations of a batch; raises :class:`InvalidInputError`."""
    problems = list(check_text("name", name, NAME_MAX_LENGTH))
    if not problems and not name.strip():
        problems = [Problem("name", "must say what the edits are")]
    if problems:
        raise invalid(problems)
    try:
        return parse_operations(operations)
    except ScoreError as error:
        raise invalid(error.problems) from error


def invalid(problems: Sequence[Problem]) -> InvalidInputError:
    """Return the error that names each problem with its path."""
    return InvalidInputError(
        f"The edits are not valid: {_printable(str(ScoreError(problems)))}.",
        details={"problems": plain_problems(problems)},
    )


def plain_problems(problems: Sequence[Problem]) -> list[dict[str, str]]:
    """Return problems as plain data."""
    return [
        {"path": _printable(problem.path), "message": _printable(problem.message)}
        for problem in problems
    ]


def _printable(text: str) -> str:
    # What was sent may hold halves of characters, which no answer can.
    return text.encode("utf-8", "backslashreplace").decode()


def locked_for_edit(composition: Composition, editor: User | None = None) -> Composition:
    """Return the song, locked; raises :class:`NoDocumentError` when nothing is composed."""
    song = lock_document(composition.pk, editor)
    if not song.is_composed:
        raise NoDocumentError("The song has no notes yet; wait until it is composed.")
    return song


def require_editable(song: Composition, user: User) -> None:
    """See that the log has a version to begin from, and that ``user`` may change the branch."""
    if song.head_id is not None and song.branch_id is not None:
        song.branch = _branch.get(song.branch_id)
        require_unprotected(song, song.branch, user)
    else:
        require_unprotected(song, ensure_history(song, user), user)


def write_batch(
    copy: WorkingCopy,
    draft: Draft,
    *,
    user: User | None,
    name: str,
    base_sequence: int,
    source: str,
    undoes: EditBatch | None,
) -> AppliedEdits:
    """Write what the draft changed, log it, and tell everybody after the commit."""
    song = copy.composition
    try:
        fields = copy.write([effect.change.entity_id for effect in draft.effects])
    except ScoreError as error:
        raise invalid(error.problems) from error
    song.revision += 1
    song.updated_at = timezone.now()
    song.updated_by_id = user.pk if user is not None else None
    changed = {name: getattr(song, name) for name in (*sorted(fields), "revision", "updated_at")}
    update_row(Composition, song.pk, {**changed, "updated_by": song.updated_by_id})
    batch = EditBatch(
        composition=song,
        sequence=song.revision,
        base_sequence=base_sequence,
        branch_name=song.branch.name if song.branch else "",
        name=name,
        source=source,
        author=user,
        undoes=undoes,
        superseded=[entry.to_dict() for entry in draft.superseded],
        tree_hash=song.tree_hash,
    )
    insert_row(batch)
    log_effects(batch, draft.effects)
    effects = [effect.to_dict() for effect in draft.effects]
    _tell(song, batch, effects, user)
    return AppliedEdits(batch, effects, batch.superseded)


def repeated(batch: EditBatch) -> AppliedEdits:
    """Return what a batch did when it was applied."""
    effects = effects_of([batch.pk])[batch.pk]
    return AppliedEdits(batch, effects, batch.superseded, repeated=True)


def _added(operations: Sequence[Operation]) -> set[str]:
    return {operation.entity_id for operation in operations if operation.action == ADD}


def _base(song: Composition, base_sequence: int | None) -> int:
    if base_sequence is None:
        return song.revision
    if base_sequence > song.revision:
        raise ConflictError(
            "The edits begin from a state that this song never had; read it again.",
            details={"base_sequence": base_sequence, "revision": song.revision},
        )
    return base_sequence


def _known_batch(
    song: Composition, operations: Sequence[Operation], user: User
) -> EditBatch | None:
    """Return the batch that had these operations, if one had.

    Raises :class:`ConflictError` when only some are known, or were somebody else's.
    """
    ids = {operation.op_id for operation in operations}
    batches = batches_with(song, ids)
    if not batches:
        return None
    found = EditBatch.all_objects.filter(pk__in=batches).first() if len(batches) == 1 else None
    if found is not None and found.author_id == user.pk:
        logged = set(found.operations.exclude(op_id="").values_list("op_id", flat=True))
        if ids == logged | {entry["op_id"] for entry in found.superseded}:
            return found
    raise ConflictError(
        "Some of these edits were made before, in another batch; give new ones ids of their own.",
        details={"batches": sorted(str(batch) for batch in batches)},
    )


def _refuse(draft: Draft, copy: WorkingCopy, song: Composition, base: int) -> None:
    """Raise the error for what the draft could not do, if there is any."""
    if draft.problems:
        raise invalid(draft.problems[:100])
    if draft.locked:
        first = draft.locked[0]
        what = copy.entities[first.locked_by]
        label = what.get("name") or what.get("label") or what.get("text") or ""
        raise LockedError(
            f"The {what['kind']}{f' “{label:.80}”' if label else ''} is locked; unlock it first.",
            details={"locked": [locked_sides(copy, entry) for entry in draft.locked[:100]]},
        )
    if draft.misfits:
        if base == song.revision:
            raise invalid(draft.misfits[:100])
        raise ConflictError(
            f"The edits do not fit what others did meanwhile: {ScoreError(draft.misfits)}.",
            details={
                "revision": song.revision,
                "problems": plain_problems(draft.misfits[:100]),
            },
        )


def locked_sides(copy: WorkingCopy, entry: Locked) -> dict[str, Any]:
    """Return both sides of a refused change: what is there, and what was asked for."""
    operation = entry.operation
    return {
        "op_id": operation.op_id,
        "entity_id": entry.entity_id,
        "locked_by": entry.locked_by,
        "present": copy.entities.get(entry.entity_id),
        "asked": {operation.action: operation.fields or True},
    }


def _tell(
    song: Composition, batch: EditBatch, effects: list[dict[str, Any]], user: User | None
) -> None:
    news: dict[str, Any] = {
        "sequence": batch.sequence,
        "batch": str(batch.pk),
        "name": batch.name,
        "source": batch.source,
        "author": str(user.pk) if user is not None else None,
        "undoes": str(batch.undoes_id) if batch.undoes_id else None,
        "tree_hash": batch.tree_hash,
    }
    if len(effects) > EFFECTS_IN_EVENT:
        news["fetch"] = True
    else:
        news["effects"] = effects
    topic = composition_topic(song.pk)
    transaction.on_commit(lambda: publish(topic, "edit", news))
