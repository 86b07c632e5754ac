"""What a musician sets on the mixer is heard; what is not set stays automatic."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import sosfreqz

from compositions.score.document import Score, TrackRole
from compositions.score.entities import to_entities
from compositions.score.mix_settings import BandType, BusGroup, Compressor, EqualiserBand
from compositions.score.serialisation import to_dict
from compositions.score.timeline import Timeline
from compositions.sound import RenderParameters
from compositions.sound.equaliser import band_section
from compositions.sound.loudness import decibels
from compositions.sound.mix_plan import MixPlan, plan_mix
from compositions.sound.mix_presets import mix_preset
from compositions.sound.mixing import Desk, Level
from compositions.sound.parameters import song_choices
from compositions.sound.performance import perform
from compositions.sound.samplefile import SampleFile
from compositions.sound.strips import automatic_strip, strip_of
from tests.sound import meters, scores
from tests.sound.conftest import Render

RATE = 44_100
FRAMES = RATE * 2
PLAIN = RenderParameters()
# Without the compressor of the whole mix, levels can be read off.
LINEAR = RenderParameters(compression=False, tail_seconds=0.0)
DRY = RenderParameters(compression=False, tail_seconds=0.0, reverb=False)
TRACK = scores.track(TrackRole.LEAD, [(0, 4, 72, 90)])


def at(band: EqualiserBand, hertz: float) -> float:
    _, response = sosfreqz(band_section(band, RATE), worN=[hertz], fs=RATE)
    return float(20 * np.log10(abs(response[0])))


@pytest.mark.parametrize(
    ("band", "expected"),
    [
        (EqualiserBand(BandType.BELL, 1000, 6.0, 2.0), {100: 0, 1000: 6, 15000: 0}),
        (EqualiserBand(BandType.LOW_SHELF, 300, -9.0), {30: -9, 300: -4.5, 10000: 0}),
        (EqualiserBand(BandType.HIGH_SHELF, 3000, 5.0), {100: 0, 3000: 2.5, 19000: 5}),
        (EqualiserBand(BandType.HIGH_PASS, 200), {50: -24, 200: -3, 5000: 0}),
        (EqualiserBand(BandType.LOW_PASS, 2000), {100: 0, 2000: -3, 8000: -26}),
    ],
)
def test_a_band_does_what_its_type_says(band: EqualiserBand, expected: dict[float, float]) -> None:
    for hertz, gain in expected.items():
        assert at(band, hertz) == pytest.approx(gain, abs=1.0), hertz


def noise(seconds: float = 2.0, seed: int = 7) -> NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    return rng.standard_normal((round(seconds * RATE), 2)) * 0.05


def mixed(
    folder: Path,
    plan: MixPlan | None = None,
    audio: NDArray[np.float64] | None = None,
    parameters: RenderParameters = LINEAR,
    **fields: Any,
) -> tuple[NDArray[np.float64], Level, dict[str, Any]]:
    """A lead of noise through the desk: what comes out, its level and the report."""
    audio = noise() if audio is None else audio
    with Desk(folder, len(audio), parameters, plan or MixPlan()) as desk:
        with SampleFile(folder / "stem.f32", len(audio), create=True) as stem:
            stem.write(0, audio)
            level = desk.add(stem, replace(TRACK, **fields), 1)
        mix = desk.sum(lambda part: None)
        return mix.file.read(0, len(audio)), level, mix.report


def level_db(audio: NDArray[np.float64]) -> float:
    return decibels(float(np.sqrt((audio**2).mean())))


def band_db(audio: NDArray[np.float64], low: float, high: float) -> float:
    found = np.abs(np.fft.rfft(audio.mean(axis=1)))
    hertz = np.fft.rfftfreq(len(audio), 1 / RATE)
    return decibels(float(np.sqrt((found[(hertz >= low) & (hertz < high)] ** 2).mean())))


def test_a_set_equaliser_takes_the_place_of_the_automatic_one(tmp_path: Path) -> None:
    dull = (EqualiserBand(BandType.LOW_PASS, 1000.0),)
    plain, level, _ = mixed(tmp_path)
    assert [band["type"] for band in level.strip["equaliser"]] == ["high_pass", "bell"]
    assert level.strip["set"] == []
    soft, level, _ = mixed(tmp_path, equaliser=dull)
    tilt = [band_db(audio, 4000, 8000) - band_db(audio, 200, 800) for audio in (plain, soft)]
    assert tilt[0] - tilt[1] > 20.0
    assert level.strip["set"] == ["equaliser"]
    assert [band["frequency_hz"] for band in level.strip["equaliser"]] == [1000.0]
    assert len(level.strip["automatic"]["equaliser"]) == 2


def test_the_fader_counts_from_the_instrument_where_the_automatic_level_is_off(
    tmp_path: Path,
) -> None:
    flat: dict[str, Any] = {"equaliser": (), "automatic_level": False}
    own, level, _ = mixed(tmp_path, parameters=DRY, **flat)
    assert level_db(own) == pytest.approx(level_db(noise()), abs=0.05)
    assert level.level_db != pytest.approx(0.0, abs=0.3)  # what the automatic would have given
    louder, _, _ = mixed(tmp_path, parameters=DRY, gain_db=-6.0, **flat)
    assert level_db(louder) == pytest.approx(level_db(noise()) - 6.0, abs=0.05)
    found, level, _ = mixed(tmp_path, parameters=DRY, equaliser=())
    assert level_db(found) == pytest.approx(level_db(noise()) + level.level_db, abs=0.05)


def test_a_set_compressor_takes_what_it_says_and_adds_its_makeup(tmp_path: Path) -> None:
    audio = noise()
    audio[: RATE // 2] *= 0.1  # 20 dB quieter, and the louder quarter is what counts
    hard = Compressor(threshold_db=-12.0, ratio=10.0, attack_ms=5.0, release_ms=50.0)
    steps = {}
    for name, compressor in (("off", Compressor(ratio=1.0)), ("hard", hard)):
        out, level, _ = mixed(tmp_path, None, audio, DRY, compressor=compressor, equaliser=())
        steps[name] = level_db(out[RATE:]) - level_db(out[: RATE // 2])
        steps[name + " took"] = level.strip["compression_db"]
    assert steps["off"] == pytest.approx(20.0, abs=0.5)
    assert steps["hard"] == pytest.approx(20.0 - 12.0 * 0.9, abs=1.0)
    assert (steps["off took"], steps["hard took"]) == (0.0, pytest.approx(10.8, abs=1.0))
    plain, _, _ = mixed(tmp_path, audio=audio, compressor=hard)
    made_up, _, _ = mixed(tmp_path, audio=audio, compressor=replace(hard, makeup_db=4.0))
    assert level_db(made_up) - level_db(plain) == pytest.approx(4.0, abs=0.01)


def test_saturation_width_and_delay_are_as_set(tmp_path: Path) -> None:
    plan = MixPlan(preset=mix_preset("pop"))
    strip = strip_of(replace(TRACK, saturation=0.0, width=0.9, delay_send=0.0), plan, PLAIN)
    assert (strip.saturation, strip.width, strip.delay_send) == (0.0, 0.9, 0.0)
    assert automatic_strip(TRACK, plan, PLAIN).delay_send > 0.0
    mono = np.repeat(noise()[:, :1], 2, axis=1)
    sides = {}
    for width in (0.0, 0.8):
        out, _, _ = mixed(tmp_path, audio=mono, width=width, parameters=DRY)
        sides[width] = level_db(out[:, :1] - out[:, 1:])
    assert sides[0.8] > sides[0.0] + 60.0
    click = np.zeros((FRAMES, 2))
    click[:500] = noise()[:500]
    plan = MixPlan(beat_seconds=0.5, delay=replace(mix_preset("pop").delay, beats=1.0))
    late = slice(RATE // 2, RATE // 2 + 2000)
    with_echo, _, _ = mixed(tmp_path, plan, click, delay_send=1.0, reverb_send=0.0)
    without, _, _ = mixed(tmp_path, plan, click, delay_send=0.0, reverb_send=0.0)
    assert level_db(with_echo[late]) > level_db(without[late]) + 40.0


def test_ducking_can_be_asked_for_without_a_preset_and_taken_off_with_one(tmp_path: Path) -> None:
    kicks = ((1.0, 1.0),)
    out, level, _ = mixed(tmp_path, MixPlan(kicks=kicks), ducking_db=12.0)
    assert level.strip["duck_db"] == pytest.approx(12.0, abs=0.2)
    hit = level_db(out[RATE : RATE + 1000]) - level_db(out[RATE // 2 : RATE // 2 + 1000])
    assert hit < -9.0
    house = MixPlan(preset=mix_preset("electronic"), kicks=kicks)
    pad = scores.track(TrackRole.PAD, [(0, 4, 60, 90)])
    assert automatic_strip(pad, house, PLAIN).ducking_db > 0.0
    assert strip_of(replace(pad, ducking_db=0.0), house, PLAIN).ducking_db == 0.0


def test_groups_follow_their_faders_and_the_buses_of_tracks(tmp_path: Path) -> None:
    out, level, report = mixed(tmp_path, bus=BusGroup.DRUMS)
    assert level.strip["group"] == "drums"
    assert set(report["balance"]["gains_db"]) == {"drums"}
    song = replace(scores.score(TRACK), drums_gain_db=-9.0, reverb_seconds=0.5, delay_beats=0.5)
    plan = plan_mix(song, song.tracks, replace(PLAIN, mix_preset="none"))
    quiet, _, report = mixed(tmp_path, plan, bus=BusGroup.DRUMS, reverb_send=0.0)
    loud, _, _ = mixed(tmp_path, bus=BusGroup.DRUMS, reverb_send=0.0)
    assert level_db(quiet) - level_db(loud) == pytest.approx(-9.0, abs=0.05)
    assert report["set"] == ["reverb_seconds", "delay_beats", "drums_gain_db"]
    assert report["reverb_seconds"] == 0.5
    assert report["delay"]["beats"] == 0.5
    assert report["automatic"]["delay_beats"] == 0.75
    assert level_db(out) != level_db(loud)


def test_the_preset_of_the_song_is_chosen_and_an_unknown_one_is_not() -> None:
    song = replace(scores.score(TRACK), metadata={"genre": "house"})
    for name, expected in (("", "electronic"), ("ambient", "ambient"), ("of my own", "electronic")):
        plan = plan_mix(replace(song, mix_preset=name), song.tracks, PLAIN)
        assert plan.preset is not None
        assert plan.preset.name == expected
    plan = plan_mix(
        replace(song, mix_preset="ambient"), song.tracks, replace(PLAIN, mix_preset="pop")
    )
    assert plan.preset is not None
    assert plan.preset.name == "pop"  # who renders has the last word
    assert song_choices({"target_lufs": -9.0, "delay_beats": 1.0}) == {"target_lufs": -9.0}
    assert song_choices({}) == {}


def test_the_echo_send_follows_its_controller_and_the_synthesiser_does_not_hear_of_it() -> None:
    controls = [(0.0, "cc94", 0.0), (4.0, "cc94", 127.0), (1.0, "cc91", 30.0)]
    track = scores.track(TrackRole.PAD, scores.pad(8), program=89, controls=controls)
    song = scores.score(track)
    curve = plan_mix(song, [track], PLAIN).delay_curve(track, 0.3, RATE * 4, RATE)
    assert curve is not None
    assert (curve[10], curve[-10]) == (0.0, 1.0)
    timeline = Timeline(song)
    assert perform(track, timeline, RATE) == perform(replace(track, automation=()), timeline, RATE)


def test_a_mix_that_is_set_is_heard_and_changes_no_note(render_score: Render) -> None:
    song: Score = scores.score(
        scores.track(TrackRole.LEAD, scores.melody(4)),
        scores.track(TrackRole.BASS, [(0.0, 4.0, 40, 90)], program=38),
    )
    lead = replace(song.tracks[0], equaliser=(EqualiserBand(BandType.LOW_PASS, 600.0),), width=0.5)
    mine = replace(song, tracks=(lead, song.tracks[1]), mix_preset="of my own")
    plain, changed = render_score(song), render_score(mine)
    assert plain.mix.read_bytes() != changed.mix.read_bytes()
    assert changed.mix.read_bytes() == render_score(mine).mix.read_bytes()
    assert changed.tracks[0].strip["set"] == ["equaliser", "width"]
    assert any("of my own" in sentence for sentence in changed.warnings)
    assert meters.samples(changed.mix).shape == meters.samples(plain.mix).shape
    notes = [
        {key: found for key, found in to_entities(to_dict(one)).items() if found["kind"] == "note"}
        for one in (song, mine)
    ]
    assert notes[0] == notes[1]
