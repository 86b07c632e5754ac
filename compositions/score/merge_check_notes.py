"""Checks of merged notes: doubled ones, and such that the instrument does not have."""

from __future__ import annotations

from collections.abc import Iterator

from compositions.score.document import TICKS_PER_QUARTER
from compositions.score.entities import Entities, Fields, Kind
from compositions.score.general_midi import instrument_name
from compositions.score.harmony import spell_pitch
from compositions.score.instrument_ranges import instrument_range, octave_into
from compositions.score.merge_view import Draft, MergeView, MergeWarning, said

TOGETHER = TICKS_PER_QUARTER // 8
"""Notes that begin less than a 32nd apart are meant to begin together."""

# Notes of one key that sound at once; more are no music, and pairs would be too many.
_MOST_AT_ONCE = 32
_MOST_NAMES = 4


def doubled_notes(view: MergeView) -> Iterator[MergeWarning]:
    """Warn of two notes of one pitch at once on a track, one from each side.

    The fix keeps the louder of two that begin together, and otherwise ends the earlier where
    the later begins (as :mod:`compositions.score.note_repair` does). One warning for each
    track and bar.
    """
    groups: dict[tuple[str, int, bool], list[tuple[str, str]]] = {}
    for keys in _buckets(view):
        active: list[str] = []
        for key in keys:
            note = view.merged[key]
            active = [other for other in active if _end(view.merged[other]) > note["start"]]
            for other in active:
                if not (_doubled(view.ours, other, key) or _doubled(view.theirs, other, key)):
                    fixable = _loser(view, other, key) is not None
                    bar = view.timeline.position(note["start"]).bar
                    groups.setdefault((note["track"], bar, fixable), []).append((other, key))
            active = [*active[1 - _MOST_AT_ONCE :], key]
    for (track, bar, fixable), pairs in groups.items():
        yield _doubled_warning(view, track, bar, pairs, fixable=fixable)


def _buckets(view: MergeView) -> Iterator[list[str]]:
    """Give the notes of one pitch on one track where both sides had a hand in, by time."""
    merged = view.merged
    places = [
        {
            (merged[key]["track"], merged[key]["pitch"])
            for key in keys
            if merged[key]["kind"] == Kind.NOTE
        }
        for keys in (view.not_ours, view.not_theirs)
    ]
    both = places[0] & places[1]
    if not both:
        return
    found: dict[tuple[str, int], list[str]] = {place: [] for place in both}
    for key in view.of_kind(Kind.NOTE):
        bucket = found.get((merged[key]["track"], merged[key]["pitch"]))
        if bucket is not None:
            bucket.append(key)
    for keys in found.values():
        yield sorted(keys, key=view.place)


def _doubled(side: Entities, one: str, other: str) -> bool:
    """Tell whether two notes already clash on one side."""
    first, second = side.get(one), side.get(other)
    return (
        first is not None
        and second is not None
        and (first["track"], first["pitch"]) == (second["track"], second["pitch"])
        and first["start"] < _end(second)
        and second["start"] < _end(first)
    )


def _doubled_warning(
    view: MergeView, track: str, bar: int, pairs: list[tuple[str, str]], *, fixable: bool
) -> MergeWarning:
    draft = Draft(view)
    removed = shortened = 0
    if fixable:
        for first, second in pairs:
            one, other = draft.get(first), draft.get(second)
            loser = _loser(view, first, second)
            if one is None or other is None or loser is None or _end(one) <= other["start"]:
                continue
            if other["start"] - one["start"] < TOGETHER:
                _hand_over(view, draft, loser, second if loser == first else first)
                removed += 1
            else:
                draft.set(first, duration=other["start"] - one["start"])
                shortened += 1
    ids = tuple(dict.fromkeys(key for pair in pairs for key in pair))
    names = dict.fromkeys(spell_pitch(view.merged[key]["pitch"]) for key in ids)
    listed = ", ".join(list(names)[:_MOST_NAMES]) + (" and others" if len(names) > 4 else "")
    what = [
        *(["keep the louder of those that begin together"] if removed else []),
        *(["end the earlier note where the later begins"] if shortened else []),
    ]
    words = " and ".join(what)
    return MergeWarning(
        id=f"doubled_note:{track}:{bar}" + ("" if fixable else ":locked"),
        kind="doubled_note",
        message=f"{view.track_name(track)}, {said((bar, bar))}: {listed} "
        f"{'sounds' if len(names) == 1 else 'sound'} twice at once, once from each side"
        + ("" if fixable else "; the notes are locked"),
        bars=(bar, bar),
        entity_ids=ids,
        blocking=False,
        fix=draft.changes(),
        fix_words=words[:1].upper() + words[1:],
    )


