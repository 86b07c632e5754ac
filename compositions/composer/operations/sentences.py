"""Plain-English edits: from "less busy drums in verse 2" to operations."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from compositions.composer.operations import align, words
from compositions.composer.operations import phrases_form as form
from compositions.composer.operations import phrases_sound as sound
from compositions.composer.operations.base import MAX_STEPS, Operation
from compositions.composer.operations.clause import FILLER, Clause
from compositions.composer.text_reader import TextReader
from compositions.score.document import Score
from compositions.score.scope import Scope

MAX_REQUEST_CHARACTERS = 1000
EXAMPLES = (
    "make the chorus brighter",
    "less busy drums in verse 2",
    "up a tone at the end",
    "add a cello",
    "new bass line in bars 5-8",
)
"""Sentences that are understood, for hints."""

_VERBS = (
    r"add|remove|delete|drop\s+the|lose|take|get\s+rid|mute|replace|swap|repeat|double|extend|"
    r"lengthen|continue|move|transpose|raise|lower|change|make|speed|slow|simplify|thin|fill|"
    r"densify|reharmoni[sz]e|harmoni[sz]e|humani[sz]e|quanti[sz]e|tighten|vary|rewrite|redo|"
    r"regenerate|write|new|another|different|accompany|shift|cut|put|less|more|brighten|darken|"
    r"bring|faster|slower|up|down|a\s+bit|loosen|turn|keep|give|shorten|re-?align|align|sing"
)
_NEEDS_NO_PLACE = frozenset({"add_track", "continue", "accompany"})

Rule = Callable[[Clause], list[Operation] | None]

RULES: tuple[Rule, ...] = (
    align.read_align, words.read_lyrics,
    sound.read_transpose, sound.read_feel, sound.read_busy, form.read_remove,
    form.read_structure, form.read_meter, sound.read_chords, sound.read_tempo,
    form.read_replace, form.read_add, sound.read_harmonise, sound.read_change_key,
    sound.read_colour, sound.read_vary, sound.read_rewrite, sound.read_style,
)  # fmt: skip
"""The readers in their order; the first that understands something of a clause has it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was understood of a request, and what was not, in words."""

    operations: tuple[Operation, ...]
    not_understood: tuple[str, ...]


def read_request(text: str, score: Score, scope: Scope | None = None) -> Reading:
    """Return the operations that a request in plain English means for a score.

    ``scope`` holds where the request says nothing of its own. Raises ``ValueError`` for an
    empty or over-long text, and when nothing at all is understood.
    """
    text = " ".join(text.replace("’", "'").split())
    if not text:
        raise ValueError("Say in a few words what to change.")
    if len(text) > MAX_REQUEST_CHARACTERS:
        raise ValueError(
            f"The request has {len(text)} characters; {MAX_REQUEST_CHARACTERS} are the most."
        )
    operations: list[Operation] = []
    missed: list[str] = []
    for clause in clauses(text):
        found, words = _read_clause(clause, score, scope or Scope())
        operations += found
        missed += words
    if not operations:
        why = " ".join(word for word in missed if word.endswith("."))
        hint = why or f"Try “{EXAMPLES[0]}”, “{EXAMPLES[1]}” or “{EXAMPLES[3]}”."
        raise ValueError(f"Nothing in “{text:.120}” was understood. {hint}")
    if len(operations) > MAX_STEPS:
        raise ValueError(f"This asks for {len(operations)} changes; {MAX_STEPS} are the most.")
    return Reading(tuple(operations), tuple(dict.fromkeys(missed)))


def clauses(text: str) -> list[str]:
    """Split a request into single edits."""
    parts = re.split(r"[;\n!]+|\.(?!\d)|\b(?:and\s+)?then\b", text)
    found: list[str] = []
    for part in parts:
        part = re.sub(  # one verb for two places: "rewrite X in A and Y in B"
            r"^(\s*(?:please\s+)?(?:rewrite|redo|regenerate|new|vary|simplify))\s+"
            r"(.+?\bin\b.+?)\s+and\s+((?:the\s+)?[\w\s-]+?\s+in\b.+)$",
            r"\1 \2, \1 \3", part, flags=re.IGNORECASE,
        )  # fmt: skip
        pieces = re.split(
            rf"(?:,\s*(?:and\s+)?|\s+and\s+)(?=(?:{_VERBS})\b)", part, flags=re.IGNORECASE
        )
        found += [piece.strip(" ,") for piece in pieces if piece.strip(" ,")]
    return found


def _read_clause(text: str, score: Score, scope: Scope) -> tuple[list[Operation], list[str]]:
    for rule in RULES:
        clause = Clause(text, score, scope)
        found = rule(clause)
        if found is None:
            continue
        if clause.astray and not any(o.name in _NEEDS_NO_PLACE for o in found):
            # It names a place that is not there; doing it everywhere is not what was asked.
            return [], clause.problems
        left = [w for w in clause.reader.words_left() if w not in FILLER and not w.isdigit()]
        return found, clause.problems + left
    left = [w for w in TextReader(text).words_left() if w not in FILLER]
    return [], left or [text]
