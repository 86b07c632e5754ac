"""Reads a Standard MIDI File into a score.

For files from strangers use :func:`compositions.score.midi_guard.read_midi_safely`, which
does the same in a limited process of its own.
"""

from __future__ import annotations

import io
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import mido
from mido.midifiles.meta import KeySignatureError

from compositions.score import midi_names as names
from compositions.score.document import TICKS_PER_QUARTER, Score, Track, mint_id, ordered
from compositions.score.errors import MidiError, ScoreError
from compositions.score.general_midi import instrument_name, usual_role
from compositions.score.limits import MAX_NAME_LENGTH, MAX_TRACKS
from compositions.score.midi_conductor import Conductor
from compositions.score.midi_lyrics import LyricEvent, Singer, place_lyrics
from compositions.score.midi_parts import (
    Channel,
    Lane,
    Part,
    automation,
    build_notes,
    take_strip,
)
from compositions.score.midi_scan import Inspection, inspect
from compositions.score.validation import check

_ALL_SOUND_OFF, _ALL_NOTES_OFF = 120, 123
_FIRST_MODE_MESSAGE = 120
_IGNORED = {
    "aftertouch": "channel pressure",
    "polytouch": "key pressure",
    "sequencer_specific": "",  # counted by the scan
    "end_of_track": "",
}


@dataclass(frozen=True, slots=True)
class MidiImport:
    """A score read from a MIDI file, and in plain sentences what reading it took.

    ``remarks`` begins with what was read; the rest tells what was repaired or left out.
    """

    score: Score
    remarks: tuple[str, ...] = ()


def read_midi(data: bytes, *, rng: random.Random | None = None) -> MidiImport:
    """Return the score in a type 0 or type 1 MIDI file, at 480 ticks per quarter note.

    The score is valid. ``rng`` supplies the entity ids, for callers that need the same ids
    each time. Raises :class:`~compositions.score.errors.MidiError` for what is no MIDI
    file, is broken beyond repair or exceeds a limit (:mod:`compositions.score.midi_scan`).
    """
    found = inspect(data)
    try:
        midi = mido.MidiFile(file=io.BytesIO(found.clean), charset="latin-1")
    except (OSError, EOFError, LookupError, ValueError, TypeError, KeySignatureError) as error:
        raise MidiError(f"The MIDI file is damaged: {error}.") from error
    return _Reader(midi, found, rng).result()


