"""Is the process alive (``/livez``), and can the studio do its work (``/readyz``)?

Both are for machines: supervisors, load balancers, monitoring. They need no sign-in and
show strangers no more than which part fails; staff, and the machine itself, see details.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address

import redis
from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ariaforge.jobs.heartbeats import dispatcher_heartbeats, worker_heartbeats
from ariaforge.storage import free_disk_mb, free_folder_mb

logger = logging.getLogger(__name__)

ANSWER_WITHIN_SECONDS = 2


class CheckFailedError(Exception):
    """A part does not work; the text is for those who run the studio."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check found, and how long it took in milliseconds."""

    name: str
    passed: bool
    detail: str
    duration_ms: float


def check_database() -> str:
    """Ask PostgreSQL for its version."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = '{ANSWER_WITHIN_SECONDS}s'")
        cursor.execute("SHOW server_version")
        return f"PostgreSQL {cursor.fetchone()[0]}"


def check_vector() -> str:
    """Look for the extension pgvector in the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT extversion FROM pg_extension WHERE extname = 'vector'")
        row = cursor.fetchone()
    if row is None:
        raise CheckFailedError("The extension “vector” is not installed in the database.")
    return f"pgvector {row[0]}"


class MigrationsCheck:
    """Compare the applied migrations with those of the code.

    Reading the code's migrations is slow, so the answer is kept until the number of
    applied migrations changes.
    """

    def __init__(self) -> None:
        self._complete_at: int | None = None

    def __call__(self) -> str:
        """Count what is applied; name what is not."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM django_migrations")
            applied = int(cursor.fetchone()[0])
        if applied != self._complete_at:
            executor = MigrationExecutor(connection)
            missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
            if missing:
                names = ", ".join(f"{step.app_label}.{step.name}" for step, _ in missing[:5])
                raise CheckFailedError(f"{len(missing)} migrations are not applied: {names}")
            self._complete_at = applied
        return f"{applied} applied"


def check_redis() -> str:
    """Ping Redis."""
    client = redis.Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=ANSWER_WITHIN_SECONDS,
        socket_timeout=ANSWER_WITHIN_SECONDS,
    )
    try:
        client.ping()
    finally:
        client.close()
    return "answers"


def check_disk() -> str:
    """Compare the free space for files and for work with the floor of the settings."""
    spaces = {"work": free_folder_mb(settings.JOB_WORK_DIR)}
    for_files = free_disk_mb()
    if for_files is not None:
        spaces["files"] = for_files
    text = ", ".join(f"{free} MB free for {use}" for use, free in spaces.items())
    if min(spaces.values()) < settings.MINIMUM_FREE_DISK_MB:
        raise CheckFailedError(f"{text}; {settings.MINIMUM_FREE_DISK_MB} MB are needed")
    return text


def check_workers() -> str:
    """Look for a living worker for each queue."""
    workers = worker_heartbeats()
    served = {queue for worker in workers for queue in worker.queues}
    idle = [queue for queue in settings.JOB_QUEUES if queue not in served]
    if idle:
        raise CheckFailedError(f"No worker serves: {', '.join(idle)}")
    return f"{len(workers)} workers serve all queues"


def check_dispatcher() -> str:
    """Look for a living dispatcher; without one no job is ever sent to a worker."""
    dispatchers = dispatcher_heartbeats()
    if not dispatchers:
        raise CheckFailedError("No dispatcher runs.")
    return f"{len(dispatchers)} dispatchers live"


CHECKS: dict[str, Callable[[], str]] = {
    "database": check_database,
    "vector": check_vector,
    "migrations": MigrationsCheck(),
    "redis": check_redis,
    "workers": check_workers,
    "dispatcher": check_dispatcher,
    "disk": check_disk,
}
# What cannot be found out without another part is not tried, so that no time is lost.
NEEDS = {
    "vector": "database",
    "migrations": "database",
    "workers": "redis",
    "dispatcher": "redis",
}


def run_checks() -> list[Outcome]:
    """Run the checks, all of them even when one fails."""
    outcomes: list[Outcome] = []
    failed: set[str] = set()
    for name, check in CHECKS.items():
        began = time.perf_counter()
        try:
            if NEEDS.get(name) in failed:
                raise CheckFailedError(f"not known without {NEEDS[name]}")
            detail, passed = check(), True
        except CheckFailedError as error:
            detail, passed = str(error), False
        except Exception as error:
            # Messages of drivers can hold addresses and names: they go to the log only.
            logger.warning("health_check_failed", extra={"check": name}, exc_info=True)
            detail, passed = type(error).__name__, False
        if not passed:
            failed.add(name)
        outcomes.append(
            Outcome(name, passed, detail, round((time.perf_counter() - began) * 1000, 1))
        )
    return outcomes


@never_cache
@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """Answer 200 as long as the process serves requests; asks no other server."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when every part works, 503 when one does not."""
    outcomes = run_checks()
    passed = all(outcome.passed for outcome in outcomes)
    show_details = _may_see_details(request, outcomes)
    checks = {}
    for outcome in outcomes:
        entry: dict[str, object] = {"status": "ok" if outcome.passed else "failed"}
        if show_details:
            entry |= {"detail": outcome.detail, "duration_ms": outcome.duration_ms}
        checks[outcome.name] = entry
    body = {"status": "ok" if passed else "failed", "checks": checks}
    return JsonResponse(body, status=200 if passed else 503)


def _may_see_details(request: HttpRequest, outcomes: list[Outcome]) -> bool:
    """Whether the machine itself asks (not through a proxy), or somebody of the staff."""
    forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    try:
        if not forwarded and ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback:
            return True
    except ValueError:
        pass  # a Unix socket has no address
    database_answers = all(outcome.passed for outcome in outcomes if outcome.name == "database")
    return database_answers and bool(request.user.is_authenticated and request.user.is_staff)
