"""Where lines of work began to differ, also when they have crossed."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from compositions.history.ancestors import (
    _nearest,
    ancestors,
    is_ancestor,
    merge_base,
    nearest_common_ancestor,
    nearest_common_ancestors,
)
from compositions.history.versions import write_version
from compositions.models import Composition, Version
from compositions.score.entities import to_entities
from tests.factories import UserFactory
from tests.history.documents import changed, example, song_with


@st.composite
def graphs(draw: st.DrawFn) -> dict[Any, tuple[Any, ...]]:
    """A graph of up to 14 versions with one root, each made from one or two earlier ones."""
    parents: dict[Any, tuple[Any, ...]] = {0: ()}
    for key in range(1, draw(st.integers(1, 14))):
        first = draw(st.integers(0, key - 1))
        second = draw(st.none() | st.integers(0, key - 1))
        parents[key] = (first,) if second in (None, first) else (first, second)
    return parents


@given(graphs(), st.data())
def test_the_nearest_are_the_common_ones_that_no_other_common_one_is_made_from(
    parents: dict[Any, tuple[Any, ...]], data: st.DataObject
) -> None:
    one, other = (data.draw(st.sampled_from(sorted(parents))) for _ in range(2))
    common = ancestors(parents, one) & ancestors(parents, other)

    found = _nearest(parents, ancestors(parents, one), ancestors(parents, other))

    assert found == {
        key
        for key in common
        if not any(key in ancestors(parents, it) for it in common if it != key)
    }
    assert found
    if one in ancestors(parents, other):
        assert found == {one}


def node(song: Composition, data: Any, parent: Version, second: Version | None = None) -> Version:
    """A version of the song anywhere in its graph."""
    return write_version(
        song,
        data,
        parent=parent,
        merged_parent=second,
        branch_name="x",
        author=None,
        message="x",
        source="person",
    )


def pitch(entities: Any, note: str) -> int:
    value: int = entities[note]["pitch"]
    return value


def test_a_plain_fork_in_the_road(song: Composition) -> None:
    root = song.head
    base = node(song, changed(example(), "t0n0", pitch=50), root)
    ours = node(song, changed(example(), "t0n0", pitch=51), base)
    theirs = node(song, changed(example(), "t0n0", pitch=52), base)

    assert nearest_common_ancestor(ours, theirs) == base
    assert pitch(merge_base(ours, theirs), "t0n0") == 50
    assert is_ancestor(root, theirs)
    assert is_ancestor(theirs, theirs)
    assert not is_ancestor(ours, theirs)
    assert nearest_common_ancestor(base, theirs) == base


def test_a_criss_cross_is_compared_with_the_merge_of_both_ancestors(song: Composition) -> None:
    root = song.head
    data = example()
    one = node(song, changed(data, "t0n0", pitch=50), root)
    two = node(song, changed(data, "t0n1", pitch=60), root)
    both = changed(changed(data, "t0n0", pitch=50), "t0n1", pitch=60)
    ours = node(song, changed(both, "t0n2", pitch=70), one, two)
    theirs = node(song, changed(both, "t0n3", pitch=71), two, one)

    assert nearest_common_ancestors(ours, theirs) == [two, one]
    base = merge_base(ours, theirs)
    assert base == to_entities(both)


def test_what_the_ancestors_disagree_about_is_asked_again(song: Composition) -> None:
    """One side chose 1 for the note, the other 2: neither may win silently."""
    root = song.head
    data = example()
    asked = pitch(to_entities(data), "t0n0")
    one = node(song, changed(data, "t0n0", pitch=1), root)
    two = node(song, changed(data, "t0n0", pitch=2), root)
    ours = node(song, changed(data, "t0n0", pitch=1), one, two)
    theirs = node(song, changed(data, "t0n0", pitch=2), two, one)

    assert pitch(merge_base(ours, theirs), "t0n0") == asked


def test_versions_of_two_songs_have_nothing_in_common(song: Composition) -> None:
    other = song_with(UserFactory())
    assert nearest_common_ancestors(song.head, other.head) == []
    assert not is_ancestor(song.head, other.head)
    assert merge_base(song.head, other.head) == {}


def test_a_ladder_of_criss_crosses_ends(song: Composition) -> None:
    """Each step merges both sides into both: without memory this would take 2**20 merges."""
    rng = random.Random(3)
    left = right = song.head
    data = example()
    for _ in range(20):
        data = changed(data, f"t0n{rng.randrange(24)}", pitch=rng.randrange(40, 90))
        left, right = (
            node(song, data, left, _other(left, right)),
            node(song, data, right, _other(right, left)),
        )
    assert merge_base(left, right)


def _other(one: Version, other: Version) -> Version | None:
    return other if one != other else None
