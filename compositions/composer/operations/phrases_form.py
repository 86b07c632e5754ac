"""Phrases about tracks and the form: each reader takes what it understands."""

from __future__ import annotations

import re
from typing import Any

from compositions.composer.operations.base import Operation
from compositions.composer.operations.clause import FILLER, Clause, second_voice
from compositions.composer.operations.places import (
    KIND_WORDS,
    Places,
    kind_named,
    take_instruments,
    take_sections,
    take_tracks,
)
from compositions.composer.text_reader import NUMBER, TextReader, read_number
from compositions.score.scope import Scope


def read_remove(clause: Clause) -> list[Operation] | None:
    if not clause.take(
        r"^(?:please\s+)?(?:remove|delete|lose|take\s+(?:out|away)|get\s+rid\s+of|"
        r"cut(?:\s+out)?|drop(?=\s+the)|no(?:\s+more)?|without|leave\s+out|take\b(?=.*\bout\b))"
    ):
        return None
    clause.take(r"\bout(?:\s+of)?\b|\baway$")
    places = clause.places()
    if places.tracks and (places.sections or places.bars):
        return [clause.operation("silence", places)]
    if places.tracks:
        return [clause.operation("remove_track", places)]
    if places.sections or places.bars:
        return [clause.operation("remove_section", places)]
    return [] if clause.problems else None


def _kind_pattern() -> str:
    return "|".join(KIND_WORDS)


def read_add(clause: Clause) -> list[Operation] | None:
    match = clause.take(
        rf"\badd\s+({NUMBER})\s+(?:more\s+)?bars?\s+(?:to|at\s+the\s+end\s+of|of)\b"
    )
    if match is not None:
        places = clause.places(tracks=False)
        bars = max(1, min(64, int(read_number(match[1]))))
        if places.sections:
            return [clause.operation("extend", places, bars=bars)]
        return [clause.operation("continue", Places(), bars=bars)]
    verb = clause.take(
        r"\b(?:add|bring\s+in|include|put\s+in|(?:give\s+(?:me|us|it)|write)"
        r"(?!\s+(?:an?\s+)?(?:the|new|different|other|fresh)\b))\b"
    )
    if verb is None:
        return None
    if clause.take(r"\b(?:an?\s+)?(?:accompaniment|backing(?:\s+(?:band|track))?|band)\b"):
        return [clause.operation("accompany", clause.places(tracks=False))]
    match = clause.take(r"\b(?:an?\s+)?(?:vocal\s+)?harmon(?:y|ies)(?:\s+(?:line|part|voice))?\b")
    if match is not None:
        return [second_voice(clause)]
    match = clause.take(rf"\b(?:an?|another|one\s+more)\s+({_kind_pattern()})\b")
    if match is not None and not re.search(r"\bsolo\b", match[1], re.IGNORECASE):
        kind = kind_named(match[1])
        many = clause.take(rf"\b(?:of\s+)?({NUMBER})[\s-]+bars?\b")
        parameters: dict[str, Any] = {"kind": kind}
        if many is not None:
            parameters["bars"] = max(1, min(64, int(read_number(many[1]))))
        clause.take(r"\b(?:at|to|in)\s+the\s+(?:end|beginning|start)\b")
        if kind == "intro":
            parameters["where"] = "before"
        return [clause.operation("continue", Places(), **parameters)]
    named = take_instruments(clause.reader)
    if named:
        places = clause.places(tracks=False)
        return [
            Operation(
                "add_track", Scope((), clause.scope(places).sections, clause.scope(places).bars),
                {"instrument": instrument.name},
            )
            for instrument, _ in named
        ]  # fmt: skip
    match = clause.take(
        r"\b(?:an?\s+|some\s+)?(bass[\s-]?line|drums?|percussion|pads?|arpeggios?|chords?|"
        r"melody|counter[\s-]?melody)\b"
    )
    if match is not None:
        role = {"b": "bass", "d": "drums", "a": "arpeggio", "m": "lead"}.get(match[1][0].lower())
        word = match[1].lower()
        role = role or (
            "percussion" if word.startswith("per") else "pad" if word.startswith("pad")
            else "counter_melody" if word.startswith("cou") else "chords"
        )  # fmt: skip
        return [clause.operation("add_track", clause.places(tracks=False), role=role)]
    return None


