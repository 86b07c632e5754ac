"""Pages of media: the bytes of an asset."""

from __future__ import annotations

import uuid

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from media.models import Asset
from media.selectors import asset_file_response


@require_safe
@login_required
def asset_file(request: HttpRequest, asset_id: uuid.UUID, filename: str) -> HttpResponseBase:
    """Return the file, playable in place where that is safe, or with ``?download=1`` to save.

    The name must be the asset's own: a link cannot promise another file than it gives.
    """
    asset = get_object_or_404(
        Asset.objects.visible_to(request.user), pk=asset_id, filename=filename
    )
    return asset_file_response(request, asset, download=bool(request.GET.get("download")))
