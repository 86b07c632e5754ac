"""The musician's order of tracks and of lyric lines while they are edited.

Positions are fractions, so that putting one between two others changes no other. No two
tracks, and no two lines, may have one position: their order would depend on their ids.
"""

from __future__ import annotations

from bisect import bisect_right

from compositions.score.diff import SET, Change
from compositions.score.entities import Entities, Fields, Kind
from compositions.score.limits import MAX_POSITION
from compositions.score.tree import DECIMALS

POSITIONED = (Kind.TRACK, Kind.LINE)


class Positions:
    """Who has which position, by kind."""

    def __init__(self, entities: Entities) -> None:
        self._entities = entities
        self._taken: dict[str, dict[float, str]] = {kind: {} for kind in POSITIONED}
        for key, fields in entities.items():
            if fields["kind"] in POSITIONED:
                self._taken[fields["kind"]][fields["position"]] = key

    def choose(self, kind: str, fields: Fields) -> None:
        """Give a new entity without a position the one behind the last."""
        if kind in POSITIONED and "position" not in fields:
            fields["position"] = max(self._taken[kind], default=0.0) + 1.0

    def make_room(self, change: Change) -> list[Change]:
        """Return changes of other entities so that the position asked for is free.

        A position that is taken becomes one behind it, in ``change.after`` itself. Only when
        no fraction is left between it and the next are the others numbered anew.
        """
        after = change.after
        if change.kind not in POSITIONED or after is None or "position" not in after:
            return []
        taken = self._taken[change.kind]
        wanted = after["position"]
        if taken.get(wanted, change.entity_id) == change.entity_id:
            return []
        order = sorted(place for place, key in taken.items() if key != change.entity_id)
        index = bisect_right(order, wanted)
        above = order[index] if index < len(order) else None
        between = wanted + 1.0 if above is None else round((wanted + above) / 2, DECIMALS)
        if wanted < between <= MAX_POSITION and (above is None or between < above):
            after["position"] = between
            return []
        return self._renumber(change, [taken[place] for place in order], index)

    def _renumber(self, change: Change, keys: list[str], index: int) -> list[Change]:
        """Number all of the kind from 1, the changed entity at ``index``."""
        keys.insert(index, change.entity_id)
        changes: list[Change] = []
        for number, key in enumerate(keys, start=1):
            if key == change.entity_id:
                (change.after or {})["position"] = float(number)
                continue
            before = self._entities[key]["position"]
            if before != number:
                after = {"position": float(number)}
                changes.append(Change(key, change.kind, SET, {"position": before}, after))
        return changes

    def note(self, change: Change) -> None:
        """Remember what a change did."""
        taken = self._taken[change.kind]
        before = (change.before or {}).get("position")
        if before is not None and taken.get(before) == change.entity_id:
            del taken[before]
        if "position" in (after := change.after or {}):
            taken[after["position"]] = change.entity_id
