"""Children that end with their parent, and clearing what a crash left behind."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import psutil

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def ends_with_parent(number: signal.Signals) -> Callable[[], None]:
    """Return a ``preexec_fn`` that has the kernel send ``number`` when the parent dies.

    Linux only; elsewhere the function does nothing and the next start clears what is left.
    """
    parent = os.getpid()

    def arrange() -> None:
        if _libc is None:
            return
        _libc.prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != parent:  # the parent died before the line above
            os._exit(1)

    return arrange


def adopt_orphans(yes: bool) -> bool:
    """Make this process the parent of descendants whose own parent dies, or stop doing so.

    Returns whether the system can do that; only Linux can.
    """
    return _libc is not None and _libc.prctl(_PR_SET_CHILD_SUBREAPER, int(yes), 0, 0, 0) == 0


def processes_in(folder: Path, name: str) -> list[psutil.Process]:
    """Return the processes called ``name`` whose working directory is ``folder``.

    PostgreSQL and Redis both change into their data folder, which tells their processes
    from those of other installations whatever a stale pid file says.
    """
    found = []
    for process in psutil.process_iter(["name"]):
        with contextlib.suppress(psutil.Error, OSError):
            if process.info["name"] == name and Path(process.cwd()) == folder:
                found.append(process)
    return found


def stop_processes_in(folder: Path, name: str, number: signal.Signals) -> int:
    """Stop the processes that ``processes_in`` finds and return how many there were.

    The parent among them gets ``number`` and 15 seconds; whatever is left is killed.
    """
    found = processes_in(folder, name)
    pids = {process.pid for process in found}
    for process in found:
        with contextlib.suppress(psutil.Error):
            if process.ppid() not in pids:
                process.send_signal(number)
    _, alive = psutil.wait_procs(found, timeout=15)
    kill(alive)
    return len(found)


def kill(processes: Iterable[psutil.Process]) -> None:
    """Kill ``processes`` and wait up to five seconds until they are gone."""
    doomed = list(processes)
    for process in doomed:
        with contextlib.suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(doomed, timeout=5)
