"""Three-way merge: its laws, what it calls a conflict, and that nothing points to nothing."""

from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from compositions.score.diff import diff
from compositions.score.entities import Entities, homeless, to_entities
from compositions.score.merge import MergeResult, merge
from compositions.score.serialisation import to_dict
from tests.score.edits import copy, edited, remove
from tests.score.strategies import scores
from tests.score.test_validation import GOOD

quick = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))


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


def song() -> Entities:
    """GOOD with a line of lyrics in the first section, sung on the first note."""
    entities = to_entities(to_dict(GOOD))
    entities["l0"] = {
        "kind": "line",
        "text": "Hello",
        "section_id": "s0",
        "language": "en",
        "position": 1.0,
        "locked": False,
    }
    entities["y0"]["line_id"] = "l0"
    return entities


def changed(base: Entities, **edits: dict[str, Any] | None) -> Entities:
    """A copy with fields set, entities added (those with a kind) or removed (None)."""
    result = copy(base)
    for key, values in edits.items():
        if values is None:
            remove(result, key)
        elif "kind" in values:
            result[key] = values
        else:
            result[key].update(values)
    return result


def told(result: MergeResult) -> list[tuple[str, str]]:
    return [(conflict.id, conflict.words) for conflict in result.conflicts]


def test_different_fields_of_one_note_are_both_taken() -> None:
    base = song()
    result = merge(base, changed(base, n0={"start": 240}), changed(base, n0={"duration": 960}))
    assert result.conflicts == ()
    assert result.entities["n0"] == {**base["n0"], "start": 240, "duration": 960}
    assert (result.ours_changes, result.theirs_changes) == (1, 1)


@pytest.mark.parametrize(
    ("key", "field", "ours", "theirs", "words"),
    [
        ("n1", "duration", 240, 120, "Lead, bar 1: D4 is 1/8 long in ours, 1/16 in theirs"),
        ("n1", "pitch", 64, 65, "Lead, bar 1: D4 becomes E4 in ours, F4 in theirs"),
        ("n1", "velocity", 1, 2, "Lead, bar 1: D4 has velocity 1 in ours, 2 in theirs"),
        ("n1", "start", 0, 1920, "Lead, bar 1: D4 begins at bar 1 in ours, bar 2 in theirs"),
        ("x1", "gain_db", -3.0, 1.5, "Lead: “Lead” is at -3 dB in ours, 1.5 dB in theirs"),
        ("x1", "program", 42, 40, "Lead: “Lead” plays Cello in ours, Violin in theirs"),
        ("c1", "root", "D", "Eb", "Chord, bar 1: C7/E has the root “D” in ours, “Eb” in theirs"),
        ("t1", "bpm", 80.0, 91.5, "Tempo, bar 1: the tempo is 80 bpm in ours, 91.5 bpm in theirs"),
        ("s1", "label", "A", "B", "Section, bar 2: “Chorus” is named “A” in ours, “B” in theirs"),
        ("y1", "text", "la", "lu", "Lead, bar 1: “lo” reads “la” in ours, “lu” in theirs"),
        ("l0", "text", "Oh", "Ah", "Lyrics: “Hello” reads “Oh” in ours, “Ah” in theirs"),
        ("meta", "title", "A", "B", "The song: the song is named “A” in ours, “B” in theirs"),
    ],
)
def test_one_field_with_two_values_is_a_conflict_in_words(
    key: str, field: str, ours: Any, theirs: Any, words: str
) -> None:
    base = song()
    if key == "n1":
        base["n1"]["pitch"] = 62
    sides = (base, changed(base, **{key: {field: ours}}), changed(base, **{key: {field: theirs}}))
    result = merge(*sides)
    assert told(result) == [(f"{key}:{field}", words)]
    (conflict,) = result.conflicts
    assert (conflict.base, conflict.ours, conflict.theirs) == (base[key][field], ours, theirs)
    assert (conflict.default, conflict.reason) == ("ours", "changed on both sides")
    assert result.entities[key][field] == ours
    for choice, value in (("base", base[key][field]), ("ours", ours), ("theirs", theirs)):
        decided = merge(*sides, {conflict.id: choice})
        assert decided.entities[key][field] == value
        assert (decided.conflicts, decided.resolved) == ((), (conflict,))


def test_a_removed_and_edited_chord_is_kept_until_somebody_decides() -> None:
    base = song()
    sides = (base, changed(base, c0=None), changed(base, c0={"quality": "m9"}))
    result = merge(*sides)
    assert told(result) == [("c0", "Chord, bar 1: Gm7 was removed in ours; theirs changed it")]
    assert result.entities["c0"]["quality"] == "m9"
    assert result.conflicts[0].default == "theirs"
    assert "c0" not in merge(*sides, {"c0": "ours"}).entities
    assert merge(*sides, {"c0": "base"}).entities["c0"] == base["c0"]


def test_a_removed_and_untouched_chord_is_removed() -> None:
    base = song()
    result = merge(base, changed(base, c0=None), changed(base, c1={"quality": "m9"}))
    assert "c0" not in result.entities
    assert result.conflicts == ()


