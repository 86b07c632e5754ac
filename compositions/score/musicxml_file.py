"""Opens MusicXML files from strangers: unpacks them within limits and parses them harmlessly.

Refused before any parser sees them: files and archives beyond the limits, and documents that
define entities of their own (the way to make a small file grow without end, or to read
files of this machine). Nothing is fetched from the network; a document type may be named,
as every MusicXML file does, but is not loaded.
"""

from __future__ import annotations

import codecs
import io
import re
import zipfile
import zlib

from lxml import etree

from compositions.score.errors import MusicXmlError

MAX_FILE_BYTES = 80 * 1024 * 1024
"""Largest file as it is given, compressed or not."""
MAX_UNPACKED_BYTES = MAX_FILE_BYTES
"""Largest score inside a compressed file (.mxl)."""
MAX_ARCHIVE_ENTRIES = 1_000
MAX_TAGS = 9_000_000
"""Opening and closing tags together; about 200,000 notes as notation programs write them."""

_MAX_CONTAINER_BYTES = 100_000
_CONTAINER = "META-INF/container.xml"
_ROOTS = ("score-partwise", "score-timewise")
_DECLARATION = re.compile(r"\s*<\?xml[^>]*?\?>")
_ENCODING = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_ENTITY = re.compile(r"<!(ENTITY|ATTLIST|ELEMENT|NOTATION)")
# What can hide nothing: every byte stands for itself, or the coding is Unicode.
_ENCODINGS = frozenset(
    {"utf-8", "ascii", "utf-16", "utf-16-le", "utf-16-be", "iso8859-1", "iso8859-15", "cp1252",
     "iso8859-2", "cp1250", "cp1251", "cp932", "shift_jis", "euc_jp", "gb2312", "gbk", "big5"}
)  # fmt: skip
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def open_musicxml(content: bytes) -> etree._Element:
    """Return the root element (score-partwise or score-timewise) of a file, packed or not.

    Raises :class:`MusicXmlError` for whatever is no MusicXML or beyond a limit.
    """
    if len(content) > MAX_FILE_BYTES:
        raise MusicXmlError(
            f"The file has {len(content)} bytes; the limit for MusicXML is {MAX_FILE_BYTES}."
        )
    if content.startswith(b"PK"):
        content = _unpack(content)
    root = _parse(content)
    if root.tag not in _ROOTS:
        raise MusicXmlError(
            f"This is an XML file, but no MusicXML score: it begins with <{_short(root.tag)}>."
        )
    return root


def _unpack(content: bytes) -> bytes:
    """Return the score in a compressed MusicXML file."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if len(archive.infolist()) > MAX_ARCHIVE_ENTRIES:
                raise MusicXmlError(
                    f"The compressed file holds more than {MAX_ARCHIVE_ENTRIES} files."
                )
            container = _parse(_read(archive, _CONTAINER, _MAX_CONTAINER_BYTES))
            path = next(
                (
                    element.get("full-path", "")
                    for element in container.iter("{*}rootfile")
                    if element.get("media-type", "").lower() in _MEDIA_TYPES
                ),
                "",
            )
            return _read(archive, path, MAX_UNPACKED_BYTES)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise MusicXmlError(f"The compressed MusicXML file is damaged: {error}.") from error
    except RuntimeError as error:
        raise MusicXmlError("The compressed MusicXML file needs a password.") from error


_MEDIA_TYPES = (
    "",
    "application/vnd.recordare.musicxml+xml",
    "application/vnd.recordare.musicxml",
    "text/xml",
    "application/xml",
)


def _read(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """Return a file of the archive; never more than ``most`` bytes are unpacked."""
    try:
        with archive.open(name) as packed:
            data = packed.read(most + 1)
    except KeyError as error:
        raise MusicXmlError(
            f"The compressed file holds no {name or 'score'!r}; it is no MusicXML."
        ) from error
    if len(data) > most:
        raise MusicXmlError(f"The compressed file unpacks to more than {most} bytes.")
    return data


def _parse(content: bytes) -> etree._Element:
    text = _decode(content)
    if _ENTITY.search(text):
        raise MusicXmlError("The file defines XML entities of its own and was refused.")
    if text.count("<") > MAX_TAGS:
        raise MusicXmlError(f"The file has more than {MAX_TAGS} XML tags.")
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    body = _DECLARATION.sub("", text, count=1)
    try:
        root = etree.fromstring(body.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        raise MusicXmlError(f"The file is no sound XML: {error}.") from error
    except ValueError as error:
        raise MusicXmlError("The file is empty or no XML.") from error
    if root is None:
        raise MusicXmlError("The file is empty.")
    return root


def _decode(content: bytes) -> str:
    marked = next((coding for mark, coding in _MARKS if content.startswith(mark)), None)
    encoding = marked or _named_encoding(content)
    try:
        return content.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise MusicXmlError(
            f"The file says that its text is in {encoding}, which it is not."
        ) from error


def _named_encoding(content: bytes) -> str:
    if content.startswith(b"<\x00"):
        return "utf-16-le"
    if content.startswith(b"\x00<"):
        return "utf-16-be"
    match = _ENCODING.match(content.lstrip())
    if match is None:
        return "utf-8"
    name = match[1].decode("ascii")
    try:
        known = codecs.lookup(name).name
    except LookupError:
        known = ""
    if known not in _ENCODINGS:
        raise MusicXmlError(f"The file's text encoding {name!r} cannot be read.")
    # A file in bytes that says UTF-16 is wrong about it.
    return "utf-8" if known.startswith("utf-16") else known


def _short(tag: object) -> str:
    return str(tag)[:60]
