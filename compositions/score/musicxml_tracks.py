"""Builds the tracks of a score from the parts of a MusicXML file: mixer, notes, controls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree

from compositions.score import musicxml_names as names
from compositions.score.document import AutomationPoint, Note, Track, TrackRole
from compositions.score.general_midi import instrument_name, usual_role
from compositions.score.limits import (
    CONTROLLER_MAX,
    MAX_NAME_LENGTH,
    PITCH_BEND_MAX,
    PITCH_BEND_MIN,
)
from compositions.score.midi_names import PITCH_BEND
from compositions.score.midi_names import number as limited
from compositions.score.midi_names import role as known_role
from compositions.score.musicxml_measures import Measure, ReadNote, Words, number
from compositions.score.note_repair import separate_overlaps

_PERCUSSION_CHANNEL = 10
_BANK_SELECT = (0, 32)
Order = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the file: what the list of parts says of it, and its measures."""

    element: etree._Element | None
    measures: list[Measure]


@dataclass(slots=True)
class SungNote:
    """The words of a note with its id, track and first tick, and which time it is played."""

    note_id: str
    track_id: str
    start: int
    time: int
    words: tuple[Words, ...]


@dataclass(slots=True)
class _Heard:
    """A note in the making: ties are joined to it."""

    note: ReadNote
    start: int
    end: int
    release: int
    time: int
    is_open: bool
    words: tuple[Words, ...] = field(default=())


class TrackBuilder:
    """Builds tracks; ``order`` and ``starts`` say which measures are played when."""

    def __init__(
        self,
        fields: Mapping[str, str | None],
        repairs: Counter[str],
        fresh: Callable[[str | None], str],
        order: Order,
        starts: Sequence[int],
        *,
        own: bool,
    ) -> None:
        self._exact = names.read_json_field(fields.get(names.TRACKS_FIELD))
        self._repairs = repairs
        self._fresh = fresh
        self._order = order
        self._starts = starts
        self._own = own
        self.sung: list[SungNote] = []

    def tracks(self, part: Part) -> list[Track]:
        """Return the tracks of a part: one, or two where it has both pitches and drums."""
        always = _is_percussion(part.element)
        lanes: dict[bool, list[_Heard]] = {}
        for place, (index, time) in enumerate(self._order):
            if index >= len(part.measures):
                continue
            start = self._starts[place]
            for note in part.measures[index].notes:
                self._join(lanes.setdefault(note.percussion or always, []), note, start, time)
        lanes = dict(sorted(lanes.items())) or {always: []}
        return [
            self._track(part, heard, drums=drums, is_main=place == 0)
            for place, (drums, heard) in enumerate(lanes.items())
        ]

    def _join(self, lane: list[_Heard], note: ReadNote, start: int, time: int) -> None:
        begin, end = start + note.start, start + note.end
        if note.stops_tie:
            # What a tie comes from is never far back.
            for heard in reversed(lane[-400:]):
                if heard.is_open and heard.end == begin and heard.note.pitch == note.pitch:
                    heard.end, heard.release = end, note.release
                    heard.is_open = note.starts_tie
                    heard.words = heard.words or note.words
                    return
            self._repairs["tie from nowhere, its note begins where it stands"] += 1
        lane.append(_Heard(note, begin, end, note.release, time, note.starts_tie, note.words))

    def _track(self, part: Part, heard: list[_Heard], *, drums: bool, is_main: bool) -> Track:
        element = part.element
        midi = _midi_instrument(element, heard)
        program = _whole(midi, "midi-program", 128) - 1
        volume = number(midi.findtext("volume")) if midi is not None else None
        degrees = number(midi.findtext("pan")) if midi is not None else None
        own_id = names.entity_id(element.get("id")) if element is not None else None
        exact = self._exact.get(own_id or "") if is_main else None
        if not isinstance(exact, dict) or exact.get("program") != program:
            exact = {}
        track_id = self._fresh(own_id if is_main else None)
        role = known_role(exact) or usual_role(program, percussion=drums)
        if role is TrackRole.OTHER and not exact and any(entry.words for entry in heard):
            role = TrackRole.VOCAL
        preset = exact.get("preset")
        return Track(
            id=track_id,
            name=self._name(element, program, drums=drums),
            role=role,
            program=program,
            bank=names.bank_from_midi_bank(_whole(midi, "midi-bank", 16384)),
            percussion=drums,
            gain_db=_agreed(
                limited(exact, "gain_db", -120, 24),
                volume if volume is not None and 0 <= volume <= 100 else None,
                names.volume_from_gain,
                names.gain_from_volume,
            ),
            pan=_agreed(
                limited(exact, "pan", -1, 1),
                degrees,
                names.degrees_from_pan,
                names.pan_from_degrees,
            ),
            reverb_send=_or(limited(exact, "reverb_send", 0, 1), 0.2),
            muted=exact.get("muted") is True,
            solo=exact.get("solo") is True,
            notes=self._notes(track_id, heard),
            automation=tuple(self._automation(part.measures)) if is_main else (),
            preset=preset[:MAX_NAME_LENGTH] if isinstance(preset, str) else "",
            position=_or(limited(exact, "position", -1e9, 1e9), 0.0),
        )

    def _name(self, element: etree._Element | None, program: int, *, drums: bool) -> str:
        name = (element.findtext("part-name") if element is not None else None) or ""
        if not self._own:
            name = " ".join(name.split()) or instrument_name(program, percussion=drums)
        return name[:MAX_NAME_LENGTH]

    def _notes(self, track_id: str, heard: list[_Heard]) -> tuple[Note, ...]:
        notes = []
        for entry in heard:
            start = max(0, entry.start + entry.note.attack)
            end = max(start + 1, entry.end + entry.release)
            note = Note(
                self._fresh(entry.note.id), start, end - start, entry.note.pitch,
                entry.note.velocity, origin="import",
            )  # fmt: skip
            notes.append(note)
            if entry.words:
                self.sung.append(SungNote(note.id, track_id, start, entry.time, entry.words))
        if self._own:
            return tuple(notes)
        return self._separated(notes)

    def _separated(self, notes: list[Note]) -> tuple[Note, ...]:
        """Let one key sound one note at a time; words of a merged note go to what stays."""
        separated, shortened, merged = separate_overlaps(notes)
        self._repairs["note cut short where the same pitch begins again"] += shortened
        self._repairs["note merged with another of the same pitch and start"] += merged
        if merged:
            kept = {(note.start, note.pitch): note.id for note in separated}
            gone = {
                note.id: kept[note.start, note.pitch]
                for note in notes
                if kept[note.start, note.pitch] != note.id
            }
            for sung in self.sung:
                sung.note_id = gone.get(sung.note_id, sung.note_id)
        return tuple(separated)

    def _automation(self, measures: Sequence[Measure]) -> Iterator[AutomationPoint]:
        values: dict[tuple[int, str], tuple[float, str | None]] = {}
        for place, (index, _) in enumerate(self._order):
            if index >= len(measures):
                continue
            for event in measures[index].events:
                tick = self._starts[place] + event.tick
                for parameter, value in _controls(event.element):
                    own = names.entity_id(event.element.get("id"))
                    values[tick, parameter] = (value, own)
        for (tick, parameter), (value, own) in sorted(values.items(), key=lambda item: item[0]):
            yield AutomationPoint(self._fresh(own), tick, parameter, value)


