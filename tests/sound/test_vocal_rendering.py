"""A render sings what has words, keeps the stem, and says when it cannot."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from compositions.sound import RenderResult, render
from compositions.sound.parameters import RenderParameters
from compositions.sound.stem_cache import StemCache
from tests.sound.test_vocal import song


def test_a_voice_with_words_is_sung(soundfont: Path, tmp_path: Path) -> None:
    cache = StemCache(tmp_path / "cache", 10**9)
    results, files, heard = [], [], []
    for kept in (None, cache, cache):
        result = render(
            song(),
            soundfont=soundfont,
            parameters=RenderParameters(tail_seconds=0.5),
            work_dir=tmp_path / "work",
            on_progress=lambda part, step: heard.append(part),
            stem_cache=kept,
        )
        results.append(result)
        files.append(result.mix.read_bytes())
    assert files[0] == files[1] == files[2]
    assert results[0].tracks[0].preset == "Guide voice, high"
    assert results[0].warnings == ()
    assert "pyworld" in results[0].engine_version
    assert len({round(part, 3) for part in heard}) > 5
    assert [path.name for path in (tmp_path / "work").iterdir()] == ["mix.wav"]


def test_without_the_vocoder_the_instrument_plays_and_the_reason_is_told(
    render_score: Callable[..., RenderResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyworld", None)
    result = render_score(song())
    assert "No vocal: the vocoder WORLD is not installed" in result.warnings[0]
    assert result.tracks[0].preset.startswith("0:53")
    assert result.tracks[0].loudness_lufs > -60
    monkeypatch.undo()
    chosen = render_score(song(), vocal="synth")
    assert chosen.warnings == ()
    assert chosen.tracks[0].preset.startswith("0:53")
