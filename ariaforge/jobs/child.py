"""The child process of a job: its own session, limits, guard and reports.

Three processes take part. The worker's thread watches. The child, leader of a session
and process group of its own, does the work. The guard, a fork of the child that does
nothing but wait for the end of a pipe from the worker, kills the group when the worker
is gone: it works even while the child is deep in C code that holds Python's lock. The
guard also keeps the number of the group taken until the worker has killed the rest of it.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import resource
import signal
import time
from multiprocessing.connection import Connection

from django.conf import settings
from django.db import connections

from ariaforge.context import acting_as
from ariaforge.jobs.failures import refusal
from ariaforge.jobs.limits import apply_limits
from ariaforge.jobs.messages import Finished, LogLine, Order, Progress, Refused, Report
from ariaforge.jobs.registry import JobContext, find_kind

# Progress that comes faster is thinned out; a new step is always reported.
PROGRESS_INTERVAL_SECONDS = 0.1
LOG_LINES = 500


def child_main(order: Order, reports: Connection, lifeline: Connection) -> None:
    """Run one attempt of a job; the last report is ``Finished`` or ``Refused``."""
    os.setsid()
    _reset_signals()
    _start_guard(lifeline)
    lifeline.close()
    for alias, name in order.databases.items():
        connections[alias].settings_dict["NAME"] = name
    settings.MEDIA_ROOT = order.media_root
    reporter = Reporter(reports)
    try:
        last = _run(order, reporter)
    except BaseException as error:  # noqa: BLE001 - whatever it was, the worker must hear it
        last = refusal(error)
    reporter.send_last(last)
    connections.close_all()


def _run(order: Order, reporter: Reporter) -> Report:
    kind = find_kind(order.kind)
    if kind is None:
        return Refused("unknown_kind", f"Jobs of kind {order.kind!r} can no longer be run.")
    apply_limits(kind)
    os.chdir(order.work_dir)
    context = JobContext(
        job_id=order.job_id,
        owner_id=order.owner_id,
        kind=order.kind,
        parameters=order.parameters,
        topic=order.topic,
        attempt=order.attempt,
        work_dir=order.work_dir,
        on_progress=reporter.progress,
        on_log=reporter.log,
        files_folder=order.files_folder,
    )
    with acting_as(order.owner_id, request_id=order.request_id, job_id=str(order.job_id)):
        outcome = kind.run(context)
    reporter.flush()
    return Finished(outcome, context.artifacts)


class Reporter:
    """Sends reports to the worker, thinned out."""

    def __init__(self, reports: Connection) -> None:
        self._reports = reports
        self._sent_at = 0.0
        self._sent_step = ""
        self._unsent: Progress | None = None
        self._lines = 0

    def progress(self, fraction: float, step: str) -> None:
        """Report progress, if there is news of enough weight."""
        self._unsent = Progress(fraction, step or self._sent_step)
        is_due = time.monotonic() - self._sent_at >= PROGRESS_INTERVAL_SECONDS
        if is_due or self._unsent.step != self._sent_step or fraction >= 1:
            self.flush()

    def flush(self) -> None:
        """Report the progress that has been held back."""
        if self._unsent is not None:
            self._reports.send(self._unsent)
            self._sent_step = self._unsent.step
            self._sent_at = time.monotonic()
            self._unsent = None

    def log(self, level: str, message: str) -> None:
        """Report a line for the log; a job that writes too many falls silent."""
        self._lines += 1
        if self._lines <= LOG_LINES:
            self._reports.send(LogLine(level, message))
        elif self._lines == LOG_LINES + 1:
            self._reports.send(LogLine("warning", "The log is full; more lines are left out."))

    def send_last(self, report: Report) -> None:
        """Send the end of the story and close the pipe."""
        try:
            payload = pickle.dumps(report)
        except Exception as error:  # noqa: BLE001 - pickling calls code of any class
            payload = pickle.dumps(refusal(error))
        # The worker may be gone; then the guard ends us.
        with contextlib.suppress(OSError):
            self._reports.send_bytes(payload)
        self._reports.close()


def _reset_signals() -> None:
    """Undo what the worker, or whoever started it, has set up for signals."""
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def _start_guard(lifeline: Connection) -> None:
    """Fork the process that kills the group when the worker is gone."""
    if os.fork() != 0:
        return
    try:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        wait_on = lifeline.fileno()
        # Above all the pipe of reports: the worker has to see when the child closes it.
        limit = min(resource.getrlimit(resource.RLIMIT_NOFILE)[0], 65536)
        os.closerange(3, wait_on)
        os.closerange(wait_on + 1, limit)
        while True:
            # Nothing is ever written: this returns when the worker's end is closed.
            if os.read(wait_on, 1) == b"":
                break
        os.killpg(0, signal.SIGKILL)
    finally:
        os._exit(1)
