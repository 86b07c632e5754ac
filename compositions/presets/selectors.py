"""Reading presets: what a person may use, found by what it is for and what it is called."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import User
from ariaforge.exceptions import NotPermittedError
from compositions.models import Preset

MINE, PUBLIC, FACTORY = "mine", "public", "factory"
MOST_WORDS = 10
"""Words of a search that count."""
WHOSE = ((MINE, "Mine"), (PUBLIC, "Shared by others"), (FACTORY, "The studio's"))


def preset_list(
    user: User, *, kind: str = "", category: str = "", search: str = "", whose: str = ""
) -> QuerySet[Any]:
    """Return the presets that ``user`` may use, by name, each with owner and settings.

    ``search`` is looked for in name, description, category and tags, every word of it. ``whose``
    is one of :data:`WHOSE`; "public" means those that others share.
    """
    presets = Preset.objects.visible_to(user).with_settings()
    if kind:
        presets = presets.filter(kind=kind)
    if category:
        presets = presets.filter(category__iexact=category)
    return of_whom(searched(presets, search), user, whose).order_by("name", "pk")


def searched(presets: QuerySet[Any], search: str) -> QuerySet[Any]:
    """Keep the presets that have every word in name, description, category or tags."""
    for word in search.replace("\x00", "").split()[:MOST_WORDS]:
        presets = presets.filter(
            Q(name__icontains=word)
            | Q(description__icontains=word)
            | Q(category__icontains=word)
            | Q(tags__contains=[word.lower()])
        )
    return presets


def of_whom(presets: QuerySet[Any], user: User, whose: str) -> QuerySet[Any]:
    """Keep one's own presets, those that others share, or the studio's (:data:`WHOSE`)."""
    if whose == MINE:
        return presets.filter(owner=user)
    if whose == PUBLIC:
        return presets.filter(is_public=True, owner__isnull=False).exclude(owner=user)
    return presets.filter(owner__isnull=True) if whose == FACTORY else presets


def categories(user: User, kind: str = "") -> list[str]:
    """Return the categories of the presets that ``user`` may use."""
    presets = Preset.objects.visible_to(user).exclude(category="")
    if kind:
        presets = presets.filter(kind=kind)
    return list(presets.order_by("category").values_list("category", flat=True).distinct())


def preset_to_use(user: User, pk: UUID) -> Preset:
    """Return a preset that ``user`` may use. Raises ``Preset.DoesNotExist``."""
    preset: Preset = Preset.objects.visible_to(user).with_settings().get(pk=pk)
    return preset


def preset_to_change(user: User, pk: UUID) -> Preset:
    """Return a preset for changing it.

    Raises ``Preset.DoesNotExist`` when the person may not see it, and
    :class:`ariaforge.exceptions.NotPermittedError` when they may see but not change it.
    """
    preset = preset_to_use(user, pk)
    if Preset.objects.editable_by(user).filter(pk=pk).exists():
        return preset
    whose = "is one of the studio's" if preset.is_factory else "belongs to somebody else"
    raise NotPermittedError(f"“{preset.name}” {whose}; copy it to change the copy.")


def presets_in_trash(user: User) -> QuerySet[Any]:
    """Return the presets that ``user`` may take out of the trash, the latest first."""
    presets = Preset.all_objects.editable_by(user).filter(deleted_at__isnull=False)
    return presets.with_settings().order_by("-deleted_at")
