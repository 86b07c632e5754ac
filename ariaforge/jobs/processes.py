"""Starting, hearing and killing the process group of a job, from the worker's side."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import signal
import threading
import time
from collections.abc import Iterator
from multiprocessing import connection as channels
from pathlib import Path

import psutil

from ariaforge.jobs.child import child_main
from ariaforge.jobs.loading import MORE_TO_LOAD, ask_for_next_piece
from ariaforge.jobs.messages import Order, Report

# Enough to leave a temporary file in order; a cancelled job must be gone in three seconds.
TERMINATION_GRACE_SECONDS = 0.5
DEATH_SECONDS = 2.0
FIRST_JOB_SECONDS = 2.0

_DEAD = (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
_context = multiprocessing.get_context("forkserver")
_start_lock = threading.Lock()
_is_warm = False


def warm_up() -> None:
    """Wait until the fork server of this process is ready; at once when it has been so.

    It takes seconds to load everything. No job may be claimed before that: its lease
    would run while nobody works on it.
    """
    global _is_warm
    with _start_lock:
        if _is_warm:
            return
        _prepare()
        first = _context.Process(target=os.getpid, name="warm up")
        first.start()
        first.join()
        _is_warm = first.exitcode == 0
        first.close()


def load_ahead(stopping: threading.Event) -> None:
    """Have the fork server load what jobs need, until all is loaded or ``stopping`` is set.

    It waits a moment first: who starts the studio to write a song has the processor.
    """
    warm_up()
    pause = FIRST_JOB_SECONDS
    while not stopping.wait(pause):
        with _start_lock:
            child = _context.Process(target=ask_for_next_piece, name="load ahead")
            child.start()
        child.join()
        pause = 0.0
        if child.exitcode != MORE_TO_LOAD:
            return


def _prepare() -> None:
    """Name what the server loads; it takes its import path from the environment."""
    root = str(Path(__file__).resolve().parents[2])
    paths = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    if root not in paths:
        os.environ["PYTHONPATH"] = os.pathsep.join([root, *filter(None, paths)])
    _context.set_forkserver_preload(["ariaforge.jobs.preload"])


class ChildProcess:
    """The running child of one attempt. Always :meth:`destroy` it."""

    def __init__(self, order: Order) -> None:
        self._reports, child_reports = _context.Pipe(duplex=False)
        child_lifeline, self._lifeline = _context.Pipe(duplex=False)
        self._process = _context.Process(
            target=child_main,
            args=(order, child_reports, child_lifeline),
            name=f"job {order.job_id}",
        )
        self._is_open = True
        try:
            with _start_lock:
                _prepare()
                self._process.start()
        except BaseException:
            self._close()
            raise
        finally:
            child_reports.close()
            child_lifeline.close()

    @property
    def group(self) -> int:
        """The process group, which has the number of its leader."""
        assert self._process.pid is not None  # noqa: S101 - it has been started
        return self._process.pid

    def reports(self, timeout: float) -> Iterator[Report]:
        """Yield what the child reports within ``timeout`` seconds; return early if it ends."""
        deadline = time.monotonic() + timeout
        while self._is_open:
            if not channels.wait([self._reports], max(0.0, deadline - time.monotonic())):
                return
            try:
                payload = self._reports.recv_bytes()
            except (EOFError, OSError):
                self._is_open = False
                return
            yield pickle.loads(payload)  # noqa: S301 - from our own child

    @property
    def has_ended(self) -> bool:
        """Whether the child has closed its pipe, so that nothing more will come."""
        return not self._is_open

    def exit_code(self) -> int | None:
        """Wait for the child, which has closed its pipe, to end; return its exit code.

        Negative is a signal; ``None`` when it does not end or nobody knows.
        """
        self._process.join(DEATH_SECONDS)
        return self._process.exitcode

    def destroy(self) -> None:
        """End every process of the group: first asked, then killed. Never raises."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if self._process.is_alive():
                self._signal(signal.SIGTERM)
                self._process.join(TERMINATION_GRACE_SECONDS)
        # Always: the child may be gone and have left others, and the guard is among them.
        self._signal(signal.SIGKILL)
        self._process.join(DEATH_SECONDS)
        # Had it not been leader of its group yet, only itself was hit; now it is or never.
        self._signal(signal.SIGKILL)
        self._wait_for_group()
        self._close()

    def _signal(self, number: signal.Signals) -> None:
        try:
            os.killpg(self.group, number)
        except PermissionError:
            return
        except ProcessLookupError:
            if self._process.is_alive():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self.group, number)

    def _wait_for_group(self) -> None:
        """Give the kernel time to bury the group, so that nothing writes any more."""
        deadline = time.monotonic() + DEATH_SECONDS
        while time.monotonic() < deadline:
            try:
                os.killpg(self.group, 0)
            except (ProcessLookupError, PermissionError):
                return
            if not _has_living_member(self.group):
                return
            time.sleep(0.01)

    def _close(self) -> None:
        self._is_open = False
        self._lifeline.close()
        self._reports.close()
        with contextlib.suppress(ValueError):
            self._process.close()


def _has_living_member(group: int) -> bool:
    """Whether the group has a process that is more than a dead one nobody has reaped."""
    for process in psutil.process_iter(["status"]):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if os.getpgid(process.pid) == group and process.info["status"] not in _DEAD:
                return True
    return False
