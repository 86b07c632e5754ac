"""What the musical checks of a merge look at, and how they propose a fix."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from compositions.score.diff import Change, diff
from compositions.score.entities import Entities, Fields, Kind
from compositions.score.merge_words import timeline_of
from compositions.score.timeline import Timeline

_CONTENT = (Kind.NOTE.value, Kind.AUTOMATION.value)


@dataclass(frozen=True, slots=True)
class MergeWarning:
    """Something in a merged score that is wrong though neither side did anything wrong.

    ``bars`` are the first and last bar from 1, None where it is about no place. A ``blocking``
    one has to be put right before the merge can be made. ``fix`` are changes to the merged
    score after which the warning is gone, empty where nothing can be proposed (or only a
    change of what is locked); ``fix_words`` says what they do. ``id`` stays the same as long
    as the inputs do.
    """

    id: str
    kind: str
    message: str
    bars: tuple[int, int] | None
    entity_ids: tuple[str, ...]
    blocking: bool
    fix: tuple[Change, ...] = ()
    fix_words: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the warning as plain data."""
        return {
            "id": self.id,
            "kind": self.kind,
            "message": self.message,
            "bars": list(self.bars) if self.bars else None,
            "entity_ids": list(self.entity_ids),
            "blocking": self.blocking,
            "fix": [change.to_dict() for change in self.fix],
            "fix_words": self.fix_words,
        }


class MergeView:
    """The four scores of a merge, with what several checks need of them."""

    def __init__(self, base: Entities, ours: Entities, theirs: Entities, merged: Entities) -> None:
        self.base, self.ours, self.theirs, self.merged = base, ours, theirs, merged
        self._kinds: dict[int, dict[str, list[str]]] = {}
        self._notes: dict[str, list[str]] = {}

    @cached_property
    def timeline(self) -> Timeline:
        """Bars of the merged score."""
        return timeline_of(self.merged)

    @cached_property
    def not_ours(self) -> dict[str, None]:
        """Ids of what the merged score has otherwise than our side."""
        return _otherwise(self.merged, self.ours)

    @cached_property
    def not_theirs(self) -> dict[str, None]:
        """Ids of what the merged score has otherwise than their side."""
        return _otherwise(self.merged, self.theirs)

    @property
    def is_one_side(self) -> bool:
        """Whether the merged score is that of one side, so that the merge changed nothing."""
        return (not self.not_ours and len(self.merged) == len(self.ours)) or (
            not self.not_theirs and len(self.merged) == len(self.theirs)
        )

    @cached_property
    def syllables_on(self) -> dict[str, list[str]]:
        """Ids of syllables by that of their note."""
        found: dict[str, list[str]] = {}
        for key in self.of_kind(Kind.SYLLABLE):
            found.setdefault(self.merged[key]["note_id"], []).append(key)
        return found

    def notes_of(self, track: str) -> list[str]:
        """Return the ids of the notes of a track, in the order of start and pitch."""
        if track not in self._notes:
            keys = (key for key in self.of_kind(Kind.NOTE) if self.merged[key]["track"] == track)
            self._notes[track] = sorted(keys, key=self.place)
        return self._notes[track]

    def of_kind(self, kind: Kind, side: Entities | None = None) -> list[str]:
        """Return the ids of one kind in the merged score, or in one of the sides."""
        entities = self.merged if side is None else side
        kinds = self._kinds.get(id(entities))
        if kinds is None:
            kinds = {kind.value: [] for kind in Kind}
            for key, fields in entities.items():
                kinds[fields["kind"]].append(key)
            self._kinds[id(entities)] = kinds
        return kinds[kind.value]

    def spans(self, kind: Kind, side: Entities | None = None) -> list[str]:
        """Return the ids of sections or chords in the order of time."""
        entities = self.merged if side is None else side
        return sorted(self.of_kind(kind, side), key=lambda key: (entities[key]["start"], key))

    def place(self, key: str) -> tuple[int, int, str]:
        """Sort key of a note."""
        fields = self.merged[key]
        return (fields["start"], fields["pitch"], key)

    def track_name(self, key: str) -> str:
        """Return the name of a track, or words where it has none."""
        return self.merged[key]["name"] or "a track without a name"

    def bars(self, start: int, end: int) -> tuple[int, int]:
        """Return the first and last bar of the ticks ``start`` to ``end`` (exclusive)."""
        position = self.timeline.position
        return position(start).bar, position(max(start, end - 1)).bar

    def is_locked(self, key: str) -> bool:
        """Tell whether an entity may not be changed: itself, its track or its section."""
        fields = self.merged[key]
        if fields.get("locked"):
            return True
        if fields["kind"] in _CONTENT and self.merged[fields["track"]]["locked"]:
            return True
        tick = fields.get("start", fields.get("tick"))
        if tick is None or fields["kind"] == Kind.SECTION or not self._locked_sections:
            return False
        index = bisect_right(self._locked_sections, (tick, float("inf"))) - 1
        return index >= 0 and tick < self._locked_sections[index][1]

    @cached_property
    def _locked_sections(self) -> list[tuple[float, float]]:
        sections = (self.merged[key] for key in self.of_kind(Kind.SECTION))
        return sorted(
            (fields["start"], fields["start"] + fields["duration"])
            for fields in sections
            if fields["locked"]
        )


class Draft:
    """Changes to the merged score that are being put together."""

    def __init__(self, view: MergeView) -> None:
        self._view = view
        self._after: dict[str, Fields | None] = {}

    def get(self, key: str) -> Fields | None:
        """Return the fields of an entity as changed so far, None when it is removed."""
        return self._after[key] if key in self._after else self._view.merged.get(key)

    def set(self, key: str, **values: Any) -> None:
        """Give an entity other values."""
        fields = self.get(key)
        if fields is not None:
            self._after[key] = {**fields, **values}

    def remove(self, key: str) -> None:
        """Remove an entity, and what cannot be without it."""
        fields = self.get(key)
        if fields is None:
            return
        self._after[key] = None
        if fields["kind"] == Kind.NOTE:
            for syllable in self._view.syllables_on.get(key, ()):
                if (self.get(syllable) or {}).get("note_id") == key:
                    self._after[syllable] = None
        if fields["kind"] == Kind.SECTION:
            for line in self._view.of_kind(Kind.LINE):
                if (self.get(line) or {}).get("section_id") == key:
                    self.set(line, section_id="")

    def put(self, key: str, fields: Fields) -> None:
        """Add an entity, or replace all of it."""
        self._after[key] = fields

    def changes(self) -> tuple[Change, ...]:
        """Return the changes in the order in which to make them."""
        merged = self._view.merged
        before = {key: merged[key] for key in self._after if key in merged}
        after = {key: fields for key, fields in self._after.items() if fields is not None}
        return tuple(diff(before, after))


def said(bars: tuple[int, int]) -> str:
    """Return bars in words: "bar 9" or "bars 9-12"."""
    first, last = bars
    return f"bar {first}" if first == last else f"bars {first}-{last}"


def _otherwise(merged: Entities, side: Entities) -> dict[str, None]:
    get = side.get
    return {
        key: None
        for key, fields in merged.items()
        if (other := get(key)) is not fields and other != fields
    }
