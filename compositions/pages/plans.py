"""What every page shows that lets somebody decide a merge: the plan as a form.

Merging a branch, taking parts over, taking a version back and accepting a proposal are one
thing to a musician: here is what would change, here is what both sides changed, choose.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from ariaforge.exceptions import InvalidInputError
from compositions.history.merging import MergePlan
from compositions.models import Composition
from compositions.pages.compare import difference_context
from compositions.presentation.conflict_picture import ConflictPicture, draw_conflict
from compositions.presentation.note_words import describe_field
from compositions.presentation.roll import timeline_in
from compositions.score.diff import diff
from compositions.score.entities import Entities, Kind
from compositions.score.errors import ScoreError
from compositions.score.merge import Conflict
from compositions.score.scope import Scope

MOST_CONFLICTS = 200
"""Conflicts that are shown one by one; beyond them their defaults are one choice."""
MOST_PICTURES = 40
SIDES = (
    ("ours", "A: keep ours", "1"),
    ("theirs", "B: take theirs", "2"),
    ("base", "O: as before", "3"),
)
WORDS_OF_NOTES = ("pitch", "start", "duration", "locked")


@dataclass(frozen=True, slots=True)
class Choice:
    """One side of a conflict: what is chosen with it, and the key that chooses it."""

    value: str
    label: str
    key: str
    text: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class ConflictCard:
    """A conflict with its sides and, for a note, its picture."""

    id: str
    words: str
    reason: str
    choices: tuple[Choice, ...]
    picture: ConflictPicture | None


@dataclass(frozen=True, slots=True)
class Decisions:
    """What somebody chose in the form: sides of conflicts, and warnings to be mended.

    With ``accept_defaults`` conflicts beyond those that were shown take their defaults.
    """

    resolutions: dict[str, str]
    fixes: tuple[str, ...]
    accept_defaults: bool = False


def decisions_in(request: HttpRequest) -> Decisions:
    """Return what was chosen in a form, nothing for a page that is opened."""
    resolutions = {
        name.removeprefix("conflict-"): value
        for name, value in request.POST.items()
        if name.startswith("conflict-") and isinstance(value, str)
    }
    return Decisions(
        resolutions, tuple(request.POST.getlist("fix")), bool(request.POST.get("accept_rest"))
    )


def scope_in(request: HttpRequest) -> Scope:
    """Return which tracks, sections and bars a form or an address names.

    Raises :class:`InvalidInputError` in words for bars that are none.
    """
    fields = request.POST if request.method == "POST" else request.GET
    first, last = (fields.get(name, "").strip() for name in ("first_bar", "last_bar"))
    bars: list[int] | None = None
    if first or last:
        try:
            bars = [int(first or last), int(last or first)]
        except ValueError as error:
            raise InvalidInputError("Give the bars as numbers, such as 5 and 12.") from error
    data: dict[str, Any] = {
        "tracks": list(dict.fromkeys(fields.getlist("track"))),
        "sections": list(dict.fromkeys(fields.getlist("section"))),
        "bars": bars,
    }
    with in_words():
        return Scope.from_dict(data)


@contextmanager
def in_words() -> Iterator[None]:
    """Turn what the score itself refuses into :class:`InvalidInputError`."""
    try:
        yield
    except ScoreError as error:
        raise InvalidInputError(f"That cannot be used: {error}") from error


def compare_url(song: Composition, before: str, after: str) -> str:
    """Return where two states of a song are compared at length."""
    query = urlencode({"from": before, "to": after})
    return f"{reverse('song_compare', args=[song.pk])}?{query}"


def plan_context(plan: MergePlan, decisions: Decisions, *, more_url: str) -> dict[str, Any]:
    """Return what ``_plan.html`` shows; what is not drawn is at ``more_url``."""
    conflicts = (*plan.result.resolved, *plan.conflicts)
    cards = [
        _card(conflict, plan, decisions, with_picture=number < MOST_PICTURES)
        for number, conflict in enumerate(conflicts[:MOST_CONFLICTS])
    ]
    changes = diff(plan.ours, plan.entities)
    return difference_context(plan.ours, plan.entities, changes, more_url=more_url) | {
        "plan": plan,
        "cards": cards,
        "conflict_count": len(conflicts),
        "more_conflicts": max(0, len(conflicts) - MOST_CONFLICTS),
        "accept_rest": decisions.accept_defaults,
        "fixed": plan.fixed,
        "warnings": plan.warnings,
        "is_blocked": bool(plan.blocking),
        "theirs_changes": plan.result.theirs_changes,
        "clean": max(0, plan.result.theirs_changes - len({one.entity_id for one in conflicts})),
    }


def _card(
    conflict: Conflict, plan: MergePlan, decisions: Decisions, *, with_picture: bool
) -> ConflictCard:
    # What everything else depends on is not decided by a default.
    blocked = any(conflict.entity_id in warning.entity_ids for warning in plan.blocking)
    default = "" if blocked else conflict.default
    chosen = decisions.resolutions.get(conflict.id, default)
    sides = {"base": plan.base, "ours": plan.ours, "theirs": plan.theirs}
    choices = tuple(
        Choice(value, label, key, _side_text(conflict, value, sides), value == chosen)
        for value, label, key in SIDES
    )
    picture = None
    if with_picture and conflict.kind == Kind.NOTE:
        picture = draw_conflict(conflict.entity_id, plan.base, plan.ours, plan.theirs)
    return ConflictCard(conflict.id, conflict.words, conflict.reason, choices, picture)


def _side_text(conflict: Conflict, side: str, sides: dict[str, Entities]) -> str:
    """Return what one side has, in words."""
    value = getattr(conflict, side)
    if conflict.field is None:
        if value is None:
            return "Does not exist" if side == "base" else "Removed"
        return "As it was" if side == "base" else "Kept, with its changes"
    if value is None:
        return "Nothing"
    entities = sides[side]
    if conflict.kind == Kind.NOTE and conflict.field in WORDS_OF_NOTES:
        home = entities.get(entities.get(conflict.entity_id, {}).get("track", ""), {})
        return describe_field(
            conflict.field,
            value,
            timeline_in(entities),
            percussion=bool(home.get("percussion")),
        ).capitalize()
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, str) and value in entities:
        named = entities[value]
        return str(named.get("name") or named.get("label") or named.get("text") or value)
    return f"{value:.200}" if isinstance(value, str) else str(value)[:200]
