"""Pages of projects.

A refusal for want of a role leaves as an error of the domain and becomes a 403 page;
what a person can put right is said in the form, or as a message on the page they return to.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from ariaforge.exceptions import ConflictError, DomainError, NotPermittedError
from projects import services
from projects.forms import CoverForm, MemberForm, ProjectForm, ProjectSearchForm
from projects.models import Membership, Project
from projects.roles import CAN_EDIT, CAN_OWN, Role
from projects.selectors import keyset_page, project_members
from projects.selectors import project_list as select_projects

Result = TypeVar("Result")

require_form = require_http_methods(["GET", "HEAD", "POST"])


@login_required
@require_safe
def project_list(request: HttpRequest) -> HttpResponse:
    """Show my projects as cards, with search, state and pages."""
    form = ProjectSearchForm(request.GET)
    form.is_valid()
    wanted = form.cleaned_data
    search, status = wanted.get("search", ""), wanted.get("status", "")
    projects = select_projects(actor_of(request), status=status or "current", search=search)
    page = keyset_page(projects, before=wanted.get("before"), after=wanted.get("after"))
    kept = {name: value for name, value in (("search", search), ("status", status)) if value}
    context = {
        "page": page,
        "search": search,
        "status": status,
        "states": [
            (label, state == status, urlencode({**kept, "status": state}))
            for state, label in ProjectSearchForm.STATES
        ],
        "newer": urlencode({**kept, "after": page.newer}) if page.newer else "",
        "older": urlencode({**kept, "before": page.older}) if page.older else "",
    }
    return render(request, "projects/project_list.html", context)


@login_required
@require_form
def project_create(request: HttpRequest) -> HttpResponse:
    """Make a project."""
    form = ProjectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        fields = form.cleaned_data
        project = _save(form, lambda: services.create_project(owner=actor_of(request), **fields))
        if project:
            return redirect("project_detail", pk=project.pk)
    return render(
        request, "projects/project_create.html", {"form": form}, status=_status(request, form)
    )


@login_required
@require_safe
def project_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a project; its songs load from their own address."""
    project = visible_project(request, pk)
    context = {"project": project, **_abilities(project)}
    return render(request, "projects/project_detail.html", context)


