"""Keeps a merged score closed: what an entity points to exists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from compositions.score.entities import Entities, Kind

REFERENCES = {"section_id": Kind.SECTION.value, "line_id": Kind.LINE.value}
"""Fields that may be empty and otherwise name an entity of that kind."""
_HOLDERS = (("track", Kind.TRACK.value), ("note_id", Kind.NOTE.value))


def close(entities: Entities, sources: Sequence[Entities]) -> None:
    """Repair, in place of the map, what points to nothing.

    A note or syllable whose holder does not exist goes where the first of the ``sources`` has
    it that names one which does; where none does, it goes with its holder. Optional references
    to nothing are emptied.
    """
    for name, kind in _HOLDERS:
        ids = {key for key, fields in entities.items() if fields["kind"] == kind}
        astray = [
            key
            for key, fields in entities.items()
            if (holder := fields.get(name)) is not None and holder not in ids
        ]
        for key in astray:
            holder = _another(key, name, ids, sources)
            if holder is None:
                del entities[key]
            else:
                entities[key] = {**entities[key], name: holder}
    for name, kind in REFERENCES.items():
        ids = {key for key, fields in entities.items() if fields["kind"] == kind}
        dangling = [
            key
            for key, fields in entities.items()
            if (target := fields.get(name)) and target not in ids
        ]
        for key in dangling:
            entities[key] = {**entities[key], name: ""}


def restore_references(entities: Entities, root: str, kept: Entities, remover: Entities) -> None:
    """Let name ``root`` again, in place of the map, what its removal alone had emptied.

    ``root`` is a section or line that ``remover`` removed and that stays as ``kept`` has it.
    """
    for name, kind in REFERENCES.items():
        if entities.get(root, {}).get("kind") != kind:
            continue
        for key, fields in kept.items():
            if fields.get(name) != root or key not in entities or key not in remover:
                continue
            if entities[key].get(name) == remover[key].get(name) == "":
                entities[key] = {**entities[key], name: root}


def _another(key: str, name: str, ids: set[str], sources: Sequence[Entities]) -> Any:
    holders = (source[key].get(name) for source in sources if key in source)
    return next((holder for holder in holders if holder in ids), None)
