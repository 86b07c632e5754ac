"""Pages of presets: the library, one preset with its versions, files in and out, the trash."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ariaforge.exceptions import DomainError
from ariaforge.files import content_disposition
from compositions.models import Preset, PresetVersion
from compositions.models.presets import (
    CATEGORY_MAX_LENGTH,
    DESCRIPTION_MAX_LENGTH,
    NAME_MAX_LENGTH,
    NOTE_MAX_LENGTH,
)
from compositions.pages.access import actor_of, is_htmx, page_for_members
from compositions.presets import selectors, services
from compositions.presets.exchange import MOST_BYTES, file_of, import_preset, read_file
from compositions.presets.words import describe, differences

PAGE_SIZE = 30
MOST_VERSIONS_SHOWN = 50
MOST_IN_TRASH = 200
LIMITS = {
    "name": NAME_MAX_LENGTH,
    "description": DESCRIPTION_MAX_LENGTH,
    "category": CATEGORY_MAX_LENGTH,
    "note": NOTE_MAX_LENGTH,
}


@never_cache
@page_for_members
@require_safe
def preset_list(request: HttpRequest) -> HttpResponse:
    """Show the presets that the person may use, by kind, whose they are, category and words."""
    user = actor_of(request)
    chosen = {name: request.GET.get(name, "").strip() for name in ("kind", "whose", "category")}
    if chosen["kind"] not in Preset.Kind.values:
        chosen["kind"] = ""
    search = request.GET.get("search", "").strip()[:200]
    presets = selectors.preset_list(user, search=search, **chosen)
    page = Paginator(presets, PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [
        {"preset": preset, "words": describe(preset.kind, preset.current.settings)[:4]}
        for preset in page
        if preset.current is not None
    ]
    kept = {name: value for name, value in {**chosen, "search": search}.items() if value}

    def link(number: int) -> str:
        return f"?{urlencode({**kept, 'page': number})}"

    context = {
        **chosen,
        "search": search,
        "rows": rows,
        "page": page,
        "newer_url": link(page.previous_page_number()) if page.has_previous() else "",
        "older_url": link(page.next_page_number()) if page.has_next() else "",
        "kinds": Preset.Kind.choices,
        "whose_choices": selectors.WHOSE,
        "categories": selectors.categories(user, chosen["kind"]),
        "most_bytes": MOST_BYTES,
        "filtered": bool(kept),
    }
    part = "_list" if is_htmx(request) else "list"
    return render(request, f"compositions/presets/{part}.html", context)


@never_cache
@page_for_members
@require_http_methods(["GET", "HEAD", "POST"])
def preset_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a preset with its versions; POST changes it."""
    preset = _to_see(request, pk)
    typed: dict[str, Any] = {}
    error = ""
    if request.method == "POST":
        preset = _to_change(request, pk)
        typed = {name: request.POST.get(name, "") for name in (*LIMITS, "tags", "settings")}
        try:
            _change(request, preset, typed)
        except DomainError as refusal:
            error = refusal.message
        else:
            messages.success(request, f"“{' '.join(typed['name'].split())}” is kept.")
            return redirect("preset_detail", pk=pk)
    context = _page_of(request, preset) | {"typed": typed, "error": error, "limits": LIMITS}
    return render(
        request, "compositions/presets/detail.html", context, status=422 if error else 200
    )


def _change(request: HttpRequest, preset: Preset, typed: dict[str, Any]) -> None:
    settings = read_file(typed["settings"].encode("utf-8", "replace"))
    services.update_preset(
        preset=preset,
        user=actor_of(request),
        settings=settings,
        note=typed["note"],
        name=typed["name"],
        description=typed["description"],
        category=typed["category"],
        tags=typed["tags"],
    )


