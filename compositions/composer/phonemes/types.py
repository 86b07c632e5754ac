"""What a pronounced word is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Stress = Literal[0, 1, 2]
"""0 unstressed, 1 primary stress, 2 secondary stress, as in the CMU dictionary."""

Source = Literal["dictionary", "espeak-ng", "rules"]
"""Where a pronunciation comes from; ``rules`` counts syllables and knows no sounds."""


@dataclass(frozen=True, slots=True)
class SyllableSound:
    """One spoken syllable: its phonemes in IPA as espeak-ng writes them, and its stress.

    The phonemes carry no stress marks. They are empty where only the spelling is known.
    """

    phonemes: tuple[str, ...]
    stress: Stress


@dataclass(frozen=True, slots=True)
class Pronunciation:
    """How a word is sung: one entry for each syllable, at least one, and who says so."""

    syllables: tuple[SyllableSound, ...]
    source: Source

    @property
    def phonemes(self) -> tuple[str, ...]:
        """All phonemes of the word in order."""
        return tuple(sound for syllable in self.syllables for sound in syllable.phonemes)
