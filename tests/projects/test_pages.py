"""Pages of projects."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from projects.models import Membership, Project
from projects.roles import Role
from projects.selectors import PAGE_SIZE
from tests.factories import MembershipFactory, ProjectFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_empty_list_offers_one_action(page_client: Any) -> None:
    response = page_client(UserFactory()).get(reverse("project_list"))
    html = response.content.decode()
    assert html.count(f'href="{reverse("project_create")}"') == 1
    assert "Create your first project" in html


def test_list_shows_cards_by_state_and_search(page_client: Any) -> None:
    user = UserFactory()
    current = ProjectFactory(owner=user, name="Evenings")
    archived = ProjectFactory(owner=user, name="Mornings", status="archived")
    trashed = ProjectFactory(owner=user, name="Nights")
    trashed.soft_delete()
    client = page_client(user)

    def shown(query: str = "") -> list[Project]:
        return client.get(reverse("project_list") + query).context["page"].rows

    assert shown() == [current]
    assert shown("?status=archived") == [archived]
    assert shown("?status=trash") == [trashed]
    assert shown("?status=active") == []
    assert shown("?search=even") == [current]
    assert shown("?search=even&status=archived") == []
    # What makes no sense is left out; the page never breaks.
    assert shown("?status=gone&before=x&after=%00&search=%00") == [current]


def test_list_has_pages_by_key(page_client: Any) -> None:
    user = UserFactory()
    for _ in range(PAGE_SIZE + 1):
        ProjectFactory(owner=user)
    client = page_client(user)
    first = client.get(reverse("project_list"))
    assert len(first.context["page"].rows) == PAGE_SIZE
    assert not first.context["newer"]
    second = client.get(reverse("project_list") + "?" + first.context["older"])
    assert len(second.context["page"].rows) == 1
    assert not second.context["older"]
    back = client.get(reverse("project_list") + "?" + second.context["newer"])
    assert back.context["page"].rows == first.context["page"].rows


def test_list_needs_as_many_queries_for_20_rows_as_for_1(
    page_client: Any, django_assert_num_queries: Any
) -> None:
    user = UserFactory()
    client = page_client(user)
    ProjectFactory(owner=user, genre="jazz", description="quiet")
    for wanted in (1, 20):
        while Project.objects.count() < wanted:
            MembershipFactory(project=ProjectFactory(owner=user, genre="jazz"))
        # Session, user, and one for the list.
        with django_assert_num_queries(3):
            response = client.get(reverse("project_list"))
        assert len(response.context["page"].rows) == wanted


def test_members_page_needs_as_many_queries_for_20_rows_as_for_1(
    page_client: Any, django_assert_num_queries: Any
) -> None:
    project = ProjectFactory()
    client = page_client(project.created_by)
    for wanted in (1, 20):
        while project.memberships.count() < wanted:
            MembershipFactory(project=project)
        with django_assert_num_queries(4):
            client.get(reverse("project_members", args=[project.pk]))


def test_create_shows_errors_at_the_fields_and_then_the_project(page_client: Any) -> None:
    user = UserFactory()
    client = page_client(user)
    path = reverse("project_create")
    bad = client.post(path, {"name": "", "key": "H minor", "tempo": "7"})
    assert bad.status_code == 400
    assert {"name", "key", "tempo"} <= bad.context["form"].errors.keys()
    assert "Write a key like" in bad.content.decode()
    assert not Project.objects.exists()

    response = client.post(path, {"name": "Evenings", "key": "D minor", "tempo": "82"})
    project = Project.objects.get()
    assert response["Location"] == reverse("project_detail", args=[project.pk])
    html = client.get(response["Location"]).content.decode()
    assert "Evenings" in html
    assert "D minor" in html
    assert "82 BPM" in html


def test_names_are_escaped(page_client: Any) -> None:
    user = UserFactory()
    project = ProjectFactory(owner=user, name="<script>alert(1)</script>", description="<b>x")
    client = page_client(user)
    for name in ("project_detail", "project_settings", "project_members", "project_delete"):
        html = client.get(reverse(name, args=[project.pk])).content.decode()
        assert "<script>alert" not in html
        assert "<b>x" not in html
    assert "<script>alert" not in client.get(reverse("project_list")).content.decode()


def test_settings_change_and_offer_only_what_the_role_may(page_client: Any) -> None:
    project = ProjectFactory()
    path = reverse("project_settings", args=[project.pk])
    owner = page_client(project.created_by)
    editor = page_client(MembershipFactory(project=project, role=Role.EDITOR).user)
    viewer = page_client(MembershipFactory(project=project, role=Role.VIEWER).user)

    assert editor.post(path, {"name": "Mornings", "meter": "6/8"}).status_code == 302
    assert Project.objects.get().meter == "6/8"
    assert owner.post(path, {"name": ""}).status_code == 400
    assert viewer.post(path, {"name": "Mine"}).status_code == 403
    assert Project.objects.get().name == "Mornings"

    delete = reverse("project_delete", args=[project.pk])
    assert delete in owner.get(path).content.decode()
    assert delete not in editor.get(path).content.decode()
    assert "<form class" not in viewer.get(path).content.decode()


def test_archive_delete_restore(page_client: Any) -> None:
    project = ProjectFactory()
    client = page_client(project.created_by)
    client.post(reverse("project_archive", args=[project.pk]))
    assert Project.objects.get().status == "archived"
    client.post(reverse("project_activate", args=[project.pk]))
    assert Project.objects.get().status == "active"

    delete = reverse("project_delete", args=[project.pk])
    assert "goes to the trash" in client.get(delete).content.decode()
    assert Project.objects.exists()
    client.post(delete)
    assert not Project.objects.exists()
    assert client.get(reverse("project_detail", args=[project.pk])).status_code == 404
    assert "Restore" in client.get(reverse("project_list") + "?status=trash").content.decode()
    client.post(reverse("project_restore", args=[project.pk]))
    assert Project.objects.get() == project


def test_members_page_adds_changes_and_removes(page_client: Any) -> None:
    project, person = ProjectFactory(), UserFactory()
    client = page_client(project.created_by)
    path = reverse("project_members", args=[project.pk])
    bad = client.post(path, {"person": "nobody", "role": "viewer"})
    assert bad.status_code == 400
    assert "person" in bad.context["form"].errors
    client.post(path, {"person": person.username, "role": "viewer"})
    member = Membership.objects.get(user=person)
    client.post(reverse("member_role", args=[project.pk, member.pk]), {"role": "editor"})
    member.refresh_from_db()
    assert member.role == "editor"
    client.post(reverse("member_remove", args=[project.pk, member.pk]))
    assert not Membership.objects.filter(user=person).exists()


def test_last_owner_is_told_why_they_cannot_leave(page_client: Any) -> None:
    project = ProjectFactory()
    client = page_client(project.created_by)
    response = client.post(reverse("project_leave", args=[project.pk]), follow=True)
    assert "The last owner cannot leave" in response.content.decode()
    assert Membership.objects.filter(project=project).exists()


def test_member_who_leaves_goes_to_the_list(page_client: Any) -> None:
    member = MembershipFactory()
    client = page_client(member.user)
    remove = reverse("member_remove", args=[member.project.pk, member.pk])
    assert client.post(remove)["Location"] == reverse("project_list")
    assert client.get(reverse("project_detail", args=[member.project.pk])).status_code == 404


def test_admin_has_a_trash_with_restore(page_client: Any) -> None:
    project = ProjectFactory()
    client = page_client(UserFactory(staff=True))
    path = reverse("admin:projects_project_changelist")
    client.post(
        path, {"action": "delete_selected", "_selected_action": [project.pk], "post": "yes"}
    )
    assert not Project.objects.exists()
    assert project.name not in client.get(path).content.decode()
    assert project.name in client.get(path + "?trash=only").content.decode()
    client.post(
        path + "?trash=only", {"action": "restore_selected", "_selected_action": [project.pk]}
    )
    assert Project.objects.get() == project
    change = reverse("admin:projects_project_change", args=[project.pk])
    assert client.get(change).status_code == 200
