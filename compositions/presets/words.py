"""Settings in words: what a preset does, and in what two of them differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from compositions.presets.schemas import FIELDS, VOICE, Settings, defaults_of
from compositions.presets.sounds import sound_name
from compositions.score.diff_words_mix import AUTOMATIC, LABELS, setting
from compositions.score.diff_words_phrases import number, percent, signed
from compositions.sound.mix_presets import NO_PRESET, mix_preset
from compositions.sound.vocal.presets import PRESETS as VOICES


@dataclass(frozen=True, slots=True)
class Line:
    """One setting: what it is called, and its value in words."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One setting that two sides have differently, each side in words."""

    label: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.label}: {self.before} → {self.after}"


def describe(kind: str, settings: Settings) -> list[Line]:
    """Return what settings say, one line for each that is set."""
    return [Line(label, text) for label, text in _told(kind, settings).items()]


def differences(kind: str, before: Settings, after: Settings) -> list[Difference]:
    """Return in what two sets of settings differ; what is left out counts as its default."""
    defaults = defaults_of(kind)
    old, new = _told(kind, {**defaults, **before}), _told(kind, {**defaults, **after})
    return [
        Difference(label, old.get(label, AUTOMATIC), new.get(label, AUTOMATIC))
        for label in {**old, **new}
        if old.get(label) != new.get(label)
    ]


def _told(kind: str, settings: Settings) -> dict[str, str]:
    """Label -> value in words, in the order of the fields."""
    lines: dict[str, str] = {}
    if "program" in settings:
        lines["Instrument"] = sound_name(
            settings.get("bank", 0), settings["program"], settings.get("percussion", False)
        )
    for name in FIELDS[kind]:
        if name in settings and name in _TELLERS:
            label, tell = _TELLERS[name]
            lines[label] = AUTOMATIC if settings[name] is None else tell(settings[name])
    return lines


def _unit(unit: str) -> Callable[[float], str]:
    return lambda value: f"{number(value)} {unit}"


def _equaliser(bands: list[Mapping[str, Any]]) -> str:
    # Band by band, for a list in a sentence leaves some out.
    return ", ".join(setting("equaliser", [band]) for band in bands) or "flat"


def _compressor(values: Mapping[str, Any]) -> str:
    text = setting("compressor", values)
    if values["ratio"] <= 1.0:
        return text
    text += f", attack {number(values['attack_ms'])} ms, release {number(values['release_ms'])} ms"
    makeup = values["makeup_db"]
    return f"{text}, make-up {signed(makeup)} dB" if makeup else text


def _switch(value: bool) -> str:
    return "on" if value else "off"


def _mix_name(name: str) -> str:
    if not name:
        return "that of the genre"
    return "plain, no preset" if name == NO_PRESET else mix_preset(name).title


def _voice(name: str) -> str:
    return VOICES[name].name if name in VOICES else "none"


def _vocal(value: str) -> str:
    return "sung" if value == "guide" else "played by an instrument"


def _setting(name: str) -> Callable[[Any], str]:
    return lambda value: setting(name, value)


_TELLERS: dict[str, tuple[str, Callable[[Any], str]]] = {
    VOICE: ("Voice", _voice),
    **{name: (label.capitalize(), _setting(name)) for name, label in LABELS.items()},
    "equaliser": ("Equaliser", _equaliser),
    "compressor": ("Compressor", _compressor),
    "reverb_send": ("Reverb", percent),
    "mix_preset": ("Mix of", _mix_name),
    "true_peak_ceiling_dbtp": ("True peak", _unit("dBTP at most")),
    "sample_rate": ("Sample rate", lambda value: f"{number(value / 1000)} kHz"),
    "bit_depth": ("Bits", lambda value: f"{value}{' float' if value == 32 else ''}"),
    "tail_seconds": ("Tail", _unit("s")),
    "reverb": ("Shared reverb", _switch),
    "tone": ("Spectrum correction", _switch),
    "compression": ("Compression", _switch),
    "automatic_levels": ("Automatic levels", _switch),
    "vocal": ("Words", _vocal),
}
"""Label and words of each field."""
