"""Every limit of a score, in one place. Nothing longer, larger or louder is accepted."""

from __future__ import annotations

MAX_TRACKS = 128
MAX_NOTES = 200_000
MAX_AUTOMATION_POINTS = 200_000
MAX_TEMPO_CHANGES = 20_000
MAX_METER_CHANGES = 20_000
MAX_KEY_CHANGES = 20_000
MAX_SECTIONS = 1_000
MAX_CHORDS = 20_000
MAX_SYLLABLES = 50_000
MAX_LYRIC_LINES = 5_000
MAX_PHONEMES = 32
"""Phonemes of one syllable."""

MAX_SECONDS = 3 * 60 * 60
"""Longest score in seconds."""
MAX_TICKS = 34_560_000
"""Longest score in ticks: three hours at 400 quarter notes per minute."""

MAX_NAME_LENGTH = 200
"""Characters of a title, a track name, a section label or kind, an origin."""
MAX_SYLLABLE_LENGTH = 100
MAX_LYRIC_LINE_LENGTH = 500
MAX_LANGUAGE_LENGTH = 35
"""Characters of a BCP 47 language tag."""
MAX_POSITION = 1e9
"""Largest position of a track or a lyric line."""
MAX_CHORD_TEXT_LENGTH = 32
"""Characters of a chord quality or Roman numeral."""
MAX_METADATA_LENGTH = 100_000
"""Characters of the metadata as JSON."""
MAX_METADATA_DEPTH = 20

MAX_TIMING = 1_920
"""Ticks that a note may be sounded before or after its place: a whole note."""
MAX_ARTICULATION = 7_680
"""Ticks that a note may be sounded shorter or longer than written."""
MAX_DYNAMICS = 126
"""Steps of velocity that a note may be sounded softer or louder than written."""

METER_NUMERATOR_MAX = 32
METER_DENOMINATORS = (1, 2, 4, 8, 16, 32, 64)
PROGRAM_MAX = 127
BANK_MAX = 16_383
GAIN_MIN_DB, GAIN_MAX_DB = -120.0, 24.0
MAX_EQUALISER_BANDS = 8
EQUALISER_HZ = (20.0, 20_000.0)
EQUALISER_DB = (-24.0, 24.0)
EQUALISER_Q = (0.1, 10.0)
COMPRESSOR: dict[str, tuple[float, float]] = {
    "threshold_db": (-40.0, 20.0),
    "ratio": (1.0, 20.0),
    "attack_ms": (1.0, 200.0),
    "release_ms": (10.0, 2_000.0),
    "makeup_db": (0.0, 24.0),
}
STRIP: dict[str, tuple[float, float]] = {
    "saturation": (0.0, 1.0),
    "width": (0.0, 1.0),
    "delay_send": (0.0, 1.0),
    "ducking_db": (0.0, 24.0),
}
"""Least and most of the numbers that can be set on a channel strip."""
MIX: dict[str, tuple[float, float]] = {
    "target_lufs": (-23.0, -8.0),
    "reverb_seconds": (0.3, 6.0),
    "delay_beats": (0.125, 4.0),
    "delay_feedback": (0.0, 0.9),
    "front_gain_db": (-24.0, 12.0),
    "harmony_gain_db": (-24.0, 12.0),
    "bass_gain_db": (-24.0, 12.0),
    "drums_gain_db": (-24.0, 12.0),
}
"""Least and most of the numbers that can be set for the mix of a song."""
CONTROLLER_MAX = 119
PITCH_BEND_MIN, PITCH_BEND_MAX = -8192, 8191

MAX_PROBLEMS = 100
"""Validation stops after this many problems."""
