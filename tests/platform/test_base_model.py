"""What every content row can do: keys in time order, authorship, trash and restore."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.urls import reverse

from ariaforge.context import acting_as, current_action
from ariaforge.models import BaseModel, uuid7
from ariaforge.models.base import soft_delete_ancestors
from media.models import Asset
from media.services import store_file
from projects.models import Membership, Project
from projects.roles import Role
from tests.factories import MembershipFactory, ProjectFactory, UserFactory

pytestmark = pytest.mark.django_db


def make_asset(project: Project) -> Asset:
    return store_file(
        owner=project.created_by, project=project, content=b"x", filename="a.wav", kind="audio"
    )


def test_keys_are_unique_and_in_order_of_time() -> None:
    keys = [uuid7() for _ in range(2000)]
    assert len(set(keys)) == 2000
    assert keys == sorted(keys)
    assert {key.version for key in keys} == {7}


# -- Authorship ---------------------------------------------------------------------


def test_authorship_comes_from_the_context() -> None:
    author, editor = UserFactory(), UserFactory()
    with acting_as(author.pk):
        project = Project.objects.create(name="Rain")
    assert (project.created_by, project.updated_by) == (author, author)
    with acting_as(editor.pk):
        project.name = "Rain again"
        project.save(update_fields=["name"])
    project = Project.objects.get()
    assert (project.created_by, project.updated_by) == (author, editor)
    project.save()  # the system at work leaves the last person's name
    assert Project.objects.get().updated_by == editor


def test_authorship_comes_from_the_request(page_client: Any) -> None:
    staff = UserFactory(staff=True)
    project = ProjectFactory()
    asset = make_asset(project)
    page_client(staff).post(
        reverse("admin:media_asset_change", args=[asset.pk]),
        {
            "owner": asset.owner_id,
            "project": project.pk,
            "kind": "audio",
            "filename": "b.wav",
            "provenance": "unknown",
        },
    )
    asset.refresh_from_db()
    assert asset.filename == "b.wav"
    assert asset.updated_by == staff


def test_a_block_inside_another_keeps_its_request_and_gives_the_actor_back() -> None:
    outer, inner = uuid7(), uuid7()
    with acting_as(outer, request_id="request-1"):
        with acting_as(inner, job_id="job-1"):
            assert current_action().actor_id == inner
            assert current_action().request_id == "request-1"
            assert current_action().job_id == "job-1"
        assert current_action().actor_id == outer
        assert current_action().job_id == ""
    assert current_action().actor_id is None


# -- Trash --------------------------------------------------------------------------


def test_deleting_hides_and_restoring_brings_back() -> None:
    actor = UserFactory()
    project = ProjectFactory()
    with acting_as(actor.pk):
        project.soft_delete()
    assert not Project.objects.exists()
    row = Project.all_objects.get()
    assert row.is_deleted
    assert row.updated_by == actor
    row.restore()
    assert Project.objects.get() == project


def test_children_hide_with_their_parent_and_exactly_they_come_back() -> None:
    project = ProjectFactory()
    kept, gone = make_asset(project), make_asset(project)
    gone.soft_delete()
    other = make_asset(ProjectFactory())
    leaver = MembershipFactory(project=project)
    leaver.soft_delete()

    project.soft_delete()
    assert list(Asset.objects.all()) == [other]
    assert Asset.objects.count() == 1
    assert not Membership.objects.filter(project=project).exists()
    assert list(project.assets.all()) == []
    assert not Asset.objects.filter(filename="a.wav", project=project).exists()

    project.restore()
    assert set(Asset.objects.filter(project=project)) == {kept}
    assert Membership.objects.filter(project=project).get().role == Role.OWNER


def test_querysets_delete_and_restore_in_one_statement(django_assert_num_queries: Any) -> None:
    actor = UserFactory()
    for _ in range(3):
        ProjectFactory()
    with acting_as(actor.pk), django_assert_num_queries(1):
        assert Project.objects.all().soft_delete() == 3
    assert not Project.objects.exists()
    assert set(Project.all_objects.values_list("updated_by", flat=True)) == {actor.pk}
    assert Project.all_objects.all().soft_delete() == 0  # none twice, so times stay true
    assert Project.all_objects.all().restore() == 3
    assert Project.objects.count() == 3


def test_a_place_is_free_again_after_deletion_but_not_taken_twice() -> None:
    first = MembershipFactory()
    place = {"project": first.project, "user": first.user}
    with pytest.raises(IntegrityError), transaction.atomic():
        MembershipFactory(**place)
    first.soft_delete()
    second = MembershipFactory(**place)
    with pytest.raises(IntegrityError), transaction.atomic():
        first.restore()
    second.soft_delete()
    first.refresh_from_db()
    first.restore()
    assert Membership.objects.get(**place) == first


def content_models() -> list[type[Any]]:
    return [model for model in apps.get_models() if issubclass(model, BaseModel)]


@pytest.mark.parametrize("model", content_models(), ids=lambda model: model._meta.label)
def test_every_content_model_hides_its_trash(model: Any) -> None:
    """The default manager filters by the row's own state and by that of every ancestor."""
    assert model._default_manager is model.objects or model._default_manager.name == "objects"
    sql = str(model.objects.all().query)
    assert f'"{model._meta.db_table}"."deleted_at" IS NULL' in sql
    ancestors = soft_delete_ancestors(model)
    assert sql.count('"deleted_at" IS NULL') >= 1 + len(set(ancestors))
    assert "IS NULL" not in str(model.all_objects.order_by().query)
    assert hasattr(model.objects.all(), "visible_to")


@pytest.mark.parametrize("model", content_models(), ids=lambda model: model._meta.label)
def test_unique_places_of_content_are_only_for_live_rows(model: Any) -> None:
    """Whoever deletes a row can make one like it again."""
    for field in model._meta.concrete_fields:
        assert not field.unique or field.primary_key or field.one_to_one, field
    assert not model._meta.unique_together
    for constraint in model._meta.total_unique_constraints:
        pytest.fail(f"{constraint.name} also counts rows in the trash")
