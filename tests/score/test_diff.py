"""What differs between two scores: exact, both ways, in an order that can be applied."""

import json
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compositions.score.diff import Change, apply_changes, diff, invert, same
from compositions.score.entities import META_ID, Entities, from_entities, homeless, to_entities
from compositions.score.errors import ScoreError
from compositions.score.serialisation import to_dict
from compositions.score.tree import canonical_json, write_tree
from tests.score.edits import copy, edited
from tests.score.strategies import scores
from tests.score.test_validation import GOOD

quick = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))


def good() -> Entities:
    return to_entities(to_dict(GOOD))


def tree_hash(entities: Entities) -> str:
    return write_tree(from_entities(entities)).tree_hash


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Entities, Entities]:
    """A score and an edited copy, or two scores that only share ids."""
    before = to_entities(to_dict(draw(scores())))
    if draw(st.booleans()):
        return before, draw(edited(before))
    return before, to_entities(to_dict(draw(scores())))


@quick
@given(pairs())
def test_the_changes_lead_from_one_to_the_other_and_back(pair: tuple[Entities, Entities]) -> None:
    before, after = pair
    untouched = copy(before), copy(after)
    changes = diff(before, after)
    assert canonical_json(apply_changes(before, changes)) == canonical_json(after)
    assert canonical_json(apply_changes(after, invert(changes))) == canonical_json(before)
    assert invert(invert(changes)) == changes
    assert (changes == []) == (tree_hash(before) == tree_hash(after))
    assert diff(before, copy(before)) == diff(after, copy(after)) == []
    assert (before, after) == untouched
    assert apply_changes(apply_changes(before, changes), invert(changes)) == before
    again = [Change.from_dict(json.loads(json.dumps(change.to_dict()))) for change in changes]
    assert again == changes


@quick
@given(pairs(), st.randoms(use_true_random=False))
def test_the_order_is_stable_and_never_leaves_a_note_without_its_track(
    pair: tuple[Entities, Entities], rng: random.Random
) -> None:
    before, after = pair
    changes = diff(before, after)
    keys = [*before]
    rng.shuffle(keys)
    assert diff({key: before[key] for key in keys}, after) == changes
    if len({change.entity_id for change in changes}) < len(changes):
        return  # An id that stands for another kind of entity: nobody mints ids like that.
    state = before
    for change in changes:
        state = apply_changes(state, [change])
        assert homeless(state) == []
    assert state == apply_changes(before, changes)
    for change in invert(changes):
        state = apply_changes(state, [change])
        assert homeless(state) == []


def test_a_change_names_only_the_fields_that_differ() -> None:
    after = good()
    after["n0"] |= {"pitch": 62, "velocity": 90}
    assert diff(good(), after) == [
        Change("n0", "note", "set", {"pitch": 60, "velocity": 80}, {"pitch": 62, "velocity": 90})
    ]


def test_additions_and_removals_hold_all_fields() -> None:
    after = good()
    del after["c1"]
    after["c9"] = good()["c1"] | {"root": "F"}
    assert diff(good(), after) == [
        Change("c9", "chord", "add", None, after["c9"]),
        Change("c1", "chord", "remove", good()["c1"], None),
    ]


def test_the_order_is_that_of_a_musician() -> None:
    after = good()
    after[META_ID]["title"] = "Other"
    after["x1"]["gain_db"] = -3.0
    for key in ("n1", "n0"):
        after[key]["pitch"] += 1
    after["y0"]["text"] = "Hal"
    after["t1"]["bpm"] = 91.0
    after["n9"] = good()["n0"] | {"track": "x9", "start": 100}
    after["x9"] = good()["x1"] | {"position": -0.5}
    after["s1"]["label"] = "Refrain"
    for key in ("a0", "y1"):
        del after[key]
    ids = [change.entity_id for change in diff(good(), after)]
    assert ids == ["meta", "t1", "s1", "x9", "x1", "n9", "n0", "n1", "y0", "y1", "a0"]


def test_a_field_that_one_side_lacks() -> None:
    before, after = good(), good()
    del before["x1"]["preset"]
    changes = diff(before, after)
    assert changes == [Change("x1", "track", "set", {}, {"preset": ""})]
    assert apply_changes(before, changes) == after
    assert apply_changes(after, invert(changes)) == before


def test_an_id_that_stands_for_another_kind_now() -> None:
    before, after = good(), good()
    after["y1"] = {"kind": "tempo", "tick": 5, "bpm": 100.0}
    after["t1"] = good()["y1"]
    changes = diff(before, after)
    assert [(change.entity_id, change.kind, change.action) for change in changes] == [
        ("y1", "syllable", "remove"),
        ("y1", "tempo", "add"),
        ("t1", "tempo", "remove"),
        ("t1", "syllable", "add"),
    ]
    assert apply_changes(before, changes) == after
    assert apply_changes(after, invert(changes)) == before


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (1, 1, True),
        (1, 1.0, False),
        (1, True, False),
        (0.1 + 0.2, 0.3, True),
        (0.3, 0.300001, False),
        (0.0, -0.0, True),
        ([1, [2]], (1, [2]), True),
        ([1, [2]], [1, [2.0]], False),
        ([1], [1, 1], False),
        ({"a": 1}, {"a": True}, False),
        ({"a": 1}, {"b": 1}, False),
        ({"a": None}, {"a": None}, True),
        ("a", "A", False),
        (None, False, False),
    ],
)
def test_equality_is_that_of_the_hash(one: Any, other: Any, equal: bool) -> None:
    assert same(one, other) is equal
    assert (canonical_json(one) == canonical_json(other)) is equal
    before, after = good(), good()
    before[META_ID]["metadata"], after[META_ID]["metadata"] = {"v": one}, {"v": other}
    assert (diff(before, after) == []) is equal


def test_last_bits_of_a_fader_are_no_change() -> None:
    after = good()
    after["x1"]["pan"] += 1e-9
    assert diff(good(), after) == []
    after["x1"]["name"] = "Flute"
    assert diff(good(), after) == [
        Change("x1", "track", "set", {"name": "Lead"}, {"name": "Flute"})
    ]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Change("zz", "note", "remove", {"kind": "note"}, None), "zz: is not in the score"),
        (Change("zz", "note", "set", {"pitch": 1}, {"pitch": 2}), "zz: is not in the score"),
        (Change("n0", "note", "add", None, {"kind": "note"}), "n0: is there already"),
    ],
)
def test_changes_that_do_not_fit(change: Change, words: str) -> None:
    with pytest.raises(ScoreError, match=words):
        apply_changes(good(), [change])


@pytest.mark.parametrize(
    ("data", "path"),
    [
        (None, ""),
        ({}, "entity_id"),
        ({"entity_id": 1, "kind": "note", "action": "remove", "before": {}}, "entity_id"),
        ({"entity_id": "a", "kind": None, "action": "remove", "before": {}}, "kind"),
        ({"entity_id": "a", "kind": "note", "action": "boil", "before": {}, "after": {}}, "action"),
        ({"entity_id": "a", "kind": "note", "action": "add", "before": {}, "after": {}}, "before"),
        ({"entity_id": "a", "kind": "note", "action": "set", "before": {}}, "after"),
    ],
)
def test_plain_data_that_is_no_change(data: Any, path: str) -> None:
    with pytest.raises(ScoreError) as caught:
        Change.from_dict(data)
    assert caught.value.problems[0].path == path


def test_what_is_null_may_be_missing() -> None:
    fields = good()["n0"]
    data = {"entity_id": "n0", "kind": "note", "action": "remove", "before": fields}
    assert Change.from_dict(data) == Change("n0", "note", "remove", fields, None)
