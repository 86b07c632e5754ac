"""Stems as an export: aligned, equally long, described, and the mix before mastering when added."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from accounts.models import User
from ariaforge.exceptions import InvalidInputError
from ariaforge.models import Job
from compositions.exporting.choices import checked, cut_of
from compositions.exporting.services import request_export
from compositions.exporting.stems import StemChoices, write_stem_folder
from compositions.exporting.time_map import chapters, time_map, to_csv, to_labels
from compositions.history.versions import set_document
from compositions.models import Composition, Export, Render
from compositions.score.document import MeterChange, Score, TempoChange
from compositions.score.serialisation import to_dict
from compositions.sound import RenderParameters, RenderResult, Tags
from compositions.sound.cutting import Cut
from compositions.sound.measurements import Measurements
from compositions.sound.mixing import TrackReport
from compositions.sound.peaks import Peaks
from compositions.sound.stem_files import PREMASTER_NAME, STEMS_NAME, StemFile
from tests.compositions.songs import example_score, make_song

Work = Callable[..., list[Job]]
RATE = 44_100
ABOUT = {"title": "Rain", "content_hash": "x"}


def rendered(folder: Path, score: Score, seconds: float = 7.0, loud: float = 0.4) -> RenderResult:
    """What rendering leaves, with noise of each track's own for its stems."""
    stems, total = [], np.zeros((round(seconds * RATE), 2))
    for kind in ("dry", "wet"):
        (folder / STEMS_NAME / kind).mkdir(parents=True)
    for number, track in enumerate(score.tracks, 1):
        rng = np.random.Generator(np.random.PCG64(number))
        wet = (loud * rng.standard_normal(total.shape)).astype(np.float32)
        total += wet
        paths = [
            folder / STEMS_NAME / kind / f"{number:02d} {track.name}.wav" for kind in ("dry", "wet")
        ]
        for path, samples in zip(paths, (0.5 * wet, wet), strict=True):
            soundfile.write(path, samples, RATE, "FLOAT")
        stems.append(StemFile(track.id, track.name, *paths))
    soundfile.write(folder / STEMS_NAME / PREMASTER_NAME, total.astype(np.float32), RATE, "FLOAT")
    return RenderResult(
        mix=folder / "mix.wav",
        duration_seconds=seconds,
        sample_rate=RATE,
        measurements=Measurements.__new__(Measurements),
        tracks=tuple(
            TrackReport(track.id, track.name, "0:4 Rhodes", -20.0, -3.0, 1.5)
            for track in score.tracks
        ),
        limiter_gain_reduction_db=0.0,
        compression_db=0.0,
        peaks=Peaks.__new__(Peaks),
        engine_version="sound",
        soundfont_sha256="f",
        parameters=RenderParameters(),
        stems=tuple(stems),
    )


