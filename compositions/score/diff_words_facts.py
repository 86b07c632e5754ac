"""What the sentences of a diff are made of: sides, changed items, places and facts."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from typing import Any

from compositions.score.diff import ADD, REMOVE, Change
from compositions.score.diff_words_phrases import bars_words, clusters, listing, short
from compositions.score.document import MeterChange, Mode, Score
from compositions.score.entities import SECTION_KIND, Entities, Fields, Kind
from compositions.score.general_midi import instrument_name
from compositions.score.harmony import spell_pitch
from compositions.score.timeline import Timeline

Bars = tuple[int, int]
WHOLE_ENTITY = "*"
"""Stands for all fields of what was added or removed."""
_MOST_RANGES = 3


class Rank(IntEnum):
    """How much a musician cares, most first."""

    FORM = 0
    TIMELINE = 1
    TRACKS = 2
    NOTES = 3
    CHORDS = 4
    LYRICS = 5
    MIXER = 6
    AUTOMATION = 7
    NAMES = 8
    LOCKS = 9
    REST = 10


class Item:
    """One change with all fields of both sides; ``names`` are the fields not yet told."""

    __slots__ = ("action", "id", "kind", "names", "new", "old")

    def __init__(self, change: Change, before: Entities, after: Entities) -> None:
        self.id = change.entity_id
        self.kind = change.kind
        self.action = change.action
        self.old: Fields = change.before or {}
        self.new: Fields = change.after or {}
        self.names = {WHOLE_ENTITY}
        if change.action not in (ADD, REMOVE):
            self.names = self.old.keys() | self.new.keys()
            self.old = before.get(self.id, self.old)
            self.new = after.get(self.id, self.new)

    @property
    def fields(self) -> Fields:
        """The fields as they are now, of what was removed as they were."""
        return self.old if self.action == REMOVE else self.new

    def step(self, name: str) -> Any:
        """New less old value of a field."""
        return self.new[name] - self.old[name]


@dataclass(slots=True)
class Place:
    """Where something is: words ("" for everywhere), bars, and whether nothing there is left
    out."""

    words: str
    bars: Bars
    complete: bool


@dataclass(slots=True)
class Fact:
    """A sentence in the making: "subjects, place: phrase", or "phrase, place" without subjects
    (and "subjects phrase" of the mixer).

    Facts that ``join`` are told together where subjects and place are the same, and those that
    do not count notes (``counted``) also where phrase and place are.
    """

    rank: Rank
    kind: str
    action: str
    phrase: str
    ids: list[str]
    subjects: list[str] = field(default_factory=list)
    place: str = ""
    bars: Bars | None = None
    tracks: list[str] = field(default_factory=list)
    joins: bool = False
    counted: bool = False
    bare: str = ""
    """The phrase without saying which notes, for after another phrase about the same ones."""

    @property
    def text(self) -> str:
        """The sentence."""
        subject = listing(self.subjects)
        if subject and self.rank == Rank.MIXER:
            return f"{subject} {self.phrase}"
        if subject:
            where = f"{subject}, {self.place}" if self.place else subject
            return f"{where}: {self.phrase}"
        return f"{self.phrase}, {self.place}" if self.place else self.phrase


class Side:
    """One of the two scores, with what the words need to know of it."""

    def __init__(self, entities: Entities) -> None:
        self.entities = entities
        self.kinds: dict[str, dict[str, Fields]] = {kind.value: {} for kind in Kind}
        self._starts: dict[str, list[int]] = defaultdict(list)
        for key, fields in entities.items():
            if fields["kind"] == Kind.NOTE:
                self._starts[fields["track"]].append(fields["start"])
            else:
                self.kinds[fields["kind"]][key] = fields
        self._sorted: set[str] = set()
        self._bars: dict[int, int] = {}

    @cached_property
    def timeline(self) -> Timeline:
        """The bars of this side."""
        meters = [
            MeterChange(key, fields["tick"], fields["numerator"], fields["denominator"])
            for key, fields in self.kinds[Kind.METER].items()
        ]
        return Timeline(Score(meters=tuple(meters)))

    @cached_property
    def sections(self) -> list[str]:
        """Ids of the sections in time order."""
        return self._in_time(Kind.SECTION)

    @cached_property
    def section_starts(self) -> list[int]:
        """Where the sections begin."""
        return [self.entities[key]["start"] for key in self.sections]

    @cached_property
    def chord_starts(self) -> list[int]:
        """Where the chords begin."""
        return sorted(fields["start"] for fields in self.kinds[Kind.CHORD].values())

    @cached_property
    def tracks(self) -> list[str]:
        """Ids of the tracks in the musician's order."""
        strips = self.kinds[Kind.TRACK]
        return sorted(strips, key=lambda key: (strips[key].get("position", 0.0), key))

    @cached_property
    def keys(self) -> list[str]:
        """Ids of the key changes in time order."""
        strips = self.kinds[Kind.KEY]
        return sorted(strips, key=lambda key: (strips[key]["tick"], key))

    @cached_property
    def _key_ticks(self) -> list[int]:
        return [self.entities[key]["tick"] for key in self.keys]

    @cached_property
    def _labels(self) -> dict[str, int]:
        labels: dict[str, int] = defaultdict(int)
        for key in self.sections:
            labels[self._plain_label(key)] += 1
        return labels

    @cached_property
    def _names(self) -> dict[str, str]:
        names = [self._plain_name(key) for key in self.tracks]
        return {
            key: name if names.count(name) == 1 else f"{name} (track {number})"
            for number, (key, name) in enumerate(zip(self.tracks, names, strict=True), start=1)
        }

    def _in_time(self, kind: Kind) -> list[str]:
        found = self.kinds[kind]
        return sorted(found, key=lambda key: (found[key]["start"], key))

    def _plain_label(self, key: str) -> str:
        fields = self.entities[key]
        return short(fields.get("label", "") or fields.get(SECTION_KIND, "") or "section")

    def _plain_name(self, key: str) -> str:
        strip = self.entities[key]
        return short(strip.get("name", "")) or instrument(strip)

    def label(self, key: str) -> str:
        """What a section is called, with its bar where others are called the same."""
        label = self._plain_label(key)
        if self._labels[label] == 1:
            return label
        return f"{label} (bar {self.bar(self.entities[key]['start'])})"

    def name(self, track_id: str) -> str:
        """What a track is called, with its number where others are called the same."""
        return self._names.get(track_id, "no track")

    def starts(self, track_id: str) -> list[int]:
        """Where the notes of a track begin, in time order."""
        starts = self._starts[track_id]
        if track_id not in self._sorted:
            starts.sort()
            self._sorted.add(track_id)
        return starts

    def note_count(self, track_id: str) -> int:
        """Notes of a track."""
        return len(self._starts.get(track_id, ()))

    def notes_between(self, start: int, end: int, tracks: Iterable[str]) -> int:
        """Notes of the tracks that begin from ``start`` to before ``end``."""
        return sum(between(self.starts(track_id), start, end) for track_id in tracks)

    def bar(self, tick: int) -> int:
        """The bar, from 1, that a tick is in."""
        bar = self._bars.get(tick)
        if bar is None:
            bar = self._bars[tick] = self.timeline.position(tick).bar
        return bar

    def span_bars(self, fields: Fields) -> Bars:
        """First and last bar of a section or chord."""
        start = fields["start"]
        return self.bar(start), self.bar(max(start, start + fields["duration"] - 1))

    def bar_ticks(self, ticks: Iterable[int]) -> int:
        """Length of a bar where ``ticks`` are, 0 where they differ."""
        lengths = {self.timeline.meter_at(tick).ticks_per_bar for tick in ticks}
        return lengths.pop() if len(lengths) == 1 else 0

    def section_at(self, tick: int, upbeat: int = 0) -> str:
        """The section that begins last before or at ``tick`` (+ ``upbeat``), "" for none."""
        place = bisect_right(self.section_starts, tick + upbeat) - 1
        return self.sections[place] if place >= 0 else ""

    def key_at(self, tick: int) -> tuple[str, Mode]:
        """Tonic and mode in force at a tick."""
        place = max(0, bisect_right(self._key_ticks, tick) - 1)
        if not self.keys:
            return "C", Mode.MAJOR
        fields = self.entities[self.keys[place]]
        return fields["tonic"], Mode(fields["mode"])

    def pitch_name(self, note: Fields) -> str:
        """A note's pitch as its key spells it; drums have none."""
        if self.entities.get(note["track"], {}).get("percussion"):
            return ""
        return spell_pitch(note["pitch"], *self.key_at(note["start"]))

    def place(self, ticks: Sequence[int], starts: Sequence[int]) -> Place:
        """Say where things at ``ticks`` are among all of their sort, which begin at ``starts``.

        A section is named where all that begins in it is meant, or just its bars.
        """
        first, last = min(ticks), max(ticks)
        numbers = sorted({self.bar(tick) for tick in ticks})
        bars = (numbers[0], numbers[-1])
        if len(ticks) == len(starts) > 1:
            return Place("", bars, complete=True)
        runs = clusters(numbers)
        if len(runs) > _MOST_RANGES:
            runs = [bars]
        complete = len(ticks) == sum(
            between(starts, self.timeline.bar_start(low), self.timeline.bar_start(high + 1))
            for low, high in runs
        )
        key = self.section_at(first)
        if key and len(ticks) > 1 and self._labels[self._plain_label(key)] == 1:
            section = self.entities[key]
            end = section["start"] + section["duration"]
            all_there = between(starts, section["start"], end) == len(ticks)
            if last < end and (all_there or self.span_bars(section) == bars):
                return Place(self._plain_label(key), self.span_bars(section), all_there)
        return Place(bars_words(runs), bars, complete)


