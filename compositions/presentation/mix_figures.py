"""A mix in figures: pictures of its waveform, loudness, spectrum and stereo.

Drawn from what a render stores with it, so that the audio is not needed.
"""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from compositions.presentation.mix_words import (
    MixFact,
    mix_facts,
    number,
    numbers,
    spectrum_words,
)
from compositions.presentation.plots import (
    Curve,
    Plot,
    Table,
    across,
    clock,
    decibel_text,
    level_line,
    line,
    marks,
    rules,
    time_labels,
    upwards,
)
from compositions.sound.mix_presets import OCTAVES_HZ, mix_preset, preset_names
from compositions.sound.spectrum import THIRDS_HZ

_POINTS = 500
_TABLE_ROWS = 8
_FULL_SCALE = 127
_LEAST_SHOWN_DB, _MOST_SHOWN_DB = -36.0, 15.0
_QUIETEST_LUFS, _LOUDEST_LUFS = -40.0, 0.0
_DEFAULT_TARGET, _DEFAULT_CEILING = -14.0, -1.0
# The octaves that say how high a spectrum lies as a whole: 125 Hz to 4 kHz.
_BODY = slice(2, 8)


@dataclass(frozen=True, slots=True)
class MixFigures:
    """All that a page says of a mix. ``preset`` is the mix preset's name in words."""

    facts: tuple[MixFact, ...]
    plots: tuple[Plot, ...]
    preset: str
    warnings: tuple[str, ...]


def mix_figures(render: Any) -> MixFigures:
    """Describe ``render`` by its ``measurements``, ``peaks``, ``parameters`` and length.

    What was not measured (by an earlier version) is left out.
    """
    figures: Mapping[str, Any] = render.measurements or {}
    parameters: Mapping[str, Any] = render.parameters or {}
    target = number(parameters, "target_lufs") or _DEFAULT_TARGET
    ceiling = number(parameters, "true_peak_ceiling_dbtp")
    ceiling = _DEFAULT_CEILING if ceiling is None else ceiling
    seconds = float(render.duration_seconds or number(figures, "duration_seconds") or 0.0)
    report = figures.get("mix_report")
    report = report if isinstance(report, Mapping) else {}
    name = str(report.get("preset", ""))
    preset = mix_preset(name).title if name in preset_names() else ""
    plots = (
        _waveform(render.peaks or {}, ceiling),
        _loudness(figures, target, seconds),
        _spectrum(figures, report, preset),
        _stereo(figures, seconds),
    )
    warnings = figures.get("warnings")
    return MixFigures(
        facts=tuple(mix_facts(figures, target, ceiling)),
        plots=tuple(plot for plot in plots if plot is not None),
        preset=preset,
        warnings=tuple(map(str, warnings)) if isinstance(warnings, list | tuple) else (),
    )


def _waveform(peaks: Mapping[str, Any], ceiling: float) -> Plot | None:
    pairs = _peak_pairs(peaks)
    rate, frames = number(peaks, "sample_rate"), number(peaks, "frames")
    if not pairs or not rate or not frames:
        return None
    seconds = frames / rate
    x, y = across(0.0, len(pairs) - 1 or 1), upwards(-1.0, 1.0)
    highest = [(place, pair[1]) for place, pair in enumerate(pairs)]
    lowest = [(place, pair[0]) for place, pair in enumerate(pairs)]
    shape = line(x, y, highest) + line(x, y, lowest[::-1]).replace("M", "L", 1) + "Z"
    limit = 10.0 ** (ceiling / 20.0)
    half = 10.0 ** (-6.0 / 20.0)
    loudest = max(max(-low, high) for low, high in pairs)
    return Plot(
        key="waveform",
        title="Waveform",
        words=f"The highest and lowest sample over {clock(seconds)} minutes; the loudest is "
        f"{_sample_db(loudest)}.",
        across=marks(across(0.0, seconds), time_labels(seconds)),
        up=marks(
            y, ((limit, f"{ceiling:g}".replace("-", "−")), (half, "−6"), (0.0, "−∞"), (-half, "−6"))
        ),
        grid=rules(y, (half, 0.0, -half)),
        curves=(
            Curve("mix", shape, filled=True),
            Curve(
                "limit",
                level_line(y, limit) + level_line(y, -limit),
                f"Ceiling, {decibel_text(ceiling)}",
            ),
        ),
        table=Table(
            "Highest sample by stretch",
            ("Stretch", "Peak"),
            tuple(
                (
                    f"{clock(begin * seconds)} to {clock(end * seconds)}",
                    _sample_db(max(max(-low, high) for low, high in part)),
                )
                for begin, end, part in _stretches(pairs)
            ),
        ),
    )


