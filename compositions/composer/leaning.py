"""Sections that lean on another one: an intro plays the changes and the groove of the verse."""

from __future__ import annotations

from dataclasses import replace

from compositions.composer.plan import PlannedSection, SongPlan
from compositions.composer.seeds import stream

KIND_FALLBACK = {
    "pre_chorus": ("bridge", "verse"),
    "solo": ("head", "chorus", "verse"),
    "head": ("verse",),
    "interlude": ("verse",),
    "intro": ("verse", "head"),
    "outro": ("chorus", "verse", "head"),
    "breakdown": ("bridge", "verse"),
    "build": ("verse",),
    "drop": ("chorus",),
    "chorus": ("verse", "head"),
    "bridge": ("chorus", "verse"),
    "verse": ("head", "chorus"),
}
"""The kinds, best first, whose changes serve a kind that a style has none for."""
_BY_CHANGES = frozenset({"intro", "outro", "interlude", "solo", "build"})
_BY_GROOVE = frozenset({"intro", "interlude", "solo"})
_SHARE = 0.8
"""Share of the materials that take their groove along from where they lean."""


def model_of(plan: SongPlan, section: PlannedSection) -> PlannedSection:
    """Return the section whose changes a section plays: itself, or the one it leans on."""
    if section.kind in _BY_CHANGES:
        for kind in KIND_FALLBACK[section.kind]:
            main = next((other for other in plan.sections if other.kind == kind), None)
            if main is not None:
                return main
    return section


def in_groove(plan: SongPlan, section: PlannedSection) -> PlannedSection:
    """Return a section with the material and the energy whose grooves it plays.

    The players of an intro mostly play what they will play in the verse; who plays, and how
    loud, is up to the section's own energy.
    """
    if section.kind not in _BY_GROOVE or section.last:
        return section
    leans = stream(plan.seed, f"material:{section.material}", "groove", "leans").random()
    model = model_of(plan, section)
    if leans >= _SHARE or model.kind == section.kind:
        return section
    return replace(section, material=model.material, energy=model.energy)
