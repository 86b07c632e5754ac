"""How low and how high the instruments of General MIDI go.

Sounding pitches of what a good player reaches, after the range chart in Samuel Adler, "The
Study of Orchestration" (3rd edition, 2002), keyboards by their compass, guitars and basses by
tuning and 24 frets; wider where the sampled sound usually is. Sounds without a real instrument
behind them (synthesizers, pads, effects) have no limits, nor have instruments that are built
in many sizes.
"""

from __future__ import annotations

from compositions.score.document import PITCH_MAX, PITCH_MIN

# First and last program from 0, lowest and highest pitch.
_RANGES = (
    (0, 5, 21, 108),  # pianos: A0 to C8
    (6, 7, 29, 89),  # harpsichord, clavinet
    (8, 8, 60, 108),  # celesta
    (9, 9, 72, 108),  # glockenspiel
    (10, 10, 60, 96),  # music box
    (11, 11, 53, 89),  # vibraphone
    (12, 12, 36, 96),  # marimba of five octaves
    (13, 13, 65, 108),  # xylophone
    (14, 14, 60, 79),  # tubular bells
    (15, 15, 43, 88),  # dulcimer
    (16, 19, 24, 108),  # organs, 16' to 2'
    (20, 20, 29, 101),  # reed organ
    (21, 21, 40, 93),  # accordion
    (22, 22, 55, 98),  # harmonica
    (23, 23, 36, 95),  # bandoneon
    (24, 25, 40, 86),  # acoustic guitars
    (26, 30, 38, 88),  # electric guitars, the lowest string down to D2
    (31, 31, 40, 100),  # guitar harmonics
    (32, 32, 24, 67),  # double bass with C extension
    (33, 37, 23, 67),  # bass guitars of five strings
    (40, 40, 55, 105),  # violin
    (41, 41, 48, 93),  # viola
    (42, 42, 36, 84),  # cello
    (43, 43, 24, 67),  # contrabass
    (44, 45, 24, 105),  # a string section, tremolo and pizzicato
    (46, 46, 23, 104),  # harp
    (47, 47, 36, 60),  # timpani
    (48, 49, 24, 105),  # string ensembles
    (52, 53, 36, 84),  # choir and voice
    (56, 56, 52, 86),  # trumpet
    (57, 57, 28, 77),  # trombone with pedal notes
    (58, 58, 26, 65),  # tuba
    (59, 59, 52, 86),  # muted trumpet
    (60, 60, 34, 77),  # French horn
    (61, 61, 26, 86),  # brass section
    (64, 64, 56, 88),  # soprano saxophone
    (65, 65, 49, 81),  # alto
    (66, 66, 44, 76),  # tenor
    (67, 67, 36, 69),  # baritone
    (68, 68, 58, 93),  # oboe
    (69, 69, 52, 84),  # English horn
    (70, 70, 34, 76),  # bassoon
    (71, 71, 50, 94),  # clarinet
    (72, 72, 74, 108),  # piccolo
    (73, 73, 59, 98),  # flute
    (74, 74, 53, 98),  # recorders
    (75, 75, 55, 100),  # pan flute
    (77, 77, 50, 93),  # shakuhachi
    (105, 105, 48, 88),  # banjo
    (110, 110, 55, 105),  # fiddle
)
_BY_PROGRAM = {
    program: (low, high) for first, last, low, high in _RANGES for program in range(first, last + 1)
}


def instrument_range(program: int, *, percussion: bool = False) -> tuple[int, int]:
    """Return the lowest and highest pitch of a General MIDI program 0-127.

    All of MIDI's pitches for percussion, where a pitch is no pitch, and for what has no limits.
    """
    everything = (PITCH_MIN, PITCH_MAX)
    return everything if percussion else _BY_PROGRAM.get(program, everything)


def octave_into(pitch: int, low: int, high: int) -> int:
    """Return the pitch moved by the fewest octaves into the range, which has one at least."""
    while pitch < low:
        pitch += 12
    while pitch > high:
        pitch -= 12
    return pitch
