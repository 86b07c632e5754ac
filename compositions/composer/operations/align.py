"""Set words to the melody that is there, or write a melody for words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from compositions.composer.lyrics import MAX_LYRICS_CHARACTERS, parse_lyrics
from compositions.composer.lyrics_alignment import PHRASE_REST, Sung, align, phrases_of, share_lines
from compositions.composer.lyrics_lines import SungLine, language_of, read_line
from compositions.composer.lyrics_rhythm import place_lines
from compositions.composer.operations import readers
from compositions.composer.operations.base import Operation, OperationError, Task, operation
from compositions.composer.operations.clause import Clause
from compositions.composer.operations.infill import bar_spans, rewrite
from compositions.composer.operations.listening import role_of
from compositions.composer.operations.places import kind_of
from compositions.composer.operations.regions import Span, replace_track
from compositions.composer.operations.singing import Words
from compositions.score.document import LyricLine, Note, Score, Section, Syllable, Track, TrackRole
from compositions.score.limits import MAX_LYRIC_LINE_LENGTH, MAX_SYLLABLE_LENGTH
from compositions.score.timeline import Timeline

_TOUCH = 60


def lyrics(name: str, value: Any) -> str:
    """Lyrics with line breaks, and tags if there are any."""
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_LYRICS_CHARACTERS:
        raise OperationError(
            f"“{name}” must be lyrics of at most {MAX_LYRICS_CHARACTERS} characters."
        )
    return value


@dataclass(slots=True)
class _Place:
    """A stretch that is sung as one: its notes, its lines, the rows that lines already are."""

    span: Span
    section: str
    notes: list[Note]
    lines: list[SungLine]
    rows: list[LyricLine | None]


@operation(
    "align_lyrics",
    "Set words to the melody, stressed syllables on beats; or write a melody for them",
    text=lyrics,
    melody=readers.choice("keep", "new"),
)
def align_lyrics(task: Task, text: str | None = None, melody: str = "keep") -> Score:
    """Sing ``text``, or the words that are there, on the notes of the scope.

    Tags send lines to the sections of the scope; without tags they follow each other. A note
    too many holds the syllable before it, and a note too few is sung twice; with ``melody``
    "new" the notes are written anew for the words.
    """
    track = _singer(task)
    places = _written(task, track) if text is None else _given(task, track, text)
    if not any(place.lines for place in places):
        raise OperationError("There are no words here to set to the melody.")
    if melody == "new":
        return _sing_anew(task, track, places)
    score = task.score
    sung = {note.id for place in places if place.lines for note in place.notes}
    score = replace(
        score, syllables=tuple(row for row in score.syllables if row.note_id not in sung)
    )
    for place in places:
        if place.lines:
            score = _set(task, score, track, place)
    return _without_unsung_lines(task.score, score)


def _singer(task: Task) -> Track:
    """Return the track of the scope that sings, or could: with words, a voice, a lead."""
    tracks = task.region.free_tracks()
    sung = {row.note_id for row in task.score.syllables}
    with_words = [t for t in tracks if any(note.id in sung for note in t.notes)]
    for role in (TrackRole.VOCAL, TrackRole.LEAD):
        with_words += [track for track in tracks if role_of(track) is role and track.notes]
    if not with_words:
        raise OperationError("There is no melody here that could carry words.")
    return with_words[0]


def _notes(task: Task, track: Track, span: Span) -> list[Note]:
    """Return the free notes of a stretch, the highest of those that begin together."""
    found: dict[int, Note] = {}
    for note in track.notes:
        if note.start in span and task.region.free_note(note):
            found[note.start] = note  # notes are in order of pitch
    return [found[start] for start in sorted(found)]


def _sections(task: Task) -> list[tuple[Span, Section | None]]:
    """Return the sections of the scope with what of them lies in it."""
    score, found = task.score, []
    for span in task.region.finite:
        inside = [s for s in score.sections if s.start < span.end and span.start < s.end]
        edges = sorted({span.start, span.end, *(max(span.start, s.start) for s in inside)})
        for low, high in pairwise(edges):
            owner = next((s for s in inside if s.start <= low < s.end), None)
            found.append((Span(low, high), owner))
    return found


def _written(task: Task, track: Track) -> list[_Place]:
    """Return the words that are there, by the sections that their lines belong to.

    A line that lies in the scope as a whole is sung as it is written down.
    """
    score = task.score
    lines = {line.id: line for line in score.lines}
    places = [
        _Place(span, owner.id if owner else "", _notes(task, track, span), [], [])
        for span, owner in _sections(task)
    ]
    home = {note.id: (n, note) for n, place in enumerate(places) for note in place.notes}
    rests = {after.id: after.start - note.end for p in places for note, after in pairwise(p.notes)}
    inside = [row for row in score.syllables if row.note_id in home]
    inside.sort(key=lambda row: (home[row.note_id][1].start, row.id))
    groups: dict[str, list[Syllable]] = {}
    loose = 0
    for before, row in zip([None, *inside], inside, strict=False):
        if before is not None and not (row.line_id or before.line_id or before.continues):
            loose += rests.get(row.note_id, PHRASE_REST) >= PHRASE_REST
        groups.setdefault(row.line_id or f" {loose}", []).append(row)
    for key, own in groups.items():
        line = lines.get(key)
        words = "".join(row.text + ("" if row.continues else " ") for row in own).strip()
        place = places[home[own[0].note_id][0]]
        if line is not None:
            if len(own) == sum(row.line_id == key for row in score.syllables):
                words = line.text.strip() or words
            if line.section_id:
                place = next((p for p in places if p.section == line.section_id), place)
        language = line.language if line is not None and line.language else language_of(words)
        place.lines.append(read_line(words, language))
        place.rows.append(line)
    return places


def _given(task: Task, track: Track, text: str) -> list[_Place]:
    """Return given words: by their tags in the sections, else in one row over the scope."""
    languages = [line.language for line in task.score.lines if line.language]
    sheet = parse_lyrics(text, languages[0] if languages else None)
    if sheet is None:
        raise OperationError("There are no words in the text.")
    stretches = _sections(task)
    if "[" in text or ":\n" in text:
        kinds = [kind_of(section) if section else "" for _, section in stretches]
        words = sheet.for_form(kinds)
        if any(words):
            return [
                _Place(
                    span, section.id if section else "", _notes(task, track, span),
                    list(own.lines) if own else [], [None] * (len(own.lines) if own else 0),
                )
                for (span, section), own in zip(stretches, words, strict=True)
            ]  # fmt: skip
    lines = [line for section in sheet.sections for line in section.lines]
    whole = Span(stretches[0][0].start, stretches[-1][0].end)
    notes = [note for span, _ in stretches for note in _notes(task, track, span)]
    owner = stretches[0][1]
    return [_Place(whole, owner.id if owner else "", notes, lines, [None] * len(lines))]


def _set(task: Task, score: Score, track: Track, place: _Place) -> Score:
    """Set the lines of a place to its notes."""
    if not place.notes:
        task.remark("There are no notes for some of the words.")
        return score
    phrases = phrases_of(place.notes)
    counts = [len(line) for line in place.lines]
    rows: list[Syllable] = []
    known = {line.id: line for line in score.lines}
    notes = {note.id: note for note in score.track(track.id).notes}
    for numbers, group in share_lines(counts, [len(phrase) for phrase in phrases]):
        melody = [note for number in group for note in phrases[number]]
        syllables = [(n, s) for n in numbers for s in place.lines[n]]
        if not syllables:
            continue
        sung = align(
            [s for _, s in syllables], melody, [_beat(task.score, note.start) for note in melody]
        )
        if sung is None:
            raise OperationError(
                f"{len(syllables)} syllables are too many for {len(melody)} notes that short; "
                "a new melody could sing them."
            )
        for (number, _), one in zip(syllables, sung, strict=True):
            line = _line(task, known, place, number)
            rows.append(_row(task, one, line.id, notes))
    track = score.track(track.id).with_notes(list(notes.values()))
    score = replace_track(score, track)
    return replace(score, lines=tuple(known.values()), syllables=(*score.syllables, *rows))


def _line(task: Task, known: dict[str, LyricLine], place: _Place, number: int) -> LyricLine:
    """Return the row of a line, made when it is first sung."""
    row, line = place.rows[number], place.lines[number]
    if row is None:
        last = max((one.position for one in known.values()), default=0.0)
        row = LyricLine(
            task.fresh_id(), line.text[:MAX_LYRIC_LINE_LENGTH], place.section, line.language,
            last + 1.0,
        )  # fmt: skip
        place.rows[number] = row
        known[row.id] = row
    return row


def _row(task: Task, one: Sung, line_id: str, notes: dict[str, Note]) -> Syllable:
    """Put a syllable on its first note; new halves of split notes are put into ``notes``."""
    first = ""
    for note in one.notes:
        own = note if note.id else replace(note, id=task.fresh_id())
        notes[own.id] = own
        first = first or own.id
    syllable = one.syllable
    return Syllable(
        task.fresh_id(), first, syllable.text[:MAX_SYLLABLE_LENGTH], syllable.continues,
        syllable.phonemes, line_id,
    )  # fmt: skip


def _beat(score: Score, tick: int) -> float:
    meter = Timeline(score).meter_at(tick)
    compound = meter.denominator == 8 and meter.numerator % 3 == 0
    beat = meter.ticks_per_beat * (3 if compound else 1)
    inside = (tick - meter.tick) % meter.ticks_per_bar % beat
    return 1.0 if min(inside, beat - inside) <= _TOUCH else 0.0


def _sing_anew(task: Task, track: Track, places: Sequence[_Place]) -> Score:
    """Write the notes of the places anew for their words."""
    score = task.score
    words = Words()
    known = {line.id: line for line in score.lines}
    spans = []
    for place in places:
        bars = bar_spans(score, [place.span])
        if not place.lines or not bars:
            continue
        spans.append(place.span)
        for spot in place_lines(place.lines, len(bars)):
            rows = []
            for number in spot.lines:
                line = _line(task, known, place, number)
                rows += [
                    Syllable(
                        task.fresh_id(), "", one.text[:MAX_SYLLABLE_LENGTH], one.continues,
                        one.phonemes, line.id,
                    )
                    for one in place.lines[number]
                ]  # fmt: skip
            sung = [one for number in spot.lines for one in place.lines[number]]
            window = Span(bars[spot.bar].start, bars[spot.bar + spot.bars - 1].end)
            words.add(window, sung, rows)
    score = replace(score, lines=tuple(known.values()))
    score = rewrite(task, score, [track], spans, name="words", words=words)
    return _without_unsung_lines(task.score, score)


def _without_unsung_lines(before: Score, after: Score) -> Score:
    """Take away the lines that were sung before and are not any more; put new ones in order."""
    was = {row.line_id for row in before.syllables}
    now = {row.line_id for row in after.syllables}
    kept = [line for line in after.lines if line.id in now or line.locked or line.id not in was]
    return replace(after, lines=_in_order(before, after, kept))


def _in_order(before: Score, after: Score, lines: list[LyricLine]) -> tuple[LyricLine, ...]:
    """Give new lines positions between those of the lines that are sung before and after."""
    starts = {note.id: note.start for track in after.tracks for note in track.notes}
    first: dict[str, int] = {}
    for row in after.syllables:
        start = starts[row.note_id]
        first[row.line_id] = min(start, first.get(row.line_id, start))
    old = {line.id: line.position for line in before.lines}
    sung = sorted((line for line in lines if line.id in first), key=lambda one: first[one.id])
    placed: dict[str, float] = {}
    lowest = 0.0
    for place, line in enumerate(sung):
        if line.id in old:
            lowest = max(lowest, old[line.id])
            continue
        run = next((n for n, one in enumerate(sung[place:]) if one.id in old), None)
        above = old[sung[place + run].id] if run is not None else lowest + 2.0
        room = run if run is not None else 1
        step = (above - lowest) / (room + 1) if above > lowest else 0.0
        lowest = placed[line.id] = lowest + step
    lines = [replace(line, position=placed.get(line.id, line.position)) for line in lines]
    return tuple(sorted(lines, key=lambda line: line.position))


def read_align(clause: Clause) -> list[Operation] | None:
    """Read "fit the words to the melody", "a new melody for the lyrics" and 'sing "Oh my"'."""
    left = clause.reader.left
    words = re.search(r"\b(?:lyrics?|words|syllables|text|sing)\b", left, re.IGNORECASE)
    if words is None:
        return None
    parameters: dict[str, Any] = {}
    if quoted := clause.take(r"[\"“]([^\"”]+)[\"”]"):
        parameters["text"] = "\n".join(part.strip() for part in quoted[1].split("/"))
    if clause.take(r"\b(?:(?:a\s+)?(?:new|another|other|different)\s+(?:melody|tune))\b"):
        parameters["melody"] = "new"
    verb = clause.take(
        r"\b(?:re-?align|align|fit|match|line\s+up|sync(?:hroni[sz]e)?|set)\b"
        r"(?=.*\b(?:lyrics?|words|syllables|text)\b)"
    )
    if verb is None and not parameters:
        return None
    clause.take(r"\b(?:to|with|for|on)\s+(?:the\s+)?(?:melody|tune|notes|music)\b")
    clause.take(r"\b(?:(?:the|these|those|for)\s+)*(?:lyrics?|words|syllables|text|sing)\b")
    clause.take(r"\b(?:change|replace|write|make|put)\b")
    return [clause.operation("align_lyrics", **parameters)]
