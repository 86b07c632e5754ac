"""What is inside the tracks that an edit touches: writing its notes and its automation."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from uuid import UUID

from compositions.editing.locating import stored_automation
from compositions.models import Composition
from compositions.note_windows import (
    Place,
    StoredWindows,
    remove_windows,
    windows_to_change,
    write_windows,
)
from compositions.score.entities import Entities, Fields, Kind
from compositions.score.tree import WINDOW_TICKS, write_index, write_window

AUTOMATION = "automation"

Items = dict[str, Fields | None]
"""Notes or points by id as they stand inside their track; None for what goes from there."""


class TrackContents:
    """The notes and the automation of a locked song's tracks, read only as far as needed.

    ``keys`` has the key of each track's row by its entity id, of new ones once they are stored.
    ``before`` and ``after`` are the entities of an edit on both sides and ``changed`` the ids
    of those that differ, here as in :class:`compositions.editing.working_copy.WorkingCopy`.
    """

    def __init__(self, composition: Composition, keys: dict[str, UUID]) -> None:
        self._composition = composition
        self._keys = keys
        self._automation: dict[str, list[Fields]] = {}

    def load_automation(self, tracks: Collection[str]) -> dict[str, list[Fields]]:
        """Return the automation of stored tracks as it was before the edit."""
        missing = set(tracks) - self._automation.keys()
        if missing:
            self._automation |= stored_automation(self._composition, missing)
        return {track: self._automation.get(track, []) for track in tracks}

    def changed_automation(
        self, before: Entities, after: Entities, changed: Collection[str]
    ) -> dict[str, list[Fields]]:
        """Return the new automation of every track in which some changed and that stays."""
        tracks: dict[str, Items] = {}
        for track, key, _, item in _moves(before, after, changed, Kind.AUTOMATION):
            tracks.setdefault(track, {})[key] = item
        return {
            track: sorted(_merged(self._automation.get(track, ()), items), key=_by_tick)
            for track, items in tracks.items()
            if track in after
        }

    def write(
        self,
        before: Entities,
        after: Entities,
        changed: Collection[str],
        automation: dict[str, list[Fields]],
    ) -> dict[str, str]:
        """Write the windows of notes that changed; return the new hashes of tracks.

        ``automation`` is what :meth:`changed_automation` returned. Rows of new tracks are there.
        """
        places: dict[Place, Items] = {}
        for track, key, start, item in _moves(before, after, changed, Kind.NOTE):
            if track in after:
                places.setdefault((track, start // WINDOW_TICKS), {})[key] = item
        new = {key for key in changed if key not in before and after[key]["kind"] == Kind.TRACK}
        tracks = automation.keys() | {track for track, _ in places} | new
        stored = {track: StoredWindows() for track in new}
        if tracks - new:
            stored |= windows_to_change(self._composition, tracks - new, places)
        writing: list[tuple[UUID, int, str, list[Fields]]] = []
        gone: list[tuple[UUID, int]] = []
        for (track, place), items in places.items():
            windows = stored[track]
            notes = sorted(_merged(windows.notes.get(place, ()), items), key=_by_pitch)
            if notes:
                windows.digests[place] = write_window(notes)
                writing.append((self._keys[track], place, windows.digests[place], notes))
            elif windows.digests.pop(place, None) is not None:
                gone.append((self._keys[track], place))
        remove_windows(self._composition, gone)
        write_windows(self._composition, writing)
        return {
            track: write_index(
                stored[track].digests, automation.get(track, stored[track].automation)
            )
            for track in tracks
        }


def _moves(
    before: Entities, after: Entities, changed: Collection[str], kind: Kind
) -> Iterator[tuple[str, str, int, Fields | None]]:
    """Where changed notes or points go from (with None) and then to: track, id, tick, item."""
    for key in changed:
        old, now = before.get(key), after.get(key)
        if (now or old or {}).get("kind") != kind:
            continue
        if old is not None:
            yield old["track"], key, _tick(old), None
        if now is not None:
            item = {"id": key, **now}
            del item["kind"], item["track"]
            yield now["track"], key, _tick(now), item


def _tick(fields: Fields) -> int:
    tick: int = fields["start"] if fields["kind"] == Kind.NOTE else fields["tick"]
    return tick


def _merged(stored: Iterable[Fields], changes: Items) -> Iterator[Fields]:
    merged: Items = {item["id"]: item for item in stored}
    merged.update(changes)
    return (item for item in merged.values() if item is not None)


def _by_pitch(item: Fields) -> tuple[int, int, str]:
    return (item["start"], item["pitch"], item["id"])


def _by_tick(item: Fields) -> tuple[int, str]:
    return (item["tick"], item["id"])
