"""Where the built SoundFont lies: made once for each state of the code that makes it."""

from __future__ import annotations

import fcntl
import hashlib
from contextlib import suppress
from pathlib import Path

from compositions.sound.samplefile import whole_file

_SOURCES = Path(__file__).parent
_STEM = "ariaforge-"


def source_digest() -> str:
    """Hexadecimal digest of the code and the levels that the SoundFont is made from."""
    digest = hashlib.sha256()
    for path in sorted([*_SOURCES.glob("*.py"), _SOURCES / "levels.json"]):
        if path.name != Path(__file__).name:
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def own_soundfont(folder: Path) -> Path:
    """The studio's own SoundFont in ``folder``, built (some seconds) when it is not there.

    Two processes that want it at once build it once; what older code built is removed. Raises
    ``OSError`` when the folder cannot be written.
    """
    path = folder / f"{_STEM}{source_digest()[:16]}.sf2"
    if path.is_file():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.is_file():
            # All the instruments' code is needed only here.
            from compositions.sound.instruments.catalogue import build

            with whole_file(path) as partial:
                partial.write_bytes(build())
            for old in folder.glob(f"{_STEM}*.sf2"):
                if old != path:
                    with suppress(OSError):
                        old.unlink()
    return path
