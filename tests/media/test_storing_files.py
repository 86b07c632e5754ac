"""Storing files with their rows, and removing them for good."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import re
import stat
import subprocess
import sys
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, transaction

from ariaforge.exceptions import InvalidInputError, StorageFullError
from ariaforge.jobs.files import folder_of_attempt
from ariaforge.models import Job
from ariaforge.storage import DurableFileSystemStorage, remove_uncommitted_files
from media.models import Asset
from media.services import keep_file, prepare_file, purge_assets
from tests.factories import ProjectFactory, UserFactory
from tests.media.conftest import WAVE

pytestmark = pytest.mark.django_db

MakeAsset = Callable[..., Asset]
StoredFiles = Callable[[], list[Path]]


@pytest.mark.parametrize("form", ["bytes", "path", "stream", "upload", "read_stream"])
def test_stores_every_form_of_content(
    make_asset: MakeAsset, stored_files: StoredFiles, tmp_path: Path, form: str
) -> None:
    path = tmp_path / "work.wav"
    path.write_bytes(WAVE)
    stream = io.BytesIO(WAVE)
    contents: dict[str, Any] = {
        "bytes": WAVE,
        "path": path,
        "stream": stream,
        "upload": SimpleUploadedFile("../../evil.exe", WAVE),
        "read_stream": stream,
    }
    if form == "read_stream":
        stream.read()  # somebody has sniffed its type before
    asset = Asset.objects.get(pk=make_asset(content=contents[form]).pk)
    assert [file.read_bytes() for file in stored_files()] == [WAVE]
    assert asset.sha256 == hashlib.sha256(WAVE).hexdigest()
    assert asset.size_bytes == len(WAVE)
    assert asset.content_type == "audio/wav"
    assert asset.filename == "Küchenlied – mix.wav"
    random = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    assert re.fullmatch(rf"media/{asset.pk}/{random}\.wav", asset.file.name)
    assert path.exists()


def test_a_file_of_a_job_lives_in_the_folder_of_its_attempt(
    stored_files: StoredFiles, page_client: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    job = Job(attempts=32767, lease_token=uuid.uuid4())
    asset = prepare_file(
        owner=UserFactory(),
        content=b"<score/>",
        filename="a.musicxml",  # the longest ending
        kind="document",
        folder=folder_of_attempt(job),
    )
    keep_file(asset)
    assert asset.file.name.startswith(
        f"media/jobs/{job.pk}/32767-{job.lease_token.hex}/{asset.pk}/"
    )
    room = Asset._meta.get_field("file").max_length - len(asset.file.name)
    assert room >= len("_1234567")  # what the storage adds to a name that is taken

    part = page_client(asset.owner).get(asset.get_absolute_url(), headers={"Range": "bytes=1-5"})
    assert (part.status_code, b"".join(part)) == (206, b"score")

    orphan = Path(asset.file.path).parents[2] / "1-0" / "gone" / "x.wav"
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(b"x")
    call_command("sweep_files", "--hours", "0")
    assert "1 orphaned files removed; 0 assets" in capsys.readouterr().out
    assert stored_files() == [Path(asset.file.path)]
    assert not orphan.parents[1].exists()


def test_stored_files_are_private(make_asset: MakeAsset, stored_files: StoredFiles) -> None:
    make_asset()
    (file,) = stored_files()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_names_of_people_never_reach_the_storage(make_asset: MakeAsset) -> None:
    asset = make_asset(filename="../../x.html")
    assert asset.filename == "x.html"
    assert asset.content_type == "application/octet-stream"
    assert asset.file.name.endswith(".bin")


def test_refuses_an_empty_file(make_asset: MakeAsset, stored_files: StoredFiles) -> None:
    with pytest.raises(InvalidInputError):
        make_asset(content=b"")
    assert not stored_files()


@pytest.mark.parametrize(
    "wrong",
    [{"kind": "hologram"}, {"provenance": "stolen"}, {"role": "Mix!"}, {"source": "x" * 2001}],
)
def test_wrong_values_store_nothing(
    make_asset: MakeAsset, stored_files: StoredFiles, wrong: dict[str, str]
) -> None:
    with pytest.raises(ValidationError) as caught:
        make_asset(**wrong)
    assert set(caught.value.message_dict) == set(wrong)
    assert not stored_files()


@pytest.mark.parametrize(
    "wrong",
    [
        {"duration_seconds": -1.0},
        {"sample_rate_hz": 10},
        {"channels": 0},
    ],
)
def test_the_file_goes_when_the_database_refuses_the_row(
    make_asset: MakeAsset, stored_files: StoredFiles, wrong: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError):
        make_asset(**wrong)
    assert not stored_files()
    assert not Asset.all_objects.exists()


def test_refuses_below_the_floor_of_free_disk(
    make_asset: MakeAsset, stored_files: StoredFiles, settings: Any
) -> None:
    settings.MINIMUM_FREE_DISK_MB = 10**9
    with pytest.raises(StorageFullError) as caught:
        make_asset()
    assert caught.value.status == 507
    assert "disk" in caught.value.message
    assert not stored_files()


def test_a_disk_that_fills_up_while_writing_leaves_nothing(tmp_path: Path) -> None:
    """A real limit of the operating system, in a process of its own."""
    program = f"""
