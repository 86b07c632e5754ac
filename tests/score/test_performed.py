"""The performance of a note is a layer over what is written: sounded, told, merged, taken off."""

import io
import random
from dataclasses import replace
from typing import Any

import mido
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compositions.score.diff import Change, apply_changes, diff, invert
from compositions.score.diff_words import tell
from compositions.score.document import Note, Score, ordered
from compositions.score.drafts import Draft
from compositions.score.entities import Entities, from_entities, to_entities
from compositions.score.limits import MAX_DYNAMICS, MAX_TICKS, MAX_TIMING
from compositions.score.matching import match_ids
from compositions.score.merge import merge
from compositions.score.midi import read_midi, write_midi
from compositions.score.musicxml import write_musicxml
from compositions.score.operations import parse_operations
from compositions.score.performed import as_written, performed, sounding_plain
from compositions.score.serialisation import from_dict, to_dict
from compositions.score.tree import write_tree
from compositions.score.validation import validate
from tests.score.songs import song
from tests.score.strategies import scores

quick = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
layers = st.tuples(
    st.integers(-MAX_TIMING, MAX_TIMING),
    st.integers(-7680, 7680),
    st.integers(-MAX_DYNAMICS, MAX_DYNAMICS),
)


def played(score: Score, seed: int, share: float = 0.7, size: int = 40) -> Score:
    """The score with a performance on some of its notes."""
    rng = random.Random(seed)

    def touched(note: Note) -> Note:
        if rng.random() > share:
            return note
        return replace(
            note,
            timing=rng.randint(-size, size),
            articulation=rng.randint(-size, size),
            dynamics=rng.randint(-20, 20),
        )

    tracks = tuple(track.with_notes([touched(n) for n in track.notes]) for track in score.tracks)
    return ordered(replace(score, tracks=tracks))


def entities_of(score: Score) -> Entities:
    return to_entities(to_dict(ordered(score)))


def one_note(**fields: Any) -> Score:
    base = song()
    note = replace(Note("solo", 480, 480, 60, 100), **fields)
    return replace(base, syllables=(), lines=(), tracks=(replace(base.tracks[0], notes=(note,)),))


def first(score: Score) -> Note:
    return score.tracks[0].notes[0]


@pytest.mark.parametrize(
    ("fields", "sounds"),
    [
        ({}, (480, 480, 100)),
        ({"timing": -30, "articulation": 10, "dynamics": -5}, (450, 490, 95)),
        ({"start": 10, "timing": -30}, (0, 480, 100)),
        ({"duration": 20, "articulation": -60}, (480, 1, 100)),
        ({"dynamics": 90}, (480, 480, 127)),
        ({"dynamics": -120}, (480, 480, 1)),
    ],
)
def test_a_note_sounds_where_its_layer_says(
    fields: dict[str, int], sounds: tuple[int, int, int]
) -> None:
    score = one_note(**fields)
    note = first(performed(score))
    assert (note.start, note.duration, note.velocity) == sounds
    assert (note.timing, note.articulation, note.dynamics) == (0, 0, 0)
    assert sounding_plain(to_dict(score)["tracks"][0]["notes"][0]) == sounds
    assert validate(performed(score)) == []


@quick
@given(scores(), st.integers(0, 999), layers)
def test_what_is_performed_is_valid_and_the_layer_comes_off_exactly(
    score: Score, seed: int, extreme: tuple[int, int, int]
) -> None:
    score = as_written(ordered(score))
    timing, articulation, dynamics = extreme
    for layered in (
        played(score, seed),
        replace(
            score,
            tracks=tuple(
                track.with_notes(
                    [
                        replace(n, timing=timing, articulation=articulation, dynamics=dynamics)
                        for n in track.notes
                    ]
                )
                for track in score.tracks
            ),
        ),
    ):
        assert validate(layered) == []
        sounds = performed(layered)
        assert validate(sounds) == []
        assert performed(sounds) is sounds
        assert as_written(layered) == score
        assert from_dict(to_dict(layered)) == layered
        assert from_entities(to_entities(to_dict(layered))) == to_dict(layered)
        if score.note_count:
            assert max(n.end for t in sounds.tracks for n in t.notes) <= MAX_TICKS


def test_without_a_performance_nothing_is_new_in_the_document() -> None:
    plain = to_dict(song())
    names = {name for track in plain["tracks"] for note in track["notes"] for name in note}
    assert names == {"id", "start", "duration", "pitch", "velocity", "locked", "origin"}
    score = song()
    assert performed(score) is score
    assert as_written(score) is score
    # What says that it is 0 is the same document.
    said = to_dict(song())
    for track in said["tracks"]:
        for note in track["notes"]:
            note |= {"timing": 0, "articulation": 0, "dynamics": 0}
    assert write_tree(to_dict(from_dict(said))) == write_tree(plain)


@pytest.mark.parametrize(
    ("field", "value"),
    [("timing", MAX_TIMING + 1), ("timing", 1.5), ("dynamics", -127), ("articulation", "long"),
     ("articulation", 7681)],
)  # fmt: skip
def test_a_layer_beyond_its_limits_is_named(field: str, value: Any) -> None:
    problems = validate(one_note(**{field: value}))
    assert [problem.path for problem in problems] == [f"tracks[0].notes[0].{field}"]


def test_midi_sounds_and_notation_is_as_written() -> None:
    score = one_note(timing=-13, articulation=-100, dynamics=7)
    midi = mido.MidiFile(file=io.BytesIO(write_midi(score)))
    now, heard = 0, []
    for message in midi.tracks[1]:
        now += message.time
        if message.type in ("note_on", "note_off"):
            heard.append((now, message.type, message.velocity))
    assert heard == [(467, "note_on", 107), (467 + 380, "note_off", 64)]
    assert write_musicxml(score) == write_musicxml(as_written(score))
    assert write_midi(score) != write_midi(as_written(score))


