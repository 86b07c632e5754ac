"""The rows of the permission table for variations: changes that the composer offers."""

from __future__ import annotations

from typing import Any

from tests.permissions.rows import Row, api, page
from tests.permissions.world import World


def song(world: World) -> dict[str, Any]:
    return {"pk": world.song.pk}


def in_song(world: World) -> dict[str, Any]:
    return {"composition_pk": world.song.pk}


def faster(world: World) -> dict[str, Any]:
    return {"text": "a bit faster"}


def about_the_sea(world: World) -> dict[str, Any]:
    return {"theme": "the sea"}


VARIATIONS: list[Row] = [
    page(
        "composition_write_lyrics",
        args=song,
        POST="login 404 403 403 302 302 404",
        bodies={"POST": about_the_sea},
    ),
    api(
        "composition-lyrics",
        args=in_song,
        POST="401 404 403 403 202 202 404",
        bodies={"POST": about_the_sea},
    ),
    page(
        "composition_vary",
        args=song,
        POST="login 404 403 403 302 302 404",
        bodies={"POST": faster},
    ),
    page("composition_variations", args=song, GET="login 404 200 200 200 200 404"),
    api(
        "composition-variations",
        args=in_song,
        POST="401 404 403 403 202 202 404",
        bodies={"POST": faster},
    ),
    api("composition-explanation", args=in_song, GET="401 404 200 200 200 200 404"),
]
