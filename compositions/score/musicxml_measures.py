"""Reads the measures of one MusicXML part into notes and events with times in ticks.

Times count from the beginning of the measure; where a measure is played is decided later
(:mod:`compositions.score.musicxml_repeats`).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from compositions.score import musicxml_names as names
from compositions.score.document import TICKS_PER_QUARTER
from compositions.score.errors import MusicXmlError
from compositions.score.harmony import pitch_class
from compositions.score.limits import MAX_NOTES, MAX_TICKS
from compositions.score.musicxml_rhythm import TYPE_TICKS

_GRACE_TICKS = 60
_MAX_DIVISIONS = 1_000_000
_DEFAULT_VELOCITY = 80
_LETTERS = "CDEFGAB"
_UNHEARD = {
    "slide": "slide", "glissando": "glissando", "tremolo": "tremolo", "arpeggiate": "arpeggio",
    "ornaments": "ornament", "articulations": "articulation", "fermata": "fermata",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Words:
    """One verse on a note: text, whether its word goes on, whether a line of words ends."""

    verse: str
    text: str
    continues: bool
    ends_line: bool
    id: str | None


@dataclass(frozen=True, slots=True)
class ReadNote:
    """A note as read; ``attack`` and ``release`` are already in ticks."""

    start: int
    end: int
    pitch: int
    velocity: int
    percussion: bool
    instrument: str
    voice: str
    attack: int
    release: int
    starts_tie: bool
    stops_tie: bool
    id: str | None
    words: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """A direction, harmony, sound or key with its tick.

    ``fifths`` is how far its note names lie from those that sound, on the line of fifths.
    """

    tick: int
    element: Any
    fifths: int


@dataclass(slots=True)
class Measure:
    """What happens in one measure of one part.

    ``length`` is where its last note or rest ends, ``sounding`` where its last note does.
    ``meter`` is the time signature in force, ``is_meter_named`` whether it is written here.
    """

    length: int = 0
    sounding: int = 0
    meter: tuple[int, int] = (4, 4)
    is_meter_named: bool = False
    meter_id: str | None = None
    notes: list[ReadNote] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    keys: list[Event] = field(default_factory=list)

    @property
    def nominal(self) -> int:
        """Ticks of a full measure."""
        return self.meter[0] * TICKS_PER_QUARTER * 4 // self.meter[1]


class PartReader:
    """Reads the measures of one part in the order of the file."""

    def __init__(self, drums: dict[str, int], repairs: Counter[str]) -> None:
        self._drums = drums
        self._repairs = repairs
        self._divisions = 1
        self._transpose = 0
        self._velocity = _DEFAULT_VELOCITY
        self._meter = (4, 4)
        self._count = 0
        self._graces: list[ReadNote] = []

    def read(self, elements: list[etree._Element]) -> list[Measure]:
        """Return all measures. Raises :class:`MusicXmlError` beyond a limit."""
        return [self._measure(element) for element in elements]

    def _measure(self, element: etree._Element) -> Measure:
        measure = Measure()
        position, reach, chord_start = 0, 0, 0
        for child in element.iterchildren():
            tag = child.tag
            if tag == "note":
                duration = self._duration(child)
                if child.find("chord") is not None:
                    self._note(measure, child, chord_start, duration)
                    continue
                chord_start = position
                self._note(measure, child, position, duration)
                position += duration
            elif tag == "backup":
                position = max(0, position - self._duration(child))
                self._lay_graces(measure, position)
            elif tag == "forward":
                position += self._duration(child)
            elif tag == "attributes":
                self._attributes(measure, child, self._ticks(position))
            elif tag in ("direction", "harmony", "sound"):
                self._event(measure, child, position)
            reach = max(reach, position)
            if self._ticks(reach) > MAX_TICKS:
                raise MusicXmlError("The score is longer than a song can be.")
        self._lay_graces(measure, position)
        measure.meter = self._meter
        measure.length = self._ticks(reach) or measure.nominal
        measure.sounding = max((note.end for note in measure.notes), default=0)
        return measure

    # -- Time -----------------------------------------------------------------------------

    def _duration(self, element: etree._Element) -> int:
        """Return a duration in the file's divisions times 2**10, so that fractions add up."""
        if element.find("grace") is not None:
            return 0
        value = number(element.findtext("duration"))
        if value is None:
            if element.tag == "note":
                self._repairs["note without a duration"] += 1
            return 0
        return max(0, round(min(value, MAX_TICKS * _MAX_DIVISIONS) * 1024))

    def _ticks(self, position: int) -> int:
        whole = self._divisions * 1024
        return (2 * position * TICKS_PER_QUARTER + whole) // (2 * whole)

    def _attributes(self, measure: Measure, element: etree._Element, tick: int) -> None:
        divisions = number(element.findtext("divisions"))
        if divisions is not None and 0 < divisions <= _MAX_DIVISIONS:
            self._divisions = max(1, round(divisions))
            if divisions != self._divisions:
                self._repairs["fraction of a division, rounded"] += 1
        for time in element.iterchildren("time"):
            meter = self._read_meter(time)
            if meter is not None:
                self._meter = meter
                measure.is_meter_named = True
                measure.meter_id = names.entity_id(time.get("id"))
        transpose = element.find("transpose")
        if transpose is not None:
            chromatic = number(transpose.findtext("chromatic")) or 0
            octaves = number(transpose.findtext("octave-change")) or 0
            self._transpose = round(max(-120, min(120, chromatic + 12 * octaves)))
        for key in element.iterchildren("key"):
            measure.keys.append(Event(tick, key, self._fifths()))

    def _fifths(self) -> int:
        """How far sounding names lie from written ones: -2 for an instrument in B flat."""
        return (self._transpose * 7 + 6) % 12 - 6

    def _read_meter(self, time: etree._Element) -> tuple[int, int] | None:
        pairs = []
        for beats, kind in zip(time.findall("beats"), time.findall("beat-type"), strict=False):
            try:
                count = sum(int(part) for part in (beats.text or "").split("+"))
                unit = int(kind.text or "")
            except ValueError:
                return None
            pairs.append((count, unit))
        units = [unit for _, unit in pairs]
        if not pairs or any(unit not in (1, 2, 4, 8, 16, 32, 64) for unit in units):
            if pairs:
                self._repairs["time signature left out"] += 1
            return None
        unit = max(units)
        beats_in_all = sum(count * (unit // own) for count, own in pairs)
        if not 1 <= beats_in_all <= 32:
            self._repairs["time signature left out"] += 1
            return None
        return beats_in_all, unit

    # -- Notes ----------------------------------------------------------------------------

    def _note(
        self, measure: Measure, element: etree._Element, position: int, duration: int
    ) -> None:
        if element.find("rest") is not None:
            self._lay_graces(measure, position)
            return
        if element.find("cue") is not None:
            self._repairs["cue note left out"] += 1
            return
        self._count += 1
        if self._count > MAX_NOTES:
            raise MusicXmlError(f"The score has more than {MAX_NOTES} notes.")
        pitch, percussion = self._pitch(element)
        if pitch is None:
            return
        grace = element.find("grace") is not None
        if not grace and element.find("chord") is None:
            self._lay_graces(measure, position)
        start, end = self._ticks(position), self._ticks(position + duration)
        ties = {tie.get("type") for tie in element.findall("tie")} or {
            tied.get("type") for tied in element.findall("notations/tied")
        }
        dynamics = number(element.get("dynamics"))
        instrument = element.find("instrument")
        note = ReadNote(
            start=start,
            end=end,
            pitch=pitch,
            velocity=self._velocity if dynamics is None else names.velocity_from_dynamics(dynamics),
            percussion=percussion,
            instrument=instrument.get("id", "") if instrument is not None else "",
            voice=element.findtext("voice", ""),
            attack=self._shift(element.get("attack")),
            release=self._shift(element.get("release")),
            starts_tie="start" in ties,
            stops_tie="stop" in ties,
            id=names.entity_id(element.get("id")),
            words=() if grace else tuple(self._words(element)),
        )
        self._count_unheard(element)
        if grace:
            self._graces.append(note)
        elif end > start:
            measure.notes.append(note)

    def _shift(self, text: str | None) -> int:
        value = number(text)
        if not value:
            return 0
        value = max(-1e6, min(1e6, value))
        return round(value * TICKS_PER_QUARTER / self._divisions)

    def _pitch(self, element: etree._Element) -> tuple[int | None, bool]:
        instrument = element.find("instrument")
        drum = self._drums.get(instrument.get("id", "")) if instrument is not None else None
        unpitched = element.find("unpitched")
        if unpitched is not None:
            if drum is None:
                drum = self._drum_on_staff(element, unpitched)
            return drum, True
        written = element.find("pitch")
        if written is None:
            return None, False
        step = (written.findtext("step") or "").strip()
        octave = number(written.findtext("octave"))
        alter = number(written.findtext("alter")) or 0
        if step not in tuple(_LETTERS) or octave is None or abs(alter) > 24 or abs(octave) > 20:
            self._repairs["note without a readable pitch, left out"] += 1
            return None, False
        if alter != round(alter):
            self._repairs["quarter tone, rounded to a semitone"] += 1
        pitch = (round(octave) + 1) * 12 + pitch_class(step) + math.floor(alter + 0.5)
        pitch += self._transpose
        exact = next(
            (
                number(play.text)
                for play in element.findall("play/other-play")
                if play.get("type") == names.PITCH_PLAY
            ),
            None,
        )
        if exact is not None and 0 <= exact <= 127 and (exact - pitch) % 12 == 0:
            pitch = int(exact)
        if not 0 <= pitch <= 127:
            self._repairs["note beyond the range of MIDI, left out"] += 1
            return None, False
        return pitch, False

    def _drum_on_staff(self, element: etree._Element, unpitched: etree._Element) -> int:
        if len(self._drums) == 1:
            return next(iter(self._drums.values()))
        self._repairs["drum without a MIDI number, taken from its place on the staff"] += 1
        step = (unpitched.findtext("display-step") or "C").strip()
        octave = number(unpitched.findtext("display-octave"))
        cross = (element.findtext("notehead") or "").strip() in ("x", "circle-x", "cross")
        return names.drum_at(step, round(octave) if octave is not None else 5, cross=cross)

    def _lay_graces(self, measure: Measure, position: int) -> None:
        """Give grace notes their time: right before the note or rest that they lean on."""
        graces, self._graces = self._graces, []
        if not graces:
            return
        self._repairs["grace note, read as a short note before the beat"] += len(graces)
        tick = self._ticks(position)
        room = min(_GRACE_TICKS, tick // len(graces)) or _GRACE_TICKS
        start = tick - room * len(graces) if tick >= room * len(graces) else tick
        for place, grace in enumerate(graces):
            begin = start + place * room
            measure.notes.append(
                ReadNote(
                    begin, begin + room, grace.pitch, grace.velocity, grace.percussion,
                    grace.instrument, grace.voice, 0, 0, False, False, grace.id, (),
                )
            )  # fmt: skip

    def _words(self, element: etree._Element) -> Iterator[Words]:
        for lyric in element.iterchildren("lyric"):
            texts: list[str] = []
            for child in lyric.iterchildren("text", "elision"):
                text = child.text or ""
                texts.append(text if child.tag == "text" else text or " ")
            if lyric.find("text") is None:
                continue
            syllabics = lyric.findall("syllabic")
            last = (syllabics[-1].text or "") if syllabics else "single"
            yield Words(
                lyric.get("number", "1"),
                "".join(texts),
                last.strip() in ("begin", "middle"),
                lyric.find("end-line") is not None or lyric.find("end-paragraph") is not None,
                names.entity_id(lyric.get("id")),
            )

    def _count_unheard(self, element: etree._Element) -> None:
        for notations in element.iterchildren("notations"):
            for child in notations.iterchildren():
                what = _UNHEARD.get(str(child.tag))
                if what is not None:
                    self._repairs[f"{what} not played"] += 1

    # -- Events ---------------------------------------------------------------------------

    def _event(self, measure: Measure, element: etree._Element, position: int) -> None:
        offset = number(element.findtext("offset")) or 0
        place = position + round(max(-1e9, min(1e9, offset)) * 1024)
        tick = max(0, self._ticks(max(0, place)))
        sound = element if element.tag == "sound" else element.find("sound")
        dynamics = number(sound.get("dynamics")) if sound is not None else None
        if dynamics is not None:
            self._velocity = names.velocity_from_dynamics(dynamics)
        else:
            for mark in element.iterfind("direction-type/dynamics/*"):
                self._velocity = names.DYNAMICS.get(str(mark.tag), self._velocity)
        if element.find("direction-type/wedge") is not None:
            self._repairs["hairpin not played"] += 1
        measure.events.append(Event(tick, element, self._fifths()))


def number(text: str | None) -> float | None:
    """Return the finite number in a text, or None."""
    if text is None or len(text) > 60:
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def metronome_bpm(mark: etree._Element) -> float | None:
    """Return quarter notes per minute of a ``<metronome>``, None when it does not say."""
    unit = TYPE_TICKS.get((mark.findtext("beat-unit") or "").strip())
    digits = "".join(
        character if character.isdigit() or character == "." else " "
        for character in mark.findtext("per-minute") or ""
    ).split()
    value = number(digits[0]) if digits else None
    if unit is None or not value or len(mark.findall("beat-unit")) > 1:
        return None
    ticks: float = unit
    for place in range(min(3, len(mark.findall("beat-unit-dot")))):
        ticks += unit / 2 ** (place + 1)
    return value * ticks / TICKS_PER_QUARTER
