"""Pick the groove pattern of a bar: by style, energy, material and bar.

Patterns hold one character per sixteenth; ``|`` separates layers that sound together
(the thumb and the fingers of a picking guitarist, the two hands of a stride pianist).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compositions.composer.leaning import in_groove
from compositions.composer.plan import PlannedSection, SongPlan
from compositions.composer.rhythm import Grid, fit_paced
from compositions.composer.seeds import stream

_ALTERNATIVE = 0.4
_OWN = frozenset({"bass", "comp", "arpeggio"})


def level_of(energy: float) -> str:
    """Return the pattern level of a section energy."""
    return "low" if energy < 0.4 else "mid" if energy < 0.7 else "high"


def at_level(table: Mapping[str, Any], energy: float) -> Any:
    """Return a table's entry for an energy, or its nearest neighbour (None when empty)."""
    order = {"low": ("low", "mid", "high"), "mid": ("mid", "low", "high"),
             "high": ("high", "mid", "low")}[level_of(energy)]  # fmt: skip
    return next((table[level] for level in order if level in table), None)


def pick_pattern(plan: SongPlan, section: PlannedSection, kind: str, bar: int) -> str:
    """Return the pattern of a bar from the groove's table ``kind``, fitted to the meter.

    A material keeps its pattern; the choice among alternatives is seeded per song. In
    some songs the fourth bar of every phrase answers with another pattern. The text may
    hold several layers (see the module).
    """
    grid = plan.grid_at(bar)
    groove, steps = plan.style.groove(grid)
    played = in_groove(plan, section)
    patterns = at_level(groove.get(kind) or {}, played.energy)
    if not patterns:
        return ("R" if kind == "bass" else "x") + "-" * (grid.steps - 1)
    # Tables that parts name themselves are drawn alike, so that two halves interlock.
    draw = kind if kind in _OWN else "named"
    rng = stream(
        plan.seed, f"material:{played.material}", draw, f"pattern:{level_of(played.energy)}"
    )
    pattern = rng.choice(patterns)
    answer, answers = rng.choice(patterns), rng.random() < _ALTERNATIVE
    index = bar - section.start_bar
    if answers and index % 4 == 3 and len(answer) == len(pattern) == steps:
        pattern = answer
    steady = kind not in ("bass", "comp")
    return "|".join(
        _fit(layer, steps, grid, index % 4, steady, section.pace) for layer in pattern.split("|")
    )


def _fit(layer: str, steps: int, grid: Grid, parity: int, steady: bool, pace: float) -> str:
    fitted = fit_paced(layer, steps, grid, parity, steady, pace)
    if not fitted.strip(".-"):  # half of a pattern that rests there
        return fit_paced(layer, steps, grid, 0, steady, pace)
    return fitted
