"""Tempo as people write it: numbers, note values, ranges, Italian and plain words."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from compositions.composer.text_reader import NUMBER, TextReader, read_number

TEMPO_LOW, TEMPO_HIGH = 20.0, 300.0

# Word -> (typical, low, high) in quarter notes per minute; the bounds follow the usual
# metronome bins (Grave <= 40 < Largo <= 60 < Adagio <= 70 < Andante <= 90 < Moderato ...)
# and for plain words Slow <= 80 < Moderate <= 120 < Fast <= 160 < Very fast.
_ITALIAN: list[tuple[str, tuple[float, float, float]]] = [
    (r"prestissimo", (220, 211, 240)),
    (r"presto", (180, 162, 208)),
    (r"vivacissimo", (158, 150, 160)),
    (r"vivace|vivo", (150, 142, 158)),
    (r"allegro\s+(?:moderato|ma\s+non\s+troppo)", (116, 112, 120)),
    (r"allegro\s+(?:assai|molto|vivace|con\s+brio)", (136, 128, 140)),
    (r"allegretto", (114, 112, 120)),
    (r"allegro", (126, 112, 138)),
    (r"andante\s+moderato", (88, 80, 90)),
    (r"andantino", (84, 78, 90)),
    (r"andante", (80, 72, 90)),
    (r"larghetto", (62, 61, 66)),
    (r"larghissimo", (24, 20, 36)),
    (r"largo", (50, 42, 60)),
    (r"lento", (54, 42, 60)),
    (r"adagietto", (68, 66, 70)),
    (r"adagio", (66, 61, 70)),
    (r"moderato", (100, 92, 110)),
    (
        r"(?:tempo|pace|speed)(?:\s+marking)?\s*(?:is|of|:|=)?\s*grave|grave(?=\s*(?:[,.;]|$|tempo|at))",
        (40, 36, 40),
    ),
]
_PACE = r"(?:[\s-]+(?:tempo|pace|paced|speed|moving))?"
_INTENSE = (
    r"(?:very|really|extremely|super|extra|incredibly|insanely|ultra|blazing(?:ly)?|crazy|too)"
)
_PLAIN: list[tuple[str, tuple[float, float, float]]] = [
    (r"not\s+(?:too|very|so)\s+(?:fast|quick|slow)|neither\s+(?:fast|slow)\s+nor\s+\w+",
     (100, 84, 118)),
    (rf"{_INTENSE}\s+slow(?:ly)?{_PACE}|dead\s+slow|crawling|glacial(?:ly)?|sluggish",
     (54, 40, 60)),
    (rf"{_INTENSE}\s+(?:fast|quick|rapid|speedy){_PACE}|breakneck(?:\s+speed)?|frantic"
     r"|frenetic|lightning[\s-]fast|furious(?:ly)?\s+fast", (178, 164, 208)),
    (r"moderately\s+fast|medium[\s-]fast|fairly\s+(?:fast|quick)|quite\s+(?:fast|quick)",
     (126, 122, 138)),
    (r"moderately\s+slow|medium[\s-]slow|slow[\s-]to[\s-]medium", (80, 74, 80)),
    (r"mid[\s-]?tempo|medium(?=[\s-]+(?:swing|tempo|pace|paced|speed|groove|up|bounce))"
     rf"(?:[\s-]+up)?{_PACE}|moderate{_PACE}|medium(?=\s*(?:[,.;]|$))|middling\s+tempo",
     (102, 84, 118)),
    (r"walking[\s-]+pace|steady\s+pace", (86, 82, 90)),
    (r"up[\s-]?tempo|high[\s-]tempo", (136, 124, 156)),
    (r"(?:lively|energetic|driving)[\s-]+(?:tempo|pace|speed)", (132, 122, 150)),
    (r"upbeat|brisk(?:ly)?(?:\s+(?:tempo|pace))?|bouncy", (122, 112, 138)),
    (rf"slow(?:ly|ish)?{_PACE}|unhurried|down[\s-]?tempo|leisurely{_PACE}"
     r"|(?:relaxed|calm|gentle)[\s-]+(?:tempo|pace)|low[\s-]tempo", (68, 52, 79)),
    (rf"(?:fast|quick|rapid|speedy)(?:ly|ish)?{_PACE}|high[\s-]speed|hurried|racing|hectic",
     (142, 124, 158)),
]  # fmt: skip
_ABOUT = (
    r"(?:around|about|approximately|approx\.?|circa|ca\.|roughly|near(?:ly)?|close\s+to|like|say"
    r"|maybe|just\s+(?:over|under)|somewhere\s+(?:around|near))"
)
_UNIT = r"(?:b\.?\s?p\.?\s?m\b\.?|bmp\b|pbm\b|beats?\s*(?:per|a|/)\s*min(?:ute)?\b\.?|beats?/min\b)"
TEMPO_UNIT = _UNIT
"""A regular expression for what says that a number is a tempo."""
# A number with one of these behind it is no tempo.
_NOT_TEMPO = (
    r"(?!\s*[-/]?\s*(?:bars?|measures?|min(?:ute)?s?\b|m\b|sec(?:ond)?s?\b|s\b|%|years?|tracks?"
    r"|notes?|instruments?|voices?|a\.?m\b|p\.?m\b|o'clock|th\b|k?hz|st\b|nd\b|rd\b|people|lines?"
    r"|chords?|degrees|times|miles|days?|hours?|:\d|/|\.\d|\d))"
)


@dataclass(frozen=True, slots=True)
class TempoMention:
    """A tempo in the prompt: ``bpm`` in quarters per minute between ``low`` and ``high``.

    ``exact`` marks a number, ``unit`` one that says that it is a tempo.
    """

    start: int
    text: str
    bpm: float
    low: float
    high: float
    confidence: float
    exact: bool = False


_Add = Callable[[re.Match[str], list[float], float], None]


def read_tempos(reader: TextReader) -> list[TempoMention]:
    """Take every tempo, numbers and words, in text order."""
    found = _numbers(reader) + _words(reader)
    return sorted(found, key=lambda mention: mention.start)


def _numbers(reader: TextReader) -> list[TempoMention]:
    found: list[TempoMention] = []

    def add(match: re.Match[str], values: list[float], sure: float, factor: float = 1.0) -> None:
        values = [value * factor for value in values]
        middle = sum(values) / len(values)
        if sure < 1.0 and not 30 <= middle <= 280:
            return
        if len(values) > 1 and not 30 <= values[0] < values[1]:
            return  # "one hundred and ten" is one number
        reader.mark(match.start(), match.end())
        middle = round(min(TEMPO_HIGH, max(TEMPO_LOW, middle)), 2)
        spread = (min(values), max(values)) if len(values) > 1 else (middle, middle)
        text = match[0].strip(" ,;.\x1f")
        found.append(TempoMention(match.start(), text, middle, *spread, sure, True))

    def each(pattern: str, sure: float, factor: float = 1.0) -> None:
        for match in re.finditer(pattern, reader.left, re.IGNORECASE):
            if not _is_change(reader, match):
                add(match, [read_number(m) for m in match.groups() if m], sure, factor)

    n = NUMBER
    each(
        rf"\b(?:twice|double|2x)\s+(?:as\s+fast\s+as|the\s+(?:speed|tempo)\s+of)\s+({n})"
        rf"(?:\s*{_UNIT})?",
        0.95,
        2.0,
    )
    each(
        rf"\bhalf\s+(?:as\s+fast\s+as|the\s+(?:speed|tempo)\s+of)\s+({n})(?:\s*{_UNIT})?", 0.95, 0.5
    )
    doubled = r"(?:doubled|times\s+two|times\s+2|(?:x|×)\s*2|in\s+double[\s-]time)"
    each(rf"\b(?:(?:tempo|bpm)\s*[:=]?\s*)?({n})(?:\s*{_UNIT})?\s*,?\s+{doubled}\b", 0.95, 2.0)
    each(
        rf"\b(?:(?:tempo|bpm)\s*[:=]?\s*)?({n})(?:\s*{_UNIT})?\s*,?\s+(?:cut\s+in\s+half|halved)\b",
        0.95,
        0.5,
    )
    note = r"(?:\s*notes?)?\s*(?:=|equals|at|is)\s*"
    each(rf"(?:\bdotted[\s-]+(?:quarter|crotchet){note}|♩\.\s*=\s*)({n})(?:\s*{_UNIT})?", 1.0, 1.5)
    each(rf"(?:\b(?:half|minim){note}|𝅗𝅥\s*=\s*)({n})(?:\s*{_UNIT})?", 1.0, 2.0)
    each(rf"(?:\b(?:eighth|quaver){note}|♪\s*=\s*)({n})(?:\s*{_UNIT})?", 1.0, 0.5)
    each(rf"(?:\b(?:quarter|crotchet){note}|♩\s*=\s*)({n})(?:\s*{_UNIT})?", 1.0)
    dash = r"\s*(?:-|–|—|to|and|or)\s*"
    each(rf"\b(?:between\s+|from\s+)?({n}){dash}({n})\s*-?{_UNIT}", 1.0)
    each(
        rf"\b(?:tempo|bpm)\s*(?:is|=|:|of|at|between|from)?\s*({n})(?:-|–|\s+(?:to|and)\s+)({n})\b"
        rf"{_NOT_TEMPO}",
        0.95,
    )
    each(
        rf"(?:\b{_ABOUT}\s*|[~≈@]\s*|\bat\s+)?\b({n})\s*-?\s*(?:ish|odd|or\s+so)?\s*-?{_UNIT}", 1.0
    )
    each(
        rf"\b(?:tempo|bpm|speed|tempo\s+marking)\s*(?:is|=|:|of|at|set\s+to|set\s+at|,|should\s+be)*"
        rf"\s*(?:of\s+)?(?:{_ABOUT}\s*|[~≈@]\s*)?({n})(?:ish)?\b{_NOT_TEMPO}",
        1.0,
    )
    each(r"\b(\d{2,3})\s*-?\s*(?:ish|or\s+so)\b" + _NOT_TEMPO, 0.9)
    each(
        rf"(?:\b(?:{_ABOUT}|at|make\s+it|make\s+that|(?:ok|no|wait|rather|actually),?\s+just)"
        rf"\s+(?:a\s+)?|[~≈@]\s*)({n})(?:ish)?\b"
        rf"{_NOT_TEMPO}(?!['’]?s\b)",
        0.85,
    )
    _bare(reader, add)
    return found


def _bare(reader: TextReader, add: _Add) -> None:
    """A number alone between commas, or in a prompt of a few words: "metal 180"."""
    terse = len(reader.text.split()) <= 8
    pattern = r"(?:^|[,;/|.]\s*)(\d{2,3})\s*(?=[,;/|]|[.:](?!\d)|$)"
    for match in re.finditer(pattern, reader.left):
        if 35 <= int(match[1]) <= 260:
            add(match, [float(match[1])], 0.8)
    for match in re.finditer(
        rf"(?:^|[,;/|.]\s*)({NUMBER})\s*(?=[,;/|]|[.:](?!\d)|$)", reader.left, re.IGNORECASE
    ):  # "gospel ballad, 12/8, sixty-six"
        if 35 <= read_number(match[1]) <= 260:
            add(match, [read_number(match[1])], 0.7)
    for match in re.finditer(rf"(?<=\s)(\d{{2,3}})(?=\s|[,;.:]|$){_NOT_TEMPO}", reader.left):
        segment = re.split(r"[,;.|/]", reader.text[: match.start()])[-1]
        if match[1] in ("808", "909", "303", "101") or not 50 <= int(match[1]) <= 220:
            continue
        if terse or len(segment.split()) <= 4:
            add(match, [float(match[1])], 0.7)


def _is_change(reader: TextReader, match: re.Match[str]) -> bool:
    """Tell a tempo that the song reaches later ("speeds up to 140") from its own."""
    before = reader.text[max(0, match.start() - 60) : match.start()]
    return bool(
        re.search(
            r"(?:speed\w*\s+up|slow\w*\s+down|accelerat\w+|build\w*|ris(?:es?|ing)|ramp\w*"
            r"|ritard\w*|drop\w*)\s+(?:\w+\s+){0,3}(?:to|until|towards?)\s*$",
            before,
            re.IGNORECASE,
        )
    )


def _words(reader: TextReader) -> list[TempoMention]:
    found: list[TempoMention] = []
    for table, sure in ((_ITALIAN, 0.9), (_PLAIN, 0.75)):
        for pattern, (typical, low, high) in table:
            for match in re.finditer(
                rf"(?<![\w-])(?:{pattern})(?![\w])", reader.left, re.IGNORECASE
            ):
                before = reader.left[: match.start()]
                if re.search(
                    r"\b(?:not|no|never|isn'?t)\s+(?:too\s+|very\s+)?$", before, re.IGNORECASE
                ):
                    reader.mark(match.start(), match.end())
                    continue
                found.append(
                    TempoMention(match.start(), match[0].strip(), typical, low, high, sure)
                )
                reader.mark(match.start(), match.end())
    return found
