"""The quick mix: the same promises about level, the same stems, less work."""

from __future__ import annotations

from pathlib import Path

from compositions.sound import RenderParameters, render
from compositions.sound.preview import preview_parameters
from compositions.sound.stem_cache import StemCache
from tests.sound import meters, scores
from tests.sound.conftest import Render


def test_a_preview_keeps_loudness_and_true_peak(render_score: Render) -> None:
    wanted = RenderParameters(target_lufs=-12.0, tail_seconds=1.0)
    result = render_score(scores.band(8), **preview_parameters(wanted).to_dict())

    loudness, true_peak = meters.ebur128(result.mix)
    assert abs(loudness - -12.0) <= 0.3
    assert true_peak <= -1.0
    assert result.measurements.side_db > -60.0  # panned and in a room, not mono
    assert result.warnings == ()


def test_the_final_mix_finds_the_stems_of_the_preview(tmp_path: Path, soundfont: Path) -> None:
    final = RenderParameters(tail_seconds=0.5)
    cache = StemCache(tmp_path / "stems", 1 << 30)
    mixes = []
    for name, parameters in (("preview", preview_parameters(final)), ("final", final)):
        mixes.append(
            render(
                scores.band(4),
                soundfont=soundfont,
                parameters=parameters,
                work_dir=tmp_path / name,
                stem_cache=cache,
            ).mix.read_bytes()
        )
        if name == "preview":
            kept = {path.name for path in cache.folder.iterdir()}

    assert len(kept) == len(scores.band(4).tracks)
    assert {path.name for path in cache.folder.iterdir()} == kept
    assert mixes[0] != mixes[1]


def test_the_same_preview_has_the_same_bytes(render_score: Render) -> None:
    choices = preview_parameters(RenderParameters(tail_seconds=0.5)).to_dict()
    first, second = (render_score(scores.band(2), **choices).mix.read_bytes() for _ in range(2))
    assert first == second
