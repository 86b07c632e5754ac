"""Say in words and in data what was composed."""

from __future__ import annotations

from typing import Any

from compositions.composer.events import Part
from compositions.composer.harmony import Changes
from compositions.composer.plan import SongPlan
from compositions.score.document import Score


def theory_of(plan: SongPlan, changes: Changes, score: Score) -> dict[str, Any]:
    """Return key, tempo, meter, form, chords with numerals and cadences as JSON data."""
    chords = [
        {
            "bar": chord.start // plan.grid.ticks + 1,
            "start": chord.start,
            "duration": chord.duration,
            "symbol": chord.symbol,
            "roman": chord.roman,
        }
        for chord in score.chords
    ]
    form = [
        {
            "label": section.label,
            "kind": section.kind,
            "start_bar": section.start_bar + 1,
            "bars": section.bars,
            "energy": section.energy,
            "cadence": cadence,
        }
        for section, cadence in zip(plan.sections, changes.cadences, strict=True)
    ]
    return {
        "key": f"{plan.tonic} {plan.mode.value.replace('_', ' ')}",
        "tonic": plan.tonic,
        "mode": plan.mode.value,
        "tempo": plan.bpm,
        "meter": f"{plan.grid.numerator}/{plan.grid.denominator}",
        "swing": float(plan.spec.swing.value),
        "genre": plan.style.name,
        "bars": plan.bars,
        "form": form,
        "chords": chords,
        "cadences": [{"section": entry["label"], "cadence": entry["cadence"]} for entry in form],
    }


def explanation_of(plan: SongPlan, changes: Changes, parts: list[Part]) -> list[str]:
    """Return sentences on style, key, form, harmony, band and what was not understood."""
    spec = plan.spec
    key = f"{plan.tonic} {plan.mode.value.replace('_', ' ')}"
    meter = f"{plan.grid.numerator}/{plan.grid.denominator}"
    lines = [f"{plan.style.title} in {key}, {meter} at {plan.bpm:g} beats per minute."]
    ratio = float(spec.swing.value)
    if ratio > 0.52:
        unit = "eighths" if plan.style.swing_unit == 8 else "sixteenths"
        lines.append(f"The {unit} swing: the first of two takes {ratio:.0%} of the pair.")
    form = ", ".join(f"{section.label} ({section.bars})" for section in plan.sections)
    lines.append(f"Form, with bars: {form}.")
    seen: set[str] = set()
    for section in plan.sections:
        if section.material in seen or section.kind in ("intro", "outro"):
            continue
        seen.add(section.material)
        last = section.start_bar + min(section.bars, 8)
        romans = [
            slot.harmony.roman for slot in changes.slots if section.start_bar <= slot.bar < last
        ]
        lines.append(f"{section.label.rstrip(' 1')}: {' '.join(romans)}.")
    highest = max(plan.sections, key=lambda section: section.energy)
    if len(plan.sections) > 1:
        lines.append(f"The song is fullest in {highest.label}.")
    lines.append("Band: " + ", ".join(part.name for part in parts) + ".")
    if plan.ritardando:
        lines.append("The last bars slow down into the final chord.")
    chosen = [
        name
        for name in ("genre", "tonic", "mode", "tempo", "meter")
        if not getattr(spec, name).asked
    ]
    if chosen:
        words = {"tonic": "key note"}
        lines.append("Not asked, so chosen: " + ", ".join(words.get(n, n) for n in chosen) + ".")
    if spec.not_understood:
        lines.append("Not understood: " + ", ".join(spec.not_understood) + ".")
    return lines
