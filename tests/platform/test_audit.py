"""Every change of a business table leaves a row that nobody can change."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction
from django.urls import reverse
from pghistory.models import Event

from ariaforge.context import acting_as
from media.models import Asset
from media.services import store_file
from projects.models import Project
from tests.factories import ProjectFactory, UserFactory

pytestmark = pytest.mark.django_db

APPS = ("ariaforge", "accounts", "projects", "media", "compositions", "collaboration")

# Tables without an audit, and why.
EXEMPT = {
    "ariaforge.JobEvent": "the log of a job: it is itself a record of what happened",
    "ariaforge.StoredAnswer": "what was answered, kept for a while for requests that come twice",
    "compositions.Blob": "content-addressed parts of versions, which never change",
    "compositions.Version": "never changes: it is itself a record of what happened",
    "compositions.PresetVersion": "never changes: it is itself a record of what happened",
    "compositions.NoteWindow": "every change of a note is in the log of edits, with who made it",
    "compositions.EditBatch": "the log of edits: it is itself a record of what happened",
    "compositions.EditOp": "the log of edits: it is itself a record of what happened",
    "ariaforge.JobArtifact": "written once with the end of a job; the files have their own audit",
}

INSERT, DELETE, UPDATE, BEFORE = 4, 8, 16, 2  # bits of pg_trigger.tgtype


def our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model._meta.app_label in APPS]


def is_event_table(model: type[models.Model]) -> bool:
    return issubclass(model, Event)


def business_models() -> list[Any]:
    return [
        model
        for model in our_models()
        if not is_event_table(model) and not model._meta.proxy and model._meta.label not in EXEMPT
    ]


def event_models() -> list[Any]:
    return [model for model in our_models() if is_event_table(model)]


def triggers(table: str) -> list[tuple[int, str]]:
    """Return type and body of the enabled triggers of a table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgtype, prosrc FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid "
            "WHERE tgrelid = %s::regclass AND NOT tgisinternal AND tgenabled IN ('O', 'A')",
            [f'"{table}"'],
        )
        return cursor.fetchall()


def unaudited_changes(model: Any) -> set[str]:
    """Return the kinds of change of a table that leave no audit row."""
    event_tables = {
        event._meta.db_table
        for event in apps.get_models()
        if is_event_table(event) and getattr(event, "pgh_tracked_model", None) is model
    }
    recorded = 0
    for kind, body in triggers(model._meta.db_table):
        if any(f'INSERT INTO "{table}"' in body for table in event_tables):
            recorded |= kind
    names = {INSERT: "insert", UPDATE: "update", DELETE: "delete"}
    return {name for bit, name in names.items() if not recorded & bit}


@pytest.mark.parametrize("model", business_models(), ids=lambda model: model._meta.label)
def test_every_business_table_is_audited(model: Any) -> None:
    assert unaudited_changes(model) == set()


def test_the_test_above_sees_what_is_missing() -> None:
    """Negative control: one trigger switched off, and a table that never had any."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = 'projects_project'::regclass "
            "AND NOT tgisinternal AND tgtype & %s > 0",
            [UPDATE],
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f'ALTER TABLE projects_project DISABLE TRIGGER "{name}"')
    assert unaudited_changes(Project) == {"update"}
    assert unaudited_changes(apps.get_model("sessions", "Session")) == {
        "insert",
        "update",
        "delete",
    }


def test_exemptions_are_of_tables_that_exist() -> None:
    labels = {model._meta.label for model in our_models()}
    assert set(EXEMPT) <= labels
    assert all(EXEMPT.values())


@pytest.mark.parametrize("model", event_models(), ids=lambda model: model._meta.label)
def test_event_tables_refuse_change(model: Any) -> None:
    refused = 0
    for kind, body in triggers(model._meta.db_table):
        if kind & BEFORE and "RAISE EXCEPTION" in body:
            refused |= kind
    assert refused & UPDATE
    assert refused & DELETE


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE projects_projectevent SET name = 'forged'",
        "DELETE FROM projects_projectevent",
    ],
)
def test_event_rows_cannot_be_changed_or_deleted(statement: str) -> None:
    ProjectFactory()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Project.pgh_event_model.objects.count() == 1


# -- Every way to change a row ------------------------------------------------------


def history(row: Any) -> list[tuple[str, dict[str, Any]]]:
    """Return label and context of the row's audit rows, oldest first."""
    events = row.pgh_event_model.objects.filter(pgh_obj_id=row.pk).order_by("pgh_id")
    return [
        (event.pgh_label, event.pgh_context.metadata if event.pgh_context else {})
        for event in events.select_related("pgh_context")
    ]


def test_model_methods_update_bulk_create_and_raw_sql() -> None:
    actor = UserFactory()
    with acting_as(actor.pk, request_id="request-1"):
        (project,) = Project.objects.bulk_create([Project(name="One")])
        Project.objects.filter(pk=project.pk).update(name="Two")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE projects_project SET name = %s", ["Three"])
        project.refresh_from_db()
        project.soft_delete()
        key = project.pk
        project.delete()
        project.pk = key
    rows = history(project)
    assert [label for label, _ in rows] == ["insert", *["update"] * 3, "delete"]
    expected = {"actor": str(actor.pk), "request_id": "request-1"}
    assert [context for _, context in rows] == [expected] * 5
    names = Project.pgh_event_model.objects.order_by("pgh_id").values_list("name", flat=True)
    assert list(names) == ["One", "Two", "Three", "Three", "Three"]


def test_nested_blocks_keep_their_changes_apart() -> None:
    owner, worker = UserFactory(), UserFactory()
    with acting_as(owner.pk, request_id="request-1"):
        project = Project.objects.create(name="One")
        with acting_as(worker.pk, job_id="job-1"):
            Project.objects.filter(pk=project.pk).update(name="Two")
        Project.objects.filter(pk=project.pk).update(name="Three")
    outer = {"actor": str(owner.pk), "request_id": "request-1"}
    inner = {"actor": str(worker.pk), "request_id": "request-1", "job_id": "job-1"}
    assert [context for _, context in history(project)] == [outer, inner, outer]


def test_the_system_is_nobody() -> None:
    project = Project.objects.create(name="One")
    assert history(project) == [("insert", {})]
    with acting_as(None, job_id="job-1"):
        project.save()
        Project.objects.update(name="Two")
    assert history(project)[-1][1] == {"actor": None, "job_id": "job-1"}


def test_saving_without_a_change_records_nothing() -> None:
    project = Project.objects.create(name="One")
    Project.objects.filter(pk=project.pk).update(name="One")
    assert [label for label, _ in history(project)] == ["insert"]


def test_the_admin_names_the_person_and_the_request(page_client: Any) -> None:
    staff = UserFactory(staff=True)
    project = ProjectFactory()
    asset = store_file(
        owner=project.created_by, project=project, content=b"x", filename="a.wav", kind="audio"
    )
    response = page_client(staff).post(
        reverse("admin:media_asset_changelist"),
        {"action": "delete_selected", "_selected_action": [asset.pk], "post": "yes"},
        headers={"X-Request-ID": "request-of-the-proxy"},
    )
    assert response.status_code == 302
    assert Asset.all_objects.get().is_deleted
    label, context = history(asset)[-1]
    assert label == "update"
    assert context == {"actor": str(staff.pk), "request_id": "request-of-the-proxy"}
    assert response.headers["X-Request-ID"] == "request-of-the-proxy"


def test_secrets_are_not_in_the_audit() -> None:
    for model in event_models():
        names = {field.name for field in model._meta.get_fields()}
        assert not names & {"password", "digest", "token_key", "secret"}, model
