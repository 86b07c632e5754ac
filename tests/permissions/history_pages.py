"""Who may do what on the pages about a song's history; see ``rows.py`` for how to read it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.permissions.rows import Row, page
from tests.permissions.world import World

SEEN = "login 404 200 200 200 200 404"
CHANGED = "login 404 403 403 302 302 404"


def song(world: World) -> dict[str, Any]:
    return {"pk": world.song.pk}


def offered(world: World) -> dict[str, Any]:
    return {"pk": world.song.pk, "number": world.proposal.version.number}


def first_version(world: World) -> dict[str, Any]:
    return {"pk": world.song.pk, "number": 1}


def branch(world: World) -> dict[str, Any]:
    return {"pk": world.song.pk, "branch": world.branch.pk}


def tag(world: World) -> dict[str, Any]:
    return {"pk": world.song.pk, "tag": world.tag.pk}


def proposal(world: World) -> dict[str, Any]:
    return {"pk": world.song.pk, "proposal": world.proposal.pk}


def sends(**fields: str) -> dict[str, Callable[[World], dict[str, Any]]]:
    return {"POST": lambda world: fields}


def offers(world: World) -> dict[str, Any]:
    return {"branch": world.proposal.branch.name, "target": "main", "title": "Once more"}


HISTORY_PAGES: list[Row] = [
    page("song_history", args=song, GET=SEEN),
    # Nothing has changed since the last version, which is the answer.
    page("song_version_save", args=song, POST="login 404 403 403 302= 302= 404"),
    page("song_version", args=first_version, GET=SEEN),
    page("song_version_midi", args=first_version, GET=SEEN),
    page("song_version_restore", args=offered, POST=CHANGED),
    page("song_version_tag", args=offered, POST=CHANGED, bodies=sends(name="Rain")),
    # A fork is a song of one's own: whoever may see a song may have one.
    page("song_version_fork", args=offered, POST="login 404 302 302 302 302 404"),
    # The song never took over what was offered, so there is nothing to take back.
    page("song_revert", args=offered, GET=SEEN, POST="login 404 403 403 409 409 404"),
    page("song_branch_create", args=song, POST=CHANGED, bodies=sends(name="Rain")),
    page("song_branch_rename", args=branch, POST=CHANGED, bodies=sends(name="Rain")),
    # Owners protect; an editor is told so on the page.
    page("song_branch_protect", args=branch, POST="login 404 403 403 302= 302 404"),
    page("song_branch_delete", args=branch, POST=CHANGED),
    page("song_branch_checkout", args=branch, POST=CHANGED),
    page("song_tag_delete", args=tag, POST=CHANGED),
    page("song_compare", args=song, GET=SEEN),
    page("song_blame", args=song, GET=SEEN),
    page("song_merge", args=song, GET=SEEN, POST=CHANGED, bodies=sends(**{"from": "v2"})),
    page(
        "song_pick", args=song, GET=SEEN, POST=CHANGED, bodies=sends(**{"from": "v2", "all": "1"})
    ),
    page("song_proposals", args=song, GET=SEEN, POST=CHANGED, bodies={"POST": offers}),
    page("song_proposal", args=proposal, GET=SEEN, POST=CHANGED),
    page("song_proposal_reject", args=proposal, POST=CHANGED),
    # Only who made it takes it back.
    page("song_proposal_withdraw", args=proposal, POST="login 404 403 403 302 302= 404"),
]
