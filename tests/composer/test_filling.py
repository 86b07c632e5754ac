"""Filling what a prompt leaves open with the answer of somebody else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compositions.composer import Source, parse_prompt
from compositions.composer.filling import answer_schema, fill_open, open_fields
from compositions.composer.spec import FIELD_NAMES, MusicSpec

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


def test_only_open_fields_are_filled() -> None:
    spec = parse_prompt("jazz waltz at 90 bpm without drums")
    filling = fill_open(
        spec, {"tempo": 200, "genre": "metal", "mood": ["sad"], "tonic": "Ab", "mode": "minor"}
    )
    assert (filling.spec.tempo, filling.spec.genre) == (spec.tempo, spec.genre)
    assert filling.spec.mood.value == ("sad",)
    assert filling.spec.tonic.source is Source.LLM
    assert filling.spec.tonic.asked
    assert dict(filling.taken) == {"mood": ["sad"], "tonic": "Ab", "mode": "minor"}
    assert len(filling.refused) == 2
    again = fill_open(spec, filling.taken)
    assert again.spec == filling.spec


@pytest.mark.parametrize(
    ("prompt", "closed"),
    [
        ("Am F C G in every bar", {"chords", "tonic", "mode"}),
        ("[Verse 8] [Chorus 8]", {"seconds"}),
        ("16 bars", {"seconds"}),
        ("only piano", {"instruments"}),
    ],
)
def test_what_was_said_closes_what_depends_on_it(prompt: str, closed: set[str]) -> None:
    assert not closed & set(open_fields(parse_prompt(prompt)))


def test_the_tempo_stays_in_the_range_that_was_asked_for() -> None:
    spec = parse_prompt("")
    spec = spec.with_value("tempo_range", (60.0, 80.0), Source.PROMPT, 1.0)
    assert fill_open(spec, {"tempo": 120}).spec.tempo.value is None
    assert fill_open(spec, {"tempo": 70}).spec.tempo.value == 70


def test_a_filled_specification_can_be_stored() -> None:
    filling = fill_open(
        parse_prompt("something"), {"genre": "ambient", "instruments": ["Harp"], "density": 0.1}
    )
    assert MusicSpec.from_dict(filling.spec.to_dict()) == filling.spec


def test_the_schema_asks_for_all_that_is_open() -> None:
    spec = parse_prompt("")
    schema = answer_schema(spec)
    assert schema["required"] == list(open_fields(spec)) == list(schema["properties"])
    assert schema["additionalProperties"] is False
    for field in schema["properties"].values():
        assert "null" in field["type"]


@given(
    st.dictionaries(st.sampled_from([*FIELD_NAMES, "key", "prompt", "notes"]), ANYTHING, max_size=6)
)
@settings(max_examples=150, deadline=None)
def test_no_answer_is_an_error_and_what_is_taken_is_fit(answer: dict[str, Any]) -> None:
    spec = parse_prompt("a song at 90 bpm")
    filling = fill_open(spec, answer)
    assert filling.spec.tempo == spec.tempo
    assert set(filling.taken) <= set(open_fields(spec))
    assert fill_open(spec, filling.taken).spec == filling.spec
    MusicSpec.from_dict(filling.spec.to_dict())
