"""One render in a process of its own: its time, its memory, the hash of its file.

    python -m compositions.sound.bench.apart JOB.json

The job holds ``score`` (plain), ``soundfonts`` (paths), ``parameters``, ``folder``, and perhaps
``cache`` (a folder). Prints one JSON object: seconds of wall clock and CPU, megabytes of the
process and of the synthesiser, the SHA-256 of the mix.
"""

from __future__ import annotations

import hashlib
import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from compositions.score.serialisation import from_dict
from compositions.sound.parameters import RenderParameters
from compositions.sound.rendering import render
from compositions.sound.stem_cache import StemCache

_CACHE_BYTES = 8_000_000_000
_ROOT = Path(__file__).resolve().parents[3]


def render_apart(folder: Path, job: dict[str, Any]) -> dict[str, Any]:
    """Render the job in a new process. Raises ``RuntimeError`` with its last words."""
    path = folder / "job.json"
    path.write_text(json.dumps(job | {"folder": str(folder)}))
    # A process inherits the peak of the one that started it; that of a shell is small.
    command = ["/bin/sh", "-c", '"$@"; exit $?', "sh", sys.executable, "-m", __name__, str(path)]
    done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def cpu_seconds() -> float:
    """CPU seconds of this process and of its children that have ended."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _megabytes(who: int) -> float:
    return resource.getrusage(who).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


def _main() -> None:
    job = json.loads(Path(sys.argv[1]).read_text())
    score = from_dict(job["score"])
    begin, begin_cpu = time.perf_counter(), cpu_seconds()
    result = render(
        score,
        soundfont=[Path(path) for path in job["soundfonts"]],
        parameters=RenderParameters.from_dict(job["parameters"]),
        work_dir=Path(job["folder"]),
        stem_cache=StemCache(Path(job["cache"]), _CACHE_BYTES) if job.get("cache") else None,
    )
    figures = {
        "wall": time.perf_counter() - begin,
        "cpu": cpu_seconds() - begin_cpu,
        "mixer_mb": _megabytes(resource.RUSAGE_SELF),
        "engine_mb": _megabytes(resource.RUSAGE_CHILDREN),
        "sha256": hashlib.sha256(result.mix.read_bytes()).hexdigest(),
    }
    sys.stdout.write(json.dumps(figures))


if __name__ == "__main__":
    _main()
