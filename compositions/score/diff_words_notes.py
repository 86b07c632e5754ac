"""Notes told in words: one sentence for what was done to many of them in one go."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from compositions.score.diff import SET
from compositions.score.diff_words_facts import Comparison, Fact, Item, Rank, Side, told
from compositions.score.diff_words_performance import performance_groups
from compositions.score.diff_words_phrases import bars_words, clusters, count, octaves, signed
from compositions.score.diff_words_timing import (
    Phrase,
    moved,
    other_lengths,
    resized,
    retimed,
    stretched,
)
from compositions.score.entities import Fields, Kind
from compositions.score.harmony import scale_pitch_classes
from compositions.score.performed import LAYER

_MOST_RUNS = 6
_INTERVALS = ("second", "third", "fourth", "fifth", "sixth", "seventh")

Recognise = Callable[[Comparison, Sequence[Item]], Phrase | None]
Group = tuple[Phrase, list[Item]]


@dataclass(frozen=True, slots=True)
class _Dimension:
    """A field of notes: how changes of it are recognised, told otherwise, and alike.

    ``uniform`` returns a phrase for changes of one sort or None, ``general`` one for any;
    ``likeness`` is equal for changes of one sort. ``now`` says whether the notes are where
    they are now, or where they were.
    """

    field: str
    uniform: Recognise
    general: Callable[[Comparison, Sequence[Item]], Phrase]
    likeness: Callable[[Item], Hashable]
    now: bool = True


def tell_changed_notes(comparison: Comparison) -> None:
    """Tell what was set on notes that are there before and after."""
    _tell_new_homes(comparison)
    _tell_stretched(comparison)
    for dimension in _DIMENSIONS:
        for track, items in _by_track(comparison, dimension.field).items():
            for phrase, group in _grouped(comparison, items, dimension):
                _tell_group(comparison, track, dimension, phrase, group)
    for track, items in _by_track(comparison, *LAYER).items():
        for phrase, group in performance_groups(items):
            _tell_group(comparison, track, _PERFORMANCE, phrase, group)
    _tell_locked(comparison)


def _tell_stretched(comparison: Comparison) -> None:
    """Tell of notes played faster or slower: their first may begin where it did."""
    dimension = _DIMENSIONS[1]
    for track, items in _by_track(comparison, "start", "duration").items():
        for run in _runs(comparison, items, dimension):
            phrase = stretched(run)
            if phrase:
                _tell_group(comparison, track, dimension, phrase, run)


def _by_track(comparison: Comparison, *fields: str) -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = defaultdict(list)
    for item in comparison.of(Kind.NOTE, SET):
        if any(field in item.names for field in fields):
            found[item.new["track"]].append(item)
    return found


def _grouped(comparison: Comparison, items: list[Item], dimension: _Dimension) -> list[Group]:
    """Split changed notes of a track into what was done alike, and the rest."""
    phrase = dimension.uniform(comparison, items)
    if phrase:
        return [(phrase, items)]
    groups: dict[Phrase, list[Item]] = {}
    rest = items
    runs = _runs(comparison, items, dimension)
    if 1 < len(runs) <= _MOST_RUNS:
        rest = []
        for run in runs:
            phrase = dimension.uniform(comparison, run) if len(run) > 1 else None
            if phrase:
                groups.setdefault(phrase, []).extend(run)
            else:
                rest += run
    if rest:
        alike, some = Counter(dimension.likeness(item) for item in rest).most_common(1)[0]
        if some > 2 and some * 2 > len(rest) > some:
            same = [item for item in rest if dimension.likeness(item) == alike]
            phrase = dimension.uniform(comparison, same)
            if phrase:
                groups.setdefault(phrase, []).extend(same)
                rest = [item for item in rest if dimension.likeness(item) != alike]
    found = list(groups.items())
    if rest:
        phrase = dimension.uniform(comparison, rest)
        found.append((phrase or dimension.general(comparison, rest), rest))
    return found


def _runs(comparison: Comparison, items: list[Item], dimension: _Dimension) -> list[list[Item]]:
    """Split notes where two bars or more between them have none."""
    side = comparison.after if dimension.now else comparison.before
    bars = {item.id: side.bar(_fields(item, now=dimension.now)["start"]) for item in items}
    runs = clusters(sorted(set(bars.values())))
    place = {bar: number for number, (low, high) in enumerate(runs) for bar in range(low, high + 1)}
    found: list[list[Item]] = [[] for _ in runs]
    for item in items:
        found[place[bars[item.id]]].append(item)
    return found


def _fields(item: Item, *, now: bool) -> Fields:
    return item.new if now else item.old


def _tell_group(
    comparison: Comparison, track: str, dimension: _Dimension, phrase: Phrase, items: list[Item]
) -> None:
    side = comparison.after if dimension.now else comparison.before
    home = track if dimension.now else items[0].old["track"]
    place = side.place(
        [_fields(item, now=dimension.now)["start"] for item in items], side.starts(home)
    )
    complete = place.complete and len(items) > 1
    words = phrase.words
    if phrase.far and place.words:
        bars = sorted({comparison.after.bar(item.new["start"]) for item in items})
        words += f" to {bars_words([(bars[0], bars[-1])])}"
    comparison.tell(
        Fact(
            Rank.NOTES,
            Kind.NOTE,
            SET,
            _filled(comparison.after, words, items, complete=complete),
            told(items, dimension.field, *phrase.also),
            subjects=[comparison.after.name(track)],
            place=place.words,
            bars=place.bars,
            tracks=[track],
            joins=True,
            counted=not complete or "{all}" in phrase.words,
            bare=_filled(comparison.after, words, items, complete=True),
        )
    )


def _filled(side: Side, words: str, items: Sequence[Item], *, complete: bool) -> str:
    """Fill the gaps of a phrase (see :class:`Phrase`)."""
    which = count(len(items), "note")
    if len(items) == 1:
        which = side.pitch_name(items[0].new) or which
    return words.format(
        notes="" if complete else f"{which} ",
        all=f"{which} ",
        of="" if complete else f" of {which}",
        s="" if len(items) == 1 else "s",
        ies="y" if len(items) == 1 else "ies",
    )


def _tell_new_homes(comparison: Comparison) -> None:
    """Tell of notes that are on another track now."""
    after = comparison.after
    ways: dict[tuple[str, str], list[Item]] = defaultdict(list)
    for item in comparison.of(Kind.NOTE, SET):
        if "track" in item.names:
            ways[item.old["track"], item.new["track"]].append(item)
    for (source, target), items in ways.items():
        place = after.place([item.new["start"] for item in items], after.starts(target))
        names = f"{comparison.before.name(source)} to {after.name(target)}"
        comparison.tell(
            Fact(
                Rank.NOTES,
                Kind.NOTE,
                SET,
                _filled(after, "{all}moved from ", items, complete=False) + names,
                told(items, "track"),
                place=place.words,
                bars=place.bars,
                tracks=[target],
            )
        )


def _tell_locked(comparison: Comparison) -> None:
    after = comparison.after
    for track, items in _by_track(comparison, "locked").items():
        for locked in (True, False):
            some = [item for item in items if item.new.get("locked", False) is locked]
            if not some:
                continue
            place = after.place([item.new["start"] for item in some], after.starts(track))
            words = _filled(after, "{all}", some, complete=False)
            comparison.tell(
                Fact(
                    Rank.LOCKS,
                    Kind.NOTE,
                    SET,
                    f"{words}{'locked' if locked else 'unlocked'} in {after.name(track)}",
                    told(some, "locked"),
                    place=place.words,
                    bars=place.bars,
                    tracks=[track],
                )
            )


def _transposed(comparison: Comparison, items: Sequence[Item]) -> Phrase | None:
    """Recognise one interval, in semitones or in steps of the key."""
    if _is_drum(comparison, items[0]):
        return None
    if len(items) == 1:
        return Phrase(f"{{notes}}was {comparison.before.pitch_name(items[0].old)}")
    steps = {item.step("pitch") for item in items}
    if len(steps) == 1:
        step = steps.pop()
        return Phrase(f"{{notes}}transposed {signed(step)}{octaves(step)}")
    if len(items) < 3:
        return None
    step = _degree_step(comparison, items[0]) or 0
    if not 0 < abs(step) <= len(_INTERVALS):
        return None
    if any(_degree_step(comparison, item) != step for item in items):
        return None
    way = "up" if step > 0 else "down"
    return Phrase(f"{{notes}}moved {way} a {_INTERVALS[abs(step) - 1]} in the key")


_scale = lru_cache(maxsize=256)(scale_pitch_classes)


def _is_drum(comparison: Comparison, item: Item) -> bool:
    strip = comparison.after.entities.get(item.new["track"], {})
    return bool(strip.get("percussion"))


def _degree_step(comparison: Comparison, item: Item) -> int | None:
    """Steps of the scale between the old and the new pitch, None off the scale."""
    places = []
    for side, fields in ((comparison.before, item.old), (comparison.after, item.new)):
        scale = _scale(*side.key_at(fields["start"]))
        octave, inside = divmod(fields["pitch"] - scale[0], 12)
        degrees = [(pitch - scale[0]) % 12 for pitch in scale]
        if len(scale) != 7 or inside not in degrees:
            return None
        places.append(7 * octave + degrees.index(inside))
    return places[1] - places[0]


def _other_pitches(comparison: Comparison, items: Sequence[Item]) -> Phrase:
    if _is_drum(comparison, items[0]):
        return Phrase("{all}moved to " + ("another drum" if len(items) == 1 else "other drums"))
    if all(item.step("pitch") > 0 for item in items):
        return Phrase("{all}raised")
    if all(item.step("pitch") < 0 for item in items):
        return Phrase("{all}lowered")
    return Phrase("{all}at other pitches")


def _louder(comparison: Comparison, items: Sequence[Item]) -> Phrase | None:
    """Recognise velocities that were all changed or set alike."""
    if len(items) == 1:
        item = items[0]
        return Phrase(f"velocity{{of}} {item.new['velocity']}, was {item.old['velocity']}")
    steps = {item.step("velocity") for item in items}
    if len(steps) == 1:
        return Phrase(f"velocit{{ies}}{{of}} {signed(steps.pop())}")
    values = {item.new["velocity"] for item in items}
    if len(values) == 1:
        return Phrase(f"velocit{{ies}}{{of}} set to {values.pop()}")
    return None


def _on_average(comparison: Comparison, items: Sequence[Item]) -> Phrase:
    mean = sum(item.step("velocity") for item in items) / len(items)
    amount = round(abs(mean))
    if amount:
        way = "louder" if mean > 0 else "softer"
        return Phrase(f"velocities{{of}} {way} by {amount} on average")
    return Phrase("velocities of {all}varied")


_DIMENSIONS = (
    _Dimension("pitch", _transposed, _other_pitches, lambda item: item.step("pitch")),
    _Dimension("start", moved, retimed, lambda item: item.step("start"), now=False),
    _Dimension("duration", resized, other_lengths, lambda item: item.step("duration"), now=False),
    _Dimension("velocity", _louder, _on_average, lambda item: item.step("velocity")),
)

_PERFORMANCE = _Dimension(
    "timing",
    lambda _, items: performance_groups(items)[0][0],
    lambda _, items: performance_groups(items)[0][0],
    lambda item: item.new.get("timing", 0),
)
