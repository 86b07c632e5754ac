"""Tells whether a score is valid, and where it is not.

:func:`validate` returns the problems, :func:`check` raises them. The limits are in
:mod:`compositions.score.limits`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from itertools import islice, pairwise
from typing import Any

from compositions.score import limits
from compositions.score.document import (
    PITCH_MAX,
    PITCH_MIN,
    TEMPO_MAX_BPM,
    TEMPO_MIN_BPM,
    VELOCITY_MAX,
    VELOCITY_MIN,
    Chord,
    Mode,
    Score,
    Section,
    Syllable,
    Track,
    TrackRole,
)
from compositions.score.errors import Problem, ScoreError
from compositions.score.harmony import is_chord_quality, is_note_name
from compositions.score.timeline import Timeline

__all__ = ["Problem", "ScoreError", "check", "validate"]

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PARAMETER = re.compile(r"cc(0|[1-9]\d{0,2})")
RESERVED_IDS = ("meta",)
"""Ids of entities that every score has once, so that nothing else can have them."""
ENTITY_LISTS = ("tempos", "meters", "keys", "sections", "chords", "tracks", "lines", "syllables")
# Bank select belongs to the track's own bank; as automation it would change instruments.
_BANK_SELECT = (0, 32)


def validate(score: Score) -> list[Problem]:
    """Return what is wrong with ``score``, empty when it is valid.

    Paths count in the order in which the score holds its entities. At most
    :data:`~compositions.score.limits.MAX_PROBLEMS` problems are returned.
    """
    problems = list(islice(_sizes(score), limits.MAX_PROBLEMS))
    if problems:
        return problems
    problems = list(islice(_everything(score), limits.MAX_PROBLEMS))
    if problems:
        return problems
    seconds = Timeline(score).length_seconds
    if seconds > limits.MAX_SECONDS:
        hours = limits.MAX_SECONDS // 3600
        problems.append(Problem("", f"lasts {seconds:.0f} seconds; the limit is {hours} hours"))
    return problems


def check(score: Score) -> None:
    """Raise :class:`ScoreError` with every problem unless ``score`` is valid."""
    problems = validate(score)
    if problems:
        raise ScoreError(problems)


def _sizes(score: Score) -> Iterator[Problem]:
    automation = sum(len(track.automation) for track in score.tracks)
    counts = [
        ("tempos", len(score.tempos), limits.MAX_TEMPO_CHANGES, "tempo changes"),
        ("meters", len(score.meters), limits.MAX_METER_CHANGES, "meter changes"),
        ("keys", len(score.keys), limits.MAX_KEY_CHANGES, "key changes"),
        ("sections", len(score.sections), limits.MAX_SECTIONS, "sections"),
        ("chords", len(score.chords), limits.MAX_CHORDS, "chords"),
        ("tracks", len(score.tracks), limits.MAX_TRACKS, "tracks"),
        ("syllables", len(score.syllables), limits.MAX_SYLLABLES, "syllables"),
        ("lines", len(score.lines), limits.MAX_LYRIC_LINES, "lyric lines"),
        ("tracks", score.note_count, limits.MAX_NOTES, "notes"),
        ("tracks", automation, limits.MAX_AUTOMATION_POINTS, "automation points"),
    ]
    for path, count, most, what in counts:
        if count > most:
            yield Problem(path, f"has {count} {what}; the limit is {most}")


def _everything(score: Score) -> Iterator[Problem]:
    yield from _text("title", score.title, limits.MAX_NAME_LENGTH)
    seen: set[str] = set()
    for name in ENTITY_LISTS:
        for index, entity in enumerate(getattr(score, name)):
            yield from _identity(f"{name}[{index}]", entity.id, seen)
    for name in ("tempos", "meters", "keys"):
        yield from _changes(name, getattr(score, name))
    yield from _tempos_meters_keys(score)
    for index, section in enumerate(score.sections):
        yield from _section(f"sections[{index}]", section)
    for index, chord in enumerate(score.chords):
        yield from _chord(f"chords[{index}]", chord)
    yield from _overlaps("sections", score.sections)
    yield from _overlaps("chords", score.chords)
    for index, track in enumerate(score.tracks):
        yield from _track(f"tracks[{index}]", track, seen)
    yield from _lines(score)
    yield from _syllables(score)
    yield from _metadata(score.metadata)


def _identity(path: str, value: Any, seen: set[str]) -> Iterator[Problem]:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        yield Problem(f"{path}.id", "must be 1 to 64 letters, digits, hyphens or underscores")
    elif value in RESERVED_IDS:
        yield Problem(f"{path}.id", f"{value!r} is reserved")
    elif value in seen:
        yield Problem(f"{path}.id", f"{value!r} is used more than once in this score")
    else:
        seen.add(value)


def _integer(path: str, value: Any, low: int, high: int) -> Iterator[Problem]:
    if type(value) is not int:
        yield Problem(path, f"must be a whole number, not {value!r:.40}")
    elif not low <= value <= high:
        yield Problem(path, f"must be between {low} and {high}, not {value}")


def _number(path: str, value: Any, low: float, high: float) -> Iterator[Problem]:
    if type(value) not in (int, float) or not math.isfinite(value):
        yield Problem(path, f"must be a finite number, not {value!r:.40}")
    elif not low <= value <= high:
        yield Problem(path, f"must be between {low:g} and {high:g}, not {value:g}")


def _text(path: str, value: Any, longest: int) -> Iterator[Problem]:
    if not isinstance(value, str):
        yield Problem(path, "must be text")
    elif len(value) > longest:
        yield Problem(path, f"has {len(value)} characters; the limit is {longest}")
    elif "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
        yield Problem(path, "holds characters that are no text")


def _flag(path: str, value: Any) -> Iterator[Problem]:
    if not isinstance(value, bool):
        yield Problem(path, "must be true or false")


def _span(path: str, entity: Any) -> Iterator[Problem]:
    bad = list(_integer(f"{path}.start", entity.start, 0, limits.MAX_TICKS))
    bad += _integer(f"{path}.duration", entity.duration, 1, limits.MAX_TICKS)
    if not bad and entity.end > limits.MAX_TICKS:
        bad.append(Problem(f"{path}.duration", f"ends after tick {limits.MAX_TICKS}"))
    yield from bad


def _changes(name: str, changes: tuple[Any, ...]) -> Iterator[Problem]:
    ticks: set[int] = set()
    for index, change in enumerate(changes):
        bad = list(_integer(f"{name}[{index}].tick", change.tick, 0, limits.MAX_TICKS))
        if not bad and change.tick in ticks:
            bad.append(Problem(f"{name}[{index}].tick", f"has a second entry at {change.tick}"))
        if not bad:
            ticks.add(change.tick)
        yield from bad
    if 0 not in ticks:
        yield Problem(name, "must have an entry at tick 0")


def _tempos_meters_keys(score: Score) -> Iterator[Problem]:
    for index, tempo in enumerate(score.tempos):
        yield from _number(f"tempos[{index}].bpm", tempo.bpm, TEMPO_MIN_BPM, TEMPO_MAX_BPM)
    for index, meter in enumerate(score.meters):
        path = f"meters[{index}]"
        yield from _integer(f"{path}.numerator", meter.numerator, 1, limits.METER_NUMERATOR_MAX)
        if type(meter.denominator) is not int or (
            meter.denominator not in limits.METER_DENOMINATORS
        ):
            yield Problem(f"{path}.denominator", "must be 1, 2, 4, 8, 16, 32 or 64")
    for index, key in enumerate(score.keys):
        if not _is_note(key.tonic) or len(key.tonic) > 2:
            yield Problem(f"keys[{index}].tonic", "must be a note name such as D, Bb or F#")
        if not isinstance(key.mode, Mode):
            yield Problem(f"keys[{index}].mode", "must be a known mode")


def _is_note(name: Any) -> bool:
    return isinstance(name, str) and is_note_name(name)


def _section(path: str, section: Section) -> Iterator[Problem]:
    yield from _span(path, section)
    yield from _text(f"{path}.label", section.label, limits.MAX_NAME_LENGTH)
    yield from _text(f"{path}.kind", section.kind, limits.MAX_NAME_LENGTH)
    yield from _number(f"{path}.energy", section.energy, 0.0, 1.0)
    yield from _flag(f"{path}.locked", section.locked)


def _chord(path: str, chord: Chord) -> Iterator[Problem]:
    yield from _span(path, chord)
    if not _is_note(chord.root):
        yield Problem(f"{path}.root", "must be a note name such as D, Bb or F#")
    yield from _text(f"{path}.roman", chord.roman, limits.MAX_CHORD_TEXT_LENGTH)
    if not isinstance(chord.quality, str) or len(chord.quality) > limits.MAX_CHORD_TEXT_LENGTH:
        yield Problem(f"{path}.quality", "must be a short text")
    elif not is_chord_quality(chord.quality):
        yield Problem(f"{path}.quality", f"{chord.quality!r} is not a known chord quality")
    yield from _flag(f"{path}.locked", chord.locked)
    if chord.bass != "" and not _is_note(chord.bass):
        yield Problem(f"{path}.bass", "must be empty or a note name such as D, Bb or F#")


def _overlaps(name: str, spans: tuple[Any, ...]) -> Iterator[Problem]:
    in_time = sorted(
        (
            (span.start, span.duration, index)
            for index, span in enumerate(spans)
            if type(span.start) is int and type(span.duration) is int
        ),
    )
    for (start, duration, _), (next_start, _, index) in pairwise(in_time):
        if start + duration > next_start:
            yield Problem(f"{name}[{index}].start", "begins before the one ahead of it ends")


def _track(path: str, track: Track, seen: set[str]) -> Iterator[Problem]:
    yield from _text(f"{path}.name", track.name, limits.MAX_NAME_LENGTH)
    if not isinstance(track.role, TrackRole):
        yield Problem(f"{path}.role", "must be a known track role")
    yield from _integer(f"{path}.program", track.program, 0, limits.PROGRAM_MAX)
    yield from _integer(f"{path}.bank", track.bank, 0, limits.BANK_MAX)
    yield from _number(f"{path}.gain_db", track.gain_db, limits.GAIN_MIN_DB, limits.GAIN_MAX_DB)
    yield from _number(f"{path}.pan", track.pan, -1.0, 1.0)
    yield from _number(f"{path}.reverb_send", track.reverb_send, 0.0, 1.0)
    yield from _text(f"{path}.preset", track.preset, limits.MAX_NAME_LENGTH)
    yield from _number(
        f"{path}.position", track.position, -limits.MAX_POSITION, limits.MAX_POSITION
    )
    for name in ("percussion", "muted", "solo", "locked"):
        yield from _flag(f"{path}.{name}", getattr(track, name))
    for index, note in enumerate(track.notes):
        # The usual case costs one comparison chain and no generator.
        if not (
            type(note.start) is type(note.duration) is int
            and type(note.pitch) is type(note.velocity) is int
            and 0 <= note.start <= note.end <= limits.MAX_TICKS
            and note.duration >= 1
            and PITCH_MIN <= note.pitch <= PITCH_MAX
            and VELOCITY_MIN <= note.velocity <= VELOCITY_MAX
        ):
            here = f"{path}.notes[{index}]"
            yield from _span(here, note)
            yield from _integer(f"{here}.pitch", note.pitch, PITCH_MIN, PITCH_MAX)
            yield from _integer(f"{here}.velocity", note.velocity, VELOCITY_MIN, VELOCITY_MAX)
        if note.locked is not False and note.locked is not True:
            yield Problem(f"{path}.notes[{index}].locked", "must be true or false")
        if note.origin:
            yield from _text(f"{path}.notes[{index}].origin", note.origin, limits.MAX_NAME_LENGTH)
        yield from _identity(f"{path}.notes[{index}]", note.id, seen)
    yield from _automation(path, track, seen)


def _automation(path: str, track: Track, seen: set[str]) -> Iterator[Problem]:
    places: set[tuple[int, str]] = set()
    for index, point in enumerate(track.automation):
        here = f"{path}.automation[{index}]"
        yield from _identity(here, point.id, seen)
        bad = list(_integer(f"{here}.tick", point.tick, 0, limits.MAX_TICKS))
        match = _PARAMETER.fullmatch(point.parameter) if isinstance(point.parameter, str) else None
        if point.parameter == "pitch_bend":
            low, high = limits.PITCH_BEND_MIN, limits.PITCH_BEND_MAX
        elif match is None or int(match[1]) > limits.CONTROLLER_MAX:
            yield Problem(f"{here}.parameter", "must be cc1 to cc119 or pitch_bend")
            continue
        elif int(match[1]) in _BANK_SELECT:
            yield Problem(f"{here}.parameter", "bank select is set on the track, not automated")
            continue
        else:
            low, high = 0, 127
        bad += _number(f"{here}.value", point.value, low, high)
        if not bad and (point.tick, point.parameter) in places:
            bad.append(Problem(f"{here}.tick", f"{point.parameter} has a second value here"))
        yield from bad
        if not bad:
            places.add((point.tick, point.parameter))


def _lines(score: Score) -> Iterator[Problem]:
    sections = {section.id for section in score.sections}
    for index, line in enumerate(score.lines):
        path = f"lines[{index}]"
        yield from _text(f"{path}.text", line.text, limits.MAX_LYRIC_LINE_LENGTH)
        yield from _text(f"{path}.language", line.language, limits.MAX_LANGUAGE_LENGTH)
        yield from _number(
            f"{path}.position", line.position, -limits.MAX_POSITION, limits.MAX_POSITION
        )
        yield from _flag(f"{path}.locked", line.locked)
        if line.section_id != "" and line.section_id not in sections:
            yield Problem(f"{path}.section_id", f"no section {line.section_id!r:.80}")


def _syllables(score: Score) -> Iterator[Problem]:
    if not score.syllables:
        return
    notes = {note.id for track in score.tracks for note in track.notes}
    lines = {line.id for line in score.lines}
    sung: set[str] = set()
    for index, syllable in enumerate(score.syllables):
        yield from _syllable(f"syllables[{index}]", syllable)
        if syllable.note_id not in notes:
            yield Problem(f"syllables[{index}].note_id", f"no note {syllable.note_id!r:.80}")
        elif syllable.note_id in sung:
            yield Problem(f"syllables[{index}].note_id", "this note has a syllable already")
        else:
            sung.add(syllable.note_id)
        if syllable.line_id != "" and syllable.line_id not in lines:
            yield Problem(f"syllables[{index}].line_id", f"no line {syllable.line_id!r:.80}")


def _syllable(path: str, syllable: Syllable) -> Iterator[Problem]:
    yield from _text(f"{path}.text", syllable.text, limits.MAX_SYLLABLE_LENGTH)
    yield from _flag(f"{path}.continues", syllable.continues)
    if len(syllable.phonemes) > limits.MAX_PHONEMES:
        yield Problem(f"{path}.phonemes", f"has more than {limits.MAX_PHONEMES}")
        return
    for index, phoneme in enumerate(syllable.phonemes):
        yield from _text(f"{path}.phonemes[{index}]", phoneme, limits.MAX_CHORD_TEXT_LENGTH)


def _metadata(metadata: Any) -> Iterator[Problem]:
    if not isinstance(metadata, dict):
        yield Problem("metadata", "must be an object")
        return
    bad = list(_plain("metadata", metadata, limits.MAX_METADATA_DEPTH))
    yield from bad
    if not bad and len(json.dumps(metadata)) > limits.MAX_METADATA_LENGTH:
        yield Problem("metadata", f"has more than {limits.MAX_METADATA_LENGTH} characters")


def _plain(path: str, value: Any, depth: int) -> Iterator[Problem]:
    if depth < 0:
        yield Problem(path, f"is nested more than {limits.MAX_METADATA_DEPTH} deep")
    elif value is None or isinstance(value, bool):
        return
    elif isinstance(value, str):
        yield from _text(path, value, limits.MAX_METADATA_LENGTH)
    elif isinstance(value, int | float):
        # Larger ones come back from the database as another kind of number.
        yield from _number(path, value, -(2**53), 2**53)
    elif isinstance(value, dict):
        for key, item in value.items():
            if isinstance(key, str):
                yield from _text(path, key, limits.MAX_NAME_LENGTH)
                yield from _plain(f"{path}.{key:.80}", item, depth - 1)
            else:
                yield Problem(path, "has a key that is no text")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _plain(f"{path}[{index}]", item, depth - 1)
    else:
        yield Problem(path, f"holds a {type(value).__name__}, which is not plain JSON")
