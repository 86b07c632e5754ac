"""A small song, edits of it on two sides, and what their merge is warned of."""

from typing import Any

from compositions.score.document import Score, Track
from compositions.score.entities import Entities, to_entities
from compositions.score.merge import merge
from compositions.score.merge_checks import MergeWarning, apply_fixes, check_merge
from compositions.score.serialisation import to_dict
from tests.score.edits import copy

BAR = 1920


def note(track: str, start: int, pitch: int, velocity: int = 80, duration: int = 480) -> Any:
    return {
        "kind": "note", "track": track, "start": start, "duration": duration, "pitch": pitch,
        "velocity": velocity, "locked": False, "origin": "",
    }  # fmt: skip


def syllable(note_id: str, text: str) -> Any:
    return {
        "kind": "syllable", "note_id": note_id, "text": text, "continues": False, "phonemes": [],
        "line_id": "",
    }  # fmt: skip


def section(start: int, duration: int, label: str = "") -> Any:
    return {
        "kind": "section", "start": start, "duration": duration, "label": label,
        "section_kind": "verse", "energy": 0.5, "locked": False,
    }  # fmt: skip


def chord(start: int, duration: int, root: str = "C", quality: str = "") -> Any:
    return {
        "kind": "chord", "start": start, "duration": duration, "root": root, "quality": quality,
        "bass": "", "roman": "", "locked": False,
    }  # fmt: skip


def song() -> Entities:
    """Four bars in C: a lead, a kit, a section and a chord for each two bars."""
    entities = to_entities(to_dict(Score("Song")))
    strip = to_entities(to_dict(Score(tracks=(Track("lead", "Lead", program=73),))))["lead"]
    entities |= {
        "t": {"kind": "tempo", "tick": 0, "bpm": 120.0},
        "m": {"kind": "meter", "tick": 0, "numerator": 4, "denominator": 4},
        "k": {"kind": "key", "tick": 0, "tonic": "C", "mode": "major"},
        "lead": strip,
        "kit": {**strip, "name": "Kit", "percussion": True, "position": 2.0},
        "s1": section(0, 2 * BAR, "Verse"),
        "s2": section(2 * BAR, 2 * BAR, "Chorus"),
        "c1": chord(0, 2 * BAR),
        "c2": chord(2 * BAR, 2 * BAR, "F"),
        "l1": {"kind": "line", "text": "la", "section_id": "s2", "language": "", "position": 1.0,
               "locked": False},
        "n1": note("lead", 0, 76),
        "n2": note("lead", 2 * BAR, 69),
    }  # fmt: skip
    return entities


def changed(base: Entities, **edits: Any) -> Entities:
    """A copy with fields set, entities added (those with a kind) or removed (None)."""
    result = copy(base)
    for key, values in edits.items():
        if values is None:
            del result[key]
        elif "kind" in values:
            result[key] = values
        else:
            result[key].update(values)
    return result


def found(
    ours: dict[str, Any], theirs: dict[str, Any], kind: str, base: Entities | None = None
) -> tuple[MergeWarning, Entities]:
    """The only warning of a merge, and the song with its fix; the sides are edits of one song."""
    start = base or song()
    sides = (start, changed(start, **ours), changed(start, **theirs))
    merged = merge(*sides).entities
    (warning,) = check_merge(*sides, merged)
    assert warning.kind == kind
    mended, left = apply_fixes(*sides, merged, [warning.id])
    assert left == ([] if warning.fix else [warning.id])
    assert check_merge(*sides, mended) == ([] if warning.fix else [warning])
    # The other side is told the same.
    assert [entry.kind for entry in check_merge(start, sides[2], sides[1], merged)] == [kind]
    return warning, mended


def nothing_found(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    start = song()
    sides = (start, changed(start, **ours), changed(start, **theirs))
    assert check_merge(*sides, merge(*sides).entities) == []
