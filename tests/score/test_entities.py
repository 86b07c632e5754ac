"""The flat form of a score: exact both ways, whatever order the entities come in."""

import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compositions.score.document import Score
from compositions.score.entities import META_ID, from_entities, homeless, to_entities
from compositions.score.serialisation import from_dict, to_dict
from compositions.score.validation import validate
from tests.score.edits import EDITS, edit, edited
from tests.score.strategies import scores
from tests.score.test_validation import GOOD

quick = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))


@quick
@given(scores(), st.randoms(use_true_random=False))
def test_flat_form_and_back_is_the_same_score(score: Score, rng: random.Random) -> None:
    data = to_dict(score)
    entities = to_entities(data)
    assert from_entities(entities) == data
    keys = list(entities)
    rng.shuffle(keys)
    assert from_entities({key: entities[key] for key in keys}) == data
    assert from_dict(from_entities(entities)) == score


@quick
@given(st.data())
def test_edits_of_valid_scores_are_valid_scores(data: st.DataObject) -> None:
    """What other tests take for granted of :mod:`tests.score.edits`."""
    before = to_entities(to_dict(data.draw(scores())))
    untouched = {key: dict(fields) for key, fields in before.items()}
    after = data.draw(edited(before))
    assert validate(from_dict(from_entities(after))) == []
    assert to_entities(from_entities(after)) == after
    assert homeless(after) == []
    assert before == untouched


def test_every_edit_changes_something_in_some_score() -> None:
    before = to_entities(to_dict(GOOD))
    before["l0"] = {
        "kind": "line",
        "text": "Hello",
        "section_id": "s0",
        "language": "en",
        "position": 1.0,
        "locked": False,
    }
    for step in EDITS:
        results = []
        for seed in range(5):
            after = {key: dict(fields) for key, fields in before.items()}
            if step.__name__ == "move_syllable":
                del after["y1"]
            start = {key: dict(fields) for key, fields in after.items()}
            step(after, random.Random(seed), lambda: "new")
            results.append(after != start)
        assert any(results), step.__name__
    assert edit(before, random.Random(1), 30, "new") != before


def test_what_the_flat_form_says() -> None:
    entities = to_entities(to_dict(GOOD))
    assert entities[META_ID] == {
        "kind": "meta",
        "title": "Song",
        "metadata": {"comment": "none", "tags": ["a", 1, 0.5, None, True]},
    }
    assert entities["n0"] == {
        "kind": "note",
        "track": "x1",
        "start": 0,
        "duration": 480,
        "pitch": 60,
        "velocity": 80,
        "locked": False,
        "origin": "",
    }
    assert entities["a0"] == {
        "kind": "automation",
        "track": "x1",
        "tick": 0,
        "parameter": "cc64",
        "value": 127.0,
    }
    assert entities["s0"] == {
        "kind": "section",
        "section_kind": "section",
        "start": 0,
        "duration": 1920,
        "label": "Verse",
        "energy": 0.5,
        "locked": False,
    }
    assert "notes" not in entities["x1"]
    assert entities["y0"]["note_id"] == "n0"


def test_a_note_can_change_its_track() -> None:
    entities = to_entities(to_dict(GOOD))
    entities["n1"]["track"] = "x0"
    tracks = from_entities(entities)["tracks"]
    assert [[note["id"] for note in track["notes"]] for track in tracks] == [["n1"], ["n0"]]


def test_notes_whose_track_is_gone_are_named_and_left_out() -> None:
    entities = to_entities(to_dict(GOOD))
    del entities["x1"]
    assert sorted(homeless(entities)) == ["a0", "n0", "n1"]
    assert [track["id"] for track in from_entities(entities)["tracks"]] == ["x0"]
    assert len(from_entities(entities)["syllables"]) == 2


def test_no_entities_are_an_empty_score() -> None:
    assert from_entities({}) == to_dict(Score())
