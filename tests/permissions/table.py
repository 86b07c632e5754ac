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


def song(world: World) -> dict[str, Any]:
    return {"pk": world.song.pk}


def working_song(world: World) -> dict[str, Any]:
    return {"pk": world.working_song.pk}


def stopped_song(world: World) -> dict[str, Any]:
    return {"pk": world.stopped_song.pk}


def trashed_song(world: World) -> dict[str, Any]:
    return {"pk": world.trashed_song.pk}


def no_instrument(world: World) -> dict[str, Any]:
    return {"name": f"{'0' * 16}-0-0.sf2"}


def in_song(world: World) -> dict[str, Any]:
    return {"composition_pk": world.song.pk}


def in_working_song(world: World) -> dict[str, Any]:
    return {"composition_pk": world.working_song.pk}


def in_stopped_song(world: World) -> dict[str, Any]:
    return {"composition_pk": world.stopped_song.pk}


def editor_edit(world: World) -> dict[str, Any]:
    return {"composition_pk": world.stopped_song.pk, "batch_pk": world.editor_edit.pk}


def new_edit(world: World) -> dict[str, Any]:
    title = {"op_id": "fresh", "entity_id": "meta", "set": {"title": "Named anew"}}
    return {"name": "Rename", "operations": [title]}


def render(world: World) -> dict[str, Any]:
    return {"composition_pk": world.song.pk, "pk": world.render.pk}


def export(world: World) -> dict[str, Any]:
    return {"composition_pk": world.song.pk, "pk": world.export.pk}


def offered_version(world: World) -> dict[str, Any]:
    return {"composition_pk": world.song.pk, "pk": world.proposal.version_id}


def branch(world: World) -> dict[str, Any]:
    return {"composition_pk": world.song.pk, "pk": world.branch.pk}


def tag(world: World) -> dict[str, Any]:
    return {"composition_pk": world.song.pk, "pk": world.tag.pk}


def proposal(world: World) -> dict[str, Any]:
    return {"composition_pk": world.song.pk, "pk": world.proposal.pk}


def new_name(world: World) -> dict[str, Any]:
    return {"name": "Waltz"}


def from_offer(world: World) -> dict[str, Any]:
    return {"from": world.proposal.branch.name}


def of_offer(world: World) -> dict[str, Any]:
    return {"version": str(world.proposal.version_id)}


def new_proposal(world: World) -> dict[str, Any]:
    return {"title": "Once more", "branch": world.proposal.branch.name}


def prompt(world: World) -> dict[str, Any]:
    return {"prompt": "a slow blues in A"}


def midi_export(world: World) -> dict[str, Any]:
    return {"format": "midi"}


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

