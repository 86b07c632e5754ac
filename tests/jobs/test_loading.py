"""What the fork server loads ahead, asked for by its children."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from ariaforge.jobs import loading
from ariaforge.jobs.registry import JobContext, JobKind


class _Kind(JobKind):
    def __init__(self, name: str, loaded: list[str], *, fails: bool = False) -> None:
        self.name = name  # type: ignore[misc]
        self.loaded = loaded
        self.fails = fails

    def run(self, context: JobContext) -> Any:
        """Do nothing."""

    def warm(self) -> Iterator[None]:
        self.loaded.append(f"{self.name} 1")
        yield
        if self.fails:
            raise OSError("nothing there")
        self.loaded.append(f"{self.name} 2")
        yield


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Pieces that this process, as the fork server does, has loaded when asked."""
    found: list[str] = []
    kinds = [_Kind("first", found, fails=True), _Kind("second", found)]
    monkeypatch.setattr(loading, "all_kinds", lambda: kinds)
    for name in ("_server", "_pieces", "_all_is_loaded"):
        monkeypatch.setattr(loading, name, getattr(loading, name))
    before = signal.getsignal(signal.SIGUSR1)
    loading.load_when_asked()
    yield found
    signal.signal(signal.SIGUSR1, before)


def _ask() -> int:
    """Ask from a child; returns its exit code."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            loading.ask_for_next_piece()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        finally:
            sys.stdout.flush()
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_each_child_has_one_piece_loaded(loaded: list[str]) -> None:
    assert loaded == []
    assert _ask() == loading.MORE_TO_LOAD
    assert loaded == ["first 1"]


def test_a_kind_that_cannot_load_ahead_does_not_stop_the_others(loaded: list[str]) -> None:
    answers = [_ask() for _ in range(5)]

    assert loaded == ["first 1", "second 1", "second 2"]
    assert answers == [loading.MORE_TO_LOAD] * 4 + [0]


def test_nobody_else_is_asked(loaded: list[str]) -> None:
    # This process is the server, not a child of it: its parent must not get a signal.
    loading.ask_for_next_piece()

    assert loaded == []
