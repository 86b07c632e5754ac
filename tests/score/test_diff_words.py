"""The musical diff as a whole: every change is told once or more, in the right order and words."""

from __future__ import annotations

import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compositions.score.diff import diff
from compositions.score.diff_words import HEADLINE_LENGTH, NO_CHANGES, Sentence, headline, tell
from compositions.score.diff_words_phrases import (
    bars_words,
    clusters,
    count,
    length_words,
    listing,
    movers,
    octaves,
    percent,
    quoted,
    short,
    signed,
)
from compositions.score.entities import META_ID, Entities, Kind, to_entities
from compositions.score.serialisation import to_dict
from tests.score.diff_edits import (
    add,
    chords,
    chorus_before_verse,
    drop,
    every,
    put,
    shift,
    without_verse,
)
from tests.score.edits import edit, edited
from tests.score.songs import BAR, note, song_entities
from tests.score.strategies import scores

quick = settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))


def assert_all_is_told(before: Entities, after: Entities) -> None:
    sentences = tell(before, after)
    named = {key for sentence in sentences for key in sentence.entity_ids}
    assert named == {change.entity_id for change in diff(before, after)}
    for sentence in sentences:
        assert len(set(sentence.entity_ids)) == len(sentence.entity_ids) > 0
        assert sentence.text == sentence.text.strip() != ""
        assert "\n" not in sentence.text
        assert sentence.kind in set(Kind)
        assert sentence.action in ("add", "set", "remove")
        assert sentence.bars is None or 1 <= sentence.bars[0] <= sentence.bars[1]
    assert 0 < len(headline(sentences)) <= HEADLINE_LENGTH


@quick
@given(st.data())
def test_every_changed_entity_is_told_and_no_other(data: st.DataObject) -> None:
    before = to_entities(to_dict(data.draw(scores())))
    if data.draw(st.booleans()):
        after = data.draw(edited(before, most=12))
    else:
        after = to_entities(to_dict(data.draw(scores())))
    assert_all_is_told(before, after)


def test_everything_is_told_of_long_lists_of_edits() -> None:
    for seed in range(40):
        song = song_entities()
        assert_all_is_told(song, edit(song, random.Random(seed), 3 + seed))


def test_nothing_changed() -> None:
    assert tell(song_entities(), song_entities()) == []
    assert headline([]) == NO_CHANGES


def test_what_matters_most_comes_first() -> None:
    before, after = song_entities(), song_entities()
    every(
        put(META_ID, title="Snow", metadata={}),
        put("bass", gain_db=-3.0),
        put("bridge", locked=True),
        put("keys", name="Organ", program=16),
        put("line1", text="And how"),
        put("keys-cc3", value=1.0),
        chords((4, "G", "7")),
        shift("pitch", 2, "lead", 9, 10),
        shift("pitch", 1, "bass", 11, 11),
        put("tempo", bpm=90.0),
        add(outro=before["bridge"] | {"start": 12 * BAR, "label": "Outro"}),
    )(after)
    assert [sentence.text for sentence in tell(before, after)] == [
        "Outro added at the end (2 bars)",
        "Tempo 90 bpm, was 120 bpm",
        "Organ: Drawbar Organ was Acoustic Grand Piano",
        "Lead, bars 9-10: transposed +2",
        "Bass, bar 11: transposed +1",
        "G7 was G, bar 4",
        'Lyrics changed: "And how" was "Oh how the rain"',
        "Bass fader -3 dB",
        "Organ sustain pedal, bar 3: 1, was 127",
        'Title: "Snow" was "Rain"',
        "Keys renamed to Organ",
        "Bridge locked",
        "Details changed: composer",
    ]


