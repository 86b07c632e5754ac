"""Files over HTTP: byte ranges, conditional requests, names and what may be shown inline.

Django answers a file request with the whole file only; without ranges no browser can
seek in audio. Follows RFC 9110 (sections 8.8, 13 and 14) and RFC 6266.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any, cast
from urllib.parse import quote

from django.core.files.base import File
from django.db.models.fields.files import FieldFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date, parse_http_date_safe, quote_etag

logger = logging.getLogger(__name__)

BLOCK_BYTES = 256 * 1024
FILENAME_MAX_LENGTH = 200
DEFAULT_CONTENT_TYPE = "application/octet-stream"

# Our own table: the system's differs from machine to machine.
CONTENT_TYPES: dict[str, str] = {
    ".wav": "audio/wav",
    ".aiff": "audio/aiff",
    ".mp3": "audio/mpeg",
    ".flac": "audio/flac",
    ".ogg": "audio/ogg",
    ".opus": "audio/opus",
    ".m4a": "audio/mp4",
    ".mid": "audio/midi",
    ".mp4": "video/mp4",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".json": "application/json",
    ".musicxml": "application/vnd.recordare.musicxml+xml",
    ".mxl": "application/vnd.recordare.musicxml",
    ".pdf": "application/pdf",
    ".txt": "text/plain",
    ".lrc": "text/x-lrc",
    ".cho": "text/x-chordpro",
    ".zip": "application/zip",
    ".ariaforge": "application/vnd.ariaforge+zip",
}
EXTENSIONS = {content_type: extension for extension, content_type in CONTENT_TYPES.items()}
_OTHER_EXTENSIONS = {".midi": ".mid", ".jpeg": ".jpg", ".wave": ".wav", ".oga": ".ogg"}

# Nothing here can run a script in the page's origin; all else is only ever downloaded.
INLINE_CONTENT_TYPES = frozenset(
    content_type
    for content_type in CONTENT_TYPES.values()
    if content_type.startswith(("audio/", "image/"))
)

_RANGE_UNIT = re.compile(r"^\s*bytes\s*=(.*)$", re.ASCII | re.IGNORECASE | re.DOTALL)
_BYTE_RANGE = re.compile(r"^(\d*)-(\d*)$", re.ASCII)


def content_type_of(filename: str) -> str:
    """Return the content type that goes with the ending of a name, from our table."""
    extension = PurePosixPath(filename).suffix.lower()
    extension = _OTHER_EXTENSIONS.get(extension, extension)
    return CONTENT_TYPES.get(extension, DEFAULT_CONTENT_TYPE)


def extension_of_type(content_type: str) -> str:
    """Return the ending, with its dot, for files of a content type; ``.bin`` if unknown."""
    return EXTENSIONS.get(content_type, ".bin")


def clean_filename(filename: str, *, default: str = "file") -> str:
    """Return a name that is safe in headers, in URLs and on any file system.

    Folders, control and format characters and the signs that Windows forbids go;
    letters of all scripts stay. At most ``FILENAME_MAX_LENGTH`` characters and 240 bytes
    in UTF-8, with the ending kept.
    """
    name = unicodedata.normalize("NFC", filename.encode("utf-8", "ignore").decode())
    name = name.replace("\\", "/").rpartition("/")[2]
    name = "".join(
        " " if character in '<>:"|?*' else character
        for character in name
        if not unicodedata.category(character).startswith("C")
    )
    name = " ".join(name.split()).strip(". ")
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > 12:
        stem, dot, extension = name, "", ""
    room = FILENAME_MAX_LENGTH - len(dot + extension)
    while len(stem) > room or len((stem + dot + extension).encode()) > 240:
        stem = stem[:-1]
    return (stem.rstrip() + dot + extension) or default


def content_disposition(*, attachment: bool, filename: str) -> str:
    """Return the Content-Disposition header for a name in any script (RFC 6266, appendix D).

    Old clients read the plain ASCII name; all others the one in UTF-8.
    """
    filename = clean_filename(filename)
    plain = unicodedata.normalize("NFKD", filename).encode("ascii", "ignore").decode()
    plain = "".join(character if character.isprintable() else "_" for character in plain)
    plain = " ".join(plain.replace("%", "_").split())
    if not plain.strip(" .") or plain.startswith("."):
        plain = f"file{plain.strip()}"
    escaped = plain.replace("\\", "\\\\").replace('"', '\\"')
    header = f'{"attachment" if attachment else "inline"}; filename="{escaped}"'
    if plain != filename:
        header += f"; filename*=UTF-8''{quote(filename, safe='')}"
    return header


def ranged_file_response(
    request: HttpRequest,
    *,
    file: File[Any],
    content_type: str,
    filename: str,
    etag: str,
    last_modified: datetime,
    inline: bool,
) -> HttpResponseBase:
    """Answer GET or HEAD for a file, in full or the byte range that was asked for.

    Args:
        request: only its method and its conditional and range headers are read.
        file: the field of a row, or an open binary file that can seek.
        content_type: sent as is when our table has it, otherwise as unknown bytes.
        filename: the name to save it under.
        etag: identifies the exact bytes, for example their SHA-256; without quotes.
        last_modified: when the bytes came to be.
        inline: whether a browser may show it. Only audio, MIDI and our own image types
            are ever inline; all else is an attachment in a sandbox.

    Returns 200, 206, 304, 412 or 416. Several ranges at once are answered with the whole
    file, as RFC 9110 allows.

    Raises:
        Http404: the storage no longer has the file.
    """
    if content_type not in EXTENSIONS:
        content_type = DEFAULT_CONTENT_TYPE
    attachment = not (inline and content_type in INLINE_CONTENT_TYPES)
    if last_modified.tzinfo is None:
        last_modified = last_modified.replace(tzinfo=UTC)
    modified = int(last_modified.timestamp())
    quoted_etag = quote_etag(etag)
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
        "Content-Disposition": content_disposition(attachment=attachment, filename=filename),
        "Cross-Origin-Resource-Policy": "same-origin",
        "ETag": quoted_etag,
        "Last-Modified": http_date(modified),
        "X-Content-Type-Options": "nosniff",
    }
    if content_type not in INLINE_CONTENT_TYPES:
        headers["Content-Security-Policy"] = "default-src 'none'; sandbox"

    conditional = get_conditional_response(request, etag=quoted_etag, last_modified=modified)
    if conditional is not None:
        return _with_headers(conditional, headers)

    blocks = _FileBlocks(file)
    try:
        size = blocks.size
        wanted = None
        if request.method == "GET" and _if_range_holds(request, quoted_etag, modified):
            wanted = parse_range(request.headers.get("Range", ""), size)
        if wanted is not None and wanted[0] >= size:
            blocks.close()
            headers["Content-Range"] = f"bytes */{size}"
            return _with_headers(HttpResponse(status=416, content_type=content_type), headers)
        start, length = wanted or (0, size)
        headers["Content-Length"] = str(length)
        if wanted is not None:
            headers["Content-Range"] = f"bytes {start}-{start + length - 1}/{size}"
        if request.method == "HEAD":
            blocks.close()
            return _with_headers(HttpResponse(content_type=content_type), headers)
        blocks.select(start, length)
        status = 206 if wanted is not None else 200
        response = StreamingHttpResponse(blocks, status=status, content_type=content_type)
        return _with_headers(response, headers)
    except BaseException:
        blocks.close()
        raise


def parse_range(header: str, size: int) -> tuple[int, int] | None:
    """Return (first byte, length) that a Range header asks for, clamped to ``size`` bytes.

    ``None`` means the whole file: no header, another unit, bad syntax or several ranges.
    A first byte of ``size`` means that nothing of the range exists (status 416).
    """
    unit = _RANGE_UNIT.match(header)
    if unit is None:
        return None
    specifications = [part.strip(" \t") for part in unit[1].split(",") if part.strip(" \t")]
    if len(specifications) != 1:
        return None
    match = _BYTE_RANGE.match(specifications[0])
    if match is None or match[0] == "-":
        return None
    first, last = (_to_int(text) for text in match.groups())
    if first is None:
        suffix = cast(int, last)
        if suffix == 0:
            return size, 0
        length = min(suffix, size)
        return (size - length, length) if size else None
    if last is not None and last < first:
        return None
    if first >= size:
        return size, 0
    end = size - 1 if last is None else min(last, size - 1)
    return first, end - first + 1


def _to_int(text: str) -> int | None:
    """Return a number of any length of digits; no file is as long as 10**18 bytes."""
    if not text:
        return None
    digits = text.lstrip("0") or "0"
    return int(digits) if len(digits) <= 18 else 10**18


def _if_range_holds(request: HttpRequest, quoted_etag: str, modified: int) -> bool:
    """Whether the client's part of the file, if it has one, is of the present bytes."""
    condition = request.headers.get("If-Range", "").strip()
    if not condition:
        return True
    if condition.startswith(('"', "W/")):
        # Strong comparison: a weak tag never matches.
        return condition == quoted_etag
    return parse_http_date_safe(condition) == modified


