"""The rows of the history page: lanes, names, pages, and how many queries they take."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import User
from compositions.history import branches
from compositions.history.graph import history_graph
from compositions.history.versions import save_version, write_version
from compositions.models import Composition, Version
from tests.history.documents import changed, edit, example

pytestmark = pytest.mark.django_db


@pytest.fixture
def tangled(song: Composition, ana: User) -> Composition:
    """Seven versions: 2 and 3 on a side branch, merged into main as 5."""
    root = song.head

    def add(parent: Version, pitch: int, second: Version | None = None) -> Version:
        return write_version(
            song, changed(example(), "t0n0", pitch=pitch), parent=parent, merged_parent=second,
            branch_name="x", author=ana, message="x", source="person",
        )  # fmt: skip

    two = add(root, 1)
    three = add(two, 2)
    four = add(root, 3)
    five = add(four, 4, three)
    six = add(five, 5)
    add(three, 6)
    branches.create_branch(composition=song, user=ana, name="side", start="v7")
    branches.create_tag(composition=song, user=ana, name="demo", version="v6")
    Composition.objects.filter(pk=song.pk).update(head=six)
    song.branches.filter(name="main").update(tip=six)
    return Composition.objects.get(pk=song.pk)


def test_lines_of_work_are_apart_and_come_together(tangled: Composition) -> None:
    page = history_graph(tangled)

    assert [row.version.number for row in page.rows] == [7, 6, 5, 4, 3, 2, 1]
    lanes = {row.version.number: row.graph.lane for row in page.rows}
    assert lanes[6] == lanes[5] == lanes[4] == lanes[1] == 0
    assert lanes[7] == lanes[3] == lanes[2] == 1
    names = {row.version.number: (row.branches, row.tags) for row in page.rows}
    assert names[6] == (("main",), ("demo",))
    assert names[7] == (("side",), ())
    assert [row.version.number for row in page.rows if row.is_head] == [6]
    assert [row.version.number for row in page.rows if row.graph.is_merge] == [5]
    assert page.older_before is None


def test_pages_fit_together(tangled: Composition) -> None:
    whole = history_graph(tangled)
    first = history_graph(tangled, limit=3)
    second = history_graph(tangled, before=first.older_before, limit=3)
    third = history_graph(tangled, before=second.older_before, limit=3)
    assert [first.older_before, second.older_before, third.older_before] == [5, 2, None]
    rows = (*first.rows, *second.rows, *third.rows)
    assert [row.graph.lane for row in rows] == [row.graph.lane for row in whole.rows]
    assert [row.graph.lines for row in rows] == [row.graph.lines for row in whole.rows]
    assert [row.version.number for row in history_graph(tangled, limit=2, down_to=4).rows] == [
        7, 6, 5, 4,
    ]  # fmt: skip
    assert history_graph(tangled, before=1).rows == ()


def test_four_queries_however_long_the_history(
    song: Composition, ana: User, django_assert_num_queries: Any
) -> None:
    for place in range(2):
        for pitch in range(5):
            save_version(composition=edit(song, ana, "t0n0", pitch=place * 20 + pitch), user=ana)
        branches.create_tag(composition=song, user=ana, name=f"tag {place}")
        with django_assert_num_queries(4):
            page = history_graph(Composition(pk=song.pk, head_id=song.head_id))
        assert len(page.rows) == 1 + 5 * (place + 1)
