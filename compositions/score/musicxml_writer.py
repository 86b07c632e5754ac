"""Writes a score as MusicXML 4.0 (score-partwise), for notation programs and for people.

Everything that sounds is kept to the tick: notes stand on a readable grid, and what a
performer plays beside it is in ``attack`` and ``release``. Velocities are in ``dynamics``.
Entity ids are XML ids. Mixer strips, section lengths and lyric lines travel in
miscellaneous fields (:mod:`compositions.score.musicxml_names`).

What the format cannot hold and is not written: ``locked``, ``origin``, phonemes, and
characters that XML forbids. Other programs will not read the timing beside the grid (some
do), automation but the damper pedal, and what is in the miscellaneous fields.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple

from lxml import etree

from compositions.score import musicxml_elements as elements
from compositions.score import musicxml_names as names
from compositions.score.document import MeterChange, Score, TempoChange, Track, ordered
from compositions.score.errors import MusicXmlError
from compositions.score.general_midi import instrument_name
from compositions.score.harmony import key_signature_fifths
from compositions.score.musicxml_elements import Element, add
from compositions.score.musicxml_grid import Bar, bars_of
from compositions.score.musicxml_parts import PartWriter, empty_track, instrument_id
from compositions.score.musicxml_sheet import Event, Sheet
from compositions.score.timeline import Timeline
from compositions.score.validation import check

MAX_MEASURES = 200_000
"""Measures in all parts together; more than this no notation program opens."""

_DOCTYPE = (
    '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" '
    '"http://www.musicxml.org/dtds/partwise.dtd">'
)
_SECTION, _TEMPO, _CHORD, _CONTROL = range(4)


class MusicXmlExport(NamedTuple):
    """A MusicXML file, and in plain sentences what of the score it does not say."""

    content: bytes
    remarks: tuple[str, ...]


def write_musicxml(score: Score) -> MusicXmlExport:
    """Return ``score`` as an uncompressed MusicXML file in UTF-8; equal scores, equal bytes.

    Raises :class:`~compositions.score.errors.ScoreError` when the score is not valid and
    :class:`~compositions.score.errors.MusicXmlError` when it has more than
    :data:`MAX_MEASURES` measures in all parts together.
    """
    check(score)
    score = ordered(score)
    tracks = score.tracks or (empty_track(),)
    sheet = Sheet(score, _bars(score, len(tracks)))
    root = etree.Element("score-partwise", version=names.VERSION)
    _header(root, score)
    part_list = add(root, "part-list")
    channels = _channels(tracks)
    for track, channel in zip(tracks, channels, strict=True):
        _score_part(part_list, track, channel)
    singer = next((i for i, track in enumerate(tracks) if not track.percussion), 0)
    for index, track in enumerate(tracks):
        events = list(_controls(track))
        if index == 0:
            events += _directions(sheet)
        if index == singer:
            events += _chords(score)
        part = add(root, "part", id=names.xml_id(track.id))
        PartWriter(sheet, track, events, is_first=index == 0).write(part)
    _break_lines(root)
    content = etree.tostring(root, encoding="UTF-8", xml_declaration=True, doctype=_DOCTYPE)
    return MusicXmlExport(content, tuple(_remarks(score, sheet)))


def _break_lines(root: Element) -> None:
    """Put each measure on a line of its own; indenting every element doubles the file."""
    for above in root:
        above.tail = "\n"
        for element in above:
            element.tail = "\n"


def _bars(score: Score, parts: int) -> list[Bar]:
    """Return bars up to the end of the music and of everything that happens after it."""
    changes: tuple[Any, ...] = (*score.tempos, *score.meters, *score.keys)
    ticks = [change.tick + 1 for change in changes]
    ticks += [point.tick + 1 for track in score.tracks for point in track.automation]
    try:
        return bars_of(score.meters, max(score.end, *ticks), MAX_MEASURES // parts)
    except ValueError as error:
        raise MusicXmlError(
            f"The song has {error} in each of its {parts} parts; a MusicXML file can have "
            f"{MAX_MEASURES} measures in all."
        ) from error


# -- Above the music ----------------------------------------------------------------------


def _header(root: Element, score: Score) -> None:
    add(add(root, "work"), "work-title", names.clean(score.title))
    identification = add(root, "identification")
    for kind in ("composer", "lyricist", "arranger"):
        person = score.metadata.get(kind)
        if isinstance(person, str):
            add(identification, "creator", names.clean(person), type=kind)
    rights = score.metadata.get("copyright")
    if isinstance(rights, str):
        add(identification, "rights", names.clean(rights))
    encoding = add(identification, "encoding")
    add(encoding, "software", "AriaForge")
    for element in ("accidental", "beam", "stem"):
        # So that other programs draw these by their own rules.
        add(encoding, "supports", type="no", element=element)
    miscellaneous = add(identification, "miscellaneous")
    add(miscellaneous, "miscellaneous-field", names.FILE_MARK, name=names.MARK_FIELD)
    for name, values in _fields(score):
        if values:
            text = names.json_field(values)
            add(miscellaneous, "miscellaneous-field", text, name=name)


def _fields(score: Score) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what plain MusicXML has no element for, by the id of what it belongs to."""
    yield (
        names.TRACKS_FIELD,
        {
            track.id: {
                "role": track.role.value,
                "program": track.program,
                "gain_db": track.gain_db,
                "pan": track.pan,
                "reverb_send": track.reverb_send,
                "muted": track.muted,
                "solo": track.solo,
                "preset": track.preset,
                "position": track.position,
            }
            for track in score.tracks
        },
    )
    yield (
        names.KEYS_FIELD,
        {
            key.id: {"tick": key.tick, "tonic": key.tonic, "mode": key.mode.value}
            for key in score.keys
            if key.mode not in elements.PRINTED_MODES
            or elements.written_fifths(key) != key_signature_fifths(key.tonic, key.mode)
        },
    )
    yield (
        names.SECTIONS_FIELD,
        {
            section.id: {
                "duration": section.duration,
                "kind": section.kind,
                "energy": section.energy,
            }
            for section in score.sections
        },
    )
    yield (
        names.CHORDS_FIELD,
        {chord.id: {"duration": chord.duration, "roman": chord.roman} for chord in score.chords},
    )
    words: dict[str, list[str]] = {line.id: [] for line in score.lines}
    for syllable in score.syllables:
        if syllable.line_id:
            words[syllable.line_id].append(syllable.id)
    yield (
        names.LINES_FIELD,
        {
            line.id: {
                "text": line.text,
                "section_id": line.section_id,
                "language": line.language,
                "position": line.position,
                "syllables": words[line.id],
            }
            for line in score.lines
        },
    )
    yield names.METADATA_FIELD, score.metadata


