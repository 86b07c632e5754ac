"""Meter, length and swing as people write them. Tempo is in ``prompt_tempo``."""

from __future__ import annotations

import re
from collections.abc import Callable

from compositions.composer.rhythm import grid_for
from compositions.composer.text_reader import NUMBER, TextReader, read_number

_METER_WORDS = {
    r"compound[\s-]+triple(?:[\s-]+(?:time|met(?:er|re)))?": (9, 8),
    r"compound[\s-]+quadruple(?:[\s-]+(?:time|met(?:er|re)))?": (12, 8),
    r"compound[\s-]+(?:time|met(?:er|re)|duple)(?:[\s-]+(?:time|met(?:er|re)))?": (6, 8),
    r"waltz[\s-]+(?:time|feel|rhythm|meter)": (3, 4),
    r"common[\s-]+time": (4, 4),
    r"cut[\s-]+time|alla\s+breve": (2, 2),
    r"march[\s-]+time": (2, 4),
    r"triple[\s-]+(?:time|met(?:er|re))": (3, 4),
    r"duple[\s-]+(?:time|met(?:er|re))": (2, 4),
    r"quadruple[\s-]+(?:time|met(?:er|re))": (4, 4),
    r"four[\s-]on[\s-]four": (4, 4),
}
_TOP = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
        "ten": 10, "eleven": 11, "twelve": 12}  # fmt: skip
_BOTTOM = {"two": 2, "four": 4, "quarter": 4, "quarters": 4, "eight": 8, "eighth": 8,
           "eighths": 8, "sixteen": 16, "sixteenth": 16}  # fmt: skip
_SIGNATURE = r"(?:time(?:\s+signature)?|signature|met(?:er|re)|feel|groove|beat)"
_WORD_METER = (
    rf"\b({'|'.join(_TOP)})[\s-]+(?:over[\s-]+|by[\s-]+)?"
    rf"({'|'.join(sorted(_BOTTOM, key=len, reverse=True))})\b"
    r"(?!\s*(?:bars?|measures?|minutes?|seconds?))"
)
_MINUTE = r"(?:minutes?|mins?\b\.?|m(?![\w]))"
_SECOND = r"(?:seconds?|secs?\b\.?|s(?![\w]))"
SHORT_SECONDS, LONG_SECONDS = 45.0, 240.0
"""What "short" and "long" mean when no number is given."""


def read_length(reader: TextReader) -> tuple[list[tuple[int, int]], list[tuple[int, float]]]:
    """Take lengths: (position, bars) and (position, seconds) of each in text order."""
    pattern = rf"\b({NUMBER})[\s-]*(?:bars?|measures?)\b(?!\s*blues)(?:\s+long)?"
    bars = [(match.start(), round(read_number(match[1]))) for match in reader.take_all(pattern)]
    return bars, sorted(_seconds(reader))


def _seconds(reader: TextReader) -> list[tuple[int, float]]:
    found: list[tuple[int, float]] = []

    def each(pattern: str, value: Callable[[re.Match[str]], float]) -> None:
        found.extend((match.start(), value(match)) for match in reader.take_all(pattern))

    n = NUMBER
    each(
        r"(?<![\d:/])(\d{1,2}):([0-5]\d)(?![\d:/])(?:\s*(?:min(?:utes?)?\b|long\b))?",
        lambda m: int(m[1]) * 60.0 + int(m[2]),
    )
    each(r"\b(\d{1,2})['’′]\s*([0-5]?\d)[\"”″]", lambda m: int(m[1]) * 60.0 + int(m[2]))
    each(
        rf"\b(?:between\s+|from\s+)?({n})\s*(?:-|–|to|and)\s*({n})[\s-]*{_MINUTE}",
        lambda m: 30.0 * (read_number(m[1]) + read_number(m[2])),
    )
    each(
        rf"\b({n}|an?(?=\s))[\s-]*{_MINUTE}\s*(?:,|and)?\s*({n})[\s-]*{_SECOND}",
        lambda m: _amount(m[1]) * 60 + read_number(m[2]),
    )
    each(
        r"\b(\d{1,2})\s?m(?:in(?:ute)?s?)?\s?([0-5]?\d)\s?(?:s(?:ec)?)?\b(?!\s*(?:bpm|bars|beats|/|-))",
        lambda m: int(m[1]) * 60.0 + int(m[2]),
    )
    each(  # "a minute twenty"
        rf"\b({n}|an?(?=\s))[\s-]*minutes?\s+(?:and\s+)?({n})(?=\s*(?:[,.;)]|long\b|$))",
        lambda m: _amount(m[1]) * 60 + read_number(m[2]),
    )
    each(rf"\b({n})\s+and\s+a\s+half[\s-]+{_MINUTE}", lambda m: (read_number(m[1]) + 0.5) * 60)
    each(rf"\b({n}|an?)[\s-]+{_MINUTE}\s+and\s+a\s+half\b", lambda m: (_amount(m[1]) + 0.5) * 60)
    each(rf"\b({n})\s*(?:½|1/2)[\s-]*{_MINUTE}", lambda m: (read_number(m[1]) + 0.5) * 60)
    each(rf"\b({n}|an?)[\s-]*(?:hours?|hrs?)\b(?:\s+long)?", lambda m: _amount(m[1]) * 3600)
    each(rf"\b(?:half|½|1/2)[\s-]+(?:of\s+)?(?:a\s+)?{_MINUTE}(?:\s+long)?", lambda m: 30.0)
    each(rf"\bthree\s+quarters\s+of\s+a\s+{_MINUTE}", lambda m: 45.0)
    each(rf"\ba?\s*quarter\s+of\s+a\s+{_MINUTE}", lambda m: 15.0)
    each(rf"\ba\s+couple\s+(?:of\s+)?{_MINUTE}", lambda m: 120.0)
    each(
        rf"(?<!beats\s)(?<!beat\s)\b({n}|an?(?=[\s-]))[\s-]*{_MINUTE}(?:\s+long)?",
        lambda m: _amount(m[1]) * 60,
    )
    each(
        rf"\b(?:between\s+|from\s+)?({n})\s*(?:-|–|to|and)\s*({n})[\s-]*{_SECOND}",
        lambda m: 0.5 * (read_number(m[1]) + read_number(m[2])),
    )
    each(
        rf"(?<!-)\b(?!808|909|303|101)({n})[\s-]*{_SECOND}(?:\s+long)?", lambda m: read_number(m[1])
    )
    return [(place, seconds) for place, seconds in found if seconds > 0]


