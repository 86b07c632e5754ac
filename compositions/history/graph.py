"""The versions of a song as rows to draw: what came from what, and which names they have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from compositions.models import Branch, Composition, Tag, Version
from compositions.presentation.graph_picture import GraphRow, Node, draw_graph

PAGE_SIZE = 30
MOST_AT_ONCE = 600
"""Versions that one page may hold."""


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version with the picture beside it.

    ``version`` lacks the large columns, ``graph`` is its picture. ``branches`` and ``tags``
    are the names that it has, ``is_head`` says that the working copy is made from it.
    """

    version: Version
    graph: GraphRow[UUID]
    branches: tuple[str, ...]
    tags: tuple[str, ...]
    is_head: bool


@dataclass(frozen=True, slots=True)
class GraphPage:
    """Versions from the newest to the oldest; ``older_before`` is the number to go on from.

    ``width`` is that of the pictures in pixels. Pages of one song fit together: the lanes of
    the second go on where those of the first ended.
    """

    rows: tuple[VersionRow, ...]
    width: int
    older_before: int | None


def history_graph(
    composition: Composition,
    *,
    before: int | None = None,
    down_to: int | None = None,
    limit: int = PAGE_SIZE,
) -> GraphPage:
    """Return a page of a song's versions, the newest first, in four queries.

    ``before`` is a version number: the page begins below it. With ``down_to`` it reaches at
    least to that number. At most :data:`MOST_AT_ONCE` versions are returned.
    """
    found = Version.all_objects.filter(composition=composition).order_by("-number")
    size = min(max(limit, 1), MOST_AT_ONCE)
    page = found.filter(number__lt=before) if before is not None else found
    page = page.defer("tree", "merge", "provenance")
    if down_to is None:
        chosen = list(page[: size + 1])
    else:
        chosen = list(page[: MOST_AT_ONCE + 1])
        wanted = sum(version.number >= down_to for version in chosen)
        size = min(max(size, wanted), MOST_AT_ONCE)
    rows = chosen[:size]
    if not rows:
        return GraphPage((), 0, None)
    pictures = _pictures(composition, found.filter(number__gte=rows[-1].number))
    branches = _names(Branch.objects.filter(composition=composition), "tip_id")
    tags = _names(Tag.objects.filter(composition=composition), "version_id")
    return GraphPage(
        tuple(
            VersionRow(
                version,
                pictures[version.pk],
                tuple(branches.get(version.pk, ())),
                tuple(tags.get(version.pk, ())),
                version.pk == composition.head_id,
            )
            for version in rows
        ),
        max(picture.width for picture in pictures.values()),
        rows[-1].number if len(chosen) > size else None,
    )


def _pictures(composition: Composition, versions: QuerySet[Any]) -> dict[UUID, GraphRow[UUID]]:
    """Draw all from the newest down to the page, so that lanes go on from page to page."""
    nodes = [
        Node(key, tuple(parent for parent in parents if parent is not None))
        for key, *parents in versions.values_list("pk", "parent_id", "merged_parent_id")
    ]
    return {row.key: row for row in draw_graph(nodes, first=composition.head_id)}


def _names(rows: QuerySet[Any], key: str) -> dict[UUID, list[str]]:
    names: dict[UUID, list[str]] = {}
    for version_id, name in rows.order_by("name").values_list(key, "name"):
        names.setdefault(version_id, []).append(name)
    return names
