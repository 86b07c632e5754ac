"""A part of the changes between two scores: some tracks, sections or bars.

Accepting only the chorus of a proposal, or one track of another branch, takes those changes
and what they cannot be without.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from compositions.score.diff import Change
from compositions.score.entities import Entities, Fields, Kind
from compositions.score.errors import Problem, ScoreError
from compositions.score.merge_words import timeline_of
from compositions.score.timeline import Timeline

MAX_SCOPE_IDS = 1_000
MAX_BAR = 1_000_000

_HOLDERS = ("track", "note_id", "section_id", "line_id")
_SPANS = (Kind.SECTION.value, Kind.CHORD.value)
_POINTS = (Kind.TEMPO.value, Kind.METER.value, Kind.KEY.value)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which changes are meant: those in the given tracks, sections and bars, all at once.

    ``tracks`` and ``sections`` are ids, ``bars`` the first and last bar counted from 1; a part
    that is empty does not narrow anything. What has no track (chords, tempo) is in no scope
    with tracks, and what has no time (title, faders) in none with sections or bars.
    """

    tracks: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    bars: tuple[int, int] | None = None

    @property
    def is_everything(self) -> bool:
        """Whether every change is meant."""
        return not (self.tracks or self.sections or self.bars)

    def to_dict(self) -> dict[str, Any]:
        """Return the scope as plain data."""
        return {
            "tracks": list(self.tracks),
            "sections": list(self.sections),
            "bars": list(self.bars) if self.bars else None,
        }

    @classmethod
    def from_dict(cls, data: Any) -> Scope:
        """Read what :meth:`to_dict` wrote; parts may be missing.

        Raises :class:`ScoreError` with the path of everything that is wrong.
        """
        if data is None:
            return cls()
        if not isinstance(data, dict):
            raise ScoreError([Problem("", "a scope must be an object")])
        problems = [
            Problem(f"{name!s:.80}", "is not a known field")
            for name in data
            if name not in ("tracks", "sections", "bars")
        ]
        tracks, sections = (
            _read_ids(name, data.get(name), problems) for name in ("tracks", "sections")
        )
        bars = _read_bars(data.get("bars"), problems)
        if problems:
            raise ScoreError(problems)
        return cls(tracks, sections, bars)


def changes_in_scope(
    changes: Iterable[Change], before: Entities, after: Entities, scope: Scope
) -> list[Change]:
    """Return the changes from ``before`` to ``after`` that ``scope`` means, in their order.

    A change is meant when its entity is in the scope before or after it; a syllable is where
    its note is, a lyric line where its section begins. With them come the changes that they
    cannot be without: the new track of a note, the removal of the syllable of a removed note,
    the chord that makes room for another. So the result applied to a valid ``before`` is valid.

    Raises :class:`ScoreError` when the scope names a track or section that neither score has.
    """
    changes = list(changes)
    if scope.is_everything:
        return changes
    places = (_Place(before, scope), _Place(after, scope))
    _check_known(scope, before, after)
    meant = {
        change.entity_id
        for change in changes
        if any(place.holds(change.entity_id) for place in places)
    }
    needs = _Needs(changes, before, after)
    waiting = list(meant)
    while waiting:
        for other in needs.of(waiting.pop()):
            if other not in meant:
                meant.add(other)
                waiting.append(other)
    return [change for change in changes if change.entity_id in meant]


class _Place:
    """Tells which entities of one score a scope holds."""

    def __init__(self, entities: Entities, scope: Scope) -> None:
        self._entities, self._scope = entities, scope
        self._timeline: Timeline | None = timeline_of(entities) if scope.bars else None
        self._stretches = [
            (fields["start"], fields["start"] + fields["duration"])
            for key in scope.sections
            if (fields := entities.get(key)) is not None and fields["kind"] == Kind.SECTION
        ]

    def holds(self, key: str) -> bool:
        fields = self._entities.get(key)
        if fields is None:
            return False
        if fields["kind"] == Kind.SYLLABLE:
            fields = self._entities.get(fields["note_id"], fields)
        if self._scope.tracks and fields.get("track", key) not in self._scope.tracks:
            return False
        if fields["kind"] == Kind.LINE:
            fields = self._entities.get(fields["section_id"], fields)
        tick = fields.get("start", fields.get("tick"))
        return self._in_sections(tick) and self._in_bars(tick)

    def _in_sections(self, tick: int | None) -> bool:
        if not self._scope.sections:
            return True
        return tick is not None and any(start <= tick < end for start, end in self._stretches)

    def _in_bars(self, tick: int | None) -> bool:
        if self._scope.bars is None or self._timeline is None:
            return True
        first, last = self._scope.bars
        return tick is not None and first <= self._timeline.position(tick).bar <= last


