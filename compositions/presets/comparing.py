"""Two presets side by side on a track or on the mix of a song: in words, and asked for by ear."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts.models import User
from ariaforge.exceptions import InvalidInputError
from ariaforge.jobs.services import submit_job
from ariaforge.models import Job
from compositions.documents import load_score
from compositions.event_topics import composition_topic
from compositions.models import Composition, PresetVersion, Track
from compositions.presets.applying import (
    TRACK_KINDS,
    require_fit,
    settings_of,
    state_of_mix,
    state_of_render,
    state_of_track,
    track_of,
    with_settings,
)
from compositions.presets.excerpts import MOST_SECONDS, fullest_bars
from compositions.presets.schemas import Kind, Settings
from compositions.presets.words import Difference, differences
from compositions.score.timeline import Timeline
from compositions.services import NothingComposedYetError

PRESENT = "As it is now"
JOB_KIND = "compare_presets"


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison; without ``version`` it is what the track or song is set to."""

    label: str
    state: Settings
    version: PresetVersion | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sides on one target; ``kind`` is that of the fields in which they are told."""

    kind: str
    target: str
    track_id: str
    a: Side
    b: Side
    differences: list[Difference]


def compare(
    *,
    composition: Composition,
    a: PresetVersion | None,
    b: PresetVersion | None,
    track_id: str = "",
) -> Comparison:
    """Return what ``a`` and ``b`` would make of a track or song, and in what they differ.

    None stands for what it is set to at present. Both are for the same: a track, the mix, or the
    render. Raises :class:`InvalidInputError` when they are not, or do not fit the track.
    """
    chosen = [version for version in (a, b) if version is not None]
    if not chosen:
        raise InvalidInputError("Choose at least one preset to compare.")
    targets = {_target(version) for version in chosen}
    if len(targets) > 1:
        raise InvalidInputError(
            "These two are for different things: only presets for a track, for the mix or for "
            "the render can be compared with each other."
        )
    (kind,) = targets
    if kind == Kind.INSTRUMENT:
        track = track_of(composition, track_id)
        present, target = state_of_track(track), track.name
    else:
        track, target = None, composition.name
        mix = kind == Kind.MIX
        present = state_of_mix(composition) if mix else state_of_render(composition)
    first, second = (_side(version, present, track) for version in (a, b))
    return Comparison(
        kind=kind,
        target=target,
        track_id=track.entity_id if track is not None else "",
        a=first,
        b=second,
        differences=differences(kind, first.state, second.state),
    )


def request_comparison(
    *,
    composition: Composition,
    user: User,
    a: PresetVersion | None,
    b: PresetVersion | None,
    track_id: str = "",
    from_bar: int | None = None,
    to_bar: int | None = None,
    idempotency_key: str = "",
) -> Job:
    """Ask for both sides of a comparison as sound; without bars the studio chooses them.

    Raises as :func:`compare`, and :class:`InvalidInputError` for sides that are the same and for
    bars that are not in the song or last longer than
    :data:`compositions.presets.excerpts.MOST_SECONDS`.
    """
    if not composition.is_composed:
        raise NothingComposedYetError("The song has no notes yet; wait until it is composed.")
    comparison = compare(composition=composition, a=a, b=b, track_id=track_id)
    if not comparison.differences:
        raise InvalidInputError("Both sides are set alike, so they sound the same.")
    bars = _bars(composition, comparison.track_id, from_bar, to_bar)
    return submit_job(
        owner=user,
        kind=JOB_KIND,
        parameters={
            "composition": str(composition.pk),
            "track": comparison.track_id,
            "a": str(a.pk) if a is not None else None,
            "b": str(b.pk) if b is not None else None,
            "from_bar": bars[0],
            "to_bar": bars[1],
        },
        topic=composition_topic(composition.pk),
        idempotency_key=idempotency_key,
    )


def _target(version: PresetVersion) -> str:
    kind: str = version.preset.kind
    return Kind.INSTRUMENT if kind in TRACK_KINDS else kind


def _side(version: PresetVersion | None, present: Settings, track: Track | None) -> Side:
    if version is None:
        return Side(PRESENT, present)
    preset = version.preset
    settings = settings_of(preset, version)
    if track is not None:
        require_fit(preset, settings, track)
    label = preset.name
    if preset.current_id != version.pk:
        label = f"{label}, version {version.number}"
    return Side(label, with_settings(preset.kind, present, settings), version)


def _bars(
    composition: Composition, track_id: str, from_bar: int | None, to_bar: int | None
) -> tuple[int, int]:
    score = load_score(composition)
    if from_bar is None and to_bar is None:
        return fullest_bars(score, track_id)
    first = from_bar if from_bar is not None else to_bar
    last = to_bar if to_bar is not None else from_bar
    timeline = Timeline(score)
    if first is None or last is None or not 1 <= first <= last <= timeline.bar_count:
        raise InvalidInputError(
            f"Choose bars from 1 to {timeline.bar_count}, the first before the last.",
            details={"field": "bars"},
        )
    seconds = timeline.seconds(timeline.bar_start(last + 1)) - timeline.seconds(
        timeline.bar_start(first)
    )
    if seconds > MOST_SECONDS:
        raise InvalidInputError(
            f"Bars {first} to {last} last {seconds:.0f} seconds; {MOST_SECONDS:.0f} are the most.",
            details={"field": "bars"},
        )
    return first, last


def told(comparison: Comparison) -> dict[str, Any]:
    """Return the comparison as plain data."""
    return {
        "kind": comparison.kind,
        "target": comparison.target,
        "track": comparison.track_id or None,
        "a": comparison.a.label,
        "b": comparison.b.label,
        "differences": [
            {"setting": entry.label, "a": entry.before, "b": entry.after}
            for entry in comparison.differences
        ],
    }
