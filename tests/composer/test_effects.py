"""Risers, impacts and beds: where they stand and where they do not."""

from __future__ import annotations

import pytest

from compositions.composer import compose, parse_prompt
from compositions.composer.effects import fall_key, riser_key
from compositions.composer.styles import styles
from compositions.score.document import Score, Track, TrackRole

_RISERS, _REVERSE, _IMPACT, _VINYL = range(13), 21, 20, 22


def effects_of(score: Score) -> Track | None:
    found = [track for track in score.tracks if track.role == TrackRole.EFFECTS]
    return found[0] if found else None


def song(prompt: str, seed: int) -> Score:
    return compose(parse_prompt(prompt), seed=seed).score


def test_what_rises_ends_where_a_section_begins_and_is_struck() -> None:
    risen = struck = 0
    for seed in range(3):
        score = song("trance with intro, breakdown, build and drop, 48 bars", seed)
        track = effects_of(score)
        if track is None:
            continue
        starts = {section.start: section for section in score.sections}
        for note in track.notes:
            if note.pitch in _RISERS or note.pitch == _REVERSE:
                assert note.end in starts
                risen += 1
            if note.pitch == _IMPACT:
                assert starts[note.start].energy >= 0.6
                struck += 1
        assert track.percussion
    assert risen >= 2
    assert struck >= 2


def test_vinyl_lies_under_the_whole_of_a_lofi_song() -> None:
    score = song("lo-fi, 16 bars", 1)
    track = effects_of(score)
    assert track is not None
    assert {note.pitch for note in track.notes} == {_VINYL}
    assert sum(note.duration for note in track.notes) == sum(s.duration for s in score.sections)


@pytest.mark.parametrize("prompt", ["lo-fi without drums", "house with piano only", "folk song"])
def test_nobody_gets_effects_who_wants_none(prompt: str) -> None:
    assert effects_of(song(prompt, 2)) is None


def test_a_riser_is_as_long_as_what_it_leads_over() -> None:
    assert [riser_key(seconds) for seconds in (0.1, 0.5, 1.0, 2.0, 4.0, 8.0, 30.0)] == [
        0, 0, 3, 6, 9, 12, 12,
    ]  # fmt: skip
    assert [fall_key(seconds) for seconds in (0.5, 1.0, 2.0, 4.0, 9.0)] == [13, 13, 15, 17, 19]


def test_styles_without_effects_stay_without() -> None:
    assert {"folk", "waltz", "baroque"} <= {n for n, style in styles().items() if not style.effects}
