"""The hash tree: a score goes in and comes out, and small edits make few new parts."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compositions.score.document import Note, Score, Track, ordered
from compositions.score.entities import from_entities, to_entities
from compositions.score.errors import ScoreError
from compositions.score.serialisation import to_dict
from compositions.score.tree import (
    WINDOW_TICKS,
    Tree,
    canonical_json,
    digest,
    read_tree,
    write_tree,
)
from tests.score.strategies import scores
from tests.score.test_validation import GOOD

quick = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))


def from_parts(parts: Mapping[str, bytes], calls: list[int] | None = None) -> Any:
    """A fetch function over parts in memory; ``calls`` counts what it is asked for."""

    def fetch(keys: Iterable[str]) -> dict[str, bytes]:
        wanted = list(keys)
        if calls is not None:
            calls.append(len(wanted))
        return {key: parts[key] for key in wanted}

    return fetch


@quick
@given(scores())
def test_what_is_written_is_read(score: Score) -> None:
    data = to_dict(score)
    parts: dict[str, bytes] = {}
    calls: list[int] = []
    tree = write_tree(data, parts)
    assert all(digest(content) == key for key, content in parts.items())
    assert set(tree.tracks) == {track.id for track in score.tracks}
    again = read_tree(tree, from_parts(parts, calls))
    assert len(calls) == 2
    assert canonical_json(again) == canonical_json(data)
    # Tempos and mixer values are rounded; everything else is the very same.
    assert write_tree(again) == tree == Tree.from_dict(tree.to_dict())
    assert to_entities(from_entities(to_entities(again))) == to_entities(again)
    assert sum(calls) == len(parts) or len(set(tree.tracks.values())) < len(tree.tracks)


def long_song() -> dict[str, Any]:
    """Three tracks of 64 bars, a note on every beat."""
    tracks = tuple(
        Track(
            f"p{number}",
            f"Track {number}",
            notes=tuple(
                Note(f"n{number}-{beat}", beat * 480, 240, 60 + beat % 12) for beat in range(256)
            ),
        )
        for number in range(3)
    )
    return to_dict(ordered(replace(GOOD, tracks=tracks, syllables=())))


def new_parts(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    old: dict[str, bytes] = {}
    new: dict[str, bytes] = {}
    write_tree(before, old)
    write_tree(after, new)
    return new.keys() - old.keys()


@quick
@given(
    st.integers(0, 2),
    st.integers(0, 255),
    st.sampled_from(["pitch", "velocity", "duration", "locked", "origin"]),
)
def test_an_edit_of_one_note_makes_two_new_parts(number: int, beat: int, field: str) -> None:
    before = long_song()
    after = to_entities(long_song())
    note = after[f"n{number}-{beat}"]
    note[field] = {"locked": True, "origin": "user"}.get(field, 77)
    assert len(new_parts(before, from_entities(after))) == 2


def test_how_many_parts_other_edits_make() -> None:
    before = long_song()

    def parts_after(**changes: dict[str, Any]) -> int:
        entities = to_entities(long_song())
        for key, fields in changes.items():
            entities[key.replace("_", "-")].update(fields)
        return len(new_parts(before, from_entities(entities)))

    assert parts_after(p0={"gain_db": -3.0}) == 1
    assert parts_after(p0={"name": "Flute"}) == 1
    assert parts_after(c0={"quality": "m9"}) == 1
    assert parts_after(meta={"title": "Other"}) == 1
    assert parts_after(n0_0={"start": WINDOW_TICKS}) == 3, "two windows and the index"
    assert parts_after(n0_0={"track": "p1"}) == 4, "a window and the index of both"
    assert parts_after() == 0


def test_equal_windows_of_two_songs_are_one_part() -> None:
    one, other = long_song(), long_song()
    other["title"] = "Copy"
    assert len(new_parts(one, other)) == 1


def test_a_name_is_no_music() -> None:
    data = to_dict(GOOD)
    tree = write_tree(data)
    renamed = write_tree({**data, "title": "Other", "metadata": {}})
    assert renamed.content_hash == tree.content_hash
    assert renamed.tree_hash != tree.tree_hash
    louder = to_entities(data)
    louder["x1"]["gain_db"] = 1.0
    heard = write_tree(from_entities(louder))
    assert heard.content_hash != tree.content_hash


@quick
@given(st.data())
def test_hashes_differ_where_any_field_does(data: st.DataObject) -> None:
    entities = to_entities(to_dict(GOOD))
    key = data.draw(st.sampled_from(sorted(entities)))
    name = data.draw(st.sampled_from(sorted(entities[key].keys() - {"kind"})))
    old = entities[key][name]
    if isinstance(old, bool):
        new: Any = not old
    elif isinstance(old, int | float):
        new = old + 1
    elif isinstance(old, str):
        new = "x0" if name == "track" else f"{old}x"
    elif isinstance(old, list):
        new = [*old, "x"]
    else:
        new = {**old, "new": 1}
    before = write_tree(to_dict(GOOD)).tree_hash
    entities[key] = {**entities[key], name: new}
    assert write_tree(from_entities(entities)).tree_hash != before


def test_a_part_that_is_missing_is_named() -> None:
    parts: dict[str, bytes] = {}
    tree = write_tree(to_dict(GOOD), parts)
    missing = random.Random(1).choice(sorted(parts))
    del parts[missing]
    with pytest.raises(KeyError, match=missing):
        read_tree(tree, lambda keys: parts)


@pytest.mark.parametrize("value", [float("inf"), float("nan"), object(), {1: 2}, 2**70])
def test_what_json_cannot_say_has_no_hash(value: Any) -> None:
    with pytest.raises(ScoreError):
        canonical_json({"value": value})


def test_last_bits_do_not_count() -> None:
    assert canonical_json({"b": 0.1 + 0.2, "a": -0.0}) == b'{"a":0.0,"b":0.3}'