def _with_headers(response: Any, headers: dict[str, str]) -> HttpResponseBase:
    """Set the headers; a 304 carries them too, since it renews what a cache has stored."""
    for name, value in headers.items():
        response.headers[name] = value
    patch_vary_headers(response, ("Authorization", "Cookie"))
    return cast(HttpResponseBase, response)


class _FileBlocks(Iterator[bytes]):
    """Part of a file in blocks, read as they are sent; from S3 only the part is fetched."""

    def __init__(self, file: File[Any]) -> None:
        try:
            self._file: Any = (
                file.storage.open(str(file.name), "rb") if isinstance(file, FieldFile) else file
            )
            self.size = int(self._file.size)
        except FileNotFoundError as error:
            logger.exception("file_missing")
            raise Http404("The file is gone.") from error
        self._remaining = 0
        self._stream: Any = None

    def select(self, start: int, length: int) -> None:
        """Choose ``length`` bytes from byte ``start`` on."""
        self._remaining = length
        remote_object = getattr(self._file, "obj", None)
        if remote_object is not None:
            # The file object of django-storages would fetch the whole object to seek in it.
            if length:
                last = start + length - 1
                self._stream = remote_object.get(Range=f"bytes={start}-{last}")["Body"]
        else:
            self._file.seek(start)
            self._stream = self._file

    def __next__(self) -> bytes:
        if self._remaining <= 0:
            raise StopIteration
        block = self._stream.read(min(BLOCK_BYTES, self._remaining))
        if not block:
            # The length is already announced: break the connection rather than end early.
            raise OSError("The file became shorter while it was sent.")
        self._remaining -= len(block)
        return bytes(block)

    def close(self) -> None:
        """Let go of the file; called by the server when the response is done or broken."""
        if self._stream is not None and self._stream is not self._file:
            self._stream.close()
        self._file.close()
