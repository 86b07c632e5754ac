"""``manage.py sound_bench``: render songs of many genres and print what the sound is worth.

Each figure with what is asked of it and PASS or MISS. Songs are composed here, one for each genre;
``--midi`` adds files that were not. With a ``fluidsynth`` command on the path the same MIDI is
played by it on the same SoundFonts::

    .venv/bin/python manage.py sound_bench --songs 4
    .venv/bin/python manage.py sound_bench --midi FOLDER --check
"""

from __future__ import annotations

import math
import random
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from django.core.management.base import BaseCommand, CommandError

from compositions.progress_bar import ProgressBar
from compositions.score.document import TICKS_PER_QUARTER, Score, Track, mint_id
from compositions.score.midi_guard import MidiError, read_midi_safely
from compositions.score.serialisation import to_dict
from compositions.score.timeline import Timeline
from compositions.sound import RenderParameters, SoundError, encode, render
from compositions.sound.bench import figures, fluidsynth
from compositions.sound.bench.apart import cpu_seconds, render_apart
from compositions.sound.bench.table import Row, all_of, at_least, at_most, lines
from compositions.sound.samplefile import BLOCK_FRAMES
from compositions.sound.stem_files import PREMASTER_NAME, STEMS_NAME
from compositions.workshop import compose_from_prompt, soundfont_paths, tags_for

GENRES = (
    "pop", "rock", "lo-fi hip hop", "trap", "house", "techno", "drum and bass", "ambient",
    "synthwave", "jazz", "blues", "bossa nova", "reggae", "funk", "soul", "country",
    "folk", "metal", "cinematic orchestral", "waltz",
)  # fmt: skip
_TARGET_LUFS, _CEILING_DBTP = -14.0, -1.0
_QUIETEST_TRACK_DB = -60.0
_LARGEST_OFFSET = 1e-3
_LARGEST_END = 1e-3
_WEAK_OCTAVE_DB = 9.0
_ENGINE_FRAMES = 128
_LONG_SECONDS, _LONG_TRACKS = 180.0, 10


@dataclass(frozen=True, slots=True)
class Measured:
    """One song's mix: by FFmpeg's meter, by its samples, and by what the renderer says."""

    name: str
    lufs: float
    dbtp: float
    offset: float
    clipped: int
    dead: tuple[str, ...]
    steps: int
    planted: float
    weakest: tuple[float, float]
    warnings: tuple[str, ...]


class Command(BaseCommand):
    """Measure the sound without a server or a database."""

    help = "Render songs of many genres and print the table of sound figures."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--songs", type=int, default=len(GENRES), help="genres (20)")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--midi", type=Path, help="a folder of MIDI files to render, too")
        parser.add_argument(
            "--seconds", type=float, default=_LONG_SECONDS, help="of the long song (180)"
        )
        parser.add_argument("--check", action="store_true", help="exit 1 when a figure is missed")

    def handle(self, *args: Any, **options: Any) -> None:
        """Render, measure, print."""
        songs = self._songs(options)
        if not songs:
            raise CommandError("There is no song to render: --songs is 0 and --midi names none.")
        try:
            with ProgressBar() as bar, tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                measured = []
                for index, (title, score) in enumerate(songs):
                    bar(index / (len(songs) + 1), title)
                    measured.append(_measure(title, score, folder))
                bar(len(songs) / (len(songs) + 1), "Long song")
                first = songs[0][1]
                rows = _rows(measured) + _stem_rows(first, folder)
                rows += _long_rows(first, options["seconds"], folder)
        except SoundError as error:
            raise CommandError(str(error)) from error
        for song in measured:
            distance, octave = song.weakest
            weak = "  weak" if abs(distance) > _WEAK_OCTAVE_DB else ""
            self.stdout.write(
                f"{song.name:<24} {song.lufs:6.2f} LUFS {song.dbtp:6.2f} dBTP  "
                f"{distance:+5.1f} dB at {octave:g} Hz{weak}"
            )
            for warning in song.warnings:
                self.stdout.write(f"    {warning}")
        for line in lines(rows):
            self.stdout.write(line)
        missed = [row.title for row in rows if row.passed is False]
        self.stdout.write(f"missed: {', '.join(missed)}" if missed else "all reached")
        if missed and options["check"]:
            sys.exit(1)

    def _songs(self, options: dict[str, Any]) -> list[tuple[str, Score]]:
        songs = [
            (genre, compose_from_prompt(genre, seed=options["seed"]).score)
            for genre in GENRES[: max(0, options["songs"])]
        ]
        if options["midi"] is not None:
            paths = sorted(options["midi"].glob("*.mid"))
            if not paths:
                raise CommandError(f"There is no MIDI file (*.mid) in {options['midi']}.")
            for path in paths:
                try:
                    songs.append((path.stem[:24], read_midi_safely(path.read_bytes()).score))
                except (MidiError, OSError) as error:
                    self.stderr.write(f"{path.name}: {error}")
        return songs


