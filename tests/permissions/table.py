"""Every URL x every role x every method. See ``rows.py`` for how to read and add rows.

Columns: anonymous stranger viewer commenter editor owner staff. What a person may not
see is 404; what they see but may not do is 403.
"""

from __future__ import annotations

from typing import Any

from tests.permissions.history_pages import HISTORY_PAGES
from tests.permissions.imports import IMPORTS
from tests.permissions.presets import PRESETS
from tests.permissions.rows import Row, api, page, public
from tests.permissions.sessions import SESSIONS
from tests.permissions.songs import COMPOSITIONS
from tests.permissions.variations import VARIATIONS
from tests.permissions.world import World


def project(world: World) -> dict[str, Any]:
    return {"pk": world.project.pk}


def trashed(world: World) -> dict[str, Any]:
    return {"pk": world.trashed.pk}


def member(world: World) -> dict[str, Any]:
    return {"pk": world.project.pk, "member": world.member.pk}


def project_id(world: World) -> dict[str, Any]:
    return {"project_id": world.project.pk}


def membership(world: World) -> dict[str, Any]:
    return {"project_id": world.project.pk, "pk": world.member.pk}


def editor_token(world: World) -> dict[str, Any]:
    return {"pk": world.editor_token.pk}


def named(world: World) -> dict[str, Any]:
    return {"name": "Mornings"}


def newcomer(world: World) -> dict[str, Any]:
    return {"person": "newcomer", "role": "viewer"}


def commenter_role(world: World) -> dict[str, Any]:
    return {"role": "commenter"}


def new_token(world: World) -> dict[str, Any]:
    return {"name": "laptop", "scopes": ["read"]}


def editor_job(world: World) -> dict[str, Any]:
    return {"pk": world.editor_job.pk}


def asset(world: World) -> dict[str, Any]:
    return {"pk": world.asset.pk}


def asset_page(world: World) -> dict[str, Any]:
    return {"asset_id": world.asset.pk, "filename": world.asset.filename}


PLATFORM: list[Row] = [
    public("livez", GET="200"),
    public("readyz", GET="200|503"),
    # Without topics there is nothing to stream; tests/events asks with them.
    public("events", GET="404", HEAD="405"),
    api("api_events", GET="401 404 404 404 404 404 404", HEAD="401 405 405 405 405 405 405"),
    api("job-list", GET="401 200 200 200 200 200 200"),
    api("job-detail", args=editor_job, GET="401 404 404 404 200 404 404"),
    api("job-events", args=editor_job, GET="401 404 404 404 200 404 404"),
    api("job-cancel", args=editor_job, POST="401 404 404 404 200 404 404"),
    # The job still waits, so there is nothing to try again.
    api("job-retry", args=editor_job, POST="401 404 404 404 409 404 404"),
]

ACCOUNTS: list[Row] = [
    public(
        "sign_in_link",
        args=lambda world: {"token": world.link_secret},
        # The link itself says who comes in, whoever was signed in before.
        GET="302",
        HEAD="405",
        changes_by_get=True,
    ),
    page(
        "account_tokens",
        GET="login 200 200 200 200 200 200",
        OPTIONS="login 200 200 200 200 200 200",
        POST="login 201 201 201 201 201 201",
        bodies={"POST": new_token},
    ),
    page(
        "account_token_revoke",
        args=editor_token,
        GET="405",
        OPTIONS="405",
        POST="login 404 404 404 302 404 404",
        PUT="405",
        PATCH="405",
        DELETE="405",
    ),
    api("me", GET="401 200 200 200 200 200 200"),
    api(
        "token-list",
        GET="401 200 200 200 200 200 200",
        POST="401 201 201 201 201 201 201",
        bodies={"POST": new_token},
    ),
    api("token-detail", args=editor_token, DELETE="401 404 404 404 204 404 404"),
]

PROJECTS: list[Row] = [
    page("project_list", GET="login 200 200 200 200 200 200"),
    page(
        "project_create",
        GET="login 200 200 200 200 200 200",
        POST="login 302 302 302 302 302 302",
        bodies={"POST": named},
    ),
    page("project_detail", args=project, GET="login 404 200 200 200 200 404"),
    page(
        "project_settings",
        args=project,
        GET="login 404 200 200 200 200 404",
        POST="login 404 403 403 302 302 404",
        bodies={"POST": named},
    ),
    page(
        "project_cover",
        args=project,
        # The file is not there, so members too get 404; test_covers sees it served.
        GET="login 404 404 404 404 404 404",
        POST="login 404 403 403 400 400 404",
    ),
    page("project_cover_remove", args=project, POST="login 404 403 403 302 302 404"),
    page(
        "project_members",
        args=project,
        GET="login 404 200 200 200 200 404",
        POST="login 404 403 403 403 302 404",
        bodies={"POST": newcomer},
    ),
    page(
        "member_role",
        args=member,
        POST="login 404 403 403 403 302 404",
        bodies={"POST": commenter_role},
    ),
    page("member_remove", args=member, POST="login 404 403 403 403 302 404"),
    # The owner is the last one and is told so on the page of members.
    page("project_leave", args=project, POST="login 404 302 302 302 302= 404"),
    page("project_archive", args=project, POST="login 404 403 403 403 302 404"),
    page("project_activate", args=project, POST="login 404 403 403 302 302 404"),
    page(
        "project_delete",
        args=project,
        GET="login 404 403 403 403 200 404",
        POST="login 404 403 403 403 302 404",
    ),
    page("project_restore", args=trashed, POST="login 404 404 404 404 302 404"),
    api(
        "project-list",
        GET="401 200 200 200 200 200 200",
        POST="401 201 201 201 201 201 201",
        bodies={"POST": named},
    ),
    api("project-trash", GET="401 200 200 200 200 200 200"),
    api(
        "project-detail",
        args=project,
        GET="401 404 200 200 200 200 404",
        PUT="401 404 403 403 200 200 404",
        PATCH="401 404 403 403 200 200 404",
        DELETE="401 404 403 403 403 204 404",
        bodies={"PUT": named, "PATCH": named},
    ),
    api(
        "project-cover",
        args=project,
        PUT="401 404 400 400 400 400 404",
        DELETE="401 404 403 403 204 204 404",
        multipart=True,
    ),
    api("project-leave", args=project, POST="401 404 204 204 204 409 404"),
    api("project-restore", args=trashed, POST="401 404 404 404 404 200 404"),
    api(
        "membership-list",
        args=project_id,
        GET="401 404 200 200 200 200 404",
        POST="401 404 403 403 403 201 404",
        bodies={"POST": newcomer},
    ),
    api(
        "membership-detail",
        args=membership,
        PATCH="401 404 403 403 403 200 404",
        DELETE="401 404 403 403 403 204 404",
        bodies={"PATCH": commenter_role},
    ),
]

MEDIA: list[Row] = [
    public("asset_file", args=asset_page, GET="login 404 200 200 200 200 404"),
    api("asset-list", GET="401 200 200 200 200 200 200"),
    api("asset-detail", args=asset, GET="401 404 200 200 200 200 404"),
    api("asset-file", args=asset, GET="401 404 200 200 200 200 404"),
]

COLLABORATION: list[Row] = []

TABLE = {
    entry.name: entry
    for entry in [
        *PLATFORM,
        *ACCOUNTS,
        *PROJECTS,
        *MEDIA,
        *COMPOSITIONS,
        *HISTORY_PAGES,
        *IMPORTS,
        *PRESETS,
        *SESSIONS,
        *VARIATIONS,
        *COLLABORATION,
    ]
}
