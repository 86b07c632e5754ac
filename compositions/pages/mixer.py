"""The mixer of a song: the automatic mix, what was set in its place, and asking for a mix of it.

Changes go through the edit operations of the API, like all changes of a song's document; this page
only shows them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from ariaforge.exceptions import DomainError
from compositions import services
from compositions.documents import load_score
from compositions.models import Composition, Render, Track
from compositions.pages.access import (
    actor_of,
    is_htmx,
    may_change,
    page_for_members,
    song_to_change,
    song_to_see,
)
from compositions.presentation.mixer import mix_view, strips
from compositions.sound import RenderParameters
from compositions.sound.mix_presets import mix_preset, preset_names


@never_cache
@page_for_members
@require_safe
def song_mixer(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show the mixer; to htmx, only what changes."""
    song = song_to_see(request, pk)
    mix = _latest_mix(song)
    report, reports = _reports(song, mix)
    tracks = list(
        Track.objects.filter(composition=song).defer("automation").order_by("position", "entity_id")
    )
    context = {
        "song": song,
        "can_edit": may_change(request, song),
        "strips": strips(tracks, reports),
        "mix": mix_view(song.mix, report, _presets()),
        "render": mix,
        "is_older": mix is not None and mix.content_hash != song.content_hash,
        "is_pending": song.pending_render_id is not None,
    }
    part = "_mixer" if is_htmx(request) else "mixer"
    return render(request, f"compositions/{part}.html", context)


@page_for_members
@require_POST
def song_mixer_render(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask for a mix of the song as the mixer stands, and go to the song, where it is followed."""
    song = song_to_change(request, pk)
    try:
        services.request_render(composition=song, user=actor_of(request))
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("song_mixer", pk=pk)
    return redirect("composition_detail", pk=pk)


def _latest_mix(song: Composition) -> Render | None:
    if song.current_render_id is None:
        return None
    mixes = Render.objects.defer("peaks")
    mix: Render | None = mixes.filter(pk=song.current_render_id).first()
    return mix


def _reports(
    song: Composition, mix: Render | None
) -> tuple[dict[str, Any], dict[str, Mapping[str, Any]]]:
    """What the latest mix says of the song and of each track, by the tracks' ids.

    Where it says nothing of a track (it is new, or the mix older than this), the automatic strip
    is worked out anew.
    """
    measured = mix.measurements if mix is not None else {}
    report = dict(measured.get("mix_report") or {})
    if mix is not None and "target_lufs" not in song.mix:
        report["target_lufs"] = mix.parameters.get("target_lufs", -14.0)
    found: dict[str, Mapping[str, Any]] = {
        told["track_id"]: told
        for told in measured.get("tracks", ())
        if "automatic" in told.get("strip", {})
    }
    names = Track.objects.filter(composition=song).values_list("entity_id", flat=True)
    if all(name in found for name in names):
        return report, found
    # Only here, since it needs the notes and the sound engine's arithmetic.
    from compositions.sound.mix_plan import plan_mix
    from compositions.sound.performance import audible_tracks
    from compositions.sound.strips import strip_report

    score, parameters = load_score(song), RenderParameters()
    plan = plan_mix(score, audible_tracks(score), parameters)
    for track in score.tracks:
        found.setdefault(track.id, {"strip": strip_report(track, plan, parameters)})
    report.setdefault("preset", plan.preset.name if plan.preset else "none")
    report.setdefault("automatic", plan.automatic(parameters.reverb_seconds))
    return report, found


def _presets() -> list[tuple[str, str]]:
    return [(name, mix_preset(name).title) for name in preset_names()]
