"""What the melodies of a style are like: scale, family of rhythms, how many notes."""

from __future__ import annotations

from compositions.composer.plan import SongPlan
from compositions.score.document import Mode
from compositions.score.harmony import MINOR_MODES, scale_pitch_classes

_DENSITY = {"chorus": 1.0, "solo": 1.35, "bridge": 0.85, "outro": 0.7, "build": 0.7,
            "drop": 1.1, "interlude": 0.6}  # fmt: skip
_SOLO = {"swing": 1.9, "running": 1.5, "sixteenth": 1.5}


def family_of(plan: SongPlan) -> str:
    """Return the family of beat cells; at a fast tempo nothing is played in sixteenths."""
    family = str(plan.style.lead["cells"])
    step_seconds = 60.0 / plan.bpm / 4
    if family in ("sixteenth", "syncopated") and step_seconds < 0.09:
        return "straight"
    return family


def thirds_of(plan: SongPlan) -> float:
    """Return how often a motif moves by thirds against six steps: more in jazz."""
    return {"swing": 4.0, "running": 3.0, "sparse": 3.0}.get(family_of(plan), 2.0)


def notes_per_bar(plan: SongPlan, kind: str) -> float:
    """Return how many notes a bar of a section of this kind wants."""
    density = float(plan.spec.density.value)
    seconds = plan.grid.quarters * 60.0 / plan.bpm
    factor = _DENSITY.get(kind, 0.95)
    if kind == "solo":
        factor = _SOLO.get(family_of(plan), factor)
    notes = (1.1 + 2.4 * density) * seconds * factor
    return max(1.0, min(notes, plan.grid.steps * 0.55, 10.0))


def scale_of(plan: SongPlan) -> tuple[int, ...]:
    """Return the pitch classes that a melody may use beside those of the chords."""
    if plan.mode is Mode.BLUES or plan.style.lead["scale"] == "blues":
        third = (3, 4) if plan.mode not in MINOR_MODES - {Mode.BLUES} else (3,)
        steps = sorted({0, *third, 5, 6, 7, 9, 10})
        return tuple((plan.tonic_class + step) % 12 for step in steps)
    return scale_pitch_classes(plan.tonic, plan.mode)


def favoured_classes(plan: SongPlan) -> frozenset[int]:
    """Return the pitch classes that a style prefers, none when it takes the whole scale."""
    kind = plan.style.lead["scale"]
    tonic = plan.tonic_class
    if kind == "blues":
        return frozenset((tonic + step) % 12 for step in (0, 3, 5, 7, 10))
    if kind == "pentatonic" and plan.mode in (
        Mode.MAJOR,
        Mode.MINOR,
        Mode.DORIAN,
        Mode.MIXOLYDIAN,
    ):
        steps = (0, 3, 5, 7, 10) if plan.mode in MINOR_MODES else (0, 2, 4, 7, 9)
        return frozenset((tonic + step) % 12 for step in steps)
    return frozenset()
