"""Writing presets: making, changing, going back, copying, throwing away.

Every function owns its transaction. Changed settings are a new version; a version never changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import User
from ariaforge.exceptions import (
    ConflictError,
    InvalidInputError,
    LimitReachedError,
    NotPermittedError,
)
from compositions.models import Preset, PresetVersion
from compositions.models.presets import (
    CATEGORY_MAX_LENGTH,
    DESCRIPTION_MAX_LENGTH,
    MOST_TAGS,
    NAME_MAX_LENGTH,
    NOTE_MAX_LENGTH,
    TAG_MAX_LENGTH,
)
from compositions.presets.schemas import Kind, Settings, SettingsError, problems_of, read_settings

MOST_PRESETS = 2_000
"""Presets of one person, those in the trash included."""
MOST_VERSIONS = 1_000
"""Versions of one preset."""
DETAILS = ("name", "description", "category", "tags", "is_public")
_LONGEST = {
    "name": NAME_MAX_LENGTH,
    "description": DESCRIPTION_MAX_LENGTH,
    "category": CATEGORY_MAX_LENGTH,
}


class NameTakenError(ConflictError):
    """The person has a preset of this kind and name."""


def create_preset(
    *,
    user: User,
    kind: str,
    settings: Any,
    name: str,
    note: str = "",
    copied_from: Preset | None = None,
    **details: Any,
) -> Preset:
    """Make a preset of ``user`` with its first version.

    ``details`` are description, category, tags and is_public. Raises
    :class:`InvalidInputError` with the place of everything that does not fit,
    :class:`NameTakenError`, and :class:`LimitReachedError` for more than
    :data:`MOST_PRESETS`.
    """
    checked = checked_settings(kind, settings)
    values = checked_details({"name": name, **details})
    if Preset.all_objects.filter(owner=user).count() >= MOST_PRESETS:
        raise LimitReachedError(
            f"You have {MOST_PRESETS} presets, which is the limit. Delete some for good first."
        )
    with transaction.atomic():
        preset = Preset(owner=user, kind=kind, copied_from=copied_from, **values)
        _save(preset)
        _add_version(preset, user, checked, note)
    return preset


def update_preset(
    *, preset: Preset, user: User, settings: Any = None, note: str = "", **details: Any
) -> Preset:
    """Change details of a preset that ``user`` may edit; other settings become a new version.

    What is left out stays. Raises as :func:`create_preset` does, and :class:`NotPermittedError`
    for a preset that is not the person's own.
    """
    values = checked_details(details)
    with transaction.atomic():
        row = _locked(preset, user)
        for name, value in values.items():
            setattr(row, name, value)
        if values:
            _save(row)
        if settings is not None:
            checked = checked_settings(row.kind, settings)
            if row.current is None or checked != row.current.settings:
                _add_version(row, user, checked, note)
    return row


def restore_version(*, preset: Preset, user: User, number: int) -> Preset:
    """Make the settings of an older version the newest one again.

    Raises :class:`InvalidInputError` when there is no such version, and as
    :func:`update_preset` does.
    """
    with transaction.atomic():
        row = _locked(preset, user)
        old = PresetVersion.objects.filter(preset=row, number=number).first()
        if old is None:
            raise InvalidInputError(f"“{row.name}” has no version {number}.")
        if row.current is None or old.settings != row.current.settings:
            _add_version(row, user, old.settings, f"Version {number} again")
    return row


def copy_preset(*, preset: Preset, user: User, name: str = "") -> Preset:
    """Make a preset of one's own of one that ``user`` may see, with its present settings.

    Without a ``name`` it has that of the original, with a number where it is taken.
    """
    if preset.current is None:
        raise ConflictError("The preset has no settings to copy.")
    origin = f"Copied from “{preset.name}”, version {preset.current.number}"
    with transaction.atomic():
        return create_preset(
            user=user,
            kind=preset.kind,
            settings=preset.current.settings,
            name=name or free_name(user, preset.kind, preset.name),
            description=preset.description,
            category=preset.category,
            tags=preset.tags,
            note=origin,
            copied_from=preset,
        )


def delete_preset(*, preset: Preset, user: User) -> None:
    """Move a preset of one's own to the trash."""
    with transaction.atomic():
        _locked(preset, user).soft_delete()


