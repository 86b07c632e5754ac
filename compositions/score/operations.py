"""Edits as programs send them: operations on entities, in batches.

An operation is ``{"op_id", "entity_id", "set": {...}}``, ``{..., "add": {"kind", ...}}`` or
``{..., "remove": true}``. :func:`parse_operations` reads their form; what they mean for a
document is for :mod:`compositions.score.drafts`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Any

from compositions.score.diff import ADD, REMOVE, SET, Change
from compositions.score.entities import META_ID, Fields, Kind
from compositions.score.errors import Problem, ScoreError
from compositions.score.limits import MAX_PROBLEMS
from compositions.score.rules import check_id

MAX_OPERATIONS = 5_000
"""Operations of one batch."""
REFERENCES: dict[str, dict[str, Kind]] = {
    Kind.NOTE: {"track": Kind.TRACK},
    Kind.AUTOMATION: {"track": Kind.TRACK},
    Kind.LINE: {"section_id": Kind.SECTION},
    Kind.SYLLABLE: {"note_id": Kind.NOTE, "line_id": Kind.LINE},
}
"""The fields that name another entity, by kind, and what kind they name."""
OPTIONAL_REFERENCES = ("section_id", "line_id")
"""References that may be empty. When what they name goes they are emptied; an entity whose
other references go, goes with it."""

_ACTIONS = (SET, ADD, REMOVE)
_KNOWN = {"op_id", "entity_id", *_ACTIONS}
_ADDABLE = [kind.value for kind in Kind if kind is not Kind.META]


@dataclass(frozen=True, slots=True)
class Operation:
    """One change that somebody asks for.

    ``op_id`` is the asker's name for it, unique in the song. ``action`` is "add", "set" or
    "remove"; ``fields`` are those to set, or those of the new entity with its ``kind``.
    ``path`` is its place in the request, for messages.
    """

    op_id: str
    entity_id: str
    action: str
    fields: Fields
    path: str = ""

    @property
    def fields_path(self) -> str:
        """The place of its fields in the request."""
        return f"{self.path}.{self.action}"

    @property
    def only_unlocks(self) -> bool:
        """Whether it does nothing but take a lock off."""
        return self.action == SET and self.fields == {"locked": False}


@dataclass(frozen=True, slots=True)
class Effect:
    """What became of an entity through an operation; consequences have no ``op_id``."""

    op_id: str
    change: Change

    def to_dict(self) -> dict[str, Any]:
        """Return the effect as plain data."""
        return {"op_id": self.op_id, **self.change.to_dict()}


def parse_operations(data: Any) -> list[Operation]:
    """Read operations from plain data, 1 to :data:`MAX_OPERATIONS`.

    Raises :class:`ScoreError` with the path of everything that has not the right form, such
    as ``operations[3].set``.
    """
    if not isinstance(data, list):
        raise ScoreError([Problem("operations", "must be a list")])
    if not 1 <= len(data) <= MAX_OPERATIONS:
        raise ScoreError(
            [
                Problem(
                    "operations", f"has {len(data)} operations; 1 to {MAX_OPERATIONS} are allowed"
                )
            ]
        )
    problems: list[Problem] = []
    operations: list[Operation] = []
    seen: set[str] = set()
    for index, item in enumerate(data):
        path = f"operations[{index}]"
        operation = _parse(item, path, problems)
        if operation is None:
            if len(problems) >= MAX_PROBLEMS:
                break
            continue
        if operation.op_id in seen:
            problems.append(Problem(f"{path}.op_id", "is used more than once in this batch"))
        seen.add(operation.op_id)
        operations.append(operation)
    if problems:
        raise ScoreError(problems[:MAX_PROBLEMS])
    return operations


def _parse(item: Any, path: str, problems: list[Problem]) -> Operation | None:
    if not isinstance(item, dict):
        problems.append(Problem(path, "must be an object"))
        return None
    before = len(problems)
    unknown = islice((name for name in item if name not in _KNOWN), MAX_PROBLEMS)
    problems += (Problem(f"{path}.{name!s:.80}", "is not a known field") for name in unknown)
    op_id, entity_id = item.get("op_id"), item.get("entity_id")
    problems += check_id(f"{path}.op_id", op_id)
    if entity_id != META_ID:
        problems += check_id(f"{path}.entity_id", entity_id)
    chosen = [action for action in _ACTIONS if action in item]
    if len(chosen) != 1:
        problems.append(Problem(path, "must have exactly one of set, add and remove"))
        return None
    action = chosen[0]
    fields = item[action]
    if action == REMOVE:
        if fields is not True:
            problems.append(Problem(f"{path}.remove", "must be true"))
        fields = {}
    elif not isinstance(fields, dict) or not fields:
        problems.append(Problem(f"{path}.{action}", "must be an object with fields"))
        fields = {}
    elif action == ADD and fields.get("kind") not in _ADDABLE:
        problems.append(Problem(f"{path}.add.kind", f"must be one of {', '.join(_ADDABLE)}"))
    if entity_id == META_ID and action != SET:
        problems.append(Problem(f"{path}.entity_id", "title and metadata can only be set"))
    if len(problems) > before:
        return None
    return Operation(str(op_id), str(entity_id), action, fields, path)
