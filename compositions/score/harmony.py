"""Note names, scales and chord qualities: the spelling side of music theory.

A *pitch class* is 0-11 counted in semitones from C. A *note name* is a letter A-G with
up to two accidentals ("C", "Bb", "F#", "Ebb", "F##"). Pitches are MIDI numbers, where
60 is "C4". Spelling follows the line of fifths (... Bb F C G D ...): a key names its own
scale notes, and every other pitch class gets the name nearest to the tonic on that line.
"""

from __future__ import annotations

import re
from functools import lru_cache

from compositions.score.chord_qualities import (
    CHORD_QUALITIES,
    QUALITY_DEGREES,
    canonical_quality,
    is_chord_quality,
)
from compositions.score.document import Chord, Mode

__all__ = [
    "CHORD_QUALITIES",
    "MINOR_MODES",
    "canonical_quality",
    "chord_bass",
    "chord_intervals",
    "chord_note_names",
    "chord_pitch_classes",
    "fifths",
    "is_chord_quality",
    "is_note_name",
    "key_signature_fifths",
    "note_name_at_fifths",
    "parse_chord_symbol",
    "parse_pitch",
    "pitch_class",
    "scale_intervals",
    "scale_note_names",
    "scale_pitch_classes",
    "spell",
    "spell_pitch",
]

_LETTERS = "CDEFGAB"
_LETTER_PITCH_CLASSES = (0, 2, 4, 5, 7, 9, 11)
_LETTER_FIFTHS = (0, 2, 4, -1, 1, 3, 5)
_FIFTHS_LETTERS = "FCGDAEB"
_NOTE_NAME = re.compile(r"([A-G])(bb|b|##|#)?")
_PITCH_NAME = re.compile(r"([A-G](?:bb|b|##|#)?)(-?\d+)")
_CHORD_SYMBOL = re.compile(r"([A-G](?:bb|b|##|#)?)(.*?)(?:/([A-G](?:bb|b|##|#)?))?")
_DEGREE = re.compile(r"(bb|b|#)?(\d+)")
_ACCIDENTALS = {"": 0, "b": -1, "bb": -2, "#": 1, "##": 2}

# Scale degrees as written against the major scale. The five- and six-note scales are
# spelled as parts of their seven-note parents.
_SCALE_DEGREES: dict[Mode, str] = {
    Mode.MAJOR: "1 2 3 4 5 6 7",
    Mode.MINOR: "1 2 b3 4 5 b6 b7",
    Mode.HARMONIC_MINOR: "1 2 b3 4 5 b6 7",
    Mode.MELODIC_MINOR: "1 2 b3 4 5 6 7",
    Mode.DORIAN: "1 2 b3 4 5 6 b7",
    Mode.PHRYGIAN: "1 b2 b3 4 5 b6 b7",
    Mode.LYDIAN: "1 2 3 #4 5 6 7",
    Mode.MIXOLYDIAN: "1 2 3 4 5 6 b7",
    Mode.LOCRIAN: "1 b2 b3 4 b5 b6 b7",
    Mode.MAJOR_PENTATONIC: "1 2 3 5 6",
    Mode.MINOR_PENTATONIC: "1 b3 4 5 b7",
    Mode.BLUES: "1 b3 4 b5 5 b7",
}

# How far the key signature of a mode lies from that of the major key on the same tonic.
_MODE_SIGNATURE: dict[Mode, int] = {
    Mode.MAJOR: 0,
    Mode.MINOR: -3,
    Mode.HARMONIC_MINOR: -3,
    Mode.MELODIC_MINOR: -3,
    Mode.DORIAN: -2,
    Mode.PHRYGIAN: -4,
    Mode.LYDIAN: 1,
    Mode.MIXOLYDIAN: -1,
    Mode.LOCRIAN: -5,
    Mode.MAJOR_PENTATONIC: 0,
    Mode.MINOR_PENTATONIC: -3,
    Mode.BLUES: -3,
}

MINOR_MODES = frozenset(mode for mode, degrees in _SCALE_DEGREES.items() if "b3" in degrees)
"""Modes with a minor third above the tonic."""


def is_note_name(name: str) -> bool:
    """Tell whether ``name`` is a spelled note: A-G with up to two accidentals."""
    return bool(_NOTE_NAME.fullmatch(name))


def pitch_class(name: str) -> int:
    """Return the pitch class 0-11 of a note name ("C" is 0, "Cb" is 11).

    Raises ``ValueError`` when ``name`` is no note name.
    """
    letter, accidental = _split(name)
    return (_LETTER_PITCH_CLASSES[_LETTERS.index(letter)] + accidental) % 12


def fifths(name: str) -> int:
    """Return the place of a note name on the line of fifths (C is 0, G 1, F -1, Bb -2)."""
    letter, accidental = _split(name)
    return _LETTER_FIFTHS[_LETTERS.index(letter)] + 7 * accidental


def note_name_at_fifths(position: int) -> str:
    """Return the note name at a place on the line of fifths.

    Names with more than two accidentals are replaced by their nearest equal in sound.
    """
    while position > 19:
        position -= 12
    while position < -15:
        position += 12
    count, letter = divmod(position + 1, 7)
    return _FIFTHS_LETTERS[letter] + ("#" * count if count > 0 else "b" * -count)


def scale_note_names(tonic: str, mode: Mode) -> tuple[str, ...]:
    """Return the spelled notes of a scale from its tonic up."""
    return tuple(_above(tonic, degree) for degree in _SCALE_DEGREES[Mode(mode)].split())


