"""Checks of merged time: tempo, meter, keys, and the sections and chords in a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

from compositions.score.diff import diff
from compositions.score.entities import Entities, Fields, Kind
from compositions.score.merge import Conflict
from compositions.score.merge_view import Draft, MergeView, MergeWarning, said

_MAPS = {
    Kind.TEMPO: ("bpm",),
    Kind.METER: ("numerator", "denominator"),
    Kind.KEY: ("tonic", "mode"),
}
_OF_TIME = (Kind.TEMPO.value, Kind.METER.value)
_LISTS = {Kind.SECTION: "sections", Kind.CHORD: "chords"}


def undecided_time(view: MergeView, conflicts: Iterable[Conflict]) -> Iterator[MergeWarning]:
    """Warn, blocking, of conflicts about tempo or meter that nobody decided."""
    for conflict in conflicts:
        if conflict.kind not in _OF_TIME:
            continue
        fields = view.merged.get(conflict.entity_id) or view.base.get(conflict.entity_id)
        bars = view.bars(fields["tick"], fields["tick"] + 1) if fields else None
        yield MergeWarning(
            id=f"undecided_time:{conflict.id}",
            kind="undecided_time",
            message=f"{conflict.words}. Decide this first: all times depend on it",
            bars=bars,
            entity_ids=(conflict.entity_id,),
            blocking=True,
        )


def time_maps(view: MergeView) -> Iterator[MergeWarning]:
    """Warn of tempo, meter or keys that both sides changed, each otherwise.

    Tempo and meter block; keys only where the merged ones are not valid (two at one tick, none
    at the beginning). The fix is the whole map of our side.
    """
    for kind, names in _MAPS.items():
        base, ours, theirs, merged = (
            _map(view, side, kind, names)
            for side in (view.base, view.ours, view.theirs, view.merged)
        )
        twice = _twice(view, kind)
        valid = not twice and any(tick == 0 for tick, _ in merged)
        if valid and (base in (ours, theirs) or merged in (ours, theirs)):
            continue
        places = [tick for tick, _ in (merged | ours | theirs) - (merged & ours & theirs)]
        bars = view.bars(min(places + twice, default=0), max(places + twice, default=0) + 1)
        what = kind.value
        yield MergeWarning(
            id=f"{what}_on_both_sides",
            kind=f"{what}_on_both_sides",
            message=f"The {what} was changed on both sides, {said(bars)}"
            + ("" if valid else f"; together they are no valid {what} map"),
            bars=bars,
            entity_ids=tuple(sorted(_differing(view, kind))),
            blocking=kind is not Kind.KEY or not valid,
            fix=tuple(diff(_only(view, view.merged, kind), _only(view, view.ours, kind))),
            fix_words=f"Take the {what} as it is in ours",
        )


def overlaps(view: MergeView) -> Iterator[MergeWarning]:
    """Warn, blocking, of sections and of chords that overlap, which no valid score has.

    The fix ends the earlier where the later begins; of two that begin together it keeps ours.
    """
    for kind, plural in _LISTS.items():
        reaching: str | None = None
        for key in view.spans(kind):
            fields = view.merged[key]
            if reaching is not None and _end(view.merged[reaching]) > fields["start"]:
                yield _overlap(view, kind, plural, reaching, key)
            if reaching is None or _end(fields) >= _end(view.merged[reaching]):
                reaching = key


def _overlap(view: MergeView, kind: Kind, plural: str, first: str, second: str) -> MergeWarning:
    one, other = view.merged[first], view.merged[second]
    draft = Draft(view)
    if one["start"] == other["start"]:
        keeper, loser = (first, second) if first in view.ours else (second, first)
        if kind is Kind.SECTION:
            for line in view.of_kind(Kind.LINE):
                if view.merged[line]["section_id"] == loser:
                    draft.set(line, section_id=keeper)
        draft.remove(loser)
        words = f"Keep {_named(view.merged[keeper])} and remove {_named(view.merged[loser])}"
    else:
        draft.set(first, duration=other["start"] - one["start"])
        words = f"End {_named(one)} where {_named(other)} begins"
    bars = view.bars(other["start"], min(_end(one), _end(other)))
    return MergeWarning(
        id=f"overlapping_{plural}:{first}:{second}",
        kind=f"overlapping_{plural}",
        message=f"{said(bars).capitalize()}: {_named(one)} and {_named(other)} overlap",
        bars=bars,
        entity_ids=(first, second),
        blocking=True,
        fix=draft.changes(),
        fix_words=words,
    )


def gaps(view: MergeView) -> Iterator[MergeWarning]:
    """Warn of a gap between two sections that neither side had.

    The fix extends the section before the gap, or lets the next begin earlier where the first
    is locked.
    """
    known = [list(_gaps(side, view.spans(Kind.SECTION, side))) for side in (view.ours, view.theirs)]
    keys = view.spans(Kind.SECTION)
    for first, second, start, end in _gaps(view.merged, keys):
        if any(a <= start and end <= b for gaps in known for _, _, a, b in gaps):
            continue
        one, other = view.merged[first], view.merged[second]
        draft, words = Draft(view), ""
        if not one["locked"]:
            draft.set(first, duration=end - one["start"])
            words = f"Extend {_named(one)} to the beginning of {_named(other)}"
        elif not other["locked"]:
            draft.set(second, start=start, duration=_end(other) - start)
            words = f"Let {_named(other)} begin at the end of {_named(one)}"
        bars = view.bars(start, end)
        yield MergeWarning(
            id=f"gapped_sections:{first}:{second}",
            kind="gapped_sections",
            message=f"{said(bars).capitalize()}: no section between {_named(one)} and "
            f"{_named(other)}",
            bars=bars,
            entity_ids=(first, second),
            blocking=False,
            fix=draft.changes(),
            fix_words=words,
        )


def _gaps(entities: Entities, keys: list[str]) -> Iterator[tuple[str, str, int, int]]:
    """Give the gaps between spans in a row: the ids around it, first and last tick."""
    if not keys:
        return
    reaching = keys[0]
    for _, key in pairwise(keys):
        end, start = _end(entities[reaching]), entities[key]["start"]
        if end < start:
            yield reaching, key, end, start
        if _end(entities[key]) >= end:
            reaching = key


def _map(
    view: MergeView, entities: Entities, kind: Kind, names: tuple[str, ...]
) -> set[tuple[int, Any]]:
    """Return what holds from which tick on, whatever the ids."""
    return {
        (fields["tick"], tuple(fields[name] for name in names))
        for fields in _only(view, entities, kind).values()
    }


def _only(view: MergeView, entities: Entities, kind: Kind) -> Entities:
    return {key: entities[key] for key in view.of_kind(kind, entities)}


def _twice(view: MergeView, kind: Kind) -> list[int]:
    """Return the ticks that have more than one entity of a kind."""
    counts = Counter(fields["tick"] for fields in _only(view, view.merged, kind).values())
    return [tick for tick, count in counts.items() if count > 1]


def _differing(view: MergeView, kind: Kind) -> set[str]:
    """Return the ids that are not the same in all three."""
    sides = [_only(view, side, kind) for side in (view.ours, view.theirs, view.merged)]
    return {
        key for side in sides for key in side if any(side[key] != other.get(key) for other in sides)
    }


def _named(fields: Fields) -> str:
    if fields["kind"] == Kind.SECTION:
        return f"“{fields['label']}”" if fields["label"] else "a section without a name"
    bass = f"/{fields['bass']}" if fields["bass"] else ""
    return f"{fields['root']}{fields['quality']}{bass}"


def _end(fields: Fields) -> int:
    return int(fields["start"] + fields["duration"])
