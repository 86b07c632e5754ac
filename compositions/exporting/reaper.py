"""A song as a REAPER project: a text file of stems, notes, tempo, meter and markers.

The format is REAPER's own (nested blocks of tokens in lines); written is what its project files
have had since version 5.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from compositions.exporting.dawproject import AudioClip, colour_of
from compositions.score.document import TICKS_PER_QUARTER, Score, Track
from compositions.score.note_repair import separate_overlaps
from compositions.score.performed import performed
from compositions.score.timeline import Timeline

_SQUARE = 1
_COLOUR_SET = 0x1000000
_NOTE_ON, _NOTE_OFF, _DRUMS = 0x90, 0x80, 9


def write_reaper_project(score: Score, clips: Sequence[AudioClip], destination: Path) -> Path:
    """Write the project; stems are named by their ``reference``, from the project's folder."""
    destination.write_text(project_text(score, clips), encoding="utf-8")
    return destination


def project_text(score: Score, clips: Sequence[AudioClip]) -> str:
    """Return the project; the same song gives the same text."""
    timeline = Timeline(score)
    meter = timeline.meter_at(0)
    tempo = f"  TEMPO {_number(timeline.tempo_at(0))} {meter.numerator} {meter.denominator}"
    lines = ['<REAPER_PROJECT 0.1 "7.0" 0', tempo, "  <TEMPOENVEX"]
    meters = {change.tick for change in score.meters}
    for tick in sorted({0} | meters | {change.tick for change in score.tempos}):
        point = (
            f"    PT {_number(timeline.seconds(tick))} {_number(timeline.tempo_at(tick))} {_SQUARE}"
        )
        if tick in meters:
            here = timeline.meter_at(tick)
            point += f" {here.denominator << 16 | here.numerator} 0 1"
        lines.append(point)
    lines.append("  >")
    for number, section in enumerate(score.sections, 1):
        begin = _number(timeline.seconds(section.start))
        lines.append(f"  MARKER {number} {begin} {_text(section.label or section.kind)} 0 0 1")
    for clip in clips:
        lines += _audio_track(clip)
    for track in performed(score).tracks:
        lines += _note_track(track, timeline)
    lines.append(">")
    return "\n".join(lines) + "\n"


def _track(name: str, colour: str, gain: float, pan: float, muted: bool, solo: bool) -> list[str]:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    peak_colour = _COLOUR_SET | blue << 16 | green << 8 | red
    return [
        "  <TRACK",
        f"    NAME {_text(name)}",
        f"    PEAKCOL {peak_colour}",
        f"    VOLPAN {_number(gain)} {_number(pan)} -1 -1 1",
        f"    MUTESOLO {int(muted)} {int(solo)} 0",
    ]


def _audio_track(clip: AudioClip) -> list[str]:
    return [
        *_track(clip.name, colour_of(clip.tracks[0]), clip.gain, 0.0, False, False),
        "    <ITEM",
        "      POSITION 0",
        f"      LENGTH {_number(clip.seconds)}",
        "      LOOP 0",
        f"      NAME {_text(clip.name)}",
        "      <SOURCE WAVE",
        f"        FILE {_text(clip.reference)}",
        "      >",
        "    >",
        "  >",
    ]


def _note_track(track: Track, timeline: Timeline) -> list[str]:
    name = f"{track.name} (notes)"
    gain = 10.0 ** (track.gain_db / 20.0)
    lines = _track(name, colour_of(track), gain, track.pan, track.muted, track.solo)
    notes, _, _ = separate_overlaps(track.notes)
    if not notes:
        return [*lines, "  >"]
    channel = _DRUMS if track.percussion else 0
    events = [(note.start, 1, _NOTE_ON, note.pitch, note.velocity) for note in notes]
    events += [(note.end, 0, _NOTE_OFF, note.pitch, 0) for note in notes]
    end = max(timeline.length_ticks, max(note.end for note in notes))
    lines += [
        "    <ITEM",
        "      POSITION 0",
        f"      LENGTH {_number(timeline.seconds(end))}",
        "      LOOP 0",
        f"      NAME {_text(track.name)}",
        "      <SOURCE MIDI",
        f"        HASDATA 1 {TICKS_PER_QUARTER} QN",
    ]
    before = 0
    for tick, _, status, key, velocity in sorted(events):
        lines.append(f"        E {tick - before} {status | channel:02x} {key:02x} {velocity:02x}")
        before = tick
    lines += [f"        E {end - before} b{channel:x} 7b 00", "      >", "    >", "  >"]
    return lines


def _number(value: float) -> str:
    return f"{value:.9f}".rstrip("0").rstrip(".")


def _text(text: str) -> str:
    """A token with white space: in the first quotes that it does not hold itself."""
    text = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    for quote in ('"', "'", "`"):
        if quote not in text:
            return f"{quote}{text}{quote}"
    return f"`{text.replace('`', chr(39))}`"
