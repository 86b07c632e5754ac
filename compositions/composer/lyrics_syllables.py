"""A syllable as it is sung."""

from __future__ import annotations

from dataclasses import dataclass

STRESSED = 0.75
"""From this accent on a syllable wants a beat."""


@dataclass(frozen=True, slots=True)
class SungSyllable:
    """One syllable: text as printed, whether its word goes on, its accent and its sounds.

    ``accent`` is 0 (wants no beat) to 1 (the stress of a long word); ``phonemes`` are IPA,
    empty where nobody knows them.
    """

    text: str
    continues: bool
    accent: float
    phonemes: tuple[str, ...] = ()

    @property
    def stressed(self) -> bool:
        """Whether the syllable wants a beat."""
        return self.accent >= STRESSED