import django, resource, signal, sys
from django.conf import settings
settings.configure()
from django.core.files.base import ContentFile
from ariaforge.exceptions import StorageFullError
from ariaforge.storage import DurableFileSystemStorage
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
storage = DurableFileSystemStorage(location={str(tmp_path)!r})
try:
    storage.save("a/b.wav", ContentFile(bytes(200_000)))
except StorageFullError as error:
    print(error.message)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert "full" in done.stdout
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_file_appears_only_when_it_is_complete(tmp_path: Path) -> None:
    storage = DurableFileSystemStorage(location=tmp_path)
    seen = []

    class Slow(ContentFile):
        def chunks(self, chunk_size: int | None = None) -> Any:
            yield b"first"
            seen.extend(path.name for path in tmp_path.rglob("*") if path.is_file())
            yield b"second"

    name = storage.save("songs/mix.wav", Slow(b"ignored"))
    assert len(seen) == 1
    assert seen[0].endswith(".part")
    assert [path.name for path in (tmp_path / "songs").iterdir()] == ["mix.wav"]
    assert (tmp_path / name).read_bytes() == b"firstsecond"


def test_a_failing_source_leaves_nothing(tmp_path: Path) -> None:
    class Broken(ContentFile):
        def chunks(self, chunk_size: int | None = None) -> Any:
            yield b"first"
            raise OSError(errno.EIO, "the disk of the sender broke")

    with pytest.raises(OSError, match="sender"):
        DurableFileSystemStorage(location=tmp_path).save("mix.wav", Broken(b""))
    assert not list(tmp_path.iterdir())


def test_a_taken_name_is_not_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = DurableFileSystemStorage(location=tmp_path)
    original = os.link

    def somebody_is_faster(source: Path, target: Path) -> None:
        if target.name == "mix.wav":
            target.write_bytes(b"theirs")
        original(source, target)

    monkeypatch.setattr(os, "link", somebody_is_faster)
    name = storage.save("mix.wav", ContentFile(b"ours"))
    assert name != "mix.wav"
    assert (tmp_path / "mix.wav").read_bytes() == b"theirs"
    assert (tmp_path / name).read_bytes() == b"ours"


def test_a_folder_may_go_while_another_file_is_stored_in_it(tmp_path: Path) -> None:
    """Files of one folder come and go in three threads; no storing may fail for that."""
    storage = DurableFileSystemStorage(location=tmp_path)

    def come_and_go(name: str) -> None:
        for _ in range(200):
            storage.delete(storage.save(f"a/b/{name}", ContentFile(b"x")))

    with ThreadPoolExecutor() as threads:
        list(threads.map(come_and_go, "xyz"))
    assert not list(tmp_path.iterdir())


