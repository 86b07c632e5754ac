"""What moves in a video: the waveform that fills, the notes that pass by, the words in time.

Each is drawn beforehand as still pictures ("to come" and "played"), of which a frame shows one up
to where the song is and the other from there on.
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw

from compositions.share_video.cover import Colour
from compositions.share_video.lettering import fitted, font, wrapped
from compositions.share_video.planes import Box, Planes

FRAME_RATE = 30
_CHUNK = 1024
_WORDS_BEFORE, _WORDS_AFTER = 1.5, 1.5
_WHITE: Colour = (255, 255, 255)
TRACK_COLOURS: tuple[Colour, ...] = (
    (116, 160, 255), (77, 205, 162), (238, 182, 84), (246, 124, 148),
    (196, 146, 250), (92, 200, 232), (156, 208, 96), (244, 150, 98),
)  # fmt: skip


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """A colour on the way from one to another."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


# -- The waveform -------------------------------------------------------------------------


class WaveformPart:
    """Bars as high as the sound is loud, filled as far as it has played."""

    def __init__(
        self, ground: Image.Image, box: Box, levels: Sequence[float], seconds: float, light: Colour
    ) -> None:
        self._box, self._seconds = box, seconds
        self.still = Planes.of(_bars(ground, box, levels, mixed(light, (40, 40, 48), 0.62)))
        self._played = Planes.of(_bars(ground, box, levels, light))

    def draw(self, canvas: Planes, seconds: float) -> None:
        """Show where the song is."""
        done = 2 * round(self._box.width * min(1.0, seconds / self._seconds) / 2)
        canvas.paste(self.still, self._box.x, self._box.y)
        if done:
            played = self._played.crop(Box(0, 0, done, self._box.height))
            canvas.paste(played, self._box.x, self._box.y)


def _bars(ground: Image.Image, box: Box, levels: Sequence[float], colour: Colour) -> Image.Image:
    """Upright bars on a part of the ground, from the loudest of each stretch of ``levels``."""
    picture = ground.crop(box.corners)
    pen = ImageDraw.Draw(picture)
    step = max(2.0, box.height / 26)
    count = max(1, int(box.width / step))
    highest = max(levels, default=0.0) or 1.0
    for place in range(count):
        begin, end = place * len(levels) // count, (place + 1) * len(levels) // count
        loudest = max(levels[begin : max(end, begin + 1)], default=0.0) / highest
        reach = max(step * 0.2, loudest * box.height / 2 - 1)
        left, middle = place * step, box.height / 2
        pen.rounded_rectangle(
            (left, middle - reach, left + step * 0.58, middle + reach), step * 0.29, fill=colour
        )
    return picture


# -- The notes ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RollNote:
    """A note in seconds; ``colour`` is the number of its track's colour."""

    start: float
    end: float
    pitch: int
    colour: int
    drum: bool = False


class RollPart:
    """Notes that pass from right to left, bright when they have sounded."""

    def __init__(
        self, ground: Image.Image, box: Box, notes: Sequence[RollNote], panel: Colour
    ) -> None:
        self._box, self._panel = box, panel
        self._notes = sorted(notes, key=lambda note: (note.start, note.pitch, note.colour))
        self._starts = [note.start for note in self._notes]
        self._longest = max((note.end - note.start for note in notes), default=0.0)
        # A whole even number of pixels a frame: the notes move smoothly.
        self._step = max(2, 2 * round(box.width / (6.0 * FRAME_RATE) / 2))
        self._head = 2 * round(box.width * 0.3 / 2)
        self._rows = _rows(self._notes)
        self._chunk = lru_cache(maxsize=8)(self._draw_chunk)
        self.still = Planes.of(Image.new("RGB", (box.width, box.height), panel))

    def draw(self, canvas: Planes, seconds: float) -> None:
        """Show the notes around this time."""
        left = round(seconds * FRAME_RATE) * self._step - self._head
        self._copy(canvas, left, 0, self._head, played=True)
        self._copy(canvas, left, self._head, self._box.width, played=False)
        x, y, _, bottom = self._box.corners
        canvas.brightness[y:bottom, x + self._head : x + self._head + 2] = 225

    def _copy(self, canvas: Planes, left: int, begin: int, end: int, *, played: bool) -> None:
        """Copy what lies between two places of the box from the pieces of the long strip."""
        place = begin
        while place < end:
            number, offset = divmod(left + place, _CHUNK)
            width = min(end - place, _CHUNK - offset)
            piece = self._chunk(number, played).crop(Box(offset, 0, width, self._box.height))
            canvas.paste(piece, self._box.x + place, self._box.y)
            place += width

    def _draw_chunk(self, number: int, played: bool) -> Planes:
        picture = Image.new("RGB", (_CHUNK, self._box.height), self._panel)
        pen = ImageDraw.Draw(picture)
        per_second = self._step * FRAME_RATE
        begin, end = number * _CHUNK / per_second, (number + 1) * _CHUNK / per_second
        first = bisect.bisect_left(self._starts, begin - self._longest)
        last = bisect.bisect_right(self._starts, end)
        row_height = self._box.height / max(1, len(self._rows))
        for note in self._notes[first:last]:
            if note.end <= begin:
                continue
            colour = TRACK_COLOURS[note.colour % len(TRACK_COLOURS)]
            colour = mixed(colour, _WHITE, 0.25) if played else mixed(colour, self._panel, 0.45)
            x = note.start * per_second - number * _CHUNK
            right = max(x + 3, note.end * per_second - number * _CHUNK - 2)
            top = self._rows[(note.drum, note.pitch)] * row_height
            thick = max(2.0, row_height * 0.86)
            pen.rounded_rectangle(
                (x, top, right, top + thick), min(thick, right - x) * 0.3, fill=colour
            )
        return Planes.of(picture)