def _loudness(figures: Mapping[str, Any], target: float, seconds: float) -> Plot | None:
    levels = numbers(figures, "short_term_lufs")
    if len(levels) < 2 or seconds <= 0.0:
        return None
    x = across(0.0, seconds)
    y = upwards(_QUIETEST_LUFS, _LOUDEST_LUFS)
    # Windows of 3 s, told at their middles.
    span = max(seconds - 3.0, 0.0) / (len(levels) - 1)
    points = [(1.5 + place * span, level) for place, level in enumerate(levels)]
    curves = [
        Curve("mix", line(x, y, points), "Loudness of 3 seconds"),
        Curve("wanted", level_line(y, target), f"Target, {decibel_text(target, 'LUFS')}"),
    ]
    words = f"The quietest 3 seconds are at {decibel_text(min(levels), 'LUFS')}, "
    words += f"the loudest at {decibel_text(max(levels), 'LUFS')}."
    whole = number(figures, "integrated_lufs")
    if whole is not None:
        words += f" The whole song is at {decibel_text(whole, 'LUFS')}."
    return Plot(
        key="loudness",
        title="Loudness over time",
        words=words,
        across=marks(x, time_labels(seconds)),
        up=marks(y, ((-6, "−6"), (-14, "−14"), (-23, "−23"), (-32, "−32"))),
        grid=rules(y, (-6, -14, -23, -32)),
        curves=tuple(curves),
        table=Table(
            "Loudness by stretch",
            ("Stretch", "Quietest", "Loudest"),
            tuple(
                (
                    f"{clock(begin * seconds)} to {clock(end * seconds)}",
                    decibel_text(min(part), "LUFS"),
                    decibel_text(max(part), "LUFS"),
                )
                for begin, end, part in _stretches(levels)
            ),
        ),
    )


def _spectrum(figures: Mapping[str, Any], report: Mapping[str, Any], preset: str) -> Plot | None:
    octaves = numbers(figures, "octaves_db")
    if len(octaves) != len(OCTAVES_HZ):
        return None
    master = report.get("master")
    wanted = numbers(master, "wanted_db") if isinstance(master, Mapping) else []
    thirds = numbers(figures, "thirds_db")
    x = across(math.log2(20.0), math.log2(20_000.0))
    y = upwards(_LEAST_SHOWN_DB, _MOST_SHOWN_DB)
    if len(thirds) == len(THIRDS_HZ):
        shown, places = thirds, THIRDS_HZ
    else:
        shown, places = octaves, OCTAVES_HZ
    points = [(math.log2(hertz), level) for hertz, level in zip(places, shown, strict=True)]
    curves = [
        Curve("even", level_line(y, 0.0), "Pink noise: the same power in every octave"),
        Curve("mix", line(x, y, points), "This mix"),
    ]
    names = [_hertz(hertz) for hertz in OCTAVES_HZ]
    told = [decibel_text(level) for level in octaves]
    columns: tuple[str, ...] = ("Octave", "Mix")
    rows: list[tuple[str, ...]] = list(zip(names, told, strict=True))
    words = "Power in each octave against that at 1 kHz."
    if len(wanted) == len(OCTAVES_HZ):
        height = _height(octaves, wanted)
        fitted = [level + height for level in wanted]
        wish = [(math.log2(hertz), level) for hertz, level in zip(OCTAVES_HZ, fitted, strict=True)]
        curves.insert(1, Curve("wanted", line(x, y, wish), f"What {preset or 'the preset'} wants"))
        apart = [level - goal for level, goal in zip(octaves, fitted, strict=True)]
        columns = ("Octave", "Mix", "Wanted", "Apart")
        wishes = [decibel_text(level) for level in fitted]
        gaps = [decibel_text(gap, signed=True) for gap in apart]
        rows = list(zip(names, told, wishes, gaps, strict=True))
        # The lowest octave holds little but rumble, and most loudspeakers do not play it.
        audible = list(zip(names, apart, strict=True))[1:]
        words = spectrum_words(audible, f"“{preset}”" if preset else "the preset")
    return Plot(
        key="spectrum",
        title="Spectrum",
        words=words,
        across=marks(
            x, [(math.log2(hertz), _hertz(hertz)) for hertz in (31.5, 125, 500, 2000, 8000)]
        ),
        up=marks(y, ((10, "+10"), (0, "0"), (-10, "−10"), (-20, "−20"), (-30, "−30"))),
        grid=rules(y, (10, 0, -10, -20, -30)),
        curves=tuple(curve for curve in curves if curve.data),
        table=Table("Power per octave against that at 1 kHz", columns, tuple(rows)),
    )


