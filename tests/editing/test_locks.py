"""What is locked stays as it is, and the answer says both sides."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from compositions.editing.submitting import LockedError
from compositions.score.entities import Entities
from tests.editing.conftest import Apply
from tests.editing.edits import BAR, op

NOTE = {"kind": "note", "track": "track0", "start": 3 * BAR, "duration": 5, "pitch": 5}


@pytest.mark.parametrize(
    ("lock", "operation"),
    [
        ("n0-0", op("n0-0", set={"pitch": 1})),
        ("n0-0", op("n0-0", remove=True)),
        ("n0-0", op("n0-0", set={"locked": False, "pitch": 1})),
        ("n0-0", op("track0", remove=True)),
        ("n0-0", op("syllable0", set={"text": "x"})),
        ("track0", op("n0-0", set={"pitch": 1})),
        ("track0", op("n1-0", set={"track": "track0"})),
        ("track0", op("n9", add=NOTE)),
        ("track0", op("track0", set={"gain_db": 1})),
        ("track0", op("track0", remove=True)),
        ("track0", op("point0", set={"value": 3})),
        ("verse", op("n0-0", set={"pitch": 1})),
        ("verse", op("n0-0", set={"start": 3 * BAR})),
        ("chorus", op("n0-0", set={"start": 3 * BAR})),
        ("chorus", op("n9", add=NOTE)),
        ("chorus", op("chord2", set={"root": "A"})),
        ("chorus", op("tempo1", set={"bpm": 70})),
        ("verse", op("track1", remove=True)),
        ("verse", op("line0", set={"text": "x"})),
        ("verse", op("verse", set={"label": "x"})),
        ("line0", op("line0", remove=True)),
        ("line0", op("syllable0", set={"text": "x"})),
        ("chord1", op("chord1", set={"root": "A"})),
    ],
)
def test_a_lock_protects_what_is_under_it(
    edit: Apply, entities: Callable[[], Entities], lock: str, operation: dict[str, object]
) -> None:
    edit(op(lock, set={"locked": True}))
    before = entities()
    with pytest.raises(LockedError, match="is locked") as caught:
        edit(op("meta", set={"title": "Not even this"}), operation)
    told = caught.value.details["locked"]
    assert {entry["locked_by"] for entry in told} == {lock}
    assert told[-1]["op_id"] == operation["op_id"]
    assert entities() == before


@pytest.mark.parametrize("lock", ["n0-0", "track0", "verse", "line0", "chord1"])
def test_a_lock_comes_off_alone_and_then_anything_goes(edit: Apply, lock: str) -> None:
    edit(op(lock, set={"locked": True}))
    edit(op(lock, set={"locked": False}), op(lock, remove=True))


def test_both_sides_are_told(edit: Apply, entities: Callable[[], Entities]) -> None:
    edit(op("track0", set={"locked": True}))
    asked = op("n0-0", set={"pitch": 1})
    with pytest.raises(LockedError) as caught:
        edit(asked)
    assert caught.value.message == "The track “Track 0” is locked; unlock it first."
    assert caught.value.details["locked"] == [
        {
            "op_id": asked["op_id"],
            "entity_id": "n0-0",
            "locked_by": "track0",
            "present": entities()["n0-0"],
            "asked": {"set": {"pitch": 1}},
        }
    ]


def test_what_is_beside_a_lock_is_free(edit: Apply) -> None:
    edit(op("track0", set={"locked": True}), op("chorus", set={"locked": True}))
    edit(
        op("n1-0", set={"pitch": 1}),
        op("track1", set={"gain_db": 1}),
        op("chord0", set={"root": "A"}),
        op("line0", set={"text": "x"}),
    )
