"""``manage.py servers -- COMMAND``."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from ariaforge.embedded.commands import BASE_DIR
from tests.embedded.alive import none_alive

SERVERS = [sys.executable, "-m", "ariaforge.embedded", "servers", "--"]
LOOK = """
import os, sys, psycopg, redis
with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
    connection.execute("CREATE TABLE only_mine AS SELECT 1")
with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
    assert client.dbsize() == 0
    client.set("only-mine", 1)
print(os.environ["VAR_DIR"], os.environ["DATABASE_URL"].split("host=")[1], flush=True)
sys.stdin.readline()
sys.exit(7)
"""


def start() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*SERVERS, sys.executable, "-c", LOOK],
        cwd=BASE_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def descendants(pair: subprocess.Popen[str]) -> list[int]:
    return [child.pid for child in psutil.Process(pair.pid).children(recursive=True)]


def test_two_at_once_are_apart_and_leave_nothing() -> None:
    pairs = [start(), start()]
    children = []
    folders = []
    for pair in pairs:
        assert pair.stdout
        folders += pair.stdout.readline().split()
        children += descendants(pair)
    assert len(set(folders)) == 4
    assert len(children) >= 6
    for pair in pairs:
        pair.communicate("\n", timeout=60)
        assert pair.returncode == 7
    assert none_alive(children)
    assert not any(Path(folder).exists() for folder in folders)


def test_a_stop_signal_stops_the_command_and_the_servers() -> None:
    pair = start()
    assert pair.stdout
    folder = Path(pair.stdout.readline().split()[0])
    children = descendants(pair)
    pair.send_signal(signal.SIGTERM)
    pair.communicate(timeout=60)
    assert pair.returncode != 0
    assert none_alive(children)
    assert not folder.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who was left behind")
def test_detached_processes_live_as_long_as_the_command(tmp_path: Path) -> None:
    """Browsers detach helpers, which must neither die early nor stay for ever."""
    pid = tmp_path / "pid"
    detach = f"(sleep 600 & echo $! > '{pid}') & sleep 7; kill -0 $(cat '{pid}')"
    done = subprocess.run([*SERVERS, "sh", "-c", detach], cwd=BASE_DIR, check=False, timeout=90)
    assert done.returncode == 0
    assert none_alive([int(pid.read_text())])


def test_an_unknown_command_is_named() -> None:
    done = subprocess.run(
        [*SERVERS, "no-such-program"],
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 127
    assert done.stderr.strip() == "no-such-program: there is no such program"
    assert "Traceback" not in done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's parent death signal")
def test_killing_it_stops_its_servers(eventually: Callable[[Callable[[], bool]], None]) -> None:
    pair = start()
    assert pair.stdout
    folder, sockets = map(Path, pair.stdout.readline().split())
    data = sockets.parent  # for root it lies outside the folder
    children = descendants(pair)
    os.kill(pair.pid, signal.SIGKILL)
    pair.communicate(timeout=60)
    eventually(lambda: none_alive(children))
    shutil.rmtree(data)
    shutil.rmtree(folder, ignore_errors=True)
