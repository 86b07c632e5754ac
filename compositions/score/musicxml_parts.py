"""Writes one track of a score as a part of a MusicXML file, measure by measure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from compositions.score import musicxml_elements as elements
from compositions.score import musicxml_names as names
from compositions.score.document import ELISION, TICKS_PER_QUARTER, Note, Track
from compositions.score.harmony import spell_pitch
from compositions.score.musicxml_elements import Element, add
from compositions.score.musicxml_grid import Bar, Written, beat_ticks, write_notes
from compositions.score.musicxml_rhythm import Value, values_in
from compositions.score.musicxml_sheet import Event, Sheet, sung_syllables
from compositions.score.musicxml_voices import ChordGroup, Voice, staves_of, voices_of

_TREBLE_FROM = 57
"""A part whose middle note is at least this high (A3) is written in the treble clef."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of one voice in one bar: a chord or what is tied of it, or a rest (None)."""

    start: int
    end: int
    group: ChordGroup | None


class PartWriter:
    """Writes the ``<part>`` of a track. ``events`` are what else this part shows."""

    def __init__(
        self, sheet: Sheet, track: Track, events: Sequence[Event], *, is_first: bool
    ) -> None:
        self._sheet = sheet
        self._track = track
        self._is_first = is_first
        self._staves = staves_of(track)
        written = write_notes(track.notes, sheet.bars)
        self._voices = voices_of(written, self._staves)
        self._count_losses()
        self._events = sorted(events, key=lambda event: (event.tick, event.order))
        self._next_event = 0
        self._sung = sung_syllables(sheet.score, track)
        self._spans = [_pieces(voice, sheet.bars) for voice in self._voices]

    def write(self, part: Element) -> None:
        """Fill ``part`` with its measures."""
        for index, bar in enumerate(self._sheet.bars):
            measure = add(part, "measure", number=str(bar.number))
            if bar.number == 0:
                measure.set("implicit", "yes")
            self._attributes(measure, index, bar)
            cursor = self._voice(measure, bar, 0, self._spans[0][index])
            for number in range(1, len(self._voices)):
                pieces = self._spans[number][index]
                voice = self._voices[number]
                if any(piece.group for piece in pieces) or voice.number % 4 == 1:
                    add(add(measure, "backup"), "duration", str(cursor - bar.start))
                    cursor = self._voice(measure, bar, number, pieces)
            self._late_keys(measure, bar, cursor)

    def _count_losses(self) -> None:
        losses = self._sheet.losses
        for voice in self._voices:
            for group in voice.groups:
                for entry in group.notes:
                    losses["timing"] += bool(entry.attack or entry.note.end != group.end)

    def _attributes(self, measure: Element, index: int, bar: Bar) -> None:
        score = self._sheet.score
        attributes = add(measure, "attributes")
        if index == 0:
            add(attributes, "divisions", str(TICKS_PER_QUARTER))
        if self._is_first or not self._track.percussion:
            for key in score.keys:
                if key.tick == bar.start:
                    elements.add_key(attributes, key, first=self._is_first)
        if bar.meter.tick == bar.start:
            before = self._sheet.bars[index - 1].meter if index else None
            same = before is not None and (before.numerator, before.denominator) == (
                bar.meter.numerator,
                bar.meter.denominator,
            )
            elements.add_time(attributes, bar.meter, first=self._is_first, visible=not same)
        if index == 0:
            if self._staves > 1:
                add(attributes, "staves", str(self._staves))
            for staff in range(1, self._staves + 1):
                self._clef(attributes, staff)
        if not len(attributes):
            measure.remove(attributes)

    def _clef(self, attributes: Element, staff: int) -> None:
        clef = add(attributes, "clef")
        if self._staves > 1:
            clef.set("number", str(staff))
        if self._track.percussion:
            add(clef, "sign", "percussion")
            return
        pitches = sorted(note.pitch for note in self._track.notes) or [60]
        treble = staff == 1 if self._staves > 1 else pitches[len(pitches) // 2] >= _TREBLE_FROM
        add(clef, "sign", "G" if treble else "F")
        add(clef, "line", "2" if treble else "4")

    def _late_keys(self, measure: Element, bar: Bar, cursor: int) -> None:
        """Write the key changes inside the bar, where the time of the measure stands then."""
        if self._track.percussion and not self._is_first:
            return
        for key in self._sheet.score.keys:
            if bar.start < key.tick < bar.end:
                if key.tick != cursor:
                    tag = "backup" if key.tick < cursor else "forward"
                    add(add(measure, tag), "duration", str(abs(key.tick - cursor)))
                elements.add_key(add(measure, "attributes"), key, first=self._is_first)
                cursor = key.tick
        if cursor < bar.end:
            add(add(measure, "forward"), "duration", str(bar.end - cursor))

    # -- Notes ----------------------------------------------------------------------------

    def _voice(self, measure: Element, bar: Bar, index: int, pieces: list[_Piece]) -> int:
        """Write one voice of a bar and return the tick at which it stops."""
        voice = self._voices[index]
        is_main = voice.number % 4 == 1
        if is_main and all(piece.group is None for piece in pieces):
            self._show_events(measure, bar.start, bar.end, index)
            self._rest_of_bar(measure, bar, voice)
            return bar.end
        # Other voices stop after their last chord.
        while not is_main and pieces and pieces[-1].group is None:
            pieces = pieces[:-1]
        stretches = [(piece.start, piece.end) for piece in pieces]
        last = stretches[-1][1]
        whole = stretches if last == bar.end else [*stretches, (last, bar.end)]
        for piece, values in zip(pieces, values_in(bar, whole), strict=False):
            for value in values:
                self._show_events(measure, value.start, value.end, index)
                if piece.group is None:
                    self._rest(measure, value, voice, hidden=not is_main)
                else:
                    self._chord(measure, value, voice, piece.group)
        return last

    def _show_events(self, measure: Element, start: int, end: int, voice: int) -> None:
        if voice:
            return
        events = self._events
        while self._next_event < len(events) and events[self._next_event].tick < end:
            event = events[self._next_event]
            event.write(measure, event.tick - start)
            self._next_event += 1

    def _rest_of_bar(self, measure: Element, bar: Bar, voice: Voice) -> None:
        note = add(measure, "note")
        add(note, "rest", measure="yes")
        add(note, "duration", str(bar.length))
        add(note, "voice", str(voice.number))
        self._staff(note, voice)

    def _rest(self, measure: Element, value: Value, voice: Voice, *, hidden: bool) -> None:
        if hidden and value.actual == value.normal:
            forward = add(measure, "forward")
            add(forward, "duration", str(value.end - value.start))
            add(forward, "voice", str(voice.number))
            return
        note = add(measure, "note")
        add(note, "rest")
        add(note, "duration", str(value.end - value.start))
        add(note, "voice", str(voice.number))
        self._value(note, value)
        self._staff(note, voice)
        if value.begins or value.ends:
            self._tuplet(add(note, "notations"), value)

    def _chord(self, measure: Element, value: Value, voice: Voice, group: ChordGroup) -> None:
        begins, ends = value.start == group.start, value.end == group.end
        entries = sorted(group.notes, key=lambda entry: (entry.note.pitch, entry.note.id))
        for index, entry in enumerate(entries):
            note = add(measure, "note")
            if begins:
                note.set("id", names.xml_id(entry.note.id))
                note.set("dynamics", names.dynamics_from_velocity(entry.note.velocity))
                if entry.attack:
                    note.set("attack", str(entry.attack))
            if ends and entry.note.end != group.end:
                note.set("release", str(entry.note.end - group.end))
            if index:
                add(note, "chord")
            raised = self._sound(note, entry)
            add(note, "duration", str(value.end - value.start))
            if not begins:
                add(note, "tie", type="stop")
            if not ends:
                add(note, "tie", type="start")
            if self._track.percussion:
                pitch = entry.note.pitch
                add(note, "instrument", id=instrument_id(self._track, pitch))
            add(note, "voice", str(voice.number))
            self._value(note, value)
            head = names.drum_place(entry.note.pitch)[2] if self._track.percussion else ""
            if head:
                add(note, "notehead", head)
            self._staff(note, voice)
            self._notations(note, value, begins=begins, ends=ends, is_first=index == 0)
            if begins:
                self._lyric(note, entry.note)
            if raised:
                play = add(note, "play")
                add(play, "other-play", str(entry.note.pitch), type=names.PITCH_PLAY)

    def _sound(self, note: Element, entry: Written) -> bool:
        """Add pitch or place on the staff; True when it is written higher than it sounds."""
        pitch = entry.note.pitch
        if self._track.percussion:
            step, octave, _ = names.drum_place(pitch)
            place = add(note, "unpitched")
            add(place, "display-step", step)
            add(place, "display-octave", str(octave))
            return False
        raised = pitch < names.LOWEST_WRITTEN_PITCH
        pitch += 12 * raised
        spelled = self._sheet.spelled(pitch, entry.note.start)
        if "-" in spelled:
            # B sharp below the lowest octave is the C in it.
            spelled = spell_pitch(pitch)
        elements.add_pitch(note, spelled)
        self._sheet.losses["low"] += raised
        return raised

    def _value(self, note: Element, value: Value) -> None:
        if value.type:
            add(note, "type", value.type)
        for _ in range(value.dots):
            add(note, "dot")
        if value.actual != value.normal:
            change = add(note, "time-modification")
            add(change, "actual-notes", str(value.actual))
            add(change, "normal-notes", str(value.normal))

    def _staff(self, note: Element, voice: Voice) -> None:
        if self._staves > 1:
            add(note, "staff", str(voice.staff))

    def _notations(
        self, note: Element, value: Value, *, begins: bool, ends: bool, is_first: bool
    ) -> None:
        in_tuplet = is_first and (value.begins or value.ends)
        if begins and ends and not in_tuplet:
            return
        notations = add(note, "notations")
        if not begins:
            add(notations, "tied", type="stop")
        if not ends:
            add(notations, "tied", type="start")
        if in_tuplet:
            self._tuplet(notations, value)

    def _tuplet(self, notations: Element, value: Value) -> None:
        if value.begins:
            add(notations, "tuplet", type="start")
        if value.ends:
            add(notations, "tuplet", type="stop")

    def _lyric(self, note: Element, entry: Note) -> None:
        sung = self._sung.get(entry.id)
        if sung is None:
            return
        lyric = add(note, "lyric", number="1", id=names.xml_id(sung.syllable.id))
        # Words that are sung on one note have an element each, with a tie between them.
        words = names.clean(sung.syllable.text).split(ELISION)
        for place, word in enumerate(words):
            if place:
                add(lyric, "elision", ELISION)
            add(lyric, "syllabic", _syllabic(sung.syllabic, place, len(words)))
            add(lyric, "text", word)
        if sung.is_melisma:
            add(lyric, "extend")
        if sung.ends_line:
            add(lyric, "end-line")


def _syllabic(whole: str, place: int, count: int) -> str:
    """Return how a word, one of several on a note, goes on or ends there."""
    if count == 1:
        return whole
    if place == 0 and whole in ("middle", "end"):
        return "end"
    return "begin" if place == count - 1 and whole in ("begin", "middle") else "single"


def instrument_id(track: Track, pitch: int | None = None) -> str:
    """Return the XML id of the instrument of a track, or of one drum of it."""
    return names.xml_id(track.id) + ("-i" if pitch is None else f"-i{pitch + 1}")


def _pieces(voice: Voice, bars: Sequence[Bar]) -> list[list[_Piece]]:
    """Cut the chords of a voice at the bar lines and fill what is between with rests."""
    result: list[list[_Piece]] = []
    place = 0
    groups = voice.groups
    for bar in bars:
        pieces: list[_Piece] = []
        cursor = bar.start
        while place < len(groups) and groups[place].start < bar.end:
            group = groups[place]
            start, end = max(group.start, bar.start), min(group.end, bar.end)
            if cursor < start:
                pieces += _gap(cursor, start, bar, voice)
            if start < end:
                pieces.append(_Piece(start, end, group))
            cursor = max(cursor, end)
            if group.end > bar.end:
                break
            place += 1
        if cursor < bar.end:
            pieces += _gap(cursor, bar.end, bar, voice)
        result.append(pieces)
    return result


def _gap(start: int, end: int, bar: Bar, voice: Voice) -> list[_Piece]:
    """Return the rests of a gap; in further voices beat by beat, so that whole beats are empty."""
    if voice.number % 4 == 1:
        return [_Piece(start, end, None)]
    beat = beat_ticks(bar.meter)
    borders = [
        place for place in range(bar.start, bar.end, beat) if start < place < end
    ]  # fmt: skip
    edges = [start, *borders, end]
    return [_Piece(one, other, None) for one, other in pairwise(edges)]


def empty_track() -> Track:
    """Return the track that stands for none: a MusicXML file has at least one part."""
    return replace(Track(id=names.NO_TRACKS_ID, name=""), notes=())
