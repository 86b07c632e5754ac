"""The meters of the sound bench find what is planted, and leave music alone."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile
from django.core.management import CommandError, call_command

from compositions.management.commands import sound_bench
from compositions.score.document import TrackRole
from compositions.score.midi import write_midi
from compositions.score.timeline import Timeline
from compositions.score.validation import validate
from compositions.sound.bench import figures
from compositions.sound.bench.table import Row, all_of, at_least, at_most, lines
from compositions.sound.samplefile import BLOCK_FRAMES
from tests.sound import meters, scores

RATE = 44_100


def noise(seconds: float = 2.0, slope_db: float = 0.0) -> np.ndarray:
    """Pink noise whose octaves fall by ``slope_db`` each."""
    count = int(seconds * RATE)
    spectrum = np.fft.rfft(np.random.default_rng(3).standard_normal(count))
    octaves = np.log2(np.maximum(np.fft.rfftfreq(count, 1 / RATE), 20.0) / 1000.0)
    mono = np.fft.irfft(spectrum * 10 ** ((slope_db - 3.01) * octaves / 20), count)
    return np.stack([mono, mono], axis=1) * 0.2 / np.abs(mono).max()


def test_a_miss_that_numpy_counted_is_a_miss() -> None:
    counted = np.count_nonzero(np.array([True, False]))
    for row in (all_of("good", np.int64(1), 2), at_most("steps", np.float64(counted), 0.0)):
        assert row.passed is False


def test_a_planted_step_is_found_and_music_has_none() -> None:
    places = [20_000, 40_000, 65_536]
    for audio in (noise(), 0.5 * np.sin(np.arange(2 * RATE) * 0.05)[:, None].repeat(2, axis=1)):
        assert figures.steps_at(audio, places) == []
        assert figures.planted_steps_found(audio, places) == 1.0
        lost = audio.copy()
        lost[40_000:] += figures.PLANTED_STEP
        assert figures.steps_at(lost, places) == [40_000]


def test_strokes_on_borders_are_no_clicks_but_a_click_on_every_border_is() -> None:
    spacing = 4000
    borders = list(range(spacing, 2 * RATE - spacing, spacing))
    strokes = noise()
    for at in np.random.default_rng(5).choice(np.arange(0, 2 * RATE, 1000), 20, replace=False):
        strokes[at:] += figures.PLANTED_STEP * (-1.0 if at % 2000 else 1.0)
    assert figures.steps_of_borders(strokes, borders, spacing) == 0
    clicked = strokes.copy()
    for border in borders:
        clicked[border] += figures.PLANTED_STEP
    assert figures.steps_of_borders(clicked, borders, spacing) > len(borders) // 3
    one = noise()
    one[borders[3] :] += figures.PLANTED_STEP
    assert figures.steps_of_borders(one, borders, spacing) == 1


def test_offset_and_clipping_are_found() -> None:
    audio = noise()
    assert figures.offset(audio) < 1e-3
    assert figures.offset(audio + 0.01) == pytest.approx(0.01, abs=1e-3)
    assert figures.clipped(audio) == 0
    audio[100:103, 0] = -1.0
    audio[500, 1] = 1.0  # a lone sample is a peak, no clip
    assert figures.clipped(audio) == 2


def test_octaves_are_measured_against_the_fall_of_a_record() -> None:
    pink = figures.octaves(noise(), RATE)
    assert np.abs(pink).max() < 1.0
    record = figures.octaves(noise(slope_db=figures.RECORD_SLOPE_DB), RATE)
    assert abs(figures.imbalance(record)[0]) < 1.0
    record[0] -= 12.0
    distance, octave = figures.imbalance(record)
    assert distance == pytest.approx(-12.0, abs=1.5)
    assert octave == 63.0


def test_likeness_tells_a_sound_from_another() -> None:
    seconds = np.arange(RATE * 2) / RATE
    rising = np.sin(2 * np.pi * (200 * seconds + 400 * seconds**2))
    assert figures.likeness(rising, 0.3 * rising, RATE) == pytest.approx(1.0, abs=1e-6)
    assert figures.likeness(rising, rising[::-1].copy(), RATE) < 0.8


def test_ffmpegs_meter_reads_the_same_as_that_of_the_tests(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, noise(), RATE, "PCM_24")
    assert figures.loudness_by_ffmpeg(path) == pytest.approx(meters.ebur128(path))


def test_rows_say_what_is_missed() -> None:
    rows = [at_most("seconds", 3.0, 2.0), at_least("likeness", 0.99, 0.98), all_of("good", 2, 2)]
    assert [row.verdict for row in [*rows, Row("told", "x")]] == ["MISS", "PASS", "PASS", ""]
    assert "MISS" in lines(rows)[0]


def test_a_song_is_lengthened_and_its_tracks_are_doubled() -> None:
    song = sound_bench.lengthened(scores.band(8), 60.0, 12)
    assert validate(song) == []
    assert len(song.tracks) == 12
    assert Timeline(song).length_seconds == pytest.approx(60.0, abs=4.0)
    assert song == sound_bench.lengthened(scores.band(8), 60.0, 12)


@pytest.mark.parametrize("bpm", [60.0, 97.3, 120.0, 211.0])
def test_a_song_is_moved_to_between_borders_by_whole_blocks_of_the_engine(bpm: float) -> None:
    song = scores.band(8)
    song = replace(song, tempos=(replace(song.tempos[0], bpm=bpm), *song.tempos[1:]))
    ticks, frames = sound_bench.moved_between_borders(song, RATE)
    moved = sound_bench.later(song, ticks)
    assert validate(moved) == []
    one, other = Timeline(song), Timeline(moved)
    for before, after in zip(song.tracks, moved.tracks, strict=True):
        for note, same in zip(before.notes, after.notes, strict=True):
            shift = other.seconds(same.start) - one.seconds(note.start)
            assert shift * RATE == pytest.approx(frames, abs=1.0)
    assert min(frames % 128, -frames % 128) <= 2
    assert 0.2 <= frames % BLOCK_FRAMES / BLOCK_FRAMES <= 0.8


def test_a_stroke_on_a_border_moves_with_the_song(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A click of the renderer's would stay where it is: both kinds are told apart."""
    song, spacing = scores.band(8), BLOCK_FRAMES
    _, frames = sound_bench.moved_between_borders(song, RATE)
    borders = [spacing, 2 * spacing]
    stroke = noise(6.0)
    stroke[spacing:] += figures.PLANTED_STEP
    moved = np.concatenate([np.zeros((frames, 2)), stroke])
    click = moved.copy()
    click[spacing + frames :] -= figures.PLANTED_STEP
    click[spacing:] += figures.PLANTED_STEP
    for again, left in ((moved, 0), (click, 1)):
        mix = tmp_path / "later.wav"
        soundfile.write(mix, again, RATE, subtype="FLOAT")
        result = SimpleNamespace(mix=mix)
        monkeypatch.setattr(sound_bench, "render", lambda *_, result=result, **__: result)
        found = sound_bench.steps_that_stay(song, stroke, RATE, borders, tmp_path)
        assert found == left


