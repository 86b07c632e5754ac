"""The commands of the studio's three processes, the same on one machine and on many."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent.parent
QUEUES = "compose render analyse bulk"


def manage(*arguments: str) -> list[str]:
    """Return the command line of ``manage.py`` with ``arguments``."""
    return [sys.executable, str(BASE_DIR / "manage.py"), *arguments]


def web(environment: Mapping[str, str], host: str, port: int) -> list[str]:
    """Return the command that serves pages, API and event streams on ``host`` and ``port``.

    WEB_PROCESSES (2) and WEB_THREADS (32 in each) set how many requests run at once; an
    open page with live progress takes one of them.
    """
    shared_memory = Path("/dev/shm")  # noqa: S108 - gunicorn's heartbeat files belong in memory
    heartbeats = shared_memory if os.access(shared_memory, os.W_OK) else tempfile.gettempdir()
    return [
        *(sys.executable, "-m", "gunicorn", "ariaforge.wsgi:application"),
        *("--bind", f"{bracketed(host)}:{port}", "--worker-class", "gthread"),
        *("--workers", environment.get("WEB_PROCESSES", "2")),
        *("--threads", environment.get("WEB_THREADS", "32")),
        *("--timeout", "120", "--graceful-timeout", "3"),
        *("--worker-tmp-dir", str(heartbeats), "--no-control-socket"),
    ]


def worker(environment: Mapping[str, str]) -> list[str]:
    """Return the command that works on jobs.

    WORKER_QUEUES names the queues (all four, separated by spaces); WORKER_PROCESSES (2) and
    WORKER_THREADS (2 in each) set how many jobs run at once. The heavy part of a job runs in
    a process of its own.
    """
    return [
        *manage("rundramatiq"),
        *("--processes", environment.get("WORKER_PROCESSES", "2")),
        *("--threads", environment.get("WORKER_THREADS", "2")),
        *("--worker-shutdown-timeout", "3000"),
        *("--queues", *environment.get("WORKER_QUEUES", QUEUES).split()),
    ]


def dispatcher() -> list[str]:
    """Return the command that sends queued jobs to the workers.

    Several may run; one of them is active at a time.
    """
    return manage("dispatch")


def bracketed(host: str) -> str:
    """Return ``host`` as it stands in a URL."""
    return f"[{host}]" if ":" in host else host
