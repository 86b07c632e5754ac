"""Tempos of sections as people write them: "90 bpm in the verse", "a slow bridge"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from compositions.composer.prompt_places import (
    BARE_NUMBER,
    BPM,
    IN,
    LISTED,
    MAYBE_BPM,
    SECTION,
    place_of,
)
from compositions.composer.prompt_tempo import TEMPO_HIGH, TEMPO_LOW
from compositions.composer.spec import TempoRequest
from compositions.composer.text_reader import TextReader, read_number

SLOWER, FASTER = 0.85, 1.12
SLOW, FAST = 0.75, 1.25
"""Tempos of a section that is called slow or fast in itself, as factors of the song's."""


def tempo_to(section: str, number: str) -> Iterator[TempoRequest]:
    value = read_number(number)
    if TEMPO_LOW <= value <= TEMPO_HIGH:
        yield TempoRequest("last" if section == "end" else section, "to", value)


def read_feels(reader: TextReader, found: list[TempoRequest]) -> None:
    """Take "half-time bridge", "the last chorus in double-time", "breakdown at half tempo"."""
    time = r"(half|double)[\s-]time(?:[\s-]+(?:feel|groove|beat))?"
    tempo = r"(half|double|twice)\s+(?:the\s+|its\s+)?(?:tempo|speed)|(half|twice)\s+as\s+fast"
    link = r"(?:\s+(?:is|are|goes|drops?|falls?|in|into|at|with|played|an?|the))*[\s:,(]+"
    for kind, change in ((time, "feel"), (tempo, "by")):
        for pattern in (
            rf"\b(?:{kind})\s+(?:{IN})?(?P<place>{SECTION}|\bhook\b)",
            rf"(?P<place>{SECTION}){link}(?:{kind})\b",
        ):
            for match in reader.take_all(pattern):
                half = re.search(r"\bhalf\b", match[0], re.IGNORECASE)
                value = 0.5 if half else 2.0
                found.append(TempoRequest(place_of(match["place"]), change, value))


def read_section_tempos(reader: TextReader, found: list[TempoRequest]) -> None:
    """Take tempos of sections: "intro at 70 bpm", "a slower bridge", "drops to 90 in the verse"."""
    way = r"(?:a\s+(?:little|bit)\s+|much\s+|slightly\s+)?(faster|quicker|slower)"
    at = rf"(?:[\s,(]*(?:at\s+)?{BPM})?"
    for pattern, place, side in (
        (rf"({SECTION})\s+(?:is\s+|goes\s+|gets\s+)?{way}{at}", 1, 2),
        (rf"\b{way}\s+({SECTION}){at}", 2, 1),
    ):
        for match in reader.take_all(pattern):
            section = place_of(match[place])
            if match[3]:
                found += tempo_to(section, match[3])
            else:
                value = SLOWER if match[side].lower() == "slower" else FASTER
                found.append(TempoRequest(section, "by", value))
    _called(reader, found)
    bare = rf"({SECTION})\s+{BPM}"
    if len({match[2] for match in re.finditer(bare, reader.left, re.IGNORECASE)}) > 1:
        # "verse 96 bpm, chorus 144 bpm": one such number alone would be the song's.
        for match in reader.take_all(bare):
            found += tempo_to(place_of(match[1]), match[2])
    moves = (
        r"(?:slow|speed|drop|chang|switch|mov|jump|go|fall|ris|rais|kick|shift)\w*\s+(?:down\s+|up\s+"
        r"|(?:the\s+)?tempo\s+|back\s+)*to"
    )
    verb = r"(?:is|are|at|in|runs?\s+at|goes\s+(?:to|at)|plays?\s+at|with|comes\s+in\s+at)"
    for pattern, place, number in (
        (rf"({SECTION})\s+{moves}\s+{MAYBE_BPM}", 1, 2),
        (rf"\b{moves}\s+{MAYBE_BPM}\s+{IN}({SECTION})", 2, 1),
        (rf"\b{BPM}\s+{IN}({SECTION})", 2, 1),
        (rf"({SECTION})\s*(?:[:=(]|\b{verb}\b)\s*(?:about\s+|around\s+)?{BPM}\)?", 1, 2),
    ):
        for match in list(re.finditer(pattern, reader.left, re.IGNORECASE)):
            if re.search(LISTED, reader.left[: match.start()], re.IGNORECASE):
                continue  # "verse, chorus at 120 bpm" speaks of the song
            reader.mark(match.start(), match.end())
            found += tempo_to(place_of(match[place]), match[number])
    if any(request.change == "to" for request in found):
        _without_unit(reader, found)


def _called(reader: TextReader, found: list[TempoRequest]) -> None:
    """Take "a slow bridge", "fast choruses", "the bridge is slow"."""
    how = r"(?:very\s+|really\s+)?(slow|fast|quick)"
    for pattern, place, side in (
        (rf"\b{how}\s+({SECTION})(?!\s*(?:tempo|pace|of)\b)", 2, 1),
        (rf"({SECTION})\s+(?:(?:is|are|goes|very|really)\s+)*{how}(?=\s*(?:[.,;)\n]|$|and|but))",
         1, 2),
    ):  # fmt: skip
        for match in reader.take_all(pattern):
            section = place_of(match[place])
            value = SLOW if match[side].lower() == "slow" else FAST
            found.append(TempoRequest("last" if section == "end" else section, "by", value))


def _without_unit(reader: TextReader, found: list[TempoRequest]) -> None:
    """Take "120 in the chorus" and "chorus at 120" beside a section whose tempo has a unit."""
    number = rf"(?<![/\d]){BARE_NUMBER}(?!\s*(?:bars?|measures?|/|:|\d))"
    for pattern, place, value in (
        (rf"\b{number}\s+{IN}({SECTION})", 2, 1),
        (rf"({SECTION})\s+(?:at|is|:|=)\s*{number}", 1, 2),
    ):
        for match in list(re.finditer(pattern, reader.left, re.IGNORECASE)):
            if requests := list(tempo_to(place_of(match[place]), match[value])):
                reader.mark(match.start(), match.end())
                found += requests
