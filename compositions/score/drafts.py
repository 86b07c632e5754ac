"""A document while operations are applied to it, or to the part of it that they need.

A :class:`Draft` checks every operation by the rules of :mod:`compositions.score.rules`,
works out what follows from it (the syllable goes with its note), respects locks, and notes
effects, each with what was before and after. It never half applies an operation.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from compositions.score import limits
from compositions.score.diff import ADD, REMOVE, SET, Change, set_change
from compositions.score.document import (
    AutomationPoint,
    Chord,
    KeyChange,
    LyricLine,
    MeterChange,
    Note,
    Section,
    Syllable,
    TempoChange,
    Track,
)
from compositions.score.draft_locks import Locks
from compositions.score.draft_positions import POSITIONED, Positions
from compositions.score.entities import (
    SECTION_KIND,
    TRACK_LISTS,
    Entities,
    Fields,
    Kind,
    mix_of,
    without_defaults,
)
from compositions.score.errors import Problem
from compositions.score.mix_settings import MIX_FIELDS, MixSettings
from compositions.score.operations import (
    OPTIONAL_REFERENCES,
    REFERENCES,
    Effect,
    Operation,
)
from compositions.score.rules import (
    check_changes,
    check_distinct,
    check_entity,
    check_metadata,
    check_mix,
    check_overlaps,
    check_text,
)
from compositions.score.serialisation import plain_entity, read_entity
from compositions.score.tree import rounded
from compositions.score.validation import SECOND_SYLLABLE, SECOND_VALUE

CLASSES: dict[str, type] = {
    Kind.TEMPO: TempoChange,
    Kind.METER: MeterChange,
    Kind.KEY: KeyChange,
    Kind.SECTION: Section,
    Kind.CHORD: Chord,
    Kind.TRACK: Track,
    Kind.NOTE: Note,
    Kind.AUTOMATION: AutomationPoint,
    Kind.LINE: LyricLine,
    Kind.SYLLABLE: Syllable,
}
MOST: dict[str, int] = {
    Kind.TEMPO: limits.MAX_TEMPO_CHANGES,
    Kind.METER: limits.MAX_METER_CHANGES,
    Kind.KEY: limits.MAX_KEY_CHANGES,
    Kind.SECTION: limits.MAX_SECTIONS,
    Kind.CHORD: limits.MAX_CHORDS,
    Kind.TRACK: limits.MAX_TRACKS,
    Kind.NOTE: limits.MAX_NOTES,
    Kind.AUTOMATION: limits.MAX_AUTOMATION_POINTS,
    Kind.LINE: limits.MAX_LYRIC_LINES,
    Kind.SYLLABLE: limits.MAX_SYLLABLES,
}
_META_FIELDS = ("title", "metadata", *MIX_FIELDS)


@dataclass(frozen=True, slots=True)
class Superseded:
    """An operation that came too late: somebody has removed ``missing`` meanwhile."""

    operation: Operation
    missing: str

    def to_dict(self) -> dict[str, str]:
        """Return it as plain data."""
        return {
            "op_id": self.operation.op_id,
            "entity_id": self.operation.entity_id,
            "missing": self.missing,
        }


@dataclass(frozen=True, slots=True)
class Locked:
    """An operation that would change ``entity_id``, which ``locked_by`` protects."""

    operation: Operation
    entity_id: str
    locked_by: str


class Draft:
    """Entities that operations are applied to, in place.

    ``entities`` must hold all that the operations name, everything of the kinds that have
    rules over a list (see :meth:`finish`), all contents of tracks that are removed, and what
    locks the entities. ``used`` are ids that no new entity can have; ``gone`` those that were
    removed since the author looked. ``totals`` counts the notes and automation points of the
    whole document, needed when some are added. ``restoring`` lets entities come back with the
    ids and the positions that they had.
    """

    def __init__(
        self,
        entities: Entities,
        *,
        used: Collection[str] = (),
        gone: Collection[str] = (),
        totals: Mapping[str, int] | None = None,
        restoring: bool = False,
    ) -> None:
        self.entities = entities
        self.effects: list[Effect] = []
        self.superseded: list[Superseded] = []
        self.locked: list[Locked] = []
        self.problems: list[Problem] = []
        self.misfits: list[Problem] = []
        self._used = used
        self._restoring = restoring
        self._removed: set[str] = set()
        self._gone = set(gone)
        self._totals = dict(totals or {})
        self._positions = Positions(entities)
        self._referring: dict[str, set[str]] = {}
        self._touched: dict[str, Operation] = {}
        self._last: dict[str, Operation] = {}
        for key, fields in entities.items():
            self._refer(key, fields)
        self._locks = Locks(entities)

    def apply(self, operation: Operation) -> None:
        """Apply one operation, or note why it cannot be."""
        change = self._wanted(operation)
        if change is None:
            return
        changes = [*self._consequences(change), change]
        if not operation.only_unlocks:
            for one in changes:
                lock = self._locks.against(one)
                if lock:
                    self.locked.append(Locked(operation, one.entity_id, lock))
                    return
        if not self._restoring:
            changes += self._positions.make_room(change)
        for one in changes:
            self._commit(one, operation if one is change else None)
        self._touched[change.entity_id] = self._last[change.kind] = operation

    def finish(self) -> None:
        """Check what only holds for whole lists; call it after the last operation.

        One tempo, meter and key at a tick and one at tick 0; sections and chords that do not
        overlap; one automation value of a parameter at a tick of a track; one syllable on a
        note; one track and one line at a position; how many there may be.
        """
        kinds = {effect.change.kind for effect in self.effects}
        for kind in kinds:
            self.misfits += self._too_many(kind)
        for kind in kinds & {Kind.TEMPO, Kind.METER, Kind.KEY}:
            changes = ((path, item["tick"]) for path, item in self._entries(kind))
            blamed = self._last[kind].path if kind in self._last else ""
            self.misfits += check_changes(f"{kind}s", changes, blamed)
        for kind in kinds & {Kind.SECTION, Kind.CHORD}:
            self.misfits += check_overlaps(
                (path, item["start"], item["duration"]) for path, item in self._entries(kind)
            )
        if Kind.AUTOMATION in kinds:
            self.misfits += check_distinct(
                (
                    (path and f"{path}.tick", (item["tick"], item["parameter"], item["track"]))
                    for path, item in self._entries(Kind.AUTOMATION)
                ),
                SECOND_VALUE,
            )
        for kind in kinds.intersection(POSITIONED):
            self.misfits += check_distinct(
                (
                    (path and f"{path}.position", item["position"])
                    for path, item in self._entries(kind)
                ),
                f"another {kind} has position {{key:g}}",
            )
        if Kind.SYLLABLE in kinds:
            self.misfits += check_distinct(
                (
                    (path and f"{path}.note_id", item["note_id"])
                    for path, item in self._entries(Kind.SYLLABLE)
                ),
                SECOND_SYLLABLE,
            )

    def referring(self, key: str) -> set[str]:
        """The ids of the entities that name the entity ``key``."""
        return self._referring.get(key, set())

    # -- What an operation wants ------------------------------------------------------

    def _wanted(self, operation: Operation) -> Change | None:
        """Return the change that the operation asks for; None when it cannot be made."""
        key = operation.entity_id
        present = self.entities.get(key)
        if operation.action == ADD:
            spent = key in self._used or (key in self._removed and not self._restoring)
            if present is not None or spent:
                self._refuse(operation, "entity_id", "this id is or was used; mint a new one")
                return None
            fields = self._read(operation, operation.fields["kind"], {})
            if fields is None:
                return None
            return Change(key, fields["kind"], ADD, None, fields)
        if present is None:
            if key in self._gone:
                self.superseded.append(Superseded(operation, key))
            else:
                self._refuse(operation, "entity_id", f"there is no entity {key!r:.80}")
            return None
        if operation.action == REMOVE:
            return Change(key, present["kind"], REMOVE, present, None)
        fields = self._read(operation, present["kind"], present)
        if fields is None:
            return None
        return set_change(key, present, fields)

    def _refuse(self, operation: Operation, field: str, message: str) -> None:
        self.problems.append(Problem(f"{operation.path}.{field}", message))

    def _read(self, operation: Operation, kind: str, present: Fields) -> Fields | None:
        """Return all fields of the entity as it would be; None when they are not valid."""
        path = operation.fields_path
        asked = dict(operation.fields)
        if operation.action == ADD:
            del asked["kind"]
            self._positions.choose(kind, asked)
        bad = [
            Problem(f"{path}.{name}", "cannot be set")
            for name in ("id", "kind", *(TRACK_LISTS if kind == Kind.TRACK else ()))
            if name in asked
        ]
        fields = {**present, **asked, "kind": kind}
        if not bad:
            fields, bad = _checked(kind, operation.entity_id, fields, path)
        if bad:
            self.problems += bad
            return None
        return fields if self._refers_well(operation, kind, fields) else None

    def _refers_well(self, operation: Operation, kind: str, fields: Fields) -> bool:
        """Whether what the fields name is there; else the operation is refused or late."""
        for name, wanted in REFERENCES.get(kind, {}).items():
            target = fields[name]
            if target == "" and name in OPTIONAL_REFERENCES:
                continue
            known = isinstance(target, str)
            found = self.entities.get(target) if known else None
            if found is not None and found["kind"] == wanted:
                continue
            if known and found is None and target in self._gone:
                self.superseded.append(Superseded(operation, target))
                if operation.action == ADD:
                    self._gone.add(operation.entity_id)
            else:
                message = f"no {wanted} {target!r:.80}"
                self.problems.append(Problem(f"{operation.fields_path}.{name}", message))
            return False
        return True

    # -- What follows -----------------------------------------------------------------

    def _consequences(self, change: Change) -> list[Change]:
        """What must happen first so that nothing names an entity that is gone."""
        if change.action != REMOVE:
            return []
        changes: list[Change] = []
        for key in sorted(self._referring.get(change.entity_id, ())):
            fields = self.entities[key]
            cleared = [name for name in OPTIONAL_REFERENCES if fields.get(name) == change.entity_id]
            if cleared:
                before = dict.fromkeys(cleared, change.entity_id)
                after = dict.fromkeys(cleared, "")
                changes.append(Change(key, fields["kind"], SET, before, after))
            else:
                removal = Change(key, fields["kind"], REMOVE, fields, None)
                changes += [*self._consequences(removal), removal]
        return changes

    def _commit(self, change: Change, operation: Operation | None) -> None:
        key = change.entity_id
        present = self.entities.get(key)
        if present is not None:
            for name in REFERENCES.get(change.kind, ()):
                self._referring.get(present[name], set()).discard(key)
        if change.action == REMOVE:
            del self.entities[key]
            self._removed.add(key)
        else:
            fields = without_defaults({**(present or {}), **(change.after or {})})
            self.entities[key] = fields
            self._refer(key, fields)
        if change.kind in self._totals:
            self._totals[change.kind] += (change.action == ADD) - (change.action == REMOVE)
        if change.kind in POSITIONED:
            self._positions.note(change)
        self.effects.append(Effect(operation.op_id if operation else "", change))
        self._locks.note(change)

    def _refer(self, key: str, fields: Fields) -> None:
        for name in REFERENCES.get(fields["kind"], ()):
            if fields[name]:
                self._referring.setdefault(fields[name], set()).add(key)

    # -- Rules of lists ---------------------------------------------------------------

    def _entries(self, kind: str) -> Iterator[tuple[str, Fields]]:
        """The entities of a kind, each with the path of the operation that touched it."""
        for key, fields in self.entities.items():
            if fields["kind"] == kind:
                operation = self._touched.get(key)
                yield (operation.fields_path if operation else "", fields)

    def _too_many(self, kind: str) -> Iterator[Problem]:
        most = MOST.get(kind)
        if most is None:
            return
        count = self._totals.get(kind)
        if count is None and kind not in (Kind.NOTE, Kind.AUTOMATION):
            count = sum(fields["kind"] == kind for fields in self.entities.values())
        if count is not None and count > most:
            path = self._last[kind].path if kind in self._last else ""
            yield Problem(path, f"{count} entities of kind {kind}; the limit is {most}")


def _checked(kind: str, key: str, fields: Fields, path: str) -> tuple[Fields, list[Problem]]:
    """Return the fields as the document holds them, and what is wrong with them."""
    if kind == Kind.META:
        return _checked_meta(fields, path)
    item = {name: value for name, value in fields.items() if name != "kind"}
    inside = {"kind": kind}
    if kind == Kind.SECTION and SECTION_KIND in item:
        item["kind"] = item.pop(SECTION_KIND)
    if kind in (Kind.NOTE, Kind.AUTOMATION):
        if "track" not in item:
            return fields, [Problem(f"{path}.track", "is missing")]
        inside["track"] = item.pop("track")
    bad: list[Problem] = []
    entity = read_entity(CLASSES[kind], {**item, "id": key}, path, bad)
    bad = bad or list(check_entity(path, entity))
    if kind == Kind.SECTION:
        own = f"{path}.kind"
        bad = [Problem(f"{path}.{SECTION_KIND}", p.message) if p.path == own else p for p in bad]
    if bad:
        return fields, bad
    plain = plain_entity(entity)
    for name in ("id", *(TRACK_LISTS if kind == Kind.TRACK else ())):
        del plain[name]
    if kind == Kind.SECTION:
        plain[SECTION_KIND] = plain.pop("kind")
    return {**rounded(plain), **inside}, []


def _checked_meta(fields: Fields, path: str) -> tuple[Fields, list[Problem]]:
    bad = [
        Problem(f"{path}.{name!s:.80}", "is not a known field")
        for name in fields
        if name not in (*_META_FIELDS, "kind")
    ]
    bad += check_text(f"{path}.title", fields["title"], limits.MAX_NAME_LENGTH)
    if not bad and not fields["title"].strip():
        bad.append(Problem(f"{path}.title", "a song needs a name"))
    bad += (
        Problem(f"{path}.{problem.path}", problem.message)
        for problem in check_metadata(fields["metadata"])
    )
    if bad:
        return fields, bad
    mix = read_entity(MixSettings, mix_of(fields), path, bad)
    bad = bad or list(check_mix(path, mix))
    return (fields if bad else rounded({**fields, **plain_entity(mix)})), bad
