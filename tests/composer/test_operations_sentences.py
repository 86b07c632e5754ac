"""Plain-English edits: a table of sentences and what they mean."""

from __future__ import annotations

from typing import Any

import pytest

from compositions.composer.operations import EXAMPLES, Operation, apply_operations, read_request
from compositions.score.document import Score
from compositions.score.scope import Scope
from tests.composer.variations import song

CHORUSES = ["Chorus", "Chorus 2"]
TABLE: list[tuple[str, list[tuple[str, list[str], tuple[int, int] | None, dict[str, Any]]]]] = [
    ("make the chorus brighter", [("brighten", CHORUSES, None, {"amount": 0.5})]),
    ("less busy drums in verse 2",
     [("simplify", ["Brushed Drums", "Verse 2"], None, {"strength": 0.5})]),
    ("up a tone at the end", [("transpose", ["Chorus 2", "Outro"], None, {"semitones": 2})]),
    ("a bit faster", [("change_tempo", [], None, {"factor": 1.05})]),
    ("much slower", [("change_tempo", [], None, {"factor": 0.8})]),
    ("set the tempo to 96 bpm", [("change_tempo", [], None, {"bpm": 96.0})]),
    ("half time", [("change_tempo", [], None, {"factor": 0.5})]),
    ("change to F major", [("change_key", [], None, {"tonic": "F", "mode": "major"})]),
    ("change to A minor", [("change_key", [], None, {"tonic": "A", "mode": "minor"})]),
    ("in the key of Bb", [("change_key", [], None, {"tonic": "Bb"})]),
    ("make it major", [("change_key", [], None, {"mode": "major"})]),
    ("remove the Rhodes", [("remove_track", ["Rhodes"], None, {})]),
    ("take out the drums in the intro",
     [("silence", ["Brushed Drums", "Intro"], None, {})]),
    ("remove the second verse", [("remove_section", ["Verse 2"], None, {})]),
    ("delete the last 2 bars", [("remove_section", [], (19, 20), {})]),
    ("add a cello", [("add_track", [], None, {"instrument": "Cello"})]),
    ("add strings to the last chorus",
     [("add_track", ["Chorus 2"], None, {"instrument": "Strings"})]),
    ("repeat the chorus", [("repeat", ["Chorus 2"], None, {"times": 1})]),
    ("repeat verse 1 three times", [("repeat", ["Verse 1"], None, {"times": 3})]),
    ("extend the outro by 4 bars", [("extend", ["Outro"], None, {"bars": 4})]),
    ("add 2 bars to verse 1", [("extend", ["Verse 1"], None, {"bars": 2})]),
    ("add a bridge", [("continue", [], None, {"kind": "bridge"})]),
    ("new bass line in bars 5-8", [("infill", ["Upright Bass"], (5, 8), {})]),
    ("rewrite the drums in the intro and the bass in bars 9 to 12",
     [("infill", ["Brushed Drums", "Intro"], None, {}),
      ("infill", ["Upright Bass"], (9, 12), {})]),
    ("reharmonise verse 1", [("reharmonise", ["Verse 1"], None, {"strength": 0.6})]),
    ("chords: Am F C G in verse 2",
     [("reharmonise", ["Verse 2"], None, {"chords": [["Am"], ["F"], ["C"], ["G"]]})]),
    ("jazzier chords in the outro",
     [("reharmonise", ["Outro"], None, {"strength": 0.9, "colour": True})]),
    ("humanise the Rhodes", [("humanise", ["Rhodes"], None, {"strength": 0.5})]),
    ("quantise everything except the drums",
     [("quantise", ["Rhodes", "Lead melody", "Upright Bass"], None,
       {"grid": 120, "strength": 1.0})]),
    ("the melody an octave higher", [("transpose", ["Lead melody"], None, {"semitones": 12})]),
    ("transpose down 3 semitones", [("transpose", [], None, {"semitones": -3})]),
    ("replace the rhodes with a harp",
     [("replace_track", ["Rhodes"], None, {"instrument": "Harp"})]),
    ("make it a bossa nova", [("change_style", [], None, {"style": "bossa-nova"})]),
    ("harmonise the melody in sixths",
     [("harmonise", ["Lead melody"], None, {"above": False, "interval": "sixth"})]),
    ("vary verse 2 a lot", [("vary", ["Verse 2"], None, {"strength": 0.9})]),
    ("more energy in the second half", [("dynamics", [], (11, 20), {"amount": 0.5})]),
    ("transpose the Rhodes up an octave", [("transpose", ["Rhodes"], None, {"semitones": 12})]),
    ("drop everything down a semitone", [("transpose", [], None, {"semitones": -1})]),
    ("slow the outro down", [("change_tempo", ["Outro"], None, {"factor": 0.9})]),
    ("move the chorus to F major",
     [("change_key", CHORUSES, None, {"tonic": "F", "mode": "major"})]),
    ("make the outro major", [("change_key", ["Outro"], None, {"mode": "major"})]),
    ("give me a different melody in verse 1",
     [("infill", ["Lead melody", "Verse 1"], None, {})]),
    ("take the drums out of verse 1",
     [("silence", ["Brushed Drums", "Verse 1"], None, {})]),
    ("make it happier", [("change_key", [], None, {"mode": "major"})]),
    ("make it sadder", [("brighten", [], None, {"amount": -0.5})]),
    ("turn up the bass", [("dynamics", ["Upright Bass"], None, {"amount": 0.5})]),
    ("make the drums busier", [("densify", ["Brushed Drums"], None, {"strength": 0.5})]),
    ("put it in 3/4", [("change_meter", [], None, {"numerator": 3, "denominator": 4})]),
    ("make the last chorus louder and add a flute in verse 1",
     [("dynamics", ["Chorus 2"], None, {"amount": 0.5}),
      ("add_track", ["Verse 1"], None, {"instrument": "Flute"})]),
    ("slow down a bit, then remove verse 2",
     [("change_tempo", [], None, {"factor": 0.95}), ("remove_section", ["Verse 2"], None, {})]),
]  # fmt: skip


