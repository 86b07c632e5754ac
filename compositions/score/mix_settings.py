"""What a musician sets on the mixer beside fader, pan, reverb, mute and solo.

Everything here is optional. What is not set (None) is automatic: the desk decides it for each
render and reports what it chose. :class:`StripSettings` are the fields of a track's channel strip,
:class:`MixSettings` those of the whole song; a track and a score have them as fields of their own,
so that each is edited, compared and merged alone. An effect preset is a set of the former, a mix
preset of a song a set of the latter.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import StrEnum

UNWRITTEN = "unwritten"
"""Mark of a field that is left out of plain data when it has its default."""
_UNSET = {UNWRITTEN: True}


class BandType(StrEnum):
    """What an equaliser band does at its frequency."""

    HIGH_PASS = "high_pass"  # noqa: S105
    LOW_SHELF = "low_shelf"
    BELL = "bell"
    HIGH_SHELF = "high_shelf"
    LOW_PASS = "low_pass"  # noqa: S105


class BusGroup(StrEnum):
    """The groups that tracks go through on their way to the mix."""

    FRONT = "front"
    HARMONY = "harmony"
    BASS = "bass"
    DRUMS = "drums"


@dataclass(frozen=True, slots=True)
class EqualiserBand:
    """One band: ``frequency_hz`` 20..20000, ``gain_db`` -24..24, ``q`` 0.1..10.

    A pass filter has no gain and falls by 12 dB per octave; 0.707 is the flattest ``q`` of a
    pass filter or shelf.
    """

    type: BandType
    frequency_hz: float
    gain_db: float = 0.0
    q: float = 0.707


@dataclass(frozen=True, slots=True)
class Compressor:
    """A compressor, knee 6 dB wide.

    ``threshold_db`` (-40..20) counts from the level that the louder quarter of the track
    reaches, so it means the same for every instrument. ``ratio`` 1..20 (1 is none),
    ``attack_ms`` 1..200, ``release_ms`` 10..2000, ``makeup_db`` 0..24.
    """

    threshold_db: float = -2.0
    ratio: float = 2.0
    attack_ms: float = 20.0
    release_ms: float = 180.0
    makeup_db: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StripSettings:
    """What is set on the channel strip of a track; None is automatic.

    ``equaliser`` replaces the automatic one (no bands: flat). ``saturation``, ``width`` and
    ``delay_send`` are 0..1. ``ducking_db`` (0..24, 0 is off) is how far the track gives way to
    each stroke of the kick drum. ``bus`` is the group that it goes to. With
    ``automatic_level`` the fader counts from the level that the desk finds by role and loudness,
    without it from the instrument as it plays.
    """

    equaliser: tuple[EqualiserBand, ...] | None = field(default=None, metadata=_UNSET)
    compressor: Compressor | None = field(default=None, metadata=_UNSET)
    saturation: float | None = field(default=None, metadata=_UNSET)
    width: float | None = field(default=None, metadata=_UNSET)
    delay_send: float | None = field(default=None, metadata=_UNSET)
    ducking_db: float | None = field(default=None, metadata=_UNSET)
    bus: BusGroup | None = field(default=None, metadata=_UNSET)
    automatic_level: bool = field(default=True, metadata=_UNSET)


@dataclass(frozen=True, slots=True, kw_only=True)
class MixSettings:
    """What is set for the mix of the whole song; None (of ``mix_preset`` "") is automatic.

    ``mix_preset`` names a mix preset of the studio, instead of that of the song's genre.
    ``target_lufs`` is the loudness of the master (-23..-8), ``reverb_seconds`` the decay of the
    shared reverb to -60 dB (0.3..6), ``delay_beats`` the time of the shared echo in quarter
    notes (0.125..4), ``delay_feedback`` what it feeds back (0..0.9). The gains of groups
    (-24..12 dB) are added to what the automatic balance gives them (``automatic_balance``).
    """

    mix_preset: str = field(default="", metadata=_UNSET)
    target_lufs: float | None = field(default=None, metadata=_UNSET)
    reverb_seconds: float | None = field(default=None, metadata=_UNSET)
    delay_beats: float | None = field(default=None, metadata=_UNSET)
    delay_feedback: float | None = field(default=None, metadata=_UNSET)
    automatic_balance: bool = field(default=True, metadata=_UNSET)
    front_gain_db: float = field(default=0.0, metadata=_UNSET)
    harmony_gain_db: float = field(default=0.0, metadata=_UNSET)
    bass_gain_db: float = field(default=0.0, metadata=_UNSET)
    drums_gain_db: float = field(default=0.0, metadata=_UNSET)


STRIP_FIELDS = tuple(entry.name for entry in fields(StripSettings))
"""The fields of a track that :class:`StripSettings` explains."""
MIX_FIELDS = tuple(entry.name for entry in fields(MixSettings))
"""The fields of a score that :class:`MixSettings` explains."""
