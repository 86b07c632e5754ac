"""Single notes and what became of them, in words, for the titles of pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compositions.presentation.lanes import pitch_name
from compositions.score.document import TICKS_PER_QUARTER
from compositions.score.performed import LAYER
from compositions.score.timeline import Timeline

_LABELS = {"duration": "length"}
_OWN_WORDS = ("pitch", "start", "locked")
"""Fields whose values say themselves what they are."""


def describe_pitch(pitch: int, *, percussion: bool) -> str:
    """Return a pitch as musicians write it, a drum by its key number."""
    return f"drum {pitch}" if percussion else pitch_name(pitch)


def describe_place(tick: int, timeline: Timeline) -> str:
    """Return where a tick is: "bar 9 beat 3", with the ticks beyond the beat if any."""
    position = timeline.position(tick)
    rest = f" + {position.tick} ticks" if position.tick else ""
    return f"bar {position.bar} beat {position.beat}{rest}"


def describe_length(ticks: int) -> str:
    """Return a length in quarter notes: "1 beat", "0.5 beats"."""
    beats = f"{ticks / TICKS_PER_QUARTER:.2f}".rstrip("0").rstrip(".")
    return f"{beats} beat" if beats == "1" else f"{beats} beats"


def describe_note(note: Mapping[str, Any], timeline: Timeline, *, percussion: bool) -> str:
    """Return a note in words: "E♭5, bar 9 beat 3, 0.5 beats, velocity 80"."""
    return ", ".join(
        (
            describe_pitch(note["pitch"], percussion=percussion),
            describe_place(note["start"], timeline),
            describe_length(note["duration"]),
            f"velocity {note.get('velocity', 80)}",
        )
    )


def describe_field(name: str, value: Any, timeline: Timeline, *, percussion: bool) -> str:
    """Return the value of a field of a note in words."""
    if name == "pitch":
        return describe_pitch(value, percussion=percussion)
    if name == "start":
        return describe_place(value, timeline)
    if name == "duration":
        return describe_length(value)
    if name == "locked":
        return "locked" if value else "unlocked"
    return str(value)


def note_changes(
    old: Mapping[str, Any] | None,
    new: Mapping[str, Any] | None,
    timeline: Timeline,
    *,
    percussion: bool,
) -> str:
    """Return what became of a note. At least one of ``old`` and ``new`` is given."""
    if old is None and new is not None:
        return f"Added: {describe_note(new, timeline, percussion=percussion)}"
    if new is None and old is not None:
        return f"Removed: {describe_note(old, timeline, percussion=percussion)}"
    if old is None or new is None:
        raise ValueError("a change needs the note before or after it")
    parts = []
    for name in ("pitch", "start", "duration", "velocity", "locked", *LAYER):
        default = 0 if name in LAYER else None
        was, now = old.get(name, default), new.get(name, default)
        if was != now:
            words = [
                describe_field(name, value, timeline, percussion=percussion) for value in (was, now)
            ]
            label = "" if name in _OWN_WORDS else f"{_LABELS.get(name, name)} "
            parts.append(f"{label}{words[0]} → {words[1]}")
    changed = "; ".join(parts) or "no visible change"
    return f"{describe_pitch(new['pitch'], percussion=percussion)}: {changed}"
