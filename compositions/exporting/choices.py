"""Checks what somebody chose for an export, and turns bars into seconds of the mix."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ariaforge.exceptions import InvalidInputError
from compositions.exporting.formats import FACTS, RANGE_CHOICES
from compositions.models import Export
from compositions.score.document import Score
from compositions.score.timeline import Timeline
from compositions.sound.cutting import Cut

MOST_COUNT_IN_BARS = 4
_FIRST_BAR = 1


def checked(formats: Iterable[str], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of an export of these formats, without what is not set.

    For one format every setting must be one that it has. For several each setting must be one
    that some of them have; the others do without. Raises :class:`InvalidInputError`.
    """
    chosen = {name: value for name, value in settings.items() if value not in (None, "")}
    facts = [FACTS[name] for name in formats]
    for name, value in chosen.items():
        having = [one for one in facts if name in one.settings]
        if not having:
            what = facts[0].label if len(facts) == 1 else "None of these formats"
            none = "no" if len(facts) == 1 else "a"
            raise InvalidInputError(f"{what} has {none} {name.replace('_', ' ')} to choose.")
        allowed: set[int] = set()
        if name == "sample_rate":
            allowed = {rate for one in having for rate in one.sample_rates}
        elif name == "bit_depth":
            allowed = {depth for one in having for depth in one.bit_depths}
        if allowed and value not in allowed:
            several = ", ".join(map(str, sorted(allowed)))
            raise InvalidInputError(f"The {name.replace('_', ' ')} can be {several}.")
    if chosen.get("stem_format") == "flac" and chosen.get("bit_depth") == 32:
        raise InvalidInputError("Stems as FLAC have 16 or 24 bits; choose WAV for 32.")
    _check_range(chosen)
    return chosen


def for_format(name: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Of settings for several formats, those that this one can follow."""
    facts = FACTS[name]
    chosen = {key: value for key, value in settings.items() if key in facts.settings}
    if chosen.get("sample_rate") not in (None, *facts.sample_rates):
        del chosen["sample_rate"]
    if chosen.get("bit_depth") not in (None, *facts.bit_depths):
        # 32 bits of floating point where there are none: as many as the format has.
        chosen["bit_depth"] = facts.bit_depths[-1]
    return chosen


def formats_of(export: Export) -> list[str]:
    """The single formats of an export."""
    if export.format == Export.Format.ZIP:
        return list(export.settings.get("formats", []))
    return [export.format]


def cut_of(score: Score, settings: Mapping[str, Any]) -> Cut:
    """Return the stretch of the mix that the settings name; both bars are included.

    Raises :class:`InvalidInputError` for a stretch outside the song.
    """
    if not any(settings.get(name) for name in RANGE_CHOICES):
        return Cut()
    timeline = Timeline(score)
    start, end = float(settings.get("from_seconds") or 0.0), settings.get("to_seconds")
    bars = timeline.bar_count
    first, last = settings.get("from_bar"), settings.get("to_bar")
    if max(first or 0, last or 0) > bars:
        raise InvalidInputError(f"The song has {bars} bars.")
    if first:
        start = timeline.seconds(timeline.bar_start(first))
    if last and (last < bars or settings.get("loop")):
        end = timeline.seconds(timeline.bar_start(last + 1))
    if settings.get("loop") and end is None:
        end = timeline.seconds(timeline.bar_start(bars + 1))
    clicks, length = _clicks(timeline, start, int(settings.get("count_in_bars") or 0))
    return Cut(start, end, bool(settings.get("loop")), clicks, length)


def _clicks(
    timeline: Timeline, start: float, bars: int
) -> tuple[tuple[tuple[float, bool], ...], float]:
    """The clicks of so many bars in the meter and tempo in which the stretch begins."""
    tick = timeline.tick(start)
    meter, quarter = timeline.meter_at(tick), 60.0 / timeline.tempo_at(tick)
    beat, beats = quarter * 4 / meter.denominator, meter.numerator
    if meter.denominator >= 8 and beats % 3 == 0:
        # Compound meters are counted in dotted beats.
        beat, beats = beat * 3, beats // 3
    clicks = tuple((number * beat, number % beats == 0) for number in range(bars * beats))
    return clicks, bars * beats * beat


def _check_range(settings: Mapping[str, Any]) -> None:
    bars = [settings.get(name) for name in ("from_bar", "to_bar")]
    seconds = [settings.get(name) for name in ("from_seconds", "to_seconds")]
    if any(value is not None for value in bars) and any(value is not None for value in seconds):
        raise InvalidInputError("Choose a stretch by bars or by seconds, not by both.")
    first, last = bars
    if (first or _FIRST_BAR) > (last or first or _FIRST_BAR):
        raise InvalidInputError("The last bar comes before the first.")
    begin, end = seconds
    if end is not None and end <= (begin or 0.0):
        raise InvalidInputError("The stretch ends before it begins.")
    if settings.get("loop") and settings.get("count_in_bars"):
        raise InvalidInputError("A loop has no count-in: it would come again each time.")
