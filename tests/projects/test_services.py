"""Projects and members: what may be done, by whom, and what may never happen."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from ariaforge.context import acting_as
from ariaforge.exceptions import ConflictError, InvalidInputError, NotPermittedError
from projects import services
from projects.models import Membership, Project
from projects.roles import Role
from projects.selectors import keyset_page, project_list
from tests.factories import MembershipFactory, ProjectFactory, UserFactory

pytestmark = pytest.mark.django_db


def owners(project: Project) -> set[User]:
    """Return who owns the project now."""
    members = Membership.objects.filter(project=project, role=Role.OWNER)
    return {member.user for member in members.select_related("user")}


def test_creator_owns_the_project() -> None:
    user = UserFactory()
    project = services.create_project(owner=user, name="  Evenings  ", key="D minor", tempo=82)
    assert project.name == "Evenings"
    assert project.status == "draft"
    assert owners(project) == {user}
    assert project in Project.objects.visible_to(user)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 201),
        ("key", "H minor"),
        ("tempo", 29.9),
        ("tempo", 300.1),
        ("meter", "4/5"),
        ("meter", "0/4"),
        ("genre", "g" * 61),
        ("description", "d" * 5001),
    ],
)
def test_values_that_do_not_fit_are_refused_by_field(field: str, value: Any) -> None:
    user = UserFactory()
    with pytest.raises(ValidationError) as refused:
        services.create_project(owner=user, **{"name": "Evenings", field: value})
    assert field in refused.value.message_dict
    assert not Project.objects.exists()


@pytest.mark.parametrize("value", [[], "text", 7, {"too": "large" * 5000}])
def test_settings_are_a_small_object(value: Any) -> None:
    with pytest.raises(InvalidInputError):
        services.create_project(owner=UserFactory(), name="Evenings", settings=value)


@pytest.mark.parametrize(
    "change",
    [{"status": "gone"}, {"tempo": 20}, {"name": ""}, {"settings": []}],
)
def test_database_refuses_impossible_projects(change: dict[str, Any]) -> None:
    project = ProjectFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        Project.objects.filter(pk=project.pk).update(**change)


def test_database_refuses_unknown_roles_and_second_memberships() -> None:
    member = MembershipFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.filter(pk=member.pk).update(role="boss")
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(project=member.project, user=member.user, role=Role.VIEWER)


@pytest.mark.parametrize(
    ("role", "verbs"),
    [
        (Role.OWNER, {"visible_to", "commentable_by", "editable_by", "owned_by"}),
        (Role.EDITOR, {"visible_to", "commentable_by", "editable_by"}),
        (Role.COMMENTER, {"visible_to", "commentable_by"}),
        (Role.VIEWER, {"visible_to"}),
        (None, set()),
    ],
)
def test_each_role_and_its_verbs(role: Role | None, verbs: set[str]) -> None:
    user, project = UserFactory(), ProjectFactory()
    if role:
        MembershipFactory(project=project, user=user, role=role)
    every = {"visible_to", "commentable_by", "editable_by", "owned_by"}
    granted = {verb for verb in every if getattr(Project.objects, verb)(user).filter(pk=project.pk)}
    assert granted == verbs


def test_ended_membership_and_anonymous_see_nothing() -> None:
    from django.contrib.auth.models import AnonymousUser

    member = MembershipFactory()
    member.soft_delete()
    assert not Project.objects.visible_to(member.user)
    assert not Project.objects.visible_to(AnonymousUser())


@pytest.mark.parametrize("role", [Role.COMMENTER, Role.VIEWER])
def test_only_owners_and_editors_change_a_project(role: Role) -> None:
    member = MembershipFactory(role=role)
    with pytest.raises(NotPermittedError):
        services.update_project(project=member.project, actor=member.user, name="Mine")
    with pytest.raises(NotPermittedError):
        services.remove_cover(project=member.project, actor=member.user)
    assert Project.objects.get().name != "Mine"


def test_editor_changes_details_but_neither_archive_nor_members_nor_trash() -> None:
    editor = MembershipFactory(role=Role.EDITOR)
    project, actor = editor.project, editor.user
    services.update_project(project=project, actor=actor, name="Mornings", status="active")
    for refused in (
        lambda: services.archive_project(project=project, actor=actor),
        lambda: services.delete_project(project=project, actor=actor),
        lambda: services.add_member(
            project=project, actor=actor, person=UserFactory().username, role="viewer"
        ),
        lambda: services.change_role(membership=editor, actor=actor, role="owner"),
    ):
        with pytest.raises(NotPermittedError):
            refused()
    project = Project.objects.get()
    assert (project.name, project.status) == ("Mornings", "active")
    assert project.memberships.count() == 2


def test_archive_and_back() -> None:
    project = ProjectFactory()
    owner = project.created_by
    services.archive_project(project=project, actor=owner)
    assert list(project_list(owner, status="current")) == []
    assert list(project_list(owner)) == [project]
    editor = MembershipFactory(project=project, role=Role.EDITOR).user
    with pytest.raises(NotPermittedError):
        services.activate_project(project=project, actor=editor)
    assert services.activate_project(project=project, actor=owner).status == "active"


def test_trash_hides_for_all_and_restore_brings_back_exactly_what_was_alive() -> None:
    project = ProjectFactory()
    owner = project.created_by
    stays = MembershipFactory(project=project)
    gone = MembershipFactory(project=project)
    gone.soft_delete()

    services.delete_project(project=project, actor=owner)

    assert not Project.objects.filter(pk=project.pk).exists()
    assert not Membership.objects.filter(project=project).exists()
    assert not Project.objects.visible_to(stays.user)
    assert list(project_list(owner, status="trash")) == [project]
    assert list(project_list(stays.user, status="trash")) == []
    with pytest.raises(NotPermittedError):
        services.restore_project(project=project, actor=stays.user)
    with pytest.raises(ConflictError):
        services.update_project(project=project, actor=owner, name="Late")

    services.restore_project(project=project, actor=owner)

    assert {m.user for m in Membership.objects.filter(project=project)} == {owner, stays.user}


@pytest.mark.parametrize("spelling", [str.upper, str.title, lambda text: f"  {text} "])
@pytest.mark.parametrize("attribute", ["username", "email"])
def test_members_are_added_by_name_or_address(attribute: str, spelling: Any) -> None:
    project, person = ProjectFactory(), UserFactory()
    member = services.add_member(
        project=project,
        actor=project.created_by,
        person=spelling(getattr(person, attribute)),
        role="commenter",
    )
    assert (member.user, member.role) == (person, "commenter")


def test_member_cannot_be_added_twice_but_again_after_leaving() -> None:
    project, person = ProjectFactory(), UserFactory()
    add = {"project": project, "actor": project.created_by, "person": person.username}
    services.add_member(**add, role="viewer")
    with pytest.raises(ConflictError, match="member already"):
        services.add_member(**add, role="editor")
    services.leave_project(project=project, actor=person)
    assert services.add_member(**add, role="editor").role == "editor"


@pytest.mark.parametrize("person", ["", "   ", "nobody", "nobody@example.org", "%", "closed"])
def test_unknown_or_closed_people_cannot_be_added(person: str) -> None:
    UserFactory(username="closed", is_active=False)
    project = ProjectFactory()
    with pytest.raises(InvalidInputError):
        services.add_member(project=project, actor=project.created_by, person=person, role="viewer")
    assert project.memberships.count() == 1


def test_unknown_role_is_refused() -> None:
    member = MembershipFactory()
    owner = member.project.created_by
    with pytest.raises(InvalidInputError):
        services.change_role(membership=member, actor=owner, role="boss")


def test_last_owner_can_neither_leave_nor_be_removed_nor_demoted() -> None:
    project = ProjectFactory()
    owner = project.created_by
    MembershipFactory(project=project, role=Role.EDITOR)
    closed = UserFactory(is_active=False)
    MembershipFactory(project=project, user=closed, role=Role.OWNER)
    own = Membership.objects.get(project=project, user=owner)
    with pytest.raises(ConflictError):
        services.leave_project(project=project, actor=owner)
    with pytest.raises(ConflictError):
        services.remove_member(membership=own, actor=owner)
    for role in (Role.EDITOR, Role.COMMENTER, Role.VIEWER):
        with pytest.raises(ConflictError):
            services.change_role(membership=own, actor=owner, role=role)
    own.refresh_from_db()
    assert own.role == Role.OWNER
    assert not own.is_deleted


def test_an_owner_leaves_once_there_is_another() -> None:
    project = ProjectFactory()
    first = project.created_by
    second = MembershipFactory(project=project)
    services.change_role(membership=second, actor=first, role="owner")
    services.leave_project(project=project, actor=first)
    assert owners(project) == {second.user}
    assert not Project.objects.visible_to(first)


def test_every_member_can_leave_and_nobody_else_can_remove_them() -> None:
    viewer = MembershipFactory(role=Role.VIEWER)
    editor = MembershipFactory(project=viewer.project, role=Role.EDITOR)
    with pytest.raises(NotPermittedError):
        services.remove_member(membership=viewer, actor=editor.user)
    with pytest.raises(NotPermittedError):
        services.leave_project(project=viewer.project, actor=UserFactory())
    services.leave_project(project=viewer.project, actor=viewer.user)
    assert not Membership.objects.filter(pk=viewer.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_leave_at_once_leave_one() -> None:
    """Both wait at the same moment, just before the lock, in connections of their own."""
    project = ProjectFactory()
    people = [project.created_by, MembershipFactory(project=project, role=Role.OWNER).user]
    start = threading.Barrier(2, timeout=20)
    outcomes: list[str] = []

    def leave(person: User) -> None:
        try:
            start.wait()
            services.leave_project(project=project, actor=person)
            outcomes.append("left")
        except ConflictError:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=leave, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert sorted(outcomes) == ["left", "refused"]
    assert len(owners(project)) == 1


def test_the_check_of_the_last_owner_runs_under_the_lock_of_the_project(
    django_assert_num_queries: Any,
) -> None:
    """The lock comes before any membership is read: without it the race above is open."""
    project = ProjectFactory()
    MembershipFactory(project=project, role=Role.OWNER)
    own = Membership.objects.get(project=project, user=project.created_by)
    with django_assert_num_queries(10, exact=False) as captured:
        services.remove_member(membership=own, actor=project.created_by)
    statements = [query["sql"] for query in captured.captured_queries]
    lock = next(i for i, sql in enumerate(statements) if "FOR UPDATE" in sql)
    reads = [i for i, sql in enumerate(statements) if 'FROM "projects_membership"' in sql]
    assert reads
    assert lock < min(reads)


def test_changes_name_their_actor_and_are_audited() -> None:
    member = MembershipFactory()
    owner = member.project.created_by
    with acting_as(owner.pk, request_id="request-7"):
        services.change_role(membership=member, actor=owner, role="viewer")
    member.refresh_from_db()
    assert member.updated_by == owner
    event = Membership.pgh_event_model.objects.filter(pgh_obj_id=member.pk).latest("pgh_id")
    assert event.role == "viewer"
    assert event.pgh_context.metadata == {"actor": str(owner.pk), "request_id": "request-7"}


def test_search_finds_all_words_anywhere_and_takes_signs_as_they_are() -> None:
    user = UserFactory()
    evening = ProjectFactory(owner=user, name="Evening tapes", description="100% felt", genre="")
    ProjectFactory(owner=user, name="Morning", genre="lo-fi")
    found = {term: list(project_list(user, search=term)) for term in ("TAPES felt", "100%", "%x")}
    assert found == {"TAPES felt": [evening], "100%": [evening], "%x": []}
    assert len(project_list(user, search="  ")) == 2


def test_keyset_pages_neither_repeat_nor_lose_rows() -> None:
    user = UserFactory()
    projects = [ProjectFactory(owner=user) for _ in range(7)][::-1]
    rows = project_list(user)
    first = keyset_page(rows, size=3)
    second = keyset_page(rows, before=first.older, size=3)
    third = keyset_page(rows, before=second.older, size=3)
    assert [*first.rows, *second.rows, *third.rows] == projects
    assert (first.newer, third.older) == (None, None)
    back = keyset_page(rows, after=third.newer, size=3)
    assert back.rows == second.rows
    assert keyset_page(rows, after=back.newer, size=3).rows == first.rows
    assert keyset_page(rows, after=back.newer, size=3).newer is None
