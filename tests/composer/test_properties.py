"""Any key, mode, meter, tempo, length and genre gives a valid song of the asked length."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compositions.composer import MusicSpec, compose, parse_prompt
from compositions.composer.effects import KIT
from compositions.composer.prompt_words import find_instrument
from compositions.composer.styles import instruments
from compositions.score.document import Score, Track
from compositions.score.timeline import Timeline
from compositions.score.validation import check
from tests.composer.strategies import specs

QUICK = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)


def no_overlaps(track: Track) -> bool:
    """No note starts while another of its pitch sounds: nothing sticks on a synthesiser."""
    ends: dict[int, int] = {}
    for note in track.notes:
        if note.start < ends.get(note.pitch, 0):
            return False
        ends[note.pitch] = note.end
    return True


def pedal_is_released(track: Track) -> bool:
    points = [point for point in track.automation if point.parameter == "cc64"]
    return not points or points[-1].value == 0


@given(specs(), st.integers(0, 2**53 - 1))
@QUICK
def test_every_specification_gives_a_valid_song(spec: MusicSpec, seed: int) -> None:
    song = compose(spec, seed=seed)
    score = song.score
    check(score)
    timeline = Timeline(score)
    meter = timeline.meter_at(0)
    assert (meter.numerator, meter.denominator) == spec.meter.value
    assert timeline.tempo_at(0) == spec.tempo.value
    bar = meter.ticks_per_bar / 480 * 60 / float(spec.tempo.value)
    assert abs(timeline.length_seconds - spec.seconds.value) <= bar
    assert score.note_count > 0
    for track in score.tracks:
        assert track.notes
        assert no_overlaps(track)
        assert pedal_is_released(track)
        instrument = {**instruments(), KIT.name: KIT}[track.name.split(" (")[0]]
        if not track.percussion:
            assert all(instrument.low <= n.pitch <= instrument.high for n in track.notes)
        assert all(0 <= note.start < note.end <= score.end for note in track.notes)


def sections_tile(score: Score) -> bool:
    edge = 0
    for section in score.sections:
        if section.start != edge:
            return False
        edge = section.end
    return edge == score.end


@given(specs(), st.integers(0, 1000))
@settings(QUICK, max_examples=10)
def test_sections_and_chords_tile_the_song(spec: MusicSpec, seed: int) -> None:
    score = compose(spec, seed=seed).score
    assert sections_tile(score)
    edge = 0
    for chord in score.chords:
        assert chord.start == edge
        edge = chord.end
    assert edge == score.end


@given(st.text(max_size=200), st.integers(0, 1000))
@settings(QUICK, max_examples=10)
def test_any_text_gives_a_song(prompt: str, seed: int) -> None:
    song = compose(parse_prompt(prompt), seed=seed)
    check(song.score)
    assert song.title


def test_every_instrument_that_can_be_named_can_be_played() -> None:
    for name in instruments():
        assert find_instrument(name) is not None
        song = compose(parse_prompt("", overrides={"instruments": [name], "bars": 6}), seed=1)
        wanted = instruments()[name]
        assert any(
            track.program == wanted.program and track.percussion == wanted.percussion
            for track in song.score.tracks
        ), name


def test_lengths_from_twenty_seconds_to_six_minutes() -> None:
    for seconds in (20, 33, 47, 61, 95, 123, 180, 247, 360):
        spec = parse_prompt("pop", overrides={"seconds": seconds, "tempo": 97})
        timeline = Timeline(compose(spec, seed=4).score)
        assert abs(timeline.length_seconds - seconds) <= 4 * 60 / 97


def test_without_a_length_the_song_lasts_about_two_minutes() -> None:
    for genre in ("pop", "swing-jazz", "ambient", "drum-and-bass", "waltz", "blues"):
        song = compose(parse_prompt("", overrides={"genre": genre}), seed=2)
        assert 85 <= Timeline(song.score).length_seconds <= 165, genre
