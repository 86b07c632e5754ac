"""The studio's own SoundFont: what is in it, and that it is made well."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sf2utils.sf2parse import Sf2File

from compositions.composer.styles import instruments, styles
from compositions.score.document import TrackRole
from compositions.score.timeline import Timeline
from compositions.sound import RenderParameters, SoundFont, SoundFonts, render
from compositions.sound.instruments import catalogue
from compositions.sound.instruments.effects import riser_key, riser_seconds
from compositions.sound.instruments.kit_pieces import DRUM_BANK
from compositions.sound.instruments.soundfont_format import (
    FontPreset,
    Generator,
    Sample,
    Zone,
    write_soundfont,
)
from compositions.sound.instruments.table import markdown_table
from compositions.sound.instruments.waves import RATE, frequency, pulse, saw, voices_loop
from compositions.sound.performance import perform
from compositions.sound.synthesis import Part, synthesise
from tests.sound import scores

ROOT = Path(__file__).parents[2]
MOST_MEGABYTES = 25.0


@pytest.fixture(scope="module")
def presets() -> tuple[FontPreset, ...]:
    return catalogue.presets()


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("font") / "own.sf2"
    path.write_bytes(catalogue.build())
    return path


def samples_of(presets: tuple[FontPreset, ...]) -> list[Sample]:
    return list({id(z.sample): z.sample for one in presets for z in one.zones}.values())


def seam(wave: np.ndarray, start: int, end: int) -> float:
    """The sharpest bend at a loop's seam over the sharpest one inside the loop."""
    frames = np.rint(wave * 32_767.0)
    inside = frames[start:end]
    around = np.concatenate([inside[-3:], inside[:3]])
    return float(np.abs(np.diff(around, 2)).max() / max(np.abs(np.diff(inside, 2)).max(), 2.0))


def test_another_process_builds_the_same_bytes(own: Path) -> None:
    script = (
        "import hashlib; from compositions.sound.instruments.catalogue import build;"
        "print(hashlib.sha256(build()).hexdigest())"
    )
    other = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    data = own.read_bytes()
    assert other.stdout.strip() == hashlib.sha256(data).hexdigest()
    assert len(data) < MOST_MEGABYTES * 1e6


def test_there_are_enough_instruments_and_kits(presets: tuple[FontPreset, ...]) -> None:
    melodic = [one for one in presets if one.bank != DRUM_BANK]
    kits = [one for one in presets if one.bank == DRUM_BANK and one.name != "Effects Kit"]
    assert len(melodic) >= 24
    assert len(kits) >= 6
    for one in kits:
        assert set(range(35, 83)) <= {key for zone in one.zones for key in zone.keys}, one.name


def test_general_midi_stays_as_it_is(soundfont: Path, own: Path) -> None:
    general, ours = SoundFont(soundfont), SoundFont(own)
    taken = {(one.bank, one.program) for one in general.presets}
    assert not taken & {(one.bank, one.program) for one in ours.presets}
    both = SoundFonts([soundfont, own])
    for one in general.presets:
        percussion = one.bank == DRUM_BANK
        found = both.resolve(one.bank, one.program, percussion=percussion)
        assert (found.font, found.name) == (0, one.name)


def test_another_reader_finds_what_was_written(presets: tuple[FontPreset, ...], own: Path) -> None:
    with own.open("rb") as file:
        read = Sf2File(file)
        found = {(one.bank, one.preset): one for one in read.presets if one.name != "EOP"}
        assert set(found) == {(one.bank, one.program) for one in presets}
        for one in presets:
            there = found[one.bank, one.program]
            assert there.name == one.name
            [instrument] = [bag.instrument for bag in there.bags if bag.instrument]
            bags = [bag for bag in instrument.bags if bag.sample is not None]
            assert len(bags) == len(one.zones)
            for bag, zone in zip(bags, one.zones, strict=True):
                assert tuple(bag.key_range) == zone.keys
                assert bag.sample.name == zone.sample.name
                assert bag.sample.sample_rate == zone.sample.rate
                tuned = bag.sample.original_pitch - bag.sample.pitch_correction / 100
                assert abs(tuned - zone.sample.root) <= 0.0051
                if zone.sample.loop:
                    loop = (bag.sample.start_loop, bag.sample.end_loop)
                    assert loop == zone.sample.loop
                    assert bag.sample_loop


