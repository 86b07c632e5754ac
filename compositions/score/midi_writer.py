"""Writes a score as a Standard MIDI File, as it is performed.

What plain MIDI cannot hold and is therefore not written: what was written where it sounds
otherwise (:mod:`compositions.score.performed`), entity ids, ``locked``,
``origin``, phonemes, Roman numerals, metadata other than ``copyright``. Tempos are rounded
to whole microseconds per quarter note, automation values to whole numbers, and text loses
outer white space and control characters. Syllables come back in track and time order.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass, replace

import mido

from compositions.score import midi_names as names
from compositions.score.document import (
    TICKS_PER_QUARTER,
    AutomationPoint,
    Score,
    Syllable,
    Track,
    ordered,
)
from compositions.score.errors import MidiError
from compositions.score.note_repair import separate_overlaps
from compositions.score.performed import performed
from compositions.score.validation import check

# Order of events at one tick: what ends, what is set up, what is sung, what begins.
_NOTE_OFF, _SETUP, _CONTROL, _LYRIC, _NOTE_ON = range(5)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a track sounds: a MIDI port and one of its 16 channels."""

    port: int
    channel: int


@dataclass(frozen=True, slots=True)
class _Event:
    """A message at an absolute tick, with its order among the events of that tick."""

    tick: int
    order: int
    message: mido.Message | mido.MetaMessage


def write_midi(score: Score, *, file_type: int = 1) -> bytes:
    """Return ``score`` as the bytes of a MIDI file; the same score gives the same bytes.

    Type 1 has a conductor track (title, tempo, meter, key, sections, chords) and one track
    per instrument; each instrument has a channel of its own, drums channel 10, and from the
    17th on a further MIDI port. Type 0 puts all into one track and holds one port only; kits
    that share no key, such as drums and effects, play there on the first one's channel.
    Notes of one pitch that overlap within a track are separated as in
    :func:`~compositions.score.note_repair.separate_overlaps`.

    Raises :class:`~compositions.score.errors.ScoreError` when the score is not valid and
    :class:`MidiError` when the type is not 0 or 1 or type 0 has too few channels.
    """
    if file_type not in (0, 1):
        raise MidiError(f"MIDI files of type {file_type} cannot be written; use type 0 or 1.")
    check(score)
    score = ordered(performed(score))
    if file_type == 0:
        score = _with_one_kit(score)
    places = _allocate(score.tracks)
    if file_type == 0 and any(place.port for place in places):
        raise MidiError(
            "A type 0 MIDI file holds 15 instruments and one drum kit; this score has more. "
            "Write type 1."
        )
    syllables = {syllable.note_id: syllable for syllable in score.syllables}
    conductor = _conductor(score)
    parts = [
        _part(track, place, syllables, _heading(track, place, places, file_type), file_type)
        for track, place in zip(score.tracks, places, strict=True)
    ]
    if file_type == 0:
        chunks = [_chunk([conductor, *parts], score.end)]
    else:
        chunks = [_chunk([events], score.end) for events in (conductor, *parts)]
    midi = mido.MidiFile(type=file_type, ticks_per_beat=TICKS_PER_QUARTER, tracks=chunks)
    buffer = io.BytesIO()
    midi.save(file=buffer)
    return buffer.getvalue()


def _with_one_kit(score: Score) -> Score:
    """Move the notes of further kits to the first kit, unless two of them share a key."""
    kits = [track for track in score.tracks if track.percussion]
    keys = [{note.pitch for note in track.notes} for track in kits]
    if len(kits) < 2 or sum(map(len, keys)) > len(set().union(*keys)):
        return score
    first = kits[0].with_notes(note for track in kits for note in track.notes)
    rest = {track.id for track in kits[1:]}
    return replace(
        score,
        tracks=tuple(
            first if track.id == first.id else track
            for track in score.tracks
            if track.id not in rest
        ),
    )


def _allocate(tracks: Iterable[Track]) -> list[_Place]:
    melodic = drums = 0
    places = []
    for track in tracks:
        if track.percussion:
            places.append(_Place(drums, names.PERCUSSION_CHANNEL))
            drums += 1
        else:
            port, channel = divmod(melodic, names.CHANNELS_PER_PORT - 1)
            places.append(_Place(port, channel + (channel >= names.PERCUSSION_CHANNEL)))
            melodic += 1
    return places


def _meta(kind: str, **values: object) -> mido.MetaMessage:
    return mido.MetaMessage(kind, **values)


def _text(kind: str, text: str) -> mido.MetaMessage:
    attribute = "name" if kind in ("track_name", "instrument_name") else "text"
    return mido.MetaMessage(kind, **{attribute: names.to_latin1(text)})