def drums_of(element: etree._Element | None) -> dict[str, int]:
    """Return the MIDI key (0-127) of every unpitched instrument of a ``<score-part>``."""
    drums: dict[str, int] = {}
    if element is not None:
        for midi in element.iterchildren("midi-instrument"):
            value = number(midi.findtext("midi-unpitched"))
            if value is not None and 1 <= value <= 128:
                drums[str(midi.get("id"))] = round(value) - 1
    return drums


def _controls(element: etree._Element) -> Iterator[tuple[str, float]]:
    """Yield (parameter, value) of a direction or sound: the damper pedal, and our own."""
    sound = element if element.tag == "sound" else element.find("sound")
    pedal = sound.get("damper-pedal") if sound is not None else None
    if pedal is not None:
        percent = {"yes": 100.0, "no": 0.0}.get(pedal, number(pedal))
        if percent is not None and 0 <= percent <= 100:
            yield names.DAMPER_PEDAL, float(round(percent * 1.27))
    else:
        for mark in element.iterfind("direction-type/pedal"):
            kind = mark.get("type")
            if kind in ("change", "stop", "discontinue"):
                yield names.DAMPER_PEDAL, 0.0
            elif kind in ("start", "resume", "sostenuto"):
                yield names.DAMPER_PEDAL, 127.0
    for play in sound.iterfind("play/other-play") if sound is not None else ():
        kind = play.get("type", "")
        value = number(play.text)
        if kind.startswith(names.CONTROL_PLAY) and value is not None:
            parameter = kind.removeprefix(names.CONTROL_PLAY)
            low, high = (PITCH_BEND_MIN, PITCH_BEND_MAX) if parameter == PITCH_BEND else (0, 127)
            if _is_parameter(parameter) and low <= value <= high:
                yield parameter, value


def _is_parameter(name: str) -> bool:
    digits = name.removeprefix("cc")
    if name == PITCH_BEND:
        return True
    if digits == name or not digits.isascii() or not digits.isdigit() or len(digits) > 3:
        return False
    return (
        1 <= int(digits) <= CONTROLLER_MAX
        and int(digits) not in _BANK_SELECT
        and (digits == str(int(digits)))
    )


def _is_percussion(element: etree._Element | None) -> bool:
    """Tell whether every instrument of a part is on the drum channel."""
    if element is None:
        return False
    channels = [
        number(midi.findtext("midi-channel")) for midi in element.iterchildren("midi-instrument")
    ]
    return bool(channels) and all(channel == _PERCUSSION_CHANNEL for channel in channels)


def _midi_instrument(
    element: etree._Element | None, heard: Sequence[_Heard]
) -> etree._Element | None:
    """Return the ``<midi-instrument>`` that plays most of the notes, or the first."""
    if element is None:
        return None
    found = {str(midi.get("id")): midi for midi in element.iterchildren("midi-instrument")}
    used = Counter(entry.note.instrument for entry in heard if entry.note.instrument in found)
    if used:
        return found[used.most_common(1)[0][0]]
    return next(iter(found.values()), None)


def _whole(midi: etree._Element | None, tag: str, most: int) -> int:
    """Return a number 1..most of a ``<midi-instrument>``, 1 where it says none."""
    value = number(midi.findtext(tag)) if midi is not None else None
    return round(value) if value is not None and 1 <= value <= most else 1


def _agreed(
    exact: float | None,
    plain: float | None,
    to_plain: Callable[[float], str],
    from_plain: Callable[[float], float],
) -> float:
    """Return a mixer value: exact where the plain element agrees, else the plain one."""
    if plain is None:
        return 0.0
    if exact is not None and abs(float(to_plain(exact)) - plain) < 0.01:
        return exact
    return from_plain(plain)


def _or(value: float | None, default: float) -> float:
    return default if value is None else value
