"""Pages of songs: the prompt, the lists, and the page of one song with its live parts.

Everything here is a form or a link first; htmx only exchanges parts of the page. Who may
not see a song gets 404; who may see but not change it and asks for a change gets 403.
"""

from __future__ import annotations

import secrets
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from ariaforge.exceptions import DomainError, InvalidInputError
from compositions import imports, services
from compositions.models import Composition
from compositions.pages.access import (
    actor_of,
    is_htmx,
    may_change,
    page_for_members,
    song_to_change,
)
from compositions.pages.forms import PromptForm
from compositions.pages.history_parts import history_facts
from compositions.pages.lists import page_of
from compositions.presentation import (
    confidence_parts,
    describe_spec,
    draw_overview,
    level_text,
    mini_waveform,
    peaks_for_page,
    progress_card,
    song_facts,
    timeline_of,
)
from compositions.presentation.sung_words import sung_sections, times_of
from compositions.selectors import composition_list as select_songs
from compositions.selectors import (
    composition_page,
    song_files,
    songs_in_trash,
)
from projects.models import Project

EXAMPLES = (
    "a wistful lo-fi tune in D minor, 82 bpm, Rhodes, upright bass and brushed drums",
    "a bright Celtic jig in G major with fiddle, flute and guitar",
    "slow jazz ballad in B flat, piano trio, two minutes",
    "driving synthwave in A minor at 110 bpm, big drums, soaring lead",
    "a gentle waltz for piano and strings, in 3/4",
    "funky disco in E minor with slap bass, clavinet and brass",
)
LIST_SIZE = 20
TRASH_SIZE = 100


# -- The prompt -----------------------------------------------------------------------


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """Show the prompt box; POST begins a song and goes to its page."""
    user = actor_of(request)
    form = PromptForm(request.POST or None, initial=_prompt_to_begin_with(request), user=user)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            song = _begin_song(form, user)
            if song is not None:
                return redirect("composition_detail", pk=song.pk)
        status = 422
    context = {
        "form": form,
        "examples": EXAMPLES,
        "import_endings": ",".join(imports.ENDINGS),
        "import_key": secrets.token_urlsafe(16),
        "more_open": any(form[name].errors for name in ("project", "seed", "lyrics"))
        or any(form[name].value() for name in ("seed", "lyrics")),
    }
    return render(request, "home.html", context, status=status)


def _begin_song(form: PromptForm, user: User) -> Composition | None:
    data = form.cleaned_data
    try:
        return services.create_from_prompt(
            user=user,
            prompt=data["prompt"],
            project=data["project"],
            seed=data["seed"],
            lyrics=data["lyrics"],
            idempotency_key=form.idempotency_key(),
        )
    except InvalidInputError as error:
        form.add_error("prompt", error.message)
    except DomainError as error:
        form.add_error(None, error.message)
    return None


def _prompt_to_begin_with(request: HttpRequest) -> dict[str, Any]:
    """Return what the box holds at first: a prompt in the address, or that of another song."""
    initial: dict[str, Any] = {
        "request_key": secrets.token_urlsafe(16),
        "prompt": request.GET.get("prompt", ""),
        "project": request.GET.get("project", ""),
    }
    origin = request.GET.get("from", "")
    if origin:
        try:
            key = UUID(origin)
        except ValueError:
            return initial
        songs = Composition.objects.visible_to(actor_of(request))
        song = songs.only("ai_prompt", "lyrics", "project_id").filter(pk=key).first()
        if song is not None:
            initial |= {
                "prompt": song.ai_prompt,
                "lyrics": song.lyrics,
                "project": song.project_id,
            }
    return initial


# -- Lists ----------------------------------------------------------------------------


@page_for_members
@require_safe
def composition_list(request: HttpRequest) -> HttpResponse:
    """Show all songs that the person may see, newest first."""
    return _song_list(request, select_songs(actor_of(request)), {})


