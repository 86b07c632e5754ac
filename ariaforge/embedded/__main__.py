"""``python -m ariaforge.embedded``: the studio, or servers for one command."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from ariaforge.embedded.home import EmbeddedServerError
from ariaforge.embedded.supervisor import ServiceError
from ariaforge.embedded.throwaway import run_with_servers


def main(arguments: Sequence[str]) -> int:
    """Do what ``arguments`` say and return the exit code."""
    parser = argparse.ArgumentParser(prog="manage.py", description=__doc__)
    commands = parser.add_subparsers(dest="name", required=True)
    servers = commands.add_parser("servers", help="run a command with throw-away servers")
    servers.add_argument("command", nargs=argparse.REMAINDER, metavar="-- COMMAND ...")
    chosen = parser.parse_args(arguments)
    try:
        command = chosen.command[1:] if chosen.command[:1] == ["--"] else chosen.command
        if not command:
            parser.error("say which command to run: servers -- COMMAND ...")
        return run_with_servers(command)
    except (EmbeddedServerError, ServiceError) as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
