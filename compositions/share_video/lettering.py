"""Text in pictures: fitted, wrapped, and without letters that the font does not have."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

from PIL import ImageFont

FONTS = Path(__file__).with_name("fonts")
"""The folder of the studio's font."""
_ABSENT = "\U0010fffd"
"""A letter that no font has; what looks like it is missing."""
Font = ImageFont.FreeTypeFont


@cache
def font(size: int, *, bold: bool = False) -> Font:
    """Return the studio's font at a size in pixels."""
    name = "NotoSans-SemiBold.ttf" if bold else "NotoSans-Regular.ttf"
    return ImageFont.truetype(FONTS / name, max(4, size), layout_engine=ImageFont.Layout.BASIC)


@cache
def _has(letter: str) -> bool:
    if letter.isspace() or unicodedata.combining(letter):
        return True
    face = font(32)
    return bytes(face.getmask(letter)) != bytes(face.getmask(_ABSENT))


def readable(text: str) -> str:
    """Return the text without what the font cannot show, spaces closed up.

    Letters are composed first, so that an accent that follows its letter becomes one with it.
    """
    composed = unicodedata.normalize("NFC", text)
    return " ".join("".join(letter if _has(letter) else " " for letter in composed).split())


def can_show(text: str) -> bool:
    """Whether the font has every letter of the text."""
    return all(_has(letter) for letter in unicodedata.normalize("NFC", text))


def fitted(text: str, size: int, width: int, *, bold: bool = False, least: float = 0.55) -> Font:
    """Return the largest font up to ``size`` in which the text is at most ``width`` pixels wide.

    Not under ``least`` of the size; what is wider then is to be wrapped or cut.
    """
    wide = font(size, bold=bold).getlength(text)
    scale = 1.0 if wide <= width else max(least, width / wide)
    return font(int(size * scale), bold=bold)


def wrapped(text: str, face: Font, width: int, most_lines: int) -> list[str]:
    """Break a text into lines at its spaces; what is too long ends in an ellipsis."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if face.getlength(longer) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    if len(lines) > most_lines:
        lines = [*lines[: most_lines - 1], " ".join(lines[most_lines - 1 :])]
    return [_shortened(line, face, width) for line in lines]


def _shortened(line: str, face: Font, width: int) -> str:
    if face.getlength(line) <= width:
        return line
    while line and face.getlength(line + "…") > width:
        line = line[:-1]
    return line.rstrip() + "…"
