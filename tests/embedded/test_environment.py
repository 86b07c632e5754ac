"""Which servers are ours, and what child processes are told."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ariaforge.embedded.commands import BASE_DIR
from ariaforge.embedded.environment import (
    AlreadyRunningError,
    RunLock,
    StudioEnvironment,
    embedded_environment,
    read_environment_file,
)

EXTERNAL_DATABASE = "postgresql://studio:secret@db.example.org/studio"
EXTERNAL_REDIS = "redis://cache.example.org:6379/0"


class Installation:
    """A folder with settings, asked for its environment as often as a test likes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.found: list[StudioEnvironment] = []

    def ask(self, **given: str) -> StudioEnvironment:
        found = embedded_environment(given, base_dir=self.folder)
        self.found.append(found)
        return found


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path)
    yield made
    for found in made.found:
        for server in (found.postgres, found.redis):
            if server:
                server.home.remove()


def test_both_servers_are_ours_by_default(installation: Installation) -> None:
    found = installation.ask()
    assert found.postgres
    assert found.redis
    assert found.values["DATABASE_URL"] == found.postgres.url
    assert found.values["REDIS_URL"] == found.redis.url
    assert found.values["VAR_DIR"] == str(installation.folder / "var")
    assert len(found.values["SECRET_KEY"]) >= 50
    assert installation.ask().values == found.values, "passwords and keys stay the same"


def test_each_external_server_is_honoured_alone(installation: Installation) -> None:
    found = installation.ask(DATABASE_URL=EXTERNAL_DATABASE)
    assert found.postgres is None
    assert found.redis
    assert found.values["DATABASE_URL"] == EXTERNAL_DATABASE

    (installation.folder / ".env").write_text(f"REDIS_URL={EXTERNAL_REDIS}\nSECRET_KEY=mine\n")
    found = installation.ask()
    assert found.postgres
    assert found.redis is None
    assert found.values["REDIS_URL"] == EXTERNAL_REDIS
    assert found.values["SECRET_KEY"] == "mine"


def test_with_both_external_no_data_folder_is_made(installation: Installation) -> None:
    found = installation.ask(DATABASE_URL=EXTERNAL_DATABASE, REDIS_URL=EXTERNAL_REDIS)
    assert (found.postgres, found.redis) == (None, None)
    assert not (found.folder / "servers").exists()
    assert not (found.folder / "servers.id").exists()


def test_an_earlier_address_of_our_own_is_ours_again(installation: Installation) -> None:
    """``manage.py`` reads embedded.env into its environment before ``serve`` looks at it."""
    first = installation.ask()
    first.save()
    saved = first.folder / "embedded.env"
    assert saved.stat().st_mode & 0o077 == 0
    remembered = read_environment_file(saved)
    assert set(remembered) == {"DATABASE_URL", "REDIS_URL", "SECRET_KEY"}
    again = installation.ask(**remembered)
    assert again.postgres
    assert again.redis
    assert again.values == first.values


def test_secrets_are_private(installation: Installation) -> None:
    found = installation.ask()
    assert (found.folder / "secret-key").stat().st_mode & 0o077 == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root keeps the data elsewhere")
def test_roots_data_moves_with_the_folder_but_is_not_shared_by_a_copy(
    installation: Installation, tmp_path: Path
) -> None:
    first = installation.ask(VAR_DIR="first")
    assert first.postgres
    shutil.copytree(tmp_path / "first", tmp_path / "copy")
    copy = installation.ask(VAR_DIR="copy")
    assert copy.postgres
    assert copy.postgres.home.folder != first.postgres.home.folder
    (tmp_path / "first").rename(tmp_path / "moved")
    moved = installation.ask(VAR_DIR="moved")
    assert moved.postgres
    assert moved.postgres.home.folder == first.postgres.home.folder


def test_a_second_studio_in_one_folder_is_refused_with_the_address_of_the_first(
    tmp_path: Path,
) -> None:
    with (
        RunLock(tmp_path, "http://127.0.0.1:8000"),
        pytest.raises(AlreadyRunningError, match=rf"http://127.0.0.1:8000, process {os.getpid()}"),
        RunLock(tmp_path, "http://127.0.0.1:8001"),
    ):
        pytest.fail("two studios in one folder")
    with RunLock(tmp_path, "http://127.0.0.1:8001"):
        pass


def test_the_lock_ends_with_a_killed_process(tmp_path: Path) -> None:
    code = (
        "import os, pathlib, signal, sys; from ariaforge.embedded.environment import RunLock\n"
        "with RunLock(pathlib.Path(sys.argv[1]), 'first'): os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], cwd=BASE_DIR, check=False, timeout=60
    )
    assert done.returncode == -9
    with RunLock(tmp_path, "second"):
        assert "second" in (tmp_path / "serve.lock").read_text()
