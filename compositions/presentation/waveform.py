"""Waveforms for pages, from the peaks that a render stores."""

from __future__ import annotations

import base64
import binascii
from typing import Any

MINI_BARS = 64
# The level that a page gets: about one point per pixel of a wide screen for a song.
PAGE_LEVEL = "2048"
_FULL_SCALE = 127


def peaks_for_page(peaks: dict[str, Any]) -> dict[str, Any] | None:
    """Return what the player draws, or None when a render has no usable peaks.

    ``data`` is base64 of signed bytes ``min, max, min, max, …``, one pair per ``size``
    samples at ``sample_rate``.
    """
    levels = peaks.get("levels") or {}
    size = PAGE_LEVEL if PAGE_LEVEL in levels else next(iter(levels), None)
    if size is None or not peaks.get("sample_rate"):
        return None
    return {
        "sample_rate": peaks["sample_rate"],
        "frames": peaks.get("frames", 0),
        "size": int(size),
        "data": levels[size],
    }


def mini_waveform(level: str | None, bars: int = MINI_BARS) -> str:
    """Return the data of an SVG path of ``bars`` upright strokes, for a picture of 2 x 1.

    ``level`` is base64 of signed bytes ``min, max, …``. The picture is ``bars`` units wide
    and 2 high with the zero line at 1, scaled so that the loudest stroke fills it. Empty
    when there is nothing to draw.
    """
    if not level:
        return ""
    try:
        data = base64.b64decode(level, validate=True)
    except (binascii.Error, ValueError):
        return ""
    points = len(data) // 2
    if points == 0:
        return ""
    heights = []
    for bar in range(bars):
        first = bar * points // bars
        last = max((bar + 1) * points // bars, first + 1)
        chunk = data[2 * first : 2 * last]
        # Bytes are unsigned in Python; 128 and above stand for negative values.
        heights.append(max(value if value < 128 else 256 - value for value in chunk))
    loudest = min(_FULL_SCALE, max(heights)) or 1
    pieces = []
    for bar, height in enumerate(heights):
        reach = max(0.06, min(1.0, height / loudest))
        pieces.append(f"M{bar + 0.5} {1 - reach:.2f}V{1 + reach:.2f}")
    return "".join(pieces)
