"""What the player of a song fetches to play its notes in the browser."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from compositions.listening import playable_tracks, preset_file
from compositions.models import Composition
from compositions.pages.access import actor_of, page_for_members
from compositions.sound import SoundError

_YEAR_SECONDS = 31_536_000


@page_for_members
@require_safe
def composition_performance(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send the events of all tracks as JSON, for playing them before there is a mix."""
    songs = Composition.objects.visible_to(actor_of(request)).select_related("current_render")
    song = get_object_or_404(songs, pk=pk)
    try:
        tracks = playable_tracks(song)
    except SoundError as error:
        return JsonResponse({"message": str(error)}, status=503)
    response = JsonResponse({"tracks": tracks, "seconds": song.duration_seconds})
    # The page names the performance with the hash of what it is.
    response["Cache-Control"] = "private, max-age=3600"
    return response


@page_for_members
@require_safe
def instrument_file(request: HttpRequest, name: str) -> HttpResponse:
    """Send one instrument of the studio as a SoundFont."""
    path = preset_file(name)
    if path is None:
        raise Http404("There is no such instrument.")
    response = FileResponse(path.open("rb"), content_type="application/octet-stream")
    # The name holds the hash of the font.
    response["Cache-Control"] = f"private, max-age={_YEAR_SECONDS}, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    return cast(HttpResponse, response)
