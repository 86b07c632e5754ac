"""The supervisor: order, restarts, and nothing left running however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from ariaforge.embedded.commands import BASE_DIR
from ariaforge.embedded.supervisor import (
    ProcessSupervisor,
    Service,
    ServiceError,
    StopRequestedError,
    rotate,
)
from tests.embedded.alive import none_alive

Eventually = Callable[[Callable[[], bool]], None]
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's parent death signal")


class Studio:
    """The process of ``studio_of_scripts`` and what it wrote."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.output = folder / "output"
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.embedded.studio_of_scripts", str(folder)],
                cwd=BASE_DIR,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def says(self, text: str) -> bool:
        return text in self.output.read_text()

    def pids(self, name: str) -> list[int]:
        """The process ids of the service and of its child."""
        try:
            return [int(pid) for pid in (self.folder / name).read_text().split()]
        except FileNotFoundError:
            return []

    def all_pids(self) -> list[int]:
        return [pid for name in ("lower", "upper", "stubborn") for pid in self.pids(name)]


@pytest.fixture
def studio(tmp_path: Path, eventually: Eventually) -> Iterator[Studio]:
    running = Studio(tmp_path)
    try:
        eventually(lambda: running.says("ready\n"))
        yield running
    finally:
        for pid in [running.process.pid, *running.all_pids()]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        running.process.wait(10)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_stop_signal_stops_everything_upper_layer_first(
    studio: Studio, number: signal.Signals
) -> None:
    pids = studio.all_pids()
    assert len(pids) == 6
    assert not none_alive(pids)
    studio.process.send_signal(number)
    assert studio.process.wait(15) == 0
    assert none_alive(pids)
    assert (studio.folder / "stopped").read_text().split() == ["upper", "lower"]


def test_a_killed_service_is_started_again_without_its_orphans(
    studio: Studio, eventually: Eventually
) -> None:
    before, others = studio.pids("upper"), studio.pids("lower")
    os.kill(before[0], signal.SIGKILL)
    eventually(lambda: len(studio.pids("upper")) == 2 and studio.pids("upper") != before)
    eventually(lambda: none_alive(before))
    assert studio.pids("lower") == others
    assert not none_alive(others)
    assert studio.output.read_text().count("upper stopped (killed by SIGKILL)") == 1
    studio.process.terminate()
    assert studio.process.wait(15) == 0
    assert none_alive(studio.all_pids())


@linux_only
def test_killing_the_supervisor_stops_its_services(studio: Studio, eventually: Eventually) -> None:
    services = [studio.pids("lower")[0], studio.pids("upper")[0]]
    studio.process.kill()
    studio.process.wait(10)
    eventually(lambda: none_alive(services))
    assert sorted((studio.folder / "stopped").read_text().split()) == ["lower", "upper"]


def script(tmp_path: Path, code: str, **options: object) -> Service:
    """Return a service that runs one line of Python."""
    return Service(
        name="script",
        command=[sys.executable, "-c", code],
        environment=os.environ,
        log=tmp_path / "script.log",
        folder=tmp_path,
        **options,  # type: ignore[arg-type]
    )


def test_a_service_that_ends_at_once_is_an_error_with_its_log(
    supervisor: ProcessSupervisor, tmp_path: Path
) -> None:
    service = script(tmp_path, "raise SystemExit('no port left')", is_ready=lambda: False)
    with pytest.raises(ServiceError, match=r"script did not start(.|\n)*no port left"):
        supervisor.start(service)


def test_a_service_that_never_gets_ready_is_an_error(
    supervisor: ProcessSupervisor, tmp_path: Path
) -> None:
    service = script(
        tmp_path, "import time; time.sleep(60)", is_ready=lambda: False, start_seconds=0.2
    )
    with pytest.raises(ServiceError, match="script is not ready"):
        supervisor.start(service)


def test_restarts_come_at_growing_intervals(
    supervisor: ProcessSupervisor, reports: list[str], tmp_path: Path, eventually: Eventually
) -> None:
    starts: list[int] = []
    service = script(tmp_path, "raise SystemExit(3)", prepare=lambda: starts.append(1))
    supervisor.start(service)

    def third_end_reported() -> bool:
        supervisor.tick(0.05)
        return len(reports) == 3

    eventually(third_end_reported)
    assert len(starts) == 3
    assert [report.split(" in ")[1].split(" s.")[0] for report in reports] == ["0.5", "1", "2"]
    assert all("exit code 3" in report for report in reports)


def test_a_restart_that_cannot_be_prepared_is_tried_again(
    supervisor: ProcessSupervisor, reports: list[str], tmp_path: Path, eventually: Eventually
) -> None:
    attempts: list[int] = []

    def prepare() -> None:
        attempts.append(1)
        if len(attempts) == 2:
            raise OSError("disk full")

    supervisor.start(script(tmp_path, "pass", prepare=prepare))

    def prepared_again() -> bool:
        supervisor.tick(0.05)
        return len(attempts) >= 3

    eventually(prepared_again)
    assert "script cannot be started: disk full" in reports


def test_a_step_returns_its_output_and_fails_with_its_log(
    supervisor: ProcessSupervisor, tmp_path: Path
) -> None:
    log = tmp_path / "step.log"
    python = [sys.executable, "-c"]
    assert supervisor.run("step", [*python, "print('done')"], os.environ, log) == "done\n"
    with pytest.raises(ServiceError, match=r"step failed(.|\n)*no such table"):
        supervisor.run("step", [*python, "raise SystemExit('no such table')"], os.environ, log)
    assert list(tmp_path.iterdir()) == [log]


def test_a_stop_signal_ends_a_step(supervisor: ProcessSupervisor, tmp_path: Path) -> None:
    """The signal comes from the step itself, so that it is certain to run."""
    code = (
        "import os, pathlib, signal, time;"
        f"pathlib.Path({str(tmp_path / 'pid')!r}).write_text(str(os.getpid()));"
        "os.kill(os.getppid(), signal.SIGTERM); time.sleep(60)"
    )
    with pytest.raises(StopRequestedError):
        supervisor.run("step", [sys.executable, "-c", code], os.environ, tmp_path / "step.log")
    assert none_alive([int((tmp_path / "pid").read_text())])


def test_long_logs_are_put_aside_while_written(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"x" * 100)
        rotate(log, limit=100)
        assert log.stat().st_size == 100
        writer.write(b"y")
        rotate(log, limit=100)
        writer.write(b"later")
    assert log.read_bytes() == b"later"
    assert (tmp_path / "web.log.1").read_bytes() == b"x" * 100 + b"y"


def test_what_ran_before_is_left_alone_with_all_below_it(eventually: Eventually) -> None:
    """Such as the browser of other tests in this process."""
    script = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'input()'])"
    before = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE)
    family = psutil.Process(before.pid)
    eventually(lambda: len(family.children()) == 1)
    below = family.children()[0]
    with ProcessSupervisor(lambda line: None):
        pass
    assert before.poll() is None
    assert below.is_running()
    before.communicate(b"\n", timeout=20)
    assert not below.is_running()
