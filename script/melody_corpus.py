"""Reads the free tune books that music21 ships, as note lists for training the melody model.

Ryan's Mammoth Collection (1883), Aird's Airs (1778-1801), O'Neill's (1850 tunes, 1903),
Northumbrian and American fife tunes: all works are in the public domain; the ABC
transcriptions come with music21 (BSD licence). The Essen folk songs are left out, as
their transcriptions are not free for every use.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import music21
from music21 import abcFormat

BOOKS = ("ryansMammoth", "airdsAirs", "oneills1850", "miscFolk")
SHORTEST, LONGEST = 16, 400
HELD_OUT = 10
"""One title of this many is kept for judging the model."""

_KEY = re.compile(r"\s*([A-G])([#b]?)\s*([A-Za-z]*)")
_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_MODES = {"": "major", "maj": "major", "ion": "major", "m": "minor", "min": "minor",
          "aeo": "minor", "dor": "dorian", "mix": "mixolydian"}  # fmt: skip


@dataclass(frozen=True)
class Tune:
    """One tune: tonic as a pitch class, mode, meter, and (onset, length, MIDI pitch) notes.

    Times are quarter notes from the first bar line; what is before it is negative.
    """

    title: str
    tonic: int
    mode: str
    meter: tuple[int, int]
    notes: tuple[tuple[float, float, int], ...]

    @property
    def is_held_out(self) -> bool:
        """Whether the tune is for judging; all settings of one title are on the same side."""
        plain = re.sub(r"[^a-z]", "", self.title.lower())
        return hashlib.sha256(plain.encode()).digest()[0] % HELD_OUT == 0


def read_tunes() -> list[Tune]:
    """Return every tune that could be read, each different melody once, in a fixed order."""
    root = Path(music21.__file__).parent / "corpus"
    tunes: dict[tuple[tuple[float, float, int], ...], Tune] = {}
    for book in BOOKS:
        for path in sorted((root / book).glob("*.abc")):
            for tune in _tunes_of(path):
                tunes.setdefault(tune.notes, tune)
    return list(tunes.values())


def _tunes_of(path: Path) -> Iterator[Tune]:
    text = path.read_text(encoding="utf-8", errors="replace")
    try:
        parts = abcFormat.ABCFile().readstr(text).splitByReferenceNumber()
    except abcFormat.ABCHandlerException:
        return
    for _, handler in sorted(parts.items(), key=lambda item: str(item[0])):
        tune = _tune(handler)
        if tune is not None:
            yield tune


def _tune(handler: abcFormat.ABCHandler) -> Tune | None:
    title, meter, key = "", (4, 4), None
    notes: list[tuple[float, float, int]] = []
    bar_start = 0.0
    time = 0.0
    bars = 0
    grace = False
    tied = False
    for token in handler.tokens:
        match token:
            case abcFormat.ABCMetadata() if token.tag == "T" and not title:
                title = token.data
            case abcFormat.ABCMetadata() if token.tag == "M":
                read = _meter(token.data)
                if read is None or (notes and read != meter):
                    return None
                meter = read
            case abcFormat.ABCMetadata() if token.tag == "K":
                read_key = _key(token.data)
                if read_key is None or (notes and read_key != key):
                    return None
                key = read_key
            case abcFormat.ABCGraceStart():
                grace = True
            case abcFormat.ABCGraceStop():
                grace = False
            case abcFormat.ABCBar() if "|" in token.src:
                if time > bar_start + 1e-6:
                    length = meter[0] * 4.0 / meter[1]
                    if bars == 0 and time - bar_start < length - 1e-6:
                        # A pickup ends at the first bar line.
                        notes = [(at - time, much, pitch) for at, much, pitch in notes]
                        time = 0.0
                    elif abs(time - bar_start - length) > 1e-6:
                        time = _next_line(bar_start, time, length)
                    bar_start = time
                    bars += 1
            case abcFormat.ABCNote() if not grace:
                length = float(token.quarterLength or 0.0)
                if not token.isRest and length > 0:
                    name = token.pitchName
                    name = name[0] if isinstance(name, list | tuple) else name
                    pitch = music21.pitch.Pitch(name).midi
                    if tied and notes and notes[-1][2] == pitch:
                        notes[-1] = (notes[-1][0], notes[-1][1] + length, pitch)
                    else:
                        notes.append((time, length, pitch))
                    tied = token.tie in ("start", "continue")
                time += length
    if key is None or not SHORTEST <= len(notes) <= LONGEST:
        return None
    return Tune(title, key[0], key[1], meter, tuple(notes))


def _next_line(bar_start: float, time: float, length: float) -> float:
    """Return the bar line that an odd bar (a half bar before a repeat) should count as."""
    bars = max(1, round((time - bar_start) / length))
    return bar_start + bars * length if time - bar_start > 0.75 * length else time


def _meter(text: str) -> tuple[int, int] | None:
    text = {"C": "4/4", "C|": "2/2"}.get(text.strip(), text.strip())
    match = re.fullmatch(r"(\d+)/(\d+)", text)
    return (int(match[1]), int(match[2])) if match else None


def _key(text: str) -> tuple[int, str] | None:
    match = _KEY.match(text)
    if match is None:
        return None
    mode = _MODES.get(match[3].lower()[:3]) or _MODES.get(match[3].lower()[:1])
    if mode is None:
        return None
    accidental = {"": 0, "#": 1, "b": -1}[match[2]]
    return (_STEPS[match[1]] + accidental) % 12, mode
