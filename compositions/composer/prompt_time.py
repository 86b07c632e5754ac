"""Tempo, meter, length and swing as people write them."""

from __future__ import annotations

import re

from compositions.composer.text_reader import NUMBER, TextReader, read_number

TEMPO_LOW, TEMPO_HIGH = 20.0, 300.0
METER_WORDS = {
    r"waltz[\s-]+time": (3, 4),
    r"common[\s-]+time": (4, 4),
    r"cut[\s-]+time|alla\s+breve": (2, 2),
    r"march[\s-]+time": (2, 4),
    r"triple[\s-]+(?:time|met(?:er|re))": (3, 4),
    r"duple[\s-]+(?:time|met(?:er|re))": (2, 4),
    r"compound[\s-]+(?:time|met(?:er|re)|duple)": (6, 8),
    r"two[\s-]+four": (2, 4),
    r"three[\s-]+four": (3, 4),
    r"four[\s-]+four|four\s+on\s+four": (4, 4),
    r"five[\s-]+four": (5, 4),
    r"five[\s-]+eight": (5, 8),
    r"six[\s-]+four": (6, 4),
    r"six[\s-]+eight": (6, 8),
    r"seven[\s-]+four": (7, 4),
    r"seven[\s-]+eight": (7, 8),
    r"nine[\s-]+eight": (9, 8),
    r"eleven[\s-]+eight": (11, 8),
    r"twelve[\s-]+eight": (12, 8),
}
# Word -> (typical, low, high) in quarter notes per minute; the bounds follow the usual
# metronome bins (Grave <= 40 < Largo <= 60 < Adagio <= 70 < Andante <= 90 < Moderato ...).
TEMPO_WORDS: list[tuple[str, tuple[float, float, float]]] = [
    (r"prestissimo", (220, 211, 240)),
    (r"presto", (180, 162, 208)),
    (r"vivace|vivo|vivacissimo", (150, 142, 158)),
    (r"allegro\s+moderato", (116, 112, 120)),
    (r"allegretto", (114, 112, 120)),
    (r"allegro", (128, 112, 138)),
    (r"andante\s+moderato", (88, 80, 90)),
    (r"andantino", (86, 80, 90)),
    (r"andante", (80, 72, 90)),
    (r"larghetto", (62, 61, 66)),
    (r"largo", (50, 42, 60)),
    (r"lento", (54, 42, 60)),
    (r"adagietto", (70, 66, 70)),
    (r"adagio", (66, 61, 70)),
    (r"moderato", (100, 92, 110)),
    (r"grave", (40, 36, 40)),
    (r"(?:very|really|extremely|super|extra)\s+slow(?:ly)?|dead\s+slow", (52, 40, 60)),
    (r"(?:very|really|extremely|super|blazing(?:ly)?)\s+(?:fast|quick)|breakneck|frantic",
     (178, 164, 210)),
    (r"mid[\s-]?tempo|medium(?:\s+tempo|\s+speed|\s+pace)?|moderate(?:\s+tempo|\s+speed|\s+pace)?"
     r"|medium[\s-]swing", (102, 84, 118)),
    (r"up[\s-]?tempo", (138, 124, 158)),
    (r"upbeat|brisk(?:ly)?|bouncy", (122, 108, 138)),
    (r"slow(?:ly|er)?(?:\s+tempo)?|unhurried|down[\s-]?tempo", (68, 52, 79)),
    (r"fast(?:er)?(?:\s+tempo)?|quick|rapid|speedy|high[\s-]speed", (144, 124, 158)),
]  # fmt: skip


def read_length(reader: TextReader) -> tuple[int | None, float | None]:
    """Take a length: (bars, seconds), each None when not given."""
    bars: int | None = None
    seconds: float | None = None
    match = reader.take(rf"\b({NUMBER})[\s-]*(?:bars?|measures?)\b(?:\s+long)?")
    if match and not re.match(r"\s*blues", reader.text[match.end() :], re.IGNORECASE):
        bars = round(read_number(match[1]))
    unit_minute, unit_second = r"(?:minutes?|mins?|m(?=\b))", r"(?:seconds?|secs?|s(?=\b))"
    if match := reader.take(r"\b(\d{1,2}):([0-5]\d)(?:\s*(?:min(?:utes?)?|long))?\b"):
        seconds = int(match[1]) * 60.0 + int(match[2])
    elif match := reader.take(
        rf"\b({NUMBER}|an?(?=\s))[\s-]*{unit_minute}\s*(?:,|and)?\s*({NUMBER})[\s-]*{unit_second}\b"
    ):
        seconds = _amount(match[1]) * 60 + read_number(match[2])
    elif match := reader.take(rf"\b({NUMBER})\s+and\s+a\s+half[\s-]+{unit_minute}\b"):
        seconds = (read_number(match[1]) + 0.5) * 60
    elif match := reader.take(rf"\b({NUMBER}|an?)[\s-]+{unit_minute}\s+and\s+a\s+half\b"):
        seconds = (_amount(match[1]) + 0.5) * 60
    elif reader.take(r"\bhalf\s+a\s+minute(?:\s+long)?\b|\bhalf[\s-]minute\b"):
        seconds = 30.0
    elif match := reader.take(rf"\b({NUMBER}|an?(?=[\s-]))[\s-]*{unit_minute}(?:\s+long)?\b"):
        seconds = _amount(match[1]) * 60
    elif match := reader.take(rf"\b({NUMBER})[\s-]*{unit_second}(?:\s+long)?\b"):
        seconds = read_number(match[1])
    return bars, seconds


