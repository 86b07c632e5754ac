"""Nothing hostile comes in by an archive, and what is wrong leaves nothing."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import transaction

from accounts.models import User
from ariaforge.exceptions import TooLargeError, UnsupportedTypeError
from ariaforge.jobs import transitions
from ariaforge.jobs.claims import claim_job
from ariaforge.jobs.registry import JobContext, JobError, find_kind
from ariaforge.models import Job
from compositions.exporting import archive_file
from compositions.exporting import archives as archives_module
from compositions.exporting.archive_file import ArchiveError
from compositions.exporting.archives import import_archive
from compositions.imports import import_song
from compositions.models import (
    Composition,
    ProjectArchive,
)
from media.models import Asset
from tests.compositions.archived import brought, packed, storied_song
from tests.factories import ProjectFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def song(musician: User) -> Composition:
    """A song with all that a history can hold."""
    return storied_song(musician)


def rewritten(path: Path, change: Callable[[dict[str, bytes]], None], fix: bool = True) -> Path:
    """A copy of an archive with other content; ``fix`` makes the manifest tell its checksums."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    if fix:
        manifest = json.loads(files["manifest.json"])
        manifest["files"] = {
            name: {
                "size": len(content),
                "sha256": archive_file.hashlib.sha256(content).hexdigest(),
            }
            for name, content in files.items()
            if name != "manifest.json"
        }
        files["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(path.with_suffix(".bad"), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path.with_suffix(".bad")


def say(file: str, /, **fields: Any) -> Callable[[dict[str, bytes]], None]:
    def change(files: dict[str, bytes]) -> None:
        files[file] = json.dumps({**json.loads(files[file]), **fields}).encode()

    return change


def put(name: str, content: bytes) -> Callable[[dict[str, bytes]], None]:
    return lambda files: files.update({name: content})


def drop(start: str) -> Callable[[dict[str, bytes]], None]:
    def change(files: dict[str, bytes]) -> None:
        del files[next(name for name in files if name.startswith(start))]

    return change


def lines(file: str, /, **fields: Any) -> Callable[[dict[str, bytes]], None]:
    def change(files: dict[str, bytes]) -> None:
        rows = [json.loads(line) for line in files[file].splitlines()]
        rows[-1].update(fields)
        files[file] = b"\n".join(json.dumps(row).encode() for row in rows)

    return change


SONG = "songs/0001/"
HOSTILE: list[tuple[str, Callable[[dict[str, bytes]], None], bool, str]] = [
    ("another checksum", put(f"{SONG}song.json", b"{}"), False, "checksum"),
    ("a path that climbs", put("../../etc/passwd", b"x"), True, "does not belong"),
    ("an absolute path", put("/etc/passwd", b"x"), True, "does not belong"),
    ("a file too many", put("parts/ab/" + "ab" * 32 + ".json", b"x"), False, "not those of its"),
    ("a part that is another", put("parts/ab/" + "ab" * 32 + ".json", b"x"), True, "not what its"),
    ("a part too few", drop("parts/"), True, "missing"),
    ("a newer format", say("manifest.json", version=2), False, "newer AriaForge"),
    ("another format", say("manifest.json", format="tape"), False, "no AriaForge archive"),
    ("no format version", say("manifest.json", version="1"), False, "which version"),
    ("no songs", say("manifest.json", songs=[]), False, "no songs"),
    (
        "songs elsewhere",
        say("manifest.json", songs=[{"folder": "x", "name": "Y"}]),
        True,
        "missing",
    ),
    ("no JSON", put(f"{SONG}song.json", b"{"), True, "cannot be read"),
    ("no number", put(f"{SONG}song.json", b'{"seed": NaN}'), True, "cannot be read"),
    ("no text", say(f"{SONG}song.json", name="a\x00b"), True, "cannot be read"),
    ("deep JSON", put(f"{SONG}song.json", b"[" * 100_000), True, "cannot be read"),
    ("a bomb", put(f"{SONG}edits.jsonl", b" " * 3_000_000), True, "far too much"),
    ("other notes", say(f"{SONG}song.json", tree_hash="0" * 64), True, "does not fit"),
    ("a forged author", lines(f"{SONG}versions.jsonl", author_name="boss"), True, "does not fit"),
    ("a forged message", lines(f"{SONG}versions.jsonl", message="other"), True, "does not fit"),
    ("a version of itself", lines(f"{SONG}versions.jsonl", parent="x"), True, "does not fit"),
    ("a lost revision", say(f"{SONG}song.json", revision=999), True, "does not fit"),
    ("a seed beyond all", say(f"{SONG}song.json", seed=2**70), True, "does not fit"),
    ("a seed of words", say(f"{SONG}song.json", seed="five"), True, "does not fit"),
    ("words for a spec", say(f"{SONG}song.json", spec="x"), True, "does not fit"),
    ("numbers for reasons", say(f"{SONG}song.json", explanation=[5]), True, "does not fit"),
    ("a loud mix", say(f"{SONG}song.json", render_parameters={"x": 1}), True, "does not fit"),
    ("a long name", say(f"{SONG}song.json", name="x" * 500), True, "does not fit"),
    ("an edit of nothing", lines(f"{SONG}edits.jsonl", undoes=9_999), True, "does not fit"),
    ("no sessions", put(f"{SONG}sessions.json", b"[]"), True, "does not fit"),
    ("a list of songs", put(f"{SONG}song.json", b"[]"), True, "does not fit"),
]


def test_nothing_hostile_comes_in(song: Composition, musician: User, tmp_path: Path) -> None:
    path = packed(song, tmp_path / "song.ariaforge")
    empty = ProjectFactory(owner=musician)
    for what, change, fix, message in HOSTILE:
        bad = rewritten(path, change, fix)
        with pytest.raises(ArchiveError) as told_why:
            brought(bad, empty, musician)
        assert message in str(told_why.value), what
        assert not Composition.all_objects.filter(project=empty).exists(), what
    content = path.read_bytes()
    for cut in (0, 3, len(content) // 3, len(content) - 30):
        path.with_suffix(".cut").write_bytes(content[:cut])
        with pytest.raises(ArchiveError):
            brought(path.with_suffix(".cut"), empty, musician)
    twice = path.with_suffix(".twice")
    twice.write_bytes(content)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(twice, "a") as archive:
        archive.writestr("manifest.json", b"{}")
    with pytest.raises(ArchiveError, match="does not belong"):
        brought(twice, empty, musician)


def test_a_file_that_is_wrong_leaves_nothing(
    song: Composition, musician: User, tmp_path: Path, client: Any
) -> None:
    path = packed(song, tmp_path / "song.ariaforge")
    bad = rewritten(path, put(f"{SONG}mix.wav", b"<script>" * 20)).read_bytes()
    home = ProjectFactory(owner=musician)
    client.force_login(musician)
    page = f"/projects/{home.pk}/files/"
    assert "There are no songs in the project yet" in client.get(page).content.decode()
    before = Asset.all_objects.count()
    client.post(f"/projects/{home.pk}/import/", {"file": ContentFile(bad, name="x.ariaforge")})
    row = ProjectArchive.objects.get(project=home)
    assert "hx-trigger" in client.get(page).content.decode()
    work_on(row.job)
    answer = client.get(page).content.decode()
    assert "“songs/0001/mix.wav” is not what its name says" in answer
    assert not Composition.all_objects.filter(project=home).exists()
    assert Asset.all_objects.count() == before
    client.post(f"/projects/{home.pk}/files/{row.pk}/delete/")
    assert "Nothing was exported or imported yet" in client.get(page).content.decode()
    text = ContentFile(b"MThd", name="x.ariaforge")
    answer = client.post(f"/projects/{home.pk}/import/", {"file": text}, follow=True)
    assert "This is no AriaForge archive" in answer.content.decode()
    answer = client.post(f"/projects/{home.pk}/export/", follow=True)
    assert "nothing to export" in answer.content.decode()


def work_on(job: Job | None) -> None:
    """Do a job as a worker does that fails."""
    assert job is not None
    claimed = claim_job(job.queue)
    assert claimed is not None
    kind = find_kind(claimed.kind)
    assert kind is not None
    context = JobContext(
        claimed.pk, claimed.owner_id, claimed.kind, claimed.parameters, "", 1, Path(mkdtemp()),
        lambda part, step: None, lambda level, message: None,
    )  # fmt: skip
    with pytest.raises(JobError) as error:
        kind.run(context)
    with transaction.atomic():
        locked = transitions.lock_job(claimed.pk, token=claimed.lease_token)
        assert locked is not None
        transitions.fail(locked, code=error.value.code, message=error.value.message)


def test_what_is_no_archive_or_too_large_is_refused_at_once(
    musician: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = ProjectFactory(owner=musician)
    monkeypatch.setattr(archives_module, "MOST_UPLOADED_BYTES", 10)
    for content, error in (
        (b"", UnsupportedTypeError), (b"PK", UnsupportedTypeError),
        (b"PK\x03\x04" + bytes(20), TooLargeError),
    ):  # fmt: skip
        with pytest.raises(error):
            import_archive(
                project=project, user=musician, file=io.BytesIO(content), filename="x.ariaforge"
            )
    assert not ProjectArchive.objects.exists()
    with pytest.raises(UnsupportedTypeError, match="Files tab of a project"):
        import_song(user=musician, file=io.BytesIO(b"PK"), filename="Song.ariaforge")
