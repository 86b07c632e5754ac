"""Glides of sliding basses."""

from __future__ import annotations

from itertools import pairwise

import pytest

from compositions.composer import compose, parse_prompt
from compositions.composer.operations import Operation, apply_operation
from compositions.score.document import Score, Track
from compositions.score.scope import Scope


@pytest.fixture(scope="module")
def songs() -> list[Score]:
    spec = parse_prompt("trap beat with an 808 bass, 24 bars")
    return [compose(spec, seed=seed).score for seed in range(4)]


def sliding(score: Score) -> Track:
    [track] = [track for track in score.tracks if track.name == "808 Bass"]
    return track


def ends(track: Track) -> dict[str, int]:
    """When each note is silenced: by its end, or by the next one, which may come early."""
    found = {
        note.id: min(note.end, after.start + after.timing) for note, after in pairwise(track.notes)
    }
    return {**found, track.notes[-1].id: track.notes[-1].end}


def test_an_808_slides_and_nothing_else_does(songs: list[Score]) -> None:
    assert sum(len(sliding(song).automation) > 0 for song in songs) >= 2
    for song in songs:
        assert sliding(song).bank > 0
        for track in song.tracks:
            if track.name != "808 Bass":
                assert not [p for p in track.automation if p.parameter == "pitch_bend"]


def test_a_glide_begins_at_the_pitch_before_and_ends_on_the_note(songs: list[Score]) -> None:
    glides = 0
    for song in songs:
        track = sliding(song)
        values = {p.tick: p.value for p in track.automation if p.parameter == "pitch_bend"}
        if not values:
            continue
        setting = {p.parameter: p.value for p in track.automation if p.tick == 0}
        assert (setting["cc101"], setting["cc100"], setting["cc6"]) == (0, 0, 12)
        assert values[max(values)] == 0
        heard_until = ends(track)
        for before, note in pairwise(track.notes):
            begin = max(0, note.start + note.timing)
            if begin not in values or before.pitch == note.pitch:
                continue
            glides += 1
            semitones = values[begin] / 8191 * 12
            assert semitones == pytest.approx(before.pitch - note.pitch, abs=0.01)
            inside = [
                values[tick] for tick in sorted(values) if begin <= tick < heard_until[note.id]
            ]
            sizes = [abs(value) for value in inside]
            assert sizes == sorted(sizes, reverse=True)
    assert glides >= 3


def test_every_glide_comes_back_to_its_note(songs: list[Score]) -> None:
    for song in songs:
        track = sliding(song)
        bends = sorted((p.tick, p.value) for p in track.automation if p.parameter == "pitch_bend")
        for end in ends(track).values():
            until = [value for tick, value in bends if tick < end]
            if until:
                assert until[-1] == 0


def test_a_bass_that_is_written_anew_slides_anew(songs: list[Score]) -> None:
    song = next(song for song in songs if sliding(song).automation)
    track = sliding(song)
    scope = Scope(tracks=(track.id,))
    changed = sliding(apply_operation(song, Operation("infill", scope), seed=9).score)
    assert changed.notes != track.notes
    bends = sorted((p.tick, p.value) for p in changed.automation if p.parameter == "pitch_bend")
    for end in ends(changed).values():
        until = [value for tick, value in bends if tick < end]
        assert not until or until[-1] == 0
