"""What a song shall be: one value per question, with where it came from.

A :class:`MusicSpec` is what the prompt parser returns and what the composer obeys.
``None`` as a value means "left to the composer", which fills it from the style or a
default and says so in ``source``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any


class Source(StrEnum):
    """Who decided a value; earlier members win over later ones."""

    USER = "user"
    PROMPT = "prompt"
    # A language model's reading of the prompt, where the parser found nothing.
    LLM = "llm"
    STYLE = "style"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class SpecField:
    """One decided (or open) value with its source and a confidence 0..1."""

    value: Any = None
    source: Source = Source.DEFAULT
    confidence: float = 0.0

    @property
    def asked(self) -> bool:
        """True when the musician asked for this value, by field or by prompt, however read."""
        return self.value is not None and self.source in (Source.USER, Source.PROMPT, Source.LLM)


@dataclass(frozen=True, slots=True)
class SectionRequest:
    """A section that the musician named: kind, label as written, bars or None."""

    kind: str
    label: str
    bars: int | None = None


@dataclass(frozen=True, slots=True)
class InstrumentRequest:
    """An instrument that was asked for.

    ``program`` and ``bank`` are General MIDI numbers from 0, ``percussion`` marks a
    drum kit, ``roles`` are the roles it can take, best first; ``generic`` marks a plain
    word ("guitar") that leaves the kind to the style.
    """

    name: str
    program: int
    bank: int = 0
    percussion: bool = False
    roles: tuple[str, ...] = ()
    generic: bool = False


@dataclass(frozen=True, slots=True)
class KeyRequest:
    """A change of key that was asked for.

    ``section`` names where: a section kind, one with its number ("chorus 2"), or
    "last chorus" and "end", which last to the end of the song. ``move`` names the key from
    that of the song ("dominant", "relative", "up 2" in semitones) or by itself ("E minor").
    """

    section: str
    move: str


@dataclass(frozen=True, slots=True)
class MeterRequest:
    """A meter that was asked for in a part of the song.

    ``section`` names where (see :func:`compositions.composer.time_changes.places`), ``meters``
    are (numerator, denominator) of its bars in turn: one, or those that alternate.
    """

    section: str
    meters: tuple[tuple[int, int], ...]


TEMPO_CHANGES = (
    "to", "by", "feel", "accelerando", "ritardando", "rubato", "fermata", "steady",
)  # fmt: skip
"""What a :class:`TempoRequest` may ask for."""


@dataclass(frozen=True, slots=True)
class TempoRequest:
    """A change of tempo that was asked for.

    ``section`` names where, as for :class:`MeterRequest`; "end" is the end of the song.
    ``change`` is "to" (``value`` in quarter notes per minute), "by" (a factor of the song's
    tempo), "feel" (0.5 half-time, 2 double-time, at the same tempo), "accelerando" or
    "ritardando" (up to the tempo ``value``, None for a usual one), "rubato", "fermata" (on the
    last chord) or "steady" (no slowing at the end).
    """

    section: str
    change: str
    value: float | None = None


def _open() -> SpecField:
    return SpecField()


@dataclass(frozen=True, slots=True)
class MusicSpec:
    """The full specification of a song.

    Values: ``genre`` a style name; ``mood`` a tuple of mood words; ``tonic`` a spelled
    note ("Bb"); ``mode`` a :class:`~compositions.score.document.Mode` value; ``tempo``
    quarter notes per minute; ``meter`` a (numerator, denominator) pair; ``swing`` the
    share of the first of two swung notes, 0.5 (straight) to 0.75; ``bars`` a bar count;
    ``seconds`` a length; ``form`` a tuple of :class:`SectionRequest`; ``chords`` a dict
    from section kind ("" = everywhere) to a tuple of bars, each a tuple of chord texts
    (names or Roman numerals); ``instruments`` a tuple of :class:`InstrumentRequest`;
    ``instruments_only`` true when nothing else may play; ``unwanted`` a tuple of role or
    instrument names; ``density``, ``energy`` and ``complexity`` 0..1; ``theme`` what the
    lyrics are about; ``title`` the song's title.

    ``tempo_range`` is a (low, high) pair in which the tempo may move to meet a length
    ("andante", "90-100 bpm"); ``blend`` a tuple of further style names that colour the
    genre; ``language`` an ISO 639-1 code of the language to sing in; ``lyrics`` the words
    as written inside the prompt, with their tags (see :func:`parse_lyrics`); ``era`` a
    decade ("80s") or a period ("baroque"); ``register`` where the tune lies, 0 (low) to
    1 (high); ``key_changes`` a tuple of :class:`KeyRequest`, empty for a song that stays in
    its key; ``meter_changes`` a tuple of :class:`MeterRequest` and ``tempo_changes`` one of
    :class:`TempoRequest`. ``not_understood`` are words that were left out, ``notes`` plain
    sentences on contradictions, guesses and corrected typing errors.
    """

    prompt: str = ""
    genre: SpecField = field(default_factory=_open)
    mood: SpecField = field(default_factory=_open)
    tonic: SpecField = field(default_factory=_open)
    mode: SpecField = field(default_factory=_open)
    tempo: SpecField = field(default_factory=_open)
    meter: SpecField = field(default_factory=_open)
    swing: SpecField = field(default_factory=_open)
    bars: SpecField = field(default_factory=_open)
    seconds: SpecField = field(default_factory=_open)
    form: SpecField = field(default_factory=_open)
    chords: SpecField = field(default_factory=_open)
    instruments: SpecField = field(default_factory=_open)
    instruments_only: SpecField = field(default_factory=_open)
    unwanted: SpecField = field(default_factory=_open)
    density: SpecField = field(default_factory=_open)
    energy: SpecField = field(default_factory=_open)
    complexity: SpecField = field(default_factory=_open)
    theme: SpecField = field(default_factory=_open)
    title: SpecField = field(default_factory=_open)
    # For the plan: choose the tempo inside this range when bars and seconds must meet.
    tempo_range: SpecField = field(default_factory=_open)
    # Mixed into the style by resolve.py: nothing else has to look at it.
    blend: SpecField = field(default_factory=_open)
    # For the lyric writers: the language of new words and of the syllables of given ones.
    language: SpecField = field(default_factory=_open)
    # For the engine: sing these unless lyrics come as an argument. Where ``form`` is asked
    # too, it has the same tags in the same order; sections without bars follow their lines.
    lyrics: SpecField = field(default_factory=_open)
    # Used by resolve.py for the genre; operations may keep it when they change the style.
    era: SpecField = field(default_factory=_open)
    # For the melody: move its range by up to an octave around the instrument's middle.
    register: SpecField = field(default_factory=_open)
    # For the plan: sections that leave the key (see tonality.py); None leaves it to the style.
    key_changes: SpecField = field(default_factory=_open)
    # For the plan: sections in another meter or tempo (see time_changes.py).
    meter_changes: SpecField = field(default_factory=_open)
    tempo_changes: SpecField = field(default_factory=_open)
    notes: tuple[str, ...] = ()
    not_understood: tuple[str, ...] = ()

    def items(self) -> Iterator[tuple[str, SpecField]]:
        """Yield (name, field) for every specified question, in a fixed order."""
        for name in FIELD_NAMES:
            yield name, getattr(self, name)

    def with_value(self, name: str, value: Any, source: Source, confidence: float) -> MusicSpec:
        """Return a copy in which ``name`` has a new value. Raises ``KeyError``."""
        if name not in FIELD_NAMES:
            raise KeyError(name)
        changed: dict[str, Any] = {name: SpecField(value, source, confidence)}
        return replace(self, **changed)

    def with_note(self, *notes: str) -> MusicSpec:
        """Return a copy with further notes; a note is kept once."""
        return replace(self, notes=tuple(dict.fromkeys((*self.notes, *notes))))

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON data; :meth:`from_dict` is its inverse."""
        data: dict[str, Any] = {"prompt": self.prompt}
        for name, entry in self.items():
            data[name] = {
                "value": _plain(entry.value),
                "source": entry.source.value,
                "confidence": entry.confidence,
            }
        data["not_understood"] = list(self.not_understood)
        data["notes"] = list(self.notes)
        return data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> MusicSpec:
        """Read what :meth:`to_dict` wrote. Missing fields stay open.

        Raises ``ValueError`` for an unknown source or a malformed value.
        """
        values: dict[str, Any] = {"prompt": str(data.get("prompt", ""))}
        for name in FIELD_NAMES:
            entry = data.get(name)
            if entry is None:
                continue
            if not isinstance(entry, Mapping) or "value" not in entry:
                raise ValueError(f"{name}: expected an object with value, source, confidence")
            try:
                value = _typed(name, entry["value"])
            except (TypeError, KeyError, AttributeError) as error:
                raise ValueError(f"{name}: malformed value ({error})") from error
            values[name] = SpecField(
                value,
                Source(entry.get("source", Source.USER)),
                float(entry.get("confidence", 1.0)),
            )
        values["not_understood"] = tuple(str(word) for word in data.get("not_understood", ()))
        values["notes"] = tuple(str(note) for note in data.get("notes", ()))
        return cls(**values)


