"""The archive file: a ZIP of JSON, music and sound with a manifest, read with no trust in it.

::

    manifest.json                      what it is, and size and SHA-256 of every other file
    project.json, cover                the project, with its cover if it has one
    songs/0001/song.json               the song but for its history
    songs/0001/document.json           its working copy
    songs/0001/versions.jsonl          versions, oldest first; songs/0001/edits.jsonl: the log
    songs/0001/sessions.json           conversations with the composer, and proposals
    songs/0001/song.mid, mix.wav, mix.mp3
    parts/ab/ab12….json                parts of all versions by their hash

Nothing is ever unpacked under a name that the archive gives.
"""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

FORMAT = "ariaforge-archive"
FORMAT_VERSION = 1
ENDING = "ariaforge"
MANIFEST = "manifest.json"

MOST_FILES = 200_000
MOST_BYTES = 8_000_000_000
MOST_JSON_BYTES = 64_000_000
MOST_SONGS = 1_000
_MOST_RATIO = 400
"""What JSON of music is compressed by at most, with room; a bomb is a thousand and more."""
_RATIO_MATTERS_BYTES = 1_000_000
_NAME = re.compile(
    r"manifest\.json|project\.json|cover"
    r"|songs/\d{4}/(song|document|sessions)\.json"
    r"|songs/\d{4}/(versions|edits)\.jsonl"
    r"|songs/\d{4}/(song\.mid|mix\.wav|mix\.mp3)"
    r"|parts/[0-9a-f]{2}/[0-9a-f]{64}\.json"
)
_FIRST_TIME = (1980, 1, 1, 0, 0, 0)
_PACKED = (".mp3", "cover")
_BLOCK = 1 << 20
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")

Json = dict[str, Any]


class ArchiveError(Exception):
    """The archive cannot be used; the sentence is for the musician."""


class _Archive:
    """An open archive file and what is known of its files, by their names."""

    _zip: zipfile.ZipFile
    _files: dict[str, Json]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._zip.close()

    def holds(self, name: str) -> bool:
        """Whether the archive has a file of this name."""
        return name in self._files