def _rows(notes: Sequence[RollNote]) -> dict[tuple[bool, int], int]:
    """Rows from the top: pitches from high to low without gaps in between, drums below."""
    pitched = [note.pitch for note in notes if not note.drum]
    rows: dict[tuple[bool, int], int] = {}
    if pitched:
        low, high = min(pitched), max(pitched)
        if high - low < 24:  # two octaves at least, so that few notes are no thick bars
            low, high = low - (24 - high + low) // 2, high + (25 - high + low) // 2
        rows = {(False, pitch): high - pitch for pitch in range(low, high + 1)}
    drums = sorted({note.pitch for note in notes if note.drum}, reverse=True)
    begin = len(rows) + (1 if rows and drums else 0)
    rows |= {(True, pitch): begin + place for place, pitch in enumerate(drums)}
    return rows


# -- The words ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TimedWord:
    """A word and the seconds in which it is sung."""

    text: str
    start: float
    end: float


Words = tuple[TimedWord, ...]
"""A line that is sung."""


class WordsPart:
    """The line that is sung, filled word by word, with the one after it below."""

    def __init__(
        self, ground: Image.Image, box: Box, lines: Sequence[Words], light: Colour
    ) -> None:
        self._ground = ground.crop(box.corners)
        self._box, self._lines, self._light = box, lines, light
        self.still = Planes.of(self._ground)
        self._begins = [
            max(line[0].start - _WORDS_BEFORE, lines[place - 1][-1].end if place else 0.0)
            for place, line in enumerate(lines)
        ]
        self._shown: int | None = None
        self._plain = self._lit = self.still
        self._places: list[Box] = []

    def draw(self, canvas: Planes, seconds: float) -> None:
        """Show the line of this time, as far as it is sung."""
        place = bisect.bisect_right(self._begins, seconds) - 1
        line = self._lines[place] if place >= 0 else ()
        if not line or seconds > line[-1].end + _WORDS_AFTER:
            canvas.paste(self.still, self._box.x, self._box.y)
            return
        if place != self._shown:
            self._shown = place
            self._set(place)
        canvas.paste(self._plain, self._box.x, self._box.y)
        for word, at in zip(line, self._places, strict=True):
            share = (seconds - word.start) / max(0.05, word.end - word.start)
            width = 2 * round(at.width * min(1.0, max(0.0, share)) / 2)
            if width:
                lit = self._lit.crop(Box(at.x, at.y, width, at.height))
                canvas.paste(lit, self._box.x + at.x, self._box.y + at.y)

    def _set(self, place: int) -> None:
        """Draw a line, and the one after it, plain and lit; note where each word lies."""
        line = self._lines[place]
        text = " ".join(word.text for word in line)
        size = round(self._box.height * 0.3)
        face = fitted(text, size, self._box.width, bold=True, least=0.7)
        rows = wrapped(text, face, self._box.width, 2)
        step = round(face.size * 1.3)
        pictures = self._ground.copy(), self._ground.copy()
        colours = mixed(_WHITE, (90, 90, 100), 0.55), self._light
        for picture, colour in zip(pictures, colours, strict=True):
            pen = ImageDraw.Draw(picture)
            for number, row in enumerate(rows):
                pen.text((0, number * step), row, font=face, fill=colour)
            if place + 1 < len(self._lines):
                after = " ".join(word.text for word in self._lines[place + 1])
                small = font(round(size * 0.62))
                row = wrapped(after, small, self._box.width, 1)[0]
                y = len(rows) * step + round(size * 0.15)
                pen.text((0, y), row, font=small, fill=(128, 128, 140))
        self._plain, self._lit = (Planes.of(picture) for picture in pictures)
        self._places = [self._word_box(*spot, step) for spot in _spots(line, rows, face)]

    def _word_box(self, row: int, x: float, width: float, step: int) -> Box:
        left = min(2 * int(x / 2), self._box.width - 2)
        right = min(self._box.width, 2 * int(np.ceil((x + width) / 2)))
        top = min(2 * (row * step // 2), self._box.height - 2)
        high = min(2 * (step // 2), self._box.height - top)
        return Box(left, top, max(2, right - left), max(2, high))


def _spots(line: Words, rows: Sequence[str], face: object) -> list[tuple[int, float, float]]:
    """Row, place and width of each word of a line that was broken into rows."""
    spots: list[tuple[int, float, float]] = []
    row, before = 0, ""
    for word in line:
        longer = f"{before} {word.text}".strip()
        if before and row + 1 < len(rows) and not rows[row].startswith(longer):
            row, before, longer = row + 1, "", word.text
        width = face.getlength(longer)  # type: ignore[attr-defined]
        own = face.getlength(word.text)  # type: ignore[attr-defined]
        spots.append((row, width - own, own))
        before = longer
    return spots
