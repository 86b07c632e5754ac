"""What can go wrong when a score becomes sound, told for musicians."""

from __future__ import annotations


class SoundError(Exception):
    """A render or an encoding cannot go on; the message says why and what to do."""


class ParameterError(SoundError, ValueError):
    """Render parameters out of range; ``errors`` maps each field to its message."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {text}" for name, text in errors.items()))
        self.errors = errors