class ArchiveWriter(_Archive):
    """Writes an archive; the same content in the same order gives the same bytes."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path, "w")
        self._files = {}

    def add(self, name: str, content: bytes) -> None:
        """Add a file; one that is there already stays."""
        if name in self._files:
            return
        self.add_stream(name, iter((content,)))

    def add_json(self, name: str, value: Any) -> None:
        """Add plain data."""
        self.add(name, (_dump(value) + "\n").encode())

    def add_lines(self, name: str, values: Iterator[Any]) -> None:
        """Add plain data line by line, as it comes."""
        self.add_stream(name, ((_dump(value) + "\n").encode() for value in values))

    def add_stream(self, name: str, blocks: Iterator[bytes]) -> None:
        """Add a file block by block."""
        digest, size = hashlib.sha256(), 0
        with self._open(name) as target:
            for block in blocks:
                target.write(block)
                digest.update(block)
                size += len(block)
        self._files[name] = {"size": size, "sha256": digest.hexdigest()}

    def finish(self, about: Json) -> None:
        """Write the manifest; nothing comes after it."""
        manifest = {"format": FORMAT, "version": FORMAT_VERSION, **about, "files": self._files}
        entry = self._entry(MANIFEST)
        self._zip.writestr(entry, _dump(manifest) + "\n")

    def _open(self, name: str) -> IO[bytes]:
        assert _NAME.fullmatch(name), name  # noqa: S101 - else no reader would take it
        return self._zip.open(self._entry(name), "w", force_zip64=True)

    def _entry(self, name: str) -> zipfile.ZipInfo:
        entry = zipfile.ZipInfo(name, _FIRST_TIME)
        packed = name.endswith(_PACKED)
        entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
        entry.external_attr = 0o644 << 16
        return entry


class ArchiveReader(_Archive):
    """Reads an archive whose directory and manifest were found fit.

    Raises :class:`ArchiveError` for everything that is wrong with the file, at once or when the
    part that is wrong is read.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise ArchiveError(
                "This is no AriaForge archive, or it was cut off on its way. Export it again."
            ) from error
        try:
            self._entries = self._checked_entries()
            self.manifest = self._checked_manifest()
        except BaseException:
            self._zip.close()
            raise
        self._files = self.manifest["files"]

    def names(self, prefix: str = "") -> list[str]:
        """The names of its files but the manifest, in order."""
        return sorted(name for name in self._files if name.startswith(prefix))

    def read(self, name: str, most: int = MOST_JSON_BYTES) -> bytes:
        """The content of a small file, checked."""
        return b"".join(self.blocks(name, most))

    def json(self, name: str) -> Any:
        """The plain data of a file."""
        return _parse(self.read(name), name)

    def lines(self, name: str) -> Iterator[Any]:
        """The plain data of each line of a file."""
        for line in self.read(name, 8 * MOST_JSON_BYTES).splitlines():
            yield _parse(line, name)

    def blocks(self, name: str, most: int = MOST_BYTES) -> Iterator[bytes]:
        """The content of a file in blocks; what is wrong with it shows after the last."""
        known = self._files.get(name)
        if known is None or name not in self._entries:
            raise ArchiveError(f"The archive is damaged: “{name}” is missing in it.")
        if known["size"] > most:
            raise ArchiveError(f"The archive cannot be read: “{name}” is too large.")
        digest, size = hashlib.sha256(), 0
        try:
            with self._zip.open(self._entries[name]) as source:
                while block := source.read(_BLOCK):
                    size += len(block)
                    if size > known["size"]:
                        raise _wrong_sum(name)
                    digest.update(block)
                    yield block
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError,
                RuntimeError) as error:  # fmt: skip
            raise _wrong_sum(name) from error
        if size != known["size"] or digest.hexdigest() != known["sha256"]:
            raise _wrong_sum(name)

    def verify(self, on_part: Callable[[float], None] = lambda part: None) -> None:
        """Read all files once and compare their checksums. Raises :class:`ArchiveError`."""
        total = sum(known["size"] for known in self._files.values()) or 1
        done = 0
        for name in self.names():
            for block in self.blocks(name):
                done += len(block)
            on_part(done / total)

    def _checked_entries(self) -> dict[str, zipfile.ZipInfo]:
        found = self._zip.infolist()
        if len(found) > MOST_FILES or sum(entry.file_size for entry in found) > MOST_BYTES:
            raise ArchiveError(
                f"The archive is too large: {MOST_BYTES // 10**9} GB and {MOST_FILES:,} files are "
                "the most."
            )
        entries: dict[str, zipfile.ZipInfo] = {}
        for entry in found:
            if not _NAME.fullmatch(entry.filename) or entry.filename in entries:
                raise ArchiveError(
                    f"This is no AriaForge archive: “{entry.filename[:80]}” does not belong in one."
                )
            bomb = entry.file_size > _MOST_RATIO * max(1, entry.compress_size)
            if bomb and entry.file_size > _RATIO_MATTERS_BYTES and not _is_sound(entry):
                raise ArchiveError("The archive is damaged: it would unpack to far too much.")
            if entry.flag_bits & 1:
                raise ArchiveError("The archive is locked with a password; export it without.")
            entries[entry.filename] = entry
        if MANIFEST not in entries:
            raise ArchiveError("This is no AriaForge archive: it has no manifest.")
        return entries

    def _checked_manifest(self) -> Json:
        entry = self._entries[MANIFEST]
        if entry.file_size > MOST_JSON_BYTES:
            raise ArchiveError("The archive cannot be read: its manifest is too large.")
        try:
            content = self._zip.read(entry)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
            raise _wrong_sum(MANIFEST) from error
        manifest = _parse(content, MANIFEST)
        if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
            raise ArchiveError("This is no AriaForge archive.")
        version = manifest.get("version")
        if not isinstance(version, int) or isinstance(version, bool) or version < 1:
            raise ArchiveError("The archive does not say which version of the format it has.")
        if version > FORMAT_VERSION:
            raise ArchiveError(
                f"The archive was made by a newer AriaForge (format {version}; this one reads up "
                f"to {FORMAT_VERSION}). Update this studio first."
            )
        files = manifest.get("files")
        songs = manifest.get("songs")
        if not isinstance(files, dict) or not all(map(_is_known, files.values())):
            raise ArchiveError("The archive is damaged: its manifest names no files.")
        if set(files) | {MANIFEST} != set(self._entries):
            raise ArchiveError("The archive is damaged: its files are not those of its manifest.")
        if not isinstance(songs, list) or not 0 < len(songs) <= MOST_SONGS:
            raise ArchiveError("The archive holds no songs, or too many.")
        return manifest


def _is_known(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("size"), int)
        and isinstance(value.get("sha256"), str)
    )


def _is_sound(entry: zipfile.ZipInfo) -> bool:
    # A song of silence is a fair one.
    return entry.filename.endswith(".wav")


def _wrong_sum(name: str) -> ArchiveError:
    return ArchiveError(
        f"The archive is damaged: the checksum of “{name}” is wrong. Copy or export it again."
    )


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _parse(content: bytes, name: str) -> Any:
    try:
        value = json.loads(content, parse_constant=_no_number)
        _check_text(value)
    except (ValueError, RecursionError) as error:
        raise ArchiveError(f"The archive is damaged: “{name}” cannot be read.") from error
    return value


def _check_text(value: Any) -> None:
    """Raise ``ValueError`` for text that no database holds."""
    if isinstance(value, str):
        if _NO_TEXT.search(value):
            raise ValueError("no text")
    elif isinstance(value, list):
        for item in value:
            _check_text(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            _check_text(key)
            _check_text(item)


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no number of JSON")
