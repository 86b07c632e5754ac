"""The musical document: frozen entities with ids, in integer ticks.

One song is one :class:`Score`. Every entity has an id that is minted once and never
reused; order is always derived (start, pitch, id), never positional. Time is integer
ticks at :data:`TICKS_PER_QUARTER` per quarter note; seconds are derived through
:mod:`compositions.score.timeline`.

This package knows nothing of Django: plain data in, plain data out.
"""

from __future__ import annotations

import base64
import random
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import pairwise
from typing import Any, TypeVar

from compositions.score.mix_settings import UNWRITTEN, MixSettings, StripSettings

TICKS_PER_QUARTER = 480

PITCH_MIN, PITCH_MAX = 0, 127
VELOCITY_MIN, VELOCITY_MAX = 1, 127
TEMPO_MIN_BPM, TEMPO_MAX_BPM = 10.0, 400.0


def mint_id(rng: random.Random | None = None) -> str:
    """Return a fresh entity id: 64 random bits as 13 lower-case base32 characters.

    With ``rng`` the id comes from that stream, so a composer with a fixed seed
    mints the same ids each time; without it, from the operating system.
    """
    raw = rng.randbytes(8) if rng is not None else secrets.token_bytes(8)
    return base64.b32encode(raw).decode("ascii").rstrip("=").lower()


class TrackRole(StrEnum):
    """What a track does in the arrangement; mixing and drawing key on it."""

    LEAD = "lead"
    VOCAL = "vocal"
    HARMONY = "harmony"
    CHORDS = "chords"
    ARPEGGIO = "arpeggio"
    PAD = "pad"
    COUNTER_MELODY = "counter_melody"
    BASS = "bass"
    DRUMS = "drums"
    PERCUSSION = "percussion"
    EFFECTS = "effects"
    OTHER = "other"


class Mode(StrEnum):
    """Scale of a key. The church modes are named in full."""

    MAJOR = "major"
    MINOR = "minor"
    HARMONIC_MINOR = "harmonic_minor"
    MELODIC_MINOR = "melodic_minor"
    DORIAN = "dorian"
    PHRYGIAN = "phrygian"
    LYDIAN = "lydian"
    MIXOLYDIAN = "mixolydian"
    LOCRIAN = "locrian"
    MAJOR_PENTATONIC = "major_pentatonic"
    MINOR_PENTATONIC = "minor_pentatonic"
    BLUES = "blues"


@dataclass(frozen=True, slots=True)
class Note:
    """A note as it is written, and how its performance departs from that.

    ``start`` and ``duration`` are ticks (duration >= 1), ``pitch`` 0-127,
    ``velocity`` 1-127. ``locked`` notes are left alone by AI operations;
    ``origin`` says who made it ("composer", "import", "user").

    The performance is a layer of its own, which can be taken off: ``timing`` is added to
    the start when the note is sounded (ticks, before 0 and after), ``articulation`` to the
    duration (ticks, negative is detached) and ``dynamics`` to the velocity. See
    :mod:`compositions.score.performed`.
    """

    id: str
    start: int
    duration: int
    pitch: int
    velocity: int = 80
    locked: bool = False
    origin: str = ""
    timing: int = field(default=0, metadata={UNWRITTEN: True})
    articulation: int = field(default=0, metadata={UNWRITTEN: True})
    dynamics: int = field(default=0, metadata={UNWRITTEN: True})

    @property
    def end(self) -> int:
        """First tick after the note as written."""
        return self.start + self.duration

    @property
    def sort_key(self) -> tuple[int, int, str]:
        """Derived order of notes: start, pitch, id."""
        return (self.start, self.pitch, self.id)


@dataclass(frozen=True, slots=True)
class AutomationPoint:
    """One value of a track parameter at a tick.

    ``parameter`` is ``"cc<number>"`` for MIDI control changes 1-119 (value 0-127,
    so ``"cc64"`` is the sustain pedal) or ``"pitch_bend"`` (value -8192..8191). Bank
    select (0 and 32) is no automation: it is the track's ``bank``. A parameter has one
    value at a tick.
    """

    id: str
    tick: int
    parameter: str
    value: float


