"""Archives: what comes in is what went out."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from PIL import Image
from rest_framework.test import APIClient

from accounts.models import User
from ariaforge.models import Job
from compositions.editing import lock_document, undo
from compositions.editing.verifying import verify_document
from compositions.exporting.archive_file import ArchiveReader
from compositions.exporting.services import request_export
from compositions.history.upkeep import check_history
from compositions.history.versions import set_document
from compositions.models import (
    Composition,
    ProjectArchive,
    Version,
)
from compositions.score.document import Score
from compositions.score.serialisation import to_dict
from media.models import Asset
from projects.models import Project
from projects.services import set_cover
from tests.compositions.archived import brought, packed, storied_song, told
from tests.compositions.songs import make_song
from tests.factories import ProjectFactory, UserFactory
from tests.score.strategies import scores

Work = Callable[..., list[Job]]
pytestmark = pytest.mark.django_db


@pytest.fixture
def song(musician: User) -> Composition:
    """A song with all that a history can hold."""
    return storied_song(musician)


def test_a_song_comes_in_as_it_went_out(song: Composition, musician: User, tmp_path: Path) -> None:
    path = packed(song, tmp_path / "song.ariaforge")
    again = packed(song, tmp_path / "again.ariaforge")
    assert path.read_bytes() == again.read_bytes()
    other = UserFactory()
    copy = brought(path, ProjectFactory(owner=other), other)
    assert told(copy) == told(song)
    assert (copy.created_by_id, copy.project.memberships.get().user_id) == (other.pk, other.pk)
    assert check_history(copy) == []
    with transaction.atomic():
        assert verify_document(lock_document(copy.pk)) == []
    # Nobody is the author of what another has written elsewhere, and its name still holds.
    assert set(Version.objects.filter(composition=copy).values_list("author", flat=True)) == {None}
    step = copy.sessions.get().steps.get()
    assert step.parameters["session"] == str(step.session_id)
    # From there on to a third place, and home again, where the author is known.
    second = packed(copy, tmp_path / "second.ariaforge")
    home = brought(second, song.project, musician)
    assert told(home) == told(song)
    assert home.pk != song.pk
    authors = Version.objects.filter(composition=home).values_list("author", flat=True)
    assert set(authors) == {musician.pk}
    # What came in can be worked on: one's own last edit is taken back.
    mine = brought(path, song.project, musician)
    undo(composition=mine, user=musician)
    assert check_history(Composition.objects.select_related("branch").get(pk=mine.pk)) == []


@settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(score=scores())
def test_any_song_comes_in_as_it_went_out(score: Score, musician: User, tmp_path: Path) -> None:
    with transaction.atomic():
        song = Composition.objects.create(
            project=ProjectFactory(owner=musician), name="x", seed=1, created_by=musician
        )
        set_document(
            composition=song, data=to_dict(score), user=musician, name="x", source="import",
            message="x",
        )  # fmt: skip
        copy = brought(packed(song, tmp_path / "x"), ProjectFactory(owner=musician), musician)
        assert told(copy) == told(song)
        transaction.set_rollback(True)


def test_a_project_goes_out_and_comes_in_by_jobs(
    song: Composition, musician: User, run_jobs: Work, django_assert_num_queries: Any
) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (80, 80), (200, 30, 30)).save(picture, "PNG")
    size = picture.tell()
    picture.seek(0)
    set_cover(project=song.project, actor=musician, file=picture, size=size)
    Project.objects.filter(pk=song.project_id).update(genre="lo-fi", tempo=82)
    make_song(musician, "composed", project=song.project)
    client = APIClient()
    client.force_authenticate(musician)
    archives = f"/api/v1/projects/{song.project_id}/archives/"
    answer = client.post(archives, headers={"Idempotency-Key": "one"})
    assert answer.status_code == 202
    job = run_jobs("bulk")[-1]
    reports = [part for part, _ in job.reports]  # type: ignore[attr-defined]
    assert reports == sorted(reports)
    row = client.get(archives).json()["results"][0]
    assert (row["direction"], row["song_count"]) == ("export", 2)
    made = ProjectArchive.objects.get(pk=row["id"])
    assert made.expires_at is not None
    assert made.asset is not None
    with made.asset.file.open("rb") as stored:
        content = stored.read()

    other = UserFactory()
    home = ProjectFactory(owner=other, name="Mine")
    client.force_authenticate(other)
    brought_to = f"/api/v1/projects/{home.pk}/archives/"
    file = ContentFile(content, name="evenings.ariaforge")
    answer = client.post(f"{brought_to}import/", {"file": file}, format="multipart")
    assert answer.status_code == 202
    uploaded = ProjectArchive.objects.get(pk=answer.json()["id"]).asset_id
    run_jobs("bulk")
    with django_assert_num_queries(2):  # the project, its archives
        line = client.get(brought_to).json()["results"][0]
    assert (line["song_count"], line["job"]["state"], line["asset"]) == (2, "succeeded", None)
    assert not Asset.all_objects.filter(pk=uploaded).exists()
    copies = list(Composition.objects.filter(project=home).order_by("pk"))
    assert [told(copy) for copy in copies] == [
        told(one) for one in Composition.objects.filter(project=song.project).order_by("pk")
    ]
    copy = Composition.objects.with_work().get(pk=copies[0].pk)
    original = Composition.objects.with_work().get(pk=song.pk)
    assert copy.current_render is not None
    assert original.current_render is not None
    assert copy.current_render.mix.sha256 == original.current_render.mix.sha256
    assert copy.midi.sha256 == original.midi.sha256
    assert copy.midi.owner_id == other.pk
    home.refresh_from_db()
    assert (home.name, home.genre, home.tempo, bool(home.cover)) == ("Mine", "lo-fi", 82, True)


def test_one_song_is_an_export_and_commands_do_both(
    song: Composition, musician: User, run_jobs: Work, tmp_path: Path
) -> None:
    export = request_export(composition=song, user=musician, format="archive")
    run_jobs("render")
    export.refresh_from_db()
    assert export.asset is not None
    assert export.asset.filename.endswith(".ariaforge")
    path = tmp_path / "song.ariaforge"
    with export.asset.file.open("rb") as stored:
        path.write_bytes(stored.read())
    out = tmp_path / "again.ariaforge"
    call_command("export", str(song.pk), "--format", "archive", "--out", out, stdout=io.StringIO())
    assert out.read_bytes() == path.read_bytes()
    whole = tmp_path / "project.ariaforge"
    call_command("export_project", str(song.project_id), "--out", whole, stdout=io.StringIO())
    with ArchiveReader(whole) as archive:
        assert (archive.manifest["scope"], len(archive.manifest["songs"])) == ("project", 1)
    with pytest.raises(CommandError, match="no project x"):
        call_command("export_project", "x", "--out", whole)
    said = io.StringIO()
    call_command("import_archive", path, "--user", musician.username, stdout=said)
    copy = Composition.objects.exclude(project=song.project).get()
    assert str(copy.pk) in said.getvalue()
    assert (copy.project.name, told(copy)) == (song.name, told(song))
    path.write_bytes(path.read_bytes()[:-40])
    for arguments, message in (
        ([path, "--user", musician.username], "cut off on its way"),
        ([out, "--user", "nobody-here"], "nobody of the username"),
        ([out, "--user", musician.username, "--project", "x"], "no project x"),
    ):
        with pytest.raises(CommandError, match=message):
            call_command("import_archive", *arguments)
    assert Composition.objects.exclude(project=song.project).count() == 1
