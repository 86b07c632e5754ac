"""What is locked in a document while it is edited, and what that protects.

A locked entity protects itself, a locked track what is in it, a locked section all that begins
in it. A lyric line is protected by its section, a syllable by its line and by its note.
"""

from __future__ import annotations

from compositions.score.diff import REMOVE, Change
from compositions.score.entities import Entities, Fields, Kind


class Locks:
    """Answers which lock stands against a change of ``entities``, which others change."""

    def __init__(self, entities: Entities) -> None:
        self._entities = entities
        self._sections: dict[str, tuple[int, int]] = {}
        for key, fields in entities.items():
            if fields["kind"] == Kind.SECTION:
                self._remember(key)

    def against(self, change: Change) -> str:
        """The id of what is locked and forbids the change; empty for none."""
        key = change.entity_id
        present = self._entities.get(key)
        lock = self._of(key, present) if present is not None else ""
        if lock or change.action == REMOVE:
            return lock
        # Nor may it come to stand where something is locked.
        return self._of(key, {**(present or {}), **(change.after or {}), "locked": False})

    def note(self, change: Change) -> None:
        """Remember what a change did."""
        if change.kind == Kind.SECTION:
            self._remember(change.entity_id)

    def _of(self, key: str, fields: Fields) -> str:
        if fields.get("locked"):
            return key
        match fields["kind"]:
            case Kind.NOTE | Kind.AUTOMATION:
                if self._entities[fields["track"]]["locked"]:
                    return str(fields["track"])
                return self._at(fields)
            case Kind.CHORD | Kind.TEMPO | Kind.METER | Kind.KEY:
                return self._at(fields)
            case Kind.LINE:
                section = self._entities.get(fields["section_id"], {})
                return str(fields["section_id"]) if section.get("locked") else ""
            case Kind.SYLLABLE:
                for other in (fields["line_id"], fields["note_id"]):
                    lock = self._of(other, self._entities[other]) if other else ""
                    if lock:
                        return lock
        return ""

    def _at(self, fields: Fields) -> str:
        begin = fields["start"] if "start" in fields else fields["tick"]
        for key, (start, end) in self._sections.items():
            if start <= begin < end:
                return key
        return ""

    def _remember(self, key: str) -> None:
        """Note where a section is, if it is there and locked."""
        self._sections.pop(key, None)
        fields = self._entities.get(key)
        if fields is not None and fields["locked"]:
            self._sections[key] = (fields["start"], fields["start"] + fields["duration"])
