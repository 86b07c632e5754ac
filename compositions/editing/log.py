"""What the log of edits says about entities: who removed, used or changed them since when."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import orjson
from django.db import connection
from django.db.models import Count
from psycopg.types.json import Jsonb

from accounts.models import User
from ariaforge.exceptions import ConflictError
from compositions.models import Composition, EditBatch, EditOp
from compositions.score.diff import ADD, REMOVE, SET
from compositions.score.entities import Fields
from compositions.score.operations import Effect, Operation

EFFECTS_OF_PAGE = 5_000
EFFECTS_AT_ONCE = 1_000
_INSERT = f"""
    INSERT INTO {EditOp._meta.db_table}
      (composition_id, batch_id, op_id, entity_id, kind, action, before, after)
    VALUES """  # noqa: S608 - the name of our own table
EFFECT_FIELDS = ("op_id", "entity_id", "kind", "action", "before", "after")


def removed_since(composition: Composition, ids: Collection[str], base: int) -> set[str]:
    """Return those of ``ids``, none of which is there, that were removed after edit ``base``.

    After a replacement of the whole document nobody can say by the log what it removed, so
    all of them count.
    """
    if not ids or base >= composition.revision:
        return set()
    batches = EditBatch.all_objects.filter(composition=composition, sequence__gt=base)
    if batches.filter(version__isnull=False).exists():
        return set(ids)
    removed = EditOp.objects.filter(
        composition=composition, entity_id__in=ids, action=REMOVE, batch__sequence__gt=base
    )
    return set(removed.values_list("entity_id", flat=True))


def used_before(composition: Composition, ids: Collection[str]) -> set[str]:
    """Return those of ``ids`` that the log of the song knows."""
    if not ids:
        return set()
    rows = EditOp.objects.filter(composition=composition, entity_id__in=ids)
    return set(rows.values_list("entity_id", flat=True))


def require_unchanged(
    composition: Composition,
    operations: Sequence[Operation],
    base: int,
    user: User,
) -> None:
    """Check that nobody but ``user`` has changed what the operations change since ``base``.

    A removal asks that nothing of the entity was changed. Raises :class:`ConflictError` whose
    ``details["conflicts"]`` have both sides of each field.
    """
    if base >= composition.revision:
        return
    since = EditBatch.all_objects.filter(composition=composition, sequence__gt=base)
    replaced = since.filter(version__isnull=False).exclude(author=user).first()
    if replaced is not None:
        raise ConflictError(
            f"The whole song was replaced meanwhile (“{replaced.name}”); read it again.",
            details={"revision": composition.revision, "sequence": replaced.sequence},
        )
    wanted: dict[str, list[Operation]] = {}
    for operation in operations:
        if operation.action != ADD:
            wanted.setdefault(operation.entity_id, []).append(operation)
    rows = (
        EditOp.objects.filter(
            composition=composition, entity_id__in=wanted, batch__sequence__gt=base
        )
        .exclude(batch__author=user)
        .values_list("entity_id", "action", "after", "batch__sequence", "batch__author")
    )
    conflicts: dict[tuple[str, str], dict[str, Any]] = {}
    for key, action, after, sequence, author in rows:
        who = {"sequence": sequence, "author": str(author) if author else None}
        for operation in wanted[key]:
            for name, theirs, yours in _sides(operation, action, after or {}):
                conflicts[operation.op_id, name] = {
                    "op_id": operation.op_id,
                    "entity_id": key,
                    **who,
                    "field": name or None,
                    "theirs": theirs,
                    "yours": yours,
                }
    if conflicts:
        raise ConflictError(
            f"Somebody else changed {len(conflicts)} of these meanwhile; nothing was overwritten.",
            details={
                "revision": composition.revision,
                "conflicts": list(conflicts.values())[:100],
            },
        )


def _sides(operation: Operation, action: str, after: Fields) -> list[tuple[str, Any, Any]]:
    """What clashes, as (field, theirs, yours); an empty field stands for the whole entity."""
    if operation.action == SET and action == SET:
        return [
            (name, after[name], operation.fields[name])
            for name in after.keys() & operation.fields.keys()
        ]
    if operation.action == REMOVE and action == REMOVE:
        return []
    return [("", {action: after or True}, {operation.action: operation.fields or True})]


def log_effects(batch: EditBatch, effects: Sequence[Effect]) -> None:
    """Write what a batch did into the log, in order."""
    if not effects:
        return
    song, key = batch.composition_id, batch.pk
    rows = [
        (
            song,
            key,
            effect.op_id,
            effect.change.entity_id,
            effect.change.kind,
            effect.change.action,
            None if effect.change.before is None else Jsonb(effect.change.before, _json),
            None if effect.change.after is None else Jsonb(effect.change.after, _json),
        )
        for effect in effects
    ]
    with connection.cursor() as cursor:
        for begin in range(0, len(rows), EFFECTS_AT_ONCE):
            part = rows[begin : begin + EFFECTS_AT_ONCE]
            marks = ", ".join(["(%s, %s, %s, %s, %s, %s, %s, %s)"] * len(part))
            values: list[Any] = [value for row in part for value in row]
            cursor.execute(_INSERT + marks, values)


def _json(value: Any) -> bytes:
    return orjson.dumps(value)


def effects_of(batches: Collection[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """Return the effects of batches as :meth:`Effect.to_dict` says them, in order."""
    effects: dict[UUID, list[dict[str, Any]]] = {key: [] for key in batches}
    rows = EditOp.objects.filter(batch__in=batches).order_by("id")
    for batch, *values in rows.values_list("batch", *EFFECT_FIELDS):
        effects[batch].append(dict(zip(EFFECT_FIELDS, values, strict=True)))
    return effects


def edits_after(
    composition: Composition, sequence: int, limit: int
) -> tuple[list[tuple[EditBatch, list[dict[str, Any]]]], bool]:
    """Return batches after ``sequence`` with their effects, oldest first, and if that is all.

    At most ``limit``, and no more than fit into about :data:`EFFECTS_OF_PAGE` effects, but one.
    """
    found = list(
        EditBatch.all_objects.filter(composition=composition, sequence__gt=sequence)
        .annotate(size=Count("operations"))
        .order_by("sequence")[: limit + 1]
    )
    page: list[EditBatch] = []
    size = 0
    for batch in found[:limit]:
        size += batch.size
        if page and size > EFFECTS_OF_PAGE:
            break
        page.append(batch)
    effects = effects_of([batch.pk for batch in page])
    return [(batch, effects[batch.pk]) for batch in page], len(page) == len(found)
