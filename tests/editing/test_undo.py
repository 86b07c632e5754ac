"""Undo and redo: each takes back one's own edits, and overwrites nobody's."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ariaforge.exceptions import ConflictError, NotPermittedError
from compositions.documents import load_plain
from compositions.editing import apply_edits, redo, undo
from compositions.history.versions import set_document
from compositions.models import Composition, EditBatch
from compositions.score.entities import Entities
from tests.editing.conftest import Apply
from tests.editing.edits import BAR, op
from tests.factories import MembershipFactory

Reads = Callable[[], Entities]
Verifies = Callable[[], bool]


@pytest.fixture
def other(song: Composition):
    return MembershipFactory(project=song.project).user


def test_undo_goes_back_edit_by_edit_and_redo_forth(song, user, edit: Apply) -> None:
    hashes = [song.tree_hash]
    for pitch in (60, 61, 62):
        edit(op("n0-0", set={"pitch": pitch}), name=f"Pitch {pitch}")
        hashes.append(song.tree_hash)
    names = []
    for expected in reversed(hashes[:-1]):
        applied = undo(composition=song, user=user)
        names.append(applied.batch.name)
        assert song.tree_hash == expected
    assert names == ["Undo: Pitch 62", "Undo: Pitch 61", "Undo: Pitch 60"]
    for expected in hashes[1:]:
        applied = redo(composition=song, user=user)
        assert song.tree_hash == expected
    assert (applied.batch.name, applied.batch.source) == ("Redo: Pitch 62", "redo")
    with pytest.raises(ConflictError, match="nothing to redo"):
        redo(composition=song, user=user)
    undo(composition=song, user=user)
    assert song.tree_hash == hashes[2]


def test_an_edit_ends_what_could_be_redone(song, user, edit: Apply) -> None:
    edit(op("n0-0", set={"pitch": 60}))
    undo(composition=song, user=user)
    edit(op("n0-1", set={"pitch": 60}))
    with pytest.raises(ConflictError, match="nothing to redo"):
        redo(composition=song, user=user)


def test_everything_that_went_with_a_thing_comes_back_with_it(
    song, user, edit: Apply, is_right: Verifies
) -> None:
    before = song.tree_hash
    edit(
        op("track0", remove=True),
        op("verse", remove=True),
        op("line1", remove=True),
        op("n1-0", set={"track": "track2", "locked": True}),
        op("track1", set={"locked": True, "name": "Locked"}),
        op("chord0", set={"start": 10 * BAR}),
        op("new", add={"kind": "chord", "start": 0, "duration": BAR, "root": "A"}),
    )
    applied = undo(composition=song, user=user)
    assert applied.refused == []
    assert song.tree_hash == before
    assert is_right()


def test_what_somebody_changed_since_stays_and_is_told(
    song, user, other, edit: Apply, entities: Reads, is_right: Verifies
) -> None:
    was = entities()["n0-0"]
    edit(op("n0-0", set={"pitch": 1, "velocity": 2}), op("n0-1", set={"pitch": 3}))
    edit(op("n0-0", set={"pitch": 99}), op("n0-1", remove=True), by=other)
    applied = undo(composition=song, user=user)
    told = {(entry["entity_id"], entry["field"]): entry for entry in applied.refused}
    assert set(told) == {("n0-0", "pitch"), ("n0-1", "pitch")}
    assert told["n0-0", "pitch"] == {
        "entity_id": "n0-0",
        "kind": "note",
        "field": "pitch",
        "reason": "was changed since",
        "edited": 1,
        "present": 99,
        "wanted": was["pitch"],
    }
    now = entities()["n0-0"]
    assert (now["pitch"], now["velocity"]) == (99, was["velocity"])
    assert is_right()


def test_nothing_of_others_goes_with_what_one_had_added(
    song, user, other, edit: Apply, entities: Reads, is_right: Verifies
) -> None:
    note = {"kind": "note", "start": 0, "duration": 5, "pitch": 5}
    edit(
        op("mine", add={"kind": "track", "name": "Mine"}),
        op("mine-1", add={**note, "track": "mine"}),
        op("mine-2", add={**note, "track": "mine"}),
        op("mine-3", add={**note, "track": "mine"}),
    )
    edit(
        op("theirs", add={**note, "track": "mine"}),
        op("mine-1", set={"pitch": 6}),
        op("sung", add={"kind": "syllable", "note_id": "mine-2", "text": "la"}),
        by=other,
    )
    applied = undo(composition=song, user=user)
    assert {entry["entity_id"] for entry in applied.refused} == {"mine", "mine-1", "mine-2"}
    assert {"mine", "theirs", "mine-1", "mine-2", "sung"} <= entities().keys()
    assert "mine-3" not in entities()
    assert is_right()


def test_what_would_break_a_rule_stays_and_the_rest_comes_back(
    song, user, other, edit: Apply, entities: Reads, is_right: Verifies
) -> None:
    pitch = entities()["n0-0"]["pitch"]
    edit(op("chord0", remove=True), op("n0-0", set={"pitch": pitch - 1}))
    edit(op("new", add={"kind": "chord", "start": 5, "duration": 5, "root": "A"}), by=other)
    applied = undo(composition=song, user=user)
    assert [entry["entity_id"] for entry in applied.refused] == ["chord0"]
    assert entities()["n0-0"]["pitch"] == pitch
    assert is_right()


def test_what_is_locked_since_stays(song, user, other, edit: Apply, entities: Reads) -> None:
    edit(op("n0-0", set={"pitch": 1}), op("n1-0", set={"pitch": 1}))
    edit(op("track0", set={"locked": True}), by=other)
    applied = undo(composition=song, user=user)
    assert [(e["entity_id"], e["reason"]) for e in applied.refused] == [
        ("n0-0", "track0 is locked")
    ]
    assert entities()["n0-0"]["pitch"] == 1
    assert entities()["n1-0"]["pitch"] != 1


def test_an_older_edit_is_undone_by_name(song, user, edit: Apply, entities: Reads) -> None:
    before = entities()
    first = edit(op("n0-0", set={"pitch": 1}), op("n0-1", set={"pitch": 1}))
    edit(op("n0-1", set={"pitch": 2}))
    applied = undo(composition=song, user=user, batch_id=first.batch.pk)
    assert [entry["entity_id"] for entry in applied.refused] == ["n0-1"]
    assert entities()["n0-0"] == before["n0-0"]
    with pytest.raises(ConflictError, match="undone already"):
        undo(composition=song, user=user, batch_id=first.batch.pk)
    again = undo(composition=song, user=user, batch_id=applied.batch.pk)
    assert again.batch.source == EditBatch.Source.REDO
    assert entities()["n0-0"]["pitch"] == 1
    assert undo(composition=song, user=user, batch_id=first.batch.pk).effects


def test_only_ones_own_edits_are_undone(song, user, other, edit: Apply) -> None:
    mine = edit(op("n0-0", set={"pitch": 1})).batch
    theirs = edit(op("n0-1", set={"pitch": 1}), by=other).batch
    assert undo(composition=song, user=user).batch.undoes == mine
    with pytest.raises(NotPermittedError, match="your own"):
        undo(composition=song, user=user, batch_id=theirs.pk)
    undo(composition=song, user=other)
    with pytest.raises(ConflictError, match="no edit here"):
        undo(composition=song, user=other)


def test_a_document_that_was_replaced_is_restored_not_undone(song, user, edit: Apply) -> None:
    edit(op("n0-0", set={"pitch": 1}))
    data = {**load_plain(song), "title": "Another"}
    set_document(
        composition=song, data=data, user=user, name="Import", source="import", message="Import"
    )
    version = song.head.parent
    with pytest.raises(ConflictError, match=f"Restore version {version.number}") as caught:
        undo(composition=song, user=user)
    assert caught.value.details == {"restore": str(version.pk)}


def test_an_undo_of_very_much_is_one_batch(song, user, edit: Apply, is_right: Verifies) -> None:
    before = song.tree_hash
    note = {"kind": "note", "track": "track0", "duration": 5, "pitch": 5}
    edit(*(op(f"many{n}", add={**note, "start": n}) for n in range(3000)))
    apply_edits(
        composition=song, user=user, name="All away", operations=[op("track0", remove=True)]
    )
    undo(composition=song, user=user)
    undo(composition=song, user=user)
    assert song.tree_hash == before
    assert is_right()
