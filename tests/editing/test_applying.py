"""What a batch of edits does to rows, log and hashes."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ariaforge.exceptions import ConflictError, InvalidInputError
from compositions.documents import load_plain
from compositions.editing import apply_edits, lock_document, redo, undo, verify_document
from compositions.models import Chord, Composition, EditOp, NoteWindow, Section, Track
from compositions.score.entities import Entities, to_entities
from tests.editing.conftest import Apply
from tests.editing.edits import BAR, Edits, op
from tests.editing.songs import full_song
from tests.factories import MembershipFactory, UserFactory

Reads = Callable[[], Entities]
Verifies = Callable[[], bool]


@contextmanager
def taken_back() -> Iterator[None]:
    """Undo in the database all that the block does."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 2**32), sizes=st.lists(st.integers(1, 12), min_size=1, max_size=6))
def test_rows_are_what_the_log_replays_whatever_is_edited(
    song: Composition, seed: int, sizes: list[int]
) -> None:
    edits = Edits(random.Random(seed))
    begin = song.tree_hash
    with taken_back():
        for size in sizes:
            entities = to_entities(load_plain(song))
            batch = edits.batch(entities, size)
            try:
                apply_edits(composition=song, user=song.created_by, name="x", operations=batch)
            except InvalidInputError:
                # Operations that fit one by one need not fit together.
                continue
        assert verify_document(lock_document(song.pk)) == []
        end = song.tree_hash
        count = song.edit_batches.filter(source="person").count()
        for _ in range(count):
            assert undo(composition=song, user=song.created_by).refused == []
        assert song.tree_hash == begin
        for _ in range(count):
            assert redo(composition=song, user=song.created_by).refused == []
        assert song.tree_hash == end
        assert verify_document(lock_document(song.pk)) == []
    song.refresh_from_db()


def test_only_what_changed_is_written(song: Composition, edit: Apply) -> None:
    rows = {row.pk: row.updated_at for row in song.tracks.all()}
    before = set(NoteWindow.objects.values_list("track__entity_id", "place", "digest"))
    applied = edit(op("n1-3", set={"pitch": 1, "velocity": 126}))
    assert [(e["entity_id"], e["action"], e["after"]) for e in applied.effects] == [
        ("n1-3", "set", {"pitch": 1, "velocity": 126})
    ]
    assert [row for row in song.tracks.all() if row.updated_at != rows[row.pk]] == []
    after = set(NoteWindow.objects.values_list("track__entity_id", "place", "digest"))
    assert {(track, place) for track, place, _ in after - before} == {("track1", 0)}
    assert len(after) == len(before) > 1


def test_what_hangs_on_a_thing_goes_with_it(
    edit: Apply, entities: Reads, is_right: Verifies
) -> None:
    applied = edit(op("track0", remove=True), op("line1", remove=True), op("verse", remove=True))
    left = entities()
    assert not any(f.get("track") == "track0" or f["kind"] == "syllable" for f in left.values())
    assert left["line0"]["section_id"] == ""
    named = [effect for effect in applied.effects if effect["op_id"]]
    assert [effect["entity_id"] for effect in named] == ["track0", "line1", "verse"]
    assert is_right()


def test_a_line_that_goes_leaves_its_syllables(edit: Apply, entities: Reads) -> None:
    edit(op("line0", remove=True))
    assert entities()["syllable0"]["line_id"] == ""


def test_a_batch_is_applied_whole_or_not_at_all(edit: Apply, entities: Reads) -> None:
    before = entities()
    with pytest.raises(InvalidInputError) as caught:
        edit(op("n0-0", set={"pitch": 1}), op("n0-1", set={"pitch": 128}))
    assert caught.value.details["problems"] == [
        {"path": "operations[1].set.pitch", "message": "must be between 0 and 127, not 128"}
    ]
    assert entities() == before