def test_what_a_sentence_is_about() -> None:
    before, after = song_entities(), song_entities()
    every(
        shift("pitch", 2, "lead", 9, 9),
        drop("bass3-1"),
        add(n1=note("keys", 12, 1.5), n2=note("keys", 12, 2.5)),
    )(after)
    notes = tuple(f"lead9-{beat}" for beat in (1, 2, 3, 4))
    assert tell(before, after) == [
        Sentence("Lead, bar 9: transposed +2", "note", "set", "lead", (9, 9), notes),
        Sentence("2 notes added in Keys, bar 12", "note", "add", "keys", (12, 12), ("n1", "n2")),
        Sentence("C2 removed from Bass, bar 3", "note", "remove", "bass", (3, 3), ("bass3-1",)),
    ]
    assert tell(before, after)[0].to_dict() == {
        "text": "Lead, bar 9: transposed +2",
        "kind": "note",
        "action": "set",
        "track_id": "lead",
        "bars": [9, 9],
        "entity_ids": list(notes),
    }


def test_a_section_that_moves_takes_everything_along() -> None:
    before, after = song_entities(), song_entities()
    chorus_before_verse(after)
    (sentence,) = tell(before, after)
    changed = {change.entity_id for change in diff(before, after)}
    assert set(sentence.entity_ids) == changed
    assert len(changed) > 100
    assert (sentence.kind, sentence.action, sentence.bars) == ("section", "set", (3, 6))


def test_a_section_that_goes_takes_its_lyrics_along() -> None:
    before, after = song_entities(), song_entities()
    without_verse(after)
    (sentence,) = tell(before, after)
    assert {"line1", "line2", "w3-1", "c3", "chorus", "lead3-1"} <= set(sentence.entity_ids)
    assert sentence.action == "remove"


def test_notes_that_did_not_go_along_are_told() -> None:
    before, after = song_entities(), song_entities()
    chorus_before_verse(after)
    after["lead7-1"]["start"] = before["lead7-1"]["start"]
    after["lead8-1"]["pitch"] += 2
    assert [sentence.text for sentence in tell(before, after)] == [
        "Chorus moved before Verse; 1 note stays",
        "Lead, bar 4: D5 was C5",
    ]


def test_only_some_changes_are_told_when_only_some_are_asked_for() -> None:
    before, after = song_entities(), song_entities()
    shift("pitch", 2, "lead", 9, 10)(after)
    put("bass", gain_db=-3.0)(after)
    changes = [change for change in diff(before, after) if change.kind == Kind.TRACK]
    assert [sentence.text for sentence in tell(before, after, changes)] == ["Bass fader -3 dB"]


def test_bars_follow_the_meter() -> None:
    before = song_entities()
    before["meter2"] = {"kind": "meter", "tick": 2 * BAR, "numerator": 3, "denominator": 4}
    after = {key: dict(fields) for key, fields in before.items()}
    after["lead9-1"]["pitch"] += 2
    # Two bars of 4/4 are followed by bars of 3/4: tick 15,360 is 8 quarters of 3 later.
    assert [sentence.text for sentence in tell(before, after)] == ["Lead, bar 11: D5 was C5"]
    shift("start", 1440, "bass", 9, 9)(after)
    texts = [sentence.text for sentence in tell(before, after)]
    assert "Bass, bar 11: moved 1 bar later to bar 12" in texts


def test_names_that_two_share_are_told_apart() -> None:
    before = song_entities()
    before["keys"]["name"] = "Lead"
    before["bridge"]["label"] = "Verse"
    after = {key: dict(fields) for key, fields in before.items()}
    every(put("keys", muted=True), put("bridge", locked=True), shift("pitch", 1, "lead", 3, 6))(
        after
    )
    assert [sentence.text for sentence in tell(before, after)] == [
        "Lead (track 1), bars 3-6: transposed +1",
        "Lead (track 2) muted",
        "Verse (bar 11) locked",
    ]


def test_a_new_song_and_a_song_without_anything() -> None:
    song = song_entities()
    assert [sentence.text for sentence in tell({}, song)] == [
        "Intro, Verse, Chorus and Bridge added (12 bars)",
        "Key C major added, bar 1",
        "Meter 4/4 added, bar 1",
        "Tempo 120 bpm added, bar 1",
        "4 tracks added: Lead, Keys, Bass and Drums (136 notes)",
        'Title: "Rain"',
    ]
    assert_all_is_told(song, {})


