"""Read changes of key from a prompt: "key change up a tone for the last chorus"."""

from __future__ import annotations

import re

from compositions.composer.spec import KeyRequest
from compositions.composer.text_reader import TextReader
from compositions.score.harmony import pitch_class

_COUNTS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "half": 0.5, "whole": 1}
_UNITS = {"step": 2, "tone": 2, "semitone": 1, "key": 2, "third": 4, "fourth": 5, "fifth": 7}
_BY = (
    r"\b(?P<way>up|down|higher|lower)\s+(?:by\s+)?(?P<count>(?:(?:a|an|one|two|three|\d)[\s-]+)?"
    r"(?:half|whole|minor|major)?(?:[\s-]+an?)?)[\s-]*(?P<unit>semitone|tone|step|key|third|fourth"
    r"|fifth)s?\b"
)
_TO = (
    r"\b(?:to|into|in)\s+(?:the\s+|its\s+)?(?P<relation>sub-?dominant|dominant|relative|parallel"
    r"|tonic)(?:\s+(?P<third>minor|major))?(?:\s+key)?\b"
)
_KEY = (
    r"\b(?:to|into|in)\s+(?:the\s+key\s+of\s+)?(?-i:(?P<note>[A-G]))(?P<sign>[#b♯♭]|[\s-]?(?:sharp"
    r"|flat)\b)?(?:[\s-]*(?P<mode>major|minor|min|maj|m)\b|(?=\s*(?:[,.;:\n)]|$|in\b|at\b|for\b|on\b"
    r"|during\b)))"
)
_PLACE = (
    r"(?:\b(?:in|at|for|on|during|before|over|through)\s+)?(?:the\s+|its\s+)?\b(?P<place>"
    r"(?:very\s+)?end(?:ing)?\b|(?:last|final)\s+(?:chorus|verse|refrain|hook|drop|section|head)"
    r"|outro|coda|bridge|middle\s+(?:eight|8|section|part)|middle|second\s+half|solo|trio|chorus\s*\d?"
    r"|verse\s+\d)\b"
)
_TRIGGER = (
    r"\bmodulat\w+|\bkey[\s-]changes?\b|\bchang\w+\s+(?:of\s+|the\s+)?keys?\b"
    r"|\b(?:switch|shift|mov|lift)\w*\s+(?:the\s+)?key\b"
    r"|\b(?:truck[\s-]?driver\S*\s+)?gear[\s-](?:change|shift)s?\b"
    r"|\b(?:go(?:es|ing)?|lift\w*|rais\w*|shift\w*|mov\w*|jump\w*|step\w*|climb\w*)\s+"
    r"(?=(?:up|down)\s+(?:by\s+)?(?:an?|one|two|three|half|whole|\d)\b"
    r"(?!\s+octave))"
    r"|\bup\s+(?:by\s+)?(?:an?\s+)?(?:half|whole|semi)?[\s-]*(?:an?\s+)?(?:semitone|tone|step)\b"
    r"(?=\s+(?:in|at|for|on)\s+the\s+(?:end|last|final)\b)"
)
_TO_KEY = (
    r"\b(?:go(?:es|ing)?|mov(?:e[sd]?|ing)|switch\w*|shift\w*|chang\w*|ends?|ending|finish\w*)\s+"
    r"(?=(?:to|into|in)\s+(?:the\s+key\s+of\s+)?(?-i:[A-G])(?:[#b♯♭]|[\s-]?(?:sharp|flat))?"
    r"[\s-]*(?:major|minor|min|maj|m)\b)"
)
_NONE = (
    r"\b(?:no|without(?:\s+any)?|never)\s+(?:key[\s-]changes?|modulat\w+|changes?\s+of\s+key)\b"
    r"|\bstay(?:s|ing)?\s+in\s+(?:one|the\s+same|its|a\s+single)\s+key\b"
)
_AT_THE_END = "last chorus"


def read_key_changes(reader: TextReader) -> tuple[KeyRequest, ...] | None:
    """Take the changes of key that a prompt asks for; an empty tuple when it forbids them.

    None when it says nothing. A change without a key goes up a tone at the end and to the
    relative key in the middle of the song.
    """
    if reader.take(_NONE):
        return ()
    found: list[KeyRequest] = []
    while match := re.search(f"{_TRIGGER}|{_TO_KEY}", reader.left, re.IGNORECASE):
        start, end = _clause(reader.left, match)
        clause = reader.left[start:end]
        places = list(re.finditer(_PLACE, clause, re.IGNORECASE))
        place = places[0] if places else None
        # What stands before the trigger ("starts in C and moves to E minor") is home.
        here = match.start() - start
        move, span = _move(clause[here:])
        if span is None:
            move, span = _move(clause)
        else:
            span = (span[0] + here, span[1] + here)
        section = _section(place["place"]) if place else ""
        if not section:
            section = "bridge" if move and not move.startswith("up") else _AT_THE_END
        reader.mark(match.start(), match.end())
        for part in (place.span() if place else None, span):
            if part is not None:
                reader.mark(start + part[0], start + part[1])
        usual = "up 2" if section in (_AT_THE_END, "end") else "relative"
        found.append(KeyRequest(section, move or usual))
    return tuple(found) or None


def _clause(text: str, match: re.Match[str]) -> tuple[int, int]:
    """Return the words around a trigger that can belong to it: up to the next comma or stop."""
    before = max((text.rfind(sign, 0, match.start()) for sign in ",.;\n"), default=-1) + 1
    after = re.search(r"[,.;\n]", text[match.end() :])
    return before, match.end() + after.start() if after else len(text)


def _section(text: str) -> str:
    words = re.sub(r"\s+", " ", text.lower()).strip()
    if words.endswith(("end", "ending")) or words == "second half":
        return _AT_THE_END
    if words.startswith(("last", "final")):
        kind = words.split()[1]
        return _AT_THE_END if kind != "verse" else "last verse"
    if words.startswith("middle") or words in ("bridge", "trio"):
        return "bridge"
    return "outro" if words == "coda" else re.sub(r"\s*(\d)$", r" \1", words)


def _move(clause: str) -> tuple[str, tuple[int, int] | None]:
    """Return the key that a clause moves to, in the words of a :class:`KeyRequest`."""
    if match := re.search(_BY, clause, re.IGNORECASE):
        way = "up" if match["way"].lower() in ("up", "higher") else "down"
        words = re.findall(r"[a-z]+|\d", match["count"].lower())
        count = 1.0
        for word in words:
            count *= float(word) if word.isdigit() else _COUNTS.get(word, 1)
        unit = match["unit"].lower()
        steps = 3 if unit == "third" and "major" not in words else _UNITS[unit]
        return f"{way} {max(1, min(11, round(count * steps)))}", match.span()
    if match := re.search(_TO, clause, re.IGNORECASE):
        relation = match["relation"].lower().replace("-", "")
        return "parallel" if relation == "tonic" else relation, match.span()
    if match := re.search(_KEY, clause, re.IGNORECASE):
        sign = (match["sign"] or "").strip(" -").lower()
        sign = {"sharp": "#", "♯": "#", "flat": "b", "♭": "b"}.get(sign, sign)
        tonic = match["note"] + sign
        pitch_class(tonic)
        mode = (match["mode"] or "").lower()
        name = "minor" if mode in ("minor", "min", "m") else "major" if mode else ""
        return f"{tonic} {name}".strip(), match.span()
    return "", None
