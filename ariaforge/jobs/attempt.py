"""One attempt at one claimed job, from the worker's side: watch, renew, end.

The thread that claimed the job stays with it. It hears the child, renews the lease while
the token is still its own, looks for cancellation once a second and ends the process
group whatever happens. Nothing is ever written for a job whose lease was lost.
"""

from __future__ import annotations

import logging
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, connections, transaction

from ariaforge.context import acting_as
from ariaforge.jobs import transitions
from ariaforge.jobs.claims import LeaseLostError, is_cancel_requested, renew_lease
from ariaforge.jobs.failures import TOO_MUCH_TIME, crash, refusal, retry_delay_seconds
from ariaforge.jobs.files import (
    folder_of_attempt,
    remove_files_of_attempt,
    remove_files_of_job,
)
from ariaforge.jobs.messages import Finished, LogLine, Order, Progress, Refused, Report
from ariaforge.jobs.processes import ChildProcess
from ariaforge.jobs.registry import JobContext, JobKind, find_kind
from ariaforge.models import Job

logger = logging.getLogger(__name__)

TICK_SECONDS = 0.2
CANCEL_CHECK_SECONDS = 1.0
PROGRESS_WRITE_SECONDS = 0.25
RENEWALS_PER_LEASE = 3
# How long to keep trying to write the end of a job while the database is away.
SETTLING_SECONDS = 120.0

DATABASE_AWAY = (OperationalError, InterfaceError)


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Somebody asked the job to stop."""


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The worker is being stopped."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The job is somebody else's by now."""


Verdict = Finished | Refused | Cancelled | Interrupted | Lost


def work_dir_of(job: Job) -> Path:
    """Return the folder for the files of the present attempt."""
    return settings.JOB_WORK_DIR / f"{job.pk}-{job.attempts}"


