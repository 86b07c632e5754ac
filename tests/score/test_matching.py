"""An imported song is the present one again, with what was edited in between as changes."""

import random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compositions.score.diff import diff
from compositions.score.document import mint_id
from compositions.score.entities import Plain, from_entities, to_entities
from compositions.score.matching import match_ids
from compositions.score.midi import read_midi, write_midi
from compositions.score.serialisation import from_dict, to_dict
from compositions.score.validation import validate
from tests.score.edits import edited
from tests.score.strategies import scores

quick = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
EVERYTHING: frozenset[str] = frozenset()


def renamed(data: Plain, seed: int = 1) -> Plain:
    """The same score as a file reader gives it: other ids, the order derived from them."""
    rng = random.Random(seed)
    entities = to_entities(data)
    ids = {key: key if key == "meta" else mint_id(rng) for key in entities}
    references = ("track", "note_id", "section_id", "line_id")
    return from_entities(
        {
            ids[key]: {
                name: ids.get(value, value) if name in references else value
                for name, value in fields.items()
            }
            for key, fields in entities.items()
        }
    )


def without_ids(value: Any) -> Any:
    """Plain data in which nothing has an id."""
    if isinstance(value, dict):
        return {name: without_ids(item) for name, item in value.items() if name != "id"}
    return [without_ids(item) for item in value] if isinstance(value, list) else value


@st.composite
def songs(draw: st.DrawFn) -> Plain:
    return from_entities(draw(edited(to_entities(to_dict(draw(scores()))), "b", most=4)))


@quick
@given(songs(), st.integers(0, 2**16))
def test_a_song_without_its_ids_is_that_song(data: Plain, seed: int) -> None:
    assert match_ids(data, renamed(data, seed)) == data
    assert match_ids(data, renamed(data, seed), unsaid=EVERYTHING) == data


@quick
@given(songs())
def test_ids_may_be_missing_altogether(data: Plain) -> None:
    bare = without_ids({**data, "syllables": [], "lines": []})
    assert match_ids(data, bare) == data


@quick
@given(songs(), songs(), st.booleans())
def test_any_import_gives_a_valid_score(present: Plain, other: Plain, guess: bool) -> None:
    result = match_ids(present, other, unsaid=None if guess else EVERYTHING)
    assert validate(from_dict(result)) == []
    assert from_entities(to_entities(result)) == result


@quick
@given(songs(), st.data())
def test_edits_made_elsewhere_come_back_as_about_as_many_changes(
    data: Plain, draw: st.DataObject
) -> None:
    before = to_entities(data)
    after = draw.draw(edited(before, "a"))
    found = match_ids(data, renamed(from_entities(after)), unsaid=EVERYTHING)
    # What names something that came back as something new follows it.
    follows = {"note_id", "section_id", "line_id"}
    made = [
        change
        for change in diff(before, to_entities(found))
        if change.action != "set" or not follows.issuperset(change.after or {})
    ]
    assert len(made) <= 2 * len(diff(before, after))


@quick
@given(songs())
def test_a_midi_file_of_the_song_is_that_song(data: Plain) -> None:
    """Locks, origins, presets, Roman numerals, phonemes, lines and comments are no loss."""
    imported = to_dict(read_midi(write_midi(from_dict(data))).score)
    changes = diff(to_entities(data), to_entities(match_ids(data, imported)))
    assert [change for change in changes if change.action != "set"] == []
