"""Check of merged notes against merged chords.

A note *clashes* with the chord under it when it is neither a chord tone nor an available
tension. Tensions follow Nettles and Graf, "The Chord Scale Theory and Jazz Harmony" (1997): a
whole step above a chord tone is available, a half step above is to be avoided; a dominant
seventh chord also takes b9, #9, #11 and b13. A chart that writes a plain triad leaves the
seventh open, and a power chord the third.

Only notes that begin on a strong beat count: the first beat of a bar, and the middle one where
the beats can be halved (the upper metrical levels in Lerdahl and Jackendoff, "A Generative
Theory of Tonal Music", 1983). A note of at most a beat that goes on by step to a note of the
chord is an accented passing note or appoggiatura, no clash (Kostka and Payne, "Tonal
Harmony", the chapters on nonchord tones).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import lru_cache

from compositions.score.document import (
    PITCH_MAX,
    PITCH_MIN,
    TICKS_PER_QUARTER,
    Chord,
    MeterChange,
    TrackRole,
)
from compositions.score.entities import Entities, Fields, Kind
from compositions.score.harmony import chord_pitch_classes, pitch_class, spell_pitch
from compositions.score.merge_check_notes import TOGETHER
from compositions.score.merge_view import Draft, MergeView, MergeWarning, said

_UNPITCHED = (TrackRole.DRUMS.value, TrackRole.PERCUSSION.value, TrackRole.EFFECTS.value)
_STEP = 2
_MAJOR_THIRD, _SEVENTH, _MAJOR_SEVENTH = 4, 10, 11
# The sixth and the diminished seventh of a chord stand where its seventh would.
_SEVENTHS = (9, _SEVENTH, _MAJOR_SEVENTH)
_ALTERED = (1, 3, 6, 8)
_MOST_NAMES = 6
_LONG_AGO = 16 * TICKS_PER_QUARTER


def chord_clashes(view: MergeView) -> Iterator[MergeWarning]:
    """Warn of notes that fit the chord on their side and lie outside the merged one.

    The fix moves each to the nearest chord tone. One warning for each track and chord.
    """
    chords = _Chords(view, view.merged)
    sides = [(side, _Chords(view, side)) for side in (view.ours, view.theirs)]
    changed = [chords.differs(other) for _, other in sides]
    groups: dict[tuple[str, str, bool], list[str]] = {}
    for key in _candidates(view, changed):
        note = view.merged[key]
        tick = _strong_beat(view, note["start"])
        if tick is None or not _is_pitched(view.merged[note["track"]]):
            continue
        chord = chords.at(tick)
        if chord is None or fits(note["pitch"], view.merged[chord]):
            continue
        before = [
            fits(note["pitch"], entities[under])
            for entities, known in sides
            if (under := known.at(tick)) is not None and _is_same(entities.get(key), note)
        ]
        if before and all(before) and not _resolves(view, key, view.merged[chord]):
            groups.setdefault((note["track"], chord, view.is_locked(key)), []).append(key)
    for (track, chord, locked), keys in groups.items():
        yield _warning(view, track, chord, sorted(keys, key=view.place), locked=locked)


def fits(pitch: int, chord: Fields) -> bool:
    """Tell whether a pitch is a chord tone or an available tension of a chord."""
    return pitch % 12 in _available(chord["root"], chord["quality"], chord["bass"])


@lru_cache(maxsize=1024)
def _tones(root: str, quality: str, bass: str) -> frozenset[int]:
    return frozenset(chord_pitch_classes(Chord("", 0, 1, root, quality, bass)))


@lru_cache(maxsize=1024)
def _available(root: str, quality: str, bass: str) -> frozenset[int]:
    """Return the pitch classes that sound good over a chord."""
    if quality == "5":
        return _available(root, "", bass) | _available(root, "m", bass)
    lowest = pitch_class(root)
    tones = _tones(root, quality, "")
    degrees = {(tone - lowest) % 12 for tone in tones}
    welcome: set[int] = set()
    if {_MAJOR_THIRD, _SEVENTH} <= degrees:
        welcome |= set(_ALTERED)
    if not degrees & set(_SEVENTHS):
        welcome |= {_SEVENTH, _MAJOR_SEVENTH}
    tensions = {(degree + _STEP) % 12 for degree in degrees} | welcome
    avoided = {(degree + 1) % 12 for degree in degrees} - degrees - welcome
    good = {(lowest + degree) % 12 for degree in tensions - avoided}
    return tones | good | _tones(root, quality, bass)


class _Chords:
    """The chords of one score in time."""

    def __init__(self, view: MergeView, entities: Entities) -> None:
        self.entities = entities
        self.keys = view.spans(Kind.CHORD, entities)
        self.starts = [entities[key]["start"] for key in self.keys]

    def at(self, tick: int) -> str | None:
        """Return the id of the chord that sounds at a tick."""
        index = bisect_right(self.starts, tick) - 1
        if index < 0:
            return None
        fields = self.entities[self.keys[index]]
        return self.keys[index] if tick < fields["start"] + fields["duration"] else None

    def differs(self, other: _Chords) -> list[tuple[int, int]]:
        """Return the stretches of time (start, end) that have another chord than elsewhere."""
        there = {_heard(other.entities[key]) for key in other.keys}
        here = (self.entities[key] for key in self.keys)
        return [
            (fields["start"], fields["start"] + fields["duration"])
            for fields in here
            if _heard(fields) not in there
        ]


def _heard(chord: Fields) -> tuple[object, ...]:
    return tuple(chord[name] for name in ("start", "duration", "root", "quality", "bass"))


def _candidates(view: MergeView, changed: list[list[tuple[int, int]]]) -> Iterator[str]:
    """Give the notes under a chord that is not the one of a side which has the note so."""
    if not any(changed):
        return
    merged = view.merged
    starts = [[start - TOGETHER for start, _ in stretches] for stretches in changed]
    for key in view.of_kind(Kind.NOTE):
        tick = merged[key]["start"]
        for stretches, begins in zip(changed, starts, strict=True):
            index = bisect_right(begins, tick) - 1
            if index >= 0 and tick < stretches[index][1]:
                yield key
                break


def _strong_beat(view: MergeView, tick: int) -> int | None:
    """Return the tick of the strong beat that a note begins on, None where it is on none."""
    near = tick + TOGETHER - 1
    bar = view.timeline.position(near).bar
    start = view.timeline.bar_start(bar)
    meter = view.timeline.meter_at(near)
    for place in strong_places(meter):
        if abs(tick - start - place) < TOGETHER:
            return start + place
    return None


def strong_places(meter: MeterChange) -> tuple[int, ...]:
    """Return the ticks of the strong beats within a bar."""
    compound = meter.numerator % 3 == 0 and meter.numerator > 3
    beats = meter.numerator // 3 if compound else meter.numerator
    if beats % 2 or beats < 4:
        return (0,)
    return (0, meter.ticks_per_bar // 2)


def _is_pitched(track: Fields) -> bool:
    return not track["percussion"] and track["role"] not in _UNPITCHED


def _is_same(note: Fields | None, merged: Fields) -> bool:
    """Tell whether a side has the note at the same place and pitch."""
    return note is not None and (note["start"], note["pitch"]) == (
        merged["start"],
        merged["pitch"],
    )


def _resolves(view: MergeView, key: str, chord: Fields) -> bool:
    """Tell whether a short note goes on by step to a note of the chord."""
    note = view.merged[key]
    beat = view.timeline.meter_at(note["start"]).ticks_per_beat
    if note["duration"] > beat:
        return False
    keys = view.notes_of(note["track"])
    end = note["start"] + note["duration"]
    tones = _tones(chord["root"], chord["quality"], chord["bass"])
    for other in keys[bisect_left(keys, view.place(key), key=view.place) + 1 :]:
        following = view.merged[other]
        if following["start"] > end + TOGETHER:
            break
        distance = abs(following["pitch"] - note["pitch"])
        if (
            following["start"] >= end - TOGETHER
            and following["start"] > note["start"]
            and 0 < distance <= _STEP
            and following["pitch"] % 12 in tones
        ):
            return True
    return False


def _warning(
    view: MergeView, track: str, chord: str, keys: list[str], *, locked: bool
) -> MergeWarning:
    fields = view.merged[chord]
    draft = Draft(view)
    if not locked:
        for key in keys:
            draft.set(key, pitch=_nearest_tone(view, draft, key, fields))
    first, last = view.merged[keys[0]]["start"], view.merged[keys[-1]]["start"]
    bars = view.bars(first, last + 1)
    names = list(dict.fromkeys(spell_pitch(view.merged[key]["pitch"]) for key in keys))
    listed = ", ".join(names[:_MOST_NAMES]) + (" and others" if len(names) > _MOST_NAMES else "")
    symbol = Chord("", 0, 1, fields["root"], fields["quality"], fields["bass"]).symbol
    return MergeWarning(
        id=f"chord_clash:{track}:{chord}" + (":locked" if locked else ""),
        kind="chord_clash",
        message=f"{view.track_name(track)}, {said(bars)}: {listed} "
        f"{'lies' if len(names) == 1 else 'lie'} outside the chord {symbol}"
        + ("; locked" if locked else ""),
        bars=bars,
        entity_ids=(*keys, chord),
        blocking=False,
        fix=draft.changes(),
        fix_words="" if locked else f"Move to the nearest note of {symbol}",
    )


def _nearest_tone(view: MergeView, draft: Draft, key: str, chord: Fields) -> int:
    """Return the nearest chord tone, where there is one that no other note sounds already."""
    note = view.merged[key]
    tones = _tones(chord["root"], chord["quality"], chord["bass"])
    choices = [
        pitch
        for distance in range(1, 12)
        for pitch in (note["pitch"] - distance, note["pitch"] + distance)
        if PITCH_MIN <= pitch <= PITCH_MAX and pitch % 12 in tones
    ]
    keys = view.notes_of(note["track"])
    first = bisect_left(keys, (note["start"] - _LONG_AGO, 0, ""), key=view.place)
    last = bisect_left(keys, (note["start"] + note["duration"], 0, ""), key=view.place)
    taken = {
        fields["pitch"]
        for other in keys[first:last]
        if (fields := draft.get(other)) is not None
        and note["start"] < fields["start"] + fields["duration"]
    }
    return next((pitch for pitch in choices if pitch not in taken), choices[0])