@dataclass(frozen=True, slots=True)
class Track(StripSettings):
    """One instrument of the song with its mixer strip and its notes.

    ``program`` and ``bank`` are General MIDI numbers from 0 (a bank number is CC 0 plus
    128 times CC 32, so SoundFont and GS banks keep their numbers); ``percussion`` tracks
    use the drum key map and ``program`` chooses the kit. ``gain_db`` is the fader in
    dB (0 = unity), ``pan`` -1 (left) .. 1 (right), ``reverb_send`` 0..1. ``preset`` names
    an instrument preset, empty for the plain General MIDI sound. ``position`` orders the
    tracks: a track between two others gets a number between theirs, so that putting one in
    changes no other. A ``locked`` track keeps its notes and automation as they are.
    :class:`~compositions.score.mix_settings.StripSettings` tells of the rest of its strip.
    """

    id: str
    name: str
    role: TrackRole = TrackRole.OTHER
    program: int = 0
    bank: int = 0
    percussion: bool = False
    gain_db: float = 0.0
    pan: float = 0.0
    reverb_send: float = 0.2
    muted: bool = False
    solo: bool = False
    notes: tuple[Note, ...] = ()
    automation: tuple[AutomationPoint, ...] = ()
    preset: str = ""
    position: float = 0.0
    locked: bool = False

    def with_notes(self, notes: Iterator[Note] | list[Note] | tuple[Note, ...]) -> Track:
        """Return this track holding ``notes`` in their derived order."""
        return replace(self, notes=tuple(sorted(notes, key=lambda note: note.sort_key)))


@dataclass(frozen=True, slots=True)
class TempoChange:
    """Tempo from ``tick`` on, in quarter notes per minute."""

    id: str
    tick: int
    bpm: float


@dataclass(frozen=True, slots=True)
class MeterChange:
    """Time signature from ``tick`` on (``denominator`` is a power of two)."""

    id: str
    tick: int
    numerator: int
    denominator: int

    @property
    def ticks_per_beat(self) -> int:
        """Length of one notated beat (an eighth in 6/8) in ticks."""
        return TICKS_PER_QUARTER * 4 // self.denominator

    @property
    def ticks_per_bar(self) -> int:
        """Length of one bar in ticks."""
        return self.numerator * self.ticks_per_beat


@dataclass(frozen=True, slots=True)
class KeyChange:
    """Key from ``tick`` on: ``tonic`` spelled as "D", "Bb" or "F#", and the mode."""

    id: str
    tick: int
    tonic: str
    mode: Mode = Mode.MAJOR


