"""Validation finds each planted fault at the right path, and nothing in valid scores."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from compositions.score import limits
from compositions.score.document import (
    AutomationPoint,
    Chord,
    KeyChange,
    MeterChange,
    Mode,
    Note,
    Score,
    Section,
    Syllable,
    TempoChange,
    Track,
)
from compositions.score.validation import Problem, ScoreError, check, validate
from tests.score.strategies import scores

GOOD = Score(
    "Song",
    (TempoChange("t0", 0, 120.0), TempoChange("t1", 960, 90.0)),
    (MeterChange("m0", 0, 4, 4),),
    (KeyChange("k0", 0, "Bb", Mode.DORIAN),),
    (Section("s0", 0, 1920, "Verse"), Section("s1", 1920, 960, "Chorus")),
    (Chord("c0", 0, 960, "G", "m7"), Chord("c1", 960, 960, "C", "7", "E")),
    (
        Track("x0", "Kit", percussion=True),
        Track(
            "x1",
            "Lead",
            notes=(Note("n0", 0, 480, 60), Note("n1", 480, 480, 62)),
            automation=(AutomationPoint("a0", 0, "cc64", 127.0),),
        ),
    ),
    (Syllable("y0", "n0", "Hel", True), Syllable("y1", "n1", "lo")),
    {"comment": "none", "tags": ["a", 1, 0.5, None, True]},
)


def planted(path: str, value: Any) -> Score:
    """Return GOOD with the field at ``path`` (``tracks[1].notes[0].pitch``) replaced."""

    def put(entity: Any, steps: list[str]) -> Any:
        name, _, rest = steps[0].partition("[")
        if len(steps) == 1 and not rest:
            return replace(entity, **{name: value})
        items = list(getattr(entity, name))
        index = int(rest.rstrip("]"))
        items[index] = put(items[index], steps[1:])
        return replace(entity, **{name: tuple(items)})

    return put(GOOD, path.split("."))


def test_a_good_score_has_no_problem() -> None:
    assert validate(GOOD) == []
    check(GOOD)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(scores())
def test_generated_scores_are_valid(score: Score) -> None:
    assert validate(score) == []


FAULTS: list[tuple[str, Any]] = [
    ("title", "x" * (limits.MAX_NAME_LENGTH + 1)),
    ("title", "a\x00b"),
    ("title", "\ud800"),
    ("title", 7),
    ("tempos[0].id", ""),
    ("tempos[0].id", "has space"),
    ("tempos[1].id", "t0"),
    ("tracks[0].id", "k" * 65),
    ("tempos[1].tick", -1),
    ("tempos[1].tick", 0),
    ("tempos[1].tick", 1.0),
    ("tempos[0].bpm", 9.99),
    ("tempos[0].bpm", 400.5),
    ("tempos[0].bpm", float("nan")),
    ("tempos[0].bpm", "120"),
    ("meters[0].numerator", 0),
    ("meters[0].numerator", 33),
    ("meters[0].denominator", 3),
    ("meters[0].denominator", 128),
    ("meters[0].denominator", 4.0),
    ("keys[0].tonic", "H"),
    ("keys[0].tonic", "Bbb"),
    ("keys[0].tonic", None),
    ("keys[0].mode", "sad"),
    ("sections[0].energy", 1.1),
    ("sections[0].label", None),
    ("sections[1].duration", 0),
    ("chords[0].root", "g"),
    ("chords[0].quality", "xyz"),
    ("chords[0].quality", 7),
    ("chords[1].bass", "X"),
    ("chords[1].roman", "i" * 99),
    ("tracks[1].id", "s0"),
    ("tracks[1].name", "n" * 999),
    ("tracks[1].role", "boss"),
    ("tracks[0].program", 128),
    ("tracks[0].bank", 16384),
    ("tracks[0].gain_db", 25.0),
    ("tracks[0].gain_db", float("-inf")),
    ("tracks[0].pan", -1.5),
    ("tracks[0].reverb_send", 2),
    ("tracks[0].percussion", 1),
    ("tracks[0].muted", None),
    ("tracks[0].solo", "no"),
    ("tracks[1].notes[0].pitch", 128),
    ("tracks[1].notes[0].pitch", -1),
    ("tracks[1].notes[1].pitch", 60.0),
    ("tracks[1].notes[1].pitch", True),
    ("tracks[1].notes[0].velocity", 0),
    ("tracks[1].notes[0].velocity", 128),
    ("tracks[1].notes[0].duration", 0),
    ("tracks[1].notes[0].duration", limits.MAX_TICKS + 1),
    ("tracks[1].notes[1].start", -1),
    ("tracks[1].automation[0].id", "n0"),
    ("tracks[1].automation[0].id", "ü"),
    ("syllables[1].id", "x0"),
    ("tracks[1].notes[1].locked", 1),
    ("tracks[1].notes[1].origin", "o" * 999),
    ("tracks[1].automation[0].parameter", "cc120"),
    ("tracks[1].automation[0].parameter", "cc0"),
    ("tracks[1].automation[0].parameter", "cc32"),
    ("tracks[1].automation[0].parameter", "volume"),
    ("tracks[1].automation[0].value", 128),
    ("tracks[1].automation[0].value", -1),
    ("tracks[1].automation[0].tick", -5),
    ("syllables[0].note_id", "nobody"),
    ("syllables[1].note_id", "n0"),
    ("syllables[0].text", "la" * 99),
    ("syllables[0].continues", "yes"),
    ("metadata", []),
]


@pytest.mark.parametrize(("path", "value"), FAULTS)
def test_each_fault_is_found_where_it_is(path: str, value: Any) -> None:
    problems = validate(planted(path, value))
    assert [problem.path for problem in problems] == [path]
    assert problems[0].message


@pytest.mark.parametrize("name", ["tempos", "meters", "keys"])
def test_tempo_meter_and_key_begin_at_tick_0(name: str) -> None:
    empty: dict[str, Any] = {name: ()}
    assert validate(replace(GOOD, **empty)) == [Problem(name, "must have an entry at tick 0")]
    late = planted(f"{name}[0].tick", 5)
    assert Problem(name, "must have an entry at tick 0") in validate(late)


def test_sections_and_chords_do_not_overlap() -> None:
    assert [p.path for p in validate(planted("sections[0].duration", 1921))] == [
        "sections[1].start"
    ]
    assert [p.path for p in validate(planted("chords[1].start", 959))] == ["chords[1].start"]


def test_a_parameter_has_one_value_at_a_tick() -> None:
    points = (AutomationPoint("a0", 0, "cc1", 1), AutomationPoint("a1", 0, "cc1", 2))
    track = replace(GOOD.tracks[1], automation=points)
    score = replace(GOOD, tracks=(track,))
    assert [p.path for p in validate(score)] == ["tracks[0].automation[1].tick"]


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"a": {"b": {1}}}, "metadata.a.b"),
        ({"a": [float("inf")]}, "metadata.a[0]"),
        ({"a": ("tuple",)}, "metadata.a"),
        ({1: "a"}, "metadata"),
        ({"a": "x" * limits.MAX_METADATA_LENGTH}, "metadata"),
    ],
)
def test_metadata_is_plain_json(value: Any, path: str) -> None:
    assert [p.path for p in validate(replace(GOOD, metadata=value))] == [path]


def test_metadata_is_not_nested_too_deep() -> None:
    value: Any = 1
    for _ in range(5000):
        value = [value]
    problems = validate(replace(GOOD, metadata={"a": value}))
    assert len(problems) == 1
    assert "nested" in problems[0].message


def test_size_caps() -> None:
    many = tuple(Track(f"z{n}", "") for n in range(limits.MAX_TRACKS + 1))
    problems = validate(replace(GOOD, tracks=many, syllables=()))
    assert problems == [Problem("tracks", "has 129 tracks; the limit is 128")]
    notes = tuple(Note(f"z{n}", n, 1, 60) for n in range(limits.MAX_NOTES + 1))
    score = replace(GOOD, tracks=(Track("x", "", notes=notes),), syllables=())
    assert [p.path for p in validate(score)] == ["tracks"]


def test_no_longer_than_three_hours() -> None:
    slow = planted("tempos[1].bpm", 10.0)
    beats = limits.MAX_SECONDS // 6 + 2
    note = Note("n0", beats * 480, 480, 60)
    long = replace(slow, tracks=(Track("x", "", notes=(note,)),), syllables=())
    problems = validate(long)
    assert len(problems) == 1
    assert "3 hours" in problems[0].message


def test_many_problems_stop_at_the_limit() -> None:
    notes = tuple(Note(f"z{n}", n, 0, 60) for n in range(1000))
    score = replace(GOOD, tracks=(Track("x", "", notes=notes),), syllables=())
    assert len(validate(score)) == limits.MAX_PROBLEMS


def test_the_error_names_the_first_problems() -> None:
    with pytest.raises(ScoreError) as caught:
        check(planted("tracks[1].notes[0].pitch", 128))
    assert caught.value.problems[0].path == "tracks[1].notes[0].pitch"
    assert str(caught.value) == "tracks[1].notes[0].pitch: must be between 0 and 127, not 128"
