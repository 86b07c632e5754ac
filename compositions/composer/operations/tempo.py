"""Operations on the tempo."""

from __future__ import annotations

from dataclasses import replace

from compositions.composer.operations import readers
from compositions.composer.operations.base import OperationError, Task, operation
from compositions.composer.operations.regions import song_length
from compositions.score.document import TEMPO_MAX_BPM, TEMPO_MIN_BPM, Score, TempoChange


@operation(
    "change_tempo",
    "Make it faster or slower: to a tempo, or by a factor",
    bpm=readers.number(TEMPO_MIN_BPM, TEMPO_MAX_BPM),
    factor=readers.number(0.25, 4.0),
)
def change_tempo(task: Task, bpm: float = 0.0, factor: float = 0.0) -> Score:
    """Scale every tempo of the scope so that its first becomes ``bpm``, or by ``factor``."""
    if task.scope.tracks:
        raise OperationError("The tempo belongs to all tracks; choose sections or bars, or none.")
    if bool(bpm) == bool(factor):
        raise OperationError("Say either a tempo (bpm) or a factor.")
    score = task.score
    by_tick = {change.tick: change for change in score.tempos}
    if bpm:
        factor = bpm / _tempo_at(score, task.region.spans[0].start)
    end = song_length(score)
    for span in task.region.spans:
        stop = min(span.end, max(1, end))
        if span.start not in by_tick and not task.is_locked_at(span.start):
            by_tick[span.start] = TempoChange(
                task.fresh_id(), span.start, _tempo_at(score, span.start)
            )
        if stop < end and stop not in by_tick and not task.is_locked_at(stop):
            by_tick[stop] = TempoChange(task.fresh_id(), stop, _tempo_at(score, stop))
        for tick in [tick for tick in by_tick if span.start <= tick < stop]:
            if not task.region.holds(tick):
                continue
            new = round(by_tick[tick].bpm * factor, 2)
            if not TEMPO_MIN_BPM <= new <= TEMPO_MAX_BPM:
                raise OperationError(
                    f"The tempo would be {new:g}; it must be from {TEMPO_MIN_BPM:g} "
                    f"to {TEMPO_MAX_BPM:g}."
                )
            by_tick[tick] = replace(by_tick[tick], bpm=new)
    return replace(score, tempos=tuple(by_tick[tick] for tick in sorted(by_tick)))


def _tempo_at(score: Score, tick: int) -> float:
    bpm = 120.0
    for change in sorted(score.tempos, key=lambda entry: entry.tick):
        if change.tick <= tick:
            bpm = change.bpm
    return bpm
