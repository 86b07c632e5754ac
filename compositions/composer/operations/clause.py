"""One edit of a request while it is read: what was taken, and where it is meant."""

from __future__ import annotations

import re
from typing import Any

from compositions.composer.operations.base import Operation
from compositions.composer.operations.places import (
    Places,
    take_bars,
    take_sections,
    take_tracks,
)
from compositions.composer.text_reader import TextReader
from compositions.composer.word_lists import word_list
from compositions.score.document import Score
from compositions.score.scope import Scope

_OWN_FILLER = """
    move turn set transpose modulate shift tempo key up down switch speed slow out
    please could you can let lets let's make it its a an the to of in for and but just into on
    at by with some more bit little song track tracks part parts line lines section sections
    bar bars this that them i want would like sound sounds feel play played have has give me
    us be is are so now there here whole entire all everything everywhere change music piece
    slightly very much lot lots again thing things only put get go do something from my our
    through during they one ones bring
"""
FILLER = word_list("filler") | frozenset(_OWN_FILLER.split())
"""Words that mean nothing by themselves."""


class Clause:
    """One edit while it is read."""

    def __init__(self, text: str, score: Score, scope: Scope) -> None:
        self.reader = TextReader(text)
        self.score = score
        self.given = scope
        self.problems: list[str] = []

    def take(self, pattern: str) -> re.Match[str] | None:
        return self.reader.take(pattern)

    def places(self, *, tracks: bool = True, sections: bool = True) -> Places:
        """Take where the edit is meant."""
        found = Places()
        found.bars = take_bars(self.reader, self.score)
        if sections:
            take_sections(self.reader, self.score, found)
        if tracks:
            self._take_but(found)
            take_tracks(self.reader, self.score, found)
            if self._but:
                kept = set(self._but)
                found.tracks = [t.id for t in self.score.tracks if t.id not in kept]
        self.problems += found.missing
        self.astray = self.astray or found.astray
        return found

    _but: tuple[str, ...] = ()
    astray = False

    def _take_but(self, found: Places) -> None:
        """Take "everything but the drums"."""
        match = self.reader.take(
            r"\b(?:everything\s+|all\s+)?(?:except(?:\s+for)?|but(?:\s+not)?|apart\s+from|"
            r"without\s+touching|"
            r"(?:and\s+)?keep(?:ing)?)\s+(the\s+[\w\s,-]+?)(?:\s+as\s+(?:it|they)\s+"
            r"(?:is|are))?$"
        )
        if match is not None:
            inner = Places()
            take_tracks(TextReader(match[1]), self.score, inner)
            self._but = tuple(inner.tracks)
            found.missing += inner.missing

    def scope(self, places: Places) -> Scope:
        """Return the scope of places; where they say nothing, what was given."""
        own = places.scope
        return Scope(
            own.tracks or self.given.tracks,
            own.sections or (() if own.bars else self.given.sections),
            own.bars or (None if own.sections else self.given.bars),
        )

    def operation(self, name: str, places: Places | None = None, **parameters: Any) -> Operation:
        """Return an operation in the scope of places (of what is left, without them)."""
        if places is None:
            places = self.places()
        return Operation(name, self.scope(places), parameters)


def amount_of(clause: Clause, plain: float, small: float, large: float) -> float:
    if clause.take(r"\b(?:a\s+(?:bit|little|touch|tad)|slightly|somewhat|subtly)\b"):
        return small
    if clause.take(r"\b(?:much|a\s+lot|lots|way|far|very|really|completely|totally|heavily)\b"):
        return large
    return plain


def second_voice(clause: Clause) -> Operation:
    above = clause.take(r"\b(above|higher|upper|high)\b") is not None
    clause.take(r"\b(below|under(?:neath)?|lower)\b")
    interval = "sixth" if clause.take(r"\b(?:in\s+)?sixths?\b") else "third"
    clause.take(r"\b(?:in\s+)?thirds?\b")
    clause.take(r"\b(?:to|for|with)\b(?=\s+the)")
    return clause.operation("harmonise", above=above, interval=interval)
