"""The operation that changes the meter: the tune is fitted, the rest is written anew."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from compositions.composer.operations import readers
from compositions.composer.operations.base import OperationError, Task, operation
from compositions.composer.operations.infill import rewrite
from compositions.composer.operations.listening import role_of
from compositions.composer.operations.rebuild import seat_of, style_of
from compositions.composer.operations.regions import Span, song_length
from compositions.composer.rhythm import TICKS_PER_STEP, grid_for
from compositions.score.document import Note, Score, Track, TrackRole
from compositions.score.timeline import Timeline

_TUNES = (TrackRole.LEAD, TrackRole.VOCAL, TrackRole.HARMONY)


@operation(
    "change_meter",
    "Put the whole song into another meter",
    numerator=readers.integer(1, 16),
    denominator=readers.integer(2, 16),
)
def change_meter(task: Task, numerator: int = 3, denominator: int = 4) -> Score:
    """Give every bar the new length.

    The tune keeps its pitches and order: its onsets are spread over the new bar and drawn to
    sixteenths. Sections and chords keep their bars. What accompanies is written anew on the
    new beats; tracks that the composer cannot write for are fitted as the tune is.
    """
    if not task.scope.is_everything:
        raise OperationError("The meter is changed for the whole song; leave out any scope.")
    try:
        grid = grid_for(numerator, denominator)
    except ValueError as error:
        raise OperationError(str(error)) from error
    score = task.score
    _refuse_locked(score)
    if {(m.numerator, m.denominator) for m in score.meters} == {(numerator, denominator)}:
        raise OperationError(f"The song is in {numerator}/{denominator} already.")
    timeline = Timeline(score)

    def moved(tick: int, *, step: int = 1) -> int:
        bar = timeline.position(tick).bar
        begin = timeline.bar_start(bar)
        share = (tick - begin) / timeline.meter_at(tick).ticks_per_bar
        inside = round(share * grid.ticks / step) * step
        return (bar - 1) * grid.ticks + min(inside, grid.ticks)

    def spanned(entity: Any) -> Any:
        start = moved(entity.start, step=TICKS_PER_STEP)
        end = moved(entity.end, step=TICKS_PER_STEP)
        return replace(entity, start=start, duration=max(TICKS_PER_STEP, end - start))

    def note_moved(note: Note) -> Note:
        start = moved(note.start, step=TICKS_PER_STEP)
        return replace(note, start=start, duration=max(60, moved(note.end) - start))

    fresh = replace(score.meters[0], tick=0, numerator=numerator, denominator=denominator)
    tracks = tuple(
        replace(
            track.with_notes(_apart([note_moved(note) for note in track.notes])),
            automation=tuple(
                {
                    (p.parameter, moved(p.tick)): replace(p, tick=moved(p.tick))
                    for p in track.automation
                }.values()
            ),
        )
        for track in score.tracks
    )
    changed = replace(
        score,
        meters=(fresh,),
        tempos=_distinct([replace(t, tick=moved(t.tick)) for t in score.tempos]),
        keys=_distinct([replace(k, tick=moved(k.tick)) for k in score.keys]),
        sections=_in_row([spanned(s) for s in score.sections]),
        chords=_in_row([spanned(c) for c in score.chords]),
        tracks=tracks,
    )
    backing = [t for t in changed.tracks if role_of(t) not in _TUNES and _written(t, changed)]
    if backing:
        changed = rewrite(task, changed, backing, [Span(0, song_length(changed))], name="meter")
    return changed


def _written(track: Track, score: Score) -> bool:
    try:
        seat_of(track, style_of(score))
    except OperationError:
        return False
    return bool(track.notes)


def _refuse_locked(score: Score) -> None:
    for track in score.tracks:
        if track.locked or any(note.locked for note in track.notes):
            raise OperationError(f"“{track.name}” is locked, and a new meter moves every note.")
    if any(s.locked for s in score.sections) or any(c.locked for c in score.chords):
        raise OperationError("A part of the song is locked, and a new meter moves everything.")


def _apart(notes: list[Note]) -> list[Note]:
    """Cut notes of one pitch where the next begins."""
    following: dict[int, int] = {}
    out = []
    for note in sorted(notes, key=lambda entry: entry.sort_key, reverse=True):
        limit = following.get(note.pitch)
        if limit is not None and note.start < limit < note.end:
            note = replace(note, duration=limit - note.start)
        following[note.pitch] = note.start
        out.append(note)
    return out


def _distinct(changes: list[Any]) -> tuple[Any, ...]:
    """Keep the last change at each tick."""
    return tuple({change.tick: change for change in changes}.values())


def _in_row(entities: list[Any]) -> tuple[Any, ...]:
    """Cut spans where the next one begins, and leave out what has no room."""
    kept: list[Any] = []
    for entity in sorted(entities, key=lambda entry: entry.start):
        if kept and kept[-1].end > entity.start:
            room = entity.start - kept[-1].start
            if room <= 0:
                kept.pop()
            else:
                kept[-1] = replace(kept[-1], duration=room)
        kept.append(entity)
    return tuple(kept)