def read_replace(clause: Clause) -> list[Operation] | None:
    match = re.search(
        r"\b(?:replace|swap|change|switch|turn)\s+(.+?)\s+(?:with|by|for|to|into)\s+(.+)$"
        r"|\bplay\s+(.+?)\s+(?:on|with)\s+(.+)$",
        clause.reader.left,
        re.IGNORECASE,
    )
    if match is None:
        return None
    one, other = (match[1] or match[3]), (match[2] or match[4])
    reader = TextReader(other)
    named = take_instruments(reader)
    if not named or any(w not in FILLER for w in reader.words_left()):
        return None
    places = Places()
    take_tracks(TextReader(one), clause.score, places)
    clause.reader.mark(match.start(), match.end())
    clause.problems += places.missing
    if not places.tracks:
        return []
    return [clause.operation("replace_track", places, instrument=named[0][0].name)]


def read_structure(clause: Clause) -> list[Operation] | None:
    match = clause.take(r"^(?:please\s+)?(?:repeat|double|play)\b(?!\s+time)")
    if (match is not None and "play" not in match[0].lower()) or (
        match is not None and clause.take(r"\b(?:again|twice)\b")
    ):  # fmt: skip
        times = clause.take(rf"\b({NUMBER})\s+(?:more\s+)?times\b")
        twice = clause.take(r"\b(?:twice|again|once(?:\s+more)?|one\s+more\s+time)\b")
        del twice
        places = clause.places(tracks=False)
        if not places.sections and not places.bars:
            return [] if clause.problems else None
        places.sections = places.sections[-1:]
        count = max(1, min(8, int(read_number(times[1])))) if times else 1
        return [clause.operation("repeat", places, times=count)]
    match = clause.take(r"^(?:please\s+)?move\b")
    if match is not None:
        where = clause.take(r"\b(before|after)\s+(.+)$") or clause.take(
            r"\bto\s+the\s+(end|beginning|start|front)\b"
        )
        places = clause.places(tracks=False)
        if where is None or not places.sections:
            return None if where is None else []
        parameters: dict[str, Any] = {"where": "end" if where[1].lower() == "end" else "start"}
        if where[1].lower() in ("before", "after"):
            target = Places()
            take_sections(TextReader(where[2]), clause.score, target)
            clause.problems += target.missing
            if not target.sections:
                return []
            after = where[1].lower() == "after"
            parameters = {"where": where[1].lower(), "target": target.sections[-1 if after else 0]}
        places.sections = places.sections[:1]
        return [clause.operation("move", places, **parameters)]
    match = clause.take(r"\b(?:extend|lengthen|longer|continue|go\s+on|carry\s+on|keep\s+going)\b")
    if match is not None:
        many = clause.take(rf"\b(?:by|for|with)?\s*({NUMBER})\s+(?:more\s+)?bars?\b")
        parameters = {"bars": max(1, min(64, int(read_number(many[1]))))} if many else {}
        places = clause.places(tracks=False)
        if places.sections:
            places.sections = places.sections[-1:]
            return [clause.operation("extend", places, **parameters)]
        return [clause.operation("continue", Places(), **parameters)]
    return None


def read_meter(clause: Clause) -> list[Operation] | None:
    match = clause.take(r"\b(?:in|to|into)?\s*(\d{1,2})/(2|4|8|16)\b(?:\s+time)?")
    if match is None and clause.take(r"\b(?:in(?:to)?|as|to)?\s*(?:a\s+)?waltz\s+time\b"):
        return [Operation("change_meter", Scope(), {"numerator": 3, "denominator": 4})]
    if match is None:
        return None
    clause.take(r"\b(?:meter|metre|time\s+signature)\b")
    return [
        Operation(
            "change_meter", Scope(), {"numerator": int(match[1]), "denominator": int(match[2])}
        )
    ]
