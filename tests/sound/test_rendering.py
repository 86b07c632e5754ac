"""What a render must do with tracks, time, seeds and edges."""

from __future__ import annotations

import hashlib
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from compositions.score.document import Score, TrackRole
from compositions.score.timeline import Timeline
from compositions.sound import (
    RenderParameters,
    SoundError,
    render,
    rendering,
    samplefile,
    synthesis,
    waveform_peaks,
)
from compositions.sound import soundfont as soundfont_module
from compositions.sound.performance import perform
from tests.sound import meters, scores
from tests.sound.conftest import Render

PLAIN = {
    "reverb": False,
    "tone": False,
    "compression": False,
    "automatic_levels": False,
    "mix_preset": "none",
}


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("bit_depth", [16, 24, 32])
def test_the_same_input_gives_the_same_bytes(bit_depth: int, render_score: Render) -> None:
    song = scores.band(2)
    first = render_score(song, bit_depth=bit_depth)
    second = render_score(song, bit_depth=bit_depth)
    assert digest(first.mix) == digest(second.mix)
    assert first.peaks == second.peaks
    assert first.soundfont_sha256 == second.soundfont_sha256
    if bit_depth == 16:  # the dither follows the seed
        assert digest(render_score(song, bit_depth=16, seed=1).mix) != digest(first.mix)


def test_every_track_is_heard(render_score: Render) -> None:
    result = render_score(scores.band(4))
    assert len(result.tracks) == 5
    for report in result.tracks:
        assert report.loudness_lufs > -50.0
        assert report.peak_dbfs > -50.0
        assert report.note == ""


def test_faders_at_zero_put_the_lead_on_top(render_score: Render) -> None:
    level = {
        report.name: report.loudness_lufs + report.level_db
        for report in render_score(scores.band(8)).tracks
    }
    assert sorted(level, key=lambda name: -level[name]) == [
        "lead",
        "drums",
        "bass",
        "chords",
        "pad",
    ]
    assert max(level.values()) - min(level.values()) < 6.0


def test_a_muted_track_is_as_if_it_were_not_there(render_score: Render) -> None:
    song = scores.band(4)
    muted = replace(
        song, tracks=tuple(replace(t, muted=t.role is TrackRole.LEAD) for t in song.tracks)
    )
    without = replace(song, tracks=tuple(t for t in song.tracks if t.role is not TrackRole.LEAD))
    mixes = [render_score(version).mix for version in (muted, without, song)]
    assert digest(mixes[0]) == digest(mixes[1]) != digest(mixes[2])


def test_a_soloed_track_is_heard_alone(render_score: Render) -> None:
    song = scores.band(4)
    solo = replace(
        song, tracks=tuple(replace(t, solo=t.role is TrackRole.BASS) for t in song.tracks)
    )
    alone = replace(song, tracks=tuple(t for t in song.tracks if t.role is TrackRole.BASS))
    # The song must be as long: the other tracks end later than the bass.
    heard, expected = (meters.samples(render_score(v, **PLAIN).mix) for v in (solo, alone))
    length = int(3.5 * 44_100)
    difference = meters.energy_db(heard[:length] - expected[:length])
    assert difference < meters.energy_db(expected[:length]) - 40.0


@pytest.mark.parametrize("pan", [-1.0, -0.5, 0.0, 0.5, 1.0])
def test_pan_moves_energy_at_constant_power(pan: float, render_score: Render) -> None:
    song = scores.score(
        scores.track(TrackRole.LEAD, scores.melody(4), program=80, pan=pan),
    )
    left, right = meters.samples(render_score(song, **PLAIN).mix).T
    share = np.mean(right**2) / (np.mean(left**2) + np.mean(right**2))
    assert share == pytest.approx(np.sin((pan + 1) * np.pi / 4) ** 2, abs=0.02)


def test_the_fader_changes_the_balance(render_score: Render) -> None:
    def balance(gain_db: float) -> float:
        song = scores.score(
            scores.track(TrackRole.LEAD, scores.melody(4), program=80, pan=-1.0, gain_db=gain_db),
            scores.track(TrackRole.CHORDS, scores.chords(4), program=4, pan=1.0),
        )
        left, right = meters.samples(
            render_score(song, reverb=False, tone=False, compression=False, mix_preset="none").mix
        ).T
        return meters.energy_db(left) - meters.energy_db(right)

    assert balance(6.0) - balance(0.0) == pytest.approx(6.0, abs=0.5)


def test_the_sustain_pedal_lengthens_the_sound(render_score: Render) -> None:
    def late_energy(pedal: bool) -> float:
        controls = [(0, "cc64", 127), (6, "cc64", 0)] if pedal else []
        song = scores.score(
            scores.track(
                TrackRole.CHORDS, [(0, 0.25, 60, 100), (7.5, 0.5, 60, 100)], controls=controls
            )
        )
        audio = meters.samples(render_score(song, **PLAIN).mix)
        return meters.energy_db(audio[88_200:120_000]) - meters.energy_db(audio[:22_050])

    assert late_energy(True) > late_energy(False) + 20.0


