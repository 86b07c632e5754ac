"""Settings of the mixer in words: in a comparison, and where a merge cannot decide."""

from __future__ import annotations

from typing import Any

import pytest

from compositions.score.diff import apply_changes, diff, invert
from compositions.score.diff_words import tell
from compositions.score.diff_words_mix import setting
from compositions.score.entities import META_ID, Entities, to_entities
from compositions.score.merge import merge
from compositions.score.serialisation import to_dict
from tests.score.songs import song

BASE = to_entities(to_dict(song()))
TRACK = next(key for key, fields in BASE.items() if fields["kind"] == "track")
NAME = BASE[TRACK]["name"]
HARD = {"threshold_db": -6.0, "ratio": 4.0, "attack_ms": 5.0, "release_ms": 90.0, "makeup_db": 2.0}
BAND = {"type": "bell", "frequency_hz": 3000.0, "gain_db": 3.0, "q": 1.0}


def with_set(key: str, **fields: Any) -> Entities:
    return {**BASE, key: {**BASE[key], **fields}}


@pytest.mark.parametrize(
    ("key", "fields", "words"),
    [
        (TRACK, {"equaliser": [BAND]}, f"{NAME} equaliser +3 dB at 3 kHz, was automatic"),
        (TRACK, {"equaliser": []}, f"{NAME} equaliser flat, was automatic"),
        (TRACK, {"compressor": HARD}, f"{NAME} compressor 4:1 from -6 dB, was automatic"),
        (TRACK, {"delay_send": 0.25}, f"{NAME} delay 25 %, was automatic"),
        (TRACK, {"ducking_db": 0.0}, f"{NAME} ducking off, was automatic"),
        (TRACK, {"automatic_level": False}, f"{NAME} automatic level off"),
        (META_ID, {"target_lufs": -9.5}, "Loudness -9.5 LUFS, was automatic"),
        (META_ID, {"bass_gain_db": -2.0}, "Bass group -2 dB, was 0 dB"),
        (META_ID, {"mix_preset": "lo-fi"}, 'Mix preset "lo-fi", was automatic'),
    ],
)
def test_what_was_set_is_told_and_can_be_taken_back(
    key: str, fields: dict[str, Any], words: str
) -> None:
    after = with_set(key, **fields)
    assert [sentence.text for sentence in tell(BASE, after)] == [words]
    changes = diff(BASE, after)
    assert apply_changes(BASE, changes) == after
    assert apply_changes(after, invert(changes)) == BASE


def test_two_sides_set_different_controls_of_one_strip_without_a_conflict() -> None:
    merged = merge(BASE, with_set(TRACK, saturation=0.5), with_set(TRACK, compressor=HARD))
    assert merged.conflicts == ()
    assert merged.entities[TRACK]["saturation"] == 0.5
    assert merged.entities[TRACK]["compressor"] == HARD


def test_a_conflict_about_a_setting_says_what_is_automatic() -> None:
    base = with_set(TRACK, width=0.2)
    merged = merge(base, with_set(TRACK, width=0.8), BASE)
    (conflict,) = merged.conflicts
    assert f"width of “{NAME}” is 80 % in ours, automatic in theirs" in conflict.words
    soft = {**HARD, "ratio": 2.0}
    merged = merge(
        with_set(TRACK, compressor=HARD),
        with_set(TRACK, compressor=soft),
        with_set(TRACK, compressor={**HARD, "attack_ms": 30.0}),
    )
    assert merged.conflicts == ()
    assert merged.entities[TRACK]["compressor"] == {**soft, "attack_ms": 30.0}


def test_what_is_not_set_is_automatic() -> None:
    assert setting("equaliser", None) == setting("mix_preset", "") == "automatic"
