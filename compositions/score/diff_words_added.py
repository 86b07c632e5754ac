"""Notes that came and went, told in words: added, removed, repeated, rewritten."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from compositions.score.diff import ADD, REMOVE, SET
from compositions.score.diff_words_facts import Comparison, Fact, Item, Rank, Side, between, told
from compositions.score.diff_words_phrases import bars_words, clusters, count
from compositions.score.entities import Kind

_MOST_RUNS = 4
_FEW = 3
"""As many notes make a phrase; fewer are told as notes."""
_MOST_BARS_BACK = 32
"""How far back what is repeated is looked for."""

_Shape = tuple[int, int, int]
"""Start, pitch and duration."""


def tell_added_and_removed(comparison: Comparison) -> None:
    """Tell where notes were added and removed, track by track.

    Where all notes of some bars gave way to others, the bars were rewritten; where new notes are
    those of earlier bars, they are repeated.
    """
    tracks: dict[str, tuple[list[Item], list[Item]]] = defaultdict(lambda: ([], []))
    for item in comparison.of(Kind.NOTE, ADD):
        tracks[item.new["track"]][0].append(item)
    for item in comparison.of(Kind.NOTE, REMOVE):
        tracks[item.old["track"]][1].append(item)
    for track, (added, removed) in tracks.items():
        if added and removed:
            added, removed = _tell_rewritten(comparison, track, added, removed)
        for run in _runs(comparison.after, added):
            if not _tell_repeated(comparison, track, run):
                _tell_run(comparison, track, run, ADD)
        for run in _runs(comparison.before, removed):
            _tell_run(comparison, track, run, REMOVE)


def _runs(side: Side, items: Sequence[Item]) -> list[list[Item]]:
    """Split notes where two bars or more between them have none; not into many pieces."""
    by_bar: dict[int, list[Item]] = defaultdict(list)
    for item in items:
        by_bar[side.bar(item.fields["start"])].append(item)
    spans = clusters(sorted(by_bar))
    if len(spans) > _MOST_RUNS:
        return [list(items)]
    return [
        [item for bar in range(low, high + 1) for item in by_bar.get(bar, ())]
        for low, high in spans
    ]


def _tell_run(comparison: Comparison, track: str, items: Sequence[Item], action: str) -> None:
    side = comparison.before if action == REMOVE else comparison.after
    ids = told(items)
    starts = [item.fields["start"] for item in items]
    place = side.place(starts, side.starts(track))
    words = count(len(ids), "note")
    if len(ids) == 1:
        words = side.pitch_name(items[0].fields) or words
    syllables = comparison.take_syllables(items)
    if syllables:
        words += " with lyrics"
    way = "added in" if action == ADD else "removed from"
    if not place.words and action == REMOVE:
        words = f"all {words}"
    comparison.tell(
        Fact(
            Rank.NOTES,
            Kind.NOTE,
            action,
            f"{words} {way} {side.name(track)}",
            ids + syllables,
            place=place.words,
            bars=place.bars,
            tracks=[track],
        )
    )


def _tell_rewritten(
    comparison: Comparison, track: str, added: list[Item], removed: list[Item]
) -> tuple[list[Item], list[Item]]:
    """Tell of bars whose notes gave way to others; return the notes that are left."""
    before, after = comparison.before, comparison.after
    if track not in before.entities or track not in after.entities:
        return added, removed
    new_bars = {after.bar(item.new["start"]) for item in added}
    old_bars = {before.bar(item.old["start"]) for item in removed}
    for low, high in clusters(sorted(new_bars | old_bars)):
        come = [item for item in added if low <= after.bar(item.new["start"]) <= high]
        gone = [item for item in removed if low <= before.bar(item.old["start"]) <= high]
        if len(come) < _FEW or len(gone) < _FEW:
            continue
        start, end = before.timeline.bar_start(low), before.timeline.bar_start(high + 1)
        if between(before.starts(track), start, end) != len(gone):
            continue
        place = after.place([item.new["start"] for item in come], after.starts(track))
        syllables = comparison.take_syllables([*come, *gone])
        comparison.tell(
            Fact(
                Rank.NOTES,
                Kind.NOTE,
                SET,
                f"rewritten, {count(len(come), 'note')} for {len(gone)}",
                told(come) + told(gone) + syllables,
                subjects=[after.name(track)],
                place=place.words or bars_words([(low, high)]),
                bars=(low, high),
                tracks=[track],
            )
        )
    return [item for item in added if item.names], [item for item in removed if item.names]


def _tell_repeated(comparison: Comparison, track: str, items: Sequence[Item]) -> bool:
    """Tell of new notes that are those of earlier bars once more."""
    side = comparison.after
    if len(items) <= _FEW:
        return False
    bar_ticks = side.bar_ticks(item.new["start"] for item in items)
    if not bar_ticks:
        return False
    new = {item.id for item in items}
    there: set[_Shape] = {
        (fields["start"], fields["pitch"], fields["duration"])
        for key, fields in side.entities.items()
        if fields.get("track") == track and fields["kind"] == Kind.NOTE and key not in new
    }
    shapes = [(item.new["start"], item.new["pitch"], item.new["duration"]) for item in items]
    for back in range(1, _MOST_BARS_BACK + 1):
        shift = back * bar_ticks
        if all((start - shift, pitch, length) in there for start, pitch, length in shapes):
            break
    else:
        return False
    place = side.place([item.new["start"] for item in items], side.starts(track))
    source = [side.bar(item.new["start"] - shift) for item in items]
    syllables = comparison.take_syllables(items)
    comparison.tell(
        Fact(
            Rank.NOTES,
            Kind.NOTE,
            ADD,
            f"{bars_words([(min(source), max(source))])} repeated "
            f"({count(len(items), 'note')} added)",
            told(items) + syllables,
            subjects=[side.name(track)],
            place=place.words,
            bars=place.bars,
            tracks=[track],
        )
    )
    return True
