"""Chores that the active dispatcher does now and then, without any other service.

An app adds its own in ``<app>/periodic.py``::

    @periodic(every=timedelta(days=1))
    def purge_trash() -> None: ...

A chore runs soon after the dispatcher has become active and then at its interval, one at
a time, in a thread beside the dispatching. It must bear being repeated: a restart of the
dispatcher begins anew.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connections
from django.utils.module_loading import autodiscover_modules

from ariaforge.jobs.housekeeping import clear_jobs, remove_orphan_work_dirs

logger = logging.getLogger(__name__)

FIRST_DELAY_SECONDS = 30.0
LOOK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Chore:
    """A function and how often to call it."""

    name: str
    every: timedelta
    function: Callable[[], object]


_chores: dict[str, Chore] = {}


def periodic(*, every: timedelta) -> Callable[[Callable[[], object]], Callable[[], object]]:
    """Decorator: have the active dispatcher call the function at this interval."""

    def decorate(function: Callable[[], object]) -> Callable[[], object]:
        name = f"{function.__module__}.{function.__qualname__}"
        _chores[name] = Chore(name, every, function)
        return function

    return decorate


@periodic(every=timedelta(days=1))
def clear_old_jobs() -> None:
    """Delete jobs that ended before ``settings.JOB_RETENTION_DAYS``."""
    removed = clear_jobs(days=settings.JOB_RETENTION_DAYS)
    logger.info("Old jobs were cleared", extra={"removed": removed})


@periodic(every=timedelta(hours=1))
def tidy_work_dirs() -> None:
    """Delete the folders that dead workers left on this host."""
    remove_orphan_work_dirs()


class ChoreThread:
    """Does the chores that are due, until it is stopped."""

    def __init__(self) -> None:
        autodiscover_modules("periodic")
        self._stopping = threading.Event()
        self._due = dict.fromkeys(_chores, time.monotonic() + FIRST_DELAY_SECONDS)
        self._thread = threading.Thread(target=self._run, name="chores", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the chore that is being done, or leave it behind when it takes long."""
        self._stopping.set()
        self._thread.join(2.0)

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_SECONDS):
            for name, chore in _chores.items():
                if time.monotonic() >= self._due[name] and not self._stopping.is_set():
                    self._due[name] = time.monotonic() + chore.every.total_seconds()
                    self._do(chore)

    def _do(self, chore: Chore) -> None:
        try:
            chore.function()
        except Exception:
            logger.exception("A chore failed", extra={"chore": chore.name})
        finally:
            connections.close_all()
