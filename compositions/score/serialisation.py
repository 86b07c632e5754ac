"""A score as plain JSON data, and back.

The data mirrors the classes of :mod:`compositions.score.document` field by field under a
header ``{"format": "ariaforge-score", "version": 1}``; what a performance adds to a note is
left out where it is 0, and what nobody set on the mixer is left out, too. :func:`from_dict` checks
types and names only; :mod:`compositions.score.validation` checks what the values mean.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from compositions.score.document import Score
from compositions.score.errors import Problem, ScoreError
from compositions.score.limits import MAX_PROBLEMS
from compositions.score.mix_settings import UNWRITTEN

FORMAT = "ariaforge-score"
VERSION = 1

_Reader = Callable[[Any, str, list[Problem]], Any]
_FRACTIONS = (float, float | None)


def to_dict(score: Score) -> dict[str, Any]:
    """Return ``score`` as new plain data; :func:`from_dict` is the exact inverse."""
    return {"format": FORMAT, "version": VERSION, **_plain(score)}


def from_dict(data: Any) -> Score:
    """Read what :func:`to_dict` wrote. Fields that have a default may be missing.

    Raises :class:`ScoreError` naming the path of every wrong type, unknown field and
    missing field (at most :data:`~compositions.score.limits.MAX_PROBLEMS`).
    """
    if not isinstance(data, dict):
        raise ScoreError([Problem("", "a score must be an object")])
    if data.get("format") != FORMAT:
        raise ScoreError([Problem("format", f"must be {FORMAT!r}")])
    if data.get("version") != VERSION or isinstance(data["version"], bool):
        raise ScoreError([Problem("version", f"must be {VERSION}; other versions are unknown")])
    body = {key: value for key, value in data.items() if key not in ("format", "version")}
    problems: list[Problem] = []
    score = _reader(Score)(body, "", problems)
    if problems:
        raise ScoreError(problems[:MAX_PROBLEMS])
    return score


def read_entity(cls: type, data: Any, path: str, problems: list[Problem]) -> Any:
    """Read one entity of a class of :mod:`compositions.score.document`, as it is in a score.

    Returns None and adds to ``problems``, each with a path that begins with ``path``, for a
    wrong type, an unknown field or a missing one.
    """
    return _reader(cls)(data, path, problems)


def plain_entity(entity: Any) -> dict[str, Any]:
    """Return an entity as it is in the plain data of a score."""
    plain: dict[str, Any] = _plain(entity)
    return plain


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        names = _field_types(type(value))
        plain = {
            name: float(item) if kind in _FRACTIONS and type(item) is int else _plain(item)
            for name, kind in names
            for item in (getattr(value, name),)
        }
        for name, default in unwritten(type(value)).items():
            if plain[name] == default:
                del plain[name]
        return plain
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


@cache
def unwritten(cls: type) -> dict[str, Any]:
    """Return the fields of a class that are left out of plain data, by their default."""
    return {entry.name: entry.default for entry in fields(cls) if UNWRITTEN in entry.metadata}


@cache
def _field_types(cls: type) -> tuple[tuple[str, Any], ...]:
    hints = get_type_hints(cls)
    return tuple((entry.name, hints[entry.name]) for entry in fields(cls))


@cache
def _reader(kind: Any) -> _Reader:
    """Return the function that reads a value of the annotated type ``kind``."""
    if get_origin(kind) is UnionType:
        return _optional_reader(_reader(get_args(kind)[0]))
    if is_dataclass(kind):
        return _entity_reader(kind)  # type: ignore[arg-type]
    if get_origin(kind) is tuple:
        return _tuple_reader(_reader(get_args(kind)[0]))
    if get_origin(kind) is dict:
        return _read_object
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _enum_reader(kind)
    return {int: _read_integer, float: _read_number, str: _read_text, bool: _read_flag}[kind]


def _entity_reader(cls: type) -> _Reader:
    readers = {name: _reader(kind) for name, kind in _field_types(cls)}
    required = {
        entry.name
        for entry in fields(cls)
        if entry.default is MISSING and entry.default_factory is MISSING
    }

    def read(data: Any, path: str, problems: list[Problem]) -> Any:
        if not isinstance(data, dict):
            problems.append(Problem(path, "must be an object"))
            return None
        prefix = f"{path}." if path else ""
        before = len(problems)
        values = {}
        for name, value in data.items():
            reader = readers.get(name)
            if reader is None:
                problems.append(Problem(f"{prefix}{name!s:.80}", "is not a known field"))
            else:
                values[name] = reader(value, prefix + name, problems)
        problems += (
            Problem(prefix + name, "is missing") for name in sorted(required - values.keys())
        )
        return cls(**values) if len(problems) == before else None

    return read


def _tuple_reader(item_reader: _Reader) -> _Reader:
    def read(data: Any, path: str, problems: list[Problem]) -> Any:
        if not isinstance(data, list | tuple):
            problems.append(Problem(path, "must be a list"))
            return ()
        if len(problems) >= MAX_PROBLEMS:
            return ()
        return tuple(
            item_reader(item, f"{path}[{index}]", problems) for index, item in enumerate(data)
        )

    return read


def _optional_reader(reader: _Reader) -> _Reader:
    def read(data: Any, path: str, problems: list[Problem]) -> Any:
        return None if data is None else reader(data, path, problems)

    return read


def _enum_reader(kind: type[StrEnum]) -> _Reader:
    members = {member.value: member for member in kind}

    def read(data: Any, path: str, problems: list[Problem]) -> Any:
        if isinstance(data, str) and data in members:
            return members[data]
        problems.append(Problem(path, f"must be one of {', '.join(members)}"))
        return None

    return read


def _read_object(data: Any, path: str, problems: list[Problem]) -> Any:
    if not isinstance(data, dict):
        problems.append(Problem(path, "must be an object"))
        return {}
    try:
        return _plain(data)
    except RecursionError:
        problems.append(Problem(path, "is nested too deep"))
        return {}


def _read_integer(data: Any, path: str, problems: list[Problem]) -> Any:
    if type(data) is not int:
        problems.append(Problem(path, "must be a whole number"))
    return data


def _read_number(data: Any, path: str, problems: list[Problem]) -> Any:
    if type(data) is float and math.isfinite(data):
        return data
    # Beyond 2**53 an integer would not survive as a float.
    if type(data) is int and abs(data) <= 2**53:
        return float(data)
    problems.append(Problem(path, "must be a finite number"))
    return data


def _read_text(data: Any, path: str, problems: list[Problem]) -> Any:
    if not isinstance(data, str):
        problems.append(Problem(path, "must be text"))
    return data


def _read_flag(data: Any, path: str, problems: list[Problem]) -> Any:
    if not isinstance(data, bool):
        problems.append(Problem(path, "must be true or false"))
    return data
