"""Channel strips, groups and sends: what each does, and that notes stay out of it."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from compositions.composer.styles import styles
from compositions.score.document import Score, TrackRole
from compositions.score.mix_settings import BusGroup
from compositions.sound import ParameterError, RenderParameters
from compositions.sound.balance import balance
from compositions.sound.channel import Channel
from compositions.sound.delay import PingPongDelay
from compositions.sound.dynamics import CONTROL_FRAMES
from compositions.sound.mix_plan import MixPlan, plan_mix
from compositions.sound.mix_presets import mix_preset, preset_for
from compositions.sound.mixing import Desk
from compositions.sound.samplefile import SampleFile
from compositions.sound.strips import automatic_strip, strip_of
from compositions.sound.width import Widener
from tests.sound import meters, scores
from tests.sound.conftest import Render

RATE = 44_100


# Presets


def test_every_style_of_the_composer_has_a_preset_of_its_family() -> None:
    found = {name: preset_for({"genre": name}) for name in styles()}
    assert {name for name, preset in found.items() if preset and preset.name == "balanced"} == set()
    assert preset_for({"genre": "never heard of"}) == mix_preset("balanced")


def test_hints_lean_a_preset_and_strange_ones_do_not_matter() -> None:
    plain = preset_for({"genre": "pop"})
    bright = preset_for({"genre": "pop", "mix": {"brightness": 1.0, "room": 0.9}})
    assert plain is not None
    assert bright is not None
    assert bright.spectrum_db[8] > plain.spectrum_db[8]
    assert bright.reverb_scale > plain.reverb_scale
    assert preset_for({"genre": "pop", "mix": {"brightness": "very", "room": None}}) == plain
    assert preset_for({"genre": 7, "mix": "loud"}) == mix_preset("balanced")


def test_a_preset_is_chosen_by_name_or_refused() -> None:
    chosen = preset_for({"genre": "pop"}, "ambient")
    assert chosen is not None
    assert chosen.name == "ambient"
    assert preset_for({"genre": "pop"}, "none") is None
    json.dumps(mix_preset("electronic").to_dict())
    with pytest.raises(ParameterError, match="mix_preset"):
        RenderParameters(mix_preset="loudest")


# Parts of a strip


def test_width_disappears_in_mono() -> None:
    rng = np.random.default_rng(1)
    noise = np.repeat(rng.standard_normal((RATE, 1)), 2, axis=1) * 0.1
    widener = Widener(0.6, RATE, seed=5)
    cuts = (0, 10_000, 10_001, 30_000, RATE)
    wide = np.concatenate([widener.process(noise[a:b]) for a, b in pairwise(cuts)])
    assert wide.sum(axis=1) == pytest.approx(noise.sum(axis=1), abs=1e-6)
    assert np.corrcoef(wide.T)[0, 1] < 0.7
    whole = Widener(0.6, RATE, seed=5).process(noise)
    assert wide == pytest.approx(whole, abs=1e-6)  # no seams
    other = Widener(0.6, RATE, seed=6).process(noise)
    assert abs(other - whole).max() > 0.01


def test_the_echo_repeats_in_time_from_side_to_side(tmp_path: Path) -> None:
    frames = RATE * 3
    with SampleFile(tmp_path / "send.f32", frames, create=True) as send:
        click = np.zeros((200, 2))
        click[:] = np.hanning(200)[:, None]
        send.write(1000, click)
        delay = PingPongDelay(send, 0.5, 0.5, RATE)
        counts = [70_000, 20_000, frames - 90_000]
        starts = np.cumsum([0, *counts[:-1]])
        wet = np.concatenate(
            [delay.process(int(start), count) for start, count in zip(starts, counts, strict=True)]
        )
    peaks = [abs(wet[1000 + RATE // 2 * n : 1400 + RATE // 2 * n]).max(axis=0) for n in (1, 2, 3)]
    assert abs(wet[: 1000 + RATE // 2]).max() < 1e-9
    assert peaks[0][0] > 2 * peaks[0][1]
    assert peaks[1][1] > 2 * peaks[1][0]
    assert peaks[1][1] == pytest.approx(peaks[0][0] / 2, rel=0.01)
    assert peaks[2][0] == pytest.approx(peaks[0][0] / 4, rel=0.01)


def dance(**fields: object) -> Score:
    kick = [(beat, 0.2, 36, 110) for beat in range(8)]
    song = scores.score(
        scores.track(TrackRole.DRUMS, kick),
        scores.track(TrackRole.BASS, [(0.0, 8.0, 40, 90)], program=38),
        scores.track(TrackRole.PAD, scores.pad(8), program=89, **fields),
    )
    object.__setattr__(song, "metadata", {"genre": "house"})
    return song


def test_bass_and_pads_give_way_to_the_kick_of_dance_music() -> None:
    song = dance()
    plan = plan_mix(song, song.tracks, RenderParameters())
    curve = plan.duck_curve(5.0, RATE * 4, RATE)
    assert curve is not None
    at = [round(seconds * RATE / CONTROL_FRAMES) for seconds in (1.0, 1.45)]
    assert 20 * np.log10(curve[at[0]]) == pytest.approx(-5.0, abs=0.1)
    assert 20 * np.log10(curve[at[1]]) > -0.1
    assert plan.duck_curve(0.0, RATE * 4, RATE) is None
    assert np.abs(np.diff(curve)).max() < 0.15  # no step that could click
    parameters = RenderParameters()
    depths = [automatic_strip(track, plan, parameters).ducking_db for track in song.tracks]
    assert depths == [0.0, 5.0, 5.0]
    baroque = MixPlan(preset=mix_preset("orchestral"), kicks=plan.kicks)
    assert automatic_strip(song.tracks[1], baroque, parameters).ducking_db == 0.0


def test_the_tempo_that_lasts_longest_sets_the_echo() -> None:
    song = scores.score(
        scores.track(TrackRole.LEAD, scores.melody(32)), bpm=60.0, tempos=[(2.0, 150.0)]
    )
    assert plan_mix(song, song.tracks, RenderParameters()).beat_seconds == pytest.approx(0.4)


def test_tracks_that_nobody_panned_get_places_and_panned_ones_keep_theirs() -> None:
    def places(first: float) -> dict[str, float]:
        song = scores.score(
            scores.track(TrackRole.LEAD, scores.melody(4)),
            scores.track(TrackRole.CHORDS, scores.chords(4), pan=first),
            scores.track(TrackRole.ARPEGGIO, scores.melody(4), name="arpeggio"),
        )
        return plan_mix(song, song.tracks, RenderParameters()).places

    assert sorted(places(0.0).values()) == [-0.35, 0.35]
    assert places(-0.2) == {}


# The balance of groups


def powers(level: float, *octaves: int) -> NDArray[np.float64]:
    found = np.full((4, 10), 1e-6)
    found[:, octaves] = level
    return found


def test_a_masked_melody_comes_forward_and_a_loud_one_steps_back() -> None:
    wanted = mix_preset("balanced").spectrum_db
    harmony = powers(1.0, 4, 5, 6)
    masked = balance({BusGroup.FRONT: powers(0.1, 5, 6), BusGroup.HARMONY: harmony}, wanted)
    assert masked.front_db is not None
    assert masked.front_db < -8.0
    assert masked.gains_db["front"] > 1.0 > 0.0 > masked.gains_db["harmony"]
    assert [cut.frequency for cut in masked.cuts] == [1000.0]
    clear = balance({BusGroup.FRONT: powers(3.0, 5, 6), BusGroup.HARMONY: harmony}, wanted)
    assert (clear.gains_db["front"], clear.cuts) == (0.0, ())
    loud = balance({BusGroup.FRONT: powers(60.0, 5, 6), BusGroup.HARMONY: harmony}, wanted)
    assert loud.gains_db["front"] < -1.0
    alone = balance({BusGroup.FRONT: powers(1.0, 5)}, wanted)
    assert (alone.gains_db, alone.front_db) == ({"front": 0.0}, None)


def test_a_boomy_bass_is_taken_back_and_a_thin_one_helped() -> None:
    wanted = mix_preset("balanced").spectrum_db
    rest = {BusGroup.HARMONY: powers(1.0, 3, 4, 5, 6, 7)}
    boomy = balance({**rest, BusGroup.BASS: powers(30.0, 1, 2)}, wanted)
    thin = balance({**rest, BusGroup.BASS: powers(0.2, 1, 2)}, wanted)
    assert boomy.gains_db["bass"] < -1.0
    assert thin.gains_db["bass"] > 1.0


# The desk


def stem(path: Path, audio: NDArray[np.float64]) -> SampleFile:
    file = SampleFile(path, len(audio), create=True)
    file.write(0, audio)
    return file


def test_the_mix_is_the_sum_of_its_stems(tmp_path: Path) -> None:
    """Linear after the strip: two tracks on one desk, and each on a desk with those decisions."""
    rng = np.random.default_rng(3)
    frames = RATE * 2
    tracks = [
        scores.track(TrackRole.PAD, [(0, 4, 60, 90)], name="a", reverb_send=0.4),
        scores.track(TrackRole.EFFECTS, [(0, 4, 72, 90)], name="b", pan=-0.5),
    ]
    noises = [rng.standard_normal((frames, 2)) * 0.05 for _ in tracks]
    parameters = RenderParameters(automatic_levels=False, compression=False, tail_seconds=0.5)
    plan = MixPlan(preset=mix_preset("ambient"))

    def mixed(chosen: list[int], name: str) -> NDArray[np.float64]:
        folder = tmp_path / name
        folder.mkdir()
        with Desk(folder, frames, parameters, plan) as desk:
            for index in chosen:
                with stem(folder / f"{index}.f32", noises[index]) as file:
                    desk.add(file, tracks[index], 1)
            whole = desk.sum(lambda part: None).file.read(0, frames)
        assert sorted(path.name for path in folder.iterdir()) == [f"{i}.f32" for i in chosen]
        return whole

    both = mixed([0, 1], "both")
    difference = both - mixed([0], "first") - mixed([1], "second")
    assert meters.energy_db(difference) < meters.energy_db(both) - 60.0


def test_the_balance_does_not_work_against_a_fader(tmp_path: Path) -> None:
    rng = np.random.default_rng(8)
    noises = [rng.standard_normal((RATE * 2, 2)) * 0.05 for _ in range(2)]

    def decided(gain_db: float) -> object:
        tracks = [
            scores.track(TrackRole.LEAD, [(0, 4, 72, 90)], gain_db=gain_db),
            scores.track(TrackRole.CHORDS, [(0, 4, 60, 90)]),
        ]
        with Desk(tmp_path, RATE * 2, RenderParameters(), MixPlan(mix_preset("pop"))) as desk:
            for track, noise in zip(tracks, noises, strict=True):
                with stem(tmp_path / "a.f32", noise) as file:
                    desk.add(file, track, 1)
            return desk.sum(lambda part: None).report["balance"]

    assert decided(-12.0) == decided(0.0)


def test_a_strip_measures_what_it_plays(tmp_path: Path) -> None:
    audio = np.zeros((RATE * 4, 2))
    audio[:RATE] = np.random.default_rng(4).standard_normal((RATE, 2)) * 0.05
    track = scores.track(TrackRole.PAD, [(0, 2, 72, 90)])
    plan = MixPlan(preset=mix_preset("pop"))
    with stem(tmp_path / "a.f32", audio) as file:
        strip = strip_of(track, plan, RenderParameters())
        channel = Channel(file, track, strip, RATE, plan)
        played = list(channel.blocks(0.5))
    assert channel.sounding == {0}
    assert [len(block) for _, block, _ in played] == [65536, 65536, 0]  # the width rings on
    assert strip.width == mix_preset("pop").width["pad"]
    assert np.abs(played[0][1]).max() < channel.peak


def test_the_reverb_send_follows_its_controller(tmp_path: Path) -> None:
    controls = [(0.0, "cc91", 0.0), (4.0, "cc91", 127.0)]
    song = scores.score(scores.track(TrackRole.PAD, scores.pad(8), program=89, controls=controls))
    plan = plan_mix(song, song.tracks, RenderParameters())
    curve = plan.send_curve(song.tracks[0], RATE * 4, RATE)
    assert curve is not None
    assert (curve[10], curve[-10]) == (0.0, 1.0)


def test_a_preset_changes_the_mix_and_nothing_else(render_score: Render) -> None:
    song = dance()
    before = song.tracks
    plain = render_score(song, mix_preset="none")
    chosen = render_score(song)
    again = render_score(song)
    assert song.tracks == before
    assert chosen.mix.read_bytes() == again.mix.read_bytes()
    assert chosen.mix_report["preset"] == "electronic"
    strips = {report.strip["group"]: report.strip for report in chosen.tracks}
    assert strips["bass"]["duck_db"] == pytest.approx(5.0, abs=0.1)
    assert strips["harmony"]["duck_db"] == pytest.approx(5.0, abs=0.1)
    assert {report.strip["duck_db"] for report in plain.tracks} == {0.0}
    low = [
        np.fft.irfft(np.fft.rfft(meters.samples(chosen.mix)[:, channel])[: 100 * 5])
        for channel in range(2)
    ]
    assert np.corrcoef(low)[0, 1] > 0.97  # the bass is mono
