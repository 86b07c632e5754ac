"""Writes of projects. Each checks what the actor may do, under a lock on the project.

Every change of members locks the project's row first, so two owners who leave, or demote
each other, at the same moment cannot both succeed and leave nobody in charge.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, BinaryIO
from uuid import uuid4

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from ariaforge.exceptions import ConflictError, InvalidInputError, NotPermittedError
from projects.covers import encode_cover
from projects.models import Membership, Project
from projects.roles import CAN_EDIT, CAN_OWN, CAN_VIEW, Role

EDITABLE_FIELDS = frozenset({"name", "description", "genre", "key", "tempo", "meter", "settings"})
SETTINGS_MAX_BYTES = 16 * 1024
MEMBERS_PER_PROJECT = 200


@transaction.atomic
def create_project(
    *, owner: User, name: str, status: str = Project.Status.DRAFT, **fields: Any
) -> Project:
    """Create a project with ``owner`` as its first member.

    ``fields`` may hold description, genre, key, tempo, meter and settings. Raises
    ``django.core.exceptions.ValidationError`` for values that do not fit.
    """
    project = Project(created_by=owner, status=status)
    _assign(project, {"name": name, **fields})
    project.save()
    Membership.objects.create(project=project, user=owner, role=Role.OWNER)
    return project


@transaction.atomic
def update_project(*, project: Project, actor: User, **fields: Any) -> Project:
    """Change the named fields of the project; owners and editors may.

    ``status`` may be among the fields; into and out of the archive only an owner moves it.
    Raises ``NotPermittedError`` or ``django.core.exceptions.ValidationError``.
    """
    status = fields.pop("status", None)
    locked = lock_project(project=project, actor=actor, roles=CAN_EDIT)
    _assign(locked, fields)
    if status is not None and status != locked.status:
        if Project.Status.ARCHIVED in (status, locked.status):
            _require_role(locked, actor, CAN_OWN)
        locked.status = status
        locked.full_clean(exclude=_unchecked({"status"}))
    locked.save()
    return locked


def archive_project(*, project: Project, actor: User) -> Project:
    """Put the project away: it stays readable and leaves the list of current work."""
    return update_project(project=project, actor=actor, status=Project.Status.ARCHIVED)


def activate_project(*, project: Project, actor: User) -> Project:
    """Take the project up (again)."""
    return update_project(project=project, actor=actor, status=Project.Status.ACTIVE)


@transaction.atomic
def delete_project(*, project: Project, actor: User) -> None:
    """Move the project to the trash, and out of sight with it all that is in it."""
    lock_project(project=project, actor=actor, roles=CAN_OWN).soft_delete()


@transaction.atomic
def restore_project(*, project: Project, actor: User) -> Project:
    """Bring a project back from the trash, with exactly what was alive in it before."""
    locked = Project.all_objects.select_for_update().get(pk=project.pk)
    _require_role(locked, actor, CAN_OWN)
    if locked.is_deleted:
        locked.restore()
    return locked


@transaction.atomic
def set_cover(*, project: Project, actor: User, file: BinaryIO, size: int) -> Project:
    """Give the project a cover from an uploaded image; see :mod:`projects.covers`."""
    content = encode_cover(file, size=size)
    locked = lock_project(project=project, actor=actor, roles=CAN_EDIT)
    _remove_file_after_commit(locked)
    locked.cover.save(f"{uuid4().hex}.webp", content, save=False)
    locked.save(update_fields=["cover", "updated_at"])
    return locked


@transaction.atomic
def remove_cover(*, project: Project, actor: User) -> Project:
    """Take the cover off the project."""
    locked = lock_project(project=project, actor=actor, roles=CAN_EDIT)
    _remove_file_after_commit(locked)
    locked.cover = ""
    locked.save(update_fields=["cover", "updated_at"])
    return locked


@transaction.atomic
def add_member(*, project: Project, actor: User, person: str, role: str) -> Membership:
    """Add the active user whose username or e-mail address is ``person``; owners may.

    Raises ``InvalidInputError`` when there is nobody of that name and ``ConflictError``
    when they are a member already.
    """
    role = _known_role(role)
    locked = lock_project(project=project, actor=actor, roles=CAN_OWN)
    wanted = person.strip()
    user = User.objects.filter(
        Q(username__iexact=wanted) | Q(email__iexact=wanted), is_active=True
    ).first()
    if not wanted or user is None:
        message = "Nobody here has that username or e-mail address."
        raise InvalidInputError(message, details={"fields": {"person": [message]}})
    members = Membership.objects.filter(project=locked)
    if members.filter(user=user).exists():
        raise ConflictError(f"{user.username} is a member already.")
    if members.count() >= MEMBERS_PER_PROJECT:
        raise ConflictError(f"A project has {MEMBERS_PER_PROJECT} members at most.")
    return Membership.objects.create(project=locked, user=user, role=role)


@transaction.atomic
def change_role(*, membership: Membership, actor: User, role: str) -> Membership:
    """Give a member another role; owners may. The last owner stays owner."""
    role = _known_role(role)
    lock_project(project=membership.project, actor=actor, roles=CAN_OWN)
    member = _alive(membership)
    if role != Role.OWNER:
        _keep_an_owner(member, "Make somebody else an owner first.")
    member.role = role
    member.save(update_fields=["role", "updated_at"])
    return member


@transaction.atomic
def remove_member(*, membership: Membership, actor: User) -> None:
    """End a membership: owners may end any, every member their own."""
    own = membership.user_id == actor.pk
    lock_project(project=membership.project, actor=actor, roles=CAN_VIEW if own else CAN_OWN)
    member = _alive(membership)
    _keep_an_owner(
        member, "The last owner cannot leave. Make somebody else an owner, or delete the project."
    )
    member.soft_delete()


def leave_project(*, project: Project, actor: User) -> None:
    """End the membership of ``actor``; the last owner cannot leave."""
    membership = Membership.objects.filter(project=project, user=actor).first()
    if membership is None:
        raise NotPermittedError("You are not a member of this project.")
    remove_member(membership=membership, actor=actor)


def lock_project(*, project: Project, actor: User, roles: Iterable[Role]) -> Project:
    """Return the live project, locked until the transaction ends, if ``actor`` has a role.

    Must run inside a transaction. Raises ``NotPermittedError`` for any other role and
    ``ConflictError`` when the project went to the trash meanwhile.
    """
    locked = Project.objects.select_for_update(of=("self",)).filter(pk=project.pk).first()
    if locked is None:
        raise ConflictError("This project was deleted.")
    _require_role(locked, actor, roles)
    return locked


def _require_role(project: Project, actor: User, roles: Iterable[Role]) -> None:
    allowed = Membership.all_objects.filter(
        project=project, user=actor, role__in=list(roles), deleted_at__isnull=True
    ).exists()
    if not allowed:
        raise NotPermittedError("Your role in this project does not allow this.")


def _alive(membership: Membership) -> Membership:
    """Return the membership as it is now that the project is locked."""
    member = Membership.objects.select_related("user").filter(pk=membership.pk).first()
    if member is None:
        raise ConflictError("This person is no longer a member.")
    return member


def _keep_an_owner(member: Membership, message: str) -> None:
    """Raise ``ConflictError`` if nobody would own the project without ``member``.

    An owner whose account is closed cannot act and does not count.
    """
    if member.role != Role.OWNER:
        return
    others = Membership.objects.filter(
        project=member.project_id, role=Role.OWNER, user__is_active=True
    ).exclude(pk=member.pk)
    if not others.exists():
        raise ConflictError(message)


def _known_role(role: str) -> Role:
    try:
        return Role(role)
    except ValueError as error:
        message = "A role is owner, editor, commenter or viewer."
        raise InvalidInputError(message, details={"fields": {"role": [message]}}) from error


def _assign(project: Project, fields: dict[str, Any]) -> None:
    """Set the fields and check them, with each message by its field."""
    unknown = fields.keys() - EDITABLE_FIELDS
    if unknown:
        raise TypeError(f"not fields of a project that may be set: {sorted(unknown)}")
    for name, value in fields.items():
        setattr(project, name, value.strip() if isinstance(value, str) else value)
    settings = fields.get("settings", {})
    if not isinstance(settings, dict) or len(json.dumps(settings)) > SETTINGS_MAX_BYTES:
        message = f"Settings are one JSON object of at most {SETTINGS_MAX_BYTES // 1024} KB."
        raise InvalidInputError(message, details={"fields": {"settings": [message]}})
    project.full_clean(exclude=_unchecked(fields.keys()))


def _unchecked(checked: Iterable[str]) -> set[str]:
    return {field.name for field in Project._meta.fields} - set(checked)


def _remove_file_after_commit(project: Project) -> None:
    """Delete the present cover's file once the row no longer names it."""
    name, storage = project.cover.name, project.cover.storage
    if name:
        transaction.on_commit(lambda: storage.delete(name), robust=True)
