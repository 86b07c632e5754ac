"""A real limit on the size of files, as a quota or a full disk is: told, and nothing is left."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_PROGRAM = """
import resource, sys
from pathlib import Path
from compositions.sound import RenderParameters, SoundError, render
from compositions.sound.stem_cache import StemCache
from tests.sound import scores

folder, limit = Path(sys.argv[2]), int(sys.argv[3])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    render(
        scores.band(4),
        soundfont=Path(sys.argv[1]),
        parameters=RenderParameters(),
        work_dir=folder / "work",
        stem_cache=StemCache(folder / "stems", 1 << 30),
    )
except SoundError as error:
    print(error)
"""


# The first stops the job for the synthesiser, the second its first stem.
@pytest.mark.parametrize("limit", [1000, 1_000_000])
def test_a_limit_is_told_and_leaves_nothing(limit: int, soundfont: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(soundfont), str(tmp_path), str(limit)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "disk is full" in done.stdout or "File too large" in done.stdout
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