def scale_pitch_classes(tonic: str, mode: Mode) -> tuple[int, ...]:
    """Return the pitch classes of a scale from its tonic up (5 to 7 of them).

    Melodic minor is the ascending form. Raises ``ValueError`` for an unknown tonic.
    """
    return tuple(pitch_class(name) for name in scale_note_names(tonic, mode))


def scale_intervals(mode: Mode) -> tuple[int, ...]:
    """Return the semitones of a scale above its tonic, 0 first."""
    return tuple(_semitones(degree) for degree in _SCALE_DEGREES[Mode(mode)].split())


def key_signature_fifths(tonic: str, mode: Mode) -> int:
    """Return the key signature: sharps as a positive, flats as a negative count.

    Modes carry the signature of their notes (D dorian 0, E phrygian 0). Keys that nobody
    writes may exceed 7 ("G#" major is 8).
    """
    return fifths(tonic) + _MODE_SIGNATURE[Mode(mode)]


@lru_cache(maxsize=512)
def _spellings(tonic: str, mode: Mode) -> tuple[str, ...]:
    centre = fifths(tonic)
    names = [""] * 12
    # From the flat second to the sharp fourth: the usual chromatic neighbours of a tonic.
    for position in range(centre - 5, centre + 7):
        name = note_name_at_fifths(position)
        names[pitch_class(name)] = name
    for name in scale_note_names(tonic, mode):
        names[pitch_class(name)] = name
    return tuple(names)


def spell(value: int, tonic: str = "C", mode: Mode = Mode.MAJOR) -> str:
    """Return the note name of a pitch or pitch class as written in a key."""
    return _spellings(tonic, Mode(mode))[value % 12]


def spell_pitch(pitch: int, tonic: str = "C", mode: Mode = Mode.MAJOR) -> str:
    """Return a pitch with its octave as written in a key: 60 is "C4", or "B#3" in C#."""
    name = spell(pitch, tonic, mode)
    _, accidental = _split(name)
    # The octave number belongs to the letter: B#3 and C4 are the same key of a piano.
    return f"{name}{(pitch - accidental) // 12 - 1}"


def parse_pitch(text: str) -> int:
    """Return the MIDI pitch of a name with octave ("C4" is 60, "Bb3" is 58).

    Raises ``ValueError`` when the text is no pitch or lies outside 0-127.
    """
    match = _PITCH_NAME.fullmatch(text.strip().replace("♭", "b").replace("♯", "#"))
    if match is None:
        raise ValueError(f"{text!r} is not a pitch such as C4 or Bb3")
    letter, accidental = _split(match[1])
    octave = int(match[2]) if len(match[2]) <= 3 else 99
    pitch = (octave + 1) * 12 + _LETTER_PITCH_CLASSES[_LETTERS.index(letter)] + accidental
    if not 0 <= pitch <= 127:
        raise ValueError(f"{text!r} lies outside the MIDI range C-1 to G9")
    return pitch


def chord_intervals(quality: str) -> tuple[int, ...]:
    """Return the semitones of a chord above its root; tensions lie above 12.

    "m9" gives (0, 3, 7, 10, 14). Raises ``ValueError`` for an unknown quality.
    """
    return tuple(_semitones(degree) for degree in _degrees(quality))


def chord_pitch_classes(chord: Chord) -> tuple[int, ...]:
    """Return the pitch classes of a chord from its root up, each once.

    A slash bass that is no chord tone comes last. Raises ``ValueError`` for an unknown
    root, quality or bass.
    """
    root = pitch_class(chord.root)
    classes = [(root + interval) % 12 for interval in chord_intervals(chord.quality)]
    classes.append(chord_bass(chord))
    return tuple(dict.fromkeys(classes))


def chord_note_names(chord: Chord) -> tuple[str, ...]:
    """Return the chord's notes as spelled from its root: Gm7 is ("G", "Bb", "D", "F")."""
    return tuple(_above(chord.root, degree) for degree in _degrees(chord.quality))


def chord_bass(chord: Chord) -> int:
    """Return the pitch class of the chord's lowest note: the slash bass, or the root."""
    return pitch_class(chord.bass or chord.root)


def parse_chord_symbol(symbol: str) -> tuple[str, str, str]:
    """Split a chord symbol into (root, quality, bass); "C6/9" is no slash chord.

    The quality is kept as written. Raises ``ValueError`` when the symbol is not understood.
    """
    match = _CHORD_SYMBOL.fullmatch(symbol.strip().replace("♭", "b").replace("♯", "#"))
    if match is None or not is_chord_quality(match[2]):
        raise ValueError(f"{symbol!r} is not a chord symbol such as Gm7 or D/F#")
    return match[1], match[2], match[3] or ""


def _split(name: str) -> tuple[str, int]:
    match = _NOTE_NAME.fullmatch(name)
    if match is None:
        raise ValueError(f"{name!r} is not a note name such as C, Bb or F#")
    return match[1], _ACCIDENTALS[match[2] or ""]


def _degrees(quality: str) -> list[str]:
    return QUALITY_DEGREES[canonical_quality(quality)].split()


def _semitones(degree: str) -> int:
    match = _DEGREE.fullmatch(degree)
    if match is None:
        raise ValueError(f"{degree!r} is not a scale degree such as b7")
    octave, step = divmod(int(match[2]) - 1, 7)
    return 12 * octave + _LETTER_PITCH_CLASSES[step] + _ACCIDENTALS[match[1] or ""]


def _above(name: str, degree: str) -> str:
    match = _DEGREE.fullmatch(degree)
    if match is None:
        raise ValueError(f"{degree!r} is not a scale degree such as b7")
    step = (int(match[2]) - 1) % 7
    return note_name_at_fifths(
        fifths(name) + _LETTER_FIFTHS[step] + 7 * _ACCIDENTALS[match[1] or ""]
    )
