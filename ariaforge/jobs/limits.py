"""Resource limits of a job's child process, by the operating system."""

from __future__ import annotations

import contextlib
import os
import resource
from pathlib import Path

from ariaforge.jobs.registry import JobKind

MEGABYTE = 1024 * 1024
# After this many more seconds of processor time the kernel kills without asking.
CPU_GRACE_SECONDS = 5
CPU_PER_REAL_SECOND = 4
NICENESS = 5
# The kernel, when short of memory, rather kills jobs than the worker or the database.
OUT_OF_MEMORY_SCORE = 500


def apply_limits(kind: JobKind) -> None:
    """Limit this process, and every process that it starts, as ``kind`` says."""
    cpu = kind.cpu_limit_seconds or int(kind.time_limit_seconds * CPU_PER_REAL_SECOND)
    _limit(resource.RLIMIT_CPU, cpu, cpu + CPU_GRACE_SECONDS)
    _limit(resource.RLIMIT_FSIZE, kind.file_limit_mb * MEGABYTE)
    _limit(resource.RLIMIT_CORE, 0)
    # The data segment is all private memory that can be written: what is really used,
    # without what is only reserved (thread stacks of V8, guard pages, mapped libraries).
    reserved, data = _own_memory_bytes()
    _limit(resource.RLIMIT_DATA, data + kind.memory_limit_mb * MEGABYTE)
    if kind.address_space_limit_mb is not None:
        _limit(resource.RLIMIT_AS, reserved + kind.address_space_limit_mb * MEGABYTE)
    with contextlib.suppress(OSError):
        os.nice(NICENESS)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(OUT_OF_MEMORY_SCORE))


def _limit(which: int, soft: int, hard: int | None = None) -> None:
    """Lower a limit; one that is lower already stays."""
    _, ceiling = resource.getrlimit(which)
    hard = soft if hard is None else hard
    if ceiling != resource.RLIM_INFINITY:
        hard = min(hard, ceiling)
    # Some systems refuse some limits; the time limit of the worker holds in any case.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(which, (min(soft, hard), hard))


def _own_memory_bytes() -> tuple[int, int]:
    """Return the address space and the data segment of this process, in bytes."""
    try:
        pages = Path("/proc/self/statm").read_text().split()
    except OSError:
        return 0, 0
    size = resource.getpagesize()
    return int(pages[0]) * size, int(pages[5]) * size
