"""The life of a worker process, as Dramatiq tells it."""

from __future__ import annotations

import threading
from typing import Any

from django.db import connections
from dramatiq.middleware import Middleware

from ariaforge.jobs import heartbeats


class JobWorkerMiddleware(Middleware):
    """Prepares the worker for jobs, reports that it lives, and gives jobs back at its end."""

    def __init__(self) -> None:
        self._heart: heartbeats.Heart | None = None

    def after_worker_boot(self, broker: Any, worker: Any) -> None:
        """Start the fork server and the heartbeat."""
        # Django is set up only now; the settings import this module before that.
        from ariaforge.jobs import housekeeping, processes
        from ariaforge.jobs.worker import stopping

        # In the background: messages may be fetched meanwhile, and wait for it.
        threading.Thread(
            target=processes.load_ahead, args=[stopping], name="load ahead", daemon=True
        ).start()
        housekeeping.remove_orphan_work_dirs()
        connections.close_all()
        queues = worker.consumer_whitelist or broker.get_declared_queues()
        self._heart = heartbeats.Heart(
            "worker",
            queues=sorted(queue for queue in queues if "." not in queue),
            threads=worker.worker_threads,
        )
        self._heart.start()

    def before_worker_shutdown(self, broker: Any, worker: Any) -> None:
        """Give the running jobs back to the queue."""
        from ariaforge.jobs.worker import stopping

        stopping.set()

    def after_worker_shutdown(self, broker: Any, worker: Any) -> None:
        """Leave the list of workers."""
        if self._heart is not None:
            self._heart.stop()