def _page_of(request: HttpRequest, preset: Preset) -> dict[str, Any]:
    user = actor_of(request)
    versions = list(PresetVersion.objects.filter(preset=preset)[: MOST_VERSIONS_SHOWN + 1])
    lines = []
    for version, before in zip(versions, [*versions[1:], None], strict=True):
        changes = (
            differences(preset.kind, before.settings, version.settings)
            if before is not None
            else []
        )
        lines.append({"version": version, "changes": changes})
    settings = preset.current.settings if preset.current is not None else {}
    return {
        "preset": preset,
        "is_mine": Preset.objects.editable_by(user).filter(pk=preset.pk).exists(),
        "words": describe(preset.kind, settings),
        "settings_json": json.dumps(settings, indent=2, ensure_ascii=False),
        "lines": lines[:MOST_VERSIONS_SHOWN],
        "more_versions": len(lines) > MOST_VERSIONS_SHOWN,
    }


@page_for_members
@require_POST
def preset_copy(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Make a preset of one's own of it, and show that."""
    preset = _to_see(request, pk)
    try:
        made = services.copy_preset(preset=preset, user=actor_of(request))
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return redirect("preset_detail", pk=pk)
    messages.success(request, f"“{made.name}” is yours.")
    return redirect("preset_detail", pk=made.pk)


@page_for_members
@require_POST
def preset_share(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let others use the preset (``public`` is 1), or keep it to oneself again."""
    preset = _to_change(request, pk)
    public = request.POST.get("public") == "1"
    services.update_preset(preset=preset, user=actor_of(request), is_public=public)
    who = "everybody in this studio can use and copy it" if public else "only you can use it"
    messages.success(request, f"“{preset.name}”: {who}.")
    return redirect("preset_detail", pk=pk)


@page_for_members
@require_POST
def preset_version_restore(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """Make an older version the newest again."""
    preset = _to_change(request, pk)
    try:
        services.restore_version(preset=preset, user=actor_of(request), number=number)
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"“{preset.name}” is as it was in version {number}.")
    return redirect("preset_detail", pk=pk)


@page_for_members
@require_safe
def preset_export(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send the preset as JSON, with the settings of ``version`` if one is named."""
    preset = _to_see(request, pk)
    version = None
    text = request.GET.get("version", "")
    if text:
        if not (text.isascii() and text.isdigit() and len(text) < 9):
            raise Http404
        version = get_object_or_404(PresetVersion, preset=preset, number=int(text))
    name, content = file_of(preset, version)
    response = HttpResponse(content, content_type="application/json")
    response["Content-Disposition"] = content_disposition(attachment=True, filename=name)
    return response


@page_for_members
@require_POST
def preset_import(request: HttpRequest) -> HttpResponse:
    """Make a preset of a file."""
    file = request.FILES.get("file")
    if file is None:
        messages.error(request, "Choose a file: JSON that AriaForge wrote for a preset.")
        return redirect("preset_list")
    try:
        data = read_file(file.read(MOST_BYTES + 1))
        made = import_preset(user=actor_of(request), data=data)
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return redirect("preset_list")
    messages.success(request, f"“{made.name}” was imported.")
    return redirect("preset_detail", pk=made.pk)


@page_for_members
@require_POST
def preset_delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Move a preset of one's own to the trash."""
    preset = _to_change(request, pk)
    services.delete_preset(preset=preset, user=actor_of(request))
    messages.success(request, f"“{preset.name}” is in the trash now. It can be restored there.")
    return redirect("preset_list")


@page_for_members
@require_safe
def preset_trash(request: HttpRequest) -> HttpResponse:
    """Show one's own presets that are in the trash."""
    presets = selectors.presets_in_trash(actor_of(request))[:MOST_IN_TRASH]
    return render(request, "compositions/presets/trash.html", {"presets": presets})


@page_for_members
@require_POST
def preset_restore(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a preset out of the trash and show it."""
    user = actor_of(request)
    preset = get_object_or_404(selectors.presets_in_trash(user), pk=pk)
    preset = services.restore_preset(preset=preset, user=user)
    messages.success(request, f"“{preset.name}” is back.")
    return redirect("preset_detail", pk=pk)


def _to_see(request: HttpRequest, pk: UUID) -> Preset:
    try:
        return selectors.preset_to_use(actor_of(request), pk)
    except Preset.DoesNotExist as error:
        raise Http404 from error


def _to_change(request: HttpRequest, pk: UUID) -> Preset:
    try:
        return selectors.preset_to_change(actor_of(request), pk)
    except Preset.DoesNotExist as error:
        raise Http404 from error