def _channels(tracks: tuple[Track, ...]) -> list[int]:
    """Return a MIDI channel 1-16 for every track; 10 is for drums, the others come again."""
    channels, melodic = [], 0
    for track in tracks:
        if track.percussion:
            channels.append(10)
        else:
            channels.append((1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16)[melodic % 15])
            melodic += 1
    return channels


def _score_part(part_list: Element, track: Track, channel: int) -> None:
    part = add(part_list, "score-part", id=names.xml_id(track.id))
    add(part, "part-name", names.clean(track.name))
    drums: list[int | None] = [None]
    if track.percussion and track.notes:
        drums = [*sorted({note.pitch for note in track.notes})]
    for pitch in drums:
        instrument = add(part, "score-instrument", id=instrument_id(track, pitch))
        name = instrument_name(track.program, percussion=track.percussion)
        if pitch is not None:
            name = names.DRUM_NAMES.get(pitch, f"Percussion {pitch}")
        add(instrument, "instrument-name", name)
    for pitch in drums:
        midi = add(part, "midi-instrument", id=instrument_id(track, pitch))
        add(midi, "midi-channel", str(channel))
        add(midi, "midi-bank", str(names.midi_bank(track.bank)))
        add(midi, "midi-program", str(track.program + 1))
        if pitch is not None:
            add(midi, "midi-unpitched", str(pitch + 1))
        add(midi, "volume", names.volume_from_gain(track.gain_db))
        add(midi, "pan", names.degrees_from_pan(track.pan))


