"""The rows of the permission table for files that come in and go out."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from compositions.score.midi import write_midi
from tests.compositions.songs import example_score
from tests.permissions.rows import Row, api, page
from tests.permissions.world import World


class File(SimpleUploadedFile):
    """A file that every role sends anew."""

    def read(self, *size: int) -> Any:
        """Return all of it, however often."""
        self.seek(0)
        return super().read(*size)


def midi_file(world: World) -> dict[str, Any]:
    """A song as a form would send it."""
    content = write_midi(example_score("Brought from elsewhere"))
    return {"file": File("tune.mid", content, "audio/midi")}


def song(world: World) -> dict[str, Any]:
    return {"pk": world.song.pk}


def in_song(world: World) -> dict[str, Any]:
    return {"composition_pk": world.song.pk}


def brought(world: World) -> dict[str, Any]:
    return {"composition_pk": world.song.pk, "pk": world.brought.pk}


def mixed(world: World) -> dict[str, Any]:
    return {"pk": world.song.pk, "mix": world.song.current_render_id}


def exported(world: World) -> dict[str, Any]:
    return {"pk": world.song.pk, "export": world.export.pk}


def in_export(world: World) -> dict[str, Any]:
    return {"composition_pk": world.song.pk, "pk": world.export.pk}


def musicxml(world: World) -> dict[str, Any]:
    return {"format": "musicxml"}


def project(world: World) -> dict[str, Any]:
    return {"pk": world.project.pk}


def in_project(world: World) -> dict[str, Any]:
    return {"project_pk": world.project.pk}


def archived(world: World) -> dict[str, Any]:
    return {"pk": world.project.pk, "archive": world.archive.pk}


def in_archive(world: World) -> dict[str, Any]:
    return {"project_pk": world.project.pk, "pk": world.archive.pk}


def archive_file(world: World) -> dict[str, Any]:
    """What begins as an archive does; what is wrong with it, its job says."""
    return {"file": File("songs.ariaforge", b"PK\x03\x04", "application/zip")}


ARCHIVES: list[Row] = [
    page("project_files", args=project, GET="login 404 200 200 200 200 404"),
    page("project_export", args=project, POST="login 404 403 403 302 302 404"),
    page(
        "project_import",
        args=project,
        POST="login 404 403 403 302 302 404",
        bodies={"POST": archive_file},
    ),
    page("project_archive_delete", args=archived, POST="login 404 403 403 302 302 404"),
    api(
        "project-archive-list",
        args=in_project,
        GET="401 404 200 200 200 200 404",
        POST="401 404 403 403 202 202 404",
    ),
    api(
        "project-archive-detail",
        args=in_archive,
        GET="401 404 200 200 200 200 404",
        DELETE="401 404 403 403 204 204 404",
    ),
    api(
        "project-archive-import",
        args=in_project,
        POST="401 404 403 403 202 202 404",
        bodies={"POST": archive_file},
        multipart=True,
    ),
]

IMPORTS: list[Row] = [
    *ARCHIVES,
    page("song_import", POST="login 302 302 302 302 302 302", bodies={"POST": midi_file}),
    page(
        "composition_import",
        args=song,
        POST="login 404 403 403 302 302 404",
        bodies={"POST": midi_file},
    ),
    # No import of the song has failed, so there is nothing to put away.
    page("composition_dismiss", args=song, POST="login 404 403 403 302= 302= 404"),
    page(
        "composition_export",
        args=song,
        POST="login 404 403 403 302 302 404",
        bodies={"POST": musicxml},
    ),
    page("composition_exports", args=song, GET="login 404 200 200 200 200 404"),
    page("song_exports", args=song, GET="login 404 200 200 200 200 404"),
    page("song_figures", args=song, GET="login 404 200 200 200 200 404"),
    page("song_mix_figures", args=mixed, GET="login 404 200 200 200 200 404"),
    page("song_mixer", args=song, GET="login 404 200 200 200 200 404"),
    page("song_mixer_render", args=song, POST="login 404 403 403 302 302 404"),
    page("song_export_again", args=exported, POST="login 404 403 403 302 302 404"),
    page("song_export_delete", args=exported, POST="login 404 403 403 302 302 404"),
    api("export-formats", GET="401 200 200 200 200 200 200"),
    api("composition-export-again", args=in_export, POST="401 404 403 403 202 202 404"),
    api(
        "composition-import-new",
        POST="401 202 202 202 202 202 202",
        bodies={"POST": midi_file},
        multipart=True,
    ),
    api(
        "composition-import",
        args=in_song,
        POST="401 404 403 403 202 202 404",
        bodies={"POST": midi_file},
        multipart=True,
    ),
    api("composition-imports-list", args=in_song, GET="401 404 200 200 200 200 404"),
    api("composition-imports-detail", args=brought, GET="401 404 200 200 200 200 404"),
]
