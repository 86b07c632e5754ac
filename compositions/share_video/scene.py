"""How a video looks: where cover, title, words and waveform or notes lie, for each shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from compositions.share_video.cover import accent_of
from compositions.share_video.lettering import can_show, fitted, readable, wrapped
from compositions.share_video.parts import (
    RollNote,
    RollPart,
    TimedWord,
    WaveformPart,
    Words,
    WordsPart,
    mixed,
)
from compositions.share_video.planes import Box, Planes

_GROUND_LEVEL = 52.0
"""The mean of the background, of 255: dark enough for white letters."""
# Where things lie in each shape, in thousandths of the shorter side: x, y, width, height.
_PLACES: dict[str, dict[str, tuple[int, int, int, int]]] = {
    "wide": {
        "cover": (74, 83, 435, 435),
        "title": (565, 110, 1140, 380),
        "words": (74, 556, 1630, 170),
        "picture": (74, 745, 1630, 180),
        "roll": (0, 735, 1778, 265),
        "alone": (0, 575, 1778, 425),
    },
    "square": {
        "cover": (65, 65, 370, 370),
        "title": (475, 80, 460, 350),
        "words": (65, 480, 870, 170),
        "picture": (65, 700, 870, 220),
        "roll": (0, 690, 1000, 310),
        "alone": (0, 500, 1000, 500),
    },
    "tall": {
        "cover": (120, 120, 760, 760),
        "title": (75, 920, 850, 200),
        "words": (75, 1150, 850, 210),
        "picture": (75, 1420, 850, 230),
        "roll": (0, 1400, 1000, 378),
        "alone": (0, 1180, 1000, 598),
    },
}


@dataclass(frozen=True, slots=True)
class Scene:
    """A video that is ready to be drawn frame by frame."""

    width: int
    height: int
    seconds: float
    ground: Planes
    parts: tuple[WaveformPart | RollPart | WordsPart, ...]
    left_out: int = 0

    def frame(self, canvas: Planes, seconds: float) -> None:
        """Bring a canvas, a copy of the ground or an earlier frame, to this time."""
        for part in self.parts:
            part.draw(canvas, seconds)


def draw_scene(
    *,
    size: tuple[int, int],
    cover: Image.Image,
    title: str,
    artist: str,
    seconds: float,
    levels: Sequence[float] = (),
    notes: Sequence[RollNote] | None = None,
    lines: Sequence[Words] = (),
) -> Scene:
    """Draw the still layers of a video of ``size`` (even numbers of pixels).

    With ``notes`` it shows them passing by, else the waveform of ``levels`` (loudness 0..1 in equal
    steps). ``lines`` are sung; words that the font cannot show are left out, and counted in
    ``left_out``.
    """
    width, height = size
    shape = "wide" if width > height else "square" if width == height else "tall"
    places = {name: _box(place, size) for name, place in _PLACES[shape].items()}
    light = accent_of(cover)
    ground = _ground(cover, size)
    _put_cover(ground, cover, places["cover"])
    _put_title(ground, places["title"], readable(title), readable(artist), tall=shape == "tall")
    shown = [_shown(line) for line in lines]
    left_out = sum(len(line) - len(kept) for line, kept in zip(lines, shown, strict=True))
    shown = [line for line in shown if line]
    parts: list[WaveformPart | RollPart | WordsPart] = []
    if notes is not None:
        box = places["roll" if shown else "alone"]
        parts.append(RollPart(ground, box, notes, mixed(light, (12, 12, 16), 0.93)))
    else:
        parts.append(WaveformPart(ground, places["picture"], levels, seconds, light))
    if shown:
        parts.append(WordsPart(ground, places["words"], shown, light))
    return Scene(width, height, seconds, Planes.of(ground), tuple(parts), left_out)


def _shown(line: Words) -> Words:
    return tuple(
        TimedWord(readable(word.text), word.start, word.end)
        for word in line
        if can_show(word.text) and word.text.strip()
    )


def _box(place: tuple[int, int, int, int], size: tuple[int, int]) -> Box:
    unit = min(size) / 1000
    box = Box.around(*(value * unit for value in place))
    # Rounding may not carry a part over the edge.
    width, height = min(box.width, size[0] - box.x), min(box.height, size[1] - box.y)
    return Box(box.x, box.y, width - width % 2, height - height % 2)


def _ground(cover: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The cover, filling the picture, out of focus and dark."""
    side = max(size)
    small = cover.convert("RGB").resize((96, 96), Image.Resampling.BILINEAR)
    blurred = small.filter(ImageFilter.GaussianBlur(9)).resize(
        (side, side), Image.Resampling.BICUBIC
    )
    left, top = (side - size[0]) // 2, (side - size[1]) // 2
    picture = blurred.crop((left, top, left + size[0], top + size[1]))
    values = np.asarray(ImageEnhance.Color(picture).enhance(0.85), dtype=np.float64)
    values *= _GROUND_LEVEL / max(_GROUND_LEVEL, float(values.mean()))
    fall = np.linspace(1.0, 0.55, size[1])[:, None, None]
    return Image.fromarray(np.rint(values * fall).astype(np.uint8))


def _put_cover(ground: Image.Image, cover: Image.Image, box: Box) -> None:
    picture = cover.convert("RGB").resize((box.width, box.height), Image.Resampling.LANCZOS)
    mask = Image.new("L", (box.width * 2, box.height * 2))
    ImageDraw.Draw(mask).rounded_rectangle(
        (0, 0, mask.width - 1, mask.height - 1), mask.width * 0.035, fill=255
    )
    ground.paste(picture, box.corners[:2], mask.resize(picture.size, Image.Resampling.LANCZOS))


def _put_title(ground: Image.Image, box: Box, title: str, artist: str, *, tall: bool) -> None:
    """Title and artist, from the top in a tall picture, in the middle beside the cover."""
    size = min(ground.size) * 0.082
    face = fitted(title, round(size), box.width, bold=True, least=0.62)
    rows = wrapped(title, face, box.width, 2 if tall else 3) if title else []
    small = fitted(artist, round(size * 0.5), box.width)
    step = round(face.size * 1.2)
    high = step * len(rows) + (round(small.size * 1.5) if artist else 0)
    y = box.y if tall else box.y + (box.height - high) // 2
    pen = ImageDraw.Draw(ground)
    for row in rows:
        pen.text((box.x, y), row, font=face, fill=(255, 255, 255))
        y += step
    if artist:
        row = wrapped(artist, small, box.width, 1)[0]
        pen.text((box.x, y + round(small.size * 0.3)), row, font=small, fill=(205, 205, 214))
