"""Embedded servers for the length of one command."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from ariaforge.embedded.home import ServerHome
from ariaforge.embedded.postgres import EmbeddedPostgres
from ariaforge.embedded.processes import ends_with_parent
from ariaforge.embedded.redis import EmbeddedRedis
from ariaforge.embedded.supervisor import ProcessSupervisor, StopRequestedError, announce


@contextlib.contextmanager
def throwaway_servers(supervisor: ProcessSupervisor) -> Iterator[dict[str, str]]:
    """Start a PostgreSQL and a Redis of their own in a new temporary folder.

    Yields DATABASE_URL, REDIS_URL, SECRET_KEY and VAR_DIR for the processes that use them;
    any number of such pairs run side by side. Leaving stops them and deletes the folder.
    """
    folder = Path(tempfile.mkdtemp(prefix="ariaforge-"))
    home = None
    try:
        home = ServerHome.beside(folder)
        postgres = EmbeddedPostgres(home, durable=False)
        redis = EmbeddedRedis(home)
        supervisor.start(
            postgres.service(folder / "postgres.log"), redis.service(folder / "redis.log")
        )
        yield {
            "DATABASE_URL": postgres.url,
            "REDIS_URL": redis.url,
            "SECRET_KEY": secrets.token_hex(32),
            "VAR_DIR": str(folder),
        }
    finally:
        supervisor.stop()
        if home is not None:
            home.remove()
        shutil.rmtree(folder, ignore_errors=True)


def run_with_servers(command: Sequence[str]) -> int:
    """Run ``command`` with throw-away servers in its environment; return its exit code.

    The command has the terminal. A stop signal is passed on to it, and it has ten seconds.
    """
    if shutil.which(command[0]) is None:
        sys.stderr.write(f"{command[0]}: there is no such program\n")
        return 127
    with (
        contextlib.suppress(StopRequestedError),
        ProcessSupervisor(announce) as supervisor,
        throwaway_servers(supervisor) as environment,
    ):
        process = subprocess.Popen(
            command,
            env={**os.environ, **environment},
            preexec_fn=ends_with_parent(signal.SIGTERM),
        )
        try:
            with supervisor.guest(process.pid):
                while process.poll() is None:
                    supervisor.tick(0.5)
        finally:
            if process.poll() is None:
                process.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(10)
            process.kill()
            code = process.wait()
        return code if code >= 0 else 128 - code
    return 130
