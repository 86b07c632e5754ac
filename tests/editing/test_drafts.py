"""Operations on a document in memory: their effects say all that happened, and can be undone."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compositions.score.diff import apply_changes, diff, invert
from compositions.score.drafts import Draft
from compositions.score.entities import Entities, from_entities, to_entities
from compositions.score.errors import ScoreError
from compositions.score.operations import Operation, parse_operations
from compositions.score.serialisation import from_dict, to_dict
from compositions.score.tree import write_tree
from compositions.score.validation import validate
from tests.editing.edits import Edits, op
from tests.editing.songs import full_score


def document() -> Entities:
    return to_entities(to_dict(full_score()))


def drafted(entities: Entities, *operations: dict[str, Any]) -> Draft:
    draft = Draft(dict(entities), totals={"note": 36, "automation": 3})
    for operation in parse_operations(list(operations)):
        draft.apply(operation)
    draft.finish()
    return draft


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), size=st.integers(1, 40))
def test_effects_tell_all_that_happened_and_lead_back(seed: int, size: int) -> None:
    before = document()
    operations = Edits(random.Random(seed)).batch(before, size)
    draft = drafted(before, *operations)
    changes = [effect.change for effect in draft.effects]
    assert apply_changes(before, changes) == draft.entities
    assert diff(apply_changes(draft.entities, invert(changes)), before) == []
    named = [effect.op_id for effect in draft.effects if effect.op_id]
    refused = len(draft.problems) + len(draft.locked) + len(draft.superseded)
    assert len(named) + refused == len(operations)
    assert len(set(named)) == len(named)
    if not draft.misfits:
        # What the rules let through entity by entity is valid as a whole, too.
        plain = from_entities(draft.entities)
        assert validate(from_dict(plain)) == []
        assert write_tree(plain).tree_hash


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), size=st.integers(1, 60))
def test_whatever_breaks_the_whole_score_is_found_in_the_part(seed: int, size: int) -> None:
    """The rules of an edit are those of a score: neither lets through what the other refuses."""
    before = document()
    draft = drafted(before, *Edits(random.Random(seed)).batch(before, size))
    whole = validate(from_dict(from_entities(draft.entities)))
    positions = [problem for problem in draft.misfits if "position" in problem.path]
    assert bool(whole) == (len(draft.misfits) > len(positions))


@pytest.mark.parametrize(
    ("data", "path"),
    [
        (None, "operations"),
        ([], "operations"),
        ([{}], "operations[0].op_id"),
        ([{**op("n1", set={"pitch": 1}), "add": {}}], "operations[0]"),
        ([op("n1", set=[])], "operations[0].set"),
        ([op("n1", add={"kind": "meta"})], "operations[0].add.kind"),
        ([op("n1", add={"kind": ["note"]})], "operations[0].add.kind"),
        ([{**op("n1", remove=True), "op_id": "a b"}], "operations[0].op_id"),
        ([{**op("n1", remove=True), "op_id": 5}], "operations[0].op_id"),
        ([op("x" * 65, remove=True)], "operations[0].entity_id"),
        ([{**op("n1", remove=True), "op_id": "same"}] * 2, "operations[1].op_id"),
    ],
)
def test_the_form_of_operations_is_checked(data: Any, path: str) -> None:
    with pytest.raises(ScoreError) as caught:
        parse_operations(data)
    assert path in [problem.path for problem in caught.value.problems]


def test_faults_are_counted_up_to_a_limit() -> None:
    with pytest.raises(ScoreError) as caught:
        parse_operations([{"op_id": "", "entity_id": ""} for _ in range(5_000)])
    assert len(caught.value.problems) == 100


def test_too_many_of_a_kind_are_refused() -> None:
    draft = Draft(document(), totals={"note": 200_000, "automation": 0})
    note = {"kind": "note", "track": "track0", "start": 0, "duration": 5, "pitch": 5}
    draft.apply(Operation("a", "new", "add", note, "operations[0]"))
    draft.finish()
    assert [problem.message for problem in draft.misfits] == [
        "200001 entities of kind note; the limit is 200000"
    ]
