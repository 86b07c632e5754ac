"""Servers in temporary folders, and a look at the processes of the machine."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ariaforge.embedded.home import ServerHome
from ariaforge.embedded.supervisor import ProcessSupervisor


@pytest.fixture
def reports() -> list[str]:
    """The lines that the supervisor of the test reported."""
    return []


@pytest.fixture
def supervisor(reports: list[str]) -> Iterator[ProcessSupervisor]:
    """A supervisor in this process, stopped after the test."""
    with ProcessSupervisor(reports.append) as running:
        yield running


@pytest.fixture
def home(tmp_path: Path) -> Iterator[ServerHome]:
    """A home for servers, removed after the test; root's lies outside ``tmp_path``."""
    made = ServerHome.beside(tmp_path / "var")
    yield made
    made.remove()


@pytest.fixture
def eventually() -> Callable[..., None]:
    """Return a function that waits until a condition holds, and fails when it never does."""

    def wait(condition: Callable[[], bool], seconds: float = 20.0) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "it did not happen in time"
            time.sleep(0.05)

    return wait
