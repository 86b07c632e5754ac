"""Songs for the tests of operations, made once."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

from compositions.composer import compose, parse_prompt
from compositions.composer.operations import Operation, apply_operation
from compositions.score.document import Score, ordered
from compositions.score.scope import Scope
from compositions.score.serialisation import to_dict
from compositions.score.tree import canonical_json
from compositions.score.validation import check
from tests.compositions.songs import example_score

ON_THE_FORM: list[tuple[str, dict[str, Any]]] = [
    ("repeat", {"times": 2}),
    ("extend", {"bars": 3}),
    ("remove_section", {}),
    ("move", {"where": "end"}),
]
"""Operations on the form of a song."""


@lru_cache(maxsize=1)
def song() -> Score:
    """Twenty bars with form, chords and four tracks, made without the composer."""
    score = ordered(example_score())
    return replace(score, metadata={"genre": "lo-fi"})


@lru_cache(maxsize=4)
def composed(prompt: str = "a pop song with piano, strings, bass and drums, 24 bars") -> Score:
    """A song by the composer."""
    return compose(parse_prompt(prompt), seed=3).score


def do(score: Score, name: str, scope: Scope, parameters: dict[str, Any], seed: int = 7) -> Score:
    """Apply an operation; what comes of it is a valid score."""
    result = apply_operation(score, Operation(name, scope, parameters), seed=seed).score
    check(result)
    return result


def plain(score: Score) -> bytes:
    """The score as canonical JSON."""
    return canonical_json(to_dict(score))


def section_ids(score: Score, label: str) -> tuple[str, ...]:
    """The ids of the sections with a label."""
    return tuple(section.id for section in score.sections if section.label == label)
