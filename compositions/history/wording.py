"""The one line that a version says of itself when nobody wrote one."""

from __future__ import annotations

from compositions.models.history import MESSAGE_MAX_LENGTH
from compositions.score.diff_words import headline, tell
from compositions.score.entities import Plain, to_entities

CHANGED = "Changed"


def describe(before: Plain, after: Plain) -> str:
    """Return what changed from ``before`` to ``after``, in a few words."""
    sentences = tell(to_entities(before), to_entities(after))
    return headline(sentences)[:MESSAGE_MAX_LENGTH] or CHANGED
