"""What is wrong with a score, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: ``path`` as in ``tracks[2].notes[17].pitch`` and a plain sentence."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class ScoreError(ValueError):
    """A score (or the data of one) is not valid; ``problems`` says where and why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        shown = "; ".join(str(problem) for problem in self.problems[:3])
        more = len(self.problems) - 3
        super().__init__(shown + (f"; and {more} more" if more > 0 else ""))


class MidiError(ValueError):
    """A MIDI file cannot be read or written; the message is meant for the musician."""


class MusicXmlError(ValueError):
    """A MusicXML file cannot be read or written; the message is meant for the musician."""
