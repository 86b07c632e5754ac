"""New words for a song: asked for with a theme and a writer, made by a job, offered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ariaforge.exceptions import InvalidInputError
from compositions.models import AISession, AISessionStep, Composition
from compositions.small_model import MISSING, is_installed
from compositions.variations import request_variation

if TYPE_CHECKING:
    from accounts.models import User

RULES, MODEL = "rules", "model"
WRITERS = {RULES: "Rules (at once)", MODEL: "Small language model (slower, freer)"}
"""Who may write, with words for the choice."""
MAX_THEME = 200


def request_lyrics(
    *,
    composition: Composition,
    user: User,
    theme: str,
    writer: str = RULES,
    line: int | None = None,
    scope: Any = None,
    seed: int | None = None,
    idempotency_key: str = "",
    session: AISession | None = None,
) -> AISessionStep:
    """Ask for new words on a theme for the sections in ``scope``, or for one line of it.

    The melody stays. A song without words gets some on its voice or its lead. The rest is
    as in :func:`~compositions.variations.request_variation`, whose errors are raised, too;
    :class:`InvalidInputError` also for an unknown writer and a model that is missing.
    """
    theme = " ".join(theme.split())
    if not theme or len(theme) > MAX_THEME:
        raise InvalidInputError(
            f"Say in 1 to {MAX_THEME} characters what the words shall be about."
        )
    if writer not in WRITERS:
        raise InvalidInputError(f"The writer must be one of {', '.join(WRITERS)}.")
    if writer == MODEL and not is_installed():
        raise InvalidInputError(MISSING)
    parameters: dict[str, Any] = {"theme": theme}
    if line is not None:
        parameters["line"] = line
    return request_variation(
        composition=composition,
        user=user,
        operations=[{"name": "rewrite_lyrics", "parameters": parameters}],
        scope=scope,
        seed=seed,
        idempotency_key=idempotency_key,
        session=session,
        kind="write_lyrics" if writer == MODEL else "vary",
    )
