"""Start processes in order, restart what dies, stop everything cleanly."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

import psutil

from ariaforge.embedded.processes import adopt_orphans, ends_with_parent, kill

LOG_BYTES = 5 * 1024 * 1024
FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 30.0
HEALTHY_AFTER_SECONDS = 60.0


@dataclass(frozen=True)
class Service:
    """A process that runs until it is told to stop.

    ``prepare`` runs before every start; ``is_ready`` says whether the process serves.
    Services of a higher ``layer`` are stopped before those of a lower one.
    ``credentials`` are the user, group and extra_groups arguments of subprocess.
    """

    name: str
    command: Sequence[str | os.PathLike[str]]
    environment: Mapping[str, str]
    log: Path
    folder: Path
    layer: int = 1
    prepare: Callable[[], object] = lambda: None
    is_ready: Callable[[], bool] = lambda: True
    stop_signal: signal.Signals = signal.SIGTERM
    start_seconds: float = 60.0
    stop_seconds: float = 6.0
    credentials: Mapping[str, object] | None = None


class ServiceError(Exception):
    """A service or step failed; the message carries the end of its log."""


class StopRequestedError(Exception):
    """The user asked to stop while something was still starting."""


class _Running:
    """A service with its present process, or with the time of its next start."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.start_at = 0.0
        self.delay = FIRST_DELAY_SECONDS


