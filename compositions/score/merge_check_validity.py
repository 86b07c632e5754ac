"""Checks for what no valid score has, where two valid sides can come to it together."""

from __future__ import annotations

import json
from collections.abc import Iterator

from compositions.score import limits
from compositions.score.entities import META_ID, Kind
from compositions.score.merge_view import Draft, MergeView, MergeWarning, said

_MOST = {
    Kind.TRACK: (limits.MAX_TRACKS, "tracks"),
    Kind.NOTE: (limits.MAX_NOTES, "notes"),
    Kind.AUTOMATION: (limits.MAX_AUTOMATION_POINTS, "automation points"),
    Kind.TEMPO: (limits.MAX_TEMPO_CHANGES, "tempo changes"),
    Kind.METER: (limits.MAX_METER_CHANGES, "meter changes"),
    Kind.KEY: (limits.MAX_KEY_CHANGES, "key changes"),
    Kind.SECTION: (limits.MAX_SECTIONS, "sections"),
    Kind.CHORD: (limits.MAX_CHORDS, "chords"),
    Kind.SYLLABLE: (limits.MAX_SYLLABLES, "syllables"),
    Kind.LINE: (limits.MAX_LYRIC_LINES, "lyric lines"),
}


def orphan_syllables(view: MergeView) -> Iterator[MergeWarning]:
    """Warn, blocking, of syllables whose note does not exist. The fix removes them."""
    for key in view.of_kind(Kind.SYLLABLE):
        fields = view.merged[key]
        if view.merged.get(fields["note_id"], {}).get("kind") == Kind.NOTE:
            continue
        draft = Draft(view)
        draft.remove(key)
        yield MergeWarning(
            id=f"orphan_syllable:{key}",
            kind="orphan_syllable",
            message=f"The syllable “{fields['text']}” has lost its note",
            bars=None,
            entity_ids=(key,),
            blocking=True,
            fix=draft.changes(),
            fix_words="Remove the syllable",
        )


def shared_notes(view: MergeView) -> Iterator[MergeWarning]:
    """Warn, blocking, of two syllables on one note. The fix keeps that of our side."""
    for note, keys in view.syllables_on.items():
        if len(keys) < 2 or note not in view.merged:
            continue
        texts = " and ".join(f"“{view.merged[key]['text']}”" for key in keys)
        keeper = _ours(view, keys)
        draft = Draft(view)
        for key in keys:
            if key != keeper:
                draft.remove(key)
        fields = view.merged[note]
        bars = view.bars(fields["start"], fields["start"] + 1)
        track = view.track_name(fields["track"])
        yield MergeWarning(
            id=f"shared_note:{note}",
            kind="shared_note",
            message=f"{track}, {said(bars)}: {texts} are sung on one note",
            bars=bars,
            entity_ids=(note, *keys),
            blocking=True,
            fix=draft.changes(),
            fix_words=f"Keep “{view.merged[keeper]['text']}”",
        )


def doubled_automation(view: MergeView) -> Iterator[MergeWarning]:
    """Warn, blocking, of two values of one parameter at one tick. The fix keeps ours."""
    places: dict[tuple[str, int, str], list[str]] = {}
    for key in view.of_kind(Kind.AUTOMATION):
        fields = view.merged[key]
        place = (fields["track"], fields["tick"], fields["parameter"])
        places.setdefault(place, []).append(key)
    for (track, tick, parameter), keys in places.items():
        if len(keys) < 2:
            continue
        keeper = _ours(view, keys)
        draft = Draft(view)
        for key in keys:
            if key != keeper:
                draft.remove(key)
        bars = view.bars(tick, tick + 1)
        values = " and ".join(f"{view.merged[key]['value']:g}" for key in keys)
        yield MergeWarning(
            id=f"doubled_automation:{track}:{tick}:{parameter}",
            kind="doubled_automation",
            message=f"{view.track_name(track)}, {said(bars)}: {parameter} is {values} at once",
            bars=bars,
            entity_ids=tuple(keys),
            blocking=True,
            fix=draft.changes(),
            fix_words=f"Keep {view.merged[keeper]['value']:g}",
        )


def beyond_limits(view: MergeView) -> Iterator[MergeWarning]:
    """Warn, blocking, where the sides together exceed a limit of :mod:`..limits`."""
    for kind, (most, what) in _MOST.items():
        count = len(view.of_kind(kind))
        if count > most:
            message = f"Together there are {count} {what}; the limit is {most}"
            yield _limit(f"too_many:{kind.value}", message)
    metadata = view.merged.get(META_ID, {}).get("metadata", {})
    if (
        META_ID in view.not_ours
        and META_ID in view.not_theirs
        and len(json.dumps(metadata)) > limits.MAX_METADATA_LENGTH
    ):
        most = limits.MAX_METADATA_LENGTH
        yield _limit("metadata", f"The details of the song have more than {most} characters")
    for key in view.not_ours:
        fields = view.merged[key]
        if key in view.not_theirs and "duration" in fields:
            end = fields["start"] + fields["duration"]
            if end > limits.MAX_TICKS:
                yield _too_late(view, key)


def _too_late(view: MergeView, key: str) -> MergeWarning:
    fields = view.merged[key]
    draft = Draft(view)
    if fields["start"] < limits.MAX_TICKS:
        draft.set(key, duration=limits.MAX_TICKS - fields["start"])
    bars = view.bars(fields["start"], fields["start"] + 1)
    return MergeWarning(
        id=f"too_late:{key}",
        kind="beyond_limit",
        message=f"{said(bars).capitalize()}: a {fields['kind']} ends after the longest song",
        bars=bars,
        entity_ids=(key,),
        blocking=True,
        fix=draft.changes(),
        fix_words="End it there",
    )


def _limit(name: str, message: str) -> MergeWarning:
    return MergeWarning(f"beyond_limit:{name}", "beyond_limit", message, None, (), True)


def _ours(view: MergeView, keys: list[str]) -> str:
    """Return which of several stays: the one that our side has just so, else the first id."""
    return min(keys, key=lambda key: (key in view.not_ours, key not in view.ours, key))