@pytest.mark.parametrize(("chosen", "names"), [
    ({}, ["01 Rhodes.wav", "02 Lead melody.wav", "03 Upright Bass.wav", "04 Brushed Drums.wav"]),
    ({"stem_per": "group", "stem_format": "flac", "bit_depth": 16},
     ["01 Lead.flac", "02 Harmony.flac", "03 Bass.flac", "04 Drums.flac"]),
    ({"bit_depth": 32, "sample_rate": 48_000, "from_bar": 2, "to_bar": 2, "count_in_bars": 1},
     ["00 Count-in.wav", "01 Rhodes.wav", "02 Lead melody.wav", "03 Upright Bass.wav",
      "04 Brushed Drums.wav"]),
    ({"loop": True, "from_bar": 1, "to_bar": 2}, ["01 Rhodes.wav", "02 Lead melody.wav",
      "03 Upright Bass.wav", "04 Brushed Drums.wav"]),
])  # fmt: skip
def test_stems_add_up_to_the_mix(tmp_path: Path, chosen: dict[str, Any], names: list[str]) -> None:
    score = example_score()
    settings = checked(["stems"], chosen)
    cut = cut_of(score, settings)
    written = write_stem_folder(
        score,
        rendered(tmp_path / "render", score),
        tmp_path / "out",
        StemChoices.of(settings),
        cut=cut,
        tags=Tags(title="Rain"),
        about=ABOUT,
        progress=lambda part, step: None,
    )
    folder = tmp_path / "out"
    sounds = sorted(path.name for path in folder.iterdir() if path.suffix in (".wav", ".flac"))
    mix = written.mix.name
    assert [name for name in sounds if name != mix] == names
    files = {name: soundfile.read(folder / name, dtype="float64") for name in sounds}
    assert len({(len(samples), rate) for samples, rate in files.values()}) == 1
    # Measured here by other code than the studio's own.
    whole = files[mix][0]
    error = sum(files[name][0] for name in names) - whole
    error_db = 10 * np.log10(np.mean(error**2) / np.mean(whole**2))
    assert error_db < -60.0
    assert written.sum_error_db == pytest.approx(error_db, abs=0.5)
    assert max(float(np.abs(samples).max()) for samples, _ in files.values()) < 1.0 or (
        chosen.get("bit_depth") == 32
    )
    manifest = json.loads((folder / "stems.json").read_text())
    assert manifest["sum_error_db"] == pytest.approx(written.sum_error_db, abs=0.01)
    tracks = [track for stem in manifest["stems"] for track in stem["tracks"]]
    assert {track["id"] for track in tracks} == {track.id for track in score.tracks}
    for stem in manifest["stems"]:
        assert stem["sha256"] == hashlib.sha256((folder / stem["file"]).read_bytes()).hexdigest()
    rate = chosen.get("sample_rate", RATE)
    assert (manifest["sample_rate"], manifest["frames"]) == (rate, len(whole))
    beat = 60 / 82
    if cut.clicks:
        assert len(whole) == pytest.approx(8 * beat * rate, abs=2)
        quiet = files["01 Rhodes.wav"][0][: round(3.9 * beat * rate)]
        assert np.abs(quiet).max() == 0.0
        assert np.abs(files["00 Count-in.wav"][0][: rate // 50]).max() > 0.05
        assert manifest["time_map"]["tempos"][0]["seconds"] == pytest.approx(4 * beat, abs=1e-5)
    readme = (folder / "README.txt").read_text()
    assert f"{manifest['sum_error_db']:.1f} dB" in readme


def test_dry_stems_have_no_reverb_and_say_that_they_do_not_add_up(tmp_path: Path) -> None:
    score = example_score()
    score = replace(score, tracks=score.tracks[:2])
    quiet = replace(score, tracks=(*score.tracks, replace(score.tracks[0], id="m", name="Muted")))
    written = write_stem_folder(
        quiet,
        rendered(tmp_path / "render", score, 1.0, loud=0.1),
        tmp_path / "out",
        StemChoices(effects="dry"),
        cut=Cut(),
        tags=Tags(),
        about=ABOUT,
        progress=lambda part, step: None,
    )
    assert written.sum_error_db is None
    manifest = written.manifest
    assert (manifest["sum_error_db"], manifest["sum_of"]) == (None, [])
    assert [track["name"] for track in manifest["left_out"]] == ["Muted"]
    source = soundfile.read(tmp_path / "render" / STEMS_NAME / "dry" / "01 Rhodes.wav")[0]
    found = soundfile.read(written.stems[0].path)[0]
    assert np.abs(found - source).max() < 2**-20
    assert "do not add up" in (tmp_path / "out" / "README.txt").read_text()


def test_choices_of_stems_that_cannot_be() -> None:
    with pytest.raises(InvalidInputError, match="FLAC have 16 or 24 bits"):
        checked(["stems"], {"stem_format": "flac", "bit_depth": 32})
    with pytest.raises(InvalidInputError, match="WAV has no stem per"):
        checked(["wav"], {"stem_per": "group"})


def test_the_time_map_follows_tempo_meter_and_stretch() -> None:
    score = replace(
        example_score(),
        tempos=(TempoChange("t1", 0, 120.0), TempoChange("t2", 3840, 60.0)),
        meters=(MeterChange("m1", 0, 4, 4), MeterChange("m2", 3840, 3, 4)),
    )
    whole = time_map(score)
    assert [(row["seconds"], row["bpm"]) for row in whole["tempos"]] == [(0.0, 120.0), (4.0, 60.0)]
    assert [row["name"] for row in whole["markers"]][:2] == ["Intro", "Verse 1"]
    part = time_map(score, Cut(start=5.0, end=9.0, clicks_last=2.0))
    assert part["tempos"] == [{"seconds": 2.0, "bar": 3, "beat": 2, "bpm": 60.0}]
    assert part["markers"] == [
        {
            "seconds": 2.0,
            "bar": 3,
            "beat": 1,
            "end_seconds": 6.0,
            "name": "Verse 1",
            "kind": "verse",
        }
    ]
    found = chapters(score)
    assert [chapter.title for chapter in found] == [section.label for section in score.sections]
    assert all(left.end == right.start for left, right in pairwise(found))
    assert to_labels(part["markers"], "name") == "2.000000\t6.000000\tVerse 1\n"
    assert to_csv([{"seconds": 1.0, "name": "=1+1"}]) == "seconds,name\n1.0,'=1+1\n"


def short_song(musician: User) -> Composition:
    """A song of two bars whose mix is older than what it says now."""
    song = make_song(musician, "composed")
    score = example_score()
    tracks = tuple(
        track.with_notes([note for note in track.notes if note.end <= 2 * 1920])
        for track in score.tracks[:1] + score.tracks[2:3]
    )
    score = replace(
        score,
        tracks=tracks,
        chords=score.chords[:2],
        sections=score.sections[:1],
    )
    set_document(
        composition=song, data=to_dict(score), user=musician, name="x", source="import", message="x"
    )
    parameters = RenderParameters(tail_seconds=0.5, seed=5).to_dict()
    mix = Render.objects.create(composition=song, content_hash="older", parameters=parameters)
    Composition.objects.filter(pk=song.pk).update(current_render=mix)
    return Composition.objects.with_work().get(pk=song.pk)


@pytest.mark.django_db
def test_exports_of_an_older_mix_are_mixed_anew_with_their_stems(
    musician: User, run_jobs: Work
) -> None:
    song = short_song(musician)
    export = request_export(
        composition=song, user=musician, formats=["flac", "stems"], settings={"from_bar": 2}
    )
    job = run_jobs("render")[-1]
    export = Export.objects.get(pk=export.pk)
    assert export.content_hash == song.content_hash
    reports = [part for part, _ in job.reports]  # type: ignore[attr-defined]
    assert reports == sorted(reports)
    assert export.asset is not None
    with export.asset.file.open("rb") as stored:
        content = stored.read()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        folder = "Rain on the Tape stems/"
        assert [name for name in names if name.startswith(folder)] == [
            f"{folder}{name}" for name in (
                "00 Mix before mastering.wav", "01 Rhodes.wav", "02 Upright Bass.wav",
                "README.txt", "stems.json",
            )
        ]  # fmt: skip
        manifest = json.loads(archive.read(f"{folder}stems.json"))
        flac = soundfile.info(io.BytesIO(archive.read("Rain on the Tape.flac")))
    assert manifest["sum_error_db"] < -60.0
    assert manifest["content_hash"] == song.content_hash
    assert manifest["rendered_with"]["parameters"]["seed"] == 5
    # Mix and stems are of the same stretch: the second bar and the tail.
    assert manifest["seconds"] == pytest.approx(4 * 60 / 82 + 0.5, abs=0.01)
    assert flac.frames == manifest["frames"]