def _amount(text: str) -> float:
    return 1.0 if text.lower() in ("a", "an") else read_number(text)


def read_meter(reader: TextReader) -> tuple[tuple[int, int], float] | None:
    """Take a time signature: ((numerator, denominator), confidence)."""
    for match in re.finditer(r"(?<![\d/])(\d{1,2})\s*/\s*(2|4|8|16)(?![\d/])", reader.left):
        numerator = int(match[1])
        if 1 <= numerator <= 16:
            reader.mark(match.start(), match.end())
            reader.take(r"\btime(?:\s+signature)?\b|\bmet(?:er|re)\b")
            return (numerator, int(match[2])), 1.0
    for pattern, meter in METER_WORDS.items():
        if reader.take(rf"\b(?:{pattern})\b(?:\s+(?:time|met(?:er|re)))?"):
            return meter, 0.95
    if found := reader.take(r"\bin\s+(three|3|five|5|seven|7|six|6)\b(?!\s*[\w/-])"):
        numerator = round(read_number(found[1]))
        return (numerator, 4 if numerator in (3, 5) else 8), 0.8
    return None


def read_tempo_number(reader: TextReader) -> tuple[float, float] | None:
    """Take a tempo given as a number: (bpm, confidence)."""
    about = r"(?:around|about|approximately|approx\.?|circa|ca\.?|roughly|like|near|~|at|of)"
    patterns = (
        (rf"(?:{about}\s*)?\b({NUMBER})\s*-?(?:ish)?\s*(?:b\.?p\.?m\b\.?|beats?\s+(?:per|a)\s+minute)",
         1.0),
        (rf"\b(?:tempo|bpm|speed)\s*(?:is|=|:|of|at|marking)?\s*(?:{about}\s*)?({NUMBER})\b", 1.0),
        (rf"(?:♩|quarter(?:\s+note)?|crotchet)\s*=\s*({NUMBER})\b", 1.0),
        (rf"{about}\s*(\d{{2,3}})(?:ish)?\b(?!\s*[-/\w]*\s*(?:bars?|min|sec|s\b))", 0.85),
        (r"\b(\d{2,3})\s*-?ish\b", 0.85),
        (r"(?:^|[,;]\s*)(\d{2,3})\s*(?=[,;.]|$)", 0.8),
    )  # fmt: skip
    found: tuple[float, float] | None = None
    for pattern, confidence in patterns:
        for match in reader.take_all(pattern):
            value = read_number(match[1])
            if confidence == 1.0 or 35 <= value <= 260:
                # Later beats earlier when a prompt contradicts itself.
                found = (min(TEMPO_HIGH, max(TEMPO_LOW, value)), confidence)
        if found:
            return found
    return None


def read_tempo_words(reader: TextReader) -> tuple[float, float, float] | None:
    """Take a tempo word: (typical, low, high) bpm; the last word in the table wins."""
    for pattern, bounds in TEMPO_WORDS:
        if reader.take(rf"\b(?:{pattern})\b"):
            return bounds
    return None


def read_swing(reader: TextReader) -> tuple[float, float] | None:
    """Take a swing wish: (ratio, confidence); 0.5 is straight."""
    if reader.take(
        r"\b(?:no\s+swing|un-?swung|straight(?:[\s-]+(?:feel|time|eighths?|8ths?|beat|groove))?)\b"
    ):
        return 0.5, 0.95
    if reader.take(r"\b(?:hard|heavy|strong(?:ly)?)[\s-]+(?:swing|swung)\b"):
        return 0.68, 0.95
    if reader.take(
        r"\b(?:light(?:ly)?|slight(?:ly)?|gentle|subtle|a\s+little)[\s-]+(?:swing|swung)\b"
    ):
        return 0.56, 0.95
    if reader.take(r"\b(?:shuffled?|shuffle[\s-]+(?:feel|groove|beat)|triplet[\s-]+feel)\b"):
        return 0.66, 0.95
    if reader.take(r"\b(?:swung|swinging|swing[\s-]+(?:feel|groove|time|eighths?|8ths?))\b"):
        return 0.62, 0.95
    return None
