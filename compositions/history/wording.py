"""The one line that a version says of itself when nobody wrote one."""

from __future__ import annotations

from compositions.score.diff import diff
from compositions.score.entities import Plain, to_entities


def describe(before: Plain, after: Plain) -> str:
    """Return what changed from ``before`` to ``after``, in a few words."""
    number = len(diff(to_entities(before), to_entities(after)))
    return f"{number} change{'s' if number != 1 else ''}"
