"""The embedded Redis: starting, stopping, and surviving what kills it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
import redis

from ariaforge.embedded.home import ServerHome
from ariaforge.embedded.processes import processes_in
from ariaforge.embedded.redis import APPEND_FILE, EmbeddedRedis
from ariaforge.embedded.supervisor import ProcessSupervisor

Eventually = Callable[[Callable[[], bool]], None]


def test_data_survives_a_stop(home: ServerHome, tmp_path: Path) -> None:
    server = EmbeddedRedis(home)
    with ProcessSupervisor(print) as supervisor:
        supervisor.start(server.service(tmp_path / "redis.log"))
        with redis.Redis.from_url(server.url) as client:
            client.set("song", "Größe")
    assert processes_in(server.data, "redis-server") == []
    with ProcessSupervisor(print) as supervisor:
        supervisor.start(server.service(tmp_path / "redis.log"))
        with redis.Redis.from_url(server.url) as client:
            assert client.get("song") == "Größe".encode()
            assert client.config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"
            assert client.config_get("port")["port"] == "0"


def test_wants_the_password(
    home: ServerHome, supervisor: ProcessSupervisor, tmp_path: Path
) -> None:
    server = EmbeddedRedis(home)
    supervisor.start(server.service(tmp_path / "redis.log"))
    stranger = redis.Redis(unix_socket_path=str(server.socket))
    with pytest.raises(redis.AuthenticationError):
        stranger.get("song")
    stranger.close()


def test_restarts_with_its_data_after_kill(
    home: ServerHome,
    supervisor: ProcessSupervisor,
    reports: list[str],
    tmp_path: Path,
    eventually: Eventually,
) -> None:
    server = EmbeddedRedis(home)
    supervisor.start(server.service(tmp_path / "redis.log"))
    with redis.Redis.from_url(server.url) as client:
        client.set("song", 7)
    (first,) = processes_in(server.data, "redis-server")
    os.kill(first.pid, signal.SIGKILL)

    def is_back() -> bool:
        supervisor.tick(0.05)
        return server.is_ready()

    eventually(is_back)
    with redis.Redis.from_url(server.url) as client:
        assert client.get("song") == b"7"
    assert "Redis stopped (killed by SIGKILL)" in reports[0]


def test_starts_over_a_damaged_file_after_power_loss(
    home: ServerHome, supervisor: ProcessSupervisor, tmp_path: Path
) -> None:
    """Without the repair Redis refuses such a file; what stands before the damage is kept."""
    server = EmbeddedRedis(home)
    server.prepare()
    good = b"*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n*3\r\n$3\r\nSET\r\n$4\r\nsong\r\n$1\r\n7\r\n"
    (server.data / APPEND_FILE).write_bytes(good + b"\0" * 64)
    home.give(server.data / APPEND_FILE)
    home.write_private(server.data / "redis.pid", "999999999\n")
    supervisor.start(server.service(tmp_path / "redis.log"))
    with redis.Redis.from_url(server.url) as client:
        assert client.get("song") == b"7"
