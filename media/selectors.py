"""Reads of media: the answer that carries an asset's bytes, and which files have a row."""

from __future__ import annotations

from collections.abc import Collection

from django.http import HttpRequest, HttpResponseBase

from ariaforge.files import ranged_file_response
from media.models import Asset


def asset_file_response(request: HttpRequest, asset: Asset, *, download: bool) -> HttpResponseBase:
    """Return the bytes of an asset, or the part of them that the request asks for.

    Whether the person may have them is for the caller to decide, by fetching ``asset``
    through ``Asset.objects.visible_to``. Raises ``Http404`` when the storage lost them.
    """
    return ranged_file_response(
        request,
        file=asset.file,
        content_type=asset.content_type,
        filename=asset.filename,
        etag=asset.sha256,
        last_modified=asset.created_at,
        inline=not download,
    )


def names_with_row(names: Collection[str]) -> set[str]:
    """Return those names of stored files that an asset names, live or in the trash."""
    return set(Asset.all_objects.filter(file__in=names).values_list("file", flat=True))
