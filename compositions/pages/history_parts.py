"""What the pages about a song's history share: the song, who may do what, and words as links."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from ariaforge.exceptions import DomainError
from compositions.models import Branch, Composition, Proposal, Version
from compositions.pages.access import actor_of, song_to_change
from compositions.presentation.difference_picture import Difference
from compositions.score.diff_words import Sentence
from projects.models import Project

SIGNS = {"add": "+", "remove": "−", "move": "→"}
MARKS = {"add": "added", "remove": "removed", "move": "moved"}
GROUP_TITLES = (
    ("form", "Form and harmony", ("section", "chord", "tempo", "meter", "key")),
    ("lyrics", "Lyrics", ("line", "syllable")),
)


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence with its sign, and where on the page it can be seen."""

    text: str
    sign: str
    mark: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Sentences about one track, the form, the lyrics or the song; the letter is a track's."""

    title: str
    lines: tuple[Line, ...]
    letter: str = ""
    colour: int = 0


def history_facts(song: Composition) -> dict[str, Any]:
    """Return what the page of a song says about its history: ``versions`` and ``unsaved``."""
    facts = Version.objects.filter(composition=song).aggregate(
        versions=Count("pk"), kept=Max("tree_hash", filter=Q(pk=song.head_id))
    )
    return {
        "versions": facts["versions"],
        "unsaved": facts["kept"] is not None and facts["kept"] != song.tree_hash,
    }


def version_of(song: Composition, number: int) -> Version:
    """Return a version by its number. Raises ``Http404``."""
    versions = Version.objects.filter(composition=song).select_related("parent", "merged_parent")
    version: Version = get_object_or_404(versions, number=number)
    return version


def branch_of(song: Composition, pk: UUID) -> Branch:
    """Return a branch by its id. Raises ``Http404``."""
    branches = Branch.objects.filter(composition=song).select_related("tip", "composition")
    branch: Branch = get_object_or_404(branches, pk=pk)
    return branch


def frame(request: HttpRequest, song: Composition, tab: str) -> dict[str, Any]:
    """Return what every page about history shows around its own content."""
    user = actor_of(request)
    roles = Project.objects.filter(pk=song.project_id)
    return {
        "song": song,
        "tab": tab,
        "can_edit": roles.editable_by(user).exists(),
        "can_own": roles.owned_by(user).exists(),
        "open_proposals": Proposal.objects.filter(
            composition=song, state=Proposal.State.OPEN
        ).count(),
    }


def change_of_song(
    back_to: str,
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Give the view the song for a change; say on the page ``back_to`` what was refused.

    Who may not change the song at all gets 403 or 404, as everywhere.
    """

    def wrap(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def wrapped(request: HttpRequest, pk: UUID, **kwargs: Any) -> HttpResponse:
            song = song_to_change(request, pk)
            try:
                return view(request, song, **kwargs)
            except DomainError as error:
                messages.error(request, error.message)
                return redirect(back_to, pk=pk)

        return wrapped

    return wrap


def lines_of(
    sentences: Iterable[Sentence], difference: Difference | None = None, more_url: str = ""
) -> tuple[Line, ...]:
    """Return sentences with signs; with ``difference`` each leads to its picture.

    What is not drawn is at ``more_url``, to which track and bar are added.
    """
    lines = []
    for sentence in sentences:
        place = difference.place_of(sentence.track_id, sentence.bars) if difference else ""
        href = f"#{place}" if place else ""
        if difference and not place and more_url and sentence.track_id and sentence.bars:
            query = urlencode({"track": sentence.track_id, "bar": sentence.bars[0]})
            href = f"{more_url}&{query}"
        sign = SIGNS.get(sentence.action, "≠")
        lines.append(Line(sentence.text, sign, MARKS.get(sentence.action, "changed"), href))
    return tuple(lines)


def grouped(
    sentences: Sequence[Sentence],
    difference: Difference,
    names: dict[str, str],
    more_url: str = "",
) -> list[Group]:
    """Return the sentences by track, in the order of the song, then form, lyrics and song."""
    groups = []
    by_track: dict[str, list[Sentence]] = {}
    rest: list[Sentence] = []
    for sentence in sentences:
        if sentence.track_id:
            by_track.setdefault(sentence.track_id, []).append(sentence)
        else:
            rest.append(sentence)
    for _, title, kinds in GROUP_TITLES:
        chosen = [sentence for sentence in rest if sentence.kind in kinds]
        if chosen:
            groups.append(Group(title, lines_of(chosen, difference)))
    known = {kind for _, _, kinds in GROUP_TITLES for kind in kinds}
    others = [sentence for sentence in rest if sentence.kind not in known]
    if others:
        groups.insert(0, Group("Song", lines_of(others, difference)))
    for key in sorted(by_track, key=list(difference.letters).index):
        letter, colour = difference.letters[key]
        groups.append(
            Group(
                names.get(key) or "Unnamed track",
                lines_of(by_track[key], difference, more_url),
                letter,
                colour,
            )
        )
    return groups