def test_a_midi_file_is_as_written_when_it_is_read() -> None:
    read = read_midi(write_midi(played(song(), 1)), rng=random.Random(1)).score
    notes = [note for track in read.tracks for note in track.notes]
    assert notes
    assert all((n.timing, n.articulation, n.dynamics) == (0, 0, 0) for n in notes)
    assert any(note.start % 60 for note in notes)


@quick
@given(st.integers(0, 99))
def test_an_exported_song_comes_back_without_changes_to_what_is_written(seed: int) -> None:
    present = to_dict(ordered(played(song(), seed)))
    for score in (performed(from_dict(present)), as_written(from_dict(present))):
        matched = match_ids(present, to_dict(ordered(score)))
        assert diff(to_entities(present), to_entities(matched)) == []


def test_what_was_edited_in_a_performed_file_changes_only_that() -> None:
    present = to_dict(ordered(played(song(), 3, share=1.0)))
    key = present["tracks"][0]["notes"][2]["id"]
    sounds = to_dict(ordered(performed(from_dict(present))))
    for note in sounds["tracks"][0]["notes"]:
        if note["id"] == key:
            note["pitch"] += 5
            note["velocity"] = min(127, note["velocity"] + 9)
    matched = match_ids(present, sounds)
    changes = diff(to_entities(present), to_entities(matched))
    assert [(change.entity_id, set(change.after or {})) for change in changes] == [
        (key, {"pitch", "velocity"})
    ]


@quick
@given(scores(), st.integers(0, 99), st.integers(0, 99))
def test_differences_lead_there_and_back(score: Score, one: int, other: int) -> None:
    before, after = (entities_of(played(score, seed, share=0.5)) for seed in (one, other))
    changes = diff(before, after)
    for change in changes:
        assert set(change.before or {}) == set(change.after or {})
    assert apply_changes(before, changes) == after
    assert apply_changes(after, invert(changes)) == before
    assert [Change.from_dict(change.to_dict()) for change in changes] == changes


def test_an_edit_sets_the_layer_and_zero_takes_it_off() -> None:
    entities = entities_of(one_note())
    before = {key: dict(fields) for key, fields in entities.items()}
    draft = Draft(entities)
    steps = [{"timing": 9, "dynamics": 0}, {"timing": 0}]
    for number, fields in enumerate(steps):
        data = [{"op_id": f"o{number}", "entity_id": "solo", "set": fields}]
        draft.apply(parse_operations(data)[0])
    draft.finish()
    assert not draft.problems
    assert not draft.misfits
    assert entities == before
    told = [(effect.change.before, effect.change.after) for effect in draft.effects]
    assert told == [({"timing": 0}, {"timing": 9}), ({"timing": 9}, {"timing": 0})]


def test_an_edit_beyond_the_limits_is_refused() -> None:
    draft = Draft(entities_of(one_note()))
    data = [{"op_id": "o", "entity_id": "solo", "set": {"timing": MAX_TIMING + 1}}]
    draft.apply(parse_operations(data)[0])
    assert [problem.path for problem in draft.problems] == ["operations[0].set.timing"]


def test_sides_of_a_merge_meet_field_by_field() -> None:
    base = entities_of(one_note(timing=10))
    cases: list[tuple[dict[str, int], dict[str, int], dict[str, int], int]] = [
        ({"timing": 10, "dynamics": 5}, {"timing": 0}, {"dynamics": 5}, 0),
        ({"timing": 0}, {"timing": 10, "articulation": 4}, {"articulation": 4}, 0),
        ({"timing": 0}, {"timing": 10}, {}, 0),
        ({"timing": 0}, {"timing": 20}, {}, 1),
        ({"timing": 20}, {"timing": 0}, {"timing": 20}, 1),
    ]
    for ours, theirs, expected, conflicts in cases:
        result = merge(base, entities_of(one_note(**ours)), entities_of(one_note(**theirs)))
        assert result.entities == entities_of(one_note(**expected))
        assert len(result.conflicts) == conflicts
    (conflict,) = result.conflicts
    assert (conflict.base, conflict.ours, conflict.theirs) == (10, 20, 0)
    assert conflict.words.endswith("C4 is sounded 20 ticks late in ours, as written in theirs")


def words(before: Score, after: Score) -> list[str]:
    one, other = entities_of(before), entities_of(after)
    return [sentence.text for sentence in tell(one, other, diff(one, other))]


def test_a_difference_is_told_in_words() -> None:
    plain = song()
    rng = random.Random(4)
    lead = plain.tracks[0]
    feel = replace(
        lead, notes=tuple(replace(n, timing=rng.randint(1, 30), dynamics=3) for n in lead.notes)
    )
    human = replace(plain, tracks=(feel, *plain.tracks[1:]))
    assert words(plain, human) == [f"{lead.name}: humanised"]
    assert words(human, plain) == [f"{lead.name}: played as written"]
    later = replace(
        human, tracks=(replace(feel, notes=tuple(
            replace(n, timing=n.timing + 4) if number < 3 else n
            for number, n in enumerate(feel.notes)
        )), *plain.tracks[1:])
    )  # fmt: skip
    (sentence,) = words(human, later)
    assert sentence.startswith(f"{lead.name}, bar")
    assert sentence.endswith("sounded 4 ticks late")
    one, other = one_note(timing=3), one_note(timing=-12)
    assert words(one, other)[0].endswith("sounded 12 ticks early, was 3 ticks late")
