"""The guide vocal: sings the words of a track on its notes, offline and on the CPU.

espeak-ng speaks each word (:mod:`.speaking`), WORLD sings it (:mod:`.voice`) at the times of
:mod:`.timing` on the pitches of :mod:`.pitch`. It is a guide: every note and word is there and
in tune, for a singer to learn from; nobody takes it for a person.
"""

from compositions.sound.vocal.casting import cast_singers
from compositions.sound.vocal.errors import VocalError
from compositions.sound.vocal.presets import PRESETS, VocalPreset
from compositions.sound.vocal.singing import Singing, prepare, sings, vocal_version

__all__ = [
    "PRESETS",
    "Singing",
    "VocalError",
    "VocalPreset",
    "cast_singers",
    "prepare",
    "sings",
    "vocal_version",
]