def restore_preset(*, preset: Preset, user: User) -> Preset:
    """Take a preset out of the trash, under another name where its own was taken meanwhile."""
    with transaction.atomic():
        row: Preset = Preset.all_objects.editable_by(user).select_for_update().get(pk=preset.pk)
        row.name = free_name(user, row.kind, row.name)
        row.deleted_at = None
        row.save(update_fields=["name", "deleted_at", "updated_at"])
    return row


def free_name(user: User, kind: str, name: str) -> str:
    """Return the name, with the least number behind it that makes it free among one's own."""
    taken = {
        text.casefold()
        for text in Preset.objects.filter(owner=user, kind=kind).values_list("name", flat=True)
    }
    found, number = name, 2
    while found.casefold() in taken:
        ending = f" ({number})"
        found, number = name[: NAME_MAX_LENGTH - len(ending)] + ending, number + 1
    return found


def checked_settings(kind: str, settings: Any) -> Settings:
    """Return settings in their one form; raises :class:`InvalidInputError` with all problems."""
    if kind not in Kind.values:
        raise InvalidInputError(f"A preset is one of {', '.join(Kind.values)}, not {kind!r:.40}.")
    try:
        return read_settings(kind, settings)
    except SettingsError as error:
        raise InvalidInputError(
            f"The settings do not fit: {error}.", details={"problems": problems_of(error)}
        ) from error


def checked_details(details: dict[str, Any]) -> dict[str, Any]:
    """Return name, description, category, tags and is_public as they are kept.

    Raises :class:`InvalidInputError` that says what does not fit.
    """
    values: dict[str, Any] = {}
    for name, value in details.items():
        if name == "tags":
            values[name] = _tags(value)
        elif name == "is_public":
            values[name] = bool(value)
        elif name in _LONGEST:
            text = _line(value)
            if len(text) > _LONGEST[name]:
                raise InvalidInputError(
                    f"The {name} has {len(text)} characters; {_LONGEST[name]} are the most.",
                    details={"field": name},
                )
            values[name] = text
        else:
            raise TypeError(f"a preset has no {name}")
    if "name" in values and not values["name"]:
        raise InvalidInputError("A preset needs a name.", details={"field": "name"})
    return values


def _tags(tags: Any) -> list[str]:
    if isinstance(tags, str):
        tags = tags.split(",")
    if not isinstance(tags, Iterable) or not all(isinstance(tag, str) for tag in tags):
        raise InvalidInputError("Tags are a list of words.", details={"field": "tags"})
    words = [_line(tag).lower() for tag in tags]
    found = list(dict.fromkeys(word for word in words if word))
    if len(found) > MOST_TAGS:
        raise InvalidInputError(f"{MOST_TAGS} tags are the most.", details={"field": "tags"})
    long = [word for word in found if len(word) > TAG_MAX_LENGTH]
    if long:
        raise InvalidInputError(
            f"A tag has {TAG_MAX_LENGTH} characters at most; “{long[0]:.40}” has {len(long[0])}.",
            details={"field": "tags"},
        )
    return found


def _line(text: Any) -> str:
    """One line of text, without what no database and no answer can hold."""
    sound = str(text).replace("\x00", "").encode("utf-8", "ignore").decode()
    return " ".join(sound.split())


def _locked(preset: Preset, user: User) -> Preset:
    rows = Preset.objects.editable_by(user).select_related("current", "owner")
    row: Preset | None = rows.select_for_update(of=("self",)).filter(pk=preset.pk).first()
    if row is None:
        raise NotPermittedError(
            f"“{preset.name}” is a preset of the studio; copy it to change the copy."
            if preset.is_factory
            else f"“{preset.name}” belongs to somebody else; copy it to change the copy."
        )
    return row


def _save(preset: Preset) -> None:
    try:
        with transaction.atomic():
            preset.save()
    except IntegrityError as error:
        if "preset_name_unique" not in str(error):
            raise
        raise NameTakenError(
            f"You have a preset “{preset.name}” of this kind already; choose another name.",
            details={"field": "name"},
        ) from error


def _add_version(preset: Preset, user: User, settings: Settings, note: str) -> PresetVersion:
    number = preset.current.number + 1 if preset.current is not None else 1
    if number > MOST_VERSIONS:
        raise LimitReachedError(
            f"“{preset.name}” has {MOST_VERSIONS} versions, which is the limit; go on with a copy."
        )
    preset.current = PresetVersion.objects.create(
        preset=preset,
        number=number,
        settings=settings,
        note=_line(note)[:NOTE_MAX_LENGTH],
        author=user,
        author_name=user.get_username(),
    )
    preset.save(update_fields=["current", "updated_at"])
    return preset.current