def _stereo(figures: Mapping[str, Any], seconds: float) -> Plot | None:
    values = numbers(figures, "correlations")
    if len(values) < 2 or seconds <= 0.0:
        return None
    x, y = across(0.0, float(len(values))), upwards(-1.0, 1.0)
    points = [(place + 0.5, value) for place, value in enumerate(values)]
    return Plot(
        key="stereo",
        title="Stereo over time",
        words=f"The correlation of left and right lies between {_share(min(values))} and "
        f"{_share(max(values))}: 1 is mono, 0 as wide as is safe; below 0 parts vanish in mono.",
        across=marks(across(0.0, seconds), time_labels(seconds)),
        up=marks(y, ((1.0, "1"), (0.5, "0.5"), (0.0, "0"), (-0.5, "−0.5"), (-1.0, "−1"))),
        grid=rules(y, (0.5, 0.0, -0.5)),
        curves=(
            Curve("mix", line(x, y, points), "Correlation"),
            Curve(
                "limit", f"{level_line(y, 0.0)}V{y.at(-1.0):g}H0Z", "Not safe in mono", filled=True
            ),
        ),
        table=Table(
            "Correlation by stretch",
            ("Stretch", "Lowest", "Highest"),
            tuple(
                (
                    f"{clock(begin * seconds)} to {clock(end * seconds)}",
                    _share(min(part)),
                    _share(max(part)),
                )
                for begin, end, part in _stretches(values)
            ),
        ),
    )


def _peak_pairs(peaks: Mapping[str, Any]) -> list[tuple[float, float]]:
    """At most :data:`_POINTS` pairs of lowest and highest sample, -1..1."""
    levels = peaks.get("levels")
    levels = levels if isinstance(levels, Mapping) else {}
    # The coarsest level that still has enough points.
    for size in sorted(levels, key=int, reverse=True):
        try:
            data = base64.b64decode(levels[size], validate=True)
        except (binascii.Error, TypeError, ValueError):
            continue
        if len(data) // 2 >= _POINTS or size == min(levels, key=int):
            break
    else:
        return []
    signed = [value if value < 128 else value - 256 for value in data]
    low, high = signed[0::2], signed[1::2]
    count = min(_POINTS, len(high))
    pairs = []
    for place in range(count):
        begin = place * len(high) // count
        end = max((place + 1) * len(high) // count, begin + 1)
        pairs.append((min(low[begin:end]) / _FULL_SCALE, max(high[begin:end]) / _FULL_SCALE))
    return pairs


def _stretches(values: Sequence[Any]) -> list[tuple[float, float, Sequence[Any]]]:
    """A few equal stretches: where they begin and end (0..1), and the values inside."""
    count = min(_TABLE_ROWS, len(values))
    borders = [place * len(values) // count for place in range(count + 1)]
    return [
        (place / count, (place + 1) / count, values[borders[place] : borders[place + 1]])
        for place in range(count)
    ]


def _height(octaves: Sequence[float], wanted: Sequence[float]) -> float:
    """How far the wanted spectrum is moved up or down to lie on the mix as well as it can."""
    body = [level - wish for level, wish in zip(octaves[_BODY], wanted[_BODY], strict=True)]
    loud = max(octaves[_BODY]) - 30.0
    present = [gap for gap, level in zip(body, octaves[_BODY], strict=True) if level > loud]
    return sum(present) / len(present)


def _sample_db(value: float) -> str:
    return decibel_text(20.0 * math.log10(value)) if value > 0.0 else "silence"


def _hertz(hertz: float) -> str:
    return f"{hertz / 1000:g} kHz" if hertz >= 1000 else f"{hertz:g} Hz"


def _share(value: float) -> str:
    return f"{value + 0.0:.2f}".replace("-", "−")