@pytest.mark.parametrize(
    ("operation", "path"),
    [
        (op("nothing", set={"pitch": 1}), "operations[0].entity_id"),
        (op("n0-0", set={"colour": "red"}), "operations[0].set.colour"),
        (op("n0-0", set={"pitch": "high"}), "operations[0].set.pitch"),
        (op("n0-0", set={"kind": "chord"}), "operations[0].set.kind"),
        (op("n0-0", set={"id": "n9"}), "operations[0].set.id"),
        (op("n0-0", set={"track": "chord0"}), "operations[0].set.track"),
        (op("n0-0", set={"track": ["track1"]}), "operations[0].set.track"),
        (op("track0", set={"notes": []}), "operations[0].set.notes"),
        (op("n0-0", add={"kind": "chord", "start": 0}), "operations[0].entity_id"),
        (op("key9", add={"kind": "key", "tonic": "D"}), "operations[0].add.tick"),
        (op("verse", set={"section_kind": 5}), "operations[0].set.section_kind"),
        (op("verse", set={"section_kind": "\x00"}), "operations[0].set.section_kind"),
        (op("note9", add={"kind": "note", "start": 0}), "operations[0].add.track"),
        (
            op("chord9", add={"kind": "chord", "start": 5, "duration": 5, "root": "D"}),
            "operations[0].add.start",
        ),
        (op("chord0", set={"duration": BAR + 1}), "operations[0].set.duration"),
        (op("chord1", set={"start": 10}), "operations[0].set.start"),
        (op("tempo0", remove=True), "operations[0]"),
        (op("tempo1", set={"tick": 0}), "operations[0].set.tick"),
        (op("tempo0", set={"bpm": 5}), "operations[0].set.bpm"),
        (op("syllable0", set={"note_id": "n0-1"}), "operations[0].set.note_id"),
        (op("syllable0", set={"note_id": "n9-9"}), "operations[0].set.note_id"),
        (op("line0", set={"section_id": "n0-0"}), "operations[0].set.section_id"),
        (op("meta", set={"title": "  "}), "operations[0].set.title"),
        (op("meta", set={"metadata": {"a": 1e300}}), "operations[0].set.metadata.a"),
        (op("meta", remove=True), "operations[0].entity_id"),
        (op("n0-0", set={}), "operations[0].set"),
        (op("n0-0"), "operations[0]"),
        (op("n0-0", remove=False), "operations[0].remove"),
        (op("n 0", remove=True), "operations[0].entity_id"),
        ({"entity_id": "n0-0", "remove": True}, "operations[0].op_id"),
        (
            op(
                "point9",
                add={
                    "kind": "automation",
                    "track": "track0",
                    "tick": 0,
                    "parameter": "cc64",
                    "value": 1,
                },
            ),
            "operations[0].add.tick",
        ),
        (
            op(
                "n",
                add={"kind": "note", "track": "track0", "start": 0, "duration": 9**9, "pitch": 1},
            ),
            "operations[0].add.duration",
        ),
        (op("n0-0", set={"start": 30_000_000}), "operations"),
    ],
)
def test_what_is_not_valid_is_refused_with_its_path(
    edit: Apply, entities: Reads, operation: dict[str, object], path: str
) -> None:
    before = entities()
    with pytest.raises(InvalidInputError) as caught:
        edit(operation)
    assert [problem["path"] for problem in caught.value.details["problems"]] == [path]
    assert entities() == before


def test_the_same_batch_again_does_nothing_and_says_what_it_did(
    song: Composition, edit: Apply
) -> None:
    operations = [op("n0-0", set={"pitch": 60}), op("n0-1", remove=True)]
    first = edit(*operations)
    second = edit(*operations, name="Another name")
    assert second.repeated
    assert not first.repeated
    assert (second.batch, second.effects) == (first.batch, first.effects)
    assert song.revision == first.batch.sequence


def test_known_and_new_operations_do_not_mix(edit: Apply, entities: Reads) -> None:
    known = op("n0-0", set={"pitch": 60})
    edit(known)
    before = entities()
    for batch in ([known, op("n0-1", set={"pitch": 1})], [{**known, "entity_id": "n0-2"}]):
        if len(batch) == 2:
            with pytest.raises(ConflictError, match="made before"):
                edit(*batch)
    assert entities() == before


