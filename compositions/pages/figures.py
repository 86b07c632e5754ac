"""The page of a mix in figures: its pictures, and all mixes of the song to choose from."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from compositions.models import Composition, Render
from compositions.pages.access import page_for_members, song_to_see
from compositions.pages.lists import page_of
from compositions.presentation.facts import level_text
from compositions.presentation.mix_figures import mix_figures
from compositions.presentation.waveform import mini_waveform

MIXES_SIZE = 20


@never_cache
@page_for_members
@require_safe
def song_figures(request: HttpRequest, pk: UUID, mix: UUID | None = None) -> HttpResponse:
    """Show a mix of the song in figures: the one that plays now, or ``mix``."""
    song = song_to_see(request, pk)
    key = mix or song.current_render_id
    shown: Render | None = None
    if key is not None:
        shown = get_object_or_404(_mixes(song), pk=key)
    waves = KeyTextTransform("16384", KeyTransform("levels", "peaks"))
    mixes = _mixes(song).annotate(wave=waves).defer("peaks", "parameters")
    rows, links = page_of(request, mixes, MIXES_SIZE)
    context = {
        "song": song,
        "shown": shown,
        "is_current": shown is not None and shown.pk == song.current_render_id,
        "is_older": shown is not None and shown.content_hash != song.content_hash,
        "figures": mix_figures(shown) if shown is not None else None,
        "mixes": [
            {
                "render": row,
                "loudness": level_text(row, "integrated_lufs", "LUFS"),
                "wave": mini_waveform(row.wave),
            }
            for row in rows
        ],
        **links,
    }
    return render(request, "compositions/figures.html", context)


def _mixes(song: Composition) -> QuerySet[Render]:
    """The finished mixes of a song."""
    return Render.objects.filter(composition=song, duration_seconds__isnull=False)