def test_names_without_limits_make_sentences_with_one() -> None:
    before = song_entities()
    before["lead"]["name"] = "A name {with} braces\nand lines " * 6
    after = {key: dict(fields) for key, fields in before.items()}
    put("lead9-1", pitch=60)(after)
    (sentence,) = tell(before, after)
    assert sentence.text == "A name {with} braces and lines A name {…, bar 9: C4 was C5"


def sentences(*texts: str) -> list[Sentence]:
    return [Sentence(text, "note", "set", None, None, ("x",)) for text in texts]


def test_the_headline_is_what_fits() -> None:
    assert headline(sentences("Tempo 90 bpm, was 120 bpm")) == "Tempo 90 bpm, was 120 bpm"
    assert headline(sentences("One", "Two", "Three")) == "One; Two; Three"
    assert headline(sentences("a" * 60, "b" * 60, "c")) == "a" * 60 + " and 2 more"
    assert headline(sentences("a" * 49, "b" * 49)) == "a" * 49 + "; " + "b" * 49
    assert headline(sentences("a" * 49, "b" * 50)) == "a" * 49 + " and 1 more"
    long = headline(sentences("a" * 120, "b"))
    assert long == "a" * 88 + "… and 1 more"
    assert len(long) == HEADLINE_LENGTH
    assert headline(sentences("a" * 120)) == "a" * 99 + "…"


def test_small_words() -> None:
    assert [count(1, "note"), count(0, "note"), count(2, "entry", "entries")] == [
        "1 note",
        "0 notes",
        "2 entries",
    ]
    assert listing([]) == ""
    assert listing(["A"]) == "A"
    assert listing(["A", "B"]) == "A and B"
    assert listing(["A", "B", "C", "D"]) == "A, B, C and D"
    assert listing(["A", "B", "C", "D", "E"]) == "A, B, C and 2 more"
    assert short(" a\n b ") == "a b"
    assert quoted("  ") == "nothing"
    assert [signed(2), signed(-0.5), signed(3.0)] == ["+2", "-0.5", "+3"]
    assert percent(0.345) == "34 %"
    assert bars_words([(9, 9)]) == "bar 9"
    assert bars_words([(1, 2), (9, 9), (12, 12)]) == "bars 1-2, 9 and 12"
    assert clusters([1, 2, 4, 7]) == [(1, 4), (7, 7)]
    assert [octaves(step) for step in (12, -24, 7, 0)] == [
        " (an octave up)",
        " (2 octaves down)",
        "",
        "",
    ]


def test_lengths_in_note_values() -> None:
    lengths = {
        240: "1/8",
        -480: "1/4",
        360: "3/16",
        160: "1/8 triplet",
        320: "1/4 triplet",
        80: "1/16 triplet",
        30: "1/64",
        7: "7 ticks",
        1: "1 tick",
        1920: "1/1",
        0: "0/1",
    }
    assert {ticks: length_words(ticks) for ticks in lengths} == lengths
    assert length_words(1440, 1440) == "1 bar"
    assert length_words(-5760, 1920) == "3 bars"
    assert length_words(960, 1920) == "1/2"


@quick
@given(st.permutations("abcdef"), st.sets(st.sampled_from("abcdef")))
def test_movers_are_the_fewest_that_explain_the_order(after: list[str], gone: set[str]) -> None:
    before = list("abcdef")
    after = [key for key in after if key not in gone]
    moved = movers(before, after)
    stay = [key for key in after if key not in moved]
    assert stay == sorted(stay)
    longest = [1] * len(after)
    for place, key in enumerate(after):
        for ahead in range(place):
            if after[ahead] < key:
                longest[place] = max(longest[place], longest[ahead] + 1)
    assert len(stay) == max(longest, default=0)


def test_of_two_that_changed_places_the_later_moved() -> None:
    assert movers("ab", "ba") == {"b"}
    assert movers("abc", "bca") == {"a"}
