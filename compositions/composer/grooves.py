"""Pick the groove pattern of a bar: by style, energy, material and bar."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compositions.composer.plan import PlannedSection, SongPlan
from compositions.composer.rhythm import fit_pattern
from compositions.composer.seeds import stream


def level_of(energy: float) -> str:
    """Return the pattern level of a section energy."""
    return "low" if energy < 0.4 else "mid" if energy < 0.7 else "high"


def at_level(table: Mapping[str, Any], energy: float) -> Any:
    """Return a table's entry for an energy, or its nearest neighbour (None when empty)."""
    order = {"low": ("low", "mid", "high"), "mid": ("mid", "low", "high"),
             "high": ("high", "mid", "low")}[level_of(energy)]  # fmt: skip
    return next((table[level] for level in order if level in table), None)


def pick_pattern(plan: SongPlan, section: PlannedSection, kind: str, bar: int) -> str:
    """Return the bass, comp or arpeggio pattern of a bar, one character per step.

    A material keeps its pattern; the choice among alternatives is seeded per song.
    """
    groove, steps = plan.style.groove(plan.grid)
    patterns = at_level(groove[kind], section.energy)
    if not patterns:
        return (
            "R" + "-" * (plan.grid.steps - 1)
            if kind == "bass"
            else "x" + "-" * (plan.grid.steps - 1)
        )
    rng = stream(
        plan.seed, f"material:{section.material}", kind, f"pattern:{level_of(section.energy)}"
    )
    pattern = rng.choice(patterns)
    steady = kind == "arpeggio"
    fitted = fit_pattern(pattern, steps, plan.grid, bar % 2, steady)
    if not fitted.strip(".-"):  # half of a pattern that rests there
        fitted = fit_pattern(pattern, steps, plan.grid, 0, steady)
    return fitted
