"""The whole studio as ``script/server`` runs it: own servers, own folder, own port."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from ariaforge.embedded.home import ServerHome

CHECKOUT = Path(__file__).resolve().parents[2]
START_SECONDS = 240


@dataclass
class Studio:
    """A running studio and what a test may ask of it."""

    address: str
    link: str
    process: subprocess.Popen[bytes]
    environment: dict[str, str]
    output: Path

    def manage(self, *arguments: str) -> str:
        """Run a management command on its database; return what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=CHECKOUT,
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
            timeout=120,
        )
        return done.stdout.strip()

    def sign_in_link(self) -> str:
        """A fresh one-time link."""
        return self.manage("sign_in_link", "--base-url", self.address)

    def kill(self, *words: str) -> int:
        """SIGKILL every process of the studio whose command line has all the words."""
        killed = 0
        for child in psutil.Process(self.process.pid).children(recursive=True):
            try:
                command = " ".join(child.cmdline())
                if all(word in command for word in words):
                    child.kill()
                    killed += 1
            except psutil.NoSuchProcess:
                continue
        return killed


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """Start the studio in an empty folder, and see that nothing of it is left afterwards."""
    var_dir = tmp_path_factory.mktemp("studio")
    output = var_dir / "output.txt"
    hidden = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "PORT", "DJANGO_SETTINGS_MODULE")
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in hidden and not name.startswith(("PYTEST", "COV"))
    }
    # What is tried here is the way to the mix; with a preview the page has a player before it.
    environment |= {"VAR_DIR": str(var_dir), "RENDER_PREVIEWS": "false"}
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with output.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--port", str(port)],
            cwd=CHECKOUT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        link = _wait_for_link(process, output)
        yield Studio(f"http://127.0.0.1:{port}", link, process, environment, output)
        family = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
        _, alive = psutil.wait_procs(family, timeout=10)
        assert alive == [], "the studio left processes behind"
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)
        shutil.rmtree(ServerHome.beside(var_dir).folder, ignore_errors=True)


def _wait_for_link(process: subprocess.Popen[bytes], output: Path) -> str:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        text = output.read_text()
        found = re.search(r"is ready: (\S+)", text)
        if found:
            return found.group(1)
        assert process.poll() is None, f"the studio did not start:\n{text}"
        time.sleep(0.2)
    raise AssertionError(f"the studio is not ready:\n{output.read_text()}")
