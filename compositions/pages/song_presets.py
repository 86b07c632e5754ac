"""The page of a song's presets: what is set, putting one on, hearing two, keeping what is set."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ariaforge.exceptions import DomainError
from ariaforge.models import Job
from compositions.editing import undo
from compositions.models import Composition, EditBatch, Preset, PresetVersion, Track
from compositions.models.presets import NAME_MAX_LENGTH
from compositions.pages.access import actor_of, may_change, page_for_members, song_to_see
from compositions.pages.history_parts import change_of_song
from compositions.presets.applying import (
    TRACK_KINDS,
    apply_preset,
    keep_as_preset,
    state_of_mix,
    state_of_render,
    state_of_track,
)
from compositions.presets.comparing import JOB_KIND, Comparison, compare, request_comparison
from compositions.presets.schemas import Kind, Settings, defaults_of
from compositions.presets.selectors import preset_list
from compositions.presets.words import describe

MIX, RENDER = "mix", "render"
KEEPS: dict[str, tuple[tuple[str, str], ...]] = {
    MIX: ((Kind.MIX.value, "The mix"),),
    RENDER: ((Kind.RENDER.value, "The choices for renders"),),
    "": (
        (Kind.INSTRUMENT.value, "The instrument with its strip"),
        (Kind.EFFECT.value, "The strip alone, as an effect"),
    ),
}
"""What can be kept as a preset, by target; the empty one stands for tracks."""


@dataclass(frozen=True, slots=True)
class Target:
    """What presets are put on: "mix", "render" or the id of a track."""

    value: str
    label: str
    track: Track | None = None

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of presets that it takes."""
        return TRACK_KINDS if self.track is not None else (self.value,)