class _Reader:
    def __init__(self, midi: mido.MidiFile, found: Inspection, rng: random.Random | None) -> None:
        self._midi = midi
        self._found = found
        self._rng = rng
        self._repairs: Counter[str] = Counter()
        self._ignored = Counter(found.ignored)
        self._channels: dict[tuple[int, int], Channel] = {}
        self._lanes: dict[tuple[int, int, int], Lane] = {}
        self._ports: dict[int, int] = {}
        self._prefixes: dict[int, int] = {}
        self._chunk_names: dict[int, str] = {}
        self._instrument_names: dict[int, str] = {}
        self._lyrics: list[LyricEvent] = []
        self._part_count = 0
        self._conductor = Conductor(rng)
        self._handlers: dict[str, Callable[[int, int, Any], None]] = {
            "note_on": self._note_on,
            "note_off": self._note_off,
            "control_change": self._control,
            "program_change": self._program,
            "pitchwheel": self._bend,
            "channel_prefix": self._prefix,
            "midi_port": self._port,
            "track_name": self._track_name,
            "instrument_name": self._instrument_name,
            "lyrics": self._lyric,
            "text": self._text,
            "marker": self._marker,
            "copyright": self._copyright,
            "set_tempo": self._tempo,
            "time_signature": self._meter,
            "key_signature": self._key,
        }

    def result(self) -> MidiImport:
        ends: dict[int, int] = {}
        for tick, chunk, message in self._events():
            ends[chunk] = tick
            handler = self._handlers.get(message.type)
            if handler is not None:
                handler(tick, chunk, message)
            else:
                what = _IGNORED.get(message.type, "event without a meaning for the score")
                self._ignored[what] += bool(what)
        for lane in self._lanes.values():
            self._repairs["note without an end, closed at the end of its track"] += lane.all_off(
                ends.get(lane.chunk, 0)
            )
            lane.settle()
        self._share_orphans()
        tracks, singers = self._tracks()
        lyrics = place_lyrics(
            self._lyrics, singers, self._rng, self._repairs, own=self._conductor.own
        )
        end = max((note.end for track in tracks for note in track.notes), default=0)
        end = max(end, *ends.values()) if self._conductor.own and ends else end
        score = ordered(
            self._conductor.score(title=self._title(), tracks=tracks, syllables=lyrics, end=end)
        )
        try:
            check(score)
        except ScoreError as error:
            raise MidiError(f"The MIDI file does not fit into a score: {error}.") from error
        return MidiImport(score, tuple(self._remarks(score)))

    def _events(self) -> Iterator[tuple[int, int, Any]]:
        """Yield (score tick, MIDI track, message) of all tracks in time order."""
        division = self._found.division
        merged = []
        for chunk, messages in enumerate(self._midi.tracks):
            tick = 0
            for place, message in enumerate(messages):
                tick += message.time
                merged.append((tick, chunk, place, message))
        merged.sort(key=lambda entry: entry[:3])
        for tick, chunk, _, message in merged:
            # Halves round up, so that equal ticks stay equal and order is kept.
            scaled = (2 * tick * TICKS_PER_QUARTER + division) // (2 * division)
            yield scaled, chunk, message

    def _lane(self, chunk: int, channel: int) -> Lane:
        port = self._ports.get(chunk, 0)
        lane = self._lanes.get((chunk, port, channel))
        if lane is None:
            state = self._channels.setdefault((port, channel), Channel())
            lane = self._lanes[chunk, port, channel] = Lane(chunk, port, channel, state)
        return lane

    def _played(self, chunk: int, message: Any) -> Lane:
        self._prefixes.pop(chunk, None)
        return self._lane(chunk, message.channel)

    def _note_on(self, tick: int, chunk: int, message: Any) -> None:
        if message.velocity == 0:
            self._note_off(tick, chunk, message)
        else:
            lane = self._played(chunk, message)
            before = len(lane.parts)
            lane.note_on(tick, message.note, message.velocity)
            self._part_count += len(lane.parts) - before
            if self._part_count > MAX_TRACKS:
                raise MidiError(
                    f"The MIDI file uses more than {MAX_TRACKS} instruments, counting each "
                    "program on each channel; that is the limit."
                )

    def _note_off(self, tick: int, chunk: int, message: Any) -> None:
        if not self._played(chunk, message).note_off(tick, message.note):
            self._repairs["end of a note that never began, left out"] += 1

    def _control(self, tick: int, chunk: int, message: Any) -> None:
        lane = self._played(chunk, message)
        if message.control == names.BANK_MSB:
            lane.channel.bank_msb = message.value
        elif message.control == names.BANK_LSB:
            lane.channel.bank_lsb = message.value
        elif message.control in (_ALL_SOUND_OFF, _ALL_NOTES_OFF):
            lane.all_off(tick)
        elif message.control >= _FIRST_MODE_MESSAGE:
            self._ignored["channel mode message"] += 1
        else:
            lane.control(tick, f"cc{message.control}", message.value)

    def _program(self, tick: int, chunk: int, message: Any) -> None:
        self._played(chunk, message).channel.choose_program(message.program)

    def _bend(self, tick: int, chunk: int, message: Any) -> None:
        self._played(chunk, message).control(tick, names.PITCH_BEND, message.pitch)

    def _prefix(self, tick: int, chunk: int, message: Any) -> None:
        if message.channel < names.CHANNELS_PER_PORT:
            self._prefixes[chunk] = message.channel

    def _port(self, tick: int, chunk: int, message: Any) -> None:
        self._ports[chunk] = message.port

    def _track_name(self, tick: int, chunk: int, message: Any) -> None:
        self._chunk_names.setdefault(chunk, _name(message.name))

    def _instrument_name(self, tick: int, chunk: int, message: Any) -> None:
        if chunk in self._prefixes:
            self._lane(chunk, self._prefixes[chunk]).name = _name(message.name)
        else:
            self._instrument_names.setdefault(chunk, _name(message.name))

    def _lyric(self, tick: int, chunk: int, message: Any) -> None:
        text = names.from_latin1(message.text)
        place = (self._ports.get(chunk, 0), self._prefixes.get(chunk))
        self._lyrics.append(LyricEvent(tick, chunk, *place, text))

    def _text(self, tick: int, chunk: int, message: Any) -> None:
        text = names.from_latin1(message.text).strip()
        exact = names.read_json_text(names.TRACK_TEXT, text)
        if exact is not None and chunk in self._prefixes:
            self._lane(chunk, self._prefixes[chunk]).exact = exact
        elif not self._conductor.text(tick, chunk, text):
            self._ignored["text"] += 1

    def _marker(self, tick: int, chunk: int, message: Any) -> None:
        self._conductor.marker(tick, _name(message.text), self._repairs)

    def _copyright(self, tick: int, chunk: int, message: Any) -> None:
        self._conductor.copyright(names.from_latin1(message.text).strip())

    def _tempo(self, tick: int, chunk: int, message: Any) -> None:
        self._conductor.tempo(tick, message.tempo, self._repairs)

    def _meter(self, tick: int, chunk: int, message: Any) -> None:
        self._conductor.meter(tick, message.numerator, message.denominator, self._repairs)

    def _key(self, tick: int, chunk: int, message: Any) -> None:
        self._conductor.key(tick, message.key, self._repairs)

    def _share_orphans(self) -> None:
        """Give control messages from MIDI tracks without notes to their channel's notes."""
        heard: dict[tuple[int, int], Part] = {}
        for lane in self._lanes.values():
            for part in lane.parts:
                if part.used:
                    heard.setdefault((lane.port, lane.number), part)
        moved: dict[tuple[int, int], list[tuple[int, str, int]]] = {}
        for lane in self._lanes.values():
            if lane.exact is not None or any(part.used for part in lane.parts):
                continue
            controls = [entry for part in lane.parts for entry in part.controls]
            lane.parts.clear()
            if (lane.port, lane.number) in heard:
                moved.setdefault((lane.port, lane.number), []).extend(controls)
            else:
                self._ignored["control change on a channel without notes"] += len(controls)
        for place, controls in moved.items():
            part = heard[place]
            part.controls = sorted(controls + part.controls, key=lambda entry: entry[0])

    def _tracks(self) -> tuple[list[Track], list[Singer]]:
        tracks: list[Track] = []
        singers: list[Singer] = []
        crowd = Counter(
            lane.chunk for lane in self._lanes.values() if lane.parts or lane.exact is not None
        )
        for lane in self._lanes.values():
            if lane.exact is not None and not lane.parts:
                lane.parts.append(Part(lane.channel.bank, lane.channel.program))
            for index, part in enumerate(lane.parts):
                track = self._track(lane, part, index, alone=crowd[lane.chunk] == 1)
                tracks.append(track)
                singers.append(Singer(lane.chunk, lane.port, lane.number, track.notes))
        return tracks, singers

    def _track(self, lane: Lane, part: Part, index: int, *, alone: bool) -> Track:
        exact = lane.exact or {}
        strip, controls = take_strip(part, own=lane.exact is not None)
        program, drums = part.program, lane.percussion
        name = lane.name
        if name is None and alone:
            chunk = lane.chunk
            name = self._chunk_names.get(chunk) or self._instrument_names.get(chunk)
            if name is None and chunk in self._chunk_names and lane.exact is not None:
                name = ""
        if name is None or (not name and lane.exact is None):
            name = instrument_name(program, percussion=drums)
        elif index > 0:
            name = f"{name} ({instrument_name(program, percussion=drums)})"[:MAX_NAME_LENGTH]
        notes = build_notes(part, self._rng, self._repairs)
        return Track(
            id=mint_id(self._rng),
            name=name,
            role=names.role(exact) or usual_role(program, percussion=drums),
            program=program,
            bank=part.bank,
            percussion=drums,
            gain_db=_strip_value(
                strip.volume, names.number(exact, "gain_db", -120, 24),
                names.volume_from_gain, names.gain_from_volume, 0.0,
            ),
            pan=_strip_value(
                strip.pan, names.number(exact, "pan", -1, 1),
                names.controller_from_pan, names.pan_from_controller, 0.0,
            ),
            reverb_send=_strip_value(
                strip.reverb, names.number(exact, "reverb_send", 0, 1),
                names.controller_from_send, names.send_from_controller, 0.2,
            ),
            muted=exact.get("muted") is True,
            solo=exact.get("solo") is True,
            notes=notes,
            automation=automation(controls, self._rng, self._repairs),
        )  # fmt: skip

    def _title(self) -> str:
        return self._chunk_names.get(0, "")

    def _remarks(self, score: Score) -> Iterator[str]:
        found = self._found
        yield (
            f"Read {score.note_count} notes in {len(score.tracks)} tracks from a type "
            f"{found.file_type} file with {found.division} ticks per quarter note."
        )
        if found.division != TICKS_PER_QUARTER:
            yield f"Rescaled from {found.division} to {TICKS_PER_QUARTER} ticks per quarter note."
        yield from found.remarks
        yield from self._conductor.remarks()
        for what, count in sorted(self._repairs.items()):
            if count:
                yield f"Repaired {count} x: {what}."
        for what, count in sorted(self._ignored.items()):
            if count:
                yield f"Left out {count} x: {what}."


def _name(text: str) -> str:
    return names.from_latin1(text).strip()[:MAX_NAME_LENGTH].strip()


def _strip_value(
    control: int | None,
    exact: float | None,
    to_control: Callable[[float], int],
    from_control: Callable[[int], float],
    default: float,
) -> float:
    """Return a mixer value: exact where the control value agrees, else from the control."""
    if control is None:
        return default
    if exact is not None and to_control(exact) == control:
        return exact
    return from_control(control)
