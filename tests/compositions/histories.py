"""A song with a real history: branches, a merge, tags, a proposal, and unsaved edits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from compositions.documents import load_plain
from compositions.editing import apply_edits
from compositions.history.branches import checkout, create_branch, create_tag
from compositions.history.merging import merge_versions
from compositions.history.proposals import propose
from compositions.history.versions import save_version
from compositions.models import Branch, Composition, Proposal, Version
from compositions.score.diff import Change, diff
from compositions.score.document import mint_id
from compositions.score.entities import Entities, Kind, from_entities, to_entities
from projects.models import Project
from tests.compositions.songs import BAR, make_song

Edit = Callable[[Entities], Entities]


@dataclass
class History:
    """A song on main with unsaved edits; ``bridge`` is a branch that conflicts with it."""

    song: Composition
    bridge: Branch
    proposal: Proposal
    versions: list[Version]


def make_history(user: User, *, project: Project | None = None) -> History:
    """Return a song with versions on two branches, a merge, a tag and an open proposal."""
    song = make_song(user, "ready", project=project, title="Rain on the Tape")
    save_version(composition=song, user=user)
    edit(song, user, transposed("Lead melody", (3, 6), 2))
    save_version(composition=song, user=user, message="Lift the verse")
    brushes = create_branch(composition=song, user=user, name="brushes")
    checkout(composition=song, branch=brushes, user=user)
    edit(song, user, softer("Brushed Drums", 14))
    save_version(composition=song, user=user)
    checkout(composition=song, branch=branch(song, "main"), user=user)
    edit(song, user, without_notes("Upright Bass", (11, 12)))
    save_version(composition=song, user=user, message="Let the bass rest before the second verse")
    merge_versions(composition=song, user=user, theirs=branch(song, "brushes").tip)
    create_tag(composition=song, user=user, name="Demo for Ana")
    bridge = create_branch(composition=song, user=user, name="bridge-idea")
    checkout(composition=song, branch=bridge, user=user)
    edit(song, user, transposed("Lead melody", (15, 16), 5))
    edit(song, user, suspended(7))
    save_version(composition=song, user=user, message="A leap into the second chorus")
    checkout(composition=song, branch=branch(song, "main"), user=user)
    edit(song, user, transposed("Lead melody", (15, 17), -3))
    save_version(composition=song, user=user)
    song = again(song)
    proposal = propose(
        composition=song,
        user=user,
        title="A counter-line for the second chorus",
        data=from_entities(with_line("Rhodes", (15, 18))(to_entities(load_plain(song)))),
        source=Version.Source.COMPOSER,
        description="Sixteenths above the chords, quiet enough to leave room for the lead.",
        provenance={"prompt": "a counter-line for chorus 2", "seed": 7, "engine": "composer 1"},
    )
    edit(song, user, moved("Lead melody", (7, 8), 120))
    edit(song, user, without_notes("Rhodes", (19, 19)))
    return History(
        song=again(song),
        bridge=branch(song, "bridge-idea"),
        proposal=proposal,
        versions=list(Version.objects.filter(composition=song).order_by("number")),
    )


def edit(song: Composition, user: User, change: Edit, name: str = "Edit") -> None:
    """Change the working copy, as somebody at an editor does."""
    before = to_entities(load_plain(again(song)))
    operations = [_operation(entry) for entry in diff(before, change(before))]
    apply_edits(composition=song, user=user, name=name, operations=operations)


def _operation(change: Change) -> dict[str, Any]:
    operation: dict[str, Any] = {"op_id": mint_id(), "entity_id": change.entity_id}
    if change.action == "remove":
        return {**operation, "remove": True}
    return {**operation, change.action: change.after}


def again(song: Composition) -> Composition:
    """The song as it is now."""
    return Composition.objects.select_related("project", "branch__tip", "head").get(pk=song.pk)


def branch(song: Composition, name: str) -> Branch:
    """A branch as it is now."""
    return Branch.objects.select_related("tip").get(composition=song, name=name)


def transposed(track: str, bars: tuple[int, int], semitones: int) -> Edit:
    """Move the notes of some bars up."""
    return _each(track, bars, lambda note: {**note, "pitch": note["pitch"] + semitones})


def moved(track: str, bars: tuple[int, int], ticks: int) -> Edit:
    """Move the notes of some bars later."""
    return _each(track, bars, lambda note: {**note, "start": note["start"] + ticks})


def softer(track: str, by: int) -> Edit:
    """Play all notes softer."""
    return _each(track, (1, 999), lambda note: {**note, "velocity": max(1, note["velocity"] - by)})


def without_notes(track: str, bars: tuple[int, int]) -> Edit:
    """Remove the notes of some bars."""
    return _each(track, bars, lambda note: None)


def suspended(bar: int) -> Edit:
    """Make the chord of a bar a suspended one."""

    def change(entities: Entities) -> Entities:
        return {
            key: {**fields, "quality": "sus4"}
            if fields["kind"] == Kind.CHORD and fields["start"] == (bar - 1) * BAR
            else fields
            for key, fields in entities.items()
        }

    return change


def at_tempo(bpm: float) -> Edit:
    """Play the song at another tempo."""

    def change(entities: Entities) -> Entities:
        return {
            key: {**fields, "bpm": bpm} if fields["kind"] == Kind.TEMPO else fields
            for key, fields in entities.items()
        }

    return change


def with_note(track: str, bar: int, pitch: int) -> Edit:
    """Add a note at the beginning of a bar, with an id of its own each time."""

    def change(entities: Entities) -> Entities:
        note = {
            "kind": "note",
            "track": track_id(entities, track),
            "start": (bar - 1) * BAR,
            "duration": 400,
            "pitch": pitch,
            "velocity": 80,
            "locked": False,
            "origin": "user",
        }
        return {**entities, mint_id(): note}

    return change


def with_line(track: str, bars: tuple[int, int]) -> Edit:
    """Add a line of eighths above a track."""

    def change(entities: Entities) -> Entities:
        home = track_id(entities, track)
        added = {
            f"line{index}": {
                "kind": "note",
                "track": home,
                "start": (bars[0] - 1) * BAR + index * 240,
                "duration": 200,
                "pitch": 81 + (0, 2, 3, 5, 7, 5, 3, 2)[index % 8],
                "velocity": 54,
                "locked": False,
                "origin": "composer",
            }
            for index in range((bars[1] - bars[0] + 1) * 8)
        }
        return {**entities, **added}

    return change


def track_id(entities: Entities, name: str) -> str:
    """The id of the track of that name."""
    return next(
        key
        for key, fields in entities.items()
        if fields["kind"] == Kind.TRACK and fields["name"] == name
    )


def _each(
    track: str,
    bars: tuple[int, int],
    change: Callable[[dict], dict | None],  # type: ignore[type-arg]
) -> Edit:
    def apply(entities: Entities) -> Entities:
        home = track_id(entities, track)
        result = {}
        for key, fields in entities.items():
            inside = (
                fields["kind"] == Kind.NOTE
                and fields["track"] == home
                and bars[0] <= fields["start"] // BAR + 1 <= bars[1]
            )
            now = change(fields) if inside else fields
            if now is not None:
                result[key] = now
        return result

    return apply
