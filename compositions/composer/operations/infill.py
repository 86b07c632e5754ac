"""Write parts of a score anew: chosen tracks in chosen stretches, by the composer's writers."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import replace

from compositions.composer.arrange import arrange
from compositions.composer.casting import Seat
from compositions.composer.events import Event, Part
from compositions.composer.glides import BEND_RANGE, Point, glides
from compositions.composer.lyrics_singing import Singer
from compositions.composer.operations.base import OperationError, Task, operation
from compositions.composer.operations.listening import role_of
from compositions.composer.operations.rebuild import (
    Stretch,
    is_silent,
    lead_events,
    seat_of,
    stretches,
    style_of,
)
from compositions.composer.operations.regions import (
    EARLY,
    Span,
    belongs_to,
    replace_track,
    without_notes,
)
from compositions.composer.operations.singing import Words, seat_rows, sing_words, words_on
from compositions.composer.operations.voices import part_among_voices
from compositions.composer.perform import perform
from compositions.composer.plan import PlannedSection
from compositions.composer.seeds import sub_seed
from compositions.composer.styles import Style, instruments
from compositions.score.document import AutomationPoint, Note, Score, Track, TrackRole
from compositions.score.timeline import Timeline

_ONE_VOICE = (TrackRole.LEAD, TrackRole.VOCAL, TrackRole.BASS, TrackRole.COUNTER_MELODY)
_PEDAL, _BEND = "cc64", "pitch_bend"


@operation("infill", "Write the tracks anew in these bars, over the chords that are there")
def infill(task: Task) -> Score:
    """Replace the notes of the scope by new ones; what is locked stays."""
    return rewrite(task, task.score, task.region.free_tracks(), task.region.finite)


def rewrite(
    task: Task,
    score: Score,
    tracks: list[Track],
    spans: list[Span],
    *,
    style: Style | None = None,
    name: str = "",
    words: Words | None = None,
) -> Score:
    """Return ``score`` with new notes for ``tracks`` in ``spans``.

    The notes carry ``words``, else what was sung there before.
    Tracks that the composer cannot write for are left alone and told of; when that is all of
    them an :class:`OperationError` is raised.
    """
    style = style or style_of(score)
    wanted: list[tuple[Track, Seat]] = []
    refused = ""
    for track in tracks:
        try:
            wanted.append((track, seat_of(track, style)))
        except OperationError as error:
            refused = str(error)
            task.remark(refused)
    if not wanted:
        if refused:
            raise OperationError(refused)
        return score
    # Chords come before the bass and the melody before what answers it.
    for track, seat in sorted(wanted, key=lambda pair: pair[1].part.role == "counter_melody"):
        seed = sub_seed(task.seed, f"{task.step}:{name}", track.id, task.name) % 2**31
        sung = _words_of(task, score, track, spans) if words is None else words
        parts = [
            (stretch, write_part(score, stretch, seat, track.id, sung))
            for stretch in stretches(score, seed, style=style)
            if any(span.start < stretch.end and stretch.origin < span.end for span in spans)
        ]
        score = _put(task, score, score.track(track.id), parts, spans, sung)
    return score


def _words_of(task: Task, score: Score, track: Track, spans: list[Span]) -> Words:
    """Return what is sung on the notes of a track that will be written anew."""
    if not score.syllables:
        return Words()
    goes = _going(task, spans)
    bars = bar_spans(score, spans)
    return words_on(score, [note for note in score.track(track.id).notes if goes(note)], bars)


def _going(task: Task, spans: list[Span]) -> Callable[[Note], bool]:
    """Return what tells whether a note gives way to new ones in the spans."""
    borders = sorted({edge for span in spans for edge in (span.start, span.end)})

    def goes(note: Note) -> bool:
        place = belongs_to(note, borders)
        return any(note.start in s and place in s for s in spans) and task.region_free(note)

    return goes


def write_part(
    score: Score, stretch: Stretch, seat: Seat, track_id: str, words: Words | None = None
) -> Part:
    """Return the part of one seat for a whole stretch, counted from its origin.

    A melody carries ``words`` where there are any.
    """
    among = part_among_voices(score, stretch, seat, track_id)
    if among is not None:
        return among
    plan, changes = stretch.plan, stretch.changes
    seats = [seat]
    if seat.part.role in ("lead", "vocal"):
        # Asked for here, a melody plays where it otherwise would rest, too.
        spoken = replace(
            plan,
            sections=tuple(
                replace(s, kind="interlude") if is_silent(s) else s for s in plan.sections
            ),
        )
        low, high = seat.instrument.low, seat.instrument.high
        if words is not None and words.windows:  # where nothing was sung the voice still rests
            starts = [note.start for note in score.track(track_id).notes]
            silent = [
                section.index
                for section in plan.sections
                if not any(start in _ticks(stretch, section) for start in starts)
            ]
            writer = Singer(plan, changes, low, high)
            lines = {seat.part.role: sing_words(writer, stretch, words, silent=silent)}
        else:
            writer = Singer(spoken, changes, low, high)
            lines = {seat.part.role: writer.sections(sung=False)}
    else:
        lines = lead_events(score, stretch, track_id)
        bass = next((t for t in score.tracks if role_of(t) is TrackRole.BASS), None)
        if bass is not None and bass.id != track_id:
            seats.append(seat_of(bass, plan.style))  # leaves the low roots to it
        inner = next((part for part in plan.style.parts if part.figure == "voices"), None)
        if inner is not None and seat.part.role == "bass":  # the lowest of four parts
            seats.append(Seat(inner, instruments()[inner.instruments[0]], True))
    parts = [part for part in arrange(plan, changes, seats, lines) if part.role == seat.part.role]
    if not parts:
        return Part(seat.part.role, seat.instrument.name, seat.instrument, seat.part.figure)
    return parts[0]


def _ticks(stretch: Stretch, section: PlannedSection) -> Span:
    start, stop = stretch.plan.ticks_of(section)
    return Span(stretch.origin + start, stretch.origin + stop)


def _put(
    task: Task,
    score: Score,
    track: Track,
    parts: list[tuple[Stretch, Part]],
    spans: list[Span],
    words: Words,
) -> Score:
    """Take the old notes of the spans out of a track and put the new ones in."""
    goes = _going(task, spans)
    old = [note for note in track.notes if goes(note)]
    gone = {note.id for note in old}
    kept = [note for note in track.notes if note.id not in gone]
    new: list[Note] = []
    sung: dict[str, Event] = {}
    points: list[AutomationPoint] = []
    for stretch, part in parts:
        here = [
            Span(max(0, s.start - stretch.origin), min(s.end, stretch.end) - stretch.origin)
            for s in spans
            if s.start < stretch.end and stretch.origin < s.end
        ]
        for span in here:
            chosen = replace(
                part, events=[replace(e) for e in part.events if e.start in span], pedal=[]
            )
            perform(stretch.plan, stretch.changes, [chosen])
            for event in chosen.events:
                note = _fit(task, event, span, stretch.origin)
                if note is not None:
                    new.append(note)
                    sung[note.id] = event
            moves: list[Point] = [(tick, _PEDAL, value) for tick, value in chosen.pedal]
            moves += [move for move in glides(stretch.plan, chosen) if move[1] == _BEND]
            points += [
                AutomationPoint(task.fresh_id(), stretch.origin + tick, parameter, value)
                for tick, parameter, value in moves
                if tick in span and not task.is_locked_at(stretch.origin + tick)
            ]
    new = _avoid(new, kept, role_of(track) in _ONE_VOICE, spans)
    automation = tuple(
        point
        for point in track.automation
        if point.parameter not in (_PEDAL, _BEND)
        or not any(point.tick in span for span in spans)
        or task.is_locked_at(point.tick)
    )
    taken = {(point.tick, point.parameter) for point in automation}
    automation += tuple(point for point in points if (point.tick, point.parameter) not in taken)
    if any(point.parameter == _BEND for point in points):
        automation += tuple(
            AutomationPoint(task.fresh_id(), 0, parameter, value)
            for _, parameter, value in BEND_RANGE
            if (0, parameter) not in taken
        )
    track = replace(track.with_notes([*kept, *new]), automation=automation)
    score = without_notes(replace_track(score, track), gone)
    if not words.rows:
        return score
    score, lost = seat_rows(score, words, [(note, sung[note.id]) for note in new])
    if lost:
        task.remark(f"{lost} syllables found no note and are not sung any more.")
    return score


def _fit(task: Task, event: Event, span: Span, origin: int) -> Note | None:
    """Return the note of an event, cut to its stretch; none in a locked section."""
    start = max(event.start, span.start)
    end = min(event.end, span.end)
    if end - start < 1 or task.is_locked_at(origin + start):
        return None
    note = task.note(origin + start, end - start, event.pitch, event.velocity)
    return replace(
        note, timing=event.timing, articulation=event.articulation, dynamics=event.dynamics
    )


def _avoid(new: list[Note], kept: list[Note], one_voice: bool, spans: list[Span]) -> list[Note]:
    """Leave out new notes where old ones sound on: the same pitch, or any in a single line."""
    holding = [
        note
        for note in kept
        if any(note.start < span.end and note.end > span.start for span in spans)
    ]
    holding.sort(key=lambda note: note.start)
    out = []
    for note in new:
        clash = [
            old
            for old in holding
            if old.start < note.end and note.start < old.end
            and (old.pitch == note.pitch or one_voice)
        ]  # fmt: skip
        if any(old.start <= note.start + EARLY for old in clash):
            continue
        if clash:
            note = replace(note, duration=max(1, min(old.start for old in clash) - note.start))
        out.append(note)
    return out


def bar_spans(score: Score, spans: list[Span]) -> list[Span]:
    """Return the bars that lie in the spans, cut to them."""
    starts = [*Timeline(score).bar_starts(), score.end]
    bars = []
    for span in spans:
        first = max(0, bisect_right(starts, span.start) - 1)
        for low, high in zip(starts[first:], starts[first + 1 :], strict=False):
            if low >= span.end:
                break
            bars.append(Span(max(low, span.start), min(high, span.end)))
    return [bar for bar in bars if bar.start < bar.end]