def read_length_word(reader: TextReader) -> float | None:
    """Take "short" or "long" said of the whole piece: seconds, or None."""
    thing = (
        r"(?:song|tune|piece|track|loop|clip|jingle|intro|music|composition|melody|pop|rock"
        r"|fragment|number|ballad|lullaby|waltz|instrumental|one|and|,)"
    )
    if match := reader.take(rf"\b(very\s+)?short(?=\s*(?:\w+\s+){{0,3}}{thing}|[\s,.]|$)\b"):
        return 25.0 if match[1] else SHORT_SECONDS
    if reader.take(rf"\blong(?=\s+(?:\w+\s+){{0,2}}{thing}\b)|\bextended\b|\blengthy\b"):
        return LONG_SECONDS
    return None


def _amount(text: str) -> float:
    return 1.0 if text.lower() in ("a", "an") else read_number(text)


def read_meters(reader: TextReader) -> list[tuple[int, tuple[int, int], float, str]]:
    """Take time signatures: (position, (numerator, denominator), confidence, text)."""
    found: list[tuple[int, tuple[int, int], float, str]] = []

    def add(match: re.Match[str], meter: tuple[int, int], sure: float) -> None:
        try:
            grid_for(*meter)
        except ValueError:
            return
        reader.mark(match.start(), match.end())
        found.append((match.start(), meter, sure, match[0].strip()))

    tail = rf"(?:[\s-]+{_SIGNATURE})?"
    for match in re.finditer(
        rf"(?<![\d/.])(\d{{1,2}})\s*/\s*(2|4|8|16)(?:ths?)?(?![\d/]){tail}",
        reader.left,
        re.IGNORECASE,
    ):
        add(match, (int(match[1]), int(match[2])), 1.0)
    for match in re.finditer(
        rf"\b(?:signature|met(?:er|re)|time)\s*(?:of|:|=|is)?\s*(\d{{1,2}})[\s:-]+(2|4|8|16)\b"
        rf"|\b(\d{{1,2}})[\s-]+(?:by[\s-]+)?(4|8)[\s-]+{_SIGNATURE}\b",
        reader.left,
        re.IGNORECASE,
    ):
        add(match, (int(match[1] or match[3]), int(match[2] or match[4])), 0.9)
    for match in re.finditer(_WORD_METER + tail, reader.left, re.IGNORECASE):
        add(match, (_TOP[match[1].lower()], _BOTTOM[match[2].lower()]), 0.95)
    for pattern, meter in _METER_WORDS.items():
        for match in re.finditer(rf"\b(?:{pattern})\b", reader.left, re.IGNORECASE):
            add(match, meter, 0.9)
    for match in re.finditer(
        r"\b(?:in|counted\s+in|felt\s+in|in\s+a)\s+(three|3|five|5|seven|7|six|6|four|4|two|2|nine|9"
        r"|twelve|12)\b(?!\s*[\w/:-]|\.\d)",
        reader.left,
        re.IGNORECASE,
    ):
        count = round(read_number(match[1]))
        add(match, (count, 4 if count in (2, 3, 4, 5) else 8), 0.8)
    for match in re.finditer(r"\bodd[\s-]+(?:meter|metre|time)\b", reader.left, re.IGNORECASE):
        if not found:
            add(match, (7, 8), 0.6)
    return sorted(found)


def read_swing(reader: TextReader) -> tuple[float, float] | None:
    """Take a swing wish: (ratio, confidence); 0.5 is straight."""
    if reader.take(
        r"\b(?:no\s+swing|not\s+swung|un-?swung|without\s+swing"
        r"|straight(?:[\s-]+(?:feel|time|eighths?|8ths?|sixteenths?|16ths?|beat|groove|rhythm))?)\b"
    ):
        return 0.5, 0.95
    kind = r"(?:swing|swung|shuffled?)(?:[\s-]+(?:feel|groove|beat|eighths?|8ths?|rhythm))?"
    if reader.take(rf"\b(?:hard|heavy|heavily|strong(?:ly)?|deep)[\s-]+{kind}"):
        return 0.68, 0.95
    if reader.take(
        rf"\b(?:light(?:ly)?|slight(?:ly)?|gentle|gently|subtle|subtly|a\s+little|a\s+bit\s+of"
        rf"|a\s+touch\s+of|lazy|soft)[\s-]+{kind}"
    ):
        return 0.56, 0.95
    if reader.take(r"\b(?:shuffled?|shuffle[\s-]+(?:feel|groove|beat)|triplet[\s-]+feel)\b"):
        return 0.66, 0.95
    if reader.take(
        r"\b(?:swung|swinging|swing[\s-]+(?:feel|groove|time|eighths?|8ths?|rhythm)|swingy)\b"
    ):
        return 0.62, 0.95
    return None
