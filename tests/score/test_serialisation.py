"""Scores as plain data: exact both ways, canonical, and strict about what it reads."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from compositions.score.document import Score, ordered
from compositions.score.errors import ScoreError
from compositions.score.serialisation import from_dict, to_dict
from compositions.score.tree import canonical_json, write_tree
from compositions.score.validation import validate
from tests.score.strategies import scores
from tests.score.test_validation import GOOD


def content_hash(score: Score) -> str:
    return write_tree(to_dict(ordered(score))).content_hash


quick = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))


@quick
@given(scores())
def test_data_and_back_is_the_same_score(score: Score) -> None:
    assert from_dict(to_dict(score)) == score
    assert from_dict(json.loads(json.dumps(to_dict(score)))) == score
    again = from_dict(json.loads(canonical_json(to_dict(score))))
    assert validate(again) == []
    assert canonical_json(to_dict(again)) == canonical_json(to_dict(score))
    assert content_hash(again) == content_hash(score)


def test_header_and_shape() -> None:
    data = to_dict(GOOD)
    assert (data["format"], data["version"]) == ("ariaforge-score", 1)
    assert data["keys"] == [{"id": "k0", "tick": 0, "tonic": "Bb", "mode": "dorian"}]
    assert data["tracks"][1]["notes"][0] == {
        "id": "n0",
        "start": 0,
        "duration": 480,
        "pitch": 60,
        "velocity": 80,
        "locked": False,
        "origin": "",
    }


def test_data_shares_nothing_with_the_score() -> None:
    data = to_dict(GOOD)
    data["metadata"]["tags"].append("more")
    assert GOOD.metadata["tags"] == ["a", 1, 0.5, None, True]


def test_canonical_text_and_hash_are_fixed_for_all_time() -> None:
    text = canonical_json(to_dict(GOOD))
    assert text.startswith(b'{"chords":[{"bass":"","duration":960,"id":"c0","locked":false,"qu')
    assert b" " not in text.replace(b"none", b"")
    assert content_hash(GOOD) == "16d3cbb454aa5ba33124165d0645ee5b3503e87eac43a39ea3df7be536ab9bf8"


def test_the_hash_ignores_derived_order_and_the_last_bits_of_fractions() -> None:
    track = GOOD.tracks[1]
    shuffled = replace(
        GOOD,
        tempos=GOOD.tempos[::-1],
        chords=GOOD.chords[::-1],
        tracks=(
            replace(GOOD.tracks[0], gain_db=-0.0),
            replace(track, notes=track.notes[::-1], pan=1e-16),
        ),
    )
    assert content_hash(shuffled) == content_hash(GOOD)
    assert ordered(shuffled).tempos == GOOD.tempos
    integer_bpm = replace(GOOD, tempos=(replace(GOOD.tempos[0], bpm=120), GOOD.tempos[1]))
    assert content_hash(integer_bpm) == content_hash(GOOD)
    louder = replace(GOOD, tracks=(GOOD.tracks[0], replace(track, gain_db=0.1)))
    assert content_hash(louder) != content_hash(GOOD)


def broken(path: str, value: Any) -> dict[str, Any]:
    """Return GOOD as data with ``value`` at a path; ``...`` takes the field away."""
    data = json.loads(json.dumps(to_dict(GOOD)))
    steps = path.replace("]", "").replace("[", ".").split(".")
    target = data
    for step in steps[:-1]:
        target = target[int(step)] if isinstance(target, list) else target[step]
    if value is ...:
        del target[steps[-1]]
    elif isinstance(target, list):
        target[int(steps[-1])] = value
    else:
        target[steps[-1]] = value
    return data


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("format", "midi"),
        ("format", ...),
        ("version", 2),
        ("version", True),
        ("version", ...),
        ("colour", "red"),
        ("title", 5),
        ("title", None),
        ("tempos", {}),
        ("tempos[0]", 120),
        ("tempos[0].bpm", "120"),
        ("tempos[0].bpm", True),
        ("tempos[0].bpm", float("inf")),
        ("tempos[0].bpm", 10**400),
        ("tempos[1].id", ...),
        ("tracks[1].notes[0].pitch", 60.5),
        ("tracks[1].notes[0].pitch", True),
        ("tracks[1].notes[0].pitch", ...),
        ("tracks[1].notes[1].flavour", 1),
        ("tracks[1].role", "boss"),
        ("tracks[1].role", ["lead"]),
        ("tracks[1].solo", 0),
        ("keys[0].mode", "sad"),
        ("syllables[0].phonemes", "AH"),
        ("syllables[0].phonemes[0]", 1),
        ("metadata", []),
    ],
)
def test_wrong_data_is_named_by_its_path(path: str, value: Any) -> None:
    if path == "syllables[0].phonemes[0]":
        data = broken("syllables[0].phonemes", [value])
    else:
        data = broken(path, value)
    with pytest.raises(ScoreError) as caught:
        from_dict(data)
    assert [problem.path for problem in caught.value.problems] == [path]


def test_every_problem_is_told_at_once() -> None:
    data = broken("tracks[1].notes[0].pitch", "x")
    data["tempos"][0]["bpm"] = None
    with pytest.raises(ScoreError) as caught:
        from_dict(data)
    assert [p.path for p in caught.value.problems] == ["tempos[0].bpm", "tracks[1].notes[0].pitch"]


def test_fields_with_a_default_may_be_missing() -> None:
    assert from_dict(broken("tracks[1].pan", ...)) == GOOD


@pytest.mark.parametrize("data", [None, [], "score", 1])
def test_what_is_no_object(data: Any) -> None:
    with pytest.raises(ScoreError):
        from_dict(data)


def test_nested_metadata_ends_in_a_clear_error() -> None:
    nested: Any = []
    for _ in range(100_000):
        nested = [nested]
    with pytest.raises(ScoreError):
        from_dict({"format": "ariaforge-score", "version": 1, "metadata": {"a": nested}})


def test_what_json_cannot_say() -> None:
    with pytest.raises(ScoreError):
        canonical_json(to_dict(replace(GOOD, metadata={"a": float("nan")})))
    with pytest.raises(ScoreError):
        canonical_json(to_dict(replace(GOOD, metadata={"a": object()})))
