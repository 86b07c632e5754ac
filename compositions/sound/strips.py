"""What each channel strip does: what the musician set, and the automatic for all else.

The automatic strip follows the role of the track (:mod:`.roles`), the mix preset and the notes that
are played; nothing of it is heard before, so it is known without a stem.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from compositions.score.document import Track
from compositions.score.mix_settings import (
    MIX_FIELDS,
    STRIP_FIELDS,
    BandType,
    BusGroup,
    Compressor,
    EqualiserBand,
    MixSettings,
)
from compositions.score.serialisation import plain_entity, unwritten
from compositions.sound.balance import group_of
from compositions.sound.mix_plan import MixPlan
from compositions.sound.parameters import RenderParameters
from compositions.sound.roles import STRIPS

_LOWEST_HIGH_PASS_HZ = 24.0
_MOST_AUTOMATIC_COMPRESSION_DB = 5.0
_MOST_COMPRESSION_DB = 60.0
_PASS_Q = 0.707


@dataclass(frozen=True, slots=True)
class Strip:
    """The settings of one channel strip as it plays.

    The fields are those of :class:`compositions.score.mix_settings.StripSettings`, all with a
    value. ``pan`` is -1 (left) .. 1 (right), ``most_compression_db`` the most that the compressor
    may take.
    """

    equaliser: tuple[EqualiserBand, ...]
    compressor: Compressor
    saturation: float
    width: float
    delay_send: float
    ducking_db: float
    bus: BusGroup
    automatic_level: bool
    pan: float
    most_compression_db: float

    def settings(self) -> dict[str, Any]:
        """The settings as plain JSON values, by their names in the document."""
        plain = plain_entity(self)
        return {name: plain[name] for name in STRIP_FIELDS}


def automatic_strip(track: Track, plan: MixPlan, parameters: RenderParameters) -> Strip:
    """The strip of a track on which nothing is set."""
    role, preset = track.role.value, plan.preset
    shaped = preset if preset and parameters.compression else None
    pan = plan.pan(track)
    return Strip(
        equaliser=_bands(track),
        compressor=Compressor(ratio=shaped.ratio.get(role, 1.0) if shaped else 1.0),
        saturation=shaped.saturation.get(role, 0.0) if shaped else 0.0,
        # What stands at one side shall not be heard from the other.
        width=round(preset.width.get(role, 0.0) * (1.0 - abs(pan)), 3) if preset else 0.0,
        delay_send=preset.delay_send(track.role) if preset else 0.0,
        ducking_db=preset.duck.depths_db.get(role, 0.0) if preset else 0.0,
        bus=group_of(track.role),
        automatic_level=True,
        pan=pan,
        most_compression_db=_MOST_AUTOMATIC_COMPRESSION_DB,
    )


def strip_of(track: Track, plan: MixPlan, parameters: RenderParameters) -> Strip:
    """The strip of a track: what is set on it wins over the automatic."""
    chosen = {name: getattr(track, name) for name in set_on(track)}
    if "compressor" in chosen:
        chosen["most_compression_db"] = _MOST_COMPRESSION_DB
    return replace(automatic_strip(track, plan, parameters), **chosen)


def set_on(track: Track) -> list[str]:
    """The names of what is set on the strip of a track, beside fader, pan and reverb."""
    defaults = unwritten(Track)
    return [name for name in STRIP_FIELDS if getattr(track, name) != defaults[name]]


def set_for(settings: MixSettings) -> list[str]:
    """The names of what is set for the mix of a whole song."""
    defaults = MixSettings()
    return [name for name in MIX_FIELDS if getattr(settings, name) != getattr(defaults, name)]


def strip_report(track: Track, plan: MixPlan, parameters: RenderParameters) -> dict[str, Any]:
    """The strip of a track for the report of a render, as plain JSON values.

    Each setting as it played, by its name in the document; "set" names those that the musician
    set, and "automatic" says of each what it is when nothing is set. "group" is the bus.
    """
    strip = strip_of(track, plan, parameters)
    return {
        **strip.settings(),
        "group": strip.bus.value,
        "set": set_on(track),
        "automatic": automatic_strip(track, plan, parameters).settings(),
    }


def _bands(track: Track) -> tuple[EqualiserBand, ...]:
    """The automatic bands. The high-pass stays below the fundamental of the low notes."""
    strip = STRIPS[track.role]
    cutoff = strip.high_pass_hz
    if not track.percussion and track.notes:
        pitches = sorted(note.pitch for note in track.notes)
        lowest = pitches[len(pitches) // 50]
        fundamental = 440.0 * 2.0 ** ((lowest - 69) / 12.0)
        cutoff = max(min(cutoff, 0.75 * fundamental), _LOWEST_HIGH_PASS_HZ)
    return (
        EqualiserBand(BandType.HIGH_PASS, round(cutoff, 1), 0.0, _PASS_Q),
        *(
            EqualiserBand(BandType.BELL, band.frequency, band.gain_db, band.q)
            for band in strip.bells
        ),
        *(
            EqualiserBand(BandType.HIGH_SHELF, band.frequency, band.gain_db, _PASS_Q)
            for band in strip.shelves
        ),
    )
