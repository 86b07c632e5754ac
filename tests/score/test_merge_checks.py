"""Musical checks of a merge: what they find, what they leave alone, and that fixes mend it."""

from typing import Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from compositions.score.diff import apply_changes
from compositions.score.entities import Entities, from_entities, to_entities
from compositions.score.merge import merge
from compositions.score.merge_checks import apply_fixes, check_merge
from compositions.score.serialisation import from_dict, to_dict
from compositions.score.validation import validate
from tests.score.edits import edited
from tests.score.strategies import scores

quick = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
BAR = 1920


@st.composite
def crowded_sides(draw: st.DrawFn) -> tuple[Entities, Entities, Entities]:
    """A score and two copies in which both sides also put things at the same few places."""
    base = to_entities(to_dict(draw(scores(most_tracks=2))))
    return (
        base,
        crowd(draw, draw(edited(base, "o")), "u"),
        crowd(draw, draw(edited(base, "t")), "v"),
    )


def crowd(draw: st.DrawFn, entities: Entities, prefix: str) -> Entities:
    tracks = [key for key, fields in entities.items() if fields["kind"] == "track"]
    silent = {fields.get("note_id") for fields in entities.values()}
    for number in range(draw(st.integers(0, 4)) if tracks else 0):
        track, key = draw(st.sampled_from(tracks)), f"{prefix}{number}"
        tick = draw(st.sampled_from([0, 30, 240, 480]))
        entities[key] = note(
            track, tick, draw(st.sampled_from([60, 61])), draw(st.integers(1, 127))
        )
        if key not in silent and draw(st.booleans()):
            entities[f"{key}s"] = syllable(key, "la")
    taken = {(f["track"], f["tick"], f["parameter"]) for f in entities.values() if "parameter" in f}
    if tracks and (tracks[0], 240, "cc11") not in taken and draw(st.booleans()):
        entities[f"{prefix}a"] = {
            "kind": "automation", "track": tracks[0], "tick": 240, "parameter": "cc11",
            "value": float(draw(st.integers(0, 2))),
        }  # fmt: skip
    for kind, new in (("section", section), ("chord", chord)):
        ends = [f["start"] + f["duration"] for f in entities.values() if f["kind"] == kind]
        if draw(st.booleans()):
            start = max(ends, default=0) + draw(st.sampled_from([0, 100]))
            entities[f"{prefix}{kind}"] = new(start, draw(st.integers(1, 3000)))
    ticks = {fields["tick"] for fields in entities.values() if fields["kind"] == "tempo"}
    if 480 not in ticks and draw(st.booleans()):
        entities[f"{prefix}t"] = {
            "kind": "tempo",
            "tick": 480,
            "bpm": draw(st.sampled_from([90.0, 95.0])),
        }
    return entities


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


def problems(entities: Entities) -> list[Any]:
    return validate(from_dict(from_entities(entities)))


@quick
@given(crowded_sides())
def test_a_fix_makes_its_warning_go_away(sides: tuple[Entities, Entities, Entities]) -> None:
    base, ours, theirs = sides
    merged = merge(base, ours, theirs).entities
    warnings = check_merge(base, ours, theirs, merged)
    assert len({warning.id for warning in warnings}) == len(warnings)
    assert check_merge(base, ours, theirs, merged) == warnings
    for warning in warnings:
        event(warning.kind)
        assert bool(warning.fix) == bool(warning.fix_words)
        mended = apply_changes(merged, warning.fix)
        left = {entry.id for entry in check_merge(base, ours, theirs, mended)}
        assert (warning.id in left) == (not warning.fix)


@quick
@given(crowded_sides())
def test_all_fixes_together_leave_a_valid_score(sides: tuple[Entities, Entities, Entities]) -> None:
    base, ours, theirs = sides
    assert problems(ours) == problems(theirs) == []
    merged = merge(base, ours, theirs).entities
    warnings = check_merge(base, ours, theirs, merged)
    if not any(warning.blocking for warning in warnings):
        assert problems(merged) == []
    mended, _ = apply_fixes(base, ours, theirs, merged, [w.id for w in warnings if w.blocking])
    assert not [w for w in check_merge(base, ours, theirs, mended) if w.blocking]
    assert problems(mended) == []
    mended, _ = apply_fixes(base, ours, theirs, merged, [warning.id for warning in warnings])
    assert problems(mended) == []


@quick
@given(crowded_sides())
def test_what_only_one_side_did_is_never_warned_of(
    sides: tuple[Entities, Entities, Entities],
) -> None:
    base, ours, theirs = sides
    assert check_merge(base, ours, base, merge(base, ours, base).entities) == []
    assert check_merge(base, base, theirs, merge(base, base, theirs).entities) == []
    assert check_merge(base, ours, ours, merge(base, ours, ours).entities) == []
