"""The whole studio, started and killed as on a musician's machine."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from ariaforge.embedded.commands import BASE_DIR
from ariaforge.embedded.home import ServerHome
from tests.embedded.alive import none_alive

Eventually = Callable[..., None]


class Studio:
    """A studio in a folder of its own, as ``script/server`` runs it."""

    def __init__(self, folder: Path) -> None:
        self.var = folder / "var"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        ours = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "BASE_URL", "DJANGO_SETTINGS_MODULE")
        self.environment = {name: os.environ[name] for name in os.environ if name not in ours}
        self.environment |= {
            "VAR_DIR": str(self.var),
            "WORKER_PROCESSES": "1",
            "WEB_PROCESSES": "1",
        }
        self.output = folder / "output"
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                self.command(), env=self.environment, stdout=output, stderr=subprocess.STDOUT,
                cwd=BASE_DIR,
            )  # fmt: skip

    def command(self) -> list[str]:
        return [sys.executable, "-m", "ariaforge.embedded", "serve", "--port", str(self.port)]

    def lines(self) -> list[str]:
        return self.output.read_text().splitlines()

    def is_ready(self) -> bool:
        assert self.process.poll() is None, self.lines()
        return any("AriaForge is ready" in line for line in self.lines())

    def get(self, path: str) -> tuple[int, str]:
        """Return status and text of a page; status 0 when nobody answers."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=10) as response:  # noqa: S310
                return int(response.status), response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError as error:
            return 0, str(error)

    def status(self, path: str) -> int:
        return self.get(path)[0]

    def await_health(self, eventually: Eventually) -> None:
        """Wait until database, Redis, worker and dispatcher all answer."""
        try:
            eventually(lambda: self.status("/readyz") == 200, 90)
        except AssertionError:
            pytest.fail(f"{self.get('/readyz')}\n{self.output.read_text()}")

    def child(self, word: str) -> psutil.Process:
        """Return the service with ``word`` in its command."""
        children = psutil.Process(self.process.pid).children()
        (found,) = [child for child in children if word in " ".join(child.cmdline())]
        return found


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    running = Studio(tmp_path)
    yield running
    running.process.terminate()
    running.process.wait(60)
    ServerHome.beside(running.var).remove()


@pytest.mark.faults
def test_the_studio_starts_survives_kills_and_stops_without_a_trace(
    studio: Studio, eventually: Eventually
) -> None:
    eventually(studio.is_ready, 120)
    (ready,) = [line for line in studio.lines() if "ready" in line]
    link = ready.removeprefix("AriaForge is ready: ")
    assert link.startswith(f"{studio.url}/sign-in/")
    studio.await_health(eventually)
    assert studio.status(link.removeprefix(studio.url)) == 200

    second = subprocess.run(
        studio.command(), env=studio.environment, capture_output=True, text=True,
        cwd=BASE_DIR, check=False, timeout=60,
    )  # fmt: skip
    assert second.returncode == 1
    assert f"already runs from this folder: {studio.url}" in second.stderr

    services = ("gunicorn", "dramatiq", "dispatch", "redis-server", "postgres")
    before = {name: studio.child(name).pid for name in services}
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)

    def all_restarted() -> bool:
        try:
            return all(studio.child(name).pid != before[name] for name in services)
        except (ValueError, psutil.Error):
            return False

    eventually(all_restarted, 60)
    studio.await_health(eventually)
    assert len([line for line in studio.lines() if "killed by SIGKILL" in line]) == 5

    everything = [child.pid for child in psutil.Process(studio.process.pid).children(True)]
    assert len(everything) >= 10
    studio.process.terminate()
    assert studio.process.wait(30) == 0
    assert none_alive(everything)
    assert studio.status("/livez") == 0
