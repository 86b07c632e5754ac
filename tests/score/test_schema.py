"""The published JSON Schema: as the code says, and of one mind with the validation."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator

from compositions.composer import compose, parse_prompt
from compositions.score import limits
from compositions.score.document import AutomationPoint, LyricLine, Mode, Score, TrackRole, ordered
from compositions.score.errors import ScoreError
from compositions.score.mix_settings import EqualiserBand
from compositions.score.operations import MAX_OPERATIONS
from compositions.score.schema import ENTITIES, as_text, score_schema
from compositions.score.serialisation import from_dict, to_dict
from compositions.score.validation import check
from tests.score.songs import song
from tests.score.strategies import scores

FILE = Path(__file__).resolve().parents[2] / "docs" / "score.schema.json"
PAGE = FILE.with_name("document.md").read_text(encoding="utf-8")
VALIDATOR = Draft202012Validator(json.loads(FILE.read_text(encoding="utf-8")))
quick = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def test_the_published_schema_is_what_the_code_says() -> None:
    assert FILE.read_text(encoding="utf-8") == as_text(), (
        "run: python -m compositions.score.schema docs/score.schema.json"
    )


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(score_schema())


@quick
@given(scores())
def test_it_accepts_every_valid_score(score: Score) -> None:
    assert list(VALIDATOR.iter_errors(to_dict(score))) == []


def test_it_accepts_what_the_composer_makes() -> None:
    made = compose(parse_prompt("waltz in A minor for violin, 20 seconds"), seed=3)
    assert list(VALIDATOR.iter_errors(to_dict(ordered(made.score)))) == []


def test_fields_with_a_default_may_be_missing() -> None:
    data = changed(("tracks", 0, "pan"), ...)
    del data["tracks"][0]["notes"][0]["velocity"]
    assert VALIDATOR.is_valid(data)
    check(from_dict(data))


def changed(path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """The song as data with another value at a path; ``...`` takes the field away."""
    data: Any = json.loads(json.dumps(to_dict(song())))
    target = data
    for step in path[:-1]:
        target = target[step]
    if value is ...:
        del target[path[-1]]
    elif path[-1] == "append":
        target.append(value)
    else:
        target[path[-1]] = value
    return dict(data)


def is_accepted(data: Any) -> bool:
    """Whether the code takes the data for a score."""
    try:
        check(from_dict(data))
    except ScoreError:
        return False
    return True


NOTE = ("tracks", 0, "notes", 0)
POINT = ("tracks", 1, "automation", 0)
BROKEN: list[tuple[tuple[Any, ...], Any]] = [
    (("format",), "midi"),
    (("version",), 2),
    (("version",), ...),
    (("colour",), "red"),
    (("title",), None),
    (("title",), "x" * (limits.MAX_NAME_LENGTH + 1)),
    (("metadata",), []),
    (("tempos",), []),
    (("tempos",), ...),
    (("tempos", 0, "tick"), 5),
    (("tempos", 0, "tick"), 1.5),
    (("tempos", 0, "bpm"), 9.9),
    (("tempos", 0, "bpm"), 400.1),
    (("tempos", 0, "bpm"), "120"),
    (("tempos", 0, "id"), "meta"),
    (("tempos", 0, "id"), "has space"),
    (("tempos", 0, "id"), "x" * 65),
    (("tempos", 0, "id"), ...),
    (("meters", 0, "numerator"), 33),
    (("meters", 0, "numerator"), 0),
    (("meters", 0, "denominator"), 3),
    (("keys", 0, "tonic"), "H"),
    (("keys", 0, "tonic"), "Bbb"),
    (("keys", 0, "mode"), "sad"),
    (("sections", 0, "duration"), 0),
    (("sections", 0, "energy"), 1.1),
    (("sections", 0, "kind"), 5),
    (("chords", 0, "root"), "g"),
    (("chords", 0, "bass"), "X"),
    (("chords", 0, "roman"), "i" * 33),
    (("tracks", 0), []),
    (("tracks", 0, "role"), "boss"),
    (("tracks", 0, "program"), 128),
    (("tracks", 0, "bank"), -1),
    (("tracks", 0, "gain_db"), 25.0),
    (("tracks", 0, "pan"), -1.5),
    (("tracks", 0, "reverb_send"), 2),
    (("tracks", 0, "muted"), 1),
    (("tracks", 0, "position"), 2e9),
    (("tracks", 0, "locked"), "no"),
    (("tracks", 0, "equaliser"), [{"type": "notch", "frequency_hz": 100.0}]),
    (("tracks", 0, "equaliser"), [{"type": "bell", "frequency_hz": 10.0}]),
    (("tracks", 0, "equaliser"), [{"type": "bell", "frequency_hz": 100.0}] * 9),
    (("tracks", 0, "equaliser"), [{"type": "bell"}]),
    (("tracks", 0, "compressor"), {"ratio": 0.5}),
    (("tracks", 0, "compressor"), 4.0),
    (("tracks", 0, "saturation"), 1.1),
    (("tracks", 0, "width"), -0.1),
    (("tracks", 0, "delay_send"), "much"),
    (("tracks", 0, "ducking_db"), 25.0),
    (("tracks", 0, "bus"), "choir"),
    (("tracks", 0, "automatic_level"), None),
    (("target_lufs",), -7.0),
    (("mix_preset",), None),
    (("delay_beats",), 0.0),
    (("bass_gain_db",), 13.0),
    (("automatic_balance",), 1),
    ((*NOTE, "pitch"), 128),
    ((*NOTE, "pitch"), -1),
    ((*NOTE, "pitch"), 60.5),
    ((*NOTE, "pitch"), ...),
    ((*NOTE, "velocity"), 0),
    ((*NOTE, "velocity"), 128),
    ((*NOTE, "start"), -1),
    ((*NOTE, "start"), limits.MAX_TICKS + 1),
    ((*NOTE, "duration"), 0),
    ((*NOTE, "flavour"), 1),
    ((*NOTE, "origin"), "o" * 201),
    ((*POINT, "parameter"), "cc0"),
    ((*POINT, "parameter"), "cc32"),
    ((*POINT, "parameter"), "cc120"),
    ((*POINT, "parameter"), "volume"),
    ((*POINT, "value"), 128.0),
    ((*POINT, "value"), -1.0),
    (("lines", 0, "text"), "x" * (limits.MAX_LYRIC_LINE_LENGTH + 1)),
    (("lines", 0, "language"), "x" * 36),
    (("lines", 0, "section_id"), "no section"),
    (("syllables", 0, "text"), "x" * (limits.MAX_SYLLABLE_LENGTH + 1)),
    (("syllables", 0, "note_id"), ""),
    (("syllables", 0, "phonemes"), ["AH"] * (limits.MAX_PHONEMES + 1)),
    (("syllables", 0, "phonemes"), [1]),
    (("syllables", 0, "continues"), 0),
]


@pytest.mark.parametrize(("path", "value"), BROKEN)
def test_it_refuses_broken_scores_as_the_code_does(path: tuple[Any, ...], value: Any) -> None:
    data = changed(path, value)
    assert not is_accepted(data)
    assert not VALIDATOR.is_valid(data)


EDGES: list[tuple[tuple[Any, ...], Any]] = [
    (("title",), "x" * limits.MAX_NAME_LENGTH),
    (("tempos", 0, "bpm"), 10.0),
    (("tempos", 0, "bpm"), 400),
    (("tempos", 0, "id"), "x" * 64),
    (("meters", 0, "numerator"), 32),
    (("meters", 0, "denominator"), 64),
    (("keys", 0, "tonic"), "F#"),
    (("chords", 0, "root"), "Ebb"),
    (("chords", 0, "bass"), "F##"),
    (("chords", 0, "bass"), ""),
    (("tracks", 0, "bank"), limits.BANK_MAX),
    (("tracks", 0, "gain_db"), limits.GAIN_MIN_DB),
    (("tracks", 0, "position"), -limits.MAX_POSITION),
    (("tracks", 0, "equaliser"), []),
    (("tracks", 0, "equaliser"), [{"type": "bell", "frequency_hz": 20, "gain_db": -24.0}] * 8),
    (("tracks", 0, "equaliser"), None),
    (("tracks", 0, "compressor"), {}),
    (("tracks", 0, "ducking_db"), 24.0),
    (("tracks", 0, "bus"), "drums"),
    (("tracks", 0, "automatic_level"), False),
    (("target_lufs",), -23),
    (("target_lufs",), None),
    (("drums_gain_db",), -24.0),
    ((*NOTE, "pitch"), 127),
    ((*NOTE, "velocity"), 1),
    ((*NOTE, "start"), 0),
    ((*POINT, "parameter"), "cc119"),
    ((*POINT, "parameter"), "cc1"),
    ((*POINT, "parameter"), "pitch_bend"),
    ((*POINT, "value"), 127),
    (("lines", 0, "section_id"), ""),
    (("syllables", 0, "line_id"), ""),
    (("syllables", 0, "phonemes"), ["AH"] * limits.MAX_PHONEMES),
]


@pytest.mark.parametrize(("path", "value"), EDGES)
def test_both_accept_what_is_just_within_the_limits(path: tuple[Any, ...], value: Any) -> None:
    data = changed(path, value)
    assert is_accepted(data)
    assert VALIDATOR.is_valid(data)


def test_pitch_bend_has_a_range_of_its_own() -> None:
    data = changed((*POINT, "parameter"), "pitch_bend")
    data["tracks"][1]["automation"][0]["value"] = -8192.0
    assert is_accepted(data)
    assert VALIDATOR.is_valid(data)
    data["tracks"][1]["automation"][0]["value"] = 8192.0
    assert not is_accepted(data)
    assert not VALIDATOR.is_valid(data)


def chapter(cls: type) -> str:
    """What the page for API clients says of an entity."""
    names = {
        AutomationPoint: "Automation point",
        EqualiserBand: "Equaliser band",
        LyricLine: "Line of lyrics",
    }
    heading = names.get(cls, cls.__name__.removesuffix("Change"))
    found = re.search(rf"\n### {heading} \(.*?(?=\n##)", PAGE, re.DOTALL)
    assert found, heading
    return found[0]


@pytest.mark.parametrize("cls", ENTITIES)
def test_the_page_for_clients_describes_every_field(cls: type) -> None:
    rows = [line.split("|")[1] for line in chapter(cls).splitlines() if line.startswith("| `")]
    described = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert described == {field.name for field in fields(cls)} - {"id"}


def test_the_page_for_clients_names_the_limits_as_they_are() -> None:
    for value in (
        limits.MAX_NOTES,
        limits.MAX_TRACKS,
        limits.MAX_CHORDS,
        limits.MAX_SECTIONS,
        limits.MAX_SYLLABLES,
        limits.MAX_LYRIC_LINES,
        limits.MAX_TICKS,
        limits.MAX_METADATA_LENGTH,
        limits.BANK_MAX,
        MAX_OPERATIONS,
    ):
        assert f"{value:,}" in PAGE, value
    for name in (*Mode, *TrackRole):
        assert f"`{name.value}`" in PAGE
