"""URLs of songs: pages, REST, history. See ``rows.py`` for how to read and add rows."""

from __future__ import annotations

from typing import Any

from tests.permissions.rows import Row, api, page
from tests.permissions.world import World


def project(world: World) -> dict[str, Any]:
    return {"pk": world.project.pk}


def named(world: World) -> dict[str, Any]:
    return {"name": "Mornings"}


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
