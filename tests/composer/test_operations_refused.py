"""Operations that cannot be done, from outside or on strange scores; and songs in words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from compositions.composer.operations import (
    Operation,
    OperationError,
    apply_operation,
    apply_operations,
    explain,
    kinds,
)
from compositions.score.document import KeyChange, MeterChange, Note, Score, TempoChange, Track
from compositions.score.scope import Scope
from compositions.score.validation import check
from tests.composer.variations import do, song

EMPTY = Score(
    tempos=(TempoChange("t", 0, 120.0),), meters=(MeterChange("m", 0, 4, 4),),
    keys=(KeyChange("k", 0, "C"),),
)  # fmt: skip
HOSTILE: dict[str, Score] = {
    "empty": EMPTY,
    "a track without notes": replace(EMPTY, tracks=(Track("a", "Silence"),)),
    "one tick": replace(EMPTY, tracks=(Track("a", "T", notes=(Note("n", 0, 1, 0, 1),)),)),
    "extremes": replace(
        EMPTY,
        tracks=(Track("a", "T", notes=tuple(Note(f"n{p}", p * 7, 9, p, 127) for p in range(128))),),
    ),
    "a meter nobody writes": replace(
        EMPTY, meters=(MeterChange("m", 0, 31, 64),),
        tracks=(Track("a", "T", notes=(Note("n", 50, 500, 60),)),),
    ),
    "a change inside a bar": replace(
        EMPTY, meters=(MeterChange("m", 0, 4, 4), MeterChange("m2", 700, 7, 8)),
        tracks=(Track("a", "T", notes=tuple(Note(f"n{i}", i * 130, 9, i) for i in range(30))),),
    ),
}  # fmt: skip
SOME: dict[str, dict[str, Any]] = {
    "add_track": {"instrument": "Cello"}, "replace_track": {"instrument": "Harp"},
    "change_key": {"tonic": "D"}, "change_tempo": {"bpm": 90}, "change_style": {"style": "rock"},
    "move": {"where": "start"},
}  # fmt: skip


@pytest.mark.parametrize("name", list(kinds()))
@pytest.mark.parametrize("what", list(HOSTILE))
def test_hostile_scores_are_done_or_refused_in_words(name: str, what: str) -> None:
    score = HOSTILE[what]
    refusals: list[str] = []
    for scope in (Scope(), Scope(bars=(1, 1)), Scope(tracks=("a",))):
        try:
            after = apply_operation(score, Operation(name, scope, SOME.get(name, {})), seed=1).score
        except OperationError as error:
            refusals.append(str(error))
        else:
            check(after)
            assert what != "empty"
    assert all(words.endswith(".") for words in refusals), refusals


@pytest.mark.parametrize(
    "data",
    [None, [], {"name": 3}, {"name": "explode"}, {"name": "infill", "what": 1},
     {"name": "transpose", "parameters": {"semitones": 1.5}},
     {"name": "transpose", "parameters": {"semitones": 999}},
     {"name": "transpose", "parameters": {"steps": 1}},
     {"name": "change_tempo", "parameters": {"bpm": float("nan")}},
     {"name": "reharmonise", "parameters": {"chords": [[]]}},
     {"name": "infill", "scope": {"bars": [0, 1]}}, {"name": "infill", "parameters": 3}],
)  # fmt: skip
def test_operations_from_outside_are_checked(data: Any) -> None:
    with pytest.raises(OperationError):
        Operation.from_dict(data)


@pytest.mark.parametrize(
    ("scope", "words"),
    [(Scope(tracks=("nobody",)), "no track"), (Scope(sections=("none",)), "no section"),
     (Scope(bars=(99, 100)), "has 2. bars")],
)  # fmt: skip
def test_a_scope_that_is_not_there(scope: Scope, words: str) -> None:
    with pytest.raises(OperationError, match=words):
        apply_operation(song(), Operation("infill", scope), seed=1)


def test_a_round_trip_of_an_operation() -> None:
    operation = Operation("transpose", Scope(bars=(1, 2)), {"semitones": 2})
    assert Operation.from_dict(operation.to_dict()) == operation


def test_nothing_to_do_is_said() -> None:
    with pytest.raises(OperationError, match="Nothing would change"):
        apply_operations(song(), [Operation("vary", Scope(), {"strength": 0.0})], seed=1)


def test_explaining_a_song() -> None:
    lines = explain(song())
    assert lines[0] == "Lo-fi, in D minor, 4/4 at 82 beats per minute, 20 bars."
    assert "Verse 1: VImaj7 V7 i9 iv7." in " ".join(lines)
    assert "It is fullest in Chorus 2." in lines
    assert "The major dominant of minor: A7." in lines
    assert "It ends with" in " ".join(lines) or "It ends open" in " ".join(lines)
    higher = do(song(), "transpose", Scope(bars=(15, 20)), {"semitones": 2})
    assert "In bar 15 the key changes to E minor, a tone up." in explain(higher)
    assert explain(EMPTY) == ["The song is empty."]


def test_explaining_names_what_it_finds() -> None:
    given = {"chords": [["C"], ["G"], ["Am"], ["F"]]}
    axis = do(song(), "change_key", Scope(), {"tonic": "C", "mode": "major"})
    axis = do(axis, "reharmonise", Scope(), given)
    loop = "Chorus: vi IV I V, the axis progression from its sixth degree."
    assert loop in explain(axis)
    rich = do(axis, "reharmonise", Scope(), {"chords": [["C"], ["A7"], ["Dm"], ["Fm"]]})
    words = " ".join(explain(rich))
    assert "Secondary dominants: A7." in words
    assert "Chords borrowed from minor: Fm." in words
