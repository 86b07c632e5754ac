"""Builds the single elements of a MusicXML file: pitches, keys, chords, words, controls."""

from __future__ import annotations

from typing import TypeAlias

from lxml import etree

from compositions.score import musicxml_names as names
from compositions.score.document import (
    AutomationPoint,
    Chord,
    KeyChange,
    MeterChange,
    Mode,
    Section,
    TempoChange,
)
from compositions.score.harmony import MINOR_MODES, key_signature_fifths
from compositions.score.musicxml_chords import write_quality

Element: TypeAlias = etree._Element

PRINTED_MODES: dict[Mode, str] = {
    Mode.MAJOR: "major", Mode.MINOR: "minor", Mode.DORIAN: "dorian", Mode.PHRYGIAN: "phrygian",
    Mode.LYDIAN: "lydian", Mode.MIXOLYDIAN: "mixolydian", Mode.LOCRIAN: "locrian",
}  # fmt: skip
"""The modes that MusicXML has a word for; the others are written as major or minor."""
_PEDAL_DOWN = 64


def add(parent: Element, tag: str, text: str | None = None, /, **attributes: str) -> Element:
    """Append a child element and return it. Underscores in attribute names are hyphens."""
    child = etree.SubElement(parent, tag)
    if text is not None:
        child.text = text
    for name, value in attributes.items():
        child.set(name.replace("_", "-"), value)
    return child


def printed_mode(mode: Mode) -> str:
    """Return the word of MusicXML for a mode."""
    return PRINTED_MODES.get(mode, "minor" if mode in MINOR_MODES else "major")


def written_fifths(key: KeyChange) -> int:
    """Return the key signature; keys beyond seven accidentals take their equal in sound."""
    count = key_signature_fifths(key.tonic, key.mode)
    while count > 7:
        count -= 12
    while count < -7:
        count += 12
    return count


def add_key(parent: Element, key: KeyChange, *, first: bool) -> None:
    """Add ``<key>``; only the ``first`` part gives the id."""
    element = add(parent, "key")
    if first:
        element.set("id", names.xml_id(key.id))
    add(element, "fifths", str(written_fifths(key)))
    add(element, "mode", printed_mode(key.mode))


def add_time(parent: Element, meter: MeterChange, *, first: bool, visible: bool) -> None:
    """Add ``<time>``."""
    element = add(parent, "time")
    if not visible:
        element.set("print-object", "no")
    if first:
        element.set("id", names.xml_id(meter.id))
    add(element, "beats", str(meter.numerator))
    add(element, "beat-type", str(meter.denominator))


def add_offset(parent: Element, offset: int) -> None:
    """Add ``<offset>`` where there is one."""
    if offset:
        add(parent, "offset", str(offset), sound="yes")


def add_tempo(
    parent: Element, tempo: TempoChange, offset: int, *, printed: bool, meter: MeterChange
) -> None:
    """Add a tempo: as a metronome mark where ``printed``, else for playback only."""
    if not printed:
        sound = add(parent, "sound", tempo=names.decimal(tempo.bpm), id=names.xml_id(tempo.id))
        if offset:
            add(sound, "offset", str(offset))
        return
    direction = add(parent, "direction", placement="above", id=names.xml_id(tempo.id))
    mark = add(add(direction, "direction-type"), "metronome")
    add(mark, "beat-unit", "quarter")
    bpm = tempo.bpm
    if meter.denominator == 8 and meter.numerator % 3 == 0 and meter.numerator > 3:
        add(mark, "beat-unit-dot")
        bpm /= 1.5
    add(mark, "per-minute", names.decimal(round(bpm, 2)))
    add_offset(direction, offset)
    add(direction, "sound", tempo=names.decimal(tempo.bpm))


def add_section(parent: Element, section: Section, offset: int) -> None:
    """Add the label of a section as a rehearsal mark."""
    direction = add(parent, "direction", placement="above", id=names.xml_id(section.id))
    add(add(direction, "direction-type"), "rehearsal", names.clean(section.label))
    add_offset(direction, offset)


def add_chord(parent: Element, chord: Chord, offset: int) -> None:
    """Add a chord symbol."""
    harmony = add(parent, "harmony", id=names.xml_id(chord.id))
    root = add(harmony, "root")
    add(root, "root-step", chord.root[0])
    if len(chord.root) > 1:
        add(root, "root-alter", str(alteration(chord.root)))
    kind, degrees = write_quality(chord.quality)
    add(harmony, "kind", kind, text=names.clean(chord.quality))
    if chord.bass:
        bass = add(harmony, "bass")
        add(bass, "bass-step", chord.bass[0])
        if len(chord.bass) > 1:
            add(bass, "bass-alter", str(alteration(chord.bass)))
    for value, alter, what in degrees:
        degree = add(harmony, "degree", print_object="no")
        add(degree, "degree-value", str(value))
        add(degree, "degree-alter", str(alter))
        add(degree, "degree-type", what)
    add_offset(harmony, offset)


def add_no_chord(parent: Element, offset: int) -> None:
    """Add the mark that the chord before it has ended and none follows."""
    harmony = add(parent, "harmony")
    add(add(harmony, "root"), "root-step", "C", text="")
    add(harmony, "kind", "none", text=names.NO_CHORD)
    add_offset(harmony, offset)


def add_control(parent: Element, point: AutomationPoint, offset: int, before: float) -> None:
    """Add one automation value; ``before`` is what its parameter had until then.

    The damper pedal is written as such, with its sign where it goes down or up. Anything
    else travels as playback information for AriaForge.
    """
    is_pedal = point.parameter == names.DAMPER_PEDAL and point.value == int(point.value)
    identity = names.xml_id(point.id)
    if not is_pedal:
        sound = add(parent, "sound", id=identity)
        play = add(sound, "play")
        kind = names.CONTROL_PLAY + point.parameter
        add(play, "other-play", names.decimal(point.value), type=kind)
        if offset:
            add(sound, "offset", str(offset))
        return
    percent = format(point.value / 1.27, ".4f")
    if (point.value >= _PEDAL_DOWN) == (before >= _PEDAL_DOWN):
        sound = add(parent, "sound", damper_pedal=percent, id=identity)
        if offset:
            add(sound, "offset", str(offset))
        return
    direction = add(parent, "direction", placement="below", id=identity)
    kind = "start" if point.value >= _PEDAL_DOWN else "stop"
    add(add(direction, "direction-type"), "pedal", type=kind, line="no", sign="yes")
    add_offset(direction, offset)
    add(direction, "sound", damper_pedal=percent)


def add_pitch(parent: Element, name: str) -> None:
    """Add ``<pitch>`` for a spelled pitch such as "Bb3"."""
    split = 1
    while name[split] in "b#":
        split += 1
    pitch = add(parent, "pitch")
    add(pitch, "step", name[0])
    if split > 1:
        add(pitch, "alter", str(alteration(name[:split])))
    add(pitch, "octave", name[split:])


def alteration(name: str) -> int:
    """Return the semitones that a note name is raised by."""
    return name.count("#") - name.count("b")
