"""The tone, width and loudness of the master, and meters that find planted faults."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from compositions.sound import measure
from compositions.sound.filters import Filter
from compositions.sound.mix_presets import OCTAVES_HZ, mix_preset, preset_names
from compositions.sound.samplefile import BLOCK_FRAMES
from compositions.sound.saturation import BandLevel, Exciter, excited_sections, soft_clip
from compositions.sound.spectrum import THIRDS_HZ, OctaveMeter, excess_db
from compositions.sound.tone import corrections_db, excitement, tone_sections
from compositions.sound.width import SideMeter, SideShaper, wide_sections
from tests.sound import meters, scores
from tests.sound.conftest import Render

RATE = 44_100
Audio = NDArray[np.float32]


def coloured_noise(levels_db: tuple[float, ...], seed: int = 2) -> Audio:
    """Stereo noise with these powers per octave, straight lines between the centres."""
    count = BLOCK_FRAMES * 4
    frequencies = np.maximum(np.fft.rfftfreq(count, 1 / RATE), 20.0)
    octaves = np.log2(frequencies / OCTAVES_HZ[5])
    centres = np.log2(np.array(OCTAVES_HZ) / OCTAVES_HZ[5])
    shape = 10 ** ((np.interp(octaves, centres, levels_db) - 3.01 * octaves) / 20)
    rng = np.random.default_rng(seed)
    channels = [
        np.fft.irfft(np.fft.rfft(rng.standard_normal(count)) * shape, count) for _ in range(2)
    ]
    audio = np.stack(channels, axis=1)
    return (audio * 0.1 / np.abs(audio).max()).astype(np.float32)


def blocks(audio: Audio) -> list[Audio]:
    return [audio[start : start + BLOCK_FRAMES] for start in range(0, len(audio), BLOCK_FRAMES)]


def difference(audio: Audio) -> Audio:
    return np.repeat(audio[:, :1] - audio[:, 1:], 2, axis=1)


def levels(audio: Audio) -> NDArray[np.float64]:
    meter = OctaveMeter(RATE)
    for block in blocks(audio):
        meter.add(block)
    return meter.levels_db


def test_half_of_the_places_tell_the_level_of_any_rhythm() -> None:
    """Strokes as far apart as two windows would hide from every second window, or fill it."""
    window = BLOCK_FRAMES // 8
    for offset in (0, window):
        audio = np.zeros((BLOCK_FRAMES * 40, 2), dtype=np.float32)
        noise = coloured_noise((0.0,) * 10)[:window]
        for start in range(offset, len(audio), 2 * window):
            audio[start : start + window] = noise
        whole, sampled = OctaveMeter(RATE), OctaveMeter(RATE, sampled=True)
        for block in blocks(audio):
            whole.add(block)
            sampled.add(block)
        assert sampled.levels_db == pytest.approx(whole.levels_db, abs=1.0)
        assert len(sampled.powers) == len(whole.powers)


@pytest.mark.parametrize("name", preset_names())
def test_the_tone_that_is_wanted_is_left_alone(name: str) -> None:
    wanted = mix_preset(name).spectrum_db
    gains = corrections_db(levels(coloured_noise(wanted)), wanted)
    assert max(abs(gain) for gain in gains) < 0.6


@pytest.mark.parametrize("slope", [-2.0, 2.0])
def test_a_dull_or_harsh_mix_comes_closer_to_its_target(slope: float) -> None:
    wanted = mix_preset("balanced").spectrum_db
    off = tuple(level + slope * (index - 5) for index, level in enumerate(wanted))
    audio = coloured_noise(off)
    found = levels(audio)
    gains = corrections_db(found, wanted)
    assert np.sign(gains[8]) == -np.sign(slope) == -np.sign(gains[1])
    shaped = Filter(*tone_sections(gains, RATE))
    after = levels(np.concatenate([shaped.process(block) for block in blocks(audio)]))
    inner = slice(1, 9)
    before = np.abs(excess_db(found, wanted)[inner])
    assert np.abs(excess_db(after, wanted)[inner]).mean() < 0.6 * before.mean()


def test_a_pure_tone_keeps_its_tone() -> None:
    tone = np.sin(2 * np.pi * 1000 * np.arange(BLOCK_FRAMES * 2) / RATE)
    gains = corrections_db(levels(np.stack([tone, tone], axis=1)), mix_preset("pop").spectrum_db)
    assert not any(gains)


def test_the_exciter_makes_treble_only_where_it_is_missing() -> None:
    wanted = mix_preset("balanced").spectrum_db
    assert excitement(levels(coloured_noise(wanted)), wanted, (0.0,) * 10, 0.5) == 0.0
    dark = (*wanted[:8], -26.0, -45.0)
    audio = coloured_noise(dark)
    found = levels(audio)
    amount = excitement(found, wanted, (0.0,) * 10, 0.5)
    assert 0.0 < amount <= 0.5
    assert excitement(found, wanted, (0.0,) * 10, 0.1) == 0.1
    level, source = BandLevel(), Filter(excited_sections(RATE))
    for block in blocks(audio):
        level.add(source.process(block))
    exciter = Exciter(amount, level.rms, RATE)
    after = levels(np.concatenate([exciter.process(block) for block in blocks(audio)]))
    assert after[8] > found[8] + 3.0
    flute = levels(coloured_noise((*wanted[:8], -45.0, -60.0)))
    assert excitement(flute, wanted, (0.0,) * 10, 0.5) == 0.0
    assert after[8] - after[5] < wanted[8] + 3.0  # brought out, not overdone
    assert np.abs(after[:7] - found[:7]).max() < 0.5


def test_soft_clip_has_slope_one_and_stays_in_bounds() -> None:
    values = np.linspace(-9.0, 9.0, 2001)
    bent = soft_clip(values)
    assert np.abs(bent).max() <= 1.0
    assert (np.diff(bent) >= 0.0).all()
    small = np.array([1e-4, -1e-4])
    assert soft_clip(small) == pytest.approx(small, rel=1e-6)


def test_the_bass_of_the_mix_is_mono_and_the_middle_untouched() -> None:
    audio = coloured_noise((0.0,) * 10)
    shaper = SideShaper(4.0, RATE)
    shaped = np.concatenate([shaper.process(block) for block in blocks(audio)])
    assert shaped.sum(axis=1) == pytest.approx(audio.sum(axis=1), abs=1e-7)
    change = levels(difference(shaped)) - levels(difference(audio))
    assert change[0] < -15.0
    assert change[5] == pytest.approx(4.0, abs=0.3)


def test_mono_stays_mono_and_narrow_gets_wider() -> None:
    audio = coloured_noise((0.0,) * 10)
    mono, narrow = SideMeter(), SideMeter()
    first, second = Filter(wide_sections(RATE)), Filter(wide_sections(RATE))
    for block in blocks(audio):
        middle = block.mean(axis=1, keepdims=True)
        mono.add(first.process(np.repeat(middle, 2, axis=1)))
        narrow.add(second.process(middle + 0.3 * (block - middle)))
    assert mono.correction_db(-6.0) == 0.0
    assert narrow.side_db == pytest.approx(20 * np.log10(0.3), abs=0.3)
    assert narrow.correction_db(-6.0) == pytest.approx(-6.0 - narrow.side_db)


def test_the_loudness_range_is_that_of_the_ebu_test_signal(tmp_path: Path) -> None:
    """Tech 3342, case 1: 20 s at -20 dBFS, 20 s at -30 dBFS, 10 LU +- 1."""
    tone = np.sin(2 * np.pi * 1000 * np.arange(RATE * 20) / RATE)
    mono = np.concatenate([0.1 * tone, 10**-1.5 * tone])
    path = tmp_path / "ebu.wav"
    soundfile.write(path, np.stack([mono, mono], axis=1), RATE, "PCM_24")
    found = measure(path)
    assert found.loudness_range_lu == pytest.approx(10.0, abs=0.3)
    assert found.short_term_max_lufs == pytest.approx(-20.0, abs=0.1)
    assert len(found.short_term_lufs) == 38
    assert found.short_term_lufs[0] == pytest.approx(-20.0, abs=0.1)
    assert found.short_term_lufs[-1] == pytest.approx(-30.0, abs=0.1)
    assert found.side_db == -120.0
    assert found.octaves_db[5] == 0.0 > max(found.octaves_db[:5])


def test_the_figures_tell_spectrum_and_width(tmp_path: Path) -> None:
    path = tmp_path / "noise.wav"
    wanted = mix_preset("rock").spectrum_db
    soundfile.write(path, coloured_noise(wanted), RATE, "PCM_24")
    found = measure(path)
    assert np.abs(np.array(found.octaves_db) - wanted)[1:9].max() < 1.2
    assert found.side_db == pytest.approx(0.0, abs=0.3)  # unrelated channels
    assert found.loudness_range_lu < 1.0
    centres, thirds = np.log2(THIRDS_HZ), np.array(found.thirds_db)
    expected = np.interp(centres, np.log2(OCTAVES_HZ), wanted)
    assert np.abs(thirds - expected)[4:-2].max() < 2.0
    assert len(found.correlations) == 4  # a block each
    assert max(map(abs, found.correlations)) < 0.2


# Renders, and the same faults planted in them as negative controls


def test_a_master_has_no_click_no_dc_and_is_not_clipped(
    render_score: Render, tmp_path: Path
) -> None:
    held = [(0.0, 14.0, 57, 90), (0.0, 14.0, 64, 90)]
    song = scores.score(scores.track(scores.TrackRole.PAD, held, program=89))
    result = render_score(song)
    audio = meters.samples(result.mix)
    path = tmp_path / "faulty.wav"

    def faulty(changed: Audio) -> Audio:
        soundfile.write(path, changed, RATE, "PCM_24")
        return meters.samples(path)

    clean = meters.largest_jump(audio)
    clicked = audio.copy()
    clicked[RATE * 3 + 7] += 0.2
    assert meters.largest_jump(faulty(clicked)) > 10 * clean
    assert abs(audio[0]).max() < 1e-4
    assert abs(audio[-1]).max() < 1e-4

    assert result.measurements.dc_offset < 1e-3
    faulty(audio + 0.02)
    assert measure(path).dc_offset == pytest.approx(0.02, abs=2e-3)

    assert meters.ebur128(result.mix)[1] <= -1.0
    faulty(np.clip(audio * 8.0, -0.98, 0.98))
    assert measure(path).true_peak_dbtp > -1.0
    assert meters.ebur128(path)[1] > -1.0


def test_the_report_tells_tone_width_and_balance(render_score: Render) -> None:
    report = render_score(scores.band(4)).audio_metadata()["mix_report"]
    assert report["preset"] == "balanced"
    assert set(report["balance"]["gains_db"]) == {"front", "harmony", "bass", "drums"}
    assert len(report["master"]["tone_db"]) == len(OCTAVES_HZ)
    assert -20.0 < report["master"]["side_db"] < 0.0
