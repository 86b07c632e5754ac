"""The pieces of the sound package, each alone."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from compositions.score.document import TrackRole
from compositions.score.timeline import Timeline
from compositions.sound import (
    ParameterError,
    Peaks,
    RenderParameters,
    SoundError,
    SoundFont,
    find_default_soundfont,
    measure,
    waveform_peaks,
)
from compositions.sound.dynamics import (
    CONTROL_FRAMES,
    LIMITER_RELEASES_SECONDS,
    compressor_curve,
    limiter_curve,
    per_frame,
)
from compositions.sound.equaliser import Bell, HighShelf, bell, high_shelf
from compositions.sound.filters import Filter
from compositions.sound.loudness import LoudnessMeter, Oversampler, k_weighting
from compositions.sound.performance import NOTE_OFF, NOTE_ON, perform
from compositions.sound.reverb import Convolver, impulse_response
from compositions.sound.samplefile import BLOCK_FRAMES, SampleFile, whole_file
from tests.sound import scores

RATE = 44_100


# Parameters


def test_parameters_survive_json() -> None:
    chosen = RenderParameters(sample_rate=48_000, bit_depth=16, target_lufs=-9.5, seed=3)
    assert RenderParameters.from_dict(json.loads(json.dumps(chosen.to_dict()))) == chosen
    assert RenderParameters.from_dict({}) == RenderParameters()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"target_lufs": -7.9}, "target_lufs"),
        ({"target_lufs": math.nan}, "target_lufs"),
        ({"target_lufs": "loud"}, "target_lufs"),
        ({"sample_rate": 22_050}, "sample_rate"),
        ({"bit_depth": True}, "bit_depth"),
        ({"true_peak_ceiling_dbtp": 0.0}, "true_peak_ceiling_dbtp"),
        ({"tail_seconds": -1}, "tail_seconds"),
        ({"seed": 1.5}, "seed"),
        ({"reverb": 1}, "reverb"),
        ({"loudness": -14}, "loudness"),
    ],
)
def test_bad_parameters_are_named(values: dict[str, object], field: str) -> None:
    with pytest.raises(ParameterError) as caught:
        RenderParameters.from_dict(values)
    assert list(caught.value.errors) == [field]
    assert isinstance(caught.value, SoundError)


# SoundFont


def test_the_default_font_has_general_midi(soundfont: Path) -> None:
    font = SoundFont(soundfont)
    assert {preset.program for preset in font.presets if preset.bank == 0} == set(range(128))
    assert font.resolve(0, 33, percussion=False).name == "Fingered Bass"
    assert font.resolve(0, 0, percussion=True).bank == 128
    assert len(font.sha256) == 64


def test_relatives_stand_in(soundfont: Path) -> None:
    font = SoundFont(soundfont)
    assert font.resolve(99, 5, percussion=False).program == 5
    assert font.resolve(0, 127, percussion=True).bank == 128
    font._by_number = {}
    font.presets = tuple(p for p in font.presets if p.bank == 0 and p.program in (0, 26, 31, 33))
    assert font.resolve(0, 29, percussion=False).program == 31  # a guitar, though 27 < 29 - 26
    with pytest.raises(SoundError, match="no drum kit"):
        font.resolve(0, 0, percussion=True)


def test_a_missing_or_wrong_font_is_told(tmp_path: Path) -> None:
    with pytest.raises(SoundError, match="npm ci"):
        find_default_soundfont(tmp_path)
    with pytest.raises(SoundError, match="does not exist"):
        find_default_soundfont(tmp_path, tmp_path / "none.sf2")
    with pytest.raises(SoundError, match="does not exist"):
        SoundFont(tmp_path / "none.sf2")
    wrong = tmp_path / "wrong.sf2"
    for content in (b"", b"RIFF", b"RIFF1234WAVEfmt ", b"RIFF1234sfbk"):
        wrong.write_bytes(content)
        with pytest.raises(SoundError):
            SoundFont(wrong)


# Performance


events = st.lists(
    st.tuples(st.integers(0, 4000), st.integers(1, 2000), st.integers(0, 127), st.integers(1, 127)),
    min_size=1,
    max_size=30,
)


@given(events, st.floats(20, 300))
@settings(max_examples=60)
def test_every_note_starts_and_ends_once(
    notes: list[tuple[int, int, int, int]], bpm: float
) -> None:
    track = scores.track(
        TrackRole.LEAD, [(s / 480, d / 480, pitch, velocity) for s, d, pitch, velocity in notes]
    )
    song = scores.score(track, bpm=bpm)
    performance = perform(track, Timeline(song), RATE)
    frames = [event[0] for event in performance.events]
    assert frames == sorted(frames)
    starts = [event for event in performance.events if event[1] == NOTE_ON]
    ends = [event for event in performance.events if event[1] == NOTE_OFF]
    assert len(starts) == len(ends) == len(notes)
    timeline = Timeline(song)
    expected = sorted((round(timeline.seconds(n.start) * RATE), n.pitch) for n in track.notes)
    assert sorted((event[0], event[2]) for event in starts) == expected
    sounding: dict[int, int] = {}
    for _, kind, pitch, _ in performance.events:
        sounding[pitch] = sounding.get(pitch, 0) + (1 if kind == NOTE_ON else -1)
        assert sounding[pitch] >= 0


def test_the_protocol_order_within_a_tick() -> None:
    track = scores.track(
        TrackRole.LEAD,
        [(0, 1, 60, 90), (1, 1, 60, 90)],
        controls=[
            (1, "cc6", 12),
            (1, "cc64", 127),
            (1, "cc100", 0),
            (1, "cc101", 0),
            (1, "cc0", 8),
            (1, "pitch_bend", -9000),
        ],
    )
    performance = perform(track, Timeline(scores.score(track)), RATE)
    at_beat = [event[1:] for event in performance.events if event[0] == RATE // 2]
    assert at_beat == [
        (0, 60, 0),
        (2, 101, 0),
        (2, 100, 0),
        (2, 6, 12),
        (2, 64, 127),
        (3, 0, 0),
        (1, 60, 90),
    ]


# Dynamics


@given(
    st.lists(st.floats(0.0, 4.0), min_size=1, max_size=200),
    st.floats(0.1, 1.0),
    st.sampled_from(LIMITER_RELEASES_SECONDS),
)
@settings(max_examples=150)
def test_the_limiter_never_lets_a_peak_through(
    peaks: list[float], ceiling: float, release: float
) -> None:
    levels = np.array(peaks)
    curve = limiter_curve(levels, ceiling, RATE, release)
    gains = per_frame(curve, 0, len(levels) * CONTROL_FRAMES)[:, 0].reshape(-1, CONTROL_FRAMES)
    assert (gains * levels[:, None] <= ceiling * (1 + 1e-6)).all()
    assert (curve > 0).all()
    assert (curve <= 1.0).all()


def test_the_limiter_leaves_quiet_music_alone() -> None:
    assert (limiter_curve(np.full(500, 0.5), 0.9, RATE, 0.09) == 1.0).all()


def test_gain_is_the_same_however_it_is_cut() -> None:
    curve = np.random.default_rng(1).random(400)
    whole = per_frame(curve, 0, 400 * CONTROL_FRAMES)
    pieces = [per_frame(curve, start, 1600) for start in range(0, 400 * CONTROL_FRAMES, 1600)]
    np.testing.assert_array_equal(np.concatenate(pieces), whole)
    np.testing.assert_array_equal(whole[:, 0], whole[:, 1])
    at_points = whole[CONTROL_FRAMES // 2 :: CONTROL_FRAMES, 0]
    np.testing.assert_allclose(at_points, curve, rtol=1e-6)


def test_the_compressor_holds_loud_passages_together() -> None:
    quiet, loud = np.full(2000, 1e-4), np.full(2000, 1e-1)
    curve = compressor_curve(np.concatenate([quiet, loud, quiet]), RATE)
    assert curve[1500] == pytest.approx(1.0, abs=0.01)
    assert 0.6 < curve[3900] < 0.95
    assert (compressor_curve(np.zeros(100), RATE) == 1.0).all()


# Filters, meters, reverb


@pytest.mark.parametrize("gain_db", [-6.0, 3.0])
def test_equaliser_bands_reach_their_gain(gain_db: float) -> None:
    from scipy.signal import sosfreqz

    _, response = sosfreqz(bell(Bell(1000.0, gain_db), RATE), [1000.0, 20.0], fs=RATE)
    assert 20 * np.log10(np.abs(response)) == pytest.approx([gain_db, 0.0], abs=0.05)
    _, response = sosfreqz(high_shelf(HighShelf(4000.0, gain_db), RATE), [18_000, 50], fs=RATE)
    assert 20 * np.log10(np.abs(response)) == pytest.approx([gain_db, 0.0], abs=0.1)


def test_a_tone_measures_as_the_standard_says() -> None:
    # EBU Tech 3341, case 1: a stereo 1 kHz sine of -23 dBFS reads -23 LUFS.
    for rate in (44_100, 48_000):
        seconds = np.arange(rate * 20) / rate
        tone = 10 ** (-23 / 20) * np.sin(2 * np.pi * 1000 * seconds)
        meter, weighting = LoudnessMeter(rate), Filter(k_weighting(rate))
        for start in range(0, len(tone), 10_007):
            block = tone[start : start + 10_007]
            meter.add(weighting.process(np.stack([block, block], axis=1)))
        assert meter.lufs == pytest.approx(-23.0, abs=0.1)


def test_true_peaks_between_samples_are_seen() -> None:
    # A quarter-rate sine sampled at 45 degrees: samples reach -3 dB, the wave 0 dB.
    wave = np.sin(np.pi / 2 * np.arange(8192) + np.pi / 4)
    oversampler = Oversampler()
    stereo = np.stack([wave, wave], axis=1)
    pieces = [oversampler.peaks(stereo[start : start + 1000]) for start in range(0, 8192, 1000)]
    assert np.concatenate(pieces)[100:-100].max() == pytest.approx(1.0, abs=0.01)


def test_the_reverb_is_convolution_without_seams() -> None:
    response = impulse_response(RATE, 0.5, seed=1)
    assert (response**2).sum(axis=0) == pytest.approx([1.0, 1.0])
    np.testing.assert_array_equal(response, impulse_response(RATE, 0.5, seed=1))
    dry = np.zeros((BLOCK_FRAMES * 3, 2))
    dry[BLOCK_FRAMES - 5] = dry[100] = 1.0
    convolver = Convolver(response)
    blocks = dry.reshape(3, BLOCK_FRAMES, 2)
    wet = np.concatenate([convolver.process(block) for block in blocks])
    expected = np.zeros_like(dry)
    for place in (100, BLOCK_FRAMES - 5):
        expected[place : place + len(response)] += response
    np.testing.assert_allclose(wet, expected, atol=1e-6)


def test_the_room_decays_as_long_as_asked() -> None:
    for seconds in (0.6, 1.6):
        response = impulse_response(RATE, seconds, seed=0)
        energy = np.cumsum((response[::-1] ** 2).sum(axis=1))[::-1]
        curve = 10 * np.log10(energy / energy[0] + 1e-15)
        slope = (np.argmax(curve < -25) - np.argmax(curve < -5)) / RATE  # 20 dB of decay
        assert 3 * slope == pytest.approx(seconds, rel=0.25)


# Files


def test_a_sample_file_mixes(tmp_path: Path) -> None:
    with SampleFile(tmp_path / "a.f32", 100, create=True) as file:
        file.add(10, np.ones((50, 2)))
        file.add(40, np.ones((20, 2)) * 2)
        assert file.read(0).sum() == 2 * (50 + 40)
        assert file.read(90, 20).shape == (10, 2)


def test_what_is_written_is_mixed_onto_across_blocks(tmp_path: Path) -> None:
    frames = 3 * BLOCK_FRAMES
    with SampleFile(tmp_path / "a.f32", frames, create=True) as file:
        file.write(BLOCK_FRAMES - 2, np.ones((4, 2)))
        file.add(0, np.ones((2 * BLOCK_FRAMES, 2)))
        file.add(2 * BLOCK_FRAMES + 5, np.ones((7, 2)))
        file.add(2 * BLOCK_FRAMES, np.ones((BLOCK_FRAMES, 2)))
        found = file.read(0, frames)[:, 1]
    expected = np.ones(frames)
    expected[BLOCK_FRAMES - 2 : BLOCK_FRAMES + 2] = 2.0
    expected[2 * BLOCK_FRAMES + 5 : 2 * BLOCK_FRAMES + 12] = 2.0
    np.testing.assert_array_equal(found, expected)


def test_a_failed_file_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "a.wav"
    target.write_bytes(b"before")

    def fail() -> None:
        with whole_file(target) as partial:
            partial.write_bytes(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert target.read_bytes() == b"before"
    assert [path.name for path in tmp_path.iterdir()] == ["a.wav"]


@pytest.mark.parametrize("frames", [1, 255, 256, 70_000])
def test_peaks_match_the_samples(frames: int, tmp_path: Path) -> None:
    audio = np.random.default_rng(5).uniform(-0.9, 0.9, (frames, 2))
    audio[: frames // 2] *= 0.001
    path = tmp_path / "noise.wav"
    soundfile.write(path, audio, RATE, "PCM_24")
    peaks = waveform_peaks(path)
    assert peaks.frames == frames
    for size in (256, 2048, 16384):
        points = peaks.array(size)
        assert len(points) == -(-frames // size)
        for index, (low, high) in enumerate(points):
            part = audio[index * size : (index + 1) * size]
            assert part.min() * 127 - 1.001 <= low <= part.min() * 127 + 0.001
            assert part.max() * 127 - 0.001 <= high <= part.max() * 127 + 1.001
    assert Peaks.from_dict(json.loads(json.dumps(peaks.to_dict()))) == peaks


def test_unreadable_audio_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_text("no audio")
    for reader in (measure, waveform_peaks):
        with pytest.raises(SoundError, match="cannot be read"):
            reader(path)


def test_mono_files_are_measured(tmp_path: Path) -> None:
    path = tmp_path / "mono.wav"
    soundfile.write(path, 0.5 * np.sin(np.arange(RATE * 2) * 0.1), RATE)
    found = measure(path)
    assert found.stereo_correlation == pytest.approx(1.0)
    assert found.crest_db == pytest.approx(3.01, abs=0.05)
