"""Score in, finished audio out: synthesis, mixing, mastering, encoding, measuring.

Knows nothing of Django. :func:`render` makes a mastered WAV of a score, :func:`encode` turns it
into a tagged file of a common format, :func:`measure` and :func:`waveform_peaks` describe any audio
file. See :mod:`compositions.sound.synthesis` for the engine and why it was chosen.
"""

from compositions.sound.encoding import FORMATS, encode
from compositions.sound.errors import ParameterError, SoundError
from compositions.sound.measurements import Measurements, measure
from compositions.sound.mixing import TrackReport
from compositions.sound.parameters import RenderParameters, song_choices
from compositions.sound.peaks import SAMPLES_PER_POINT, Peaks, waveform_peaks
from compositions.sound.rendering import RenderResult, render
from compositions.sound.soundfont import Preset, SoundFont, SoundFonts, find_default_soundfont
from compositions.sound.tagging import Tags

__all__ = [
    "FORMATS",
    "SAMPLES_PER_POINT",
    "Measurements",
    "ParameterError",
    "Peaks",
    "Preset",
    "RenderParameters",
    "RenderResult",
    "SoundError",
    "SoundFont",
    "SoundFonts",
    "Tags",
    "TrackReport",
    "encode",
    "find_default_soundfont",
    "measure",
    "render",
    "song_choices",
    "waveform_peaks",
]
