"""The automatic balance of bus groups: the melody is heard, the bass is neither thin nor thick.

Decided once per song from power per octave and block (1.5 s), so it is the same each time and
moves no fader while the song plays. Partial masking is judged as in the "best practice" mixers of
Reiss and others (De Man and Reiss, "A knowledge-engineered autonomous mixing system", AES 135,
2013): what is important against everything else, in the octaves where it matters, while it plays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compositions.score.document import TrackRole
from compositions.score.mix_settings import BusGroup
from compositions.sound.equaliser import Bell
from compositions.sound.mix_presets import OCTAVES_HZ
from compositions.sound.spectrum import excess_db, power_db

Powers = NDArray[np.float64]

_PRESENCE = slice(4, 8)  # 500 Hz to 4 kHz
_BASS = slice(1, 3)  # 63 and 125 Hz
_SOUNDING_DB = -20.0  # of the loudest block: the group plays
# Faders count as 0 dB here, and composers set that of the melody higher than those of pads.
_QUIETEST_FRONT_DB, _LOUDEST_FRONT_DB = -2.0, 7.0
_MOST_UP_DB, _MOST_DOWN_DB = 3.0, 2.5
_MOST_CUT_DB = 2.5
_BASS_TOLERANCE_DB = 2.0
_MOST_BASS_DB = 2.5


GROUPS = {
    TrackRole.LEAD: BusGroup.FRONT,
    TrackRole.VOCAL: BusGroup.FRONT,
    TrackRole.BASS: BusGroup.BASS,
    TrackRole.DRUMS: BusGroup.DRUMS,
    TrackRole.PERCUSSION: BusGroup.DRUMS,
}


def group_of(role: TrackRole) -> BusGroup:
    """The bus that tracks of this role go to."""
    return GROUPS.get(role, BusGroup.HARMONY)


@dataclass(frozen=True, slots=True)
class Balance:
    """Gains of the groups in dB, the octaves cut out of the harmony for the front, and why.

    ``front_db`` is the front against all else from 500 Hz to 4 kHz while it plays, before; None
    without a front or without anything beside it.
    """

    gains_db: Mapping[str, float]
    cuts: tuple[Bell, ...] = ()
    front_db: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)


def balance(powers: Mapping[BusGroup, Powers], wanted_db: tuple[float, ...]) -> Balance:
    """Decide the gains of groups from their ``powers``, each of shape (blocks, octaves)."""
    gains = {group.value: 0.0 for group in BusGroup if group in powers}
    cuts: tuple[Bell, ...] = ()
    front_db = None
    if BusGroup.FRONT in powers and len(powers) > 1:
        front_db, cuts = _unmask(powers, gains)
    _settle_bass(powers, gains, wanted_db)
    return Balance({name: round(gain, 2) for name, gain in gains.items()}, cuts, front_db)


def _unmask(
    powers: Mapping[BusGroup, Powers], gains: dict[str, float]
) -> tuple[float | None, tuple[Bell, ...]]:
    front = powers[BusGroup.FRONT]
    level = front.sum(axis=1)
    playing = level > level.max(initial=0.0) * 10.0 ** (_SOUNDING_DB / 10.0)
    if not playing.any():
        return None, ()
    own = front[playing].sum(axis=0)
    others = {group: found[playing].sum(axis=0) for group, found in powers.items()}
    rest = np.sum([found for group, found in others.items() if group != BusGroup.FRONT], axis=0)
    if float(rest[_PRESENCE].sum()) <= 0.0:
        return None, ()
    heard = float(power_db(own[_PRESENCE].sum()) - power_db(rest[_PRESENCE].sum()))
    cuts: tuple[Bell, ...] = ()
    if heard < _QUIETEST_FRONT_DB:
        missing = _QUIETEST_FRONT_DB - heard
        gains[BusGroup.FRONT] = min(0.5 * missing, _MOST_UP_DB)
        if BusGroup.HARMONY in gains:
            gains[BusGroup.HARMONY] = -min(0.35 * missing, _MOST_DOWN_DB)
            # The octave that counts most for the front, of those where harmony covers it.
            covered = np.minimum(own, others[BusGroup.HARMONY])[_PRESENCE]
            worst = int(np.argmax(covered)) + _PRESENCE.start
            depth = round(min(0.5 * missing, _MOST_CUT_DB), 2)
            if depth >= 0.25:
                cuts = (Bell(OCTAVES_HZ[worst], -depth, 0.9),)
    elif heard > _LOUDEST_FRONT_DB:
        gains[BusGroup.FRONT] = -min(0.5 * (heard - _LOUDEST_FRONT_DB), _MOST_DOWN_DB)
    return round(heard, 2), cuts


def _settle_bass(
    powers: Mapping[BusGroup, Powers], gains: dict[str, float], wanted_db: tuple[float, ...]
) -> None:
    """Move the bass group where the two octaves of the bass are far from the wanted spectrum."""
    if BusGroup.BASS not in powers or len(powers) < 2:
        return
    total = np.sum(
        [
            found.sum(axis=0) * 10.0 ** (gains[group.value] / 10.0)
            for group, found in powers.items()
        ],
        axis=0,
    )
    excess = float(excess_db(power_db(total), wanted_db)[_BASS].mean())
    if abs(excess) > _BASS_TOLERANCE_DB:
        move = -0.5 * (excess - np.copysign(_BASS_TOLERANCE_DB, excess))
        gains[BusGroup.BASS] += float(np.clip(move, -_MOST_BASS_DB, _MOST_BASS_DB))
