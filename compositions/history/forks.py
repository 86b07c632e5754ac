"""Forks: songs of one's own that begin as a version of another song."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from accounts.models import User
from ariaforge.exceptions import InvalidInputError, NotPermittedError
from compositions.history.ancestors import ancestors, version_parents
from compositions.history.blobs import hold_parts
from compositions.history.versions import load_version, set_document
from compositions.models import Composition, Version
from compositions.services import default_project
from projects.models import Project

MAX_NAMED = 50
"""Authors that the attribution names, and songs in a chain of forks."""

# What describes the music of the version, besides its document. Not what was made of it
# (files, renders, sessions), which stays with the project it was made in.
_KEPT = (
    "ai_prompt",
    "lyrics",
    "seed",
    "spec",
    "engine_version",
    "explanation",
    "confidence_score",
    "confidence",
    "theory_data",
    "render_parameters",
)


def fork(
    *, version: Version, user: User, project: Project | None = None, name: str | None = None
) -> Composition:
    """Return a new song of ``user`` whose first version is ``version``, parts and all.

    Without ``project`` it goes where the song is if the user may edit there, and otherwise
    to the user's own songs. The first version says in its provenance which song, version and
    authors it comes from, and nothing about the project of that song. Raises
    ``Version.DoesNotExist`` for a version that the user may not see,
    :class:`NotPermittedError` for a project that they may not edit, and
    :class:`InvalidInputError` for an unfit name.
    """
    with transaction.atomic():
        # The parts stay even if the song is deleted for good meanwhile.
        hold_parts()
        version = Version.objects.visible_to(user).select_related("composition").get(pk=version.pk)
        origin = version.composition
        editable = Project.objects.editable_by(user)
        if project is None:
            home = editable.filter(pk=origin.project_id).first() or default_project(user)
        elif editable.filter(pk=project.pk).exists():
            home = project
        else:
            raise NotPermittedError("Only editors and owners of a project add songs to it.")
        data = load_version(version)
        attribution = _attribution(version, data["title"])
        title = _name(name, data["title"] or origin.name, home.pk == origin.project_id)
        song: Composition = Composition.objects.create(
            project=home,
            name=title,
            forked_from=version,
            created_by=user,
            updated_by=user,
            **{field: getattr(origin, field) for field in _KEPT},
        )
        set_document(
            composition=song,
            data={**data, "title": title},
            user=user,
            name="Fork",
            source=Version.Source.FORK,
            message=f"Forked “{attribution['song']}”, version {version.number}",
            provenance={"forked_from": attribution},
        )
    return song


def _attribution(version: Version, title: str) -> dict[str, Any]:
    """Who and what the version is by: a credit that whoever sees the fork may read."""
    keys = ancestors(version_parents(version.composition_id), version.pk)
    authors: list[str] = []
    chain: list[dict[str, Any]] = []
    behind = Version.all_objects.filter(pk__in=keys).order_by("number")
    for name, source, provenance in behind.values_list("author_name", "source", "provenance"):
        earlier = provenance.get("forked_from") if source == Version.Source.FORK else None
        if earlier:
            # Who forked has written nothing by that.
            authors += [one for one in earlier.get("authors", ()) if one not in authors]
            credit = {key: value for key, value in earlier.items() if key != "earlier"}
            chain = [credit, *earlier.get("earlier", ())]
        elif name and name not in authors:
            authors.append(name)
    return {
        "song": title,
        "version": version.number,
        "sha256": version.sha256,
        "message": version.message,
        "authors": authors[:MAX_NAMED],
        "earlier": chain[:MAX_NAMED],
    }


def _name(asked: str | None, title: str, is_same_project: bool) -> str:
    if asked is None:
        ending = " (fork)" if is_same_project else ""
        return title[: 200 - len(ending)] + ending
    name = " ".join(asked.split())
    if not name or "\x00" in name:
        raise InvalidInputError("A song needs a name.")
    if len(name) > 200:
        raise InvalidInputError("A name can have 200 characters at most.")
    return name
