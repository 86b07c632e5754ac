"""The proof of a working copy: its rows are what its log says, and its hashes are theirs."""

from __future__ import annotations

from typing import Any

from compositions.documents import load_plain, seconds_at
from compositions.history.commits import load_version
from compositions.models import Composition, EditBatch, EditOp
from compositions.score.diff import Change, apply_changes, diff
from compositions.score.entities import Plain, from_entities, to_entities
from compositions.score.errors import ScoreError
from compositions.score.serialisation import from_dict
from compositions.score.tree import write_tree
from compositions.score.validation import validate

SHOWN = 20
"""Differences that are told one by one."""


def replay(composition: Composition) -> Plain:
    """Return the document as the log tells it: the head's, and every edit after it.

    Raises :class:`compositions.score.errors.ScoreError` when an edit does not fit the one
    before, and ``ValueError`` for a song without a head.
    """
    if composition.head is None:
        raise ValueError("The song has no version to begin from.")
    rows = EditOp.objects.filter(
        composition=composition, batch__sequence__gt=composition.head_sequence
    ).order_by("id")
    changes = (
        Change(*values)
        for values in rows.values_list("entity_id", "kind", "action", "before", "after")
    )
    return from_entities(apply_changes(to_entities(load_version(composition.head)), changes))


def verify_document(composition: Composition) -> list[str]:
    """Return what is wrong with the song's working copy, one sentence each; empty when right.

    Compares the rows with the replayed log, the stored hashes with those of the rows, the
    length with that of the music, and the revision with the log. Call it in a transaction
    that holds the song's lock, or an edit may come in between.
    """
    if not composition.is_composed:
        return []
    rows = load_plain(composition)
    wrong = [*_wrong_hashes(composition, rows), *_wrong_length(composition, rows)]
    try:
        wrong += [f"the rows are no valid score: {p}" for p in validate(from_dict(rows))[:SHOWN]]
    except ScoreError as error:
        wrong.append(f"the rows are no valid score: {error}")
    last = EditBatch.all_objects.filter(composition=composition).order_by("-sequence").first()
    if last is not None and last.sequence != composition.revision:
        wrong.append(
            f"the revision is {composition.revision}, the last edit in the log {last.sequence}"
        )
    if last is not None and last.tree_hash != composition.tree_hash:
        wrong.append(f"the last edit led to {last.tree_hash:.12}, not {composition.tree_hash:.12}")
    if composition.head is not None:
        wrong += _against_log(composition, rows)
    return wrong


def _wrong_hashes(composition: Composition, rows: Plain) -> list[str]:
    tree = write_tree(rows)
    stored: dict[str, Any] = composition.tree
    wrong = [
        f"the hash of {name} is not that of the rows"
        for name in ("meta", "structure", "lyrics")
        if stored.get(name) != getattr(tree, name)
    ]
    tracks = stored.get("tracks", {})
    wrong += (
        f"the hash of track {key} is not that of its rows"
        for key in sorted(tracks.keys() | tree.tracks.keys())
        if tracks.get(key) != tree.tracks.get(key)
    )
    for name in ("tree_hash", "content_hash"):
        if getattr(composition, name) != getattr(tree, name):
            wrong.append(f"the {name} is not that of the rows")
    return wrong


def _wrong_length(composition: Composition, rows: Plain) -> list[str]:
    spans = [*rows["sections"], *rows["chords"]]
    for track in rows["tracks"]:
        spans += track["notes"]
    end = max((span["start"] + span["duration"] for span in spans), default=0)
    wrong = []
    if composition.length_ticks != end:
        wrong.append(f"the length is {composition.length_ticks} ticks, that of the rows {end}")
    elif abs(composition.duration_seconds - seconds_at(rows["tempos"], end)) > 1e-6:
        wrong.append(f"{composition.duration_seconds} seconds are not the duration of the rows")
    return wrong


def _against_log(composition: Composition, rows: Plain) -> list[str]:
    try:
        logged = replay(composition)
    except (ScoreError, KeyError) as error:
        return [f"the log cannot be replayed: {error}"]
    changes = diff(to_entities(logged), to_entities(rows))
    wrong = [_told(change) for change in changes[:SHOWN]]
    if len(changes) > SHOWN:
        wrong.append(f"and {len(changes) - SHOWN} more entities differ from the log")
    if not changes and write_tree(logged) != write_tree(rows):
        wrong.append("the rows are in another order than the log says")
    return wrong


def _told(change: Change) -> str:
    where = f"{change.kind} {change.entity_id}"
    if change.action == "add":
        return f"{where} is in the rows but not in the log"
    if change.action == "remove":
        return f"{where} is in the log but not in the rows"
    fields = ", ".join(
        f"{name} is {(change.after or {}).get(name)!r:.60}, in the log {value!r:.60}"
        for name, value in (change.before or {}).items()
    )
    return f"{where}: {fields}"