# -- Between the notes --------------------------------------------------------------------


def _directions(sheet: Sheet) -> Iterator[Event]:
    score = sheet.score
    for section in score.sections:
        write = partial(_write_section, section)
        yield Event(section.start, _SECTION, write)
    timeline = Timeline(score)
    bar_starts = {bar.start for bar in sheet.bars}
    for tempo in score.tempos:
        printed = tempo.tick in bar_starts
        write_tempo = partial(_write_tempo, tempo, timeline.meter_at(tempo.tick), printed)
        yield Event(tempo.tick, _TEMPO, write_tempo)


def _write_section(section: Any, measure: Element, offset: int) -> None:
    elements.add_section(measure, section, offset)


def _write_tempo(
    tempo: TempoChange, meter: MeterChange, printed: bool, measure: Element, offset: int
) -> None:
    elements.add_tempo(measure, tempo, offset, printed=printed, meter=meter)


def _chords(score: Score) -> Iterator[Event]:
    starts = {chord.start for chord in score.chords}
    for chord in score.chords:
        yield Event(chord.start, _CHORD, partial(_write_chord, chord))
        if chord.end not in starts:
            yield Event(chord.end, _CHORD, elements.add_no_chord)


def _write_chord(chord: Any, measure: Element, offset: int) -> None:
    elements.add_chord(measure, chord, offset)


def _controls(track: Track) -> Iterator[Event]:
    before: dict[str, float] = {}
    for point in track.automation:
        value = before.get(point.parameter, 0.0)
        yield Event(point.tick, _CONTROL, partial(_write_control, point, value))
        before[point.parameter] = point.value


def _write_control(point: Any, before: float, measure: Element, offset: int) -> None:
    elements.add_control(measure, point, offset, before)


# -- What is not said ---------------------------------------------------------------------


def _remarks(score: Score, sheet: Sheet) -> Iterator[str]:
    timing, low = sheet.losses["timing"], sheet.losses["low"]
    if timing:
        yield (
            f"{_count(timing, 'note')} sound beside the written grid; where they begin and end "
            "is kept to the tick, but not every program plays it so."
        )
    if low:
        yield (
            f"{_count(low, 'note')} below C0 are written one octave higher, because "
            "MusicXML has no lower octave."
        )
    other = sum(
        point.parameter != names.DAMPER_PEDAL
        for track in score.tracks
        for point in track.automation
    )
    if other:
        yield f"{_count(other, 'automation value')} are kept, but only AriaForge reads them."
    modes = sum(key.mode not in elements.PRINTED_MODES for key in score.keys)
    if modes:
        what = _count(modes, "key")
        yield f"{what} of a mode without a word in MusicXML are shown as major or minor."
    locked = sum(note.locked for track in score.tracks for note in track.notes)
    others: tuple[Any, ...] = (*score.tracks, *score.sections, *score.chords, *score.lines)
    locked += sum(entity.locked for entity in others)
    if locked:
        yield f"{_count(locked, 'lock')} are not written."
    if any(syllable.phonemes for syllable in score.syllables):
        yield "The phonemes of the lyrics are not written."
    texts = [score.title, *(track.name for track in score.tracks)]
    texts += [syllable.text for syllable in score.syllables]
    texts += [section.label for section in score.sections]
    if any(names.clean(text) != text for text in texts):
        yield "Control characters in names and lyrics are left out."


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
