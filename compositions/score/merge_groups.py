"""What one side of a merge removed and the other went on in, told as one thing.

Removing a track removes its notes, and removing a note removes its syllable. When the other
side changed three of those notes, the musician is asked about the track once, not about every
note; and what is kept, is kept whole.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from compositions.score.entities import Entities, Fields


@dataclass(slots=True)
class Group:
    """``root`` was removed on one side, the ``touched`` ids changed on the other.

    ``members`` are all ids that exist or not together with the root: itself, what was in it
    when it was removed, and what the other side put in.
    """

    root: str
    members: list[str] = field(default_factory=list)
    touched: list[str] = field(default_factory=list)


def removal_groups(
    base: Entities, remover: Entities, keeper: Entities, edited: dict[str, None]
) -> list[Group]:
    """Return the removals of ``remover`` that ``keeper`` did not leave untouched.

    ``edited`` are the ids that the keeper added or changed.
    """
    roots = _Roots(base, remover, keeper)
    groups: dict[str, Group] = {}
    for key in edited:
        root = roots.of(key) or roots.moved_into(key)
        if root is not None:
            groups.setdefault(root, Group(root)).touched.append(key)
    if not groups:
        return []
    members = {root: {root: None} for root in groups}
    for key in (*(key for key in base if key not in remover), *edited):
        root = roots.of(key)
        if root in members:
            members[root][key] = None
    for root, keys in members.items():
        groups[root].members = list(keys)
    return list(groups.values())


class _Roots:
    """Finds the outermost removed entity that holds another."""

    def __init__(self, base: Entities, remover: Entities, keeper: Entities) -> None:
        self.base, self.remover, self.keeper = base, remover, keeper

    def of(self, key: str) -> str | None:
        """Return what the entity went with, None when it is not gone for the remover."""
        if key in self.remover:
            return None
        fields = self.keeper.get(key) or self.base[key]
        if "note_id" in fields:
            note = fields["note_id"]
            above = self.of(note) if note in self.keeper or note in self.base else None
        else:
            above = self._track(fields) or self._track(self.base.get(key, {}))
        return above or (key if key in self.base else None)

    def moved_into(self, key: str) -> str | None:
        """Return what of the removed the keeper moved a living entity into."""
        fields, was = self.keeper[key], self.base.get(key, {})
        if "note_id" in fields and fields["note_id"] != was.get("note_id"):
            return self.of(fields["note_id"])
        track = self._track(fields)
        return track if track is not None and track != was.get("track") else None

    def _track(self, fields: Fields) -> str | None:
        track = fields.get("track")
        return track if track in self.base and track not in self.remover else None
