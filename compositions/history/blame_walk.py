"""Back through the versions, to the one in which each field got the value that it has.

The walk goes from newer versions to older ones and asks at each which of the fields that are
still looked for had the same value in a parent: those are looked for there, first in the
side that was merged into, then in the other; the rest was set in this version. Where a part
of the tree has the same hash on both sides nothing is read, and in a track only the windows
of time that differ are. This is how ``git blame`` works, with entity fields in the place of
lines.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson

from compositions.history.blobs import fetch_parts
from compositions.models import Version
from compositions.score.entities import TRACK_LISTS, Fields, Kind, to_entities
from compositions.score.tree import WINDOW_TICKS

CHUNK = 200
"""Versions that are read at once."""
EXISTENCE = ""
"""The name under which the walk looks for the version that an entity came with."""

META, STRUCTURE, LYRICS = "meta", "structure", "lyrics"
_IN_LYRICS = {Kind.LINE, Kind.SYLLABLE}
_IN_TRACK = {kind.value for kind in TRACK_LISTS.values()}


@dataclass(slots=True)
class Wanted:
    """Fields of an entity that are looked for, and where the entity is.

    ``values`` are those of the fields, which are the same in all versions on the way here.
    ``track`` is the track that holds it, "" for what lies in no track; ``window`` the window
    of time of a note, None for automation.
    """

    entity_id: str
    kind: str
    values: Fields
    track: str = ""
    window: str | None = None

    @property
    def part(self) -> tuple[str, str]:
        """The part of the tree that the entity is in, and of a track which."""
        if self.kind in _IN_TRACK:
            return ("tracks", self.track)
        if self.kind == Kind.META:
            return (META, "")
        return (LYRICS if self.kind in _IN_LYRICS else STRUCTURE, "")


def wanted(entity_id: str, fields: Fields) -> Wanted:
    """Look for all fields of an entity, and for itself."""
    values = {name: value for name, value in fields.items() if name != "kind"}
    window = None
    if fields["kind"] == Kind.NOTE:
        window = str(fields["start"] // WINDOW_TICKS)
    return Wanted(
        entity_id,
        fields["kind"],
        {**values, EXISTENCE: True},
        fields["track"] if fields["kind"] in _IN_TRACK else "",
        window,
    )


@dataclass(slots=True)
class Step:
    """A version on the way, and what is looked for in it, by part and entity."""

    version: Version | None
    tree: dict[str, Any]
    pending: dict[tuple[str, str], dict[str, Wanted]] = field(default_factory=dict)

    def key_of(self, part: tuple[str, str]) -> str | None:
        """Return the hash of a part of the tree."""
        name, track = part
        found: str | None = self.tree[name].get(track) if name == "tracks" else self.tree[name]
        return found

    def add(self, one: Wanted) -> None:
        """Look for these fields here, too."""
        entries = self.pending.setdefault(one.part, {})
        known = entries.get(one.entity_id)
        if known is None:
            entries[one.entity_id] = one
        else:
            known.values.update(one.values)


class Walk:
    """One walk through the versions of a song; ``found`` gets (entity id, field): version."""

    def __init__(self, composition_id: UUID) -> None:
        self.found: dict[tuple[str, str], Version | None] = {}
        self._versions: Iterator[Version] | None = None
        self._composition_id = composition_id
        self._known: dict[UUID, Version] = {}
        self._steps: dict[UUID, Step] = {}
        self._queue: list[tuple[int, UUID]] = []
        self._parts = _PartCache()

    def run(self, start: Step, head: Version | None = None) -> None:
        """Go back from ``start`` until every field is found.

        A step without a version is the working copy, which is made from ``head``.
        """
        if start.version is not None:
            self._known[start.version.pk] = start.version
            self._enter(start.version, start)
        else:
            if head is not None:
                self._known[head.pk] = head
                self.compare(start, head)
            self._settle(start)
        while self._queue:
            _, key = heapq.heappop(self._queue)
            step = self._steps.pop(key)
            version = self._known.pop(key)
            for parent_id in (version.parent_id, version.merged_parent_id):
                if parent_id is not None and step.pending:
                    self.compare(step, self._version(parent_id, step))
            self._settle(step)

    def compare(self, step: Step, parent: Version) -> None:
        """Hand on to ``parent`` what is the same there."""
        target = self._steps.get(parent.pk) or Step(parent, parent.tree)
        for part, entries in list(step.pending.items()):
            key = step.key_of(part)
            if key is not None and key == target.key_of(part):
                for one in entries.values():
                    target.add(one)
                del step.pending[part]
                continue
            for one in list(entries.values()):
                self._compare_entity(step, target, one)
                if not one.values:
                    del entries[one.entity_id]
            if not entries:
                del step.pending[part]
        if target.pending:
            self._enter(parent, target)

    def _compare_entity(self, step: Step, target: Step, one: Wanted) -> None:
        same_window = (
            step.version is not None
            and one.window is not None
            and self._window(step, one) is not None
            and self._window(step, one) == self._window(target, one)
        )
        if same_window:
            target.add(Wanted(one.entity_id, one.kind, one.values, one.track, one.window))
            one.values = {}
            return
        there = self._find(step, target, one)
        if there is None:
            return
        fields, track, window = there
        same = {
            name: value
            for name, value in one.values.items()
            if name == EXISTENCE or (name in fields and fields[name] == value)
        }
        target.add(Wanted(one.entity_id, one.kind, same, track, window))
        one.values = {name: value for name, value in one.values.items() if name not in same}

    def _window(self, step: Step, one: Wanted) -> str | None:
        index = self._index(step, one.track)
        return index["windows"].get(one.window) if index else None

    def _index(self, step: Step, track: str) -> dict[str, Any] | None:
        key = step.tree["tracks"].get(track)
        return self._parts.get(key) if key is not None else None

    def _find(self, step: Step, target: Step, one: Wanted) -> Any:
        """Return the fields of the entity in ``target``, its track and window; or None."""
        if one.kind not in _IN_TRACK:
            fields = self._parts.entities(target.key_of(one.part)).get(one.entity_id)
            return None if fields is None else (fields, "", None)
        tracks = [one.track]
        # It may have come from another track; the tracks that are equal do not hold it.
        tracks += [
            track
            for track, key in target.tree["tracks"].items()
            if track != one.track and step.tree["tracks"].get(track) != key
        ]
        for track in tracks:
            index = self._index(target, track)
            if index is None:
                continue
            for window, key in _places(index, one):
                fields = self._parts.entities(key).get(one.entity_id)
                if fields is not None:
                    return {**fields, "track": track}, track, window
        return None

    def _enter(self, version: Version, step: Step) -> None:
        if version.pk not in self._steps:
            self._steps[version.pk] = step
            heapq.heappush(self._queue, (-version.number, version.pk))

    def _settle(self, step: Step) -> None:
        """What no parent has was set here."""
        for entries in step.pending.values():
            for one in entries.values():
                for name in one.values:
                    self.found[one.entity_id, name] = step.version

    def _version(self, key: UUID, step: Step) -> Version:
        if key not in self._known:
            self._read(key, step)
        return self._known[key]

    def _read(self, key: UUID, step: Step) -> None:
        """Read the version with those that come before it, and the parts that will be asked for."""
        rows = Version.all_objects.filter(composition=self._composition_id).defer("merge")
        number = rows.values_list("number", flat=True).get(pk=key)
        chunk = list(rows.filter(number__lte=number).order_by("-number")[:CHUNK])
        self._known.update((version.pk, version) for version in chunk)
        pending = [step.pending, *(other.pending for other in self._steps.values())]
        parts = {part for one in pending for part in one}
        steps = [Step(version, version.tree) for version in chunk]
        self._parts.load(one.key_of(part) for one in steps for part in parts)
        places = {
            (one.track, one.window)
            for entries in pending
            for part, by_id in entries.items()
            if part[0] == "tracks"
            for one in by_id.values()
        }
        self._parts.load(
            index["windows"].get(window) if window is not None else index.get("automation")
            for one in steps
            for track, window in places
            if (index := self._index(one, track)) is not None
        )


class _PartCache:
    """Parts of trees that were read, as the walk needs them."""

    MOST = 20_000

    def __init__(self) -> None:
        self._parts: dict[str, Any] = {}
        self._entities: dict[str, dict[str, Fields]] = {}

    def load(self, keys: Iterable[str | None]) -> None:
        """Read parts, those that are not known in one query."""
        if len(self._parts) > self.MOST:
            self._parts.clear()
            self._entities.clear()
        missing = {key for key in keys if key is not None and key not in self._parts}
        for key, content in fetch_parts(missing).items():
            self._parts[key] = orjson.loads(content)

    def get(self, key: str) -> Any:
        """Return a part."""
        if key not in self._parts:
            self.load([key])
        return self._parts[key]

    def entities(self, key: str | None) -> dict[str, Fields]:
        """Return what a part holds by id: of an index of a track nothing."""
        if key is None:
            return {}
        if key not in self._entities:
            self._entities[key] = _by_id(self.get(key))
        return self._entities[key]


def _by_id(part: Any) -> dict[str, Fields]:
    if isinstance(part, list):
        return {item["id"]: item for item in part}
    return to_entities(part)


def _places(index: dict[str, Any], one: Wanted) -> Iterator[tuple[str | None, str]]:
    """The parts of a track that may hold the entity, the likeliest first."""
    if one.kind == Kind.AUTOMATION:
        if "automation" in index:
            yield None, index["automation"]
        return
    windows = index["windows"]
    if one.window in windows:
        yield one.window, windows[one.window]
    for window, key in windows.items():
        if window != one.window:
            yield window, key