def _measure(name: str, score: Score, folder: Path) -> Measured:
    result = render(
        score,
        soundfont=soundfont_paths(),
        parameters=RenderParameters(),
        work_dir=folder / "song",
    )
    lufs, dbtp = figures.loudness_by_ffmpeg(result.mix)
    audio, rate = soundfile.read(result.mix, always_2d=True)
    borders = list(range(BLOCK_FRAMES, len(audio) - BLOCK_FRAMES // 2, BLOCK_FRAMES))
    steps = 0
    if figures.steps_of_borders(audio, borders, BLOCK_FRAMES):
        steps = steps_that_stay(score, audio, rate, borders, folder)
    steps += sum(abs(audio[end]).max() > _LARGEST_END for end in (0, -1))
    return Measured(
        name,
        lufs,
        dbtp,
        figures.offset(audio),
        figures.clipped(audio),
        tuple(track.name for track in result.tracks if track.peak_dbfs < _QUIETEST_TRACK_DB),
        steps,
        figures.planted_steps_found(audio, borders),
        figures.imbalance(figures.octaves(audio, rate)),
        result.warnings,
    )


def steps_that_stay(
    score: Score, audio: figures.Audio, rate: int, borders: list[int], folder: Path
) -> int:
    """How many jumps at borders are not the music's, which takes its own along when it is moved.

    The song is rendered again, later: what jumps in it has other places then, and borders do not.
    """
    ticks, frames = moved_between_borders(score, rate)
    again = render(
        later(score, ticks),
        soundfont=soundfont_paths(),
        parameters=RenderParameters(),
        work_dir=folder / "song later",
    )
    moved = soundfile.read(again.mix, always_2d=True)[0]
    jumps = figures.steps_at(audio, borders)
    music = figures.steps_at(moved, [place + frames for place in jumps])
    return len(jumps) - len(music)


def _rows(songs: list[Measured]) -> list[Row]:
    count = len(songs)
    worst = max(songs, key=lambda song: abs(song.lufs - _TARGET_LUFS))
    weak = [song.name for song in songs if abs(song.weakest[0]) > _WEAK_OCTAVE_DB]
    return [
        all_of(
            "loudness within 0.3 LU by FFmpeg's meter",
            sum(abs(song.lufs - _TARGET_LUFS) <= 0.3 for song in songs),
            count,
        ),
        Row("  farthest", f"{worst.lufs:.2f} LUFS ({worst.name})"),
        all_of(
            "true peak at most -1.0 dBTP by FFmpeg's meter",
            sum(song.dbtp <= _CEILING_DBTP for song in songs),
            count,
        ),
        all_of("no clipping", sum(song.clipped == 0 for song in songs), count),
        all_of("no DC", sum(song.offset <= _LARGEST_OFFSET for song in songs), count),
        all_of("no dead track", sum(not song.dead for song in songs), count),
        all_of(
            "no click at start, end, chunk borders", sum(song.steps == 0 for song in songs), count
        ),
        at_least(
            "  planted clicks found (control)", sum(song.planted for song in songs) / count, 0.9
        ),
        Row(
            f"octave over {_WEAK_OCTAVE_DB:g} dB off a record's slope",
            f"{len(weak)} of {count}" + (f" ({', '.join(weak)})" if weak else ""),
        ),
    ]


def _stem_rows(score: Score, folder: Path) -> list[Row]:
    """How far the wet stems of a song, added up, are from its mix before mastering."""
    result = render(
        score,
        soundfont=soundfont_paths(),
        parameters=RenderParameters(),
        work_dir=folder / "stems of a song",
        with_stems=True,
    )
    mix = soundfile.read(result.mix.parent / STEMS_NAME / PREMASTER_NAME, always_2d=True)[0]
    rest = mix.copy()
    for stem in result.stems:
        rest -= soundfile.read(stem.wet, always_2d=True)[0]
    distance = 10.0 * math.log10((np.mean(rest**2) + 1e-20) / np.mean(mix**2))
    return [at_most("stems against the mix before mastering", distance, -60.0, " dB")]


def _long_rows(score: Score, seconds: float, folder: Path) -> list[Row]:
    """Speed, memory, likeness and repeatability on one long song of ten tracks."""
    song = lengthened(score, seconds, _LONG_TRACKS)
    minutes = Timeline(song).length_seconds / 60.0
    fonts = soundfont_paths()
    job: dict[str, Any] = {
        "score": to_dict(song),
        "soundfonts": [str(path) for path in fonts],
        "parameters": RenderParameters().to_dict(),
    }
    work = folder / "long"
    work.mkdir()
    plain = render_apart(work, job)
    kept = job | {"cache": str(folder / "stems")}
    filled = render_apart(work, kept)
    changed = replace(song, tracks=(_softer(song.tracks[0]), *song.tracks[1:]))
    again = render_apart(work, kept | {"score": to_dict(changed)})
    anew = render_apart(work, job | {"score": to_dict(changed)})
    mix, mp3 = work / "mix.wav", work / "mix.mp3"
    before = cpu_seconds()
    encode(mix, mp3, format="mp3", tags=tags_for(title="Bench"))
    encoding = cpu_seconds() - before
    same = plain["sha256"] == filled["sha256"] and again["sha256"] == anew["sha256"]
    finished = plain["cpu"] + encoding
    rows = [
        Row("long song", f"{minutes:.1f} minutes, {len(song.tracks)} tracks"),
        at_most(
            "score to mix and MP3, CPU seconds on one core",
            finished,
            45.0 * minutes / 3.0,
            " s",
        ),
        at_most("memory of mixer and synthesiser", plain["mixer_mb"] + plain["engine_mb"], 600.0),
        Row("same bytes in other processes, with stems kept or not", str(same), "True", same),
        Row(
            "one of ten tracks changed, CPU seconds",
            f"{again['cpu']:.2f} s with kept stems, {anew['cpu']:.2f} s without",
        ),
        Row("hash of the mix", plain["sha256"][:16]),
    ]
    return rows + _beside_fluidsynth(song, fonts, folder, finished, encoding)


def _beside_fluidsynth(
    song: Score, fonts: tuple[Path, ...], folder: Path, finished: float, encoding: float
) -> list[Row]:
    peer = folder / "peer"
    peer.mkdir()
    try:
        wet = fluidsynth.play(song, fonts, peer, effects=True)
        if wet is None:
            return [Row("FluidSynth", "not installed: no comparison")]
        dry = fluidsynth.play(song, fonts[:1], peer, effects=False)
    except subprocess.CalledProcessError as error:
        return [Row("FluidSynth", f"failed with {error.returncode}: no comparison")]
    assert dry is not None  # noqa: S101 - it was there a moment ago
    ours = fluidsynth.dry_sum(song, fonts[0], peer)
    return [
        at_most("  against FluidSynth and encoding", finished / (wet.cpu + encoding), 1.5, " x"),
        Row("  FluidSynth", f"{wet.cpu:.2f} s CPU, {wet.megabytes:.0f} MB"),
        at_least(
            "likeness to FluidSynth, dry, same font",
            figures.likeness(ours, fluidsynth.mono(dry.wav), 44_100),
            0.98,
        ),
    ]


def _softer(track: Track) -> Track:
    notes = tuple(replace(note, velocity=max(1, note.velocity - 20)) for note in track.notes)
    return replace(track, notes=notes)


def moved_between_borders(score: Score, rate: int) -> tuple[int, int]:
    """Ticks to move a song by, and frames: to between two borders, by whole blocks of the engine.

    Whole, because notes begin with a block of the engine: the music is the same then.
    """
    seconds = 60.0 / score.tempos[0].bpm / TICKS_PER_QUARTER

    def miss(ticks: int) -> float:
        frames = ticks * seconds * rate
        between = abs(frames % BLOCK_FRAMES / BLOCK_FRAMES - 0.5)
        return abs(frames / _ENGINE_FRAMES - round(frames / _ENGINE_FRAMES)) + max(0, between - 0.3)

    ticks = min(range(TICKS_PER_QUARTER, 16 * TICKS_PER_QUARTER), key=miss)
    return ticks, round(ticks * seconds * rate)


def later(score: Score, ticks: int) -> Score:
    """The song after a silence in its first tempo."""

    def moved(items: Any, name: str, *, first_stays: bool = False) -> tuple[Any, ...]:
        places = [getattr(item, name) for item in items]
        return tuple(
            replace(item, **{name: 0 if first_stays and not place else place + ticks})
            for item, place in zip(items, places, strict=True)
        )

    return replace(
        score,
        tracks=tuple(
            replace(
                track,
                notes=moved(track.notes, "start"),
                automation=moved(track.automation, "tick"),
            )
            for track in score.tracks
        ),
        tempos=moved(score.tempos, "tick", first_stays=True),
        meters=moved(score.meters, "tick", first_stays=True),
        keys=moved(score.keys, "tick", first_stays=True),
        sections=moved(score.sections, "start"),
        chords=moved(score.chords, "start"),
    )


def lengthened(score: Score, seconds: float, count: int) -> Score:
    """The song again and again up to ``seconds``, its tracks doubled up to ``count``; unsung."""
    bar = 4 * TICKS_PER_QUARTER
    length = max(note.end for track in score.tracks for note in track.notes)
    length += -length % bar
    times = max(1, round(seconds / Timeline(score).length_seconds))
    rng = random.Random(0)  # noqa: S311 - names, no secrets

    def repeated(track: Track, copy: int) -> Track:
        notes = [
            replace(note, id=mint_id(rng), start=note.start + turn * length)
            for turn in range(times)
            for note in track.notes
        ]
        notes.sort(key=lambda note: note.sort_key)
        name = f"{track.name} {copy + 1}"
        automation = tuple(replace(point, id=mint_id(rng)) for point in track.automation)
        return replace(track, id=mint_id(rng), name=name, notes=tuple(notes), automation=automation)

    sounding = [track for track in score.tracks if track.notes]
    tracks = [repeated(sounding[i % len(sounding)], i // len(sounding)) for i in range(count)]
    return replace(score, tracks=tuple(tracks), sections=(), chords=(), lines=(), syllables=())
