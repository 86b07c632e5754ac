"""Removing files without a row, and naming rows without their file."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command

from media.models import Asset

pytestmark = pytest.mark.django_db

MakeAsset = Callable[..., Asset]
StoredFiles = Callable[[], list[Path]]


def age(path: Path, hours: float) -> None:
    then = path.stat().st_mtime - hours * 3600
    os.utime(path, (then, then))


def test_sweeping(
    make_asset: MakeAsset,
    stored_files: StoredFiles,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    alive, trashed, lost = make_asset(), make_asset(), make_asset()
    trashed.soft_delete()
    Path(lost.file.path).unlink()
    folder = tmp_path / "media" / "media"
    orphans = [folder / "gone" / "old.wav", folder / "gone" / "old.wav.12.part"]
    young = folder / "new" / "young.wav"
    for path in (*orphans, young):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    elsewhere = tmp_path / "media" / "projects" / "cover.png"
    elsewhere.parent.mkdir()
    elsewhere.write_bytes(b"x")
    for path in stored_files():
        if path != young:
            age(path, 25)

    before = stored_files()
    call_command("sweep_files", "--dry-run")
    said = capsys.readouterr()
    assert "2 orphaned files would be removed; 1 assets without their file." in said.out
    assert str(lost.pk) in said.err
    assert stored_files() == before

    call_command("sweep_files")
    assert "2 orphaned files removed" in capsys.readouterr().out
    assert set(before) - set(stored_files()) == set(orphans)
    assert Path(alive.file.path).exists()
    assert Path(trashed.file.path).exists()
    assert not (folder / "gone").exists()


def test_sweeping_an_empty_storage(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("sweep_files")
    assert "0 orphaned files removed; 0 assets" in capsys.readouterr().out