def test_an_operation_of_somebody_else_is_not_answered(song: Composition, edit: Apply) -> None:
    other = MembershipFactory(project=song.project).user
    known = op("n0-0", set={"pitch": 60})
    edit(known)
    with pytest.raises(ConflictError, match="made before"):
        edit(known, by=other)


def test_an_id_is_never_used_again(edit: Apply) -> None:
    fields = {"kind": "note", "track": "track0", "start": 0, "duration": 5, "pitch": 5}
    edit(op("fresh", add=fields))
    edit(op("fresh", remove=True))
    for operation in (op("fresh", add=fields), op("track1", add=fields), op("line0", add=fields)):
        with pytest.raises(InvalidInputError, match="mint a new one"):
            edit(operation)
    with pytest.raises(InvalidInputError, match="mint a new one"):
        edit(op("n0-0", remove=True), op("n0-0", add=fields))


def test_the_last_writer_of_a_field_wins(song: Composition, edit: Apply, entities: Reads) -> None:
    other = MembershipFactory(project=song.project).user
    base = song.revision
    edit(op("n0-0", set={"pitch": 60, "velocity": 33}), base_sequence=base)
    edit(op("n0-0", set={"pitch": 64}), base_sequence=base, by=other)
    note = entities()["n0-0"]
    assert (note["pitch"], note["velocity"]) == (64, 33)


def test_what_comes_after_a_removal_is_superseded(
    song: Composition, edit: Apply, entities: Reads
) -> None:
    other = MembershipFactory(project=song.project).user
    base = song.revision
    edit(op("n0-0", remove=True), op("track1", remove=True), by=other)
    note = {"kind": "note", "track": "track1", "start": 0, "duration": 5, "pitch": 5}
    batch = [
        op("n0-0", set={"pitch": 60}),
        op("late", add=note),
        op("later", add={"kind": "syllable", "note_id": "late", "text": "la"}),
        op("n1-1", remove=True),
        op("n2-0", set={"pitch": 60}),
    ]
    applied = edit(*batch, base_sequence=base)
    assert [entry["missing"] for entry in applied.superseded] == ["n0-0", "track1", "late", "n1-1"]
    assert [effect["entity_id"] for effect in applied.effects] == ["n2-0"]
    again = edit(*batch, base_sequence=base)
    assert again.repeated
    assert again.superseded == applied.superseded
    only = [op("n0-0", set={"pitch": 2})]
    first = edit(*only, base_sequence=base)
    assert first.effects == []
    assert edit(*only, base_sequence=base).batch == first.batch


def test_an_operation_on_what_the_author_knew_to_be_gone_is_an_error(
    song: Composition, edit: Apply
) -> None:
    edit(op("n0-0", remove=True))
    with pytest.raises(InvalidInputError, match="there is no entity"):
        edit(op("n0-0", set={"pitch": 1}), base_sequence=song.revision)


def test_a_base_that_never_was_is_a_conflict(song: Composition, edit: Apply) -> None:
    with pytest.raises(ConflictError) as caught:
        edit(op("n0-0", set={"pitch": 1}), base_sequence=song.revision + 1)
    assert caught.value.details == {
        "base_sequence": song.revision + 1,
        "revision": song.revision,
    }


def test_what_does_not_fit_what_others_did_is_a_conflict_not_a_mistake(
    song: Composition, edit: Apply
) -> None:
    chord = {"kind": "chord", "start": 4 * BAR, "duration": BAR, "root": "A"}
    base = song.revision
    edit(op("one", add=chord))
    with pytest.raises(ConflictError) as caught:
        edit(op("two", add=chord), base_sequence=base)
    assert caught.value.details["problems"][0]["path"] == "operations[0].add.start"


