"""Musical checks of a merged score: what two good sides made wrong together.

Each check names only what the merge brought about, never what one of the sides already had,
and proposes a fix where there is one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from compositions.score.diff import apply_changes
from compositions.score.entities import Entities
from compositions.score.merge import Conflict
from compositions.score.merge_check_form import gaps, overlaps, time_maps, undecided_time
from compositions.score.merge_check_harmony import chord_clashes
from compositions.score.merge_check_notes import doubled_notes, out_of_range
from compositions.score.merge_check_validity import (
    beyond_limits,
    doubled_automation,
    orphan_syllables,
    shared_notes,
)
from compositions.score.merge_view import MergeView, MergeWarning

__all__ = ["MergeWarning", "apply_fixes", "check_merge"]

_CHECKS: tuple[Callable[[MergeView], Iterator[MergeWarning]], ...] = (
    time_maps,
    overlaps,
    gaps,
    orphan_syllables,
    shared_notes,
    doubled_automation,
    beyond_limits,
    doubled_notes,
    chord_clashes,
    out_of_range,
)
_MOST_ROUNDS = 20


def check_merge(
    base: Entities,
    ours: Entities,
    theirs: Entities,
    merged: Entities,
    conflicts: Iterable[Conflict] = (),
) -> list[MergeWarning]:
    """Return what the merge of ``ours`` and ``theirs`` made wrong, the blocking first.

    ``merged`` is the result of :func:`compositions.score.merge.merge`, or that with changes.
    ``conflicts`` are those without a decision: one about tempo or meter blocks, as the ticks
    of everything else have their meaning from there. Within the blocking and the others the
    order is that of the bars.
    """
    view = MergeView(base, ours, theirs, merged)
    warnings = list(undecided_time(view, conflicts))
    if not view.is_one_side:
        for check in _CHECKS:
            warnings += check(view)
    return sorted(
        warnings, key=lambda entry: (not entry.blocking, entry.bars or (0, 0), entry.kind, entry.id)
    )


def apply_fixes(
    base: Entities,
    ours: Entities,
    theirs: Entities,
    merged: Entities,
    fixes: Collection[str],
) -> tuple[Entities, list[str]]:
    """Return the merged score with the fixes of the named warnings made.

    Fixes that touch the same entities are made one after the other, each worked out anew on
    what the others left. The second value names the warnings that were not there, or not any
    more when their turn came, or that have no fix.
    """
    waiting = dict.fromkeys(fixes)
    done: set[str] = set()
    for _ in range(_MOST_ROUNDS):
        found = [
            warning
            for warning in check_merge(base, ours, theirs, merged)
            if warning.id in waiting and warning.fix
        ]
        touched: set[str] = set()
        for warning in found:
            ids = {change.entity_id for change in warning.fix}.union(warning.entity_ids)
            if touched.isdisjoint(ids):
                merged = apply_changes(merged, warning.fix)
                touched |= ids
                done.add(warning.id)
                del waiting[warning.id]
        if not touched or not waiting:
            break
    return merged, [key for key in dict.fromkeys(fixes) if key not in done]
