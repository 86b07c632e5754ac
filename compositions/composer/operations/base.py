"""What the operations on a finished score have in common.

An operation takes a score, a scope and parameters and gives a new score. What lies outside
the scope stays as it is to the last field, what is locked is never changed, and the same
score, operation and seed give the same result.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from compositions.composer.operations.regions import Region
from compositions.composer.seeds import stream
from compositions.score.diff import diff
from compositions.score.document import Note, Score, mint_id, ordered
from compositions.score.draft_locks import Locks
from compositions.score.entities import to_entities
from compositions.score.errors import ScoreError
from compositions.score.scope import Scope
from compositions.score.serialisation import to_dict
from compositions.score.validation import check

MAX_STEPS = 20
"""Operations of one request."""
ORIGIN = "composer"


class OperationError(ValueError):
    """An operation cannot be done; the message is meant for the musician."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing to do: the name of an operation, where, and how."""

    name: str
    scope: Scope = field(default_factory=Scope)
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the operation as plain data."""
        return {
            "name": self.name,
            "scope": self.scope.to_dict(),
            "parameters": dict(self.parameters),
        }

    @classmethod
    def from_dict(cls, data: Any) -> Operation:
        """Read what :meth:`to_dict` wrote; scope and parameters may be missing.

        Raises :class:`OperationError` for unknown names and values out of range.
        """
        if not isinstance(data, Mapping) or not isinstance(data.get("name"), str):
            raise OperationError("An operation must be an object with a name.")
        unknown = sorted(str(key) for key in data if key not in ("name", "scope", "parameters"))
        if unknown:
            raise OperationError(f"{unknown[0]!r:.40} is not a field of an operation.")
        parameters = data.get("parameters") or {}
        if not isinstance(parameters, Mapping):
            raise OperationError("The parameters of an operation must be an object.")
        try:
            scope = Scope.from_dict(data.get("scope"))
        except ScoreError as error:
            raise OperationError(f"The scope is not understood: {error}") from error
        kind = known(data["name"])
        return cls(data["name"], scope, kind.read(parameters))


@dataclass(frozen=True, slots=True)
class Result:
    """The new score, and what the musician should know about how it came about."""

    score: Score
    remarks: tuple[str, ...] = ()


Reader = Callable[[str, Any], Any]
"""Checks one parameter, given its name and value, and returns it as it is used."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A known operation: its name, what it does in words, and its parameters."""

    name: str
    words: str
    work: Callable[..., Score]
    parameters: Mapping[str, Reader]

    def read(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Return the checked parameters. Raises :class:`OperationError`."""
        for name in parameters:
            if name not in self.parameters:
                most = ", ".join(self.parameters) or "none"
                raise OperationError(
                    f"“{self.name}” has no parameter {name!r:.40} (it has: {most})."
                )
        return {
            name: self.parameters[name](name, value)
            for name, value in parameters.items()
            if value is not None
        }


_KINDS: dict[str, Kind] = {}


def operation(
    name: str, words: str, **parameters: Reader
) -> Callable[[Callable[..., Score]], Callable[..., Score]]:
    """Register a function ``work(task, **parameters) -> Score`` as an operation."""

    def register(work: Callable[..., Score]) -> Callable[..., Score]:
        _KINDS[name] = Kind(name, words, work, parameters)
        return work

    return register


def known(name: str) -> Kind:
    """Return a known operation. Raises :class:`OperationError` with the names there are."""
    try:
        return _KINDS[name]
    except KeyError:
        names = ", ".join(sorted(_KINDS))
        raise OperationError(f"There is no operation {name!r:.40}; there are {names}.") from None


def kinds() -> Mapping[str, Kind]:
    """Return all operations by name."""
    return dict(sorted(_KINDS.items()))


class Task:
    """One operation at work on one score: where it may write, its random streams, its ids."""

    def __init__(self, score: Score, scope: Scope, seed: int, name: str, step: int) -> None:
        self.score = score
        self.scope = scope
        self.seed = seed
        self.name = name
        self.step = step
        try:
            self.region = Region(score, scope)
        except ValueError as error:
            raise OperationError(str(error)) from error
        self._remarks: dict[str, None] = {}
        self._taken = set(_ids(score))
        # The ids also depend on what is there, so that doing the same again mints others.
        state = hashlib.sha256("|".join(sorted(self._taken)).encode()).hexdigest()[:16]
        self._mint = stream(seed, "operation", f"{step}:{name}:{state}", "ids")

    def fresh_id(self) -> str:
        """Return an id that the score does not have."""
        while (key := mint_id(self._mint)) in self._taken:
            pass
        self._taken.add(key)
        return key

    def rng(self, *names: object) -> Any:
        """Return the random stream of one decision of this operation."""
        return stream(self.seed, "operation", f"{self.step}:{self.name}", ":".join(map(str, names)))

    def note(self, start: int, duration: int, pitch: int, velocity: int) -> Note:
        """Return a new note by the composer."""
        return Note(
            self.fresh_id(), start, max(1, duration), pitch, max(1, min(127, velocity)),
            origin=ORIGIN,
        )  # fmt: skip

    def region_free(self, note: Note) -> bool:
        """Whether no lock keeps a note as it is; the scope is not asked."""
        if note.locked:
            self.region.prevented("locked notes")
        return not note.locked and not self.is_locked_at(note.start)

    def is_locked_at(self, tick: int) -> bool:
        """Whether a locked section keeps what begins at a tick (which is noted)."""
        return self.region.locked_at(tick)

    def remark(self, text: str) -> None:
        """Tell the musician something, once."""
        self._remarks.setdefault(text)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was told, in order, with what locks prevented at the end."""
        return (*self._remarks, *self.region.told_of_locks())


def _ids(score: Score) -> Iterator[str]:
    for group in (
        score.tempos, score.meters, score.keys, score.sections, score.chords, score.tracks,
        score.lines, score.syllables,
    ):  # fmt: skip
        yield from (entity.id for entity in group)
    for track in score.tracks:
        yield from (note.id for note in track.notes)
        yield from (point.id for point in track.automation)


def apply_operation(score: Score, asked: Operation, *, seed: int, step: int = 0) -> Result:
    """Do one operation. Raises :class:`OperationError` when it cannot be done.

    ``score`` must be valid. ``step`` is its number in a longer request, so that two equal
    operations of one request draw differently.
    """
    kind = known(asked.name)
    parameters = kind.read(asked.parameters)
    if type(seed) is not int:
        raise OperationError("The seed must be a whole number.")
    if not score.tracks and not score.sections and not score.chords:
        raise OperationError("The song is empty, so there is nothing to work on.")
    score = ordered(score)
    task = Task(score, asked.scope, seed, asked.name, step)
    try:
        changed = ordered(kind.work(task, **parameters))
        _respect_locks(score, changed)
        check(changed)
    except ScoreError as error:
        raise OperationError(f"This would make a song that is not valid: {error}") from error
    return Result(changed, task.remarks)


def apply_operations(
    score: Score, asked: list[Operation] | tuple[Operation, ...], *, seed: int
) -> Result:
    """Do several operations one after the other. Raises :class:`OperationError`.

    What has no effect (everything there is locked, say) is told in the remarks; when nothing
    at all has changed an error is raised with them.
    """
    if not 1 <= len(asked) <= MAX_STEPS:
        raise OperationError(f"1 to {MAX_STEPS} operations can be done at once.")
    remarks: dict[str, None] = {}
    present = score
    for step, entry in enumerate(asked):
        result = apply_operation(present, entry, seed=seed, step=step)
        remarks.update(dict.fromkeys(result.remarks))
        present = result.score
    if present == ordered(score):
        why = " ".join(remarks)
        raise OperationError(f"Nothing would change. {why}".strip())
    return Result(present, tuple(remarks))


def _respect_locks(before: Score, after: Score) -> None:
    """Raise :class:`OperationError` if anything locked is not as it was."""
    if not _has_locks(before):
        return
    entities, new = to_entities(to_dict(before)), to_entities(to_dict(after))
    # What is new stands in tracks and sections that are new, so these must be known, too.
    locks = Locks({**new, **entities})
    for change in diff(entities, new):
        lock = locks.against(change)
        if lock:
            fields = entities.get(lock, {})
            name = fields.get("label") or fields.get("name") or f"a {fields.get('kind', 'part')}"
            raise OperationError(f"This would change “{name}”, which is locked.")


def _has_locks(score: Score) -> bool:
    groups = (score.sections, score.chords, score.tracks, score.lines)
    return any(entity.locked for group in groups for entity in group) or any(
        note.locked for track in score.tracks for note in track.notes
    )
