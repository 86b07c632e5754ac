"""Write lyrics: new words, on a theme, on the notes that are there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from compositions.composer.lyric_writing.prosody import meter_for, prosody, stress_fit
from compositions.composer.lyric_writing.rewriting import (
    FEWEST_SYLLABLES,
    MOST_SYLLABLES,
    LinePlace,
    write_places,
)
from compositions.composer.lyric_writing.verify import LineSlot
from compositions.composer.lyric_writing.writer import LyricsError
from compositions.composer.lyrics_lines import SungSyllable, language_of, syllables_of_line
from compositions.composer.operations import readers
from compositions.composer.operations.base import Operation, OperationError, Task, operation
from compositions.composer.operations.clause import Clause
from compositions.composer.operations.listening import role_of
from compositions.composer.operations.places import KIND_WORDS, kind_of
from compositions.composer.text_reader import NUMBER, read_number
from compositions.score.document import LyricLine, Note, Score, Section, Syllable, Track, TrackRole
from compositions.score.limits import MAX_LYRIC_LINE_LENGTH, MAX_SYLLABLE_LENGTH
from compositions.score.timeline import Timeline

_BREATH = 360
"""Ticks of rest, or of a held note, at which a phrase without words may end."""
_USUAL = 8
_KIND = "|".join(KIND_WORDS)
_MAX_LINES = 400


def texts(name: str, value: Any) -> list[str | None]:
    """Lines of words, one for each line in the scope; null for a line that stays."""
    if not isinstance(value, list) or not 1 <= len(value) <= _MAX_LINES:
        raise OperationError(f"“{name}” must be a list of 1 to {_MAX_LINES} lines.")
    for entry in value:
        if entry is not None and (
            not isinstance(entry, str) or not 0 < len(entry.strip()) <= MAX_LYRIC_LINE_LENGTH
        ):
            raise OperationError(f"“{name}”: each line must be a text or null.")
    return [None if entry is None else " ".join(entry.split()) for entry in value]


@dataclass(frozen=True, slots=True)
class SungPlace:
    """A place for a line in a score: the notes that sing it, the line that is there or ""."""

    place: LinePlace
    notes: tuple[Note, ...]
    line: LyricLine | None
    rows: tuple[Syllable, ...]
    language: str


@operation(
    "rewrite_lyrics",
    "Write the words of sections or lines anew, on a theme; the notes stay",
    theme=readers.text,
    line=readers.integer(1, _MAX_LINES),
    lines=texts,
)
def rewrite_lyrics(
    task: Task, theme: str = "love", line: int | None = None, lines: list[str | None] | None = None
) -> Score:
    """Give the lines in the scope new words with the same syllables.

    ``line`` counts the lines of the scope from 1. With ``lines`` these words are sung, one
    for each open place; a text with another number of syllables is left out and told.
    """
    places = places_of(task, line)
    new = [index for index, sung in enumerate(places) if not sung.place.stays]
    if not new:
        why = " ".join(task.remarks) or "There are no words and no melody here."
        raise OperationError(f"No words can be written here. {why}")
    if lines is None:
        try:
            written = write_places(
                theme, [sung.place for sung in places], seed=_seed(task),
                language=places[new[0]].language,
            )  # fmt: skip
        except LyricsError as error:
            raise OperationError(str(error)) from error
    else:
        if len(lines) != len(new):
            raise OperationError(f"There are {len(new)} lines here, but {len(lines)} are given.")
        written = [None] * len(places)
        for index, text in zip(new, lines, strict=True):
            written[index] = text
    return _put(task, places, written, new, given=lines is not None)


def _seed(task: Task) -> int:
    return int(task.rng("lyrics").getrandbits(63))


def open_places(task: Task, line: int | None = None) -> list[SungPlace]:
    """Return the places in the scope that new words may be written for, in order."""
    return [sung for sung in places_of(task, line) if not sung.place.stays]


def places_of(task: Task, line: int | None = None) -> list[SungPlace]:
    """Return the places for lines around the scope; those that may not change are kept.

    Sections without any words take the voice's phrases, else those of the lead.
    """
    score = task.score
    found = _sung(score)
    worded = {sung.place.section for _, sung in found}
    for section in score.sections:
        if section.id not in worded and task.region.span_at(section.start) is not None:
            found += _phrases(task, section)
    found.sort(key=lambda pair: pair[0])
    free = {track.id for track in task.region.free_tracks()}
    owners = {note.id: track.id for track in score.tracks for note in track.notes}
    number = 0
    places = []
    for start, sung in found:
        count = len(sung.notes)
        stays = not task.region.holds(start) or owners[sung.notes[0].id] not in free
        if not stays and sung.line is not None and sung.line.locked:
            task.region.prevented(f"“{sung.line.text:.40}” is locked and stays as it is.")
            stays = True
        if not stays:
            number += 1
            stays = line is not None and number != line
        if not stays and not FEWEST_SYLLABLES <= count <= MOST_SYLLABLES:
            stays = True
            if sung.line is not None:
                task.remark(f"“{sung.line.text:.60}” has {count} syllables and stays.")
        places.append(replace(sung, place=replace(sung.place, stays=stays)))
    if line is not None and line > number:
        raise OperationError(f"There are {number} lines here, so there is no line {line}.")
    return [sung for sung in places if sung.line is not None or not sung.place.stays]


def _sung(score: Score) -> list[tuple[int, SungPlace]]:
    """Return (start, place) of all lines that are sung, in the order of the notes."""
    notes = {note.id: note for track in score.tracks for note in track.notes}
    lines = {line.id: line for line in score.lines}
    rows: dict[str, list[Syllable]] = {}
    for row in score.syllables:
        if row.line_id in lines and row.note_id in notes:
            rows.setdefault(row.line_id, []).append(row)
    found = []
    for line_id, own in rows.items():
        line = lines[line_id]
        own.sort(key=lambda row: notes[row.note_id].sort_key)
        sung = tuple(notes[row.note_id] for row in own)
        section = _section_of(score, line.section_id, sung[0].start)
        language = line.language or language_of(line.text, None)
        place = LinePlace(
            section.id if section else "",
            kind_of(section) if section else "verse",
            *_slot(score, sung, line.text, language),
        )
        found.append((sung[0].start, SungPlace(place, sung, line, tuple(own), language)))
    return found


def _section_of(score: Score, key: str, tick: int) -> Section | None:
    for section in score.sections:
        if section.id == key or (not key and section.start <= tick < section.end):
            return section
    return None


def _slot(
    score: Score, notes: Sequence[Note], text: str, language: str
) -> tuple[LineSlot, str, tuple[str, ...]]:
    """Return the slot of a place, its text and other meters: by beats, and alternating."""
    timeline = Timeline(score)
    count = len(notes)
    meters = [meter_for(count), meter_for(count, rising=False)]
    if text:
        stresses = prosody(text, language).stresses
        meters.sort(key=lambda meter: -stress_fit(stresses, meter))
    beats = ""
    for note in notes:
        meter = timeline.meter_at(note.start)
        compound = meter.denominator == 8 and meter.numerator % 3 == 0
        beat = meter.ticks_per_beat * (3 if compound else 1)
        inside = (note.start - meter.tick) % meter.ticks_per_bar % beat
        beats += "+" if min(inside, beat - inside) <= 60 else "-"
    strong = beats.count("+") / max(1, count)
    if 0.25 <= strong <= 0.75:
        meters.insert(0, beats)
    return LineSlot(count, meters[0]), text, tuple(meters[1:])


def _phrases(task: Task, section: Section) -> list[tuple[int, SungPlace]]:
    """Return places on the melody of a section that has no words."""
    singer = _singer(task)
    if singer is None:
        return []
    taken = {row.note_id for row in task.score.syllables}
    notes = [
        note
        for note in sorted(singer.notes, key=lambda note: note.sort_key)
        if section.start <= note.start < section.end and note.id not in taken
    ]
    single = [n for i, n in enumerate(notes) if i == 0 or n.start > notes[i - 1].start]
    found = []
    for phrase in _cut(single):
        place = LinePlace(section.id, kind_of(section), *_slot(task.score, phrase, "", "en"))
        found.append((phrase[0].start, SungPlace(place, tuple(phrase), None, (), "en")))
    return found


def _singer(task: Task) -> Track | None:
    for role in (TrackRole.VOCAL, TrackRole.LEAD):
        for track in task.region.tracks:
            if role_of(track) is role and track.notes:
                return track
    return None


def _cut(notes: Sequence[Note]) -> list[list[Note]]:
    """Cut a melody into phrases that a line can be sung on: at breaths, else at long notes."""
    phrases: list[list[Note]] = [[]]
    for index, note in enumerate(notes):
        phrases[-1].append(note)
        following = notes[index + 1] if index + 1 < len(notes) else None
        if following is None:
            break
        rest = following.start - note.end
        held = note.duration >= 2 * _BREATH
        enough = len(phrases[-1]) >= 5
        if rest >= _BREATH or (enough and held) or len(phrases[-1]) >= _USUAL + 2:
            phrases.append([])
    return [phrase for phrase in phrases if FEWEST_SYLLABLES <= len(phrase) <= MOST_SYLLABLES]


def _put(
    task: Task, places: Sequence[SungPlace], written: Sequence[str | None], new: Sequence[int],
    *, given: bool,
) -> Score:  # fmt: skip
    """Sing new texts on the notes of their places."""
    score = task.score
    lines = {line.id: line for line in score.lines}
    rows = {row.id: row for row in score.syllables}
    position = max([line.position for line in score.lines], default=0.0)
    missed = 0
    for index in new:
        sung, text = places[index], written[index]
        if text is None:
            missed += not given
            continue
        text = text[:MAX_LYRIC_LINE_LENGTH]
        syllables = syllables_of_line(text, sung.language)
        if len(syllables) != len(sung.notes):
            task.remark(
                f"“{text:.60}” has {len(syllables)} syllables for {len(sung.notes)} notes and "
                "is left out."
            )
            continue
        if sung.line is not None:
            line = lines[sung.line.id] = replace(sung.line, text=text, language=sung.language)
        else:
            position += 1.0
            line = LyricLine(task.fresh_id(), text, sung.place.section, sung.language, position)
            lines[line.id] = line
        olds: Sequence[Syllable | None] = sung.rows or [None] * len(syllables)
        for old, note, syllable in zip(olds, sung.notes, syllables, strict=True):
            row = _row(task, old, note, syllable, line.id)
            rows[row.id] = row
    if missed:
        task.remark(f"No new words fit {missed} of the lines; they stay as they are.")
    order = {note.id: note.sort_key for track in score.tracks for note in track.notes}
    syllables_now = sorted(rows.values(), key=lambda row: (order[row.note_id], row.id))
    return replace(score, lines=tuple(lines.values()), syllables=tuple(syllables_now))


def _row(
    task: Task, old: Syllable | None, note: Note, syllable: SungSyllable, line_id: str
) -> Syllable:
    key = old.id if old is not None else task.fresh_id()
    return Syllable(
        key, note.id, syllable.text[:MAX_SYLLABLE_LENGTH], syllable.continues,
        syllable.phonemes, line_id,
    )  # fmt: skip


def read_lyrics(clause: Clause) -> list[Operation] | None:
    """Read "rewrite the lyrics of verse 2 about winter" and "a new line 3 in the bridge"."""
    wanted = re.search(
        r"\b(?:lyrics?|words|text|verses\s+about)\b|\blines?\s+\d+\b.*\babout\b",
        clause.reader.left, re.IGNORECASE,
    )  # fmt: skip
    verb = re.search(
        r"\b(?:rewrite|write|redo|new|change|replace|another|different|other|add|make|give|put)\b",
        clause.reader.left, re.IGNORECASE,
    )  # fmt: skip
    if wanted is None or verb is None:
        return None
    parameters: dict[str, Any] = {}
    about = clause.take(
        rf"\b(?:(?:to\s+be\s+)?about|on\s+the\s+theme\s+of)\s+([^\x1f,.;]+?)(?=\s+(?:in|of|for)\s+"
        rf"(?:the\s+)?(?:\w+\s+)?(?:{_KIND})\b|\s*(?:[\x1f,.;]|$))"
    )
    if about is not None:
        parameters["theme"] = about[1].strip()
    number = clause.take(rf"\b(?:the\s+)?lines?\s+({NUMBER})\b(?:\s+(?:of|in))?")
    if number is not None:
        parameters["line"] = int(read_number(number[1]))
    clause.take(r"\b(?:the\s+|some\s+|new\s+|other\s+)*(?:lyrics?|words|text)\b")
    clause.take(
        r"\b(?:re-?write|write|redo|new|change|replace|another|different|other|add|make|give|put)\b"
    )
    return [clause.operation("rewrite_lyrics", **parameters)]