def test_expression_shapes_the_sound(render_score: Render) -> None:
    controls = [(0, "cc11", 127), (4, "cc11", 40)]
    song = scores.score(
        scores.track(TrackRole.PAD, [(0, 8, 60, 100)], program=16, controls=controls)
    )
    audio = meters.samples(render_score(song, **PLAIN).mix)
    loud, soft = audio[44_100:80_000], audio[100_000:160_000]
    assert meters.energy_db(loud) - meters.energy_db(soft) == pytest.approx(20, abs=3)


def test_more_tracks_than_a_midi_port_has_channels(render_score: Render) -> None:
    kits = [
        scores.track(TrackRole.DRUMS, scores.drums(2), program=kit, name=f"Kit {kit}")
        for kit in (0, 25, 40)
    ]
    song = scores.many_tracks(16, 2)
    result = render_score(replace(song, tracks=(*song.tracks, *kits)))
    assert len(result.tracks) == 19
    assert min(report.peak_dbfs for report in result.tracks) > -50.0
    assert len({report.preset for report in result.tracks[-3:]}) == 3


def test_pitch_bend_bends(render_score: Render) -> None:
    def pitch(bend: float) -> float:
        song = scores.score(
            scores.track(
                TrackRole.LEAD, [(0, 4, 69, 100)], program=80, controls=[(0, "pitch_bend", bend)]
            )
        )
        audio = meters.samples(render_score(song, **PLAIN).mix)[22_050:66_150].mean(axis=1)
        spectrum = np.abs(np.fft.rfft(audio * np.hanning(audio.size), 1 << 19))
        low, high = (int(f * (1 << 19) / 44_100) for f in (380, 520))
        return float((low + np.argmax(spectrum[low:high])) * 44_100 / (1 << 19))

    cents = 1200 * np.log2(pitch(8191) / pitch(0))
    assert cents == pytest.approx(200, abs=5)


def test_notes_sound_when_the_tempo_map_says(render_score: Render) -> None:
    beats = [0, 2, 4, 5, 6, 9]
    song = scores.score(
        scores.track(TrackRole.DRUMS, [(beat, 0.2, 56, 110) for beat in beats]),
        bpm=90,
        tempos=[(3, 60), (5.5, 150)],
    )
    audio = meters.samples(render_score(song, **PLAIN).mix)
    found = meters.onsets(audio, 44_100, 0.25)
    timeline = Timeline(song)
    expected = [timeline.seconds(beat * scores.BEAT) for beat in beats]
    assert found == pytest.approx(expected, abs=0.005)


@pytest.fixture(scope="module")
def steady(render_score: Render) -> np.ndarray:
    """A long tone over several blocks, so that any seam stands out."""
    song = scores.score(scores.track(TrackRole.PAD, [(0, 14, 60, 90), (0, 14, 67, 90)], program=89))
    return meters.samples(render_score(song).mix)


def test_no_click_at_start_end_or_between_blocks(steady: np.ndarray) -> None:
    assert len(steady) > 4 * 65_536
    assert np.abs(steady[0]).max() < 1e-4
    assert np.abs(steady[-1]).max() < 1e-4
    clean = meters.largest_jump(steady)
    assert clean < 40.0
    # The control: a click 36 dB under full scale is found wherever it is planted.
    for place in (5, 65_536, len(steady) - 20_000):
        clicked = steady.copy()
        clicked[place] += 10 ** (-36 / 20)
        assert meters.largest_jump(clicked) > 3 * clean


def test_progress_rises_by_real_work(render_score: Render) -> None:
    seen: list[tuple[float, str]] = []
    render_score(scores.band(8), on_progress=lambda part, step: seen.append((part, step)))
    parts = [part for part, _ in seen]
    assert parts == sorted(parts)
    assert parts[0] == 0.0
    assert parts[-1] == 1.0
    assert list(dict.fromkeys(step for _, step in seen)) == ["Rendering", "Mixing", "Mastering"]
    assert len(set(parts)) > 20


@pytest.mark.parametrize("step_to_stop", ["Rendering", "Mixing", "Mastering"])
def test_stopping_leaves_nothing_behind(step_to_stop: str, soundfont: Path, tmp_path: Path) -> None:
    class StopError(Exception):
        pass

    def stop(part: float, step: str) -> None:
        if step == step_to_stop:
            raise StopError

    with pytest.raises(StopError):
        render(
            scores.band(4),
            soundfont=soundfont,
            parameters=RenderParameters(),
            work_dir=tmp_path,
            on_progress=stop,
        )
    assert list(tmp_path.iterdir()) == []


def test_only_the_mix_remains(render_score: Render) -> None:
    result = render_score(scores.band(4))
    assert [path.name for path in result.mix.parent.iterdir()] == ["mix.wav"]
    assert result.peaks == waveform_peaks(result.mix)