@login_required
@require_form
def project_settings(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show the details of a project, and let owners and editors change them."""
    project = visible_project(request, pk)
    form = ProjectForm(request.POST or None, initial=_details(project))
    if request.method == "POST":
        _require(project, CAN_EDIT)
        if form.is_valid():
            fields, actor = form.cleaned_data, actor_of(request)
            if _save(
                form,
                lambda: services.update_project(project=project, actor=actor, **fields),
            ):
                messages.success(request, "Saved.")
                return redirect("project_settings", pk=pk)
    return _settings_page(request, project, form=form)


@login_required
@require_form
def project_cover(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Send the cover; POST uploads another, which only owners and editors may."""
    project = visible_project(request, pk)
    if request.method == "POST":
        return _upload_cover(request, project)
    if not project.cover:
        raise Http404
    try:
        file = project.cover.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(file, content_type="image/webp")
    # The pages name the cover with a version that changes with each upload.
    response["Cache-Control"] = "private, max-age=31536000, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _upload_cover(request: HttpRequest, project: Project) -> HttpResponse:
    _require(project, CAN_EDIT)
    form = CoverForm(request.POST, request.FILES)
    if form.is_valid():
        image, actor = form.cleaned_data["image"], actor_of(request)
        if _save(
            form,
            lambda: services.set_cover(project=project, actor=actor, file=image, size=image.size),
            field="image",
        ):
            return redirect("project_settings", pk=project.pk)
    return _settings_page(request, project, cover_form=form)


@login_required
@require_POST
def project_cover_remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take the cover off."""
    project = visible_project(request, pk)
    services.remove_cover(project=project, actor=actor_of(request))
    return redirect("project_settings", pk=pk)


@login_required
@require_form
def project_members_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show the members; owners add some by username or e-mail address."""
    project = visible_project(request, pk)
    form = MemberForm(request.POST or None)
    if request.method == "POST":
        _require(project, CAN_OWN)
        if form.is_valid():
            fields, actor = form.cleaned_data, actor_of(request)
            member = _save(
                form,
                lambda: services.add_member(project=project, actor=actor, **fields),
                field="person",
            )
            if member:
                messages.success(request, f"{member.user} is now a member.")
                return redirect("project_members", pk=pk)
    context = {
        "project": project,
        "members": project_members(project),
        "form": form,
        "roles": Role.choices,
        **_abilities(project),
    }
    return render(request, "projects/project_members.html", context, status=_status(request, form))


@login_required
@require_POST
def member_role(request: HttpRequest, pk: UUID, member: UUID) -> HttpResponse:
    """Give a member another role."""
    membership = visible_member(request, pk, member)
    role = request.POST.get("role", "")
    return _act(
        request,
        lambda: services.change_role(membership=membership, actor=actor_of(request), role=role),
        done=f"The role of {membership.user} was changed.",
        go_to=("project_members", pk),
    )


@login_required
@require_POST
def member_remove(request: HttpRequest, pk: UUID, member: UUID) -> HttpResponse:
    """End a membership."""
    membership = visible_member(request, pk, member)
    own = membership.user_id == request.user.pk
    return _act(
        request,
        lambda: services.remove_member(membership=membership, actor=actor_of(request)),
        done=f"{membership.user} is no longer a member.",
        go_to=("project_list",) if own else ("project_members", pk),
        else_to=("project_members", pk),
    )


@login_required
@require_POST
def project_leave(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End my membership."""
    project = visible_project(request, pk)
    return _act(
        request,
        lambda: services.leave_project(project=project, actor=actor_of(request)),
        done=f"You left “{project.name}”.",
        go_to=("project_list",),
        else_to=("project_members", pk),
    )


@login_required
@require_POST
def project_archive(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put the project away."""
    project = visible_project(request, pk)
    return _act(
        request,
        lambda: services.archive_project(project=project, actor=actor_of(request)),
        done=f"“{project.name}” is in the archive.",
        go_to=("project_detail", pk),
    )


@login_required
@require_POST
def project_activate(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take the project up (again)."""
    project = visible_project(request, pk)
    return _act(
        request,
        lambda: services.activate_project(project=project, actor=actor_of(request)),
        done=f"“{project.name}” is active.",
        go_to=("project_detail", pk),
    )


@login_required
@require_form
def project_delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask, then move the project to the trash."""
    project = visible_project(request, pk)
    _require(project, CAN_OWN)
    if request.method != "POST":
        return render(request, "projects/project_delete.html", {"project": project})
    return _act(
        request,
        lambda: services.delete_project(project=project, actor=actor_of(request)),
        done=f"“{project.name}” is in the trash.",
        go_to=("project_list",),
    )


@login_required
@require_POST
def project_restore(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Bring a project back from the trash."""
    project = get_object_or_404(select_projects(actor_of(request), status="trash"), pk=pk)
    return _act(
        request,
        lambda: services.restore_project(project=project, actor=actor_of(request)),
        done=f"“{project.name}” is back.",
        go_to=("project_detail", pk),
    )


def actor_of(request: HttpRequest) -> User:
    """Return the signed-in person."""
    return cast(User, request.user)


def visible_project(request: HttpRequest, pk: UUID) -> Any:
    """Return the project with the person's role; raises ``Http404`` for strangers."""
    return get_object_or_404(select_projects(actor_of(request)), pk=pk)


def visible_member(request: HttpRequest, pk: UUID, member: UUID) -> Membership:
    """Return a membership of a project that the person may see; raises ``Http404``."""
    members = Membership.objects.visible_to(request.user).select_related("project", "user")
    return cast(Membership, get_object_or_404(members, pk=member, project=pk))


def _require(project: Any, roles: tuple[Role, ...]) -> None:
    """Refuse early; the services check again under the lock."""
    if project.role not in roles:
        raise NotPermittedError("Your role in this project does not allow this.")


def _abilities(project: Any) -> dict[str, bool]:
    """Return what the page may offer; the services decide again."""
    return {"can_edit": project.role in CAN_EDIT, "can_own": project.role in CAN_OWN}


def _details(project: Project) -> dict[str, Any]:
    return {name: getattr(project, name) for name in ProjectForm.Meta.fields}


def _settings_page(
    request: HttpRequest,
    project: Project,
    *,
    form: ProjectForm | None = None,
    cover_form: CoverForm | None = None,
) -> HttpResponse:
    form = form or ProjectForm(initial=_details(project))
    cover_form = cover_form or CoverForm()
    context = {
        "project": project,
        "form": form,
        "cover_form": cover_form,
        **_abilities(project),
    }
    status = _status(request, form, cover_form)
    return render(request, "projects/project_settings.html", context, status=status)


def _status(request: HttpRequest, *bound: forms.BaseForm) -> int:
    """Return 400 for a page that shows what is wrong with a form, else 200."""
    return 400 if request.method == "POST" and any(form.errors for form in bound) else 200


def _save(
    form: forms.BaseForm, change: Callable[[], Result], *, field: str | None = None
) -> Result | None:
    """Return what ``change`` does; what it refuses becomes an error of the form."""
    try:
        return change()
    except NotPermittedError:
        raise
    except DomainError as error:
        form.add_error(field, error.message)
    except ValidationError as error:
        form.add_error(None, error)
    return None


def _act(
    request: HttpRequest,
    change: Callable[[], object],
    *,
    done: str,
    go_to: tuple[Any, ...],
    else_to: tuple[Any, ...] | None = None,
) -> HttpResponse:
    """Make the change and return to a page; say there what happened, or why it did not."""
    try:
        change()
    except ConflictError as error:
        messages.error(request, error.message)
        return redirect(*(else_to or go_to))
    messages.success(request, done)
    return redirect(*go_to)