class Attempt:
    """Runs the job that was just claimed to the end of the attempt.

    ``stopping`` is set when the worker has to end; the job then goes back to the queue.
    """

    def __init__(self, job: Job, stopping: threading.Event) -> None:
        assert job.lease_token is not None  # noqa: S101 - it was just claimed
        self.job = job
        self.token = job.lease_token
        self.stopping = stopping
        self.work_dir = work_dir_of(job)
        self.files_folder = folder_of_attempt(job)
        self.began_at = time.monotonic()
        self.renewed_at = self.began_at
        self.checked_at = self.began_at
        self.progress = Progress(job.progress, "")
        self.written = self.progress
        self.is_work_dir_removed = False

    def run(self) -> None:
        """Do the work and write its end. Raises only what no later attempt could mend."""
        with acting_as(self.job.owner_id, request_id=self.job.request_id, job_id=str(self.job.pk)):
            try:
                verdict = self._work()
                if not isinstance(verdict, Finished):
                    # First the files, then the state: who sees "cancelled" finds nothing.
                    self._throw_away()
                self._settle(verdict)
            finally:
                self._remove_work_dir()

    # -- Watching ---------------------------------------------------------------

    def _work(self) -> Verdict:
        kind = find_kind(self.job.kind)
        if kind is None:
            return Refused("unknown_kind", f"Jobs of kind {self.job.kind!r} can no longer be run.")
        try:
            self._make_work_dir()
            remove_files_of_job(self.job.pk)
            child = ChildProcess(self._order())
        except Exception as error:
            logger.exception("A job could not be started")
            return refusal(error)
        try:
            return self._watch(child, kind)
        except LeaseLostError:
            return Lost()
        except Exception as error:
            logger.exception("Watching a job failed")
            return refusal(error)
        finally:
            child.destroy()

    def _make_work_dir(self) -> None:
        """Make an empty folder, and remove those of attempts whose worker died."""
        settings.JOB_WORK_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
        for old in settings.JOB_WORK_DIR.glob(f"{self.job.pk}-*"):
            shutil.rmtree(old, ignore_errors=True)
        self.work_dir.mkdir(mode=0o700)

    def _remove_work_dir(self) -> None:
        """Remove the folder, once: after the state is written, its name may be another's."""
        if not self.is_work_dir_removed:
            shutil.rmtree(self.work_dir, ignore_errors=True)
        self.is_work_dir_removed = True

    def _throw_away(self) -> None:
        """Remove all that the attempt has made and that no row names."""
        self._remove_work_dir()
        remove_files_of_attempt(self.files_folder)

    def _order(self) -> Order:
        return Order(
            job_id=self.job.pk,
            owner_id=self.job.owner_id,
            request_id=self.job.request_id,
            kind=self.job.kind,
            parameters=self.job.parameters,
            topic=self.job.topic,
            attempt=self.job.attempts,
            work_dir=self.work_dir,
            files_folder=self.files_folder,
            databases={alias: connections[alias].settings_dict["NAME"] for alias in connections},
            media_root=str(settings.MEDIA_ROOT),
        )

    def _watch(self, child: ChildProcess, kind: JobKind) -> Verdict:
        while True:
            for report in child.reports(TICK_SECONDS):
                verdict = self._hear(report)
                if verdict is not None:
                    return verdict
            if child.has_ended:
                return crash(child.exit_code())
            if self.stopping.is_set():
                return Interrupted()
            if time.monotonic() - self.began_at >= kind.time_limit_seconds:
                return Refused("time_limit", TOO_MUCH_TIME)
            verdict = self._keep_lease()
            if verdict is not None:
                return verdict

    def _hear(self, report: Report) -> Verdict | None:
        match report:
            case Progress():
                self.progress = report
            case LogLine():
                self._try(
                    lambda: transitions.log_event(
                        self.job, report.level, report.message, report.data
                    )
                )
            case _:
                return report
        return None

    def _keep_lease(self) -> Verdict | None:
        """Renew the lease and write progress when due; say whether to stop."""
        now = time.monotonic()
        since_renewal = now - self.renewed_at
        has_news = self.progress != self.written and since_renewal >= PROGRESS_WRITE_SECONDS
        if has_news or since_renewal >= settings.JOB_LEASE_SECONDS / RENEWALS_PER_LEASE:
            is_asked_to_stop = self._try(self._renew)
        elif now - self.checked_at >= CANCEL_CHECK_SECONDS:
            is_asked_to_stop = self._try(lambda: is_cancel_requested(self.job, self.token))
        else:
            return None
        if is_asked_to_stop is None:
            # The database is away. Until the lease runs out, nobody else has the job.
            return Lost() if since_renewal >= settings.JOB_LEASE_SECONDS else None
        self.checked_at = now
        return Cancelled() if is_asked_to_stop else None

    def _renew(self) -> bool:
        progress = self.progress
        before = time.monotonic()
        state = renew_lease(self.job, self.token, progress=progress.fraction, step=progress.step)
        self.renewed_at = before
        if progress != self.written:
            self.written = progress
            self.job.progress, self.job.step = state.progress, state.step
            transitions.publish_job(
                transitions.job_news(self.job), self.job.owner_id, self.job.topic
            )
        return state.cancel_requested_at is not None

    def _try(self, action: Callable[[], bool | None]) -> bool | None:
        """Run a small database action; ``None`` when the database is away."""
        try:
            return action()
        except DATABASE_AWAY as error:
            logger.warning("The database did not answer a worker: %s", error)
            connection.close()
            return None

    # -- Ending -----------------------------------------------------------------

    def _settle(self, verdict: Verdict) -> None:
        """Write the end of the attempt, once, however often it takes to reach the database.

        An answer that was lost on its way does no harm: the token is gone then, and the
        next try finds nothing to do.
        """
        if isinstance(verdict, Lost):
            logger.warning("The lease of a job was lost; its work is thrown away")
            return
        deadline = time.monotonic() + SETTLING_SECONDS
        pause = 0.2
        while True:
            try:
                self._settle_once(verdict)
                return
            except LeaseLostError:
                logger.warning("The lease of a job was lost; its work is thrown away")
                self._throw_away()
                return
            except DATABASE_AWAY as error:
                logger.warning("The end of a job could not be written yet: %s", error)
                connection.close()
                if time.monotonic() + pause > deadline or self.stopping.is_set():
                    return  # the lease runs out and somebody does it again
                time.sleep(pause)
                pause = min(pause * 2, 5.0)
            except Exception as error:
                if not isinstance(verdict, Finished):
                    raise
                logger.exception("Finishing a job failed")
                verdict = refusal(error)
                self._throw_away()

    def _settle_once(self, verdict: Verdict) -> None:
        with transaction.atomic():
            job = transitions.lock_job(self.job.pk, token=self.token)
            if job is None:
                raise LeaseLostError
            match verdict:
                case Finished():
                    self._finish(job, verdict)
                case Cancelled():
                    transitions.cancel(job)
                case Interrupted():
                    transitions.requeue(
                        job, reason="The worker was stopped.", give_attempt_back=True
                    )
                case Refused():
                    self._refuse(job, verdict)

    def _finish(self, job: Job, finished: Finished) -> None:
        kind = find_kind(job.kind)
        assert kind is not None  # noqa: S101 - it has just run
        context = JobContext(
            job_id=job.pk,
            owner_id=job.owner_id,
            kind=job.kind,
            parameters=job.parameters,
            topic=job.topic,
            attempt=job.attempts,
            work_dir=self.work_dir,
            on_progress=lambda fraction, step: None,
            on_log=lambda level, message: transitions.log_event(job, level, message),
            artifacts=finished.artifacts,
            files_folder=self.files_folder,
        )
        result = kind.finish(context, finished.outcome) or {}
        if self.progress.step:
            job.step = self.progress.step
        transitions.succeed(job, result, context.artifacts)

    def _refuse(self, job: Job, refused: Refused) -> None:
        data = {"traceback": refused.detail} if refused.detail else {}
        if job.cancel_requested_at is not None:
            transitions.cancel(job)
        elif refused.is_transient and job.attempts < job.max_attempts:
            transitions.log_event(job, "debug", f"Attempt failed: {refused.code}.", data)
            transitions.requeue(
                job,
                reason=f"{refused.message} It will be tried again.",
                delay_seconds=retry_delay_seconds(job.attempts),
            )
        else:
            transitions.fail(job, code=refused.code, message=refused.message, data=data)
