"""Ticks, seconds and bars agree across tempo and meter changes."""

from itertools import pairwise

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from compositions.score.document import MeterChange, Note, Score, TempoChange, Track
from compositions.score.timeline import BarPosition, Timeline
from tests.score.strategies import scores

quick = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))


@quick
@given(scores(most_tracks=0), st.integers(0, 1_000_000))
def test_seconds_and_back(score: Score, tick: int) -> None:
    timeline = Timeline(score)
    assert timeline.tick(timeline.seconds(tick)) == tick


@quick
@given(scores(most_tracks=0), st.lists(st.integers(0, 20_000), min_size=2, max_size=20))
def test_time_and_bars_never_run_backwards(score: Score, ticks: list[int]) -> None:
    timeline = Timeline(score)
    ticks.sort()
    seconds = [timeline.seconds(tick) for tick in ticks]
    assert seconds == sorted(seconds)
    places = [timeline.position(tick) for tick in ticks]
    assert [(p.bar, p.beat, p.tick) for p in places] == sorted(
        (p.bar, p.beat, p.tick) for p in places
    )


@quick
@given(scores(most_tracks=0), st.integers(0, 20_000))
def test_a_position_leads_back_to_its_tick(score: Score, tick: int) -> None:
    timeline = Timeline(score)
    place = timeline.position(tick)
    meter = timeline.meter_at(tick)
    start = timeline.bar_start(place.bar)
    assert start + (place.beat - 1) * meter.ticks_per_beat + place.tick == tick
    assert 1 <= place.beat <= meter.numerator
    assert timeline.position(start) == BarPosition(place.bar, 1, 0)


@quick
@given(scores())
def test_bars_cover_the_score_without_holes(score: Score) -> None:
    timeline = Timeline(score)
    starts = timeline.bar_starts()
    assert len(starts) == timeline.bar_count
    assert all(before < after for before, after in pairwise(starts))
    for bar, start in enumerate(starts, 1):
        assert timeline.position(start) == BarPosition(bar, 1, 0)
        if start > 0:
            assert timeline.position(start - 1).bar == bar - 1


def test_known_times() -> None:
    score = Score(
        tempos=(TempoChange("a", 0, 120.0), TempoChange("b", 960, 60.0)),
        meters=(MeterChange("c", 0, 4, 4), MeterChange("d", 2400, 6, 8)),
        tracks=(Track("t", "", notes=(Note("n", 2400, 1440, 60),)),),
    )
    timeline = Timeline(score)
    assert timeline.seconds(960) == 1.0
    assert timeline.seconds(1440) == 2.0
    assert timeline.length_seconds == 7.0
    # Bar 2 has only one beat before the meter changes; bar 3 begins with the 6/8.
    assert timeline.bar_starts() == [0, 1920, 2400]
    assert timeline.position(2399) == BarPosition(2, 1, 479)
    assert timeline.position(2400 + 240 * 5) == BarPosition(3, 6, 0)
    assert timeline.tempo_at(959) == 120.0
    assert timeline.tempo_at(960) == 60.0
    with pytest.raises(ValueError, match="from 1"):
        timeline.bar_start(0)


def test_without_any_change_the_midi_defaults_hold() -> None:
    timeline = Timeline(Score())
    assert timeline.seconds(480) == 0.5
    assert timeline.meter_at(0).ticks_per_bar == 1920
    assert timeline.bar_count == 0
