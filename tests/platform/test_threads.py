"""Linear algebra keeps to one thread: jobs share the cores, and small matrices wait for more."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = """
import os, ariaforge, numpy, scipy.linalg
square = numpy.ones((500, 500))
scipy.linalg.lu(square @ square)
print(len(os.listdir("/proc/self/task")))
"""


def test_linear_algebra_starts_no_threads() -> None:
    environment = {key: value for key, value in os.environ.items() if "OPENBLAS" not in key}
    answer = subprocess.run(
        [sys.executable, "-c", CODE],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(answer.stdout) == 1
