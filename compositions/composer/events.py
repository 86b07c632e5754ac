"""The composer's working note, before it gets an id and becomes part of a score."""

from __future__ import annotations

from dataclasses import dataclass, field

from compositions.composer.lyrics import SungSyllable
from compositions.composer.styles import Instrument


@dataclass(slots=True)
class Event:
    """A note in the making; ``start`` and ``duration`` in ticks, velocity 1-127.

    ``timing``, ``articulation`` and ``dynamics`` are its performance, as of a
    :class:`compositions.score.document.Note`.
    """

    start: int
    duration: int
    pitch: int
    velocity: int
    syllable: SungSyllable | None = None
    timing: int = 0
    articulation: int = 0
    dynamics: int = 0

    @property
    def end(self) -> int:
        """First tick after the note."""
        return self.start + self.duration


@dataclass(slots=True)
class Part:
    """A track in the making: who plays what, with mixer settings and controller points."""

    role: str
    name: str
    instrument: Instrument
    figure: str
    gain_db: float = 0.0
    pan: float = 0.0
    reverb_send: float = 0.2
    events: list[Event] = field(default_factory=list)
    pedal: list[tuple[int, int]] = field(default_factory=list)
