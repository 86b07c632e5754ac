"""Three-way merge of scores: one field of one entity is the unit.

Two sides went on from a common ``base``. What only one of them changed is taken, what both
changed alike is taken; what is left over is a :class:`Conflict` with a default. Scores are in
the flat form of :mod:`compositions.score.entities`, so nothing positional can clash. This is
the three-way merge of version control (Khanna, Kunal, Pierce: "A Formal Investigation of
Diff3", 2007) with entity fields in the place of lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from compositions.score.diff import same
from compositions.score.entities import (
    META_ID,
    Entities,
    Fields,
    Kind,
    unwritten_of,
    without_defaults,
)
from compositions.score.merge_closure import REFERENCES, close, restore_references
from compositions.score.merge_groups import Group, removal_groups
from compositions.score.merge_words import MergeTeller

BASE, OURS, THEIRS = "base", "ours", "theirs"
CHOICES = (BASE, OURS, THEIRS)

_OTHER = {OURS: THEIRS, THEIRS: OURS}
_MISSING: Any = object()
_RANK = {kind.value: number for number, kind in enumerate(Kind)}


@dataclass(frozen=True, slots=True)
class Conflict:
    """Something that both sides changed in ways that exclude each other.

    ``field`` names the field; inside a field that holds an object it is a path
    ("metadata/composer", keys escaped as in JSON Pointer, RFC 6901). With ``field`` None the
    conflict is about the whole entity: one side removed it (with all that was in it) and the
    other went on in it; ``base``, ``ours`` and ``theirs`` are then its fields, None where it
    does not exist. ``default`` is what the result holds while nobody decides. ``id`` is made of
    entity and field only: the same inputs give the same ids.
    """

    id: str
    entity_id: str
    kind: str
    field: str | None
    base: Any
    ours: Any
    theirs: Any
    reason: str
    default: str
    words: str

    def to_dict(self) -> dict[str, Any]:
        """Return the conflict as plain data."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class MergeResult:
    """The merged score and what is undecided about it.

    ``entities`` shares its dicts with the inputs: leave them as they are. ``conflicts`` are
    those without a resolution, ``resolved`` the others. ``ours_changes`` and
    ``theirs_changes`` count the entities that the sides added, changed or removed.
    """

    entities: Entities
    conflicts: tuple[Conflict, ...]
    ours_changes: int
    theirs_changes: int
    resolved: tuple[Conflict, ...] = ()


def merge(
    base: Entities,
    ours: Entities,
    theirs: Entities,
    resolutions: Mapping[str, str] | None = None,
) -> MergeResult:
    """Return ``ours`` and ``theirs`` in one score, given the ``base`` that both come from.

    ``resolutions`` maps conflict ids to "base", "ours" or "theirs"; ids that name no conflict
    are without effect. "base" for something that the base does not have removes it, where it
    can be without (a key of the metadata), and otherwise leaves the conflict open. The result
    is closed: every note has its track, every syllable its note, and no line or section is
    named that does not exist. Raises ``ValueError`` for an unknown resolution.
    """
    for key, choice in (resolutions or {}).items():
        if choice not in CHOICES:
            raise ValueError(f"conflict {key}: {choice!r:.40} is not one of {', '.join(CHOICES)}")
    return _Merge(base, ours, theirs, resolutions or {}).run()


