"""Vary what is there: some bars of some tracks are written anew, the rest stays."""

from __future__ import annotations

from compositions.composer.operations import readers
from compositions.composer.operations.base import OperationError, Task, operation
from compositions.composer.operations.infill import bar_spans, rewrite
from compositions.composer.operations.rebuild import seat_of, style_of
from compositions.composer.operations.regions import Span
from compositions.score.document import Score


@operation("vary", "Keep the idea and change a part of it", strength=readers.number(0.0, 1.0))
def vary(task: Task, strength: float = 0.5) -> Score:
    """Write the share ``strength`` of the scope's bars anew, track by track.

    Bars are taken in pairs, so that a phrase answers itself. With one seed a stronger
    variation changes all that a weaker one does, and more.
    """
    score = task.score
    bars = bar_spans(score, task.region.finite)
    pairs = [bars[index : index + 2] for index in range(0, len(bars), 2)]
    written = False
    for track in task.region.free_tracks():
        try:
            seat_of(track, style_of(score))
        except OperationError as error:
            task.remark(str(error))
            continue
        spans: list[Span] = []
        for index, pair in enumerate(pairs):
            if task.rng(track.id, index).random() < strength:
                spans += pair
        if spans:
            score = rewrite(task, score, [track], _joined(spans), name="vary")
        written = True
    if not written and not task.remarks:
        raise OperationError("There is nothing here that the composer could vary.")
    return score


def _joined(spans: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for span in spans:
        if joined and joined[-1].end == span.start:
            joined[-1] = Span(joined[-1].start, span.end)
        else:
            joined.append(span)
    return joined