def test_loops_have_no_seam_and_samples_no_offset(presets: tuple[FontPreset, ...]) -> None:
    for sample in samples_of(presets):
        assert np.isfinite(sample.wave).all()
        assert np.abs(sample.wave).max() <= 1.0, sample.name
        if sample.loop is not None:
            assert seam(sample.wave, *sample.loop) < 1.1, sample.name
            start, end = sample.loop
            assert abs(sample.wave[start:end].mean()) < 0.002, sample.name
            # What an interpolator reads past the end is what it finds at the start.
            beyond = min(16, end - start)
            past = np.resize(sample.wave[start:end], beyond)
            assert np.allclose(sample.wave[end : end + beyond], past), sample.name
        else:
            assert abs(sample.wave[-1]) < 0.01, sample.name


def test_a_click_at_a_seam_is_found() -> None:
    wave, _ = voices_loop(45, 0.1, saw, limit=3000.0)
    assert seam(wave, 0, len(wave)) < 1.1
    assert seam(wave, 7, len(wave)) > 2.0  # a loop that is cut short


@pytest.mark.parametrize("key", [24, 45, 61, 84, 102])
@pytest.mark.parametrize("detune", [(0.0,), (-5.0, 4.0, 0.0), (-18.0, -7.0, 9.0)])
def test_loops_are_in_tune_and_free_of_aliasing(key: int, detune: tuple[float, ...]) -> None:
    wave, sounding = voices_loop(key, 0.9, saw, detune_cents=detune, seed=("test",))
    lines = np.abs(np.fft.rfft(wave)) ** 2
    hertz = np.fft.rfftfreq(len(wave), 1 / RATE)
    wanted = frequency(sounding)
    near = np.abs(hertz - wanted) < 0.04 * wanted
    centre = (hertz[near] * lines[near]).sum() / lines[near].sum()
    assert abs(1200 * np.log2(centre / wanted)) < 3.0
    width = np.maximum(1.5 * RATE / len(wave), 0.02 * hertz)
    strays = np.abs(hertz - wanted * np.maximum(np.rint(hertz / wanted), 1)) > width
    assert lines[strays].max(initial=0.0) < 1e-6 * lines.max()


@pytest.mark.parametrize("width", [0.125, 0.25, 0.5])
def test_a_pulse_has_the_harmonics_of_its_width(width: float) -> None:
    wave, _ = voices_loop(57, 0.1, pulse(width), limit=6000.0)
    lines = np.abs(np.fft.rfft(wave))
    step = int(np.argmax(lines > 0.05 * lines.max()))
    silent = round(1 / width)
    assert lines[silent * step] < 1e-6 * lines.max()
    assert lines[(silent - 1) * step] > 1e-3 * lines.max()


def test_every_sound_has_a_level(presets: tuple[FontPreset, ...]) -> None:
    levels = catalogue.levels()
    for one in presets:
        assert {catalogue.level_name(one, zone.keys[0]) for zone in one.zones} <= set(levels)


def test_a_level_turns_down_and_up() -> None:
    def attenuations(level: float) -> list[int]:
        [one] = [p for p in catalogue.presets({"102:38": level}) if p.name == "Chip Bass"]
        first = one.zones[0].sample
        return [z.settings[Generator.ATTENUATION] for z in one.zones if z.sample is first]

    assert attenuations(4.0) == [100]
    assert attenuations(0.0) == [0]
    assert attenuations(-2.0) == [100, 100]  # 6 dB by two voices, of which 4 are taken back
    with pytest.raises(ValueError, match="louder"):
        attenuations(-9.0)


def test_a_riser_lasts_as_its_key_says() -> None:
    for seconds in (0.5, 1.7, 4.0, 7.9):
        assert riser_seconds(riser_key(seconds)) == pytest.approx(seconds, rel=0.07)
    assert (riser_key(0.0), riser_key(99.0)) == (48, 72)


