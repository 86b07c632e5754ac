from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from compositions.score.document import Score
from compositions.sound import RenderParameters, RenderResult, find_default_soundfont, render

Render = Callable[..., RenderResult]


@pytest.fixture(scope="session")
def soundfont() -> Path:
    return find_default_soundfont(Path(__file__).parents[2])


@pytest.fixture(scope="module")
def render_score(
    soundfont: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., RenderResult]:
    """Render with short tails into a fresh folder; keyword arguments are parameters."""

    def run(score: Score, *, on_progress: Any = None, **choices: Any) -> RenderResult:
        parameters = replace(RenderParameters(tail_seconds=1.0), **choices)
        return render(
            score,
            soundfont=soundfont,
            parameters=parameters,
            work_dir=tmp_path_factory.mktemp("render"),
            on_progress=on_progress,
        )

    return run
