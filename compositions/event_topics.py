"""Who may watch what happens to a song."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from ariaforge.events.topics import register_topic
from compositions.models import Composition


def composition_topic(composition_id: UUID) -> str:
    """The event topic of a song."""
    return f"composition:{composition_id}"


def may_see_song(user: Any, song_id: str) -> bool:
    """Whether ``user`` may see the song."""
    try:
        key = UUID(song_id)
    except ValueError:
        return False
    return bool(Composition.objects.visible_to(user).filter(pk=key).exists())


register_topic("composition", may_see_song)
