"""Parts of a diff: complete together, and valid alone."""

from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from compositions.score.diff import apply_changes, diff
from compositions.score.entities import Entities, from_entities, to_entities
from compositions.score.errors import ScoreError
from compositions.score.scope import Scope, changes_in_scope
from compositions.score.serialisation import from_dict, to_dict
from compositions.score.validation import validate
from tests.score.edits import copy, edited
from tests.score.strategies import scores
from tests.score.test_validation import GOOD

quick = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def two_scores(draw: st.DrawFn) -> tuple[Entities, Entities]:
    before = draw(edited(to_entities(to_dict(draw(scores()))), "b", most=4))
    return before, draw(edited(before, "a", most=10))


def ids(entities: Entities, kind: str) -> list[str]:
    return [key for key, fields in entities.items() if fields["kind"] == kind]


def problems(entities: Entities) -> list[Any]:
    return validate(from_dict(from_entities(entities)))


@quick
@given(two_scores(), st.data())
def test_what_a_scope_takes_leaves_a_valid_score(
    pair: tuple[Entities, Entities], data: st.DataObject
) -> None:
    before, after = pair
    changes = diff(before, after)
    tracks = sorted({*ids(before, "track"), *ids(after, "track")})
    sections = sorted({*ids(before, "section"), *ids(after, "section")})
    first = data.draw(st.integers(1, 12))
    scope = Scope(
        tuple(data.draw(st.lists(st.sampled_from(tracks), unique=True)) if tracks else ()),
        tuple(data.draw(st.lists(st.sampled_from(sections), unique=True)) if sections else ()),
        data.draw(st.sampled_from([None, (first, first + 3)])),
    )
    taken = changes_in_scope(changes, before, after, scope)
    assert all(change in changes for change in taken)
    assert problems(apply_changes(before, taken)) == []


@quick
@given(two_scores())
def test_all_bars_together_are_everything_that_has_a_time(pair: tuple[Entities, Entities]) -> None:
    before, after = pair
    changes = diff(before, after)
    found = [
        change.entity_id
        for bars in ((1, 2), (3, 5), (6, 100_000))
        for change in changes_in_scope(changes, before, after, Scope(bars=bars))
    ]
    timeless = {change.entity_id for change in changes if change.kind in ("meta", "track", "line")}
    assert {change.entity_id for change in changes} - timeless <= set(found)


@quick
@given(two_scores())
def test_all_tracks_together_are_everything_that_has_a_track(
    pair: tuple[Entities, Entities],
) -> None:
    before, after = pair
    changes = diff(before, after)
    tracks = {*ids(before, "track"), *ids(after, "track")}
    assume(tracks)
    found = {
        change.entity_id
        for track in tracks
        for change in changes_in_scope(changes, before, after, Scope(tracks=(track,)))
    }
    kinds = ("track", "note", "automation", "syllable")
    assert {change.entity_id for change in changes if change.kind in kinds} <= found


def test_an_empty_scope_is_everything() -> None:
    before = to_entities(to_dict(GOOD))
    after = copy(before)
    after["meta"]["title"] = "Other"
    changes = diff(before, after)
    assert changes_in_scope(changes, before, after, Scope()) == changes
    assert changes_in_scope(changes, before, after, Scope(bars=(1, 9))) == []


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ([], ""),
        ({"track": []}, "track"),
        ({"tracks": "t0"}, "tracks"),
        ({"tracks": [1]}, "tracks"),
        ({"sections": ["s"] * 1001}, "sections"),
        ({"bars": [1]}, "bars"),
        ({"bars": [0, 2]}, "bars"),
        ({"bars": [3, 2]}, "bars"),
        ({"bars": [True, 2]}, "bars"),
    ],
)
def test_a_wrong_scope_is_told_where(data: Any, path: str) -> None:
    with pytest.raises(ScoreError) as error:
        Scope.from_dict(data)
    assert [problem.path for problem in error.value.problems] == [path]


def test_a_scope_survives_as_plain_data() -> None:
    scope = Scope(("t0",), ("s0", "s1"), (2, 4))
    assert Scope.from_dict(scope.to_dict()) == scope
    assert Scope.from_dict({}) == Scope.from_dict(None) == Scope()


def test_a_scope_names_what_neither_score_has() -> None:
    entities = to_entities(to_dict(GOOD))
    with pytest.raises(ScoreError, match=r"tracks\[0\]: no track 'nobody'"):
        changes_in_scope([], entities, entities, Scope(tracks=("nobody",)))


def edited_good() -> tuple[Entities, Entities]:
    """GOOD, and with a sung counter melody from bar 3, another second chord and no first note."""
    before = to_entities(to_dict(GOOD))
    after = copy(before)
    after["x2"] = {**after["x1"], "name": "Counter", "position": 9.0}
    after["n7"] = {**after["n1"], "track": "x2", "start": 3840}
    after["y7"] = {**after["y1"], "note_id": "n7"}
    del after["n0"], after["y0"], after["c1"]
    after["c0"]["duration"] = 480
    after["c7"] = {**before["c1"], "start": 480, "duration": 1000}
    after["meta"]["title"] = "Other"
    return before, after


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (Scope(bars=(3, 3)), {"x2", "n7", "y7"}),
        (Scope(tracks=("x2",)), {"x2", "n7", "y7"}),
        (Scope(tracks=("x1",)), {"n0", "y0"}),
        (Scope(tracks=("x1",), bars=(2, 9)), set()),
        (Scope(sections=("s0",)), {"n0", "y0", "c0", "c1", "c7"}),
        (Scope(sections=("s1",)), set()),
    ],
)
def test_a_scope_takes_what_is_in_it_and_what_that_needs(scope: Scope, expected: set[str]) -> None:
    before, after = edited_good()
    taken = changes_in_scope(diff(before, after), before, after, scope)
    assert {change.entity_id for change in taken} == expected
    assert problems(apply_changes(before, taken)) == []


def test_a_chord_brings_the_one_that_makes_room_for_it() -> None:
    before = to_entities(to_dict(GOOD))
    before["c1"]["duration"] = 2000
    after = copy(before)
    after["c0"]["roman"] = "ii7"
    after["c1"]["duration"] = 960
    after["c7"] = {**before["c1"], "start": 1920, "duration": 480}
    taken = changes_in_scope(diff(before, after), before, after, Scope(bars=(2, 2)))
    assert {change.entity_id for change in taken} == {"c1", "c7"}