class _Needs:
    """Knows which other changes one change cannot be without."""

    def __init__(self, changes: list[Change], before: Entities, after: Entities) -> None:
        self._before, self._after = before, after
        ids = {change.entity_id: None for change in changes}
        self._changed = ids
        self._held: dict[tuple[str, Any], list[str]] = {}
        self._places: dict[tuple[Any, ...], list[str]] = {}
        self._firsts: dict[str, list[str]] = {}
        spans: dict[str, list[tuple[int, int, str]]] = {kind: [] for kind in _SPANS}
        for key in ids:
            old, new = before.get(key), after.get(key)
            if new is not None and new["kind"] in _POINTS and new["tick"] == 0:
                self._firsts.setdefault(new["kind"], []).append(key)
            if old is None:
                continue
            for name in _HOLDERS:
                if old.get(name):
                    self._held.setdefault((name, old[name]), []).append(key)
            place = _place(old)
            if place is not None:
                self._places.setdefault(place, []).append(key)
            if old["kind"] in spans:
                spans[old["kind"]].append((old["start"], old["start"] + old["duration"], key))
        self._spans = {kind: sorted(found) for kind, found in spans.items()}

    def of(self, key: str) -> Iterator[str]:
        old, new = self._before.get(key), self._after.get(key)
        if new is not None:
            for name in _HOLDERS:
                holder = new.get(name)
                if holder and holder not in self._before and holder in self._changed:
                    yield holder
            # Who was at its place goes away in one of the other changes.
            yield from self._places.get(_place(new) or (), ())
            if new["kind"] in self._spans:
                yield from self._in_the_way(new)
        if old is not None and (new is None or new["kind"] != old["kind"]):
            for name in _HOLDERS:
                yield from self._held.get((name, key), ())
        if old is not None and old["kind"] in _POINTS and old["tick"] == 0:
            # Tempo, meter and key begin with the song; one that leaves has a successor.
            yield from self._firsts.get(old["kind"], ())

    def _in_the_way(self, fields: Fields) -> Iterator[str]:
        start, end = fields["start"], fields["start"] + fields["duration"]
        spans = self._spans[fields["kind"]]
        for index in range(bisect_left(spans, (end,)) - 1, -1, -1):
            if spans[index][1] <= start:
                break
            yield spans[index][2]


def _place(fields: Fields) -> tuple[Any, ...] | None:
    """Return the place that only one entity of its kind can have, None where there is none."""
    kind = fields["kind"]
    if kind in _POINTS:
        return (kind, fields["tick"])
    if kind == Kind.AUTOMATION:
        return (kind, fields["track"], fields["tick"], fields["parameter"])
    return (kind, fields["note_id"]) if kind == Kind.SYLLABLE else None


def _check_known(scope: Scope, before: Entities, after: Entities) -> None:
    problems = [
        Problem(f"{path}[{index}]", f"no {kind} {key!r:.80}")
        for path, kind, keys in (
            ("tracks", Kind.TRACK.value, scope.tracks),
            ("sections", Kind.SECTION.value, scope.sections),
        )
        for index, key in enumerate(keys)
        if all(side.get(key, {}).get("kind") != kind for side in (before, after))
    ]
    if problems:
        raise ScoreError(problems)


def _read_ids(name: str, value: Any, problems: list[Problem]) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list | tuple) or not all(isinstance(key, str) for key in value):
        problems.append(Problem(name, "must be a list of ids"))
        return ()
    if len(value) > MAX_SCOPE_IDS:
        problems.append(Problem(name, f"names {len(value)}; the limit is {MAX_SCOPE_IDS}"))
    return tuple(value)


def _read_bars(value: Any, problems: list[Problem]) -> tuple[int, int] | None:
    if value is None:
        return None
    if (
        not isinstance(value, list | tuple)
        or len(value) != 2
        or any(type(bar) is not int for bar in value)
    ):
        problems.append(Problem("bars", "must be the first and the last bar"))
        return None
    first, last = value
    if not 1 <= first <= last <= MAX_BAR:
        problems.append(Problem("bars", f"must be 1 to {MAX_BAR}, the first not after the last"))
    return (first, last)