COMPOSITIONS: list[Row] = [
    page(
        "home",
        GET="login 200 200 200 200 200 200",
        POST="login 302 302 302 302 302 302",
        bodies={"POST": prompt},
    ),
    page("composition_list", GET="login 200 200 200 200 200 200"),
    page("project_compositions", args=project, GET="login 404 200 200 200 200 404"),
    page("composition_detail", args=song, GET="login 404 200 200 200 200 404"),
    page("composition_performance", args=song, GET="login 404 200 200 200 200 404"),
    # An instrument that no song has needed; test_listening fetches one that is there.
    page("instrument_file", args=no_instrument, GET="login 404 404 404 404 404 404"),
    # Not asked by htmx, it sends everybody to the page; test_pages asks for the part itself.
    page("composition_progress", args=song, GET="login 302 302 302 302 302 302"),
    page("composition_cancel", args=working_song, POST="login 404 403 403 302 302 404"),
    page("composition_retry", args=stopped_song, POST="login 404 403 403 302 302 404"),
    page(
        "composition_rename",
        args=song,
        POST="login 404 403 403 302 302 404",
        bodies={"POST": named},
    ),
    page("composition_trash", GET="login 200 200 200 200 200 200"),
    page("composition_restore", args=trashed_song, POST="login 404 404 404 302 302 404"),
    page("composition_delete", args=song, POST="login 404 403 403 302 302 404"),
    api(
        "composition-list",
        GET="401 200 200 200 200 200 200",
        POST="401 202 202 202 202 202 202",
        bodies={"POST": prompt},
    ),
    api(
        "composition-detail",
        args=song,
        GET="401 404 200 200 200 200 404",
        PATCH="401 404 403 403 200 200 404",
        DELETE="401 404 403 403 204 204 404",
        bodies={"PATCH": named},
    ),
    api("composition-trash", GET="401 200 200 200 200 200 200"),
    api("composition-restore", args=trashed_song, POST="401 404 404 404 200 200 404"),
    api("composition-cancel", args=working_song, POST="401 404 403 403 200 200 404"),
    api("composition-retry", args=stopped_song, POST="401 404 403 403 200 200 404"),
    *(
        api(f"composition-{part}", args=song, GET="401 404 200 200 200 200 404")
        for part in ("tracks", "sections", "chords", "midi")
    ),
    api(
        "composition-render-list",
        args=in_song,
        GET="401 404 200 200 200 200 404",
        POST="401 404 403 403 202 202 404",
    ),
    api("composition-render-detail", args=render, GET="401 404 200 200 200 200 404"),
    api(
        "composition-export-list",
        args=in_song,
        GET="401 404 200 200 200 200 404",
        POST="401 404 403 403 202 202 404",
        bodies={"POST": midi_export},
    ),
    api(
        "composition-export-detail",
        args=export,
        GET="401 404 200 200 200 200 404",
        DELETE="401 404 403 403 204 204 404",
    ),
    api(
        "composition-version-list",
        args=in_song,
        GET="401 404 200 200 200 200 404",
        # Nothing has changed since the last version, which is the answer.
        POST="401 404 403 403 200= 200= 404",
    ),
    *(
        api(f"composition-version-{part}", args=offered_version, GET="401 404 200 200 200 200 404")
        for part in ("detail", "document")
    ),
    api("composition-version-restore", args=offered_version, POST="401 404 403 403 201 201 404"),
    # A fork is a song of one's own: whoever may read a song may have one.
    api("composition-version-fork", args=offered_version, POST="401 404 201 201 201 201 404"),
    api(
        "composition-branch-list",
        args=in_song,
        GET="401 404 200 200 200 200 404",
        POST="401 404 403 403 201 201 404",
        bodies={"POST": new_name},
    ),
    api(
        "composition-branch-detail",
        args=branch,
        GET="401 404 200 200 200 200 404",
        PATCH="401 404 403 403 200 200 404",
        DELETE="401 404 403 403 204 204 404",
        bodies={"PATCH": new_name},
    ),
    api("composition-branch-checkout", args=branch, POST="401 404 403 403 200 200 404"),
    api(
        "composition-tag-list",
        args=in_song,
        GET="401 404 200 200 200 200 404",
        POST="401 404 403 403 201 201 404",
        bodies={"POST": new_name},
    ),
    api(
        "composition-tag-detail",
        args=tag,
        GET="401 404 200 200 200 200 404",
        PATCH="401 404 403 403 200 200 404",
        DELETE="401 404 403 403 204 204 404",
        bodies={"PATCH": new_name},
    ),
    api("composition-document", args=in_song, GET="401 404 200 200 200 200 404"),
    api(
        "composition-edits",
        args=in_song,
        GET="401 404 200 200 200 200 404",
        POST="401 404 403 403 201 201 404",
        bodies={"POST": new_edit},
    ),
    api("composition-undo", args=in_stopped_song, POST="401 404 403 403 201 201 404"),
    api("composition-redo", args=in_working_song, POST="401 404 403 403 201 201 404"),
    # Everybody undoes only what they did themselves.
    api("composition-undo-edits", args=editor_edit, POST="401 404 403 403 201 403 404"),
    # Without a query there is nothing to look for; test_history_api asks with one.
    api("composition-blame", args=in_song, GET="401 404 400 400 400 400 404"),
    api("composition-diff", args=in_song, GET="401 404 400 400 400 400 404"),
    api(
        "composition-merge",
        args=in_song,
        POST="401 404 403 403 201 201 404",
        bodies={"POST": from_offer},
    ),
    api(
        "composition-cherry-pick",
        args=in_song,
        POST="401 404 403 403 201 201 404",
        bodies={"POST": of_offer},
    ),
    # The song never had what that version changed.
    api(
        "composition-revert",
        args=in_song,
        POST="401 404 403 403 409 409 404",
        bodies={"POST": of_offer},
    ),
    api(
        "composition-proposal-list",
        args=in_song,
        GET="401 404 200 200 200 200 404",
        POST="401 404 403 403 201 201 404",
        bodies={"POST": new_proposal},
    ),
    api("composition-proposal-detail", args=proposal, GET="401 404 200 200 200 200 404"),
    api("composition-proposal-accept", args=proposal, POST="401 404 403 403 201 201 404"),
    api("composition-proposal-reject", args=proposal, POST="401 404 403 403 200 200 404"),
    # Only who made it takes it back.
    api("composition-proposal-withdraw", args=proposal, POST="401 404 403 403 200 403 404"),
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