class ProcessSupervisor:
    """Own a set of services, from one thread, as a context manager.

    Entering takes over SIGINT, SIGTERM and SIGHUP; leaving stops every service, highest
    layer first, and leaves no descendant behind. ``report`` receives one line for each
    event that a person should see.
    """

    def __init__(self, report: Callable[[str], None]) -> None:
        self.report = report
        self.stop_requests = 0
        self._running: list[_Running] = []
        self._steps: set[int] = set()
        self._strangers: set[int] = set()
        self._guests: set[int] = set()
        self._handlers: dict[signal.Signals, Any] = {}
        self._adopts = False
        self._next_upkeep = 0.0
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)

    def __enter__(self) -> ProcessSupervisor:
        self._strangers = {child.pid for child in psutil.Process().children()}
        self._adopts = adopt_orphans(True)
        signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self._handlers[number] = signal.signal(number, self._request_stop)
        # The handler itself does nothing: the byte in the pipe ends the wait early.
        self._handlers[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self.stop()
        finally:
            adopt_orphans(False)
            for number, handler in self._handlers.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(-1)
            os.close(self._wake_read)
            os.close(self._wake_write)

    def _request_stop(self, number: int, frame: FrameType | None) -> None:
        self.stop_requests += 1

    @contextlib.contextmanager
    def guest(self, pid: int) -> Iterator[None]:
        """Leave the child ``pid``, which the caller looks after, and its descendants alone.

        Programs such as browsers detach processes on purpose. What is left of them when
        the supervisor stops is killed like everything else.
        """
        self._guests.add(pid)
        try:
            yield
        finally:
            self._guests.discard(pid)

    # -- Starting ---------------------------------------------------------------

    def start(self, *services: Service) -> None:
        """Start ``services`` together and return when all of them are ready.

        Raises:
            ServiceError: One of them ended, or was not ready in its time.
            StopRequestedError: A stop signal arrived meanwhile.
        """
        new = [_Running(service) for service in services]
        for running in new:
            self._spawn(running)
            self._running.append(running)
        waiting = list(new)
        while waiting:
            for running in list(waiting):
                service = running.service
                if running.process is None or _has_ended(running.process):
                    raise ServiceError(_failure(f"{service.name} did not start", service.log))
                if service.is_ready():
                    waiting.remove(running)
                elif time.monotonic() > running.started_at + service.start_seconds:
                    raise ServiceError(_failure(f"{service.name} is not ready", service.log))
            if waiting:
                self.tick(0.1, apart_from=waiting)

    def run(
        self, name: str, command: Sequence[str], environment: Mapping[str, str], log: Path
    ) -> str:
        """Run one command to its end beside the services and return what it printed.

        Standard error goes to ``log``.

        Raises:
            ServiceError: The command failed.
            StopRequestedError: A stop signal arrived meanwhile; the command is stopped.
        """
        with log.open("ab") as errors, log.with_suffix(".out").open("w+b") as output:
            process = subprocess.Popen(
                command,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                start_new_session=True,
                preexec_fn=ends_with_parent(signal.SIGTERM),
            )
            self._steps.add(process.pid)
            try:
                while not _has_ended(process):
                    self.tick(0.2)
            finally:
                _kill_group(process)
                self._steps.discard(process.pid)
            output.seek(0)
            printed = output.read().decode(errors="replace")
        log.with_suffix(".out").unlink()
        if process.returncode != 0:
            raise ServiceError(_failure(f"{name} failed", log))
        return printed

    def _spawn(self, running: _Running) -> None:
        service = running.service
        service.prepare()
        rotate(service.log)
        with service.log.open("ab") as log:
            running.process = subprocess.Popen(
                service.command,
                cwd=service.folder,
                env=dict(service.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=ends_with_parent(service.stop_signal),
                **(service.credentials or {}),  # type: ignore[call-overload]
            )
        running.started_at = time.monotonic()

    # -- Watching ---------------------------------------------------------------

    def watch(self) -> None:
        """Keep the services running until a stop signal arrives."""
        with contextlib.suppress(StopRequestedError):
            while True:
                self.tick(1.0)

    def tick(self, seconds: float, *, apart_from: Sequence[_Running] = ()) -> None:
        """Wait up to ``seconds`` or for a signal, then restart what died and is due.

        Raises:
            StopRequestedError: A stop signal has arrived.
        """
        self._wait(seconds)
        if self.stop_requests:
            raise StopRequestedError
        now = time.monotonic()
        for running in self._running:
            if running in apart_from:
                continue
            if running.process is not None and _has_ended(running.process):
                self._plan_restart(running, running.process, now)
            if running.process is None and now >= running.start_at:
                self._restart(running)
        if now >= self._next_upkeep:
            self._next_upkeep = now + 5.0
            self._kill_orphans()
            for running in self._running:
                rotate(running.service.log)

    def _wait(self, seconds: float) -> None:
        select.select([self._wake_read], [], [], seconds)
        with contextlib.suppress(BlockingIOError):
            os.read(self._wake_read, 4096)

    def _plan_restart(
        self, running: _Running, process: subprocess.Popen[bytes], now: float
    ) -> None:
        code = _kill_group(process)
        self._kill_orphans()
        if now - running.started_at > HEALTHY_AFTER_SECONDS:
            running.delay = FIRST_DELAY_SECONDS
        running.process = None
        running.start_at = now + running.delay
        self.report(
            f"{running.service.name} stopped ({_how(code)}); starting it again in "
            f"{running.delay:g} s. See {running.service.log}"
        )
        running.delay = min(running.delay * 2, LONGEST_DELAY_SECONDS)

    def _restart(self, running: _Running) -> None:
        try:
            self._spawn(running)
        except Exception as error:  # noqa: BLE001 - a failed restart is tried again later
            running.start_at = time.monotonic() + running.delay
            running.delay = min(running.delay * 2, LONGEST_DELAY_SECONDS)
            self.report(f"{running.service.name} cannot be started: {error}")

    def _kill_orphans(self) -> None:
        """Kill adopted processes: each lost the parent that its work was for."""
        if not self._adopts or self._guests:
            return
        known = {running.process.pid for running in self._running if running.process}
        known |= self._steps | self._strangers
        orphans = [child for child in psutil.Process().children() if child.pid not in known]
        for orphan in orphans:
            with contextlib.suppress(psutil.Error):
                kill(orphan.children(recursive=True))
        kill(orphans)

    # -- Stopping ---------------------------------------------------------------

    def stop(self) -> None:
        """Stop all services, highest layer first; a second stop signal kills at once."""
        descendants = self._descendants()
        for layer in sorted({running.service.layer for running in self._running}, reverse=True):
            members = [r for r in self._running if r.service.layer == layer and r.process]
            for running in reversed(members):
                if running.process and not _has_ended(running.process):
                    running.process.send_signal(running.service.stop_signal)
            self._await_end(members)
            for running in members:
                if running.process:
                    _kill_group(running.process)
        self._running.clear()
        kill(descendants)
        self._kill_orphans()

    def _descendants(self) -> list[psutil.Process]:
        """Return all processes below this one but those that were there before, and theirs."""
        found = []
        for child in psutil.Process().children():
            if child.pid not in self._strangers:
                found.append(child)
                with contextlib.suppress(psutil.Error):
                    found += child.children(recursive=True)
        return found

    def _await_end(self, members: Sequence[_Running]) -> None:
        asked = self.stop_requests
        began = time.monotonic()
        while alive := [r for r in members if r.process and not _has_ended(r.process)]:
            seconds = max(running.service.stop_seconds for running in alive)
            if time.monotonic() > began + seconds or self.stop_requests > max(asked, 1):
                return
            self._wait(0.1)


def announce(line: str) -> None:
    """Print one line for the person at the terminal."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def rotate(log: Path, limit: int = LOG_BYTES) -> None:
    """Move the contents of ``log`` to ``<log>.1`` when it is longer than ``limit`` bytes.

    The file itself stays, emptied, because a running process holds it open for appending.
    """
    if log.exists() and log.stat().st_size > limit:
        shutil.copyfile(log, log.with_name(log.name + ".1"))
        os.truncate(log, 0)


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    return process.poll() is not None


def _kill_group(process: subprocess.Popen[bytes]) -> int:
    """Kill what is left of the process and its group; return the exit code.

    The group keeps the number of its first process reserved for as long as it has members.
    """
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    return process.wait()


def _how(code: int) -> str:
    if code < 0:
        return f"killed by {signal.Signals(-code).name}"
    return f"exit code {code}"


def _failure(what: str, log: Path) -> str:
    """Return a message with the last lines of ``log``."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]
    return "\n".join([f"{what}. The end of {log}:", *(f"    {line}" for line in lines)])
