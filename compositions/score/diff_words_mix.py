"""The settings of the mixer told in words: what is set now, what it was."""

from __future__ import annotations

from typing import Any

from compositions.score.diff import SET
from compositions.score.diff_words_facts import Comparison, Fact, Item, Rank, told
from compositions.score.diff_words_phrases import listing, number, percent, quoted, signed
from compositions.score.entities import Kind, value_of
from compositions.score.mix_settings import MIX_FIELDS, STRIP_FIELDS

AUTOMATIC = "automatic"
LABELS = {
    "equaliser": "equaliser",
    "compressor": "compressor",
    "saturation": "saturation",
    "width": "width",
    "delay_send": "delay",
    "ducking_db": "ducking",
    "bus": "group",
    "automatic_level": "automatic level",
    "mix_preset": "mix preset",
    "target_lufs": "loudness",
    "reverb_seconds": "reverb time",
    "delay_beats": "delay time",
    "delay_feedback": "delay feedback",
    "automatic_balance": "automatic balance",
    "front_gain_db": "front group",
    "harmony_gain_db": "harmony group",
    "bass_gain_db": "bass group",
    "drums_gain_db": "drums group",
}
"""What a musician calls a setting of the mixer."""
_SHARES = ("saturation", "width", "delay_send", "delay_feedback")
_UNITS = {
    "target_lufs": "LUFS",
    "reverb_seconds": "s",
    "delay_beats": "beats",
    "ducking_db": "dB",
}
_TYPES = {
    "high_pass": "low cut",
    "low_shelf": "low shelf",
    "high_shelf": "high shelf",
    "low_pass": "high cut",
}


def setting(name: str, value: Any) -> str:
    """Return the value of a setting as a musician says it; None is automatic."""
    if value is None or (name == "mix_preset" and not value):
        return AUTOMATIC
    if name == "equaliser":
        return listing([_band(band) for band in value]) or "flat"
    if name == "compressor":
        ratio = value["ratio"]
        return f"{number(ratio)}:1 from {signed(value['threshold_db'])} dB" if ratio > 1 else "off"
    if isinstance(value, bool):
        return "on" if value else "off"
    if name == "ducking_db" and not value:
        return "off"
    if name in _SHARES:
        return percent(value)
    if name in _UNITS:
        return f"{number(value)} {_UNITS[name]}"
    if isinstance(value, str):
        return quoted(value)
    return f"{signed(value) if value else 0} dB"


def _band(band: dict[str, Any]) -> str:
    hertz = band["frequency_hz"]
    at = f"{number(hertz / 1000.0)} kHz" if hertz >= 1000 else f"{number(hertz)} Hz"
    if band["type"] in ("high_pass", "low_pass"):
        return f"{_TYPES[band['type']]} at {at}"
    kind = f" {_TYPES[band['type']]}" if band["type"] in _TYPES else ""
    return f"{signed(band['gain_db'])} dB{kind} at {at}"


def strip_words(item: Item) -> list[tuple[str, str]]:
    """Changed settings of a track's strip, with words for each."""
    return [(name, _words(item, name)) for name in STRIP_FIELDS if name in item.names]


def tell_mix(comparison: Comparison) -> None:
    """Tell what changed in the mix of the whole song."""
    for item in comparison.of(Kind.META, SET):
        for name in MIX_FIELDS:
            if name in item.names:
                words = _words(item, name)
                comparison.tell(Fact(Rank.MIXER, Kind.META, SET, words, told([item], name)))


def _words(item: Item, name: str) -> str:
    new, old = (setting(name, value_of(fields, name)) for fields in (item.new, item.old))
    if name == "automatic_level":
        return f"{LABELS[name]} {new}"
    if new == old:
        # Such as another release of a compressor.
        return f"{LABELS[name]} changed"
    return f"{LABELS[name]} {new}, was {old}"
