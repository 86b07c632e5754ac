"""compose.yaml, Dockerfile and .env.example name only what exists."""

from __future__ import annotations

import json
import re
import shlex

import pytest
import yaml

from ariaforge.embedded import commands
from ariaforge.embedded.__main__ import main
from ariaforge.embedded.commands import BASE_DIR

COMPOSE = (BASE_DIR / "compose.yaml").read_text()
DOCKERFILE = (BASE_DIR / "Dockerfile").read_text()
EXAMPLE = (BASE_DIR / ".env.example").read_text()
EXAMPLE_NAMES = set(re.findall(r"^# ([A-Z0-9_]+)=", EXAMPLE, re.MULTILINE))
READ_BY_CODE = set(
    re.findall(
        r'"([A-Z][A-Z0-9_]+)"',
        "".join(
            path.read_text()
            for path in [
                BASE_DIR / "ariaforge/settings.py",
                *(BASE_DIR / "ariaforge/embedded").glob("*.py"),
            ]
        ),
    )
)


@pytest.fixture(scope="module")
def services() -> dict[str, dict]:
    return yaml.safe_load(COMPOSE)["services"]


def test_every_variable_of_compose_is_in_the_example() -> None:
    used = set(re.findall(r"\$\{([A-Z0-9_]+)", COMPOSE))
    assert used
    assert used <= EXAMPLE_NAMES


def test_every_setting_in_the_example_is_read_by_the_code_or_by_compose() -> None:
    assert len(EXAMPLE_NAMES) > 20
    assert set(re.findall(r"\$\{([A-Z0-9_]+)", COMPOSE)) >= EXAMPLE_NAMES - READ_BY_CODE


def test_every_setting_that_compose_gives_is_read_by_the_code(
    services: dict[str, dict],
) -> None:
    own = [service for service in services.values() if service["image"] == "ariaforge"]
    assert len(own) == 6
    for service in own:
        assert set(service["environment"]) <= READ_BY_CODE


def test_the_workers_of_compose_take_every_queue_once(services: dict[str, dict]) -> None:
    queues = [
        queue
        for name, service in services.items()
        if name.startswith("worker-")
        for queue in service["environment"]["WORKER_QUEUES"].split()
    ]
    assert sorted(queues) == sorted(commands.QUEUES.split())


@pytest.mark.usefixtures("_no_exec")
@pytest.mark.parametrize("where", ["web", "dispatcher", "worker-render", "image"])
def test_containers_run_processes_that_exist(services: dict[str, dict], where: str) -> None:
    if where == "image":
        command = json.loads(re.search(r"^CMD (.*)$", DOCKERFILE, re.MULTILINE).group(1))  # type: ignore[union-attr]
    else:
        command = services[where]["command"]
    assert command[:3] == ["python", "-m", "ariaforge.embedded"]
    with pytest.raises(ExecutedError):
        main(command[3:])


class ExecutedError(Exception):
    """Raised in place of becoming another program."""


@pytest.fixture
def _no_exec(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(program: str, command: list[str]) -> None:
        raise ExecutedError(shlex.join(command))

    monkeypatch.setattr("os.execv", refuse)


@pytest.mark.usefixtures("_no_exec")
def test_single_processes_follow_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKER_QUEUES", "analyse bulk")
    monkeypatch.setenv("WORKER_PROCESSES", "4")
    with pytest.raises(ExecutedError, match=r"--processes 4 .*--queues analyse bulk$"):
        main(["worker"])
    with pytest.raises(ExecutedError, match=r"--bind '\[::1\]:8100'"):
        main(["web", "--host", "::1", "--port", "8100"])
    with pytest.raises(ExecutedError, match=r"manage.py dispatch$"):
        main(["dispatch"])


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1"])
def test_an_impossible_port_is_refused(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["web", f"--port={port}"])
    assert "is not a port" in capsys.readouterr().err
