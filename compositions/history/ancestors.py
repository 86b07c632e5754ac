"""Where two lines of work began to differ.

A merge compares both sides with their nearest common ancestor. When each side has merged
the other before (a criss-cross), there are several that are equally near; then those are
merged with each other first, as git's recursive strategy does ("merge-recursive", Fredrik
Kuivinen, 2005; Documentation/merge-strategies in git). Where they disagree the result holds
what *their* ancestor had, so the question is asked again instead of being decided silently.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias
from uuid import UUID

from compositions.history.commits import load_version
from compositions.models import Version
from compositions.score.entities import Entities, to_entities
from compositions.score.merge import merge

Parents: TypeAlias = Mapping[UUID, tuple[UUID, ...]]
"""The parents of each version of a song, the side that was merged into first."""


def version_parents(composition_id: UUID) -> Parents:
    """Return the whole graph of a song's versions, in one query."""
    rows = Version.all_objects.filter(composition=composition_id).order_by()
    return {
        key: tuple(one for one in parents if one is not None)
        for key, *parents in rows.values_list("pk", "parent", "merged_parent")
    }


def ancestors(parents: Parents, *keys: UUID) -> set[UUID]:
    """Return all that the versions are made from, themselves among them."""
    found: set[UUID] = set()
    waiting = list(keys)
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            waiting += parents[key]
    return found


def is_ancestor(version: Version, other: Version) -> bool:
    """Whether ``other`` is made from ``version``, or is it."""
    if version.pk == other.pk:
        return True
    if version.composition_id != other.composition_id or version.number > other.number:
        return False
    return version.pk in ancestors(version_parents(other.composition_id), other.pk)


def nearest_common_ancestors(one: Version, other: Version) -> list[Version]:
    """Return the common ancestors that are no ancestors of others, the newest first.

    One, but for a criss-cross; none for versions of two songs.
    """
    if one.composition_id != other.composition_id:
        return []
    parents = version_parents(one.composition_id)
    best = _nearest(parents, ancestors(parents, one.pk), ancestors(parents, other.pk))
    return list(Version.all_objects.filter(pk__in=best).order_by("-number"))


def nearest_common_ancestor(one: Version, other: Version) -> Version | None:
    """Return the nearest common ancestor: of several that are equally near the newest."""
    return next(iter(nearest_common_ancestors(one, other)), None)


def merge_base(one: Version, other: Version) -> Entities:
    """Return the document that a merge of the two versions compares both with.

    That of their nearest common ancestor; see above for when there are several. Without any
    it is empty.
    """
    if one.composition_id != other.composition_id:
        return {}
    parents = version_parents(one.composition_id)
    best = _nearest(parents, ancestors(parents, one.pk), ancestors(parents, other.pk))
    return _Bases(parents).document(best)


def _nearest(parents: Parents, one: set[UUID], other: set[UUID]) -> frozenset[UUID]:
    """Return the nearest common ancestors, given the ancestors of both sides."""
    common = one & other
    # The ancestors of a common ancestor are common too: what is the parent of one is farther.
    return frozenset(common.difference(*(parents[key] for key in common)))


class _Bases:
    """Documents of common ancestors, each merged once."""

    def __init__(self, parents: Parents) -> None:
        self._parents = parents
        self._known: dict[frozenset[UUID], Entities] = {}

    def document(self, keys: frozenset[UUID]) -> Entities:
        if keys not in self._known:
            self._known[keys] = self._merged(keys)
        return self._known[keys]

    def _merged(self, keys: Iterable[UUID]) -> Entities:
        """Merge the documents of the versions, from the oldest to the newest."""
        merged: Entities = {}
        behind: set[UUID] = set()
        for version in Version.all_objects.filter(pk__in=keys).order_by("number"):
            document = to_entities(load_version(version))
            its_own = ancestors(self._parents, version.pk)
            if behind:
                base = self.document(_nearest(self._parents, behind, its_own))
                result = merge(base, merged, document)
                if result.conflicts:
                    undecided = {conflict.id: "base" for conflict in result.conflicts}
                    result = merge(base, merged, document, undecided)
                document = result.entities
            merged = document
            behind |= its_own
        return merged
