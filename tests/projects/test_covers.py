"""Covers: decoded and written anew, small, served only to members."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from ariaforge.exceptions import InvalidInputError, TooLargeError, UnsupportedTypeError
from projects.covers import COVER_MAX_BYTES, encode_cover
from projects.models import Project
from projects.roles import Role
from tests.factories import MembershipFactory, ProjectFactory, UserFactory


def image_file(
    kind: str = "JPEG", size: tuple[int, int] = (60, 40), mode: str = "RGB", **options: Any
) -> bytes:
    """Return an image: left half red, right half blue."""
    image = Image.new(mode, size, "blue")
    image.paste(Image.new(mode, (size[0] // 2, size[1]), "red"), (0, 0))
    output = io.BytesIO()
    image.save(output, format=kind, **options)
    return output.getvalue()


def encode(data: bytes) -> Image.Image:
    """Return the cover made of the uploaded bytes."""
    content = encode_cover(io.BytesIO(data), size=len(data))
    return Image.open(io.BytesIO(content.read()))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_every_kind_becomes_webp(kind: str) -> None:
    cover = encode(image_file(kind))
    assert (cover.format, cover.size) == ("WEBP", (60, 40))
    red, _, blue = cover.convert("RGB").getpixel((10, 20))  # type: ignore[misc]
    assert red > 200 > 60 > blue


def test_transparency_stays() -> None:
    data = image_file("PNG", mode="RGBA")
    assert encode(data).mode in ("RGB", "RGBA")
    image = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    output = io.BytesIO()
    image.save(output, format="PNG")
    assert encode(output.getvalue()).getpixel((0, 0))[3] == 0  # type: ignore[index]


def test_metadata_goes_and_orientation_is_applied() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees to view
    exif[0x010E] = "taken at home"
    exif.get_ifd(0x8825)[1] = "N"
    data = image_file("JPEG", exif=exif, comment=b"secret comment")
    assert b"taken at home" in data
    content = encode_cover(io.BytesIO(data), size=len(data)).read()
    cover = Image.open(io.BytesIO(content))
    assert cover.size == (40, 60)
    assert not cover.getexif()
    assert cover.info.keys() <= {"background", "loop", "timestamp", "duration"}
    for secret in (b"taken at home", b"secret comment", b"EXIF", b"Exif"):
        assert secret not in content


def test_large_images_are_scaled_down() -> None:
    assert encode(image_file("PNG", (3000, 1500))).size == (1200, 600)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        image_file("GIF", mode="RGB"),
        image_file("BMP"),
        image_file("TIFF"),
        b"%PDF-1.7",
    ],
    ids=["empty", "text", "svg", "gif", "bmp", "tiff", "pdf"],
)
def test_other_kinds_are_refused(data: bytes) -> None:
    with pytest.raises(UnsupportedTypeError):
        encode(data)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_damaged_images_are_refused(kind: str) -> None:
    data = image_file(kind, (400, 300))
    with pytest.raises((InvalidInputError, UnsupportedTypeError)):
        encode(data[: len(data) // 2])


def test_too_many_bytes_are_refused_unread() -> None:
    with pytest.raises(TooLargeError):
        encode_cover(io.BytesIO(b""), size=COVER_MAX_BYTES + 1)


@pytest.mark.parametrize("side", [7_000, 60_000])
def test_too_many_pixels_are_refused_by_the_header(side: int) -> None:
    """A PNG of a few bytes that claims to be huge: its pixels are never decoded."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in ((b"IHDR", header), (b"IDAT", zlib.compress(b"")), (b"IEND", b""))
    )
    with pytest.raises(TooLargeError):
        encode(b"\x89PNG\r\n\x1a\n" + chunks)


def upload(name: str = "holiday.jpg", data: bytes | None = None) -> SimpleUploadedFile:
    """Return a file as a browser sends it."""
    return SimpleUploadedFile(name, image_file() if data is None else data, "image/jpeg")


@pytest.mark.django_db(transaction=True)
def test_upload_replace_serve_and_remove(page_client: Any) -> None:
    project = ProjectFactory()
    client = page_client(project.created_by)
    path = reverse("project_cover", args=[project.pk])
    assert client.get(path).status_code == 404

    assert client.post(path, {"image": upload("../../etc/passwd.jpg")}).status_code == 302
    project.refresh_from_db()
    first = project.cover.name
    assert first.startswith("projects/covers/")
    assert first.endswith(".webp")
    assert "passwd" not in first
    response = client.get(project.cover_url)
    assert response.status_code == 200
    assert response["Content-Type"] == "image/webp"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert Image.open(io.BytesIO(b"".join(response.streaming_content))).size == (60, 40)
    assert project.cover_url in client.get(reverse("project_settings", args=[project.pk])).text

    client.post(path, {"image": upload()})
    project.refresh_from_db()
    assert project.cover.name != first
    assert not default_storage.exists(first)
    assert client.get(path).status_code == 200
    second = project.cover.name

    client.post(reverse("project_cover_remove", args=[project.pk]))
    project.refresh_from_db()
    assert not project.cover
    assert not default_storage.exists(second)
    assert client.get(path).status_code == 404


@pytest.mark.django_db
def test_page_says_why_an_upload_was_refused(page_client: Any) -> None:
    project = ProjectFactory()
    client = page_client(project.created_by)
    path = reverse("project_cover", args=[project.pk])
    response = client.post(path, {"image": upload(data=b"not an image")})
    assert response.status_code == 400
    assert "A cover must be a JPEG, PNG or WebP image." in response.content.decode()
    assert client.post(path, {}).status_code == 400
    assert not Project.objects.get().cover


@pytest.mark.django_db
def test_cover_is_for_members_only(page_client: Any, client: Any) -> None:
    project = ProjectFactory()
    path = reverse("project_cover", args=[project.pk])
    page_client(project.created_by).post(path, {"image": upload()})
    viewer = MembershipFactory(project=project, role=Role.VIEWER).user
    assert page_client(viewer).get(path).status_code == 200
    assert page_client(viewer).post(path, {"image": upload()}).status_code == 403
    assert page_client(UserFactory()).get(path).status_code == 404
    assert client.get(path).status_code == 302


@pytest.mark.django_db
def test_api_uploads_and_removes(api_client: Any) -> None:
    project = ProjectFactory()
    client = api_client(project.created_by)
    path = f"/api/v1/projects/{project.pk}/cover/"
    response = client.put(path, {"image": upload()}, format="multipart")
    assert response.status_code == 200
    assert client.get(response.json()["cover_url"]).status_code == 200
    bad = client.put(path, {"image": upload(data=b"no")}, format="multipart")
    assert bad.status_code == 415
    assert client.put(path, {}, format="multipart").status_code == 400
    assert client.delete(path).status_code == 204
    assert not Project.objects.get().cover