@pytest.fixture(scope="module")
def score() -> Score:
    return song()


@pytest.mark.parametrize(("text", "expected"), TABLE, ids=[row[0] for row in TABLE])
def test_sentences(score: Score, text: str, expected: list[Any]) -> None:
    names = {entity.id: entity.label for entity in score.sections}
    names |= {track.id: track.name for track in score.tracks}
    reading = read_request(text, score)
    found = [
        (o.name, [names[key] for key in o.scope.tracks + o.scope.sections], o.scope.bars,
         dict(o.parameters))
        for o in reading.operations
    ]  # fmt: skip
    assert found == expected
    assert reading.not_understood == ()
    # What is understood can also be done.
    uneven = apply_operations(score, [Operation("humanise")], seed=1).score
    assert apply_operations(uneven, reading.operations, seed=3).score != uneven


def test_a_move_names_its_target(score: Score) -> None:
    (operation,) = read_request("move verse 2 before the first chorus", score).operations
    labels = {section.id: section.label for section in score.sections}
    assert operation.name == "move"
    assert operation.parameters["where"] == "before"
    assert labels[operation.parameters["target"]] == "Chorus"
    moved = apply_operations(score, [operation], seed=1).score
    assert [s.label for s in moved.sections] == [
        "Intro", "Verse 1", "Verse 2", "Chorus", "Chorus 2", "Outro",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("make it purple", "Nothing in “make it purple” was understood. Try"),
        ("remove the bridge", "The song has no bridge."),
        ("humanise the trumpet", "The song has no trumpet."),
        ("less busy drums in verse 7", "The song has no verse 7."),
        ("", "Say in a few words"),
        ("x" * 1001, "1000 are the most"),
        ("\x00\x1f", "was understood"),
    ],
)
def test_what_is_not_understood_is_said(score: Score, text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words.replace(".", r"\.")):
        read_request(text, score)


def test_part_of_it_is_done_and_the_rest_said(score: Score) -> None:
    reading = read_request("a bit faster; add a blorp; make the chorus louder", score)
    assert [o.name for o in reading.operations] == ["change_tempo", "dynamics"]
    assert "blorp" in reading.not_understood


def test_the_given_scope_holds_where_the_words_say_nothing(score: Score) -> None:
    here = Scope(bars=(3, 4))
    assert read_request("simpler", score, here).operations[0].scope == here
    chorus = read_request("a simpler chorus", score, here).operations[0].scope
    assert chorus.bars is None
    assert len(chorus.sections) == 2


def test_the_examples_are_understood(score: Score) -> None:
    for text in EXAMPLES:
        reading = read_request(text, score)
        assert reading.operations
        assert not reading.not_understood
