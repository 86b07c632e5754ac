"""``python -m ariaforge.embedded``: the studio, one of its processes, or throw-away servers."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from ariaforge.embedded import commands as processes
from ariaforge.embedded.commands import BASE_DIR
from ariaforge.embedded.environment import AlreadyRunningError, read_environment_file
from ariaforge.embedded.home import EmbeddedServerError
from ariaforge.embedded.studio import PortInUseError, serve
from ariaforge.embedded.supervisor import ServiceError
from ariaforge.embedded.throwaway import run_with_servers


def main(arguments: Sequence[str]) -> int:
    """Do what ``arguments`` say and return the exit code."""
    parser = argparse.ArgumentParser(prog="ariaforge.embedded", description=__doc__)
    commands = parser.add_subparsers(dest="name", required=True)
    studio = commands.add_parser("serve", help="run the studio on this machine")
    add_serve_arguments(studio)
    servers = commands.add_parser("servers", help="run a command with throw-away servers")
    servers.add_argument("command", nargs=argparse.REMAINDER, metavar="-- COMMAND ...")
    web = commands.add_parser("web", help="run only the web process")
    add_serve_arguments(web)
    commands.add_parser("worker", help="run only a worker, for the queues in WORKER_QUEUES")
    commands.add_parser("dispatch", help="run only the dispatcher")
    chosen = parser.parse_args(arguments)
    if chosen.name in {"web", "worker", "dispatch"}:
        become(chosen)
    try:
        if chosen.name == "serve":
            serve(chosen.host, chosen.port)
            return 0
        command = chosen.command[1:] if chosen.command[:1] == ["--"] else chosen.command
        if not command:
            servers.error("say which command to run: servers -- COMMAND ...")
        return run_with_servers(command)
    except (AlreadyRunningError, EmbeddedServerError, PortInUseError, ServiceError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:  # before the supervisor took over the signal
        return 130


def become(chosen: argparse.Namespace) -> None:
    """Replace this process by the one process of the studio that was chosen."""
    values = {**read_environment_file(BASE_DIR / ".env"), **os.environ}
    if chosen.name == "web":
        command = processes.web(values, chosen.host, chosen.port)
    else:
        command = processes.worker(values) if chosen.name == "worker" else processes.dispatcher()
    os.chdir(BASE_DIR)
    os.execv(command[0], command)  # noqa: S606 - no shell


def add_serve_arguments(parser: argparse.ArgumentParser) -> None:
    """Add --host and --port; the variable PORT, also in ``.env``, is the default of the latter."""
    values = {**read_environment_file(BASE_DIR / ".env"), **os.environ}
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help="address to listen on (default: 127.0.0.1; 0.0.0.0 for every network)",
    )
    parser.add_argument(
        "--port",
        type=_port,
        default=values.get("PORT") or "8000",
        help="port to listen on (default: the variable PORT, or 8000)",
    )


def _port(text: str) -> int:
    if text.isdigit() and 0 < int(text) < 65536:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a port; give a number from 1 to 65535")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