def test_a_removed_track_with_edited_notes_is_one_conflict() -> None:
    base = song()
    new = {**base["n1"], "start": 4000}
    theirs = changed(base, n0={"pitch": 70}, n1=None, n9=new, y0={"text": "Hey"})
    sides = (base, changed(base, x1=None), theirs)
    result = merge(*sides)
    words = "Lead: the track was removed in ours; theirs changed 2 notes of it and 1 syllable of it"
    assert told(result) == [("x1", words)]
    assert result.entities == theirs
    assert merge(*sides, {"x1": "ours"}).entities == sides[1]
    assert merge(*sides, {"x1": "base"}).entities == base
    mirrored = merge(base, theirs, sides[1])
    assert mirrored.entities == theirs
    assert [conflict.default for conflict in mirrored.conflicts] == ["ours"]


def test_a_note_moved_into_a_removed_track_goes_back_with_it() -> None:
    base = song()
    sides = (base, changed(base, x0=None), changed(base, n0={"track": "x0", "velocity": 9}))
    assert [conflict.id for conflict in merge(*sides).conflicts] == ["x0"]
    assert merge(*sides).entities["n0"]["track"] == "x0"
    decided = merge(*sides, {"x0": "ours"}).entities
    assert decided["n0"] == {**base["n0"], "velocity": 9}
    assert "x0" not in decided


def test_a_note_moved_out_of_a_removed_track_is_no_conflict() -> None:
    base = song()
    ours = changed(base, n0={"track": "x0"}, x1=None)
    result = merge(base, ours, changed(base, n0={"velocity": 9}))
    assert result.conflicts == ()
    assert result.entities["n0"] == {**base["n0"], "track": "x0", "velocity": 9}


def test_a_syllable_edited_on_a_removed_note_brings_it_back() -> None:
    base = song()
    sides = (base, changed(base, n1=None), changed(base, y1={"text": "la"}))
    result = merge(*sides)
    words = "Lead, bar 1: D4 was removed in ours; theirs changed 1 syllable of it"
    assert told(result) == [("n1", words)]
    assert result.entities["n1"] == base["n1"]
    assert result.entities["y1"]["text"] == "la"
    assert merge(*sides, {"n1": "ours"}).entities == sides[1]


def test_a_kept_section_keeps_its_lines() -> None:
    base = song()
    result = merge(base, changed(base, s0=None), changed(base, s0={"energy": 1.0}))
    assert [conflict.id for conflict in result.conflicts] == ["s0"]
    assert result.entities["l0"]["section_id"] == "s0"


def test_a_line_written_in_a_removed_section_is_kept_without_it() -> None:
    base = song()
    new = {**base["l0"], "text": "More", "position": 2.0}
    result = merge(base, changed(base, s0=None), changed(base, l1=new, l0={"text": "Hey"}))
    assert result.conflicts == ()
    assert result.entities["l1"] == {**new, "section_id": ""}
    assert result.entities["l0"] == {**base["l0"], "text": "Hey", "section_id": ""}


def test_metadata_is_merged_key_by_key() -> None:
    base = song()
    sides = [copy(base) for _ in range(3)]
    for side, metadata in zip(
        sides,
        (
            {"a": 1, "gone": 1, "deep": {"x/y": 1, "z": 1}},
            {"a": 1, "ours": 1, "deep": {"x/y": 2, "z": 1}, "both": True},
            {"a": 2, "gone": 1, "deep": {"x/y": 3}, "both": 1},
        ),
        strict=True,
    ):
        side["meta"]["metadata"] = metadata
    result = merge(*sides)
    assert result.entities["meta"]["metadata"] == {
        "a": 2, "ours": 1, "deep": {"x/y": 2}, "both": True,
    }  # fmt: skip
    assert [conflict.id for conflict in result.conflicts] == [
        "meta:metadata/both",
        "meta:metadata/deep/x~1y",
    ]
    decided = merge(*sides, {"meta:metadata/both": "base", "meta:metadata/deep/x~1y": "theirs"})
    assert decided.entities["meta"]["metadata"] == {"a": 2, "ours": 1, "deep": {"x/y": 3}}


def test_the_same_id_added_twice_is_merged_field_by_field() -> None:
    base = song()
    one, other = {**base["n1"], "start": 960}, {**base["n1"], "start": 960, "velocity": 5}
    sides = (base, changed(base, n9=one), changed(base, n9=other))
    result = merge(*sides)
    assert [(c.id, c.base, c.reason) for c in result.conflicts] == [
        ("n9:velocity", None, "added on both sides")
    ]
    undecided = merge(*sides, {"n9:velocity": "base"})
    assert undecided.conflicts == result.conflicts, "there is no base to go back to"
    point = {**base["a0"], "track": "x0"}
    result = merge(base, sides[1], changed(base, n9=point))
    assert [(c.id, c.default) for c in result.conflicts] == [("n9", "ours")]
    assert merge(base, sides[1], changed(base, n9=point), {"n9": "theirs"}).entities["n9"] == point


def test_a_wrong_resolution_is_refused() -> None:
    with pytest.raises(ValueError, match="n0:pitch: 'mine' is not one of base, ours, theirs"):
        merge(song(), song(), song(), {"n0:pitch": "mine"})
