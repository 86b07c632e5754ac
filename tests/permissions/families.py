"""URLs of libraries, by rules for the whole family instead of a row for each.

A rule returns the statuses that are allowed, as in a row: numbers, and ``login`` for a
redirect to the sign-in page. Nothing that is refused may change the database either. To
these libraries all who are not staff are alike, whatever their role in a project; each role
is asked all the same, so that a page of theirs that we replace cannot tell them apart unseen.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.contenttypes.models import ContentType

from projects.models import Project
from tests.permissions.walker import Endpoint, endpoints
from tests.permissions.world import ANONYMOUS, STAFF, World

OK = {"200", "302", "404", "405"}


def is_admin(endpoint: Endpoint) -> bool:
    """Whether the URL is one of Django's admin."""
    return endpoint.route.startswith("admin/")


def is_allauth(endpoint: Endpoint) -> bool:
    """Whether the URL is one of django-allauth."""
    return endpoint.route.startswith("accounts/")


def is_documentation(endpoint: Endpoint) -> bool:
    """Whether the URL is the description of the API, of drf-spectacular."""
    return endpoint.route in ("api/v1/schema/", "api/v1/docs/")


def documentation_allows(endpoint: Endpoint, role: str, method: str) -> set[str]:
    """Whoever has a session reads it; a session alone, so that others are 403 and not 401."""
    if role == ANONYMOUS:
        return {"403"}
    return {"200"} if method in ("GET", "HEAD") else {"200", "405"}


def admin_allows(endpoint: Endpoint, role: str, method: str) -> set[str]:
    """Staff work in the admin; everybody else is sent to the sign-in page or refused."""
    if role == STAFF:
        # 400 and 403: what a page of the admin says to a form or an action that is not there.
        return OK | {"400", "403"}
    if endpoint.name == "admin:login":
        return {"login"} if role == ANONYMOUS else {"403"}
    if endpoint.name == "admin:logout":
        # Whoever may not use the admin has nothing to sign out of there.
        return {"login", "302", "405"}
    return {"login", "403", "405"}


# Pages of allauth for people who have signed in; all others are for everybody.
SIGNED_IN_ONLY = {
    "account_reauthenticate",
    "account_email",
    "account_change_password",
    "account_set_password",
}

# Where one comes out at the sign-in page again: after signing out, without a code to confirm.
LEAD_TO_SIGN_IN = {"account_logout", "account_confirm_login_code"}


def allauth_allows(endpoint: Endpoint, role: str, method: str) -> set[str]:
    """Pages of one's own account need a person; the pages to come in need none."""
    if endpoint.name in SIGNED_IN_ONLY and role == ANONYMOUS:
        return {"login", "405"}
    if endpoint.name in LEAD_TO_SIGN_IN:
        return OK | {"login"}
    return OK


def admin_arguments(endpoint: Endpoint, world: World) -> dict[str, Any]:
    """Return arguments for a URL of the admin: a row of the model where there is one."""
    arguments: dict[str, Any] = {}
    for name in endpoint.arguments:
        match name:
            case "object_id" | "id":
                arguments[name] = _some_key(endpoint, world)
            case "app_label":
                arguments[name] = "projects"
            case "content_type_id":
                arguments[name] = ContentType.objects.get_for_model(Project).pk
            case _:
                arguments[name] = "x"
    return arguments


def _some_key(endpoint: Endpoint, world: World) -> str:
    for model in admin.site._registry:
        prefix = f"admin:{model._meta.app_label}_{model._meta.model_name}_"
        if endpoint.name.startswith(prefix):
            manager = getattr(model, "all_objects", model._default_manager)
            first = manager.first()
            return str(first.pk) if first else "0"
    return str(world.project.pk)


def allauth_arguments(endpoint: Endpoint, world: World) -> dict[str, Any]:
    """Return arguments for a URL of allauth: keys that nobody was given."""
    return {name: {"uidb36": "abc", "key": "no-such-key"}[name] for name in endpoint.arguments}


FAMILIES = (
    (is_admin, admin_allows, admin_arguments),
    (is_allauth, allauth_allows, allauth_arguments),
    (is_documentation, documentation_allows, lambda endpoint, world: {}),
)


ENDPOINTS = endpoints()


def family_of(endpoint: Endpoint):  # type: ignore[no-untyped-def]
    """Return the rule and the arguments of the endpoint's family, or None."""
    for belongs, allows, arguments in FAMILIES:
        if belongs(endpoint):
            return allows, arguments
    return None


OURS = [endpoint for endpoint in ENDPOINTS if family_of(endpoint) is None]
THEIRS = [endpoint for endpoint in ENDPOINTS if family_of(endpoint) is not None]
