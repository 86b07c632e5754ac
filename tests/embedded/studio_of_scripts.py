"""A supervisor over small scripts, run as a process of its own by the tests.

Usage: ``python -m tests.embedded.studio_of_scripts FOLDER``. Two services write their
process ids to FOLDER: ``lower`` (layer 0) and ``upper`` (layer 1). Each has a child in a
session of its own, as workers have. Each notes in ``stopped`` when it is told to stop.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ariaforge.embedded.commands import BASE_DIR
from ariaforge.embedded.supervisor import (
    ProcessSupervisor,
    Service,
    announce,
)

SCRIPT = """
import os, signal, subprocess, sys, time
name, folder = sys.argv[1:]
def stop(*_):
    with open(folder + "/stopped", "a") as file:
        file.write(name + "\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, signal.SIG_IGN if name == "stubborn" else stop)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"],
                         start_new_session=True)
part = folder + "/" + name + ".part"
with open(part, "w") as file:
    file.write(f"{os.getpid()} {child.pid}")
os.rename(part, folder + "/" + name)
while True:
    time.sleep(0.05)
"""


def service(name: str, layer: int, folder: Path) -> Service:
    """Return a service that runs the script above."""

    def prepare() -> None:
        (folder / name).unlink(missing_ok=True)

    return Service(
        name=name,
        command=[sys.executable, "-c", SCRIPT, name, str(folder)],
        environment=os.environ,
        log=folder / f"{name}.log",
        folder=BASE_DIR,
        layer=layer,
        prepare=prepare,
        is_ready=(folder / name).exists,
        stop_seconds=0.5,
    )


def main(folder: Path) -> None:
    """Run the services until told to stop."""
    with ProcessSupervisor(announce) as supervisor:
        supervisor.start(service("lower", 0, folder))
        supervisor.start(service("upper", 1, folder), service("stubborn", 1, folder))
        announce("ready")
        supervisor.watch()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