@pytest.mark.parametrize(
    ("song", "message"),
    [
        (Score(), "no notes"),
        (scores.score(scores.track(TrackRole.LEAD, [])), "no notes"),
        (scores.score(scores.track(TrackRole.LEAD, [(0, 1, 60, 90)], muted=True)), "muted"),
        (scores.score(scores.track(TrackRole.LEAD, [(0, 8000, 60, 90)])), "60 minutes"),
    ],
    ids=["empty", "no notes", "all muted", "too long"],
)
def test_nothing_to_render_is_told(song: Score, message: str, render_score: Render) -> None:
    with pytest.raises(SoundError, match=message):
        render_score(song)


def test_a_track_without_notes_is_left_out(render_score: Render) -> None:
    song = scores.score(
        scores.track(TrackRole.PAD, []), scores.track(TrackRole.LEAD, scores.melody(4))
    )
    result = render_score(song)
    assert [report.name for report in result.tracks] == ["lead"]


def test_a_chord_of_all_keys(render_score: Render) -> None:
    song = scores.score(
        scores.track(TrackRole.CHORDS, [(0, 2, pitch, 127) for pitch in range(1, 128)])
    )
    result = render_score(song)
    loudness, true_peak = meters.ebur128(result.mix)
    assert abs(loudness - -14.0) <= 0.5
    assert true_peak <= -1.0


def test_a_missing_instrument_is_replaced_and_reported(render_score: Render) -> None:
    song = scores.score(
        scores.track(TrackRole.LEAD, scores.melody(4), program=30, bank=77),
        scores.track(TrackRole.DRUMS, scores.drums(4), program=99),
    )
    guitar, kit = render_score(song).tracks
    assert guitar.preset.startswith("0:30 ")
    assert "77:30" in guitar.note
    assert kit.preset.startswith("128:")
    assert "no drum kit" in kit.note


def test_a_full_disk_is_told(
    render_score: Render, soundfont: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run() -> None:
        render(
            scores.band(4),
            soundfont=soundfont,
            parameters=RenderParameters(),
            work_dir=tmp_path,
        )

    def full(self: object, start: int, block: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(samplefile.SampleFile, "write", full)
        with pytest.raises(SoundError, match="disk is full"):
            run()
    assert list(tmp_path.iterdir()) == []

    usage = type("Usage", (), {"free": 1000})
    with monkeypatch.context() as patch:
        patch.setattr(rendering.shutil, "disk_usage", lambda path: usage)
        with pytest.raises(SoundError, match="Not enough disk space"):
            run()
    assert list(tmp_path.iterdir()) == []


def test_a_failing_engine_is_told(
    render_score: Render, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "engine.js"
    broken.write_text("throw new Error('no sound today');")
    monkeypatch.setattr(synthesis, "engine_module", lambda *_: broken)
    with pytest.raises(SoundError, match="no sound today"):
        render_score(scores.band(2))


def test_a_missing_engine_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SoundError, match="npm ci"):
        synthesis.engine_module(tmp_path)
    monkeypatch.setattr(synthesis, "find_spec", lambda name: None)
    monkeypatch.setattr(synthesis.shutil, "which", lambda name: None)
    with pytest.raises(SoundError, match="Node is not installed"):
        synthesis.node_executable()


def test_a_damaged_font_is_told(soundfont: Path, tmp_path: Path) -> None:
    """Presets are there, samples are cut off: the engine must not play noise or hang."""
    content = bytearray(soundfont.read_bytes())
    place = content.find(b"shdr")
    content[place : place + 4] = b"gone"
    font = tmp_path / "damaged.sf3"
    font.write_bytes(content)
    with pytest.raises(SoundError):
        render(
            scores.band(2),
            soundfont=font,
            parameters=RenderParameters(),
            work_dir=tmp_path / "work",
        )
    assert list((tmp_path / "work").iterdir()) == []


def test_a_mixer_that_falls_behind_loses_nothing(soundfont: Path, tmp_path: Path) -> None:
    """The engine reports more than a pipe holds while nobody reads."""
    fonts = soundfont_module.SoundFonts([soundfont])
    song = scores.score(scores.track(TrackRole.LEAD, [(0, 1, 60, 90)]))
    performance = perform(song.tracks[0], Timeline(song), 44_100)
    part = synthesis.Part(performance, fonts.resolve(0, 0, percussion=False), percussion=False)
    frames: list[int] = []
    stems = []
    for stem in synthesis.synthesise(
        [part, part],
        soundfonts=fonts,
        sample_rate=44_100,
        frames=44_100 * 3500,
        work_dir=tmp_path,
        on_frames=lambda index, frame: frames.append(frame),
    ):
        time.sleep(1.5 if not stems else 0.0)
        stems.append(stem.index)
    assert stems == [0, 1]
    assert frames.count(44_100 * 3500) == 2
