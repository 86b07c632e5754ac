"""The rules of a valid score, for one entity alone and for the entities of one list.

:mod:`compositions.score.validation` asks them of a whole score, and
:mod:`compositions.score.drafts` of what an edit touches. Every function yields problems; a
path names the place, as in ``tracks[2].notes[17].pitch``.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Hashable, Iterable, Iterator
from itertools import pairwise
from typing import Any

from compositions.score import limits
from compositions.score.document import (
    PITCH_MAX,
    PITCH_MIN,
    TEMPO_MAX_BPM,
    TEMPO_MIN_BPM,
    VELOCITY_MAX,
    VELOCITY_MIN,
    AutomationPoint,
    Chord,
    KeyChange,
    LyricLine,
    MeterChange,
    Mode,
    Note,
    Section,
    Syllable,
    TempoChange,
    Track,
    TrackRole,
)
from compositions.score.errors import Problem
from compositions.score.harmony import is_chord_quality, is_note_name
from compositions.score.mix_settings import (
    BandType,
    BusGroup,
    Compressor,
    EqualiserBand,
    MixSettings,
    StripSettings,
)

Problems = Iterator[Problem]

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PARAMETER = re.compile(r"cc(0|[1-9]\d{0,2})")
RESERVED_IDS = ("meta",)
"""Ids of entities that every score has once, so that nothing else can have them."""
# Bank select belongs to the track's own bank; as automation it would change instruments.
_BANK_SELECT = (0, 32)


def check_entity(path: str, entity: Any) -> Problems:
    """Yield what is wrong with an entity by itself (of a track: without its contents)."""
    return _CHECKS[type(entity)](path, entity)


# -- Values -------------------------------------------------------------------------


def check_id(path: str, value: Any) -> Problems:
    """An id is 1 to 64 letters, digits, hyphens or underscores, and not a reserved one."""
    if not isinstance(value, str) or not _ID.fullmatch(value):
        yield Problem(path, "must be 1 to 64 letters, digits, hyphens or underscores")
    elif value in RESERVED_IDS:
        yield Problem(path, f"{value!r} is reserved")


def is_id(value: Any) -> bool:
    """Whether :func:`check_id` finds nothing; cheaper than to list no problems."""
    return isinstance(value, str) and bool(_ID.fullmatch(value)) and value not in RESERVED_IDS


def check_text(path: str, value: Any, longest: int) -> Problems:
    """A text that the database and every other program can hold."""
    if not isinstance(value, str):
        yield Problem(path, "must be text")
    elif len(value) > longest:
        yield Problem(path, f"has {len(value)} characters; the limit is {longest}")
    elif "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
        yield Problem(path, "holds characters that are no text")


def check_metadata(metadata: Any) -> Problems:
    """Plain JSON of bounded depth and size."""
    if not isinstance(metadata, dict):
        yield Problem("metadata", "must be an object")
        return
    bad = list(_plain("metadata", metadata, limits.MAX_METADATA_DEPTH))
    yield from bad
    if not bad and len(json.dumps(metadata)) > limits.MAX_METADATA_LENGTH:
        yield Problem("metadata", f"has more than {limits.MAX_METADATA_LENGTH} characters")


def _plain(path: str, value: Any, depth: int) -> Problems:
    if depth < 0:
        yield Problem(path, f"is nested more than {limits.MAX_METADATA_DEPTH} deep")
    elif value is None or isinstance(value, bool):
        return
    elif isinstance(value, str):
        yield from check_text(path, value, limits.MAX_METADATA_LENGTH)
    elif isinstance(value, int | float):
        # Larger ones come back from the database as another kind of number.
        yield from _number(path, value, -(2**53), 2**53)
    elif isinstance(value, dict):
        for key, item in value.items():
            if isinstance(key, str):
                yield from check_text(path, key, limits.MAX_NAME_LENGTH)
                yield from _plain(f"{path}.{key:.80}", item, depth - 1)
            else:
                yield Problem(path, "has a key that is no text")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _plain(f"{path}[{index}]", item, depth - 1)
    else:
        yield Problem(path, f"holds a {type(value).__name__}, which is not plain JSON")


def _integer(path: str, value: Any, low: int, high: int) -> Problems:
    if type(value) is not int:
        yield Problem(path, f"must be a whole number, not {value!r:.40}")
    elif not low <= value <= high:
        yield Problem(path, f"must be between {low} and {high}, not {value}")


def _number(path: str, value: Any, low: float, high: float) -> Problems:
    if type(value) not in (int, float) or not math.isfinite(value):
        yield Problem(path, f"must be a finite number, not {value!r:.40}")
    elif not low <= value <= high:
        yield Problem(path, f"must be between {low:g} and {high:g}, not {value:g}")


def _flag(path: str, value: Any) -> Problems:
    if not isinstance(value, bool):
        yield Problem(path, "must be true or false")


def _tick(path: str, entity: Any) -> Problems:
    return _integer(f"{path}.tick", entity.tick, 0, limits.MAX_TICKS)


def _position(path: str, entity: Any) -> Problems:
    return _number(f"{path}.position", entity.position, -limits.MAX_POSITION, limits.MAX_POSITION)


def _span(path: str, entity: Any) -> Problems:
    bad = list(_integer(f"{path}.start", entity.start, 0, limits.MAX_TICKS))
    bad += _integer(f"{path}.duration", entity.duration, 1, limits.MAX_TICKS)
    if not bad and entity.end > limits.MAX_TICKS:
        bad.append(Problem(f"{path}.duration", f"ends after tick {limits.MAX_TICKS}"))
    yield from bad


def _is_note(name: Any) -> bool:
    return isinstance(name, str) and is_note_name(name)


# -- One entity ---------------------------------------------------------------------


def _tempo(path: str, tempo: TempoChange) -> Problems:
    yield from _tick(path, tempo)
    yield from _number(f"{path}.bpm", tempo.bpm, TEMPO_MIN_BPM, TEMPO_MAX_BPM)


def _meter(path: str, meter: MeterChange) -> Problems:
    yield from _tick(path, meter)
    yield from _integer(f"{path}.numerator", meter.numerator, 1, limits.METER_NUMERATOR_MAX)
    if type(meter.denominator) is not int or meter.denominator not in limits.METER_DENOMINATORS:
        yield Problem(f"{path}.denominator", "must be 1, 2, 4, 8, 16, 32 or 64")


def _key(path: str, key: KeyChange) -> Problems:
    yield from _tick(path, key)
    if not _is_note(key.tonic) or len(key.tonic) > 2:
        yield Problem(f"{path}.tonic", "must be a note name such as D, Bb or F#")
    if not isinstance(key.mode, Mode):
        yield Problem(f"{path}.mode", "must be a known mode")


def _section(path: str, section: Section) -> Problems:
    yield from _span(path, section)
    yield from check_text(f"{path}.label", section.label, limits.MAX_NAME_LENGTH)
    yield from check_text(f"{path}.kind", section.kind, limits.MAX_NAME_LENGTH)
    yield from _number(f"{path}.energy", section.energy, 0.0, 1.0)
    yield from _flag(f"{path}.locked", section.locked)


def _chord(path: str, chord: Chord) -> Problems:
    yield from _span(path, chord)
    if not _is_note(chord.root):
        yield Problem(f"{path}.root", "must be a note name such as D, Bb or F#")
    yield from check_text(f"{path}.roman", chord.roman, limits.MAX_CHORD_TEXT_LENGTH)
    if not isinstance(chord.quality, str) or len(chord.quality) > limits.MAX_CHORD_TEXT_LENGTH:
        yield Problem(f"{path}.quality", "must be a short text")
    elif not is_chord_quality(chord.quality):
        yield Problem(f"{path}.quality", f"{chord.quality!r} is not a known chord quality")
    yield from _flag(f"{path}.locked", chord.locked)
    if chord.bass != "" and not _is_note(chord.bass):
        yield Problem(f"{path}.bass", "must be empty or a note name such as D, Bb or F#")


def _track(path: str, track: Track) -> Problems:
    yield from check_text(f"{path}.name", track.name, limits.MAX_NAME_LENGTH)
    if not isinstance(track.role, TrackRole):
        yield Problem(f"{path}.role", "must be a known track role")
    yield from _integer(f"{path}.program", track.program, 0, limits.PROGRAM_MAX)
    yield from _integer(f"{path}.bank", track.bank, 0, limits.BANK_MAX)
    yield from _number(f"{path}.gain_db", track.gain_db, limits.GAIN_MIN_DB, limits.GAIN_MAX_DB)
    yield from _number(f"{path}.pan", track.pan, -1.0, 1.0)
    yield from _number(f"{path}.reverb_send", track.reverb_send, 0.0, 1.0)
    yield from check_text(f"{path}.preset", track.preset, limits.MAX_NAME_LENGTH)
    yield from _position(path, track)
    for name in ("percussion", "muted", "solo", "locked"):
        yield from _flag(f"{path}.{name}", getattr(track, name))
    yield from check_strip(path, track)


def check_strip(path: str, strip: StripSettings) -> Problems:
    """What is set on a channel strip is inside its limits."""
    bands = strip.equaliser or ()
    if len(bands) > limits.MAX_EQUALISER_BANDS:
        most = limits.MAX_EQUALISER_BANDS
        yield Problem(f"{path}.equaliser", f"has {len(bands)} bands; the limit is {most}")
    for index, band in enumerate(bands[: limits.MAX_EQUALISER_BANDS]):
        yield from _band(f"{path}.equaliser[{index}]", band)
    if isinstance(strip.compressor, Compressor):
        yield from _numbers(f"{path}.compressor", strip.compressor, limits.COMPRESSOR)
    elif strip.compressor is not None:
        yield Problem(f"{path}.compressor", "must be null or the settings of a compressor")
    yield from _numbers(path, strip, limits.STRIP)
    if strip.bus is not None and not isinstance(strip.bus, BusGroup):
        yield Problem(f"{path}.bus", f"must be null or one of {', '.join(BusGroup)}")
    yield from _flag(f"{path}.automatic_level", strip.automatic_level)


def _band(path: str, band: Any) -> Problems:
    if not isinstance(band, EqualiserBand) or not isinstance(band.type, BandType):
        yield Problem(f"{path}.type", f"must be one of {', '.join(BandType)}")
        return
    yield from _number(f"{path}.frequency_hz", band.frequency_hz, *limits.EQUALISER_HZ)
    yield from _number(f"{path}.gain_db", band.gain_db, *limits.EQUALISER_DB)
    yield from _number(f"{path}.q", band.q, *limits.EQUALISER_Q)


def check_mix(path: str, mix: MixSettings) -> Problems:
    """What is set for the mix of a song is inside its limits; ``path`` may be empty."""
    prefix = f"{path}." if path else ""
    yield from check_text(f"{prefix}mix_preset", mix.mix_preset, limits.MAX_NAME_LENGTH)
    yield from _numbers(path, mix, limits.MIX)
    yield from _flag(f"{prefix}automatic_balance", mix.automatic_balance)


def _numbers(path: str, entity: Any, ranges: dict[str, tuple[float, float]]) -> Problems:
    """Numbers of ``entity`` inside their ranges; None stands for automatic."""
    prefix = f"{path}." if path else ""
    for name, (low, high) in ranges.items():
        if getattr(entity, name) is not None:
            yield from _number(f"{prefix}{name}", getattr(entity, name), low, high)


def is_usual_note(note: Note) -> bool:
    """Whether the note is valid at first sight: cheaper than to list no problems."""
    return (
        type(note.start) is type(note.duration) is int
        and type(note.pitch) is type(note.velocity) is int
        and 0 <= note.start <= note.end <= limits.MAX_TICKS
        and note.duration >= 1
        and PITCH_MIN <= note.pitch <= PITCH_MAX
        and VELOCITY_MIN <= note.velocity <= VELOCITY_MAX
        and (note.locked is False or note.locked is True)
        and (note.origin == "" or _is_word(note.origin))
        and type(note.timing) is type(note.articulation) is type(note.dynamics) is int
        and abs(note.timing) <= limits.MAX_TIMING
        and abs(note.articulation) <= limits.MAX_ARTICULATION
        and abs(note.dynamics) <= limits.MAX_DYNAMICS
    )


def _is_word(value: Any) -> bool:
    return type(value) is str and value.isalnum() and len(value) <= limits.MAX_NAME_LENGTH


def _note(path: str, note: Note) -> Problems:
    yield from _span(path, note)
    yield from _integer(f"{path}.pitch", note.pitch, PITCH_MIN, PITCH_MAX)
    yield from _integer(f"{path}.velocity", note.velocity, VELOCITY_MIN, VELOCITY_MAX)
    yield from _flag(f"{path}.locked", note.locked)
    yield from check_text(f"{path}.origin", note.origin, limits.MAX_NAME_LENGTH)
    for name, most in (
        ("timing", limits.MAX_TIMING),
        ("articulation", limits.MAX_ARTICULATION),
        ("dynamics", limits.MAX_DYNAMICS),
    ):
        yield from _integer(f"{path}.{name}", getattr(note, name), -most, most)


def _automation(path: str, point: AutomationPoint) -> Problems:
    yield from _tick(path, point)
    match = _PARAMETER.fullmatch(point.parameter) if isinstance(point.parameter, str) else None
    if point.parameter == "pitch_bend":
        low, high = limits.PITCH_BEND_MIN, limits.PITCH_BEND_MAX
    elif match is None or int(match[1]) > limits.CONTROLLER_MAX:
        yield Problem(f"{path}.parameter", "must be cc1 to cc119 or pitch_bend")
        return
    elif int(match[1]) in _BANK_SELECT:
        yield Problem(f"{path}.parameter", "bank select is set on the track, not automated")
        return
    else:
        low, high = 0, 127
    yield from _number(f"{path}.value", point.value, low, high)


def _line(path: str, line: LyricLine) -> Problems:
    yield from check_text(f"{path}.text", line.text, limits.MAX_LYRIC_LINE_LENGTH)
    yield from check_text(f"{path}.language", line.language, limits.MAX_LANGUAGE_LENGTH)
    yield from _position(path, line)
    yield from _flag(f"{path}.locked", line.locked)


def _syllable(path: str, syllable: Syllable) -> Problems:
    yield from check_text(f"{path}.text", syllable.text, limits.MAX_SYLLABLE_LENGTH)
    yield from _flag(f"{path}.continues", syllable.continues)
    if len(syllable.phonemes) > limits.MAX_PHONEMES:
        yield Problem(f"{path}.phonemes", f"has more than {limits.MAX_PHONEMES}")
        return
    for index, phoneme in enumerate(syllable.phonemes):
        yield from check_text(f"{path}.phonemes[{index}]", phoneme, limits.MAX_CHORD_TEXT_LENGTH)


_CHECKS: dict[type, Callable[[str, Any], Problems]] = {
    TempoChange: _tempo,
    MeterChange: _meter,
    KeyChange: _key,
    Section: _section,
    Chord: _chord,
    Track: _track,
    Note: _note,
    AutomationPoint: _automation,
    LyricLine: _line,
    Syllable: _syllable,
}

# -- The entities of a list ---------------------------------------------------------
#
# An empty path stands for an entity that is not to blame: the other one of the pair is.


def check_distinct(entries: Iterable[tuple[str, Hashable]], message: str) -> Problems:
    """No two of the (path, key) have one key; ``message`` may name it as ``{key}``."""
    paths: dict[Hashable, str] = {}
    for path, key in entries:
        if key in paths:
            yield Problem(path or paths[key], message.format(key=key))
        else:
            paths[key] = path


def check_changes(name: str, entries: Iterable[tuple[str, int]], blamed: str = "") -> Problems:
    """Of tempo, meter and key: one at a tick, and one at tick 0; entries are (path, tick)."""
    entries = list(entries)
    yield from check_distinct(
        ((path and f"{path}.tick", tick) for path, tick in entries), "has a second entry at {key}"
    )
    if all(tick != 0 for _, tick in entries):
        yield Problem(blamed or name, "must have an entry at tick 0")


def check_overlaps(entries: Iterable[tuple[str, int, int]]) -> Problems:
    """Of sections and chords, as (path, start, duration): none begins inside another."""
    in_time = sorted(entries, key=lambda entry: entry[1:])
    for (path, start, duration), (next_path, next_start, _) in pairwise(in_time):
        if start + duration > next_start:
            if next_path:
                yield Problem(f"{next_path}.start", "begins before the one ahead of it ends")
            else:
                yield Problem(f"{path}.duration", "ends after the next one begins")