def test_the_writer_refuses_what_is_no_soundfont() -> None:
    sample = Sample("A", np.zeros(100), RATE, 60.0, (10, 90))
    one = FontPreset("One", 96, 1, (Zone(sample),))
    words = {"name": "x", "copyright_line": "x", "comment": "x"}
    with pytest.raises(ValueError, match="same bank"):
        write_soundfont([one, one], **words)
    with pytest.raises(ValueError, match="too long"):
        write_soundfont([FontPreset("N" * 20, 96, 1, one.zones)], **words)
    wrong = Sample("B", np.zeros(100), RATE, 60.0, (10, 101))
    with pytest.raises(ValueError, match="loop"):
        write_soundfont([FontPreset("Two", 96, 2, (Zone(wrong),))], **words)


def test_the_documentation_lists_what_is_there() -> None:
    assert (ROOT / "docs" / "instruments.md").read_text(encoding="utf-8") == markdown_table()


def test_a_render_plays_our_instruments_and_does_without_them(
    soundfont: Path, own: Path, tmp_path: Path
) -> None:
    bass = scores.track(TrackRole.BASS, [(0, 2, 36, 100)], program=39, bank=96, name="808")
    drums = scores.track(
        TrackRole.DRUMS, [(n / 2, 0.2, (36, 42)[n % 2], 100) for n in range(4)],
        program=27, name="Kit",
    )  # fmt: skip
    song = scores.score(bass, drums)
    parameters = RenderParameters(tail_seconds=0.5)

    def played(fonts: list[Path], folder: str) -> tuple[list[str], tuple[str, ...], str]:
        result = render(song, soundfont=fonts, parameters=parameters, work_dir=tmp_path / folder)
        names = [report.preset for report in result.tracks]
        assert all(report.peak_dbfs > -40.0 for report in result.tracks)
        return names, result.warnings, result.soundfont_sha256

    names, warnings, both = played([soundfont, own], "with")
    assert names == ["96:39 808 Bass", "128:27 909 Kit"]
    assert warnings == ()
    names, warnings, alone = played([soundfont], "without")
    assert names[0].startswith("0:39 ")
    assert len(warnings) == 2
    assert both != alone == SoundFont(soundfont).sha256


def test_the_composer_names_sounds_that_are_there(
    presets: tuple[FontPreset, ...], soundfont: Path
) -> None:
    there = {(one.bank, one.program) for one in presets}
    general = {(one.bank, one.program) for one in SoundFont(soundfont).presets}
    own = set()
    for one in instruments().values():
        number = (DRUM_BANK if one.percussion else one.bank, one.program)
        assert number in there | general, one.name
        if number in there:
            own.add(one.name)
    parts = [part for style in styles().values() for part in style.parts]
    playing = {name for part in parts for name in part.instruments} & own
    assert sum(not instruments()[name].percussion for name in playing) >= 24
    assert sum(instruments()[name].percussion for name in playing) >= 6


def test_a_glide_is_heard(soundfont: Path, own: Path, tmp_path: Path) -> None:
    octave = [(0.0, "cc101", 0.0), (0.0, "cc100", 0.0), (0.0, "cc6", 12.0)]
    bends = [(1.0, "pitch_bend", -7 / 12 * 8191), (1.5, "pitch_bend", 0.0)]
    song = scores.score(
        scores.track(
            TrackRole.BASS, [(0, 1, 36, 100), (1, 1.5, 43, 100)],
            program=39, bank=96, controls=[*octave, *bends],
        ),
        bpm=60,
    )  # fmt: skip
    fonts = SoundFonts([soundfont, own])
    part = Part(
        perform(song.tracks[0], Timeline(song), RATE),
        fonts.resolve(96, 39, percussion=False),
        percussion=False,
    )
    for stem in synthesise(
        [part], soundfonts=fonts, sample_rate=RATE, frames=3 * RATE, work_dir=tmp_path,
        on_frames=lambda index, frame: None,
    ):  # fmt: skip
        sound = np.fromfile(stem.path, dtype="<f4").reshape(-1, 2).mean(axis=1)

    def pitch(begin: float, end: float) -> float:
        piece = sound[round(begin * RATE) : round(end * RATE)]
        lines = np.abs(np.fft.rfft(piece * np.hanning(len(piece)), 8 * RATE))
        return float(69 + 12 * np.log2(np.argmax(lines) / 8 / 440))

    assert pitch(0.3, 0.9) == pytest.approx(36, abs=0.2)
    assert pitch(1.2, 1.5) == pytest.approx(36, abs=0.4)
    assert pitch(1.7, 2.3) == pytest.approx(43, abs=0.2)
