"""The table of the bench: each figure with its target and with what others reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One row's definition.

    ``key`` is the name of the measurement, ``percent`` prints it so, ``low`` and ``high``
    bound what is good (None: only reported), ``others`` are figures of others in words.
    """

    key: str
    title: str
    percent: bool = True
    low: float | None = None
    high: float | None = None
    others: str = ""


FIGURES: tuple[Figure, ...] = (
    Figure("TB", "tempo in the asked bin (TB)", low=0.97,
           others="text2midi 39.7, InferAlign 35.4, MuseCoco 21.7"),
    Figure("TBT", "same or next bin (TBT)", low=0.99,
           others="text2midi 65.8, InferAlign 62.6, MuseCoco 54.6"),
    Figure("exact BPM", "exact BPM when a number is given", low=1.0),
    Figure("CK", "key found in the notes = asked (CK)", low=0.85,
           others="text2midi 33.6, MuseCoco 13.7; real: Bach 91, folk 80"),
    Figure("CKD", "same, relative or equal notes (CKD)", low=0.95,
           others="text2midi 35.6, MuseCoco 14.6; real: Bach 96, folk 93"),
    Figure("meter", "meter", low=0.98),
    Figure("instruments", "instruments asked for that play", low=0.95),
    Figure("forbidden absent", "forbidden instruments absent", low=1.0),
    Figure("nothing else plays", "nothing but the asked instruments", low=1.0),
    Figure("length", "length within one bar", low=1.0),
    Figure("form tags", "form tags obeyed", low=1.0),
    Figure("asked chords", "asked chords at bar level", low=1.0,
           others="text2midi listening 2.5 of 7"),
    Figure("genre", "acceptable style chosen"),
    Figure("composed", "prompts that gave a song", low=1.0),
    Figure("CR", "compression ratio (CR, COSIATEC)", percent=False, low=2.6, high=3.8,
           others="text2midi 2.31, MuseCoco 2.12, MidiCaps 3.43"),
    Figure("CR in band", "songs with CR 2.6-3.8"),
    Figure("repetition", "melody 4-gram repetition, once through", percent=False,
           others="fiddle tunes .30 (sd .14), random walk .02"),
    Figure("repetition in band", "songs with repetition .2-.4", low=0.8),
    Figure("repetition, whole song", "the same over the whole song", percent=False),
    Figure("CTnCTR", "chord tones or resolved (CTnCTR)", percent=False, low=0.86,
           others="Bach .964"),
    Figure("PCS", "melody-chord consonance (PCS)", percent=False, low=0.48, others="Bach .533"),
    Figure("fifths per 100", "parallel fifths per 100, songs in voices", percent=False, high=0.23,
           others="Bach .23"),
    Figure("octaves per 100", "parallel octaves per 100, songs in voices", percent=False, high=0.06,
           others="Bach .06"),
    Figure("melody bits/note", "bits/note of our melodies under the model", percent=False),
    Figure("likelihood in band", "melodies inside the corpus band of bits", low=0.8),
    Figure("held-out bits/note", "model on held-out tunes, bits/note", percent=False, high=2.05,
           others="best n-gram 2.60, plain GRU 2.31"),
    Figure("longest shared", "longest match with a training tune, notes", percent=False),
    Figure("worst longest shared", "the same, worst song (12: at most 12)", percent=False, high=12),
    Figure("lyrics sung", "asked lyric lines sung word for word", low=1.0),
    Figure("syllables exact", "sung words with the dictionary's syllables", low=0.95),
    Figure("stress on beats", "stresses of longer words on beats", low=0.8),
    Figure("stress on strong beats", "the same on beat 1 or the middle of the bar", low=0.8),
    Figure("rhyme", "written lyric lines that rhyme as planned", low=1.0),
    Figure("seed overlap", "melody overlap of seeds, mean", percent=False),
    Figure("worst seed overlap", "melody overlap of seeds, worst prompt", percent=False, high=0.5),
    Figure("rhythm overlap", "rhythm overlap of songs of a genre", percent=False),
    Figure("progression overlap", "progression overlap in a genre", percent=False),
    Figure("confidence AUC 5 % wrong notes", "confidence AUC, 5 % wrong notes", percent=False,
           low=0.78, others="feasibility study .79"),
    Figure("confidence AUC 10 % jitter", "confidence AUC, 10 % jitter", percent=False),
    Figure("confidence AUC shuffled bars", "confidence AUC, shuffled bars", percent=False),
    Figure("confidence AUC key slip", "confidence AUC, key slip half-way", percent=False),
    Figure("calibration error", "confidence calibration error (ECE)", percent=False, high=0.1),
    Figure("confidence", "mean confidence", percent=False),
    Figure("same bytes", "songs alike byte for byte in two processes", low=1.0),
    Figure("CPU seconds", "CPU seconds per song, mean", percent=False),
    Figure("worst CPU seconds", "CPU seconds per song, worst", percent=False),
    Figure("CPU seconds, 32 bars x 6 tracks", "CPU seconds per 32 bars x 6 tracks, mean",
           percent=False),
    Figure("worst CPU seconds, 32 bars x 6 tracks", "32 bars x 6 tracks, slowest of 4 styles",
           percent=False, high=1.5, others="ark-audio-agent ~.11 without audio"),
)  # fmt: skip


