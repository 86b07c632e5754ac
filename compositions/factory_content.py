"""What every studio has from the start."""

from __future__ import annotations

from typing import Any

RENDER_PRESETS: list[dict[str, Any]] = [
    {
        "name": "Streaming",
        "description": "-14 LUFS, 24 bit, 44.1 kHz: what streaming services play unchanged.",
        "parameters": {"target_lufs": -14.0, "bit_depth": 24, "sample_rate": 44100},
    },
    {
        "name": "Loud",
        "description": "-9 LUFS: for clubs and demos that must compete.",
        "parameters": {"target_lufs": -9.0, "bit_depth": 24, "sample_rate": 44100},
    },
    {
        "name": "Broadcast",
        "description": "-23 LUFS, 48 kHz: the level of EBU R 128.",
        "parameters": {"target_lufs": -23.0, "bit_depth": 24, "sample_rate": 48000},
    },
    {
        "name": "CD",
        "description": "-14 LUFS, 16 bit with dither, 44.1 kHz.",
        "parameters": {"target_lufs": -14.0, "bit_depth": 16, "sample_rate": 44100},
    },
]
