"""The table of the studio's own instruments, as the documentation shows it."""

from __future__ import annotations

from compositions.score.general_midi import PROGRAM_NAMES
from compositions.sound.instruments.catalogue import KITS, families
from compositions.sound.instruments.kit_pieces import DRUM_BANK
from compositions.sound.instruments.soundfont_format import FontPreset

_HEAD = """\
# The studio's own instruments

General MIDI does pianos and orchestras well and electronic music badly. So the studio makes a
second SoundFont by itself: `compositions/sound/instruments/` synthesises it, the same bytes each
time, when it is first needed (a few seconds) into `var/soundfonts/`. Nothing in it is a
recording; it is under the licence of the studio, and music made with it is free of it. Renders
and the browser play the same file with the same engine, next to the General MIDI SoundFont.

A track names its instrument by `bank` and `program`. The own sounds live in banks that General
MIDI and its relatives leave free (96 and up; kits are programs of the drum bank that no standard
kit has), so every General MIDI sound stays what it is. The program number is the nearest
General MIDI instrument: a player without this SoundFont ignores the bank and plays that one.

`benchmarks/instruments.py` measures levels, tuning, loops and aliasing, and with `--calibrate`
matches the level of each sound to its General MIDI relative. This page is written by
`script/build_soundfont.py --table docs/instruments.md`.
"""


def _relative(preset: FontPreset) -> str:
    return "(silent)" if preset.bank == DRUM_BANK else PROGRAM_NAMES[preset.program]


def markdown_table() -> str:
    """The page: all presets by family."""
    lines = [_HEAD]
    for title, presets in families().items():
        if title == KITS:
            continue
        lines += [
            f"## {title}",
            "",
            "| sound | bank | program | in General MIDI |",
            "|---|---|---|---|",
        ]
        lines += [
            f"| {one.name} | {one.bank} | {one.program} | {_relative(one)} |" for one in presets
        ]
        lines.append("")
    lines += [
        f"## {KITS}",
        "",
        f"Bank {DRUM_BANK} of the SoundFont, `percussion` of a track.",
        "",
    ]
    lines += ["| kit | program |", "|---|---|"]
    lines += [f"| {one.name} | {one.program} |" for one in families()[KITS]]
    lines += [
        "",
        "Every kit has the General MIDI drums from 35 to 82, and 31 (sticks), 83 (jingle bell),",
        "85 (castanets), 86 and 87 (surdo).",
        "",
        "The effects kit has the effects on keys 0 to 23: risers of 0.5 to 8 s (0 to 12, twice as",
        "long every three keys), falls of 1 to 8 s (13 to 19, every two keys), impact (20),",
        "reverse cymbal (21), vinyl (22) and wind (23).",
        "",
        "Riser and fall last as long as their key says: half a second on key 48, twice as long",
        "every six keys, eight seconds on key 72. The 808 and most mono basses cut their last note",
        "off, so that a glide (pitch bend) bends one note only.",
        "",
    ]
    return "\n".join(lines)
