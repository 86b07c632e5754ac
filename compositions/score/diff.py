"""What differs between two scores: one change for each entity, named by its id.

Scores are compared in the flat form of :mod:`compositions.score.entities`. Equality is that of
the canonical JSON (:mod:`compositions.score.tree`): two scores without a change between them
have one hash, and fractions that differ only in what canonical JSON rounds away are equal.
Entities are shared, not copied, so they are to be left as they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from compositions.score.entities import (
    META_ID,
    Entities,
    Fields,
    Kind,
    unwritten_of,
    value_of,
    without_defaults,
)
from compositions.score.errors import Problem, ScoreError
from compositions.score.tree import DECIMALS

ADD, SET, REMOVE = "add", "set", "remove"
ACTIONS = (ADD, SET, REMOVE)

# What others point to comes first: notes name their track, syllables their note and line.
_RANK = {kind.value: number for number, kind in enumerate(Kind)}
_NOWHERE: Fields = {}


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one entity.

    ``action`` is "add" (``before`` is None, ``after`` all fields), "remove" (``before`` all
    fields, ``after`` None) or "set" (only the fields that differ; a field that one side lacks
    is missing there, unless it is left out for having its default). ``kind`` is that of the
    entity.
    """

    entity_id: str
    kind: str
    action: str
    before: Fields | None
    after: Fields | None

    def to_dict(self) -> dict[str, Any]:
        """Return the change as plain data."""
        return {
            "entity_id": self.entity_id,
            "kind": self.kind,
            "action": self.action,
            "before": self.before,
            "after": self.after,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Change:
        """Read what :meth:`to_dict` wrote. Raises :class:`ScoreError` for anything else."""
        _check(data)
        return cls(
            data["entity_id"], data["kind"], data["action"], data.get("before"), data.get("after")
        )


def diff(before: Entities, after: Entities) -> list[Change]:
    """Return the changes that lead from ``before`` to ``after``, none where they are equal.

    The order is musical and stable: what is added or set by kind (song, time line, sections,
    chords, tracks, notes, automation, lyrics), then by track, time and pitch; then removals the
    other way round. One after another, no change names an entity that is not there yet or
    not there any more. An id that stands for another kind of entity is a removal and an
    addition.
    """
    changes: list[Change] = []
    for key, old in before.items():
        new = after.get(key)
        # Python takes 1, 1.0 and True for equal; only metadata can hold either.
        if new is old or (new == old and (key != META_ID or same(old, new))):
            continue
        if new is None:
            changes.append(Change(key, old["kind"], REMOVE, old, None))
        elif new["kind"] != old["kind"]:
            changes.append(Change(key, old["kind"], REMOVE, old, None))
            changes.append(Change(key, new["kind"], ADD, None, new))
        else:
            was = {name: value for name, value in old.items() if differs(name, value, new)}
            now = {name: value for name, value in new.items() if differs(name, value, old)}
            for name, value in unwritten_of(new["kind"]).items():
                if name in was or name in now:
                    was.setdefault(name, value)
                    now.setdefault(name, value)
            if was or now:
                changes.append(Change(key, new["kind"], SET, was, now))
    if after.keys() - before.keys():
        changes += (
            Change(key, new["kind"], ADD, None, new)
            for key, new in after.items()
            if key not in before
        )
    return in_order(changes, before, after)


def set_change(key: str, present: Fields, fields: Fields) -> Change:
    """Return the change of the entity ``present`` that gives it ``fields``, all that it has."""
    # What is back at its default is left out of the fields, but a change says it.
    fields = {**unwritten_of(present["kind"]), **fields}
    was = {name: value_of(present, name) for name in fields}
    changed = [name for name, value in fields.items() if not same(value, was[name])]
    return Change(
        key,
        present["kind"],
        SET,
        {name: was[name] for name in changed},
        {name: fields[name] for name in changed},
    )


def in_order(changes: Iterable[Change], before: Entities, after: Entities) -> list[Change]:
    """Return changes between two scores in the order of :func:`diff`."""
    come: list[tuple[Any, Change]] = []
    go: list[tuple[Any, Change]] = []
    for change in changes:
        if change.entity_id in after:
            # Where an id stands for another kind now, its removal stays ahead of its addition.
            come.append((_place(change.entity_id, after), change))
        else:
            go.append((_place(change.entity_id, before), change))
    come.sort(key=_first)
    go.sort(key=_first, reverse=True)
    return [change for _, change in come] + [change for _, change in go]


def apply_changes(entities: Entities, changes: Iterable[Change]) -> Entities:
    """Return a new map with the changes made; ``entities`` stays as it is.

    Raises :class:`ScoreError` when a change sets or removes what is not there, or adds what is.
    """
    result = dict(entities)
    for change in changes:
        key = change.entity_id
        if (key in result) == (change.action == ADD):
            there = "is there already" if change.action == ADD else "is not in the score"
            raise ScoreError([Problem(key, f"{there}; cannot {change.action} it")])
        if change.action == REMOVE:
            del result[key]
        elif change.action == ADD:
            result[key] = dict(change.after or {})
        else:
            now = change.after or {}
            gone = (change.before or {}).keys() - now.keys()
            fields = {**result[key], **now}
            for name in gone:
                fields.pop(name, None)
            result[key] = without_defaults(fields)
    return result


def invert(changes: Iterable[Change]) -> list[Change]:
    """Return the changes that undo ``changes``, in the order in which to make them."""
    opposite = {ADD: REMOVE, REMOVE: ADD, SET: SET}
    undone = [
        Change(entry.entity_id, entry.kind, opposite[entry.action], entry.after, entry.before)
        for entry in changes
    ]
    undone.reverse()
    return undone


def differs(name: str, value: Any, other: Fields) -> bool:
    """Tell whether the field ``name`` with ``value`` is another one in ``other``."""
    return name not in other or not same(value, other[name])


def same(one: Any, other: Any) -> bool:
    """Tell whether two JSON values have the same canonical JSON."""
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if type(one) is not type(other):
        return False
    if isinstance(one, float):
        return one == other or round(one, DECIMALS) == round(other, DECIMALS)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(
            same(value, other[name]) for name, value in one.items()
        )
    return bool(one == other)


def _first(entry: tuple[Any, Change]) -> Any:
    return entry[0]


def _place(key: str, entities: Entities) -> tuple[Any, ...]:
    """Sort key: kind, then track, time, pitch and id."""
    fields = entities.get(key, _NOWHERE)
    holder = fields
    if "note_id" in fields:
        # A syllable stands where its note does.
        holder = entities.get(fields["note_id"], _NOWHERE)
    track = holder.get("track", "")
    strip = entities.get(track, _NOWHERE) if track else fields
    return (
        _RANK.get(fields.get("kind", ""), len(_RANK)),
        strip.get("position", 0.0),
        track,
        holder.get("start", holder.get("tick", 0)),
        holder.get("pitch", 0),
        key,
    )


def _check(data: Any) -> None:
    """Raise :class:`ScoreError` unless ``data`` is a change as plain data."""
    if not isinstance(data, dict):
        raise ScoreError([Problem("", "a change must be an object")])
    problems = [
        Problem(name, "must be text")
        for name in ("entity_id", "kind")
        if not isinstance(data.get(name), str)
    ]
    if data.get("action") not in ACTIONS:
        problems.append(Problem("action", f"must be one of {', '.join(ACTIONS)}"))
    for name, without in (("before", ADD), ("after", REMOVE)):
        wanted = type(None) if data.get("action") == without else dict
        if not isinstance(data.get(name), wanted):
            what = "null" if wanted is type(None) else "an object"
            problems.append(Problem(name, f"must be {what}"))
    if problems:
        raise ScoreError(problems)