class _Merge:
    def __init__(
        self, base: Entities, ours: Entities, theirs: Entities, choices: Mapping[str, str]
    ) -> None:
        self.sides = {BASE: base, OURS: ours, THEIRS: theirs}
        self.choices = choices
        self.edited = {side: _edited(base, self.sides[side]) for side in _OTHER}
        self.gone = {side: base.keys() - self.sides[side].keys() for side in _OTHER}
        self.teller = MergeTeller(base, ours, theirs)
        self.kept: list[tuple[str, Entities, Entities]] = []
        self.open: list[Conflict] = []
        self.resolved: list[Conflict] = []

    def run(self) -> MergeResult:
        base, ours, theirs = self.sides.values()
        merged = dict(ours)
        decisions = self._removals()
        for key in self.gone[THEIRS]:
            if key in ours and key not in decisions:
                del merged[key]
        for key in self.edited[THEIRS]:
            if key in decisions or key in self.gone[OURS]:
                continue
            if key in self.edited[OURS]:
                merged[key] = self._entity(key, base.get(key), ours[key], theirs[key])
            else:
                merged[key] = theirs[key]
        for key, fields in decisions.items():
            if fields is None:
                merged.pop(key, None)
            else:
                merged[key] = fields
        for root, kept, remover in self.kept:
            restore_references(merged, root, kept, remover)
        if self.gone[OURS] or self.gone[THEIRS] or self.resolved:
            close(merged, (ours, theirs, base))
        return MergeResult(
            merged,
            tuple(sorted(self.open, key=self._place)),
            len(self.edited[OURS]) + len(self.gone[OURS]),
            len(self.edited[THEIRS]) + len(self.gone[THEIRS]),
            tuple(sorted(self.resolved, key=self._place)),
        )

    def _removals(self) -> dict[str, Fields | None]:
        """Return what becomes of the entities that one side removed and the other went on in."""
        decisions: dict[str, Fields | None] = {}
        for remover, keeper in _OTHER.items():
            gone = self.gone[remover]
            if not gone:
                continue
            groups = removal_groups(
                self.sides[BASE], self.sides[remover], self.sides[keeper], self.edited[keeper]
            )
            for group in groups:
                side = self.sides[self._decide_removal(group, remover, keeper)]
                for key in group.members:
                    decisions[key] = side.get(key)
                if side is not self.sides[remover]:
                    self.kept.append((group.root, side, self.sides[remover]))
        return decisions

    def _decide_removal(self, group: Group, remover: str, keeper: str) -> str:
        root = group.root
        reason = f"removed in {remover}, changed in {keeper}"
        words = self.teller.removal(root, remover, keeper, group.touched)
        return self._decide(root, None, [side.get(root) for side in self.sides.values()],
                            reason, keeper, words)  # fmt: skip

    def _entity(self, key: str, base: Fields | None, ours: Fields, theirs: Fields) -> Fields:
        """Merge an entity that both sides changed or added."""
        kinds = {fields["kind"] for fields in (base, ours, theirs) if fields is not None}
        if len(kinds) > 1:
            if same(ours, theirs):
                return ours
            choice = self._decide(
                key, None, [base, ours, theirs], "another kind of thing on each side", OURS,
                self.teller.kinds(key), without=base is None,
            )  # fmt: skip
            return {BASE: base or ours, OURS: ours, THEIRS: theirs}[choice]
        was: Fields = base or {}
        fields: Fields = {}
        left_out = unwritten_of(ours["kind"])
        for name in {**ours, **theirs}:
            lacking = left_out.get(name, _MISSING)
            value = self._value(
                key,
                (name,),
                was.get(name, lacking),
                self._own(OURS, name, ours, was, lacking),
                self._own(THEIRS, name, theirs, was, lacking),
            )
            if value is not _MISSING:
                fields[name] = value
        fields = without_defaults(fields)
        if same(fields, ours):
            return ours
        return theirs if same(fields, theirs) else fields

    def _own(self, side: str, name: str, fields: Fields, was: Fields, lacking: Any) -> Any:
        """Return the value of a field as the side itself set it.

        A reference that is empty because its target went is no decision of the side.
        """
        value = fields.get(name, lacking)
        if name in REFERENCES and value == "" and was.get(name) in self.gone[side]:
            return was[name]
        return value

    def _value(self, key: str, path: tuple[str, ...], base: Any, ours: Any, theirs: Any) -> Any:
        if _same(ours, theirs) or _same(theirs, base):
            return ours
        if _same(ours, base):
            return theirs
        if isinstance(ours, dict) and isinstance(theirs, dict):
            was = base if isinstance(base, dict) else {}
            merged = {
                name: self._value(
                    key,
                    (*path, name),
                    was.get(name, _MISSING),
                    ours.get(name, _MISSING),
                    theirs.get(name, _MISSING),
                )
                for name in {**ours, **theirs}
            }
            return {name: value for name, value in merged.items() if value is not _MISSING}
        sides = [base, ours, theirs]
        # Only the keys of an object can be missing; an entity needs all its fields.
        choice = self._decide(
            key,
            "/".join(part.replace("~", "~0").replace("/", "~1") for part in path),
            [None if value is _MISSING else value for value in sides],
            "changed on both sides" if base is not _MISSING else "added on both sides",
            # Like an entity, a key that one side removed and the other changed is kept.
            THEIRS if ours is _MISSING else OURS,
            self.teller.field(
                key, path, *(None if value is _MISSING else value for value in sides)
            ),
            without=len(path) == 1 and base is _MISSING,
        )
        return dict(zip(CHOICES, sides, strict=True))[choice]

    def _decide(
        self,
        key: str,
        field: str | None,
        values: list[Any],
        reason: str,
        default: str,
        words: str,
        *,
        without: bool = False,
    ) -> str:
        """Write the conflict down and return whose value holds.

        ``without`` says that there is no base to go back to.
        """
        name = key if field is None else f"{key}:{field}"
        choice = self.choices.get(name)
        if without and choice == BASE:
            choice = None
        kind = next(side[key]["kind"] for side in self.sides.values() if key in side)
        base, ours, theirs = values
        conflict = Conflict(name, key, kind, field, base, ours, theirs, reason, default, words)
        (self.open if choice is None else self.resolved).append(conflict)
        return choice or default

    def _place(self, conflict: Conflict) -> tuple[Any, ...]:
        """Sort key: track, time, kind, pitch, id."""
        key = conflict.entity_id
        everywhere = self.sides.values()
        holder = fields = next(side[key] for side in everywhere if key in side)
        if "note_id" in fields:
            holder = next(
                (side[n] for side in everywhere if (n := fields["note_id"]) in side), fields
            )
        track = holder.get("track", "")
        strip = next((side[track] for side in everywhere if track in side), fields)
        return (
            strip.get("position", -1.0),
            track,
            holder.get("start", holder.get("tick", 0)),
            _RANK.get(conflict.kind, len(_RANK)),
            holder.get("pitch", 0),
            conflict.id,
        )


def _edited(base: Entities, side: Entities) -> dict[str, None]:
    """Return the ids of what the side added or changed, in its order."""
    get = base.get
    edited = {
        key: None
        for key, fields in side.items()
        if (old := get(key)) is not fields and old != fields
    }
    # Python takes 1, 1.0 and True for equal; only metadata can hold either.
    if META_ID in base and META_ID in side and not same(base[META_ID], side[META_ID]):
        edited[META_ID] = None
    return edited


def _same(one: Any, other: Any) -> bool:
    if one is _MISSING or other is _MISSING:
        return one is other
    return same(one, other)
