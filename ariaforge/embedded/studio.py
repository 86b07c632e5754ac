"""``manage.py serve``: the whole studio on one machine, under one supervisor."""

from __future__ import annotations

import contextlib
import http.client
import socket
from collections.abc import Mapping
from pathlib import Path

from ariaforge.embedded import commands
from ariaforge.embedded.commands import BASE_DIR
from ariaforge.embedded.environment import RunLock, embedded_environment
from ariaforge.embedded.supervisor import (
    ProcessSupervisor,
    Service,
    StopRequestedError,
    announce,
)

WILDCARD_HOSTS = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - only named


class PortInUseError(Exception):
    """Something else listens on the port; the message says how to choose another."""


def serve(host: str, port: int) -> None:
    """Run PostgreSQL, Redis, web, worker and dispatcher until a stop signal arrives.

    PostgreSQL and Redis are left out where DATABASE_URL or REDIS_URL name a server. What the
    processes write goes to ``log/`` in VAR_DIR.

    Raises:
        AlreadyRunningError: The studio already runs from this folder.
        PortInUseError: ``port`` is taken.
        EmbeddedServerError: An embedded server cannot be set up.
        ServiceError: A process does not start.
    """
    studio = embedded_environment()
    url = f"http://{commands.bracketed(WILDCARD_HOSTS.get(host, host))}:{port}"
    logs = studio.folder / "log"
    logs.mkdir(exist_ok=True)
    with RunLock(studio.folder, url):
        _check_port(host, port)
        environment = {**studio.values, "PYTHONUNBUFFERED": "1"}
        environment.setdefault("ALLOWED_HOSTS", _allowed_hosts(host))
        environment.setdefault("BASE_URL", url)
        with (
            contextlib.suppress(StopRequestedError),
            ProcessSupervisor(announce) as supervisor,
        ):
            servers = []
            if studio.postgres:
                servers.append(studio.postgres.service(logs / "postgres.log"))
            if studio.redis:
                servers.append(studio.redis.service(logs / "redis.log"))
            if servers:
                names = " and ".join(service.name for service in servers)
                announce(f"Starting {names} ...")
                supervisor.start(*servers)
            studio.save()
            announce("Preparing the database and the static files ...")
            printed = supervisor.run(
                "Setting up",
                commands.manage("setup", "--sign-in-link"),
                environment,
                logs / "setup.log",
            )
            announce("Starting web, worker and dispatcher ...")
            # The pages come first: the others are ready before anybody has typed a prompt.
            supervisor.start(_web(environment, logs, host, port))
            supervisor.start(_worker(environment, logs), _dispatcher(environment, logs))
            announce(f"AriaForge is ready: {printed.split()[-1]}")
            supervisor.watch()
            announce("Stopping ...")


def _web(environment: Mapping[str, str], logs: Path, host: str, port: int) -> Service:
    def is_ready() -> bool:
        connection = http.client.HTTPConnection(WILDCARD_HOSTS.get(host, host), port, timeout=5)
        try:
            connection.request("GET", "/livez")
            # Any deliberate answer will do: ALLOWED_HOSTS or a redirect to https may refuse us.
            return connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    return Service(
        name="web",
        command=commands.web(environment, host, port),
        environment=environment,
        log=logs / "web.log",
        folder=BASE_DIR,
        is_ready=is_ready,
        start_seconds=120.0,
    )


def _worker(environment: Mapping[str, str], logs: Path) -> Service:
    return Service(
        name="worker",
        command=commands.worker(environment),
        environment=environment,
        log=logs / "worker.log",
        folder=BASE_DIR,
    )


def _dispatcher(environment: Mapping[str, str], logs: Path) -> Service:
    return Service(
        name="dispatcher",
        command=commands.dispatcher(),
        environment=environment,
        log=logs / "dispatcher.log",
        folder=BASE_DIR,
    )


def _check_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortInUseError(
                f"Port {port} on {host} cannot be used ({error.strerror}). Choose another one: "
                f"script/server --port {port + 1}"
            ) from error


def _allowed_hosts(host: str) -> str:
    """Return the host names that the studio answers to when ALLOWED_HOSTS is not set."""
    names = ["localhost", "127.0.0.1", "[::1]"]
    if host not in WILDCARD_HOSTS:
        names.append(commands.bracketed(host))
    elif host:
        names.append(socket.gethostname())
    return ",".join(dict.fromkeys(names))
