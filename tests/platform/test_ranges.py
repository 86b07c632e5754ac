"""Files over HTTP, from a local folder and from a server that speaks S3."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from django.core.files.base import ContentFile
from django.core.signals import request_finished
from django.db import close_old_connections, models
from django.db.models.fields.files import FieldFile
from django.http import Http404, HttpResponseBase
from django.test import RequestFactory
from django.utils.http import http_date
from hypothesis import example, given
from hypothesis import strategies as st
from storages.backends.s3 import S3File, S3Storage

from ariaforge.files import (
    BLOCK_BYTES,
    CONTENT_TYPES,
    INLINE_CONTENT_TYPES,
    clean_filename,
    content_disposition,
    content_type_of,
    parse_range,
    ranged_file_response,
)
from ariaforge.storage import DurableFileSystemStorage
from tests.s3 import s3_server

CONTENT = random.Random(7).randbytes(3 * BLOCK_BYTES + 1003)
SIZE = len(CONTENT)
MODIFIED = datetime(2026, 11, 1, 12, 30, 15, 250_000, tzinfo=UTC)
ETAG = "a" * 64
NAME = "media/one/two.wav"


@pytest.fixture(autouse=True)
def _leave_the_database_alone() -> Iterator[None]:
    """A response that is closed looks at connections, also at those of tests before."""
    request_finished.disconnect(close_old_connections)
    yield
    request_finished.connect(close_old_connections)


@pytest.fixture(scope="module")
def s3() -> Iterator[S3Storage]:
    with s3_server() as options:
        yield S3Storage(**options)


@pytest.fixture(params=["local", "s3"])
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> FieldFile:
    """The same bytes in a folder and in a bucket."""
    storage: Any = (
        DurableFileSystemStorage(location=tmp_path)
        if request.param == "local"
        else request.getfixturevalue("s3")
    )
    if not storage.exists(NAME):
        assert storage.save(NAME, ContentFile(CONTENT)) == NAME
    return field_file(storage, NAME)


def field_file(storage: Any, name: str) -> FieldFile:
    return FieldFile(None, models.FileField(storage=storage), name)  # type: ignore[arg-type]


def fetch(
    file: FieldFile,
    *,
    method: str = "get",
    content_type: str = "audio/wav",
    filename: str = "mix.wav",
    inline: bool = True,
    **headers: str,
) -> HttpResponseBase:
    """Ask for the file; ``If_Range="x"`` sends the header If-Range."""
    request = getattr(RequestFactory(), method)(
        "/", headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
    return ranged_file_response(
        request,
        file=file,
        content_type=content_type,
        filename=filename,
        etag=ETAG,
        last_modified=MODIFIED,
        inline=inline,
    )


def body(response: Any) -> bytes:
    data = b"".join(response) if response.streaming else response.content
    response.close()
    return data


def test_whole_file(stored: FieldFile) -> None:
    response = fetch(stored)
    assert response.status_code == 200
    assert body(response) == CONTENT
    assert response.headers["Content-Length"] == str(SIZE)
    assert response.headers["Accept-Ranges"] == "bytes"
    assert response.headers["ETag"] == f'"{ETAG}"'
    assert response.headers["Last-Modified"] == "Sun, 01 Nov 2026 12:30:15 GMT"
    assert response.headers["Content-Type"] == "audio/wav"
    assert "private" in response.headers["Cache-Control"]
    assert "Content-Range" not in response.headers


@pytest.mark.parametrize(
    ("header", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-99", 0, 99),
        (f"bytes={BLOCK_BYTES - 1}-{BLOCK_BYTES}", BLOCK_BYTES - 1, BLOCK_BYTES),
        (f"bytes=100-{2 * BLOCK_BYTES + 50}", 100, 2 * BLOCK_BYTES + 50),
        ("bytes=500000-", 500_000, SIZE - 1),
        ("bytes=-100", SIZE - 100, SIZE - 1),
        (f"bytes=-{SIZE * 2}", 0, SIZE - 1),
        (f"bytes=10-{10**30}", 10, SIZE - 1),
        (f"bytes={SIZE - 1}-{SIZE}", SIZE - 1, SIZE - 1),
        ("BYTES = 5-9 , ", 5, 9),
    ],
)
def test_one_range(stored: FieldFile, header: str, first: int, last: int) -> None:
    response = fetch(stored, Range=header)
    assert response.status_code == 206
    assert response.headers["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
    assert response.headers["Content-Length"] == str(last - first + 1)
    assert body(response) == CONTENT[first : last + 1]


@pytest.mark.parametrize(
    "header",
    [
        "bytes=0-9,20-29",  # several ranges
        "bytes=9-5",
        "bytes=-",
        "bytes=",
        "bytes=a-b",
        "bytes=1-2-3",
        "bytes=٣-٥",  # digits, but not ASCII
        "seconds=0-9",
        "0-9",
    ],
)
def test_ranges_that_are_ignored(stored: FieldFile, header: str) -> None:
    response = fetch(stored, Range=header)
    assert response.status_code == 200
    assert "Content-Range" not in response.headers
    assert body(response) == CONTENT


@pytest.mark.parametrize("header", [f"bytes={SIZE}-", f"bytes={10**25}-", "bytes=-0"])
def test_range_behind_the_end(stored: FieldFile, header: str) -> None:
    response = fetch(stored, Range=header)
    assert response.status_code == 416
    assert response.headers["Content-Range"] == f"bytes */{SIZE}"
    assert body(response) == b""


def test_head_has_the_headers_of_get_and_ignores_the_range(stored: FieldFile) -> None:
    response = fetch(stored, method="head", Range="bytes=0-9")
    assert response.status_code == 200
    assert response.headers["Content-Length"] == str(SIZE)
    assert body(response) == b""
    got = fetch(stored)
    assert dict(response.headers) == dict(got.headers)
    got.close()


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        (f'"{ETAG}"', 206),
        (f'W/"{ETAG}"', 200),
        ('"other"', 200),
        (http_date(int(MODIFIED.timestamp())), 206),
        (http_date(int(MODIFIED.timestamp()) + 1), 200),
        ("yesterday", 200),
    ],
)
def test_if_range(stored: FieldFile, condition: str, status: int) -> None:
    response = fetch(stored, Range="bytes=5-9", If_Range=condition)
    assert response.status_code == status
    assert body(response) == (CONTENT[5:10] if status == 206 else CONTENT)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If_None_Match": f'"{ETAG}"'}, 304),
        ({"If_None_Match": f'"x", W/"{ETAG}"'}, 304),
        ({"If_None_Match": "*"}, 304),
        ({"If_None_Match": '"x"'}, 200),
        ({"If_Modified_Since": http_date(MODIFIED.timestamp())}, 304),
        ({"If_Modified_Since": http_date((MODIFIED - timedelta(days=1)).timestamp())}, 200),
        # The entity tag decides when both are there.
        ({"If_None_Match": '"x"', "If_Modified_Since": http_date(MODIFIED.timestamp())}, 200),
        ({"If_Match": '"x"'}, 412),
        ({"If_Match": f'"{ETAG}"'}, 200),
        ({"If_None_Match": f'"{ETAG}"', "Range": "bytes=0-9"}, 304),
    ],
)
def test_conditional_requests(stored: FieldFile, headers: dict[str, str], status: int) -> None:
    response = fetch(stored, **headers)
    assert response.status_code == status
    assert response.headers["ETag"] == f'"{ETAG}"'
    assert body(response) == (CONTENT if status == 200 else b"")


def test_a_range_from_s3_fetches_only_the_range(
    s3: S3Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not s3.exists(NAME):
        s3.save(NAME, ContentFile(CONTENT))

    def download(self: Any) -> None:
        raise AssertionError("the whole object was fetched")

    monkeypatch.setattr(S3File, "file", property(download))
    assert body(fetch(field_file(s3, NAME), Range="bytes=70000-70009")) == CONTENT[70000:70010]
    assert body(fetch(field_file(s3, NAME))) == CONTENT


def test_empty_file(tmp_path: Path) -> None:
    storage = DurableFileSystemStorage(location=tmp_path)
    storage.save("empty.wav", ContentFile(b""))
    for header, status in (("", 200), ("bytes=0-", 416), ("bytes=-5", 200)):
        response = fetch(field_file(storage, "empty.wav"), Range=header)
        assert response.status_code == status
        assert body(response) == b""


def test_missing_file_is_404(stored: FieldFile) -> None:
    for method in ("get", "head"):
        with pytest.raises(Http404):
            fetch(field_file(stored.storage, "media/gone.wav"), method=method)


def test_a_file_that_shrinks_breaks_the_response(tmp_path: Path) -> None:
    storage = DurableFileSystemStorage(location=tmp_path)
    storage.save("mix.wav", ContentFile(CONTENT))
    response: Any = fetch(field_file(storage, "mix.wav"))
    stream = iter(response)
    next(stream)
    with (tmp_path / "mix.wav").open("r+b") as file:
        file.truncate(BLOCK_BYTES + 10)
    with pytest.raises(OSError, match="shorter"):
        b"".join(stream)
    response.close()


def test_the_file_is_closed_when_the_listener_leaves(tmp_path: Path) -> None:
    storage = DurableFileSystemStorage(location=tmp_path)
    storage.save("mix.wav", ContentFile(CONTENT))
    opened = storage.open("mix.wav")
    response: Any = fetch(opened)  # type: ignore[arg-type]
    next(iter(response))
    assert not opened.closed
    response.close()
    assert opened.closed


# -- What may be shown inline -------------------------------------------------------


@pytest.mark.parametrize("content_type", [*CONTENT_TYPES.values(), "text/html", "image/svg+xml"])
def test_only_safe_types_are_inline(tmp_path: Path, content_type: str) -> None:
    storage = DurableFileSystemStorage(location=tmp_path)
    storage.save("file", ContentFile(b"<script>alert(1)</script>"))
    response = fetch(field_file(storage, "file"), content_type=content_type)
    response.close()
    disposition = response.headers["Content-Disposition"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    if content_type in INLINE_CONTENT_TYPES:
        assert disposition.startswith("inline;")
        assert content_type.startswith(("audio/", "image/"))
    else:
        assert disposition.startswith("attachment;")
        assert "sandbox" in response.headers["Content-Security-Policy"]
    if content_type in ("text/html", "image/svg+xml"):
        assert response.headers["Content-Type"] == "application/octet-stream"


def test_download_is_an_attachment_even_where_inline_is_safe(stored: FieldFile) -> None:
    response = fetch(stored, inline=False)
    response.close()
    assert response.headers["Content-Disposition"] == 'attachment; filename="mix.wav"'


@pytest.mark.parametrize(
    ("filename", "content_type"),
    [
        ("a.WAV", "audio/wav"),
        ("a.midi", "audio/midi"),
        ("a.jpeg", "image/jpeg"),
        ("a.html", "application/octet-stream"),
        ("a.svg", "application/octet-stream"),
        ("wav", "application/octet-stream"),
    ],
)
def test_content_types_come_from_our_table(filename: str, content_type: str) -> None:
    assert content_type_of(filename) == content_type


# -- Names --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filename", "cleaned"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\songs\\mix.wav", "mix.wav"),
        ("a\r\nSet-Cookie: x=1.wav", "aSet-Cookie x=1.wav"),
        ("  Grüße  aus   東京.mp3 ", "Grüße aus 東京.mp3"),
        ("...", "file"),
        ("", "file"),
        ("a\u202egpj.exe", "agpj.exe"),  # a right-to-left override hides the ending
    ],
)
def test_clean_filename(filename: str, cleaned: str) -> None:
    assert clean_filename(filename) == cleaned


def test_clean_filename_keeps_the_ending_of_long_names() -> None:
    for character in "a", "東":
        name = clean_filename(character * 500 + ".flac")
        assert name.endswith(".flac")
        assert len(name.encode()) <= 240


@given(st.text(max_size=300))
@example('a"b\\c%41.wav')
@example("Ünïcode – 東京 🎵.mp3")
def test_content_disposition_survives_any_name(filename: str) -> None:
    header = content_disposition(attachment=True, filename=filename)
    assert header.isascii()
    assert header.isprintable()
    plain = re.fullmatch(
        r'attachment; filename="((?:[^"\\]|\\.)+)"(?:; filename\*=UTF-8\'\'([^;\s]+))?', header
    )
    assert plain is not None
    meant = unquote(plain[2]) if plain[2] else re.sub(r"\\(.)", r"\1", plain[1])
    assert meant == clean_filename(filename)


# -- Properties of ranges -----------------------------------------------------------


@given(
    first=st.integers(0, 60) | st.none(),
    last=st.integers(0, 60) | st.none(),
    size=st.integers(0, 40),
)
def test_parse_range_agrees_with_the_definition(
    first: int | None, last: int | None, size: int
) -> None:
    """RFC 9110, section 14.1.2, written out over the single positions of the file."""
    text = f"bytes={'' if first is None else first}-{'' if last is None else last}"
    if (first is None and last is None) or (None not in (first, last) and last < first):  # type: ignore[operator]
        assert parse_range(text, size) is None
        return
    if first is None:
        assert last is not None
        wanted = [position for position in range(size) if position >= size - last]
        satisfiable = last > 0
    else:
        wanted = [p for p in range(size) if p >= first and (last is None or p <= last)]
        satisfiable = first < size
    result = parse_range(text, size)
    if not satisfiable:
        assert result == (size, 0)
    elif size == 0:
        assert result is None
    else:
        assert result is not None
        assert list(range(result[0], sum(result))) == wanted


@given(st.text(max_size=40))
def test_parse_range_takes_any_text(text: str) -> None:
    for header in (text, f"bytes={text}"):
        result = parse_range(header, 1000)
        assert result is None or (0 <= result[0] <= 1000 and 0 <= result[1] <= 1000)