@page_for_members
@require_safe
def project_compositions(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show the songs of a project; to htmx, only the list itself."""
    user = actor_of(request)
    project = get_object_or_404(Project.objects.visible_to(user), pk=pk)
    return _song_list(request, select_songs(user, project), {"project": project})


def _song_list(request: HttpRequest, songs: QuerySet[Any], context: dict[str, Any]) -> HttpResponse:
    # Of the peaks only the coarsest level is needed; the whole is large.
    songs = songs.annotate(
        mini_peaks=KeyTextTransform("16384", KeyTransform("levels", "current_render__peaks"))
    )
    shown, links = page_of(request, songs, LIST_SIZE)
    context |= {
        "rows": [
            {
                "song": song,
                "facts": song_facts(song),
                "card": progress_card(song),
                "wave": mini_waveform(song.mini_peaks),
            }
            for song in shown
        ],
        **links,
        "list_url": request.path,
    }
    part = "_list" if is_htmx(request) else "list"
    return render(request, f"compositions/{part}.html", context)


# -- One song -------------------------------------------------------------------------


@never_cache
@page_for_members
@require_safe
def composition_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a song: its state, its picture, its player and its files."""
    return render(request, "compositions/detail.html", _song_page(request, pk))


@never_cache
@page_for_members
@require_safe
def composition_progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send the progress card; with it the rest of the song when ``seen`` is out of date."""
    if not is_htmx(request):
        return redirect("composition_detail", pk=pk)
    return _progress(request, pk)


@page_for_members
@require_POST
def composition_cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stop whatever is at work on the song."""
    services.cancel_work(composition=song_to_change(request, pk))
    return _after_change(request, pk)


@page_for_members
@require_POST
def composition_retry(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Start the work that failed or was cancelled again."""
    services.retry_work(composition=song_to_change(request, pk))
    return _after_change(request, pk)


@page_for_members
@require_POST
def composition_rename(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give the song another name; what was typed stays when it is refused."""
    song = song_to_change(request, pk)
    typed, error = request.POST.get("name", ""), ""
    try:
        services.rename(composition=song, user=actor_of(request), name=typed)
    except DomainError as refusal:
        error = refusal.message
    if is_htmx(request):
        context = {
            "song": song,
            "can_edit": True,
            "rename_error": error,
            "typed": typed if error else song.name,
        }
        return render(request, "compositions/_title.html", context, status=422 if error else 200)
    if error:
        messages.error(request, error)
    return redirect("composition_detail", pk=pk)


@page_for_members
@require_POST
def composition_delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Move the song to the trash."""
    song = song_to_change(request, pk)
    services.delete_composition(composition=song)
    messages.success(request, f"“{song.name}” is in the trash now. It can be restored there.")
    return redirect("composition_list")


@page_for_members
@require_safe
def composition_trash(request: HttpRequest) -> HttpResponse:
    """Show the songs in the trash that the person may restore."""
    songs = songs_in_trash(actor_of(request))[:TRASH_SIZE]
    return render(request, "compositions/trash.html", {"songs": songs})


@page_for_members
@require_POST
def composition_restore(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take the song out of the trash and show it."""
    song = get_object_or_404(songs_in_trash(actor_of(request)), pk=pk)
    services.restore_composition(composition=song)
    messages.success(request, f"“{song.name}” is back.")
    return redirect("composition_detail", pk=pk)


def _after_change(request: HttpRequest, pk: UUID) -> HttpResponse:
    if is_htmx(request):
        return _progress(request, pk)
    return redirect("composition_detail", pk=pk)


def _progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = actor_of(request)
    song = get_object_or_404(select_songs(user), pk=pk)
    card = progress_card(song)
    if request.GET.get("seen") == card.token:
        context = {"song": song, "card": card, "can_edit": may_change(request, song)}
        return render(request, "compositions/_progress.html", context)
    return render(request, "compositions/_changed.html", _song_page(request, pk))


def _song_page(request: HttpRequest, pk: UUID) -> dict[str, Any]:
    """Return all that the song's page shows. Raises ``Http404`` for strangers."""
    user = actor_of(request)
    try:
        song = composition_page(user, pk)
    except Composition.DoesNotExist as error:
        raise Http404 from error
    render_row = song.current_render
    playable = render_row is not None and render_row.mix is not None
    waiting = song.pending_render
    preview = waiting.preview if waiting is not None and not playable else None
    context: dict[str, Any] = {
        "song": song,
        "typed": song.name,
        "can_edit": may_change(request, song),
        "card": progress_card(song),
        "facts": song_facts(song),
        "spec_lines": describe_spec(song.spec),
        "not_understood": song.spec.get("not_understood") or [],
        "spec_notes": song.spec.get("notes") or [],
        "confidence_parts": confidence_parts(song.confidence),
        "render": render_row if playable else None,
        "preview": preview,
        "loudness": level_text(render_row, "integrated_lufs", "LUFS"),
        "true_peak": level_text(render_row, "true_peak_dbtp", "dBTP"),
        "overview": None,
        "sung": (),
        "player": None,
        **song_files(song),
        "import_endings": ",".join(imports.ENDINGS),
        "import_key": secrets.token_urlsafe(16),
        "history": history_facts(song) if song.is_composed else None,
    }
    if song.is_composed:
        heard = render_row if playable else preview
        seconds = heard.duration_seconds if heard is not None else None
        timeline = timeline_of(song.tempos, song.meters)
        overview = draw_overview(
            tracks=song.tracks.all(),
            sections=song.sections.all(),
            chords=song.chords.all(),
            timeline=timeline,
            length_ticks=song.length_ticks,
            audio_seconds=seconds,
        )
        context["overview"] = overview
        context["sung"] = sung = sung_sections(
            song.lyriclines.all(), song.syllables.all(), song.tracks.all(), song.sections.all()
        )
        context["player"] = {
            "render": str(heard.pk) if heard is not None else "",
            "duration": seconds or song.duration_seconds,
            "axisTicks": overview.axis_ticks,
            "tempos": [[change["tick"], change["bpm"]] for change in song.tempos],
            "meters": [
                [change["tick"], change["numerator"], change["denominator"]]
                for change in song.meters
            ],
            "sections": [[box.start_tick, box.end_tick, box.label] for box in overview.sections],
            "chords": [[box.start_tick, box.end_tick, box.symbol] for box in overview.chords],
            "lines": times_of(sung),
            "peaks": peaks_for_page(render_row.peaks) if playable and render_row else None,
        }
    return context