def test_strict_edits_overwrite_nobody(song: Composition, edit: Apply, entities: Reads) -> None:
    other = MembershipFactory(project=song.project).user
    base = song.revision
    edit(op("n0-0", set={"pitch": 60}), op("n0-1", set={"velocity": 5}), by=other)
    before = entities()
    asked = op("n0-0", set={"pitch": 64, "velocity": 9})
    with pytest.raises(ConflictError) as caught:
        edit(asked, op("n0-1", remove=True), base_sequence=base, strict=True)
    conflicts = caught.value.details["conflicts"]
    assert [(c["entity_id"], c["field"], c["theirs"], c["yours"]) for c in conflicts] == [
        ("n0-0", "pitch", 60, 64),
        ("n0-1", None, {"set": {"velocity": 5}}, {"remove": True}),
    ]
    assert {c["author"] for c in conflicts} == {str(other.pk)}
    assert entities() == before
    edit(op("n0-0", set={"velocity": 9}), base_sequence=base, strict=True)
    edit(op("n0-0", set={"velocity": 8}), base_sequence=base, strict=True)


def test_two_places_change_hands_in_one_batch(
    edit: Apply, entities: Reads, is_right: Verifies
) -> None:
    edit(op("syllable0", set={"note_id": "n0-1"}), op("syllable1", set={"note_id": "n0-0"}))
    edit(op("chorus", set={"start": 0}), op("verse", set={"start": 2 * BAR}))
    found = entities()
    assert found["syllable0"]["note_id"] == "n0-1"
    assert found["verse"]["start"] == 2 * BAR
    assert is_right()


def test_a_place_in_the_order_that_is_taken_becomes_the_one_behind(
    edit: Apply, entities: Reads, is_right: Verifies
) -> None:
    edit(op("new", add={"kind": "track", "name": "New", "position": 2}))
    edit(op("last", add={"kind": "track", "name": "Last"}))
    found = entities()
    order = sorted(
        (key for key in found if found[key]["kind"] == "track"),
        key=lambda key: found[key]["position"],
    )
    assert order == ["track0", "track1", "new", "track2", "last"]
    for number in range(30):
        # Always between the first two: the room between them comes to an end.
        edit(op(f"t{number}", add={"kind": "track", "name": "x", "position": 1.0}))
    positions = [f["position"] for f in entities().values() if f["kind"] == "track"]
    assert len(set(positions)) == len(positions) == 35
    assert is_right()


def test_length_and_duration_follow_the_music(song: Composition, edit: Apply) -> None:
    edit(op("n0-0", set={"start": 20 * BAR, "duration": 100}))
    assert song.length_ticks == 20 * BAR + 100
    edit(op("n0-0", set={"start": 0}))
    assert song.length_ticks == 4 * BAR
    seconds = song.duration_seconds
    edit(op("tempo0", set={"bpm": 48}))
    assert song.duration_seconds > seconds


def test_rows_and_columns_follow_the_kinds(song: Composition, edit: Apply) -> None:
    edit(
        op("chord0", set={"root": "F#", "quality": "m"}),
        op("verse", set={"label": "Opening"}),
        op("meta", set={"title": "Named", "metadata": {"by": "me"}}),
        op("track1", set={"gain_db": -3.1234567}),
    )
    assert str(Chord.objects.get(composition=song, entity_id="chord0")) == "F#m"
    assert Section.objects.get(composition=song, entity_id="verse").label == "Opening"
    assert Track.objects.get(composition=song, entity_id="track1").gain_db == -3.123457
    found = Composition.objects.get(pk=song.pk)
    assert (found.name, found.document_metadata) == ("Named", {"by": "me"})


def test_a_batch_without_effect_is_still_known(song: Composition, edit: Apply) -> None:
    pitch = to_entities(load_plain(song))["n0-0"]["pitch"]
    before = song.tree_hash
    applied = edit(op("n0-0", set={"pitch": pitch}))
    assert applied.effects[0]["after"] == {}
    assert song.tree_hash == before
    assert EditOp.objects.filter(batch=applied.batch).count() == 1


def test_edits_leave_other_songs_alone(song: Composition, edit: Apply) -> None:
    other = full_song(UserFactory())
    edit(op("n0-0", set={"pitch": 1}), op("chord0", remove=True), op("track1", remove=True))
    assert Composition.objects.get(pk=other.pk).tree_hash == other.tree_hash
    assert len(load_plain(other)["tracks"]) == 3
