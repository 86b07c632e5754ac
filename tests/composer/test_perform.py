"""What is written is on the grid; how it is played is a layer that comes off to the last bit."""

from dataclasses import replace
from functools import cache
from statistics import mean

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compositions.composer import Composition, compose, parse_prompt
from compositions.composer.events import Event
from compositions.composer.operations import Operation, apply_operation, read_request
from compositions.composer.operations.feel import played_swing
from compositions.composer.perform import swing, write_values
from compositions.score.document import Score
from compositions.score.performed import as_written, performed
from compositions.score.scope import Scope
from compositions.score.serialisation import to_dict

quick = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
WHOLE = Scope()
SWING = "swing jazz at 140 bpm, 8 bars: trumpet, piano, upright bass, drums"
PROMPTS = (SWING, "rock, 8 bars, strummed guitar", "bossa nova in F, 8 bars", "a hymn, 8 bars")


@cache
def song(prompt: str = SWING) -> Composition:
    return compose(parse_prompt(prompt), seed=4)


def do(score: Score, name: str, scope: Scope = WHOLE, seed: int = 1, **parameters: float) -> Score:
    return apply_operation(score, Operation(name, scope, parameters), seed=seed).score


@pytest.mark.parametrize("prompt", PROMPTS)
def test_what_is_written_is_on_the_grid_and_what_sounds_is_not(prompt: str) -> None:
    score = song(prompt).score
    notes = [note for track in score.tracks for note in track.notes]
    # Sixteenths, and the triplets of fills and rolls.
    assert all(note.start % 120 == 0 or note.start % 80 == 0 for note in notes)
    assert mean(note.end % 120 == 0 or note.end % 80 == 0 for note in notes) > 0.97
    sounds = [note for track in performed(score).tracks for note in track.notes]
    assert mean(note.start % 40 == 0 for note in sounds) < 0.4


@pytest.mark.parametrize("prompt", PROMPTS)
def test_no_pitch_of_a_part_sounds_twice_at_once(prompt: str) -> None:
    for score in (song(prompt).score, performed(song(prompt).score)):
        for track in score.tracks:
            last: dict[int, int] = {}
            for note in track.notes:
                assert note.start >= last.get(note.pitch, 0), (track.name, note)
                last[note.pitch] = note.end


def test_swing_is_played_and_not_written() -> None:
    score, ratio = song().score, float(song().spec.swing.value)
    assert ratio > 0.55
    pair = 480
    written = [n for t in score.tracks for n in t.notes if n.start % pair == pair // 2]
    assert len(written) > 20
    places = [(n.start + n.timing) % pair / pair for n in written]
    assert mean(places) == pytest.approx(ratio, abs=0.03)
    on_beats = [n.timing for t in score.tracks for n in t.notes if n.start % pair == 0]
    assert abs(mean(on_beats)) < 15


@pytest.mark.parametrize(
    ("tick", "ratio", "expected"),
    [(0, 0.62, 0), (240, 0.62, 298), (480, 0.62, 480), (360, 0.75, 420), (120, 0.75, 180),
     (240, 0.5, 240)],
)  # fmt: skip
def test_swing_bends_the_time_inside_a_pair(tick: int, ratio: float, expected: int) -> None:
    assert swing(tick, 480, ratio) == expected


@pytest.mark.parametrize(
    ("duration", "following", "written"),
    [(210, 480, 240), (450, 480, 480), (70, 240, 120), (55, 240, 55), (220, 230, 220),
     (160, 320, 160), (240, 960, 240)],
)  # fmt: skip
def test_lengths_are_written_as_note_values(duration: int, following: int, written: int) -> None:
    events = [Event(0, duration, 60, 80), Event(following, 120, 62, 80)]
    write_values(events)
    assert events[0].duration == written


@quick
@given(
    st.integers(0, 9999), st.floats(0.2, 1.0), st.sampled_from([None, (1, 2), (3, 5), (8, 8)]),
    st.sampled_from(PROMPTS[:2]),
)  # fmt: skip
def test_a_feel_comes_off_to_the_last_bit(
    seed: int, strength: float, bars: tuple[int, int] | None, prompt: str
) -> None:
    plain = as_written(song(prompt).score)
    scope = Scope(bars=bars)
    human = do(plain, "humanise", scope, seed, strength=strength)
    assert to_dict(human) != to_dict(plain)
    assert to_dict(do(human, "straighten", scope)) == to_dict(plain)
    assert to_dict(as_written(human)) == to_dict(plain)
    # Without a limit of bars the layer that the composer gave comes off as well.
    own = song(prompt).score
    assert to_dict(do(own, "straighten")) == to_dict(plain)


def test_a_feel_stays_in_its_bars_and_leaves_locked_notes() -> None:
    plain = as_written(song().score)
    track = plain.tracks[0]
    locked = track.notes[0]
    plain = replace(
        plain,
        tracks=(track.with_notes([replace(locked, locked=True), *track.notes[1:]]),
                *plain.tracks[1:]),
    )  # fmt: skip
    human = do(plain, "humanise", Scope(bars=(1, 4)))
    end = 4 * 1920
    for old, new in zip(plain.tracks, human.tracks, strict=True):
        for before, after in zip(old.notes, new.notes, strict=True):
            if before.start >= end or before.locked:
                assert after == before
            assert (before.start, before.duration, before.velocity) == (
                after.start, after.duration, after.velocity)  # fmt: skip


def test_a_new_feel_keeps_the_swing_unless_another_is_asked_for() -> None:
    score, ratio = song().score, float(song().spec.swing.value)
    assert played_swing(score, 480) == pytest.approx(ratio, abs=0.02)
    again = do(score, "humanise", strength=0.4)
    assert played_swing(again, 480) == pytest.approx(ratio, abs=0.03)
    assert played_swing(do(score, "humanise", strength=0.4, swing=0.7), 480) == pytest.approx(
        0.7, abs=0.03
    )
    assert played_swing(do(score, "straighten"), 480) == 0.5


def test_quantising_takes_the_timing_and_leaves_the_touch() -> None:
    score = song().score
    half = do(score, "quantise", grid=120, strength=0.5)
    whole = do(score, "quantise", grid=120)

    def late(played: Score) -> float:
        return mean(abs(note.timing) for track in played.tracks for note in track.notes)

    assert 0 < late(half) < 0.6 * late(score)
    assert late(whole) == 0
    touch = [[note.dynamics for note in track.notes] for track in score.tracks]
    assert [[note.dynamics for note in track.notes] for track in whole.tracks] == touch


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("dehumanise the piano", "straighten"),
        ("play it as written", "straighten"),
        ("take off the swing", "straighten"),
        ("quantise the feel", "straighten"),
        ("humanise the piano", "humanise"),
        ("quantise the drums", "quantise"),
    ],
)
def test_plain_words_give_and_take_the_feel(text: str, name: str) -> None:
    reading = read_request(text, song().score)
    assert [operation.name for operation in reading.operations] == [name]
