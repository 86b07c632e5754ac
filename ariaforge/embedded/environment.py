"""The settings that child processes need, and which servers are ours to run."""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import environ

from ariaforge.embedded.commands import BASE_DIR
from ariaforge.embedded.home import ServerHome, write_private
from ariaforge.embedded.postgres import EmbeddedPostgres
from ariaforge.embedded.redis import EmbeddedRedis

EMBEDDED_FILE = "embedded.env"


@dataclass(frozen=True)
class StudioEnvironment:
    """What ``embedded_environment`` found.

    ``values`` go to every child process. ``postgres`` and ``redis`` are None where the
    installation names a server of its own.
    """

    folder: Path
    values: dict[str, str]
    postgres: EmbeddedPostgres | None
    redis: EmbeddedRedis | None

    def save(self) -> None:
        """Write ``embedded.env``, so that other ``manage.py`` commands find the servers."""
        names = ["SECRET_KEY"]
        if self.postgres:
            names.append("DATABASE_URL")
        if self.redis:
            names.append("REDIS_URL")
        lines = ["# Written by manage.py serve; settings of your own belong in .env."]
        lines += [f"{name}={self.values[name]}" for name in names if name in self.values]
        write_private(self.folder / EMBEDDED_FILE, "\n".join(lines) + "\n")


def read_environment_file(path: Path) -> dict[str, str]:
    """Return the variables of a file in ``.env`` form; none when there is no such file."""

    class Reader(environ.Env):
        ENVIRON: dict[str, str] = {}

    Reader.read_env(str(path))
    return Reader.ENVIRON


def embedded_environment(
    given: Mapping[str, str] | None = None, *, base_dir: Path = BASE_DIR
) -> StudioEnvironment:
    """Decide which servers to run and return the environment for child processes.

    A DATABASE_URL or REDIS_URL in the process environment or in ``.env`` names an external
    server, each independently of the other. A value that an earlier run wrote to
    ``embedded.env`` is our own server again.
    """
    process = dict(os.environ if given is None else given)
    values = {**read_environment_file(base_dir / ".env"), **process}
    folder = (base_dir / values.get("VAR_DIR", "var")).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    remembered = read_environment_file(folder / EMBEDDED_FILE)

    def is_external(name: str) -> bool:
        return bool(values.get(name)) and values[name] != remembered.get(name)

    found = {"VAR_DIR": str(folder)}
    postgres = redis = None
    if not (is_external("DATABASE_URL") and is_external("REDIS_URL")):
        home = ServerHome.beside(folder)
        if not is_external("DATABASE_URL"):
            postgres = EmbeddedPostgres(home)
            found["DATABASE_URL"] = postgres.url
        if not is_external("REDIS_URL"):
            redis = EmbeddedRedis(home)
            found["REDIS_URL"] = redis.url
    if not values.get("SECRET_KEY"):
        found["SECRET_KEY"] = _secret_key(folder)
    return StudioEnvironment(folder, {**values, **found}, postgres, redis)


def _secret_key(folder: Path) -> str:
    path = folder / "secret-key"
    if not path.exists():
        write_private(path, secrets.token_hex(32) + "\n")
    return path.read_text(encoding="utf-8").strip()


class AlreadyRunningError(Exception):
    """Another studio runs from the same folder; the message says which."""


class RunLock:
    """A lock on ``folder`` that ends with the process, however that ends.

    Raises:
        AlreadyRunningError: On entering, when another process holds it.
    """

    def __init__(self, folder: Path, description: str) -> None:
        self._path = folder / "serve.lock"
        self._description = description
        self._descriptor = -1

    def __enter__(self) -> RunLock:
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(self._descriptor, 1000).decode(errors="replace").strip()
            os.close(self._descriptor)
            raise AlreadyRunningError(
                f"AriaForge already runs from this folder: {holder or 'it is just starting'}. "
                f"Stop that one first (Ctrl-C there), or start another checkout or VAR_DIR."
            ) from None
        os.ftruncate(self._descriptor, 0)
        os.write(self._descriptor, f"{self._description}, process {os.getpid()}".encode())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.ftruncate(self._descriptor, 0)
        os.close(self._descriptor)
