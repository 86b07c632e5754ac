"""Single instruments of the SoundFonts, small enough for a browser to fetch.

A song needs a dozen of some 240 presets. Each that a song needs is taken out once, with its
samples as they are, and kept in a file named after its font's hash and its numbers; so the browser
may keep it for ever.
"""

from __future__ import annotations

import fcntl
import json
import re
import subprocess
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from compositions.sound.errors import SoundError
from compositions.sound.samplefile import whole_file
from compositions.sound.soundfont import Preset, SoundFonts
from compositions.sound.synthesis import engine_module, node_executable

_SCRIPT = Path(__file__).with_name("preset_files.mjs")
_NAME = re.compile(r"[0-9a-f]{16}-\d{1,5}-\d{1,3}\.sf2", re.ASCII)
_HASH_DIGITS = 16
_TIMEOUT_SECONDS = 60


def preset_name(preset: Preset, fonts: SoundFonts) -> str:
    """The name of the file that holds ``preset`` alone."""
    digest = fonts.fonts[preset.font].sha256[:_HASH_DIGITS]
    return f"{digest}-{preset.bank}-{preset.program}.sf2"


def preset_path(name: str, folder: Path) -> Path | None:
    """The file of that name in ``folder``; None when there is none, or it is no such name."""
    path = folder / name
    return path if _NAME.fullmatch(name) and path.is_file() else None


def write_presets(presets: Iterable[Preset], fonts: SoundFonts, folder: Path) -> dict[Preset, str]:
    """See that ``folder`` holds a file for each of ``presets``; return their names.

    Raises :class:`SoundError` when the engine is missing or fails, or the folder cannot be written.
    """
    names = {preset: preset_name(preset, fonts) for preset in presets}
    missing = {preset: name for preset, name in names.items() if not (folder / name).is_file()}
    if not missing:
        return names
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "write.lock").open("w") as lock, ExitStack() as stack:
            fcntl.flock(lock, fcntl.LOCK_EX)
            job: list[dict[str, Any]] = [
                {
                    "soundFont": str(font.path.resolve()),
                    "presets": [
                        {
                            "bank": preset.bank,
                            "program": preset.program,
                            "output": str(stack.enter_context(whole_file(folder / name)).resolve()),
                        }
                        for preset, name in missing.items()
                        if preset.font == index
                    ],
                }
                for index, font in enumerate(fonts.fonts)
            ]
            _run([one for one in job if one["presets"]])
    except OSError as error:
        raise SoundError(
            f"The instruments could not be written to {folder}: {error.strerror or error}."
        ) from error
    return names


def _run(job: list[dict[str, Any]]) -> None:
    command = [str(node_executable()), str(_SCRIPT), str(engine_module())]
    try:
        subprocess.run(
            command,
            input=json.dumps(job),
            text=True,
            capture_output=True,
            check=True,
            timeout=_TIMEOUT_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise SoundError("The instruments could not be taken out of the SoundFont.") from error
    except subprocess.CalledProcessError as error:
        lines = error.stderr.strip().splitlines() or ["no reason was given"]
        reason = next((line for line in lines if "Error:" in line), lines[-1])
        raise SoundError(f"The instruments could not be taken out: {reason}") from error