@dataclass(frozen=True, slots=True)
class Section:
    """A named stretch of the form ("Verse 1") with its kind and energy 0..1.

    A ``locked`` section keeps everything that begins inside it as it is.
    """

    id: str
    start: int
    duration: int
    label: str
    kind: str = "section"
    energy: float = 0.5
    locked: bool = False

    @property
    def end(self) -> int:
        """First tick after the section."""
        return self.start + self.duration


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord symbol over a stretch of time.

    ``root`` and ``bass`` are spelled note names; ``quality`` is a suffix as written in
    a chart ("", "m", "7", "maj7", "m7b5", "sus4", "m9"); ``roman`` is its function in
    the key ("ii7"), empty when unknown.
    """

    id: str
    start: int
    duration: int
    root: str
    quality: str = ""
    bass: str = ""
    roman: str = ""
    locked: bool = False

    @property
    def end(self) -> int:
        """First tick after the chord."""
        return self.start + self.duration

    @property
    def symbol(self) -> str:
        """The chord as written in a chart: "Gm7/Bb"."""
        return f"{self.root}{self.quality}" + (f"/{self.bass}" if self.bass else "")


@dataclass(frozen=True, slots=True)
class LyricLine:
    """A line of the lyrics as written, in the section ``section_id`` (empty: in none).

    ``position`` orders the lines as it orders tracks. ``language`` is a BCP 47 tag, empty
    when unknown.
    """

    id: str
    text: str
    section_id: str = ""
    language: str = ""
    position: float = 0.0
    locked: bool = False


ELISION = "\u203f"
"""The tie between two words that are sung on one note, inside the text of a syllable."""


@dataclass(frozen=True, slots=True)
class Syllable:
    """A sung syllable, tied to the note that carries it.

    ``text`` is as printed; ``continues`` is true when the word goes on in the next
    syllable (printed with a hyphen). ``phonemes`` are filled by the lyric aligner.
    ``line_id`` names the line of the lyrics that it belongs to, empty for none.
    """

    id: str
    note_id: str
    text: str
    continues: bool = False
    phonemes: tuple[str, ...] = ()
    line_id: str = ""


@dataclass(frozen=True, slots=True)
class Score(MixSettings):
    """A whole song. Tuples are kept in derived order by :func:`ordered`.

    A valid score has a tempo, a meter and a key at tick 0 (see
    :mod:`compositions.score.validation`). ``metadata`` holds plain JSON values that
    belong to the song but not to its time line (composer, source, comments); what is set of
    its mix is explained at :class:`~compositions.score.mix_settings.MixSettings`.
    """

    title: str = ""
    tempos: tuple[TempoChange, ...] = ()
    meters: tuple[MeterChange, ...] = ()
    keys: tuple[KeyChange, ...] = ()
    sections: tuple[Section, ...] = ()
    chords: tuple[Chord, ...] = ()
    tracks: tuple[Track, ...] = ()
    syllables: tuple[Syllable, ...] = ()
    metadata: dict[str, Any] = field(default_factory=dict)
    lines: tuple[LyricLine, ...] = ()

    @property
    def end(self) -> int:
        """Length in ticks: the end of the last note, chord or section."""
        ends = [note.end for track in self.tracks for note in track.notes]
        ends += [chord.end for chord in self.chords]
        ends += [section.end for section in self.sections]
        return max(ends, default=0)

    @property
    def note_count(self) -> int:
        """Notes in all tracks."""
        return sum(len(track.notes) for track in self.tracks)

    def track(self, track_id: str) -> Track:
        """Return the track with this id. Raises ``KeyError`` when there is none."""
        for track in self.tracks:
            if track.id == track_id:
                return track
        raise KeyError(track_id)


def ordered(score: Score) -> Score:
    """Return the score with every tuple in its derived order.

    Tracks and lyric lines are in the musician's order, which is that of the tuple; they get
    new positions where theirs do not tell it. Syllables follow the notes that they are on.
    """

    def by_tick(entity: Any) -> tuple[int, str]:
        return (entity.tick, entity.id)

    def by_start(entity: Any) -> tuple[int, str]:
        return (entity.start, entity.id)

    def sort(values: tuple[Any, ...], key: Callable[[Any], Any]) -> tuple[Any, ...]:
        return tuple(sorted(values, key=key))

    tracks = tuple(
        replace(track.with_notes(track.notes), automation=sort(track.automation, by_tick))
        for track in _positioned(score.tracks)
    )
    return replace(
        score,
        tempos=sort(score.tempos, by_tick),
        meters=sort(score.meters, by_tick),
        keys=sort(score.keys, by_tick),
        sections=sort(score.sections, by_start),
        chords=sort(score.chords, by_start),
        tracks=tracks,
        lines=_positioned(score.lines),
        syllables=_in_singing_order(score.syllables, tracks),
    )


Positioned = TypeVar("Positioned", Track, LyricLine)


def _positioned(entities: tuple[Positioned, ...]) -> tuple[Positioned, ...]:
    """Number the entities anew unless their positions rise already."""
    if all(one.position < other.position for one, other in pairwise(entities)):
        return entities
    return tuple(
        replace(entity, position=float(number)) for number, entity in enumerate(entities, start=1)
    )


def _in_singing_order(
    syllables: tuple[Syllable, ...], tracks: tuple[Track, ...]
) -> tuple[Syllable, ...]:
    """Sort by track, then by the order of the notes; syllables without a note come last."""
    if not syllables:
        return syllables
    places = {
        note.id: (number, *note.sort_key)
        for number, track in enumerate(tracks)
        for note in track.notes
    }
    nowhere = (len(tracks), 0, 0, "")
    return tuple(
        sorted(syllables, key=lambda entry: (places.get(entry.note_id, nowhere), entry.id))
    )
