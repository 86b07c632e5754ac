"""What a caller may choose about a render."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from compositions.sound.errors import ParameterError
from compositions.sound.mix_presets import NO_PRESET, preset_names

SAMPLE_RATES = (44_100, 48_000)
BIT_DEPTHS = (16, 24, 32)
VOCALS = ("guide", "synth")
_RANGES: dict[str, tuple[float, float]] = {
    "target_lufs": (-23.0, -8.0),
    "true_peak_ceiling_dbtp": (-12.0, -0.1),
    "tail_seconds": (0.0, 20.0),
    "seed": (0, 2**63 - 1),
    "reverb_seconds": (0.3, 6.0),
}


@dataclass(frozen=True, slots=True)
class RenderParameters:
    """Choices of one render; the same score, SoundFont and choices give the same bytes.

    ``sample_rate`` is 44100 or 48000 Hz, ``bit_depth`` 16, 24 or 32 (32 is float).
    ``target_lufs`` is integrated loudness (-23..-8 LUFS), ``true_peak_ceiling_dbtp`` the
    highest true peak (-12..-0.1 dBTP). ``tail_seconds`` (0..20) lets the last notes ring.
    ``seed`` feeds the reverb's impulse and the dither. ``reverb``, ``tone`` and ``compression``
    switch the shared reverb, the correction of the whole mix's spectrum and the bus compressor;
    ``reverb_seconds`` is the reverb's decay to -60 dB (0.3..6). ``automatic_levels`` balances
    tracks by role before the faders. ``mix_preset`` is a name of :mod:`.mix_presets`, empty for
    that of the song's genre, "none" for plain channel strips. ``vocal`` is "guide" for voices with
    words to be sung, "synth" for their instrument to play.
    """

    sample_rate: int = 44_100
    bit_depth: int = 24
    target_lufs: float = -14.0
    true_peak_ceiling_dbtp: float = -1.0
    tail_seconds: float = 3.0
    seed: int = 0
    reverb: bool = True
    reverb_seconds: float = 1.6
    tone: bool = True
    compression: bool = True
    automatic_levels: bool = True
    mix_preset: str = ""
    vocal: str = "guide"

    def __post_init__(self) -> None:
        """Check every field. Raises :class:`ParameterError` naming all bad ones."""
        errors: dict[str, str] = {}
        for name in ("reverb", "tone", "compression", "automatic_levels"):
            if not isinstance(getattr(self, name), bool):
                errors[name] = "must be true or false"
        for name, choices in (("sample_rate", SAMPLE_RATES), ("bit_depth", BIT_DEPTHS)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value not in choices:
                errors[name] = "must be one of " + ", ".join(str(choice) for choice in choices)
        if self.mix_preset not in ("", NO_PRESET, *preset_names()):
            choices_text = ", ".join((NO_PRESET, *preset_names()))
            errors["mix_preset"] = f"must be empty or one of {choices_text}"
        if self.vocal not in VOCALS:
            errors["vocal"] = "must be one of " + ", ".join(VOCALS)
        for name, (low, high) in _RANGES.items():
            value = getattr(self, name)
            whole = name == "seed"
            kind_is_right = isinstance(value, int) if whole else isinstance(value, int | float)
            if isinstance(value, bool) or not kind_is_right:
                errors[name] = "must be a whole number" if whole else "must be a number"
            elif not low <= value <= high:
                errors[name] = f"must be between {low:g} and {high:g}"
        if errors:
            raise ParameterError(errors)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values, one per field."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> RenderParameters:
        """Build from JSON values; fields left out keep their defaults.

        Raises :class:`ParameterError` for unknown fields and bad values.
        """
        known = {field.name for field in fields(cls)}
        unknown = {name: "is not a render parameter" for name in values if name not in known}
        if unknown:
            raise ParameterError(unknown)
        return cls(**values)


def song_choices(mix: Mapping[str, Any]) -> dict[str, Any]:
    """Return the render parameters that follow from what is set for the mix of a song.

    ``mix`` are fields of :class:`compositions.score.mix_settings.MixSettings`. What else is set
    there the desk reads from the score.
    """
    loudness = mix.get("target_lufs")
    return {} if loudness is None else {"target_lufs": loudness}
