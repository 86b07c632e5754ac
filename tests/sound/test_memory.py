"""Five minutes of sixteen tracks fit in bounded memory, on a process of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

_PROGRAM = """
import json, resource, sys
from pathlib import Path
from compositions.score.document import TrackRole
from compositions.sound import RenderParameters, render
from tests.sound import scores

# Notes at both ends: the length and the number of tracks matter, not how busy they are.
ends = [(beat, 1, 60, 90) for beat in (*range(4), *range(592, 600))]
song = scores.score(
    *(scores.track(TrackRole.CHORDS, ends, program=index, name=str(index)) for index in range(16))
)
result = render(
    song,
    soundfont=Path(sys.argv[1]),
    parameters=RenderParameters(),
    work_dir=Path(sys.argv[2]),
)
own, engine = (
    resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
)
scale = 1 if sys.platform == "darwin" else 1024
print(json.dumps({
    "bytes": (own + engine) * scale,
    "seconds": result.duration_seconds,
    "tracks": len(result.tracks),
}))
"""


def test_five_minutes_of_sixteen_tracks(soundfont: Path, tmp_path: Path) -> None:
    # A process inherits the peak of the one that started it; the shell's is small, and as it
    # has something left to do it starts the program instead of becoming it.
    program = [sys.executable, "-c", _PROGRAM, str(soundfont), str(tmp_path)]
    done = subprocess.run(
        ["/bin/sh", "-c", '"$@"; exit $?', "sh", *program],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout)
    assert found["seconds"] > 300
    assert found["tracks"] == 16
    assert found["bytes"] < 600e6
