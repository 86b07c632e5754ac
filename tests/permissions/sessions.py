"""The rows of the permission table for AI sessions: replaying them and going on from a step."""

from __future__ import annotations

from typing import Any

from tests.permissions.rows import Row, api, page
from tests.permissions.world import World


def song(world: World) -> dict[str, Any]:
    return {"pk": world.song.pk}


def in_song(world: World) -> dict[str, Any]:
    return {"composition_pk": world.song.pk}


def session_page(world: World) -> dict[str, Any]:
    return {"pk": world.song.pk, "session": world.step.session_id}


def session(world: World) -> dict[str, Any]:
    return {"composition_pk": world.song.pk, "pk": world.step.session_id}


def faster(world: World) -> dict[str, Any]:
    return {"text": "a bit faster"}


def number(world: World) -> dict[str, Any]:
    return {"step": world.step.number}


def step(world: World) -> dict[str, Any]:
    return {"step": str(world.step.pk)}


SEEN = "login 404 200 200 200 200 404"
CHANGED = "login 404 403 403 302 302 404"

SESSIONS: list[Row] = [
    page("song_sessions", args=song, GET=SEEN),
    # Only whose session it is goes on with it; others begin one of their own from a step.
    page(
        "song_session",
        args=session_page,
        GET=SEEN,
        POST="login 404 403 403 302 422 404",
        bodies={"POST": faster},
    ),
    page("song_session_replay", args=session_page, POST=CHANGED),
    page("song_session_branch", args=session_page, POST=CHANGED, bodies={"POST": number}),
    api("composition-session-list", args=in_song, GET="401 404 200 200 200 200 404"),
    api("composition-session-detail", args=session, GET="401 404 200 200 200 200 404"),
    api("composition-session-replay", args=session, POST="401 404 403 403 202 202 404"),
    api(
        "composition-session-branch",
        args=session,
        POST="401 404 403 403 201 201 404",
        bodies={"POST": step},
    ),
]