def test_the_command_measures_midi_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="no song to render"):
        call_command("sound_bench", songs=0)
    with pytest.raises(CommandError, match="no MIDI file"):
        call_command("sound_bench", songs=0, midi=tmp_path)
    song = scores.score(scores.track(TrackRole.LEAD, scores.melody(6), program=80))
    (tmp_path / "tune.mid").write_bytes(write_midi(song))
    (tmp_path / "noise.mid").write_bytes(b"no MIDI")
    # What it does with a long song takes minutes.
    monkeypatch.setattr(sound_bench, "_long_rows", lambda *_: [Row("long", "1", "2", False)])
    said, complaints = StringIO(), StringIO()
    call_command("sound_bench", songs=0, midi=tmp_path, stdout=said, stderr=complaints)
    assert "noise.mid" in complaints.getvalue()
    table = {line.split("  ")[0]: line for line in said.getvalue().splitlines()}
    for title in ("no clipping", "no DC", "no dead track", "no click at start, end, chunk borders"):
        assert table[title].endswith("PASS")
    assert table["stems against the mix before mastering"].endswith("PASS")
    assert "missed: long" in said.getvalue()
    with pytest.raises(SystemExit):
        call_command("sound_bench", songs=0, midi=tmp_path, check=True, stdout=said, stderr=said)
