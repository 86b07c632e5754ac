"""The General MIDI names of the 128 programs (RP-003), and what an instrument usually does."""

from __future__ import annotations

from compositions.score.document import TrackRole

# Sixteen families of eight, as in the General MIDI level 1 sound set.
_FAMILIES = (
    "Acoustic Grand Piano, Bright Acoustic Piano, Electric Grand Piano, Honky-tonk Piano, "
    "Electric Piano 1, Electric Piano 2, Harpsichord, Clavinet",
    "Celesta, Glockenspiel, Music Box, Vibraphone, Marimba, Xylophone, Tubular Bells, Dulcimer",
    "Drawbar Organ, Percussive Organ, Rock Organ, Church Organ, Reed Organ, Accordion, "
    "Harmonica, Bandoneon",
    "Nylon Guitar, Steel Guitar, Jazz Guitar, Clean Guitar, Muted Guitar, Overdriven Guitar, "
    "Distortion Guitar, Guitar Harmonics",
    "Acoustic Bass, Fingered Bass, Picked Bass, Fretless Bass, Slap Bass 1, Slap Bass 2, "
    "Synth Bass 1, Synth Bass 2",
    "Violin, Viola, Cello, Contrabass, Tremolo Strings, Pizzicato Strings, Harp, Timpani",
    "String Ensemble 1, String Ensemble 2, Synth Strings 1, Synth Strings 2, Choir Aahs, "
    "Voice Oohs, Synth Voice, Orchestra Hit",
    "Trumpet, Trombone, Tuba, Muted Trumpet, French Horn, Brass Section, Synth Brass 1, "
    "Synth Brass 2",
    "Soprano Sax, Alto Sax, Tenor Sax, Baritone Sax, Oboe, English Horn, Bassoon, Clarinet",
    "Piccolo, Flute, Recorder, Pan Flute, Blown Bottle, Shakuhachi, Whistle, Ocarina",
    "Square Lead, Sawtooth Lead, Calliope Lead, Chiff Lead, Charang Lead, Voice Lead, "
    "Fifths Lead, Bass and Lead",
    "New Age Pad, Warm Pad, Polysynth Pad, Choir Pad, Bowed Pad, Metallic Pad, Halo Pad, Sweep Pad",
    "Rain, Soundtrack, Crystal, Atmosphere, Brightness, Goblins, Echoes, Sci-fi",
    "Sitar, Banjo, Shamisen, Koto, Kalimba, Bagpipe, Fiddle, Shanai",
    "Tinkle Bell, Agogo, Steel Drums, Woodblock, Taiko Drum, Melodic Tom, Synth Drum, "
    "Reverse Cymbal",
    "Guitar Fret Noise, Breath Noise, Seashore, Bird Tweet, Telephone Ring, Helicopter, "
    "Applause, Gunshot",
)

PROGRAM_NAMES: tuple[str, ...] = tuple(
    name.strip() for family in _FAMILIES for name in family.split(",")
)

_BASSES, _PADS, _EFFECTS = range(32, 40), range(88, 96), range(120, 128)


def instrument_name(program: int, *, percussion: bool = False) -> str:
    """Return the name of a General MIDI program 0-127, or "Drums" for percussion."""
    return "Drums" if percussion else PROGRAM_NAMES[program]


def usual_role(program: int, *, percussion: bool = False) -> TrackRole:
    """Return the role that an instrument names by itself, OTHER where it does not."""
    if percussion:
        return TrackRole.DRUMS
    if program in _BASSES:
        return TrackRole.BASS
    if program in _PADS:
        return TrackRole.PAD
    return TrackRole.EFFECTS if program in _EFFECTS else TrackRole.OTHER