@never_cache
@page_for_members
@require_http_methods(["GET", "HEAD", "POST"])
def song_presets(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show what a track or the mix is set to, and the presets for it; compares two if named.

    POST is the form in which two are chosen, and leads to the page that compares them.
    """
    song = song_to_see(request, pk)
    targets = targets_of(song)
    if request.method == "POST":
        target = _target(targets, request.POST.get("target", ""))
        return _back(song, target, a=request.POST.get("a", ""), b=request.POST.get("b", ""))
    target = _target(targets, request.GET.get("target", ""))
    comparison, error = None, ""
    if request.GET.get("a") or request.GET.get("b"):
        try:
            comparison = _comparison(request, song, target)
        except DomainError as refusal:
            error = refusal.message
    context = {
        "song": song,
        "can_edit": may_change(request, song),
        "targets": targets,
        "target": target,
        "now": describe(_kind_in_words(target), _set_now(song, target)),
        "groups": _groups(request, target),
        "a": request.GET.get("a", ""),
        "b": request.GET.get("b", ""),
        "comparison": comparison,
        "error": error,
        "job": _job(request, song),
        "keeps": KEEPS["" if target.track is not None else target.value],
        "name_max_length": NAME_MAX_LENGTH,
        "undo": _to_undo(request, song),
    }
    return render(request, "compositions/presets/song.html", context)


@never_cache
@page_for_members
@require_safe
def song_preset_comparison(request: HttpRequest, pk: UUID, job: UUID) -> HttpResponse:
    """Send how far the sound of a comparison is, or the player of it."""
    song = song_to_see(request, pk)
    found = _own_job(request, song, job)
    if found is None:
        raise Http404
    context = {"song": song, "job": found}
    return render(request, "compositions/presets/_comparison.html", context)


@page_for_members
@require_POST
@change_of_song("song_presets")
def song_preset_apply(request: HttpRequest, song: Composition) -> HttpResponse:
    """Put the chosen preset on the track or song."""
    target = _target(targets_of(song), request.POST.get("target", ""))
    version = _version(request, request.POST.get("b", ""))
    if version is None:
        messages.error(request, "Choose a preset to put on.")
        return _back(song, target)
    done = apply_preset(
        preset=version.preset,
        composition=song,
        user=actor_of(request),
        track_id=target.track.entity_id if target.track is not None else "",
        version=version,
    )
    if not done.changes:
        messages.info(request, f"{target.label} is set like “{version.preset.name}” already.")
        return _back(song, target)
    told = "; ".join(str(entry) for entry in done.changes[:3])
    more = f"; and {len(done.changes) - 3} more" if len(done.changes) > 3 else ""
    messages.success(request, f"“{version.preset.name}” on {target.label}. {told}{more}.")
    for remark in done.remarks:
        messages.info(request, remark)
    return _back(song, target, **({"undo": str(done.batch.pk)} if done.batch else {}))


@page_for_members
@require_POST
@change_of_song("song_presets")
def song_preset_undo(request: HttpRequest, song: Composition) -> HttpResponse:
    """Take back the edit that a preset was."""
    target = _target(targets_of(song), request.POST.get("target", ""))
    key = _key(request.POST.get("batch", ""))
    try:
        undo(composition=song, user=actor_of(request), batch_id=key)
    except EditBatch.DoesNotExist as error:
        raise Http404 from error
    messages.success(request, "Taken back.")
    return _back(song, target)


@page_for_members
@require_POST
def song_preset_keep(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Keep what is set as a preset of one's own."""
    song = song_to_see(request, pk)
    target = _target(targets_of(song), request.POST.get("target", ""))
    try:
        preset = keep_as_preset(
            composition=song,
            user=actor_of(request),
            kind=request.POST.get("kind", ""),
            name=request.POST.get("name", ""),
            track_id=target.track.entity_id if target.track is not None else "",
            is_public=request.POST.get("public") == "1",
        )
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return _back(song, target)
    messages.success(request, f"“{preset.name}” is among your presets.")
    return _back(song, target)


@page_for_members
@require_POST
def song_preset_listen(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask for both sides as sound."""
    song = song_to_see(request, pk)
    target = _target(targets_of(song), request.POST.get("target", ""))
    sides = {name: request.POST.get(name, "") for name in ("a", "b")}
    try:
        job = request_comparison(
            composition=song,
            user=actor_of(request),
            a=_version(request, sides["a"]),
            b=_version(request, sides["b"]),
            track_id=target.track.entity_id if target.track is not None else "",
            from_bar=_bar(request, "from_bar"),
            to_bar=_bar(request, "to_bar"),
        )
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return _back(song, target, **sides)
    return _back(song, target, **sides, job=str(job.pk))


def targets_of(song: Composition) -> list[Target]:
    """Return what presets can be put on: the mix, the render, and each track."""
    found = [Target(MIX, "The mix of the song"), Target(RENDER, "The render")]
    tracks = [
        Target(track.entity_id, f"“{track.name}”", track)
        for track in song.tracks.defer("automation")
    ]
    return [*tracks, *found]


def _target(targets: list[Target], value: str) -> Target:
    return next((target for target in targets if target.value == value), targets[0])


def _set_now(song: Composition, target: Target) -> Settings:
    if target.track is not None:
        state, kind = state_of_track(target.track), Kind.INSTRUMENT
    elif target.value == MIX:
        state, kind = state_of_mix(song), Kind.MIX
    else:
        return state_of_render(song)
    defaults = defaults_of(kind)
    shown = ("bank", "program", "percussion", "reverb_send")
    return {
        name: value for name, value in state.items() if name in shown or value != defaults[name]
    }


def _kind_in_words(target: Target) -> str:
    return Kind.INSTRUMENT if target.track is not None else target.value


def _groups(request: HttpRequest, target: Target) -> list[tuple[str, list[Preset]]]:
    """The presets for a target by kind and category; drum kits for drums only."""
    presets: list[Preset] = [
        preset
        for kind in target.kinds
        for preset in preset_list(actor_of(request), kind=kind)
        if preset.current is not None and _fits(preset.current.settings, kind, target)
    ]

    def heading(preset: Preset) -> str:
        if preset.owner_id is not None:
            return "Mine and shared"
        kind = "Effects: " if preset.kind == Kind.EFFECT else ""
        return f"{kind}{preset.category}"

    ordered = sorted(presets, key=lambda one: (one.owner_id is None, one.kind, heading(one)))
    return [(name, list(rows)) for name, rows in groupby(ordered, key=heading)]


def _fits(settings: Settings, kind: str, target: Target) -> bool:
    if kind != Kind.INSTRUMENT or target.track is None:
        return True
    return bool(settings.get("percussion", False)) == target.track.percussion


def _comparison(request: HttpRequest, song: Composition, target: Target) -> Comparison:
    return compare(
        composition=song,
        a=_version(request, request.GET.get("a", "")),
        b=_version(request, request.GET.get("b", "")),
        track_id=target.track.entity_id if target.track is not None else "",
    )


def _version(request: HttpRequest, text: str) -> PresetVersion | None:
    """The present version of a preset by its key; None for what is no key."""
    key = _key(text)
    if key is None:
        return None
    presets = Preset.objects.visible_to(actor_of(request)).filter(pk=key)
    rows = PresetVersion.objects.filter(pk__in=presets.values("current"))
    found: PresetVersion = get_object_or_404(rows.select_related("preset"))
    return found


def _job(request: HttpRequest, song: Composition) -> Job | None:
    key = _key(request.GET.get("job", ""))
    return _own_job(request, song, key) if key is not None else None


def _own_job(request: HttpRequest, song: Composition, key: UUID) -> Job | None:
    jobs = Job.objects.filter(owner=actor_of(request), kind=JOB_KIND, pk=key)
    found: Job | None = jobs.filter(parameters__composition=str(song.pk)).first()
    return found


def _to_undo(request: HttpRequest, song: Composition) -> EditBatch | None:
    key = _key(request.GET.get("undo", ""))
    if key is None:
        return None
    batches = EditBatch.all_objects.filter(composition=song, author=actor_of(request), pk=key)
    found: EditBatch | None = batches.first()
    return found


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _bar(request: HttpRequest, name: str) -> int | None:
    text = request.POST.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else None


def _back(song: Composition, target: Target, **more: Any) -> HttpResponse:
    query = urlencode(
        {"target": target.value, **{key: value for key, value in more.items() if value}}
    )
    return redirect(f"{reverse('song_presets', args=[song.pk])}?{query}")
