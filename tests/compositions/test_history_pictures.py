"""The drawings of history: the graph, differences, conflicts."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from compositions.presentation.conflict_picture import draw_conflict
from compositions.presentation.difference_picture import Difference, draw_difference
from compositions.presentation.graph_picture import HEAD_HEIGHT, MOST_LANES, Node, draw_graph
from compositions.presentation.note_marks import MOST_BARS, MOST_MARKS
from compositions.presentation.roll import QUARTER_WIDTH
from compositions.score.diff import diff
from compositions.score.document import ordered
from compositions.score.entities import Entities, to_entities
from compositions.score.serialisation import to_dict
from tests.compositions.songs import BAR, example_score

SONG = to_entities(to_dict(ordered(example_score())))


def notes_of(entities: Entities, name: str) -> dict[str, dict[str, Any]]:
    track = next(
        key
        for key, fields in entities.items()
        if fields["kind"] == "track" and fields["name"] == name
    )
    return {
        key: fields
        for key, fields in entities.items()
        if fields["kind"] == "note" and fields["track"] == track
    }


def changed(entities: Entities, key: str, **fields: Any) -> Entities:
    return {**entities, key: {**entities[key], **fields}}


def without(entities: Entities, *keys: str) -> Entities:
    return {key: fields for key, fields in entities.items() if key not in keys}


def draw(after: Entities, before: Entities = SONG, **options: Any) -> Difference:
    return draw_difference(before, after, diff(before, after), **options)


def kinds(picture: Any) -> list[str]:
    return [mark.kind for mark in picture.marks]


# -- Differences -----------------------------------------------------------------------------


def test_equal_scores_draw_nothing():
    assert draw(dict(SONG)).tracks == ()
    assert draw(dict(SONG)).form == ()


def test_a_removed_note_is_a_ghost_among_what_stayed():
    key, note = next(iter(notes_of(SONG, "Upright Bass").items()))
    (track,) = draw(without(SONG, key)).tracks
    assert (track.name, track.letter, track.state) == ("Upright Bass", "U", "")
    assert (track.added, track.removed, track.moved, track.changed) == (0, 1, 0, 0)
    (picture,) = track.pictures
    assert (picture.first_bar, picture.last_bar) == (1, 1)
    assert kinds(picture) == ["removed"]
    assert picture.marks[0].title.startswith("Removed: ")
    # The bar has another bass note, which is drawn faintly.
    assert picture.unchanged.count("M") == 1
    assert float(picture.marks[0].width) == round(note["duration"] / 480 * QUARTER_WIDTH - 1, 1)


def test_a_moved_note_has_a_ghost_and_an_arrow_to_its_new_place():
    key, note = list(notes_of(SONG, "Lead melody").items())[5]
    after = changed(SONG, key, pitch=note["pitch"] + 4, start=note["start"] + 240)
    (track,) = draw(after).tracks
    (picture,) = track.pictures
    assert kinds(picture) == ["ghost", "moved"]
    ghost, moved = picture.marks
    assert float(moved.x) - float(ghost.x) == QUARTER_WIDTH / 2
    assert float(moved.y) < float(ghost.y)
    begin, end = re.findall(r"[ML]([\d.]+) ([\d.]+)", picture.arrows)[:2]
    assert float(begin[0]) < float(end[0])
    assert float(begin[1]) > float(end[1])


def test_a_velocity_is_a_change_in_place_and_said_in_words():
    key, note = next(iter(notes_of(SONG, "Rhodes").items()))
    (track,) = draw(changed(SONG, key, velocity=note["velocity"] - 9)).tracks
    (picture,) = track.pictures
    assert kinds(picture) == ["changed"]
    assert picture.arrows == ""
    assert f"velocity {note['velocity']} → {note['velocity'] - 9}" in picture.marks[0].title
    assert picture.words.startswith("Notes: 1 changed, ")


def test_a_note_on_another_track_leaves_one_and_appears_on_the_other():
    key, note = next(iter(notes_of(SONG, "Rhodes").items()))
    other = next(iter(notes_of(SONG, "Lead melody").values()))["track"]
    first, second = draw(changed(SONG, key, track=other)).tracks
    assert (first.name, first.removed, first.added) == ("Rhodes", 1, 0)
    assert (second.name, second.removed, second.added) == ("Lead melody", 0, 1)
    assert note["track"] != other


def test_far_changes_have_pictures_of_their_own_and_near_ones_share():
    bass = {fields["start"] // BAR: key for key, fields in notes_of(SONG, "Upright Bass").items()}
    (track,) = draw(without(SONG, bass[0], bass[2], bass[12])).tracks
    assert [picture.bars for picture in track.pictures] == ["bars 1–3", "bar 13"]
    difference = draw(without(SONG, bass[0], bass[2], bass[12]))
    assert difference.place_of(track.track_id, (2, 2)) == track.pictures[0].key
    assert difference.place_of(track.track_id, (13, 14)) == track.pictures[1].key
    assert difference.place_of(track.track_id, (8, 8)) == ""


def test_a_removed_track_is_drawn_as_ghosts_and_keeps_its_name():
    keys = notes_of(SONG, "Upright Bass")
    home = next(iter(keys.values()))["track"]
    (track,) = draw(without(SONG, home, *keys)).tracks
    assert (track.name, track.state, track.removed) == ("Upright Bass", "removed", len(keys))
    (added,) = draw(SONG, without(SONG, home, *keys)).tracks
    assert (added.state, added.added) == ("added", len(keys))


def test_large_differences_are_bounded_and_go_on_where_they_stopped():
    empty = {key: fields for key, fields in SONG.items() if fields["kind"] != "note"}
    home = next(key for key, fields in SONG.items() if fields["kind"] == "track")
    full = empty | {
        f"n{index}": {
            "kind": "note",
            "track": home,
            "start": index * 120,
            "duration": 100,
            "pitch": 60 + index % 12,
            "velocity": 80,
        }
        for index in range(3000)
    }
    seen, bar = 0, 1
    rounds = 0
    while bar:
        (track,) = draw(full, empty, track_id=home, first_bar=bar).tracks
        drawn = sum(len(picture.marks) for picture in track.pictures)
        bars = sum(picture.last_bar - picture.first_bar + 1 for picture in track.pictures)
        assert drawn <= MOST_MARKS + 16
        assert bars <= MOST_BARS
        assert track.left_out == 3000 - seen - drawn
        seen += drawn
        bar = track.next_bar
        rounds += 1
    assert seen == 3000
    assert rounds > 3


def test_tracks_beyond_what_a_page_can_hold_are_named(monkeypatch):
    monkeypatch.setattr("compositions.presentation.difference_picture.MOST_MARKS_IN_ALL", 10)
    empty = {key: fields for key, fields in SONG.items() if fields["kind"] != "note"}
    difference = draw(SONG, empty)
    assert [track.name for track in difference.tracks] == ["Rhodes"]
    assert [(name, count) for _, name, count in difference.left_out] == [
        (name, len(notes_of(SONG, name)))
        for name in ("Lead melody", "Upright Bass", "Brushed Drums")
    ]
    key = difference.left_out[0][0]
    (track,) = draw(SONG, empty, track_id=key).tracks
    assert track.name == "Lead melody"


def test_changed_chords_and_sections_are_named_with_what_they_were():
    chord = next(key for key, fields in SONG.items() if fields["kind"] == "chord")
    section = next(key for key, fields in SONG.items() if fields["kind"] == "section")
    after = changed(changed(SONG, chord, quality="sus4"), section, label="Opening")
    difference = draw(after)
    assert difference.tracks == ()
    (picture,) = difference.form
    assert [label.text for label in picture.grid.chords if label.mark] == ["Dsus4 (was Dm9)"]
    assert [label.text for label in picture.grid.sections] == ["Opening (was Intro)"]
    assert difference.place_of(None, (1, 1)) == picture.key
    # Put in its place under another id, it is the same to the eye.
    other = without(SONG, chord) | {"new": {**SONG[chord], "root": "E"}}
    (picture,) = draw(other).form
    assert [label.text for label in picture.grid.chords] == ["Em9 (was Dm9)"]


@given(st.data())
def test_every_changed_note_is_drawn_or_counted(data):
    notes = [key for key, fields in SONG.items() if fields["kind"] == "note"]
    chosen = data.draw(st.lists(st.sampled_from(notes), unique=True, max_size=30))
    after = dict(SONG)
    for key in chosen:
        action = data.draw(st.sampled_from(("remove", "move", "velocity", "far")))
        if action == "remove":
            del after[key]
        elif action == "move":
            after = changed(after, key, pitch=after[key]["pitch"] - 1)
        elif action == "far":
            after = changed(after, key, start=(after[key]["start"] + 16 * BAR) % (20 * BAR))
        else:
            after = changed(after, key, velocity=3)
    difference = draw(after)
    counted = sum(
        track.added + track.removed + track.moved + track.changed for track in difference.tracks
    )
    assert counted == len(diff(SONG, after))
    for track in difference.tracks:
        assert track.next_bar == 0
        shown = [mark for picture in track.pictures for mark in picture.marks]
        assert len(shown) >= track.added + track.removed + track.moved + track.changed
        for picture in track.pictures:
            for mark in picture.marks:
                assert 0 <= float(mark.x) <= picture.grid.width
                assert picture.grid.top <= float(mark.y) < picture.grid.height


# -- Conflicts -------------------------------------------------------------------------------


def test_a_conflict_shows_the_note_as_each_side_has_it():
    key, _note = list(notes_of(SONG, "Lead melody").items())[5]
    picture = draw_conflict(key, SONG, changed(SONG, key, pitch=80), changed(SONG, key, pitch=76))
    assert [(side.name, side.letter) for side in picture.sides] == [
        ("base", "O"),
        ("ours", "A"),
        ("theirs", "B"),
    ]
    heights = [float(side.y) for side in picture.sides]
    assert heights[1] < heights[2]
    assert "Ours (A): A♭5" in picture.words
    gone = draw_conflict(key, SONG, without(SONG, key), changed(SONG, key, velocity=1))
    assert [side.name for side in gone.sides] == ["base", "theirs"]
    assert gone.sides[0].letter_x != gone.sides[1].letter_x
    assert "Ours (A): no such note" in gone.words


def test_what_is_no_note_or_too_far_apart_has_no_picture():
    chord = next(key for key, fields in SONG.items() if fields["kind"] == "chord")
    assert draw_conflict(chord, SONG, SONG, SONG) is None
    key = next(iter(notes_of(SONG, "Lead melody")))
    assert draw_conflict(key, SONG, SONG, changed(SONG, key, start=100 * BAR)) is None


# -- The graph -------------------------------------------------------------------------------


def graph(*edges: tuple[int, tuple[int, ...]], first: int | None = None) -> Any:
    return draw_graph([Node(key, parents) for key, parents in edges], first=first)


def test_a_line_of_versions_is_one_lane():
    rows = graph((3, (2,)), (2, (1,)), (1, ()), first=3)
    assert [row.lane for row in rows] == [0, 0, 0]
    assert [len(row.lines) for row in rows] == [2, 2, 1]
    # The line of the working copy comes in at the top; the first version ends it.
    assert rows[0].lines[-1].head.endswith("0V22")
    assert rows[2].lines[0].tail_x == ""
    assert {row.width for row in rows} == {24}


def test_a_branch_and_its_merge_make_two_lanes():
    rows = graph((5, (4, 3)), (4, (2,)), (3, (2,)), (2, (1,)), (1, ()), first=5)
    assert [row.lane for row in rows] == [0, 0, 1, 0, 0]
    assert [row.is_merge for row in rows] == [True, False, False, False, False]
    assert {row.width for row in rows} == {40}
    # Both lines end in the version that they come from.
    assert sum(line.head.split("C")[0].endswith(" 0") for line in rows[3].lines) == 1


def test_where_the_working_copy_is_comes_first_even_below_newer_versions():
    rows = graph((4, (1,)), (3, (2,)), (2, (1,)), (1, ()), first=3)
    assert [row.lane for row in rows] == [1, 0, 0, 0]
    # Version 4 has the line to version 3 pass beside it.
    assert rows[0].lines[-1].head == f"M10 0V{HEAD_HEIGHT}"


@given(st.data())
def test_lines_lead_from_each_version_to_its_parents(data):
    count = data.draw(st.integers(1, 30))
    edges = []
    for key in range(count, 0, -1):
        parents = data.draw(
            st.lists(st.integers(1, key - 1), unique=True, max_size=2) if key > 1 else st.just([])
        )
        edges.append((key, tuple(parents)))
    rows = graph(*edges)
    assert [row.key for row in rows] == [key for key, _ in edges]
    below: set[str] = set()
    for row, (_, parents) in zip(rows, edges, strict=True):
        # What leaves a row at the bottom comes in at the top of the next, at the same places.
        above = {re.match(r"M(\d+) 0[VC]", line.head) for line in row.lines}
        assert {match[1] for match in above if match} == below
        below = {line.tail_x for line in row.lines if line.tail_x}
        leaving = sum(line.head.startswith(f"M{row.x} 22") for line in row.lines)
        assert leaving == len(parents) or row.lane >= MOST_LANES - 1
    if count:
        assert below == set()