FIELD_NAMES: tuple[str, ...] = tuple(
    entry.name
    for entry in fields(MusicSpec)
    if entry.name not in ("prompt", "not_understood", "notes")
)


_REQUESTS = (SectionRequest, InstrumentRequest, KeyRequest, MeterRequest, TempoRequest)


def _plain(value: Any) -> Any:
    if isinstance(value, _REQUESTS):
        return {entry.name: _plain(getattr(value, entry.name)) for entry in fields(value)}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, StrEnum):
        return value.value
    return value


def _typed(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name == "form":
        return tuple(SectionRequest(**item) for item in value)
    if name == "instruments":
        return tuple(
            InstrumentRequest(**{**item, "roles": tuple(item.get("roles", ()))}) for item in value
        )
    if name == "chords":
        return {
            str(kind): tuple(tuple(str(chord) for chord in bar) for bar in bars)
            for kind, bars in value.items()
        }
    if name == "key_changes":
        return tuple(KeyRequest(**item) for item in value)
    if name == "meter_changes":
        return tuple(
            MeterRequest(
                str(item["section"]),
                tuple((int(top), int(bottom)) for top, bottom in item["meters"]),
            )
            for item in value
        )
    if name == "tempo_changes":
        return tuple(TempoRequest(**item) for item in value)
    if name == "tempo_range":
        low, high = value
        return (float(low), float(high))
    if name in ("mood", "unwanted", "blend"):
        return tuple(str(item) for item in value)
    if name == "meter":
        numerator, denominator = value
        return (int(numerator), int(denominator))
    return value
