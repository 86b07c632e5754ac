"""Stems as files: aligned, equally long, and the wet ones add up to the mix before mastering."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from compositions.sound import RenderParameters, render
from compositions.sound.stem_cache import StemCache
from tests.sound import meters, scores


def test_wet_stems_add_up_to_the_mix_before_mastering(soundfont: Path, tmp_path: Path) -> None:
    # With a preset: compressed, saturated, widened, glued, with reverb and echo.
    song = replace(scores.band(4), metadata={"genre": "house"})
    work, cache = tmp_path / "work", StemCache(tmp_path / "kept", 1 << 30)
    parameters = RenderParameters(tail_seconds=1.0)
    result = render(
        song,
        soundfont=soundfont,
        parameters=parameters,
        work_dir=work,
        stem_cache=cache,
        with_stems=True,
    )
    assert [stem.name for stem in result.stems] == [track.name for track in song.tracks]
    folder = work / "stems"
    names = {path.name for path in (folder / "wet").iterdir()}
    assert names == {path.name for path in (folder / "dry").iterdir()}
    assert sorted(path.name for path in folder.iterdir()) == [
        "dry",
        "mix before mastering.wav",
        "wet",
    ]
    mix = meters.samples(folder / "mix before mastering.wav")
    wet = [meters.samples(stem.wet) for stem in result.stems]
    dry = [meters.samples(stem.dry) for stem in result.stems]
    assert {len(samples) for samples in (*wet, *dry)} == {len(mix)}
    assert len(mix) == len(meters.samples(result.mix))
    difference = meters.energy_db(sum(wet) - mix) - meters.energy_db(mix)
    assert difference < -60.0
    # The control: with one stem a sample late it is no longer the mix.
    late = np.roll(wet[0], 1, axis=0)
    assert meters.energy_db(sum(wet[1:]) + late - mix) - meters.energy_db(mix) > -60.0
    assert all(meters.energy_db(a - b) > -120.0 for a, b in zip(wet[:1], dry[:1], strict=True))
    # Writing stems changes nothing of the mix.
    plain = render(
        song, soundfont=soundfont, parameters=parameters, work_dir=tmp_path / "b", stem_cache=cache
    )
    assert plain.mix.read_bytes() == result.mix.read_bytes()
    assert plain.stems == ()


def test_stopping_among_the_stems_leaves_nothing(soundfont: Path, tmp_path: Path) -> None:
    class StopError(Exception):
        pass

    def stop(part: float, step: str) -> None:
        if part > 0.75:
            raise StopError

    with pytest.raises(StopError):
        render(
            scores.band(2),
            soundfont=soundfont,
            parameters=RenderParameters(tail_seconds=0.5),
            work_dir=tmp_path,
            on_progress=stop,
            with_stems=True,
        )
    assert list(tmp_path.iterdir()) == []
