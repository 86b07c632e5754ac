"""Tells whether a score is valid, and where it is not.

:func:`validate` returns the problems, :func:`check` raises them. The rules are in
:mod:`compositions.score.rules`, the limits in :mod:`compositions.score.limits`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from compositions.score import limits
from compositions.score.document import Score, Track
from compositions.score.errors import Problem, ScoreError
from compositions.score.rules import (
    RESERVED_IDS,
    check_changes,
    check_distinct,
    check_entity,
    check_id,
    check_metadata,
    check_mix,
    check_overlaps,
    check_text,
    is_id,
    is_usual_note,
)
from compositions.score.timeline import Timeline

__all__ = ["RESERVED_IDS", "Problem", "ScoreError", "check", "validate"]

ENTITY_LISTS = ("tempos", "meters", "keys", "sections", "chords", "tracks", "lines", "syllables")
SECOND_VALUE = "{key[1]} has a second value here"
SECOND_SYLLABLE = "this note has a syllable already"


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
    return list(too_long(Timeline(score).length_seconds))


def check(score: Score) -> None:
    """Raise :class:`ScoreError` with every problem unless ``score`` is valid."""
    problems = validate(score)
    if problems:
        raise ScoreError(problems)


def too_long(seconds: float) -> Iterator[Problem]:
    """Yield a problem when a score of ``seconds`` lasts longer than allowed."""
    if seconds > limits.MAX_SECONDS:
        hours = limits.MAX_SECONDS // 3600
        yield Problem("", f"lasts {seconds:.0f} seconds; the limit is {hours} hours")


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
    yield from check_text("title", score.title, limits.MAX_NAME_LENGTH)
    seen: set[str] = set()
    for name in ENTITY_LISTS:
        for index, entity in enumerate(getattr(score, name)):
            yield from _identity(f"{name}[{index}]", entity.id, seen)
            yield from check_entity(f"{name}[{index}]", entity)
    for name in ("tempos", "meters", "keys"):
        yield from _changes(name, getattr(score, name))
    for name in ("sections", "chords"):
        yield from _overlaps(name, getattr(score, name))
    for index, track in enumerate(score.tracks):
        yield from _contents(f"tracks[{index}]", track, seen)
    yield from _references(score)
    yield from check_metadata(score.metadata)
    yield from check_mix("", score)


def _identity(path: str, value: Any, seen: set[str]) -> Iterator[Problem]:
    if not is_id(value):
        yield from check_id(f"{path}.id", value)
    elif value in seen:
        yield Problem(f"{path}.id", f"{value!r} is used more than once in this score")
    else:
        seen.add(value)


def _changes(name: str, changes: tuple[Any, ...]) -> Iterator[Problem]:
    return check_changes(
        name,
        (
            (f"{name}[{index}]", change.tick)
            for index, change in enumerate(changes)
            if type(change.tick) is int
        ),
    )


def _overlaps(name: str, spans: tuple[Any, ...]) -> Iterator[Problem]:
    return check_overlaps(
        (f"{name}[{index}]", span.start, span.duration)
        for index, span in enumerate(spans)
        if type(span.start) is int and type(span.duration) is int
    )


def _contents(path: str, track: Track, seen: set[str]) -> Iterator[Problem]:
    for index, note in enumerate(track.notes):
        if not is_usual_note(note):
            yield from check_entity(f"{path}.notes[{index}]", note)
        yield from _identity(f"{path}.notes[{index}]", note.id, seen)
    places: list[tuple[str, tuple[int, str]]] = []
    for index, point in enumerate(track.automation):
        here = f"{path}.automation[{index}]"
        yield from _identity(here, point.id, seen)
        bad = list(check_entity(here, point))
        yield from bad
        if not bad:
            places.append((f"{here}.tick", (point.tick, point.parameter)))
    yield from check_distinct(places, SECOND_VALUE)


def _references(score: Score) -> Iterator[Problem]:
    sections = {section.id for section in score.sections}
    for index, line in enumerate(score.lines):
        if line.section_id != "" and line.section_id not in sections:
            yield Problem(f"lines[{index}].section_id", f"no section {line.section_id!r:.80}")
    if not score.syllables:
        return
    notes = {note.id for track in score.tracks for note in track.notes}
    lines = {line.id for line in score.lines}
    sung: list[tuple[str, str]] = []
    for index, syllable in enumerate(score.syllables):
        path = f"syllables[{index}]"
        if syllable.note_id not in notes:
            yield Problem(f"{path}.note_id", f"no note {syllable.note_id!r:.80}")
        else:
            sung.append((f"{path}.note_id", syllable.note_id))
        if syllable.line_id != "" and syllable.line_id not in lines:
            yield Problem(f"{path}.line_id", f"no line {syllable.line_id!r:.80}")
    yield from check_distinct(sung, SECOND_SYLLABLE)
