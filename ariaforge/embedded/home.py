"""Where the embedded servers keep their data, and the account that they run under."""

from __future__ import annotations

import hashlib
import os
import pwd
import secrets
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

SYSTEM_FOLDER = Path("/var/lib/ariaforge")
ACCOUNT_NAMES = ("ariaforge", "postgres", "nobody")
# The kernel's limit is 108 bytes on Linux and 104 on macOS; Redis and PostgreSQL file
# names take up to 20 of them.
SOCKET_FOLDER_LIMIT = 80


class EmbeddedServerError(Exception):
    """An embedded server cannot be set up; the message says what to do."""


@dataclass(frozen=True)
class Account:
    """An unprivileged account of the operating system."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class ServerHome:
    """The folder of one pair of embedded servers.

    ``folder`` holds their data and passwords. ``account`` is None when the servers run
    as the present user; PostgreSQL refuses to run as root, so root hands both servers to
    an unprivileged account and keeps their data where that account can reach it.
    """

    folder: Path
    account: Account | None = None

    @classmethod
    def beside(cls, folder: Path) -> ServerHome:
        """Return the home that belongs to ``folder``, creating it where needed.

        For ordinary users that is ``folder/servers``. For root it is a folder of its own
        under ``/var/lib/ariaforge``, remembered in ``folder/servers.id``; no permission
        of any folder above the checkout is touched.
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder = folder.resolve()
        if os.geteuid() != 0:
            home = cls(folder / "servers")
        else:
            _make_public_folder(SYSTEM_FOLDER)
            home = cls(SYSTEM_FOLDER / _identity(folder), _unprivileged_account())
        home.make_folder(home.folder)
        return home

    def make_folder(self, folder: Path) -> None:
        """Create ``folder`` for the servers' account alone."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.give(folder)

    def give(self, path: Path) -> None:
        """Make ``path`` belong to the servers' account."""
        if self.account is not None:
            os.chown(path, self.account.uid, self.account.gid)

    def write_private(self, path: Path, text: str) -> None:
        """Write ``text`` to ``path``, readable by the servers' account (and root) alone."""
        write_private(path, text, give=self.give)

    def secret(self, name: str) -> str:
        """Return the password called ``name``, made at the first call."""
        path = self.folder / f"{name}.password"
        if not path.exists():
            self.write_private(path, secrets.token_hex(24))
        return path.read_text(encoding="utf-8").strip()

    @property
    def sockets(self) -> Path:
        """The folder of the Unix sockets: in the home, or in /tmp when that path is too long."""
        folder = self.folder / "sockets"
        if len(os.fsencode(folder)) <= SOCKET_FOLDER_LIMIT:
            self.make_folder(folder)
            return folder
        digest = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
        uid = self.account.uid if self.account else os.geteuid()
        folder = Path(tempfile.gettempdir()) / f"ariaforge-{uid}-{digest}"
        self.make_folder(folder)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid or found.st_mode & 0o077:
            raise EmbeddedServerError(
                f"{folder} belongs to somebody else, and the path of the data folder is too "
                f"long for Unix sockets. Set VAR_DIR to a folder with a shorter path."
            )
        return folder

    def credentials(self) -> dict[str, object]:
        """Return the arguments for subprocess that switch to the servers' account."""
        if self.account is None:
            return {}
        return {"user": self.account.uid, "group": self.account.gid, "extra_groups": []}

    def program_folder(self, folder: Path, probe: str, version: str) -> Path:
        """Return ``folder``, or a copy of it where the servers' account can run ``probe``.

        ``folder`` lies in the virtual environment, which root may keep out of reach of
        others. The copy is shared by all homes and named after ``version``.
        """
        if self.account is None or self._can_run(folder / probe):
            return folder
        copy = SYSTEM_FOLDER / "programs" / version
        if not self._can_run(copy / probe):
            _make_public_folder(copy.parent)
            part = Path(tempfile.mkdtemp(dir=copy.parent, prefix="part-"))
            shutil.copytree(folder, part, symlinks=True, dirs_exist_ok=True)
            for path in (part, *part.rglob("*")):
                if not path.is_symlink():
                    path.chmod(
                        path.stat().st_mode | (0o055 if path.stat().st_mode & 0o100 else 0o044)
                    )
            if copy.exists():  # half a copy from before
                shutil.rmtree(copy)
            part.replace(copy)
            if not self._can_run(copy / probe):
                raise EmbeddedServerError(
                    f"The account {self.account.name} cannot run {copy / probe}. "
                    f"Is /var mounted with noexec? Start AriaForge as an ordinary user instead."
                )
        return copy

    def _can_run(self, program: Path) -> bool:
        try:
            done = subprocess.run(
                [program, "--version"],
                cwd="/",
                capture_output=True,
                timeout=30,
                check=False,
                **self.credentials(),  # type: ignore[call-overload]
            )
        except OSError:
            return False
        return bool(done.returncode == 0)

    def remove(self) -> None:
        """Delete the home and everything in it."""
        sockets = self.sockets
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(sockets, ignore_errors=True)


def write_private(path: Path, text: str, give: Callable[[Path], object] | None = None) -> None:
    """Replace ``path`` by a file with ``text`` that only its owner can read.

    ``give`` may hand the file to another owner before it takes its place.
    """
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    if give is not None:
        give(part)
    part.replace(path)


def _make_public_folder(folder: Path) -> None:
    """Create one of our own folders so that every account may pass, whatever the umask."""
    if not folder.exists():
        folder.mkdir(parents=True)
        folder.chmod(0o755)


def _identity(folder: Path) -> str:
    """Return the name under which root keeps the servers of ``folder``.

    It is random, so that a new checkout never finds the data of a deleted one at the same
    path. It moves with the folder; a copy of the folder gets a name of its own.
    """
    remembered = folder / "servers.id"
    if remembered.exists():
        name = remembered.read_text(encoding="utf-8").strip()
        origin_file = SYSTEM_FOLDER / name / "origin"
        origin = Path(origin_file.read_text(encoding="utf-8")) if origin_file.exists() else folder
        is_copy = origin != folder and (origin / "servers.id").exists()
        if name.isalnum() and not is_copy:
            _remember_origin(name, folder)
            return name
    name = secrets.token_hex(8)
    remembered.write_text(name + "\n", encoding="utf-8")
    _remember_origin(name, folder)
    return name


def _remember_origin(name: str, folder: Path) -> None:
    home = SYSTEM_FOLDER / name
    home.mkdir(mode=0o700, exist_ok=True)
    (home / "origin").write_text(str(folder), encoding="utf-8")


def _unprivileged_account() -> Account:
    """Return the account for root's servers; make the system account ariaforge if possible."""
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    try:
        pwd.getpwnam(ACCOUNT_NAMES[0])
    except KeyError:
        if useradd:
            subprocess.run(
                [
                    *(useradd, "--system", "--user-group", "--no-create-home"),
                    *("--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin"),
                    ACCOUNT_NAMES[0],
                ],
                capture_output=True,
                timeout=30,
                check=False,  # the other accounts below do as well
            )
    for name in ACCOUNT_NAMES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(name, entry.pw_uid, entry.pw_gid)
    raise EmbeddedServerError(
        "PostgreSQL does not run as root, and this system has no unprivileged account for it. "
        "Create one (useradd --system ariaforge) or start AriaForge as an ordinary user."
    )
