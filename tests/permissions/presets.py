"""The rows of the permission table for presets: everybody's own, shared ones, the studio's."""

from __future__ import annotations

import json
from typing import Any

from compositions.models import Preset
from compositions.presets.exchange import export_preset
from tests.permissions.imports import File
from tests.permissions.rows import Row, api, page
from tests.permissions.world import World


def shared(world: World) -> dict[str, Any]:
    return {"pk": world.preset.pk}


def version(world: World) -> dict[str, Any]:
    return {"pk": world.preset.pk, "number": 1}


def gone(world: World) -> dict[str, Any]:
    return {"pk": Preset.all_objects.get(name="Gone").pk}


def new(world: World) -> dict[str, Any]:
    return {"kind": "mix", "name": "Mine", "settings": {"reverb_seconds": 2.0}}


def renamed(world: World) -> dict[str, Any]:
    return {"name": "Wider"}


def file(world: World) -> dict[str, Any]:
    return export_preset(Preset.objects.with_settings().get(pk=world.preset.pk))


def on_track(world: World) -> dict[str, Any]:
    track = world.song.tracks.first().entity_id
    return {"composition": str(world.song.pk), "track": track}


def kept(world: World) -> dict[str, Any]:
    return {**on_track(world), "kind": "instrument", "name": "Kept"}


def sides(world: World) -> dict[str, Any]:
    return {**on_track(world), "b": str(world.preset.pk)}


def uploaded(world: World) -> dict[str, Any]:
    return {"file": File("wide.json", json.dumps(file(world)).encode(), "application/json")}


def typed(world: World) -> dict[str, Any]:
    return {"name": "Wider", "settings": '{"width": 1}', "tags": "wide"}


def song(world: World) -> dict[str, Any]:
    return {"pk": world.song.pk}


def edited_song(world: World) -> dict[str, Any]:
    return {"pk": world.stopped_song.pk}


def comparison(world: World) -> dict[str, Any]:
    return {"pk": world.song.pk, "job": world.more["comparison"].pk}


def chosen(world: World) -> dict[str, Any]:
    return {"target": on_track(world)["track"], "b": str(world.preset.pk)}


def named(world: World) -> dict[str, Any]:
    return {"target": on_track(world)["track"], "kind": "instrument", "name": "Kept"}


def editors_edit(world: World) -> dict[str, Any]:
    return {"batch": str(world.editor_edit.pk)}


ALL_SEE = "401 200 200 200 200 200 200"
ALL_MAKE = "401 201 201 201 201 201 201"
ONLY_ITS_OWNER = "401 403 403 403 200 403 403"

PRESETS: list[Row] = [
    api("preset-list", GET=ALL_SEE, POST=ALL_MAKE, bodies={"POST": new}),
    api(
        "preset-detail",
        args=shared,
        GET=ALL_SEE,
        PATCH=ONLY_ITS_OWNER,
        DELETE="401 403 403 403 204 403 403",
        bodies={"PATCH": renamed},
    ),
    api("preset-trash", GET=ALL_SEE),
    api("preset-restore", args=gone, POST="401 404 404 404 200 404 404"),
    api("preset-versions", args=shared, GET=ALL_SEE),
    api("preset-restore-version", args=version, POST=ONLY_ITS_OWNER),
    api("preset-copy", args=shared, POST=ALL_MAKE),
    api("preset-export", args=shared, GET=ALL_SEE),
    api("preset-import", POST=ALL_MAKE, bodies={"POST": file}),
    api("preset-keep", POST="401 404 201 201 201 201 404", bodies={"POST": kept}),
    api(
        "preset-apply",
        args=shared,
        POST="401 404 403 403 200 200 404",
        bodies={"POST": on_track},
    ),
    api("preset-compare", POST="401 404 200= 200= 200= 200= 404", bodies={"POST": sides}),
    api("preset-listen", POST="401 404 202 202 202 202 404", bodies={"POST": sides}),
    page("preset_list", GET="login 200 200 200 200 200 200"),
    page("preset_trash", GET="login 200 200 200 200 200 200"),
    page(
        "preset_import",
        POST="login 302 302 302 302 302 302",
        bodies={"POST": uploaded},
        multipart=True,
    ),
    page(
        "preset_detail",
        args=shared,
        GET="login 200 200 200 200 200 200",
        POST="login 403 403 403 302 403 403",
        bodies={"POST": typed},
    ),
    page("preset_copy", args=shared, POST="login 302 302 302 302 302 302"),
    page("preset_share", args=shared, POST="login 403 403 403 302 403 403"),
    page("preset_export", args=shared, GET="login 200 200 200 200 200 200"),
    page("preset_delete", args=shared, POST="login 403 403 403 302 403 403"),
    page("preset_restore", args=gone, POST="login 404 404 404 302 404 404"),
    page("preset_version_restore", args=version, POST="login 403 403 403 302 403 403"),
    page(
        "song_presets",
        args=song,
        GET="login 404 200 200 200 200 404",
        POST="login 404 302= 302= 302= 302= 404",
    ),
    page(
        "song_preset_apply",
        args=song,
        POST="login 404 403 403 302 302 404",
        bodies={"POST": chosen},
    ),
    # Only whose edit it is takes it back; others are told so.
    page(
        "song_preset_undo",
        args=edited_song,
        POST="login 404 403 403 302 302= 404",
        bodies={"POST": editors_edit},
    ),
    page(
        "song_preset_keep",
        args=song,
        POST="login 404 302 302 302 302 404",
        bodies={"POST": named},
    ),
    page(
        "song_preset_listen",
        args=song,
        POST="login 404 302 302 302 302 404",
        bodies={"POST": chosen},
    ),
    page("song_preset_comparison", args=comparison, GET="login 404 404 404 200 404 404"),
]