def _conductor(score: Score) -> list[_Event]:
    events = [
        _Event(0, _SETUP, _text("track_name", score.title)),
        _Event(0, _SETUP, _text("text", names.FILE_MARK)),
    ]
    copyright_line = score.metadata.get("copyright")
    if isinstance(copyright_line, str):
        events.append(_Event(0, _SETUP, _text("copyright", copyright_line)))
    for meter in score.meters:
        message = _meta(
            "time_signature",
            numerator=meter.numerator,
            denominator=meter.denominator,
            clocks_per_click=min(255, 96 // meter.denominator) or 1,
        )
        events.append(_Event(meter.tick, _SETUP, message))
    for key in score.keys:
        signature = _meta("key_signature", key=names.key_signature(key.tonic, key.mode))
        exact = names.json_text(names.KEY_TEXT, {"tonic": key.tonic, "mode": key.mode.value})
        events.append(_Event(key.tick, _SETUP, signature))
        events.append(_Event(key.tick, _SETUP, _text("text", exact)))
    events += [
        _Event(change.tick, _SETUP, _meta("set_tempo", tempo=names.microseconds(change.bpm)))
        for change in score.tempos
    ]
    for section in score.sections:
        exact = names.json_text(
            names.SECTION_TEXT,
            {"duration": section.duration, "energy": section.energy, "kind": section.kind},
        )
        events.append(_Event(section.start, _SETUP, _text("marker", section.label)))
        events.append(_Event(section.start, _SETUP, _text("text", exact)))
    starts = {chord.start for chord in score.chords}
    for chord in score.chords:
        message = _text("text", names.CHORD_TEXT + chord.symbol)
        events.append(_Event(chord.start, _SETUP, message))
        if chord.end not in starts:
            message = _text("text", names.CHORD_TEXT + names.NO_CHORD)
            events.append(_Event(chord.end, _SETUP, message))
    return events


def _heading(
    track: Track, place: _Place, places: list[_Place], file_type: int
) -> list[mido.MetaMessage]:
    """Return the events that name a track, before anything that sounds on it."""
    exact = names.json_text(
        names.TRACK_TEXT,
        {
            "gain_db": track.gain_db,
            "muted": track.muted,
            "pan": track.pan,
            "reverb_send": track.reverb_send,
            "role": track.role.value,
            "solo": track.solo,
        },
    )
    if file_type == 0:
        return [
            _meta("channel_prefix", channel=place.channel),
            _text("instrument_name", track.name),
            _text("text", exact),
        ]
    heading = [_text("track_name", track.name)]
    if any(other.port for other in places):
        heading.append(_meta("midi_port", port=place.port))
    # Even a track without a sounding event tells its channel.
    heading.append(_meta("channel_prefix", channel=place.channel))
    heading.append(_text("text", exact))
    return heading


def _part(
    track: Track,
    place: _Place,
    syllables: dict[str, Syllable],
    heading: list[mido.MetaMessage],
    file_type: int,
) -> list[_Event]:
    channel = place.channel
    msb, lsb = names.bank_bytes(track.bank)
    strip = [
        (names.VOLUME, names.volume_from_gain(track.gain_db)),
        (names.PAN, names.controller_from_pan(track.pan)),
        (names.REVERB, names.controller_from_send(track.reverb_send)),
    ]
    setup = [
        *heading,
        _control(channel, names.BANK_MSB, msb),
        _control(channel, names.BANK_LSB, lsb),
        mido.Message("program_change", channel=channel, program=track.program),
        *(_control(channel, controller, value) for controller, value in strip),
    ]
    events = [_Event(0, _SETUP, message) for message in setup]
    events += [
        _Event(point.tick, _CONTROL, _automation(channel, point))
        for point in sorted(track.automation, key=_automation_order)
    ]
    notes, _, _ = separate_overlaps(track.notes)
    for note in notes:
        syllable = syllables.get(note.id)
        if syllable is not None:
            if file_type == 0:
                prefix = _meta("channel_prefix", channel=channel)
                events.append(_Event(note.start, _LYRIC, prefix))
            events.append(_Event(note.start, _LYRIC, _text("lyrics", _printed(syllable))))
        on = mido.Message("note_on", channel=channel, note=note.pitch, velocity=note.velocity)
        off = mido.Message("note_off", channel=channel, note=note.pitch, velocity=64)
        events.append(_Event(note.start, _NOTE_ON, on))
        events.append(_Event(note.end, _NOTE_OFF, off))
    return events


def _control(channel: int, controller: int, value: int) -> mido.Message:
    return mido.Message("control_change", channel=channel, control=controller, value=value)


def _automation(channel: int, point: AutomationPoint) -> mido.Message:
    if point.parameter == names.PITCH_BEND:
        return mido.Message("pitchwheel", channel=channel, pitch=round(point.value))
    return _control(channel, int(point.parameter.removeprefix("cc")), round(point.value))


def _automation_order(point: AutomationPoint) -> tuple[int, int, str]:
    """Choosing a registered parameter comes before setting it, whatever the ids are."""
    return (point.tick, names.PARAMETER_RANK.get(point.parameter, -1), point.parameter)


def _printed(syllable: Syllable) -> str:
    """Return a syllable as a lyric event: a hyphen at its end joins it to the next.

    A hyphen that belongs to the text is protected by a space behind it.
    """
    text = syllable.text.strip()
    if syllable.continues:
        return text + "-"
    return text + " " if text.endswith("-") else text


def _chunk(groups: list[list[_Event]], end: int) -> mido.MidiTrack:
    # The sort keeps the order in which events of one tick and kind were gathered.
    events = [event for group in groups for event in group]
    events.sort(key=lambda event: (event.tick, event.order))
    chunk = mido.MidiTrack()
    now = 0
    for event in events:
        event.message.time = event.tick - now
        chunk.append(event.message)
        now = event.tick
    chunk.append(mido.MetaMessage("end_of_track", time=max(0, end - now)))
    return chunk
