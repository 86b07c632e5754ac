"""What the figures of a mix mean, in words: is it loud enough, safe, open, wide, balanced?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from compositions.presentation.plots import decibel_text

_NEAR_LU = 0.5
_LOUDNESS = (
    (-23.0, "as European television wants (EBU R 128)"),
    (-16.0, "as podcasts and Apple Music want"),
    (-14.0, "as most streaming services want"),
)
_CREST = (
    (8.0, "dense: peaks stand little over the rest, as on loud club records"),
    (12.0, "as most pop and electronic records"),
    (16.0, "open: drums and consonants keep their punch"),
    (99.0, "very open, as acoustic and classical records"),
)
_RANGE = (
    (2.0, "the same loudness all the way, as a loop or a club track"),
    (5.0, "steady, as most pop and dance records"),
    (10.0, "loud and quiet parts are well apart"),
    (99.0, "very wide: quiet parts may be lost on a phone"),
)
_CORRELATION = (
    (0.0, "sides out of phase: much is lost where it is heard in mono"),
    (0.3, "very wide: some of it is lost where it is heard in mono"),
    (0.7, "wide, and safe in mono"),
    (0.95, "a little width, and safe in mono"),
    (2.0, "almost mono"),
)
FAR_DB = 3.0
"""An octave that is further from what the genre wants is named."""


@dataclass(frozen=True, slots=True)
class MixFact:
    """One figure of a mix: its name, its value, and what that means."""

    label: str
    value: str
    meaning: str


def mix_facts(figures: Mapping[str, Any], target_lufs: float, ceiling_db: float) -> list[MixFact]:
    """Return the figures that were measured, in words."""
    facts = []
    if (level := number(figures, "integrated_lufs")) is not None:
        facts.append(
            MixFact("Loudness", decibel_text(level, "LUFS"), loudness_words(level, target_lufs))
        )
    if (peak := number(figures, "true_peak_dbtp")) is not None:
        facts.append(MixFact("True peak", decibel_text(peak, "dBTP"), peak_words(peak, ceiling_db)))
    for name, label, unit, steps in (
        ("crest_db", "Crest", "dB", _CREST),
        ("loudness_range_lu", "Loudness range", "LU", _RANGE),
    ):
        if (value := number(figures, name)) is not None:
            facts.append(MixFact(label, decibel_text(value, unit), _step(value, steps)))
    if (correlation := number(figures, "stereo_correlation")) is not None:
        facts.append(
            MixFact(
                "Correlation",
                f"{correlation + 0.0:.2f}".replace("-", "−"),
                _step(correlation, _CORRELATION),
            )
        )
    if (side := number(figures, "side_db")) is not None:
        meaning = "the sides against the middle, above 220 Hz"
        value_text = "mono" if side <= -100 else decibel_text(side)
        facts.append(MixFact("Width", value_text, meaning))
    return facts


def number(figures: Mapping[str, Any], name: str) -> float | None:
    """Return a measured figure, None when it was not measured."""
    value = figures.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)


def numbers(figures: Mapping[str, Any], name: str) -> list[float]:
    """Return a row of measured figures, empty when it was not measured."""
    values = figures.get(name)
    if not isinstance(values, list | tuple):
        return []
    return [float(value) for value in values if isinstance(value, int | float)]


def loudness_words(level: float, target: float) -> str:
    """Say whether a loudness is what was asked for, and who wants that."""
    who = next((words for wanted, words in _LOUDNESS if abs(level - wanted) <= _NEAR_LU), "")
    missed = level - target
    if abs(missed) <= _NEAR_LU:
        return who or ("louder than streaming services play it" if level > -14 else "as asked for")
    side = "over" if missed > 0 else "under"
    return f"{decibel_text(abs(missed), 'LU')} {side} the {decibel_text(target, 'LUFS')} asked for"


def peak_words(peak: float, ceiling: float) -> str:
    """Say whether a true peak is safe."""
    if peak > 0.0:
        return "over full scale: players may clip it"
    if peak <= ceiling + 0.05:
        return f"safe: under the ceiling of {decibel_text(ceiling, 'dBTP')}"
    return f"over the ceiling of {decibel_text(ceiling, 'dBTP')}: MP3 and AAC may clip it"


def spectrum_words(octaves: list[tuple[str, float]], wanted_by: str) -> str:
    """Say which octaves stand out from what the genre wants; deviations are in dB."""
    if not octaves:
        return ""
    most = max(abs(value) for _, value in octaves)
    over = [
        f"{name} ({decibel_text(value, signed=True)})" for name, value in octaves if value > FAR_DB
    ]
    under = [f"{name} ({decibel_text(value)})" for name, value in octaves if value < -FAR_DB]
    if not over and not under:
        return f"As {wanted_by} wants it: every octave within {decibel_text(most)}."
    parts = [f"more than wanted at {_listed(over)}"] if over else []
    parts += (
        [f"less at {_listed(under)}" if over else f"less than wanted at {_listed(under)}"]
        if under
        else []
    )
    text = ", ".join(parts)
    return f"Beside what {wanted_by} wants: {text}."


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _step(value: float, steps: tuple[tuple[float, str], ...]) -> str:
    return next((words for most, words in steps if value < most), steps[-1][1])
