"""Say in words and in data what was composed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from compositions.composer.events import Part
from compositions.composer.explain_time import time_of
from compositions.composer.harmony import Changes
from compositions.composer.plan import PlannedSection, SongPlan
from compositions.composer.tonality import LocalKey
from compositions.score.document import Mode, Score
from compositions.score.harmony import MINOR_MODES


def theory_of(plan: SongPlan, changes: Changes, score: Score) -> dict[str, Any]:
    """Return key, tempo, meter, form, chords with numerals and cadences as JSON data."""
    chords = [
        {
            "bar": plan.bar_at(chord.start) + 1,
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
        "keys": [
            {"bar": plan.bar_at(tick) + 1, "key": _name_of(key)} for tick, key in plan.key_changes
        ],
        "meters": [
            {"bar": plan.bar_at(tick) + 1, "meter": f"{grid.numerator}/{grid.denominator}"}
            for tick, grid in plan.bar_map.changes(plan.bars)
        ],
        "tempos": [{"bar": plan.bar_at(tick) + 1, "bpm": bpm} for tick, bpm in plan.tempo_changes],
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
    lines += _moves_of(plan)
    lines += devices_of(plan.sections, plan.mode, changes)
    highest = max(plan.sections, key=lambda section: section.energy)
    if len(plan.sections) > 1:
        lines.append(f"The song is fullest in {highest.label}.")
    lines.append("Band: " + ", ".join(part.name for part in parts) + ".")
    lines += time_of(plan)
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


def _name_of(key: LocalKey) -> str:
    return f"{key.tonic} {key.mode.value.replace('_', ' ')}"


def _moves_of(plan: SongPlan) -> list[str]:
    """Return a sentence for each change of key."""
    lines = []
    for before, section in pairwise(plan.sections):
        key = plan.key_of(section)
        if key == plan.key_of(before):
            continue
        if not section.tonic:
            lines.append(f"{section.label} is back in {_name_of(key)}.")
            continue
        lift = plan.lift_of(section)
        how = {1: ", a semitone up", 2: ", a tone up"}.get(lift, "")
        lines.append(f"{section.label} moves to {_name_of(key)}{how}.")
    return lines


_CADENCES = {
    "authentic": "ends on the tonic after its dominant",
    "plagal": "ends on the tonic after the subdominant",
    "half": "stays open on the dominant",
    "deceptive": "turns away from the expected tonic",
}


def devices_of(sections: Sequence[PlannedSection], mode: Mode, changes: Changes) -> list[str]:
    """Return sentences on the harmonic devices that the chords show, none for none."""
    romans = list(dict.fromkeys(slot.harmony.roman for slot in changes.slots))
    lines = []
    if secondary := _secondary_dominants(changes):
        lines.append(f"Secondary dominants: {_listed(secondary)}.")
    if borrowed := [roman for roman in romans if _is_borrowed(roman, mode)]:
        lines.append(f"Borrowed from outside the key: {_listed(borrowed)}.")
    if any(slot.harmony.bass is not None for slot in changes.slots):
        lines.append("Some chords stand over another bass note than their root.")
    told: dict[str, str] = {}
    for section, cadence in zip(sections, changes.cadences, strict=True):
        if section.kind not in ("intro", "outro") and cadence in _CADENCES:
            told.setdefault(section.label.rstrip(" 1"), _CADENCES[cadence])
    lines += [f"{label} {words}." for label, words in told.items()]
    return lines


def _secondary_dominants(changes: Changes) -> list[str]:
    """Return dominant chords that fall a fifth to a chord other than the tonic."""
    found: dict[str, None] = {}
    for before, after in pairwise(slot.harmony for slot in changes.slots):
        falls = (before.root - 7) % 12 == after.root
        if "/" in before.roman:
            found[before.roman] = None
        elif before.dominant and falls and not before.roman.startswith(("V7", "V9", "V13", "I7")):
            found[f"{before.roman} before {after.roman}"] = None
    return list(found)


def _is_borrowed(roman: str, mode: Mode) -> bool:
    """Tell a chord on a lowered or raised degree, and the minor iv of a major key."""
    if "/" in roman:
        return False
    if mode in MINOR_MODES:
        return roman.startswith("bII") and not roman.startswith("bIII")
    return roman.startswith(("b", "#")) or roman in ("iv", "iv7", "v", "v7", "i", "i7")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(list(names)[:6])