def _loser(view: MergeView, first: str, second: str) -> str | None:
    """Return which of two notes has to give way, None when what is locked would have to."""
    one, other = view.merged[first], view.merged[second]
    free = [key for key in (first, second) if not view.is_locked(key)]
    if other["start"] - one["start"] >= TOGETHER:
        return first if first in free else None
    return min(
        free,
        key=lambda key: (view.merged[key]["velocity"], view.merged[key]["duration"], key),
        default=None,
    )


def _hand_over(view: MergeView, draft: Draft, loser: str, keeper: str) -> None:
    """Remove a note; its syllable goes to the other where that has none."""
    if keeper not in view.syllables_on:
        for syllable in view.syllables_on.get(loser, ())[:1]:
            draft.set(syllable, note_id=keeper)
    draft.remove(loser)


def out_of_range(view: MergeView) -> Iterator[MergeWarning]:
    """Warn of notes that the instrument does not have, where it had them on their side.

    That is so when one side chose another instrument and the other wrote the notes. The fix
    moves them by octaves. One warning for each track.
    """
    ranges = {key: _range(view.merged[key]) for key in view.of_kind(Kind.TRACK)}
    groups: dict[tuple[str, bool], list[str]] = {}
    for key in view.of_kind(Kind.NOTE):
        fields = view.merged[key]
        low, high = ranges[fields["track"]]
        if low <= fields["pitch"] <= high or _outside(view.ours, key, fields):
            continue
        if not _outside(view.theirs, key, fields):
            groups.setdefault((fields["track"], view.is_locked(key)), []).append(key)
    for (track, locked), keys in groups.items():
        low, high = ranges[track]
        draft = Draft(view)
        if not locked:
            for key in keys:
                draft.set(key, pitch=octave_into(view.merged[key]["pitch"], low, high))
        keys.sort(key=view.place)
        bars = view.bars(view.merged[keys[0]]["start"], view.merged[keys[-1]]["start"] + 1)
        name = instrument_name(view.merged[track]["program"])
        count = "1 note lies" if len(keys) == 1 else f"{len(keys)} notes lie"
        yield MergeWarning(
            id=f"out_of_range:{track}" + (":locked" if locked else ""),
            kind="out_of_range",
            message=f"{view.track_name(track)}, {said(bars)}: {count} outside the range of "
            f"{name}, {spell_pitch(low)} to {spell_pitch(high)}" + ("; locked" if locked else ""),
            bars=bars,
            entity_ids=tuple(keys),
            blocking=False,
            fix=draft.changes(),
            fix_words="" if locked else "Move them into the range by octaves",
        )


def _outside(side: Entities, key: str, merged: Fields) -> bool:
    """Tell whether a note with the same pitch was out of range on a side already."""
    note = side.get(key)
    if note is None or note["pitch"] != merged["pitch"]:
        return False
    low, high = _range(side[note["track"]])
    return not low <= note["pitch"] <= high


def _range(track: Fields) -> tuple[int, int]:
    # The pitches of sounds beside General MIDI, which banks hold, are not known here.
    beside = track["percussion"] or bool(track["bank"])
    return instrument_range(track["program"], percussion=beside)


def _end(note: Fields) -> int:
    return int(note["start"] + note["duration"])
