"""Every kind of song reaches the asked loudness under the ceiling, by FFmpeg's meter."""

from __future__ import annotations

import numpy as np
import pytest

from compositions.score.document import Score, TrackRole
from compositions.sound import measure
from tests.sound import meters, scores
from tests.sound.conftest import Render

SONGS = {
    "dense": scores.many_tracks(8, 6),
    "sparse": scores.score(
        scores.track(TrackRole.LEAD, [(0, 0.5, 72, 90), (7, 0.5, 60, 70), (14, 1, 64, 90)])
    ),
    "drums only": scores.score(scores.track(TrackRole.DRUMS, scores.drums(8))),
    "bass only": scores.score(scores.track(TrackRole.BASS, scores.bass(8), program=38)),
    "quiet": scores.score(
        scores.track(TrackRole.CHORDS, scores.chords(8, velocity=6), gain_db=-30.0)
    ),
    "band": scores.band(8),
}


@pytest.mark.parametrize("song", SONGS.values(), ids=SONGS.keys())
def test_default_loudness_and_true_peak(song: Score, render_score: Render) -> None:
    result = render_score(song)
    loudness, true_peak = meters.ebur128(result.mix)
    assert abs(loudness - -14.0) <= 0.3
    assert true_peak <= -1.0
    assert abs(result.measurements.integrated_lufs - loudness) < 0.1
    assert abs(result.measurements.true_peak_dbtp - true_peak) < 0.25


@pytest.mark.parametrize(
    ("song", "target", "ceiling"),
    [
        ("band", -23.0, -1.0),
        ("band", -9.0, -1.0),
        ("band", -8.0, -1.0),
        ("band", -14.0, -6.0),
        ("drums only", -11.0, -1.0),
    ],
)
def test_other_targets(song: str, target: float, ceiling: float, render_score: Render) -> None:
    result = render_score(
        SONGS[song], target_lufs=target, true_peak_ceiling_dbtp=ceiling, sample_rate=48_000
    )
    assert result.warnings == ()
    loudness, true_peak = meters.ebur128(result.mix)
    assert abs(loudness - target) <= 0.3
    assert true_peak <= ceiling
    assert result.sample_rate == 48_000


def test_measurements_describe_the_file(render_score: Render) -> None:
    result = render_score(scores.band(8))
    again = measure(result.mix)
    assert again == result.measurements
    audio = meters.samples(result.mix)
    assert abs(audio.mean(axis=0)).max() < 1e-4
    assert again.sample_peak_dbfs == pytest.approx(20 * np.log10(np.abs(audio).max()), abs=1e-6)
    correlation = np.corrcoef(audio[:, 0], audio[:, 1])[0, 1]
    assert again.stereo_correlation == pytest.approx(correlation, abs=1e-3)
    assert result.limiter_gain_reduction_db >= 0.0


def test_the_meter_agrees_with_pyloudnorm(render_score: Render) -> None:
    import pyloudnorm

    result = render_score(scores.band(8))
    reference = pyloudnorm.Meter(44_100, filter_class="DeMan")
    expected = reference.integrated_loudness(meters.samples(result.mix))
    assert result.measurements.integrated_lufs == pytest.approx(expected, abs=0.05)


def test_loudness_out_of_reach_is_told_and_the_ceiling_kept(render_score: Render) -> None:
    result = render_score(SONGS["drums only"], target_lufs=-8.0, true_peak_ceiling_dbtp=-6.0)
    assert any("cannot be reached" in warning for warning in result.warnings)
    assert meters.ebur128(result.mix)[1] <= -6.0