def missed(figure: Figure, value: float) -> bool:
    """Tell whether a value is outside the target; what has none is never missed."""
    rounded = round(value, 4)
    return (figure.low is not None and rounded < figure.low) or (
        figure.high is not None and rounded > figure.high
    )


def verdict(figure: Figure, value: float | None) -> str:
    """Return "PASS" or "MISS", nothing for a figure without a target or a value."""
    if value is None or (figure.low is None and figure.high is None):
        return ""
    return "MISS" if missed(figure, value) else "PASS"


def table_lines(results: Mapping[str, float], columns: Mapping[str, Any]) -> list[str]:
    """Return the lines of the table; ``columns`` are further systems, name to figures.

    A column that is a text (such as "not installed") is told below the table.
    """
    filled = {name: found for name, found in columns.items() if isinstance(found, Mapping)}
    widths = [max(9, len(name)) for name in filled]
    head = f"{'':44} {'ours':>8}  {'target':>10}        " + "  ".join(
        f"{name:>{width}}" for name, width in zip(filled, widths, strict=True)
    )
    lines = [f"{head.rstrip()}  published"]
    for figure in FIGURES:
        cells = [found.get(figure.key) for found in filled.values()]
        if figure.key not in results and all(cell is None for cell in cells):
            continue
        value = results.get(figure.key)
        row = f"{figure.title:44} {number(figure, value):>8}  {_target(figure):>10}  "
        row += f"{verdict(figure, value):4}  "
        row += "  ".join(
            f"{number(figure, cell):>{width}}" for cell, width in zip(cells, widths, strict=True)
        )
        lines.append(f"{row.rstrip()}  {figure.others}".rstrip())
    lines += [f"{name}: {found}" for name, found in columns.items() if isinstance(found, str)]
    return lines


def missed_targets(results: Mapping[str, float]) -> list[Figure]:
    """Return the figures whose target the results miss."""
    return [f for f in FIGURES if f.key in results and missed(f, results[f.key])]


def number(figure: Figure, value: float | None) -> str:
    """Return a value as the table prints it, "-" for none."""
    if value is None:
        return "-"
    return f"{100 * value:.1f} %" if figure.percent else f"{value:.2f}"


def _target(figure: Figure) -> str:
    if figure.low is not None and figure.high is not None:
        return f"{figure.low:g}-{figure.high:g}"
    if figure.low is not None:
        return f">= {100 * figure.low:g} %" if figure.percent else f">= {figure.low:g}"
    return "" if figure.high is None else f"<= {figure.high:g}"


def average(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return the mean of each figure over the rows that have it."""
    keys = dict.fromkeys(key for row in rows for key in row)
    means = {}
    for key in keys:
        values = [row[key] for row in rows if key in row]
        means[key] = sum(values) / len(values)
    return means
