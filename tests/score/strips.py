"""Settings of the mixer at random: of a channel strip, and of the mix of a song."""

from __future__ import annotations

import random
from typing import Any

from compositions.score import limits
from compositions.score.entities import Fields
from compositions.score.mix_settings import MIX_FIELDS, STRIP_FIELDS, BandType, BusGroup


def any_setting(rng: random.Random, name: str) -> Any:
    """A value of a setting; often None, which is automatic, or what else is its default."""
    if name in ("automatic_level", "automatic_balance"):
        return rng.random() < 0.5
    if name == "mix_preset":
        return rng.choice(["", "ambient", "electronic"])
    if rng.random() < 0.3:
        return 0.0 if name.endswith("gain_db") else None
    if name == "equaliser":
        return [any_band(rng) for _ in range(rng.choice([0, 1, 3]))]
    if name == "compressor":
        return {key: rng.uniform(low, high) for key, (low, high) in limits.COMPRESSOR.items()}
    if name == "bus":
        return rng.choice(list(BusGroup)).value
    low, high = (limits.STRIP | limits.MIX)[name]
    return rng.uniform(low, high)


def any_band(rng: random.Random) -> Fields:
    """One band of an equaliser."""
    return {
        "type": rng.choice(list(BandType)).value,
        "frequency_hz": rng.uniform(*limits.EQUALISER_HZ),
        "gain_db": rng.uniform(*limits.EQUALISER_DB),
        "q": rng.uniform(*limits.EQUALISER_Q),
    }


def any_strip_setting(rng: random.Random) -> tuple[str, Any]:
    """A field of a track's strip and a value of it."""
    name = rng.choice(STRIP_FIELDS)
    return name, any_setting(rng, name)


def any_mix_setting(rng: random.Random) -> tuple[str, Any]:
    """A field of the mix of a song and a value of it."""
    name = rng.choice(MIX_FIELDS)
    return name, any_setting(rng, name)
