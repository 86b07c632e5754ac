"""The notes of tracks as small pictures, one lane above the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from compositions.composer.styles import instruments

TICKS_PER_UNIT = 10
COLOUR_COUNT = 8
# A lane shows at least this many pitches, or two notes would fill it from edge to edge.
LEAST_PITCHES = 12
LEAST_DRUMS = 4
# Shorter notes than this would be invisible in an overview.
LEAST_NOTE_TICKS = 60
# Velocities up to these values are drawn as soft and as medium; above them, as loud.
SOFT_VELOCITY, MEDIUM_VELOCITY = 56, 88
PITCH_NAMES = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")
ROLE_NAMES = {
    "lead": "Lead",
    "vocal": "Voice",
    "harmony": "Harmony",
    "chords": "Chords",
    "arpeggio": "Arpeggio",
    "pad": "Pad",
    "counter_melody": "Counter-melody",
    "bass": "Bass",
    "drums": "Drums",
    "percussion": "Percussion",
    "effects": "Effects",
    "other": "Other",
}


class TrackRow(Protocol):
    """What is needed of a track; notes are in their serialised form."""

    entity_id: str
    name: str
    role: str
    program: int
    bank: int
    percussion: bool
    muted: bool
    notes: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class NotePath:
    """All notes of one loudness ("soft", "medium", "loud") as the data of one SVG path."""

    loudness: str
    data: str


@dataclass(frozen=True, slots=True)
class TrackLane:
    """The notes of a track as a small picture.

    ``letter`` is unique in the song and ``colour`` the number of a track colour; ``rows``
    is the height of the picture in pitches (or drums).
    """

    letter: str
    colour: int
    name: str
    role: str
    note_count: int
    muted: bool
    pitch_range: str
    rows: int
    paths: tuple[NotePath, ...]
    instrument: str = ""

    @property
    def subtitle(self) -> str:
        """What the track does and on which instrument, as far as its name does not say so."""
        known = self.name.casefold()
        parts = [part for part in (self.role, self.instrument) if part.casefold() not in known]
        return " · ".join(part for part in parts if part)


def number_text(value: float) -> str:
    """Return a number for an SVG path, with one decimal at most."""
    return f"{value:.1f}".removesuffix(".0")


def draw_lanes(tracks: Iterable[TrackRow]) -> tuple[TrackLane, ...]:
    """Draw each track; see :mod:`compositions.presentation.overview` for the units."""
    rows = list(tracks)
    letters = track_letters([row.name for row in rows])
    return tuple(
        _lane(row, letter, index % COLOUR_COUNT)
        for index, (row, letter) in enumerate(zip(rows, letters, strict=True))
    )


def track_letters(names: Sequence[str]) -> list[str]:
    """Return one letter for each name, no two alike while the alphabet lasts.

    The first free letter of the name, then of the alphabet; after that, numbers.
    """
    used: set[str] = set()
    letters: list[str] = []
    for name in names:
        own = [character for character in name.upper() if character.isalpha()]
        choices = [*own, *"ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
        letter = next((choice for choice in choices if choice not in used), str(len(letters) + 1))
        used.add(letter)
        letters.append(letter)
    return letters


def _lane(track: TrackRow, letter: str, colour: int) -> TrackLane:
    pitches = sorted({note["pitch"] for note in track.notes})
    if track.percussion:
        # Drums have no pitch: one row for each that is used, low ones at the bottom.
        rows = max(len(pitches), LEAST_DRUMS)
        spare = (rows - len(pitches)) / 2
        heights = {pitch: index + spare for index, pitch in enumerate(pitches)}
        pitch_range = f"{len(pitches)} drums" if len(pitches) != 1 else "1 drum"
    else:
        span = pitches[-1] - pitches[0] + 1 if pitches else 0
        rows = max(span + 2, LEAST_PITCHES)
        spare = (rows - span) / 2
        heights = {pitch: pitch - pitches[0] + spare for pitch in pitches}
        pitch_range = f"{pitch_name(pitches[0])}–{pitch_name(pitches[-1])}" if pitches else ""
    return TrackLane(
        letter=letter,
        colour=colour,
        name=track.name,
        role=ROLE_NAMES.get(track.role, track.role),
        note_count=len(track.notes),
        muted=track.muted,
        pitch_range=pitch_range,
        rows=rows,
        paths=_note_paths(track.notes, heights, rows),
        instrument=_instrument_of(track),
    )


@cache
def instrument_names() -> dict[tuple[bool, int, int], str]:
    """Return the first name that the catalogue has for (percussion, bank, program)."""
    names: dict[tuple[bool, int, int], str] = {}
    for instrument in instruments().values():
        key = (instrument.percussion, instrument.bank, instrument.program)
        names.setdefault(key, instrument.name)
    return names


def _instrument_of(track: TrackRow) -> str:
    """Return the instrument, unless the track is called after one: it may share its program."""
    if track.name.partition(" (")[0] in instruments():
        return ""
    return instrument_names().get((track.percussion, track.bank, track.program), "")


def _note_paths(
    notes: Sequence[dict[str, Any]], heights: dict[int, float], rows: int
) -> tuple[NotePath, ...]:
    """Return the notes as horizontal strokes: ``M x y h width``, loudest in front."""
    pieces: dict[str, list[str]] = {"soft": [], "medium": [], "loud": []}
    for note in notes:
        velocity = note.get("velocity", 80)
        if velocity <= SOFT_VELOCITY:
            loudness = "soft"
        elif velocity <= MEDIUM_VELOCITY:
            loudness = "medium"
        else:
            loudness = "loud"
        left = number_text(note["start"] / TICKS_PER_UNIT)
        y = number_text(rows - heights[note["pitch"]] - 0.5)
        width = number_text(max(note["duration"], LEAST_NOTE_TICKS) / TICKS_PER_UNIT)
        pieces[loudness].append(f"M{left} {y}h{width}")
    return tuple(NotePath(loudness, "".join(data)) for loudness, data in pieces.items() if data)


def pitch_name(pitch: int) -> str:
    """Return a pitch as musicians write it, middle C being C4."""
    return f"{PITCH_NAMES[pitch % 12]}{pitch // 12 - 1}"
