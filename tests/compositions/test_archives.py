"""Archives: what comes in is what went out, and nothing hostile comes in at all."""

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
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from PIL import Image
from rest_framework.test import APIClient

from accounts.models import User
from ariaforge.exceptions import TooLargeError, UnsupportedTypeError
from ariaforge.jobs import transitions
from ariaforge.jobs.claims import claim_job
from ariaforge.jobs.registry import JobContext, JobError, find_kind
from ariaforge.models import Job
from compositions.documents import load_plain
from compositions.editing import lock_document, undo
from compositions.editing.verifying import verify_document
from compositions.exporting import archive_file
from compositions.exporting import archives as archives_module
from compositions.exporting.archive_checking import check_archive
from compositions.exporting.archive_file import ArchiveError, ArchiveReader
from compositions.exporting.archive_jobs import bring
from compositions.exporting.archive_writing import write_archive
from compositions.exporting.archives import import_archive
from compositions.exporting.services import request_export
from compositions.history.branches import create_branch, create_tag
from compositions.history.proposals import accept, propose
from compositions.history.upkeep import check_history
from compositions.history.versions import save_version, set_document
from compositions.imports import import_song
from compositions.models import (
    AISession,
    Composition,
    EditBatch,
    EditOp,
    ProjectArchive,
    Version,
)
from compositions.score.document import Score
from compositions.score.serialisation import to_dict
from media.models import Asset
from projects.models import Project
from projects.services import set_cover
from tests.compositions.songs import make_song
from tests.factories import ProjectFactory, UserFactory
from tests.history.documents import changed, edit, example, working
from tests.score.strategies import scores

Work = Callable[..., list[Job]]
pytestmark = pytest.mark.django_db


@pytest.fixture
def song(musician: User) -> Composition:
    """A song with all that a history can hold."""
    song = make_song(musician, "ready")
    set_document(
        composition=song, data=example(), user=musician, name="x", source="import", message="x"
    )
    note = working(song)["tracks"][0]["notes"][0]["id"]
    edit(song, musician, note, pitch=61)
    create_tag(composition=song, user=musician, name="Demo", version="")
    create_branch(composition=song, user=musician, name="louder")
    offer = changed(working(song), note, velocity=99)
    proposal = propose(composition=song, user=musician, title="Louder", data=offer)
    save_version(composition=song, user=musician, message="Before")
    accept(proposal=proposal, user=musician, accept_defaults=True)
    session = AISession.objects.create(composition=song, title="talk", created_by=musician)
    session.steps.create(
        number=1, operation="compose", prompt="a song", seed=5, state="chosen",
        result_version=Version.objects.filter(composition=song).first(),
        parameters={"session": str(session.pk)},
    )  # fmt: skip
    edit(song, musician, note, pitch=62)
    edit(song, musician, note, pitch=63)
    undo(composition=Composition.objects.get(pk=song.pk), user=musician)
    return Composition.objects.with_work().get(pk=song.pk)


def packed(song: Composition, path: Path) -> Path:
    return write_archive(
        path, song.project, [song], whole_project=False, progress=lambda part, step: None
    )


def brought(path: Path, project: Project, user: User) -> Composition:
    with ArchiveReader(path) as archive:
        check_archive(archive, lambda part: None)
        with transaction.atomic():
            return bring(archive, project, user, {})[0]


def told(song: Composition) -> dict[str, Any]:
    """All that an archive keeps of a song's music and history, without keys of rows."""
    song = Composition.objects.select_related("branch", "head").get(pk=song.pk)
    versions = Version.objects.filter(composition=song).order_by("number")
    return {
        "document": load_plain(song),
        "hashes": (song.tree_hash, song.content_hash, song.revision, song.head_sequence),
        "prompt": (song.ai_prompt, song.lyrics, song.seed, song.spec, song.confidence),
        "head": song.head and song.head.sha256,
        "versions": [
            (
                version.number, version.sha256, version.parent and version.parent.sha256,
                version.merged_parent and version.merged_parent.sha256, version.author_name,
                version.message, version.created_at, version.source,
            )
            for version in versions.select_related("parent", "merged_parent")
        ],
        "branches": sorted(song.branches.values_list("name", "tip__sha256", "is_protected")),
        "tags": sorted(song.tags.values_list("name", "version__sha256")),
        "edits": list(
            EditBatch.objects.filter(composition=song).order_by("sequence").values_list(
                "sequence", "name", "source", "tree_hash", "created_at", "undoes__sequence",
                "version__sha256",
            )
        ),
        "operations": list(
            EditOp.objects.filter(composition=song).order_by("id").values_list(
                "op_id", "entity_id", "action", "before", "after", "batch__sequence"
            )
        ),
        "proposals": list(song.proposals.order_by("id").values_list(
            "title", "state", "base__sha256", "version__sha256", "result__sha256", "branch__name",
        )),
        "steps": list(
            song.sessions.order_by("id").values_list(
                "title", "steps__number", "steps__prompt", "steps__seed", "steps__state",
                "steps__result_version__sha256",
            )
        ),
        "renders": list(song.renders.order_by("id").values_list("parameters", "measurements")),
    }  # fmt: skip


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
