"""Three-way merge: its laws, what it calls a conflict, and that nothing points to nothing."""

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from compositions.score.diff import diff
from compositions.score.entities import Entities, homeless, to_entities
from compositions.score.merge import merge
from compositions.score.serialisation import to_dict
from tests.score.edits import copy, edited
from tests.score.strategies import scores

quick = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def three_sides(draw: st.DrawFn) -> tuple[Entities, Entities, Entities]:
    """A score with lyric lines, and two edited copies of it."""
    base = draw(edited(to_entities(to_dict(draw(scores()))), "b", most=4))
    return base, draw(edited(base, "o")), draw(edited(base, "t"))


def dangling(entities: Entities) -> list[str]:
    """What names something that is not there."""
    kinds = {"note_id": "note", "section_id": "section", "line_id": "line"}
    return homeless(entities) + [
        key
        for key, fields in entities.items()
        for name, kind in kinds.items()
        if fields.get(name) and entities.get(fields[name], {}).get("kind") != kind
    ]


@quick
@given(three_sides())
def test_what_one_side_leaves_alone_the_other_decides(
    sides: tuple[Entities, Entities, Entities],
) -> None:
    base, ours, theirs = sides
    for result, expected in (
        (merge(base, ours, base), ours),
        (merge(base, base, theirs), theirs),
        (merge(base, ours, copy(ours)), ours),
    ):
        assert diff(result.entities, expected) == []
        assert result.conflicts == ()


@quick
@given(three_sides())
def test_swapped_sides_give_the_same_conflicts_and_the_same_rest(
    sides: tuple[Entities, Entities, Entities],
) -> None:
    base, ours, theirs = sides
    one, other = merge(base, ours, theirs), merge(base, theirs, ours)
    event(f"{min(len(one.conflicts), 3)} conflicts or more")
    assert {(c.id, str((c.base, c.ours, c.theirs))) for c in one.conflicts} == {
        (c.id, str((c.base, c.theirs, c.ours))) for c in other.conflicts
    }
    assert (one.ours_changes, one.theirs_changes) == (other.theirs_changes, other.ours_changes)
    disputed = {(c.entity_id, c.field and c.field.split("/")[0]) for c in one.conflicts}
    for change in diff(one.entities, other.entities):
        assert change.action == "set", "which entities there are does not depend on the side"
        for name in {**(change.before or {}), **(change.after or {})}:
            assert (change.entity_id, name) in disputed


@quick
@given(three_sides(), st.data())
def test_the_result_points_to_nothing_that_is_not_there(
    sides: tuple[Entities, Entities, Entities], data: st.DataObject
) -> None:
    base, ours, theirs = sides
    untouched = [copy(side) for side in sides]
    result = merge(base, ours, theirs)
    assert dangling(result.entities) == []
    choices = {
        conflict.id: data.draw(st.sampled_from(["base", "ours", "theirs"]))
        for conflict in result.conflicts
    }
    assert dangling(merge(base, ours, theirs, choices).entities) == []
    assert [base, ours, theirs] == untouched


@quick
@given(three_sides())
def test_resolutions_do_what_they_say(sides: tuple[Entities, Entities, Entities]) -> None:
    base, ours, theirs = sides
    undecided = merge(base, ours, theirs)
    sources = {"base": base, "ours": ours, "theirs": theirs}
    for choice, source in sources.items():
        result = merge(base, ours, theirs, {c.id: choice for c in undecided.conflicts})
        assert {c.id for c in (*result.conflicts, *result.resolved)} == {
            c.id for c in undecided.conflicts
        }
        for conflict in result.resolved:
            fields = result.entities.get(conflict.entity_id)
            if conflict.field is None:
                if source.get(conflict.entity_id) is None:
                    assert fields is None
                else:
                    assert fields is not None
            elif fields is not None and "/" not in conflict.field and conflict.field != "track":
                if conflict.field in ("note_id", "section_id", "line_id"):
                    continue
                assert fields[conflict.field] == source[conflict.entity_id][conflict.field]
        if choice != "base":
            assert result.conflicts == ()
    defaults = {c.id: c.default for c in undecided.conflicts}
    assert diff(merge(base, ours, theirs, defaults).entities, undecided.entities) == []