def between(values: Sequence[int], start: int, end: int) -> int:
    """How many of the sorted values are from ``start`` to before ``end``."""
    return bisect_left(values, end) - bisect_left(values, start)


def instrument(strip: Fields) -> str:
    """The instrument of a track: its preset, or the General MIDI name."""
    preset = short(strip.get("preset", ""))
    percussion = bool(strip.get("percussion"))
    return preset or instrument_name(strip.get("program", 0), percussion=percussion)


class Comparison:
    """Two scores and the changes between them, while they are being told."""

    def __init__(self, before: Entities, after: Entities, changes: Iterable[Change]) -> None:
        self.before, self.after = Side(before), Side(after)
        self.items: dict[str, list[Item]] = {kind.value: [] for kind in Kind}
        self.facts: list[Fact] = []
        self.replaced: dict[str, str] = {}
        """Ids of chords that are gone by those of the chords in their place."""
        for change in changes:
            self.items[change.kind].append(Item(change, before, after))

    def of(self, kind: Kind, action: str = "") -> list[Item]:
        """Changed entities of a kind about which something is still to be told."""
        return [item for item in self.items[kind] if item.names and action in ("", item.action)]

    @cached_property
    def syllables_by_note(self) -> dict[str, list[Item]]:
        """Added and removed syllables by the note that carries them."""
        found: dict[str, list[Item]] = defaultdict(list)
        for item in self.items[Kind.SYLLABLE]:
            if item.action in (ADD, REMOVE):
                found[item.fields.get("note_id", "")].append(item)
        return found

    def take_syllables(self, notes: Iterable[Item]) -> list[str]:
        """Count the syllables that came and went with notes as told; return their ids."""
        taken = []
        for note in notes:
            for item in self.syllables_by_note.get(note.id, ()):
                if item.action == note.action and item.names:
                    item.names.clear()
                    taken.append(item.id)
        return taken

    def side_of(self, item: Item) -> Side:
        """The side on which an item is: the new one, unless it was removed."""
        return self.before if item.action == REMOVE else self.after

    def tell(self, fact: Fact) -> None:
        """Add a fact."""
        self.facts.append(fact)


def told(items: Iterable[Item], *names: str) -> list[str]:
    """Count fields (all without ``names``) of items as told; return the ids."""
    ids = []
    for item in items:
        if names:
            item.names.difference_update(names)
        else:
            item.names.clear()
        ids.append(item.id)
    return ids