def test_file_systems_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(source: Path, target: Path) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    storage = DurableFileSystemStorage(location=tmp_path)
    first = storage.save("mix.wav", ContentFile(b"one"))
    second = storage.save("mix.wav", ContentFile(b"two"))
    assert sorted(path.read_bytes() for path in tmp_path.iterdir()) == [b"one", b"two"]
    assert first != second


# -- Transactions -------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_files_of_a_transaction_that_fails_later_are_removed(
    make_asset: MakeAsset, stored_files: StoredFiles
) -> None:
    owner = UserFactory()

    def finish_a_job_too_late() -> None:
        with remove_uncommitted_files(), transaction.atomic():
            make_asset(owner=owner)
            make_asset(owner=owner)
            assert len(stored_files()) == 2
            raise DatabaseError("the lease was lost")

    with pytest.raises(DatabaseError, match="lease"):
        finish_a_job_too_late()
    assert not stored_files()
    assert not Asset.all_objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_file_that_was_prepared_and_never_kept_is_removed(stored_files: StoredFiles) -> None:
    owner = UserFactory()
    with remove_uncommitted_files():
        fields = {"owner": owner, "filename": "a.wav", "kind": "audio"}
        kept = prepare_file(content=WAVE, **fields)
        prepare_file(content=WAVE, **fields)
        assert len(stored_files()) == 2
        with transaction.atomic():
            keep_file(kept)
    assert Asset.objects.get() == kept
    assert [str(path).endswith(kept.file.name) for path in stored_files()] == [True]


@pytest.mark.django_db(transaction=True)
def test_only_the_files_of_the_failed_savepoint_are_removed(
    make_asset: MakeAsset, stored_files: StoredFiles
) -> None:
    owner = UserFactory()
    with remove_uncommitted_files(), transaction.atomic():
        kept = make_asset(owner=owner)
        try:
            with transaction.atomic():
                make_asset(owner=owner)
                raise DatabaseError("this part failed")
        except DatabaseError:
            pass
    assert [str(path).endswith(kept.file.name) for path in stored_files()] == [True]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_removed_while_the_transaction_goes_on(
    make_asset: MakeAsset, stored_files: StoredFiles
) -> None:
    owner = UserFactory()
    with transaction.atomic():
        with remove_uncommitted_files():
            make_asset(owner=owner)
        assert len(stored_files()) == 1
    assert len(stored_files()) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("folder", ["", "jobs/1/1-2"])
def test_purging_removes_a_file_with_its_last_row(
    make_asset: MakeAsset, stored_files: StoredFiles, folder: str
) -> None:
    first = make_asset(folder=folder)
    second = Asset.objects.create(
        **{
            field.name: getattr(first, field.name)
            for field in Asset._meta.concrete_fields
            if field.name not in ("id", "created_at", "updated_at")
        }
    )
    assert purge_assets(Asset.all_objects.filter(pk=first.pk)) == 1
    assert len(stored_files()) == 1
    with transaction.atomic():
        purge_assets(Asset.all_objects.filter(pk=second.pk))
        transaction.set_rollback(True)
    assert len(stored_files()) == 1
    assert purge_assets(Asset.all_objects.filter(pk=second.pk)) == 1
    assert not stored_files()


def test_content_cannot_be_changed_behind_a_row(make_asset: MakeAsset) -> None:
    asset = make_asset()
    for change in ({"sha256": "0" * 64}, {"size_bytes": 1}, {"file": "media/other"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Asset.objects.filter(pk=asset.pk).update(**change)


def test_project_and_lineage_are_kept(make_asset: MakeAsset) -> None:
    project = ProjectFactory()
    mix = make_asset(project=project)
    stem = make_asset(
        project=project, role="stem", parent=mix, generator={"engine": "desk", "version": "1"}
    )
    assert list(mix.derived.all()) == [stem]
    assert Asset.objects.get(pk=stem.pk).generator == {"engine": "desk", "version": "1"}
