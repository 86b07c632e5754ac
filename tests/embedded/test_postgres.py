"""The embedded PostgreSQL: starting, stopping, and surviving what kills it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from ariaforge.embedded.home import EmbeddedServerError, ServerHome
from ariaforge.embedded.postgres import EmbeddedPostgres
from ariaforge.embedded.processes import processes_in
from ariaforge.embedded.supervisor import ProcessSupervisor

Eventually = Callable[[Callable[[], bool]], None]


def rows(postgres: EmbeddedPostgres, statement: str) -> list[tuple[object, ...]]:
    """Run one statement in a connection of its own and return what it yields."""
    with psycopg.connect(postgres.url, autocommit=True, connect_timeout=5) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def main_process(postgres: EmbeddedPostgres) -> int:
    """Return the process id in the server's own lock file."""
    return int((postgres.data / "postmaster.pid").read_text().splitlines()[0])


def test_data_survives_a_stop_and_vectors_work(home: ServerHome, tmp_path: Path) -> None:
    postgres = EmbeddedPostgres(home)
    with ProcessSupervisor(print) as supervisor:
        supervisor.start(postgres.service(tmp_path / "postgres.log"))
        rows(postgres, "CREATE EXTENSION vector")
        rows(postgres, "CREATE TABLE song (title text, taste vector(2))")
        rows(postgres, "INSERT INTO song VALUES ('ÖL', '[1,2]')")
    assert processes_in(postgres.data, "postgres") == []

    with ProcessSupervisor(print) as supervisor:
        supervisor.start(postgres.service(tmp_path / "postgres.log"))
        assert rows(postgres, "SELECT lower(title), taste <-> '[1,5]' FROM song") == [("öl", 3.0)]


def test_listens_on_a_private_socket_alone_and_wants_the_password(
    home: ServerHome, supervisor: ProcessSupervisor, tmp_path: Path
) -> None:
    postgres = EmbeddedPostgres(home, durable=False)
    supervisor.start(postgres.service(tmp_path / "postgres.log"))
    assert rows(postgres, "SHOW listen_addresses") == [("",)]
    assert rows(postgres, "SHOW data_checksums") == [("on",)]
    assert home.folder.stat().st_mode & 0o077 == 0
    assert (home.folder / "postgres.password").stat().st_mode & 0o077 == 0
    wrong = postgres.url.replace(home.secret("postgres"), "wrong")
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(wrong, connect_timeout=5)


def test_restarts_with_its_data_after_kill(
    home: ServerHome,
    supervisor: ProcessSupervisor,
    reports: list[str],
    tmp_path: Path,
    eventually: Eventually,
) -> None:
    postgres = EmbeddedPostgres(home)
    supervisor.start(postgres.service(tmp_path / "postgres.log"))
    rows(postgres, "CREATE TABLE song AS SELECT 7 AS number")
    first = main_process(postgres)
    os.kill(first, signal.SIGKILL)

    def is_back() -> bool:
        supervisor.tick(0.05)
        return postgres.is_ready() and main_process(postgres) != first

    eventually(is_back)
    assert rows(postgres, "SELECT number FROM song") == [(7,)]
    assert len(reports) == 1
    assert "PostgreSQL stopped (killed by SIGKILL)" in reports[0]


@pytest.mark.parametrize("lock_file", ["", "{own_pid}\n/elsewhere\n", "999999999\n"])
def test_starts_over_a_stale_lock_file(
    home: ServerHome, supervisor: ProcessSupervisor, tmp_path: Path, lock_file: str
) -> None:
    """Power loss may leave the file empty, and its process id may now be another's."""
    postgres = EmbeddedPostgres(home, durable=False)
    postgres.prepare()
    lock_file = lock_file.format(own_pid=os.getpid())
    home.write_private(postgres.data / "postmaster.pid", lock_file)
    supervisor.start(postgres.service(tmp_path / "postgres.log"))
    assert rows(postgres, "SELECT 1") == [(1,)]


def test_a_server_left_behind_is_stopped_before_the_next_start(
    home: ServerHome, supervisor: ProcessSupervisor, reports: list[str], tmp_path: Path
) -> None:
    left, wanted = EmbeddedPostgres(home), EmbeddedPostgres(home)
    supervisor.start(left.service(tmp_path / "first.log"))
    rows(left, "CREATE TABLE song AS SELECT 7 AS number")
    first = main_process(left)
    wanted.prepare()
    assert processes_in(left.data, "postgres") == []
    assert "database system is shut down" in (tmp_path / "first.log").read_text()
    supervisor.stop()
    supervisor.start(wanted.service(tmp_path / "second.log"))
    assert main_process(wanted) != first
    assert rows(wanted, "SELECT number FROM song") == [(7,)]


def test_half_made_data_is_made_again(
    home: ServerHome, supervisor: ProcessSupervisor, tmp_path: Path
) -> None:
    home.make_folder(home.folder / "postgres.part")
    home.write_private(home.folder / "postgres.part" / "PG_VERSION", "18\n")
    postgres = EmbeddedPostgres(home, durable=False)
    supervisor.start(postgres.service(tmp_path / "postgres.log"))
    assert rows(postgres, "SELECT current_database()") == [("ariaforge",)]
    assert not (home.folder / "postgres.part").exists()


def test_data_of_another_version_is_refused_in_words(home: ServerHome) -> None:
    postgres = EmbeddedPostgres(home)
    home.make_folder(postgres.data)
    home.write_private(postgres.data / "PG_VERSION", "16\n")
    with pytest.raises(EmbeddedServerError, match=r"PostgreSQL 16.*brings PostgreSQL 18"):
        postgres.prepare()


def test_long_paths_move_the_sockets_and_two_servers_run_side_by_side(
    home: ServerHome, supervisor: ProcessSupervisor, tmp_path: Path
) -> None:
    deep = ServerHome(home.folder / ("with spaces and + " * 6), home.account)
    deep.make_folder(deep.folder)
    servers = [EmbeddedPostgres(home, durable=False), EmbeddedPostgres(deep, durable=False)]
    try:
        assert len(str(deep.sockets)) < 80
        supervisor.start(
            *(server.service(tmp_path / f"{number}.log") for number, server in enumerate(servers))
        )
        for number, server in enumerate(servers):
            rows(server, f"CREATE TABLE song AS SELECT {number} AS number")
        assert [rows(server, "SELECT number FROM song") for server in servers] == [[(0,)], [(1,)]]
    finally:
        supervisor.stop()
        deep.remove()


def test_a_socket_folder_of_somebody_else_is_refused(
    home: ServerHome, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Anyone may make a folder in /tmp first and listen there."""
    deep = ServerHome(home.folder / ("long" * 25), home.account)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    planted = tmp_path / "planted"
    planted.mkdir(mode=0o755)
    sockets = deep.sockets
    sockets.rmdir()
    sockets.symlink_to(planted)
    with pytest.raises(EmbeddedServerError, match="belongs to somebody else"):
        _ = deep.sockets
