"""Directions for the course of a song: sections left out, registers, and what is not composed.

What the composer cannot do is told in a note, never passed over.
"""

from __future__ import annotations

import re

from compositions.composer.text_reader import TextReader

SECTIONS_LEFT_OUT = frozenset(
    {"solo", "intro", "outro", "bridge", "breakdown", "interlude", "pre_chorus", "chorus"}
)
"""Section kinds that a prompt may rule out ("no guitar solo", "without an intro")."""

_NO_SECTION = (
    r"\b(?:no|without(?:\s+(?:an|any|a|the))?|skip(?:\s+the|\s+any)?|leave\s+out(?:\s+the|\s+any)?"
    r"|not?\s+(?:want|need)\s+(?:an|any|a)|avoid(?:\s+any)?|minus(?:\s+the)?)\s+"
    r"(?:(?:long|cheesy|big|electric|acoustic|guitar|gtr|piano|sax|saxophone|drum|bass|synth|keyboard"
    r"|violin|trumpet|organ|instrumental)\s+){0,3}"
    r"(solo|intro|introduction|outro|bridge|breakdown|interlude|pre-?\s?chorus|chorus|refrain)(?:e?s)?\b"
)
_LINE = (
    r"(?:\w+\s+)?(?:melody|lead|tune|line|voice|vocals?|flute|violin|cello|strings|piano|guitar"
    r"|trumpet|clarinet|sax|bells?|whistle|organ|oboe|trombone)\b"
)
_REGISTERS: tuple[tuple[str, float], ...] = (
    (r"(?:in\s+(?:a|the|its)\s+)?(?:very|extremely)\s+high\s+(?:register|range|pitch(?:ed)?|octave)"
     r"|stratospheric", 1.0),
    (r"(?:in\s+(?:a|the|its)\s+)?(?:high(?:er)?|upper|top|treble)[\s-]+(?:register|pitched|range|octaves?"
     r"|end|notes?)|high[\s-](?:melody|lead|tune|voice|vocals?)|soaring|up\s+high|an\s+octave\s+(?:up|higher)"
     r"|bright\s+top|shrill|falsetto", 0.85),
    (rf"high(?=\s+{_LINE})", 0.85),
    (rf"(?:low|deep)(?=\s+{_LINE})", 0.15),
    (r"(?:in\s+(?:a|the|its)\s+)?(?:mid(?:dle)?|medium)[\s-]+(?:register|range)", 0.5),
    (r"(?:in\s+(?:a|the|its)\s+)?(?:low(?:er)?|deep(?:er)?|bass|bottom)[\s-]+(?:register|pitched|range"
     r"|octaves?|notes?)|(?:low|deep)[\s-](?:melody|lead|tune|voice|vocals?)|down\s+low"
     r"|an\s+octave\s+(?:down|lower)|baritone(?!\s+sax)|subterranean", 0.15),
)  # fmt: skip
_NOT_COMPOSED: tuple[tuple[str, str], ...] = (
    (r"tempo\s+changes?|changing\s+tempo|changes\s+tempo", "keeps one tempo"),
    (r"fades?[\s-](?:in|out)|fade[\s-]?(?:in|out)",
     "begins and ends by itself; fades belong to the mix"),
    (r"polyrhythm(?:s|ic)?|polymet(?:er|re)s?|polymetric", "has one meter for all its parts"),
    (r"microton(?:al|es?)|quarter[\s-]tones?", "keeps to twelve notes in the octave"),
    (r"atonal(?:ity)?|twelve[\s-]tone|12[\s-]tone|serialis[mt]|dodecaphonic", "has a key"),
)  # fmt: skip


def read_sections_left_out(reader: TextReader) -> tuple[str, ...]:
    """Take sections that the song shall do without, as section kinds."""
    found = []
    for match in reader.take_all(_NO_SECTION):
        name = re.sub(r"[\s-]", "", match[1].lower())
        kind = {"introduction": "intro", "prechorus": "pre_chorus", "refrain": "chorus"}.get(
            name, name
        )
        found.append(kind)
    return tuple(dict.fromkeys(found))


def read_register(reader: TextReader) -> float | None:
    """Take where the tune shall lie: 0 (low) to 1 (high), or None."""
    for pattern, value in _REGISTERS:
        if reader.take(rf"\b(?:{pattern})\b"):
            return value
    return None


def read_not_composed(reader: TextReader) -> list[str]:
    """Take directions that the composer does not follow, as sentences that say so."""
    found = []
    for pattern, what in _NOT_COMPOSED:
        matches = reader.take_all(rf"\b(?:{pattern})(?!\w)")
        found += [f'"{match[0].strip()}": the song {what}.' for match in matches]
    return found


def one_meter(text: str, mentions: list[tuple[int, tuple[int, int], float, str]]) -> str | None:
    """Return the note for meters of single sections ("verse in 3/4, chorus in 4/4"), or None.

    A song has one meter, the first that was named; meters that take each other back are no
    such case.
    """
    meters = dict.fromkeys(mention[1] for mention in mentions)
    if len(meters) < 2:
        return None
    section = (
        r"\b(?:verses?|chorus(?:es)?|bridge|intro|outro|solo|refrain|drop|middle|hook)\b"
        r"[^,.;]{0,18}$"
    )
    switch = (
        r"\b(?:alternat\w+|switch\w*|chang\w+|shift\w*|mov\w+|between|mix(?:es|ing)?|then)\b"
        r"[^.;]{0,30}$"
    )
    for place, meter, _, written in mentions[1:]:
        before = text[max(0, place - 45) : place]
        if meter != mentions[0][1] and re.search(f"{section}|{switch}", before, re.IGNORECASE):
            first = "{}/{}".format(*mentions[0][1])
            return f'The whole song is in {first}: a change of meter ("{written}") is not composed.'
    return None
