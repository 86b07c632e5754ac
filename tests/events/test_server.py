"""The stream through the real web server."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from ariaforge.events import publish
from tests.factories import UserFactory
from tests.jobs.servers import ROOT, RedisServer, environment_for, wait_for


@pytest.mark.django_db(transaction=True)
def test_streams_flow_under_gunicorn_without_database_connections(
    redis_server: RedisServer, tmp_path: Path
) -> None:
    # Earlier tests of this process may have left some open.
    before = other_connections()
    user = UserFactory()
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "ariaforge.wsgi:application"]
    command += ["--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--threads", "8"]
    command += ["--graceful-timeout", "1"]
    environment = {
        **os.environ,
        **environment_for(redis_server, tmp_path),
        "DJANGO_SETTINGS_MODULE": "ariaforge.settings",
        "SECRET_KEY": settings.SECRET_KEY,
        "DEBUG": "1",  # no collected static files are needed
    }
    with (tmp_path / "web.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    connections: list[http.client.HTTPConnection] = []

    def ask(path: str) -> http.client.HTTPResponse:
        connections.append(http.client.HTTPConnection("127.0.0.1", port, timeout=30))
        connections[-1].request("GET", path, headers={"Cookie": cookie})
        return connections[-1].getresponse()

    def is_up() -> bool:
        try:
            return ask("/livez").status == 200
        except OSError:
            return False

    try:
        wait_for(is_up, seconds=60, what="the start of the web server")
        topic = f"user:{user.pk}"
        streams = [ask(f"/events/?topic={topic}") for _ in range(4)]
        for stream in streams:
            assert (stream.status, stream.headers["Content-Type"]) == (200, "text/event-stream")
            assert stream.readline().startswith(b"retry: ")
            assert stream.readline().startswith(b"id: ")
            stream.readline()
        wait_for(lambda: other_connections() <= before, what="the end of database connections")

        publish(topic, "job", {"state": "running"})
        for stream in streams:
            # The event itself, as it happened, and not first the next sign of life.
            assert stream.readline() == b"event: job\n"
            assert stream.readline().startswith(b"id: ")
            assert stream.readline() == b'data: {"state": "running"}\n'
        assert ask("/livez").status == 200
    finally:
        for one in connections:
            one.close()
        server.terminate()
        server.wait(30)


def other_connections() -> int:
    """Return how many other connections the test database has."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        row: Any = cursor.fetchone()
    return int(row[0])
