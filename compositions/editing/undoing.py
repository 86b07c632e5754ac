"""Undo and redo of one's own edits, as new batches that take back what is still as it was.

A batch takes effect until a batch that undoes it does; so a redo is the undo of an undo.
Nothing that was changed since is overwritten: such fields stay and are named.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from ariaforge.exceptions import ConflictError, NotPermittedError
from compositions.editing.locking import mirror_song
from compositions.editing.submitting import (
    NAME_MAX_LENGTH,
    AppliedEdits,
    invalid,
    locked_for_edit,
    require_editable,
    write_batch,
)
from compositions.editing.working_copy import WorkingCopy
from compositions.models import Composition, EditBatch
from compositions.score.diff import ADD, REMOVE, SET, Change, same
from compositions.score.document import mint_id
from compositions.score.drafts import Draft
from compositions.score.entities import Fields, value_of
from compositions.score.operations import Operation

_PREFIXES = {EditBatch.Source.UNDO: "Undo: ", EditBatch.Source.REDO: "Redo: "}


class NothingToUndoError(ConflictError):
    """The person has no edit that could be undone, or none that could be redone."""


def undo(*, composition: Composition, user: User, batch_id: UUID | None = None) -> AppliedEdits:
    """Take back the last edit of ``user`` that is in effect, or their batch ``batch_id``.

    What was changed since, by whomever, is left as it is and named in ``refused``, each with
    the field, what the edit had set, what is there and what would have come back.

    Raises :class:`NothingToUndoError`, :class:`ConflictError` for a batch that is undone
    already or replaced the whole document, :class:`NotPermittedError` for the edits of
    somebody else, and ``EditBatch.DoesNotExist`` for an unknown batch.
    """
    with transaction.atomic():
        song = locked_for_edit(composition)
        require_editable(song, user)
        if batch_id is None:
            batch = _last_done(song, user)
        else:
            batch = EditBatch.all_objects.get(composition=song, pk=batch_id)
            _require_own(batch, user)
        applied = _take_back(song, batch, user)
    mirror_song(song, composition)
    return applied


def redo(*, composition: Composition, user: User) -> AppliedEdits:
    """Do again what ``user`` undid last, if they have edited nothing since.

    Raises :class:`NothingToUndoError` when there is nothing to redo.
    """
    with transaction.atomic():
        song = locked_for_edit(composition)
        require_editable(song, user)
        applied = _take_back(song, _last_undone(song, user), user)
    mirror_song(song, composition)
    return applied


# -- Which batch --------------------------------------------------------------------


def _own(song: Composition, user: User) -> QuerySet[EditBatch]:
    batches: QuerySet[EditBatch] = EditBatch.all_objects.filter(
        composition=song, author=user
    ).order_by("-sequence")
    return batches


def _last_done(song: Composition, user: User) -> EditBatch:
    """The last batch in effect that is an edit or a redo."""
    undone: set[UUID | None] = set()
    for batch in _own(song, user).iterator(chunk_size=100):
        if batch.pk in undone:
            continue
        undone.add(batch.undoes_id)
        if batch.source != EditBatch.Source.UNDO:
            return batch
    raise NothingToUndoError("You have made no edit here that could be undone.")


def _last_undone(song: Composition, user: User) -> EditBatch:
    """The last undo in effect, unless an edit came after it."""
    undone: set[UUID | None] = set()
    for batch in _own(song, user).iterator(chunk_size=100):
        if batch.pk in undone:
            continue
        undone.add(batch.undoes_id)
        if batch.source == EditBatch.Source.UNDO:
            return batch
        if batch.source != EditBatch.Source.REDO:
            break
    raise NothingToUndoError("There is nothing to redo.")


def _require_own(batch: EditBatch, user: User) -> None:
    if batch.author_id != user.pk:
        raise NotPermittedError(
            "Only your own edits can be undone. To take back what somebody else did, "
            "restore a version or revert theirs."
        )


def _require_possible(song: Composition, batch: EditBatch) -> None:
    if batch.version is not None:
        before = batch.version.parent
        raise ConflictError(
            f"“{batch.name}” replaced the whole song, so it is not undone as an edit. "
            + (
                f"Restore version {before.number} to go back."
                if before is not None
                else "It is where the song began."
            ),
            details={"restore": str(before.pk) if before is not None else None},
        )
    if song.branch is not None and batch.branch_name != song.branch.name:
        raise ConflictError(
            f"“{batch.name}” was made on the branch “{batch.branch_name}”; "
            "check that branch out first.",
            details={"branch": batch.branch_name},
        )
    # A batch is undone by one that is not undone itself, and so on.
    is_done, later = True, batch.undone_by.order_by("-sequence").first()
    while later is not None:
        is_done, later = not is_done, later.undone_by.order_by("-sequence").first()
    if not is_done:
        raise ConflictError(f"“{batch.name}” is undone already.")


# -- Taking it back -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Step:
    """The inverse of one effect, and what must still be there for it."""

    operation: Operation
    undone: Change


def _take_back(song: Composition, batch: EditBatch, user: User) -> AppliedEdits:
    _require_possible(song, batch)
    steps = _steps(batch)
    excluded: dict[str, str] = {}
    while True:
        copy = WorkingCopy(song, [step.operation for step in steps])
        draft = Draft(
            copy.entities,
            used=copy.found - copy.entities.keys(),
            totals=copy.totals,
            restoring=True,
        )
        refused: list[dict[str, Any]] = []
        for step in steps:
            refused += _apply(draft, step, excluded.get(step.operation.path))
        draft.finish()
        if not draft.misfits:
            break
        # What would break a rule of the score stays as it is, and the rest is tried again.
        blamed = {problem.path.partition(".")[0]: problem.message for problem in draft.misfits}
        paths = {step.operation.path for step in steps} - excluded.keys()
        if not blamed.keys() & paths:
            raise invalid(draft.misfits)
        excluded |= {path: message for path, message in blamed.items() if path in paths}
    is_redo = batch.source == EditBatch.Source.UNDO
    source = EditBatch.Source.REDO if is_redo else EditBatch.Source.UNDO
    name = batch.name
    for prefix in _PREFIXES.values():
        name = name.removeprefix(prefix)
    applied = write_batch(
        copy,
        draft,
        user=user,
        name=f"{_PREFIXES[source]}{name}"[:NAME_MAX_LENGTH],
        base_sequence=song.revision,
        source=source,
        undoes=batch,
    )
    applied.refused.extend(refused)
    return applied


def _steps(batch: EditBatch) -> list[_Step]:
    """The inverse operations of a batch, last effect first."""
    steps: list[_Step] = []

    def add(row: Change, action: str, fields: Fields) -> None:
        path = f"effects[{len(steps)}]"
        steps.append(_Step(Operation(mint_id(), row.entity_id, action, fields, path), row))

    rows = batch.operations.order_by("-id")
    for values in rows.values_list("entity_id", "kind", "action", "before", "after"):
        row = Change(*values)
        entity_id, kind, action = row.entity_id, row.kind, row.action
        before, after = row.before or {}, row.after or {}
        if action == ADD:
            add(row, REMOVE, {})
        elif action == REMOVE:
            add(row, ADD, before)
        else:
            if before.get("locked") is False:
                # Only by itself may a lock come off.
                lock = Change(entity_id, kind, SET, {"locked": False}, {"locked": True})
                add(lock, SET, {"locked": False})
                before = {name: value for name, value in before.items() if name != "locked"}
                after = {name: value for name, value in after.items() if name != "locked"}
                row = Change(entity_id, kind, action, before, after)
            if before:
                add(row, SET, before)
    return steps


def _apply(draft: Draft, step: _Step, excluded: str | None) -> list[dict[str, Any]]:
    """Take one effect back as far as it is still there; return what was refused."""
    operation, undone = step.operation, step.undone
    present = draft.entities.get(operation.entity_id)

    def refusal(field: str | None, reason: str) -> dict[str, Any]:
        def of(fields: Fields | None) -> Any:
            return fields.get(field) if field and fields else fields

        return {
            "entity_id": operation.entity_id,
            "kind": undone.kind,
            "field": field,
            "reason": reason,
            "edited": of(undone.after),
            "present": of(present),
            "wanted": of(undone.before),
        }

    if excluded is not None:
        return [refusal(None, excluded)]
    refused: list[dict[str, Any]] = []
    if operation.action == ADD:
        if present is not None:
            return []
    elif operation.action == REMOVE:
        if present is None:
            return []
        expected = undone.after or {}
        refused = [
            refusal(name, "was changed since")
            for name, value in present.items()
            if not same(value, expected.get(name))
        ]
        if not refused and draft.referring(operation.entity_id):
            refused = [refusal(None, "others were added to it since")]
        if refused:
            return refused
    else:
        if present is None:
            return [refusal(name, "was removed since") for name in operation.fields]
        expected = undone.after or {}
        changed = [
            name for name in operation.fields if not same(value_of(present, name), expected[name])
        ]
        refused = [refusal(name, "was changed since") for name in changed]
        fields = {name: value for name, value in operation.fields.items() if name not in changed}
        if not fields:
            return refused
        operation = Operation(
            operation.op_id, operation.entity_id, operation.action, fields, operation.path
        )
    draft.apply(operation)
    refused += [refusal(None, f"{entry.locked_by} is locked") for entry in draft.locked]
    refused += [refusal(None, problem.message) for problem in draft.problems]
    draft.locked.clear()
    draft.problems.clear()
    return refused
