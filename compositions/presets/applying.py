"""Putting the settings of a preset on a track or a song, and keeping those of one as a preset.

A track and the mix of a song are changed by edits like any other: they are logged, undone and
redone, obey locks, and are told to whoever watches. What a render is asked for with is no part of
the document; a render preset is kept with the song as what its next renders begin from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts.models import User
from ariaforge.exceptions import ConflictError, InvalidInputError
from compositions.editing import apply_edits
from compositions.editing.locking import lock_document
from compositions.models import Composition, EditBatch, Preset, PresetVersion, Track
from compositions.presets.schemas import (
    EFFECT_FIELDS,
    FIELDS,
    REPLACED,
    VOICE,
    Kind,
    Settings,
    defaults_of,
    read_settings,
)
from compositions.presets.services import create_preset
from compositions.presets.words import Difference, differences
from compositions.score.document import TrackRole, mint_id
from compositions.score.entities import META_ID
from compositions.services import NothingComposedYetError

TRACK_KINDS = (Kind.INSTRUMENT, Kind.EFFECT)
NAME_IN_EDIT = 60
SUNG = "The words of this track are sung; the instrument plays where it has none."


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of a preset: what has changed, the edit that did it, and what to know.

    ``batch`` is None where nothing was to be changed, and for render presets.
    """

    changes: list[Difference]
    batch: EditBatch | None = None
    remarks: tuple[str, ...] = ()


def apply_preset(
    *,
    preset: Preset,
    composition: Composition,
    user: User,
    track_id: str = "",
    version: PresetVersion | None = None,
) -> Applied:
    """Put a preset, or one of its older versions, on a track or on the song.

    Instruments and effects need ``track_id``, the id of a track in the document. ``user`` may edit
    the song (the caller looked it up). Raises :class:`InvalidInputError` when preset and track do
    not fit, :class:`NothingComposedYetError`, and what
    :func:`compositions.editing.apply_edits` raises.
    """
    settings = settings_of(preset, version)
    if preset.kind == Kind.RENDER:
        return _apply_render(preset, settings, composition)
    if not composition.is_composed:
        raise NothingComposedYetError("The song has no notes yet; wait until it is composed.")
    if preset.kind == Kind.MIX:
        before = state_of_mix(composition)
        after = with_settings(Kind.MIX, before, settings)
        what = f"Mix preset “{_short(preset.name)}”"
        batch = _edit(composition, user, what, META_ID, before, after)
        return Applied(differences(Kind.MIX, before, after), batch)
    track = track_of(composition, track_id)
    before = state_of_track(track)
    require_fit(preset, settings, track)
    after = with_settings(preset.kind, before, settings)
    what = f"Preset “{_short(preset.name)}” on “{_short(track.name)}”"
    batch = _edit(composition, user, what, track.entity_id, before, after)
    sung = preset.kind == Kind.INSTRUMENT and not settings.get(VOICE)
    remarks = (SUNG,) if sung and track.role == TrackRole.VOCAL else ()
    return Applied(differences(Kind.INSTRUMENT, before, after), batch, remarks)


def keep_as_preset(
    *,
    composition: Composition,
    user: User,
    kind: str,
    name: str,
    track_id: str = "",
    **details: Any,
) -> Preset:
    """Make a preset of ``user`` of what a track or the song is set to now.

    An instrument is kept with what is set on its strip. Raises as
    :func:`compositions.presets.services.create_preset`, and :class:`InvalidInputError` where
    nothing is set, so that there would be nothing in the preset.
    """
    if kind not in Kind.values:
        raise InvalidInputError(f"A preset is one of {', '.join(Kind.values)}.")
    if kind in TRACK_KINDS:
        track = track_of(composition, track_id)
        settings = _set_fields(kind, state_of_track(track))
        where = f"“{track.name}” of “{composition.name}”"
    else:
        mix = kind == Kind.MIX
        state = state_of_mix(composition) if mix else state_of_render(composition)
        settings = _set_fields(kind, state)
        where = f"“{composition.name}”"
    if not settings:
        raise InvalidInputError(
            "Everything is automatic here, so there is nothing to keep as a preset. "
            "Set something first."
        )
    note = f"Kept from {where}"
    return create_preset(user=user, kind=kind, settings=settings, name=name, note=note, **details)


def settings_of(preset: Preset, version: PresetVersion | None = None) -> Settings:
    """Return the settings of a preset or of one of its versions.

    They are read anew, so that what an older studio wrote and this one does not know is refused
    with a sentence.
    """
    chosen = version or preset.current
    if chosen is None or chosen.preset_id != preset.pk:
        raise ConflictError(f"“{preset.name}” has no such version.")
    try:
        return read_settings(preset.kind, chosen.settings)
    except ValueError as error:
        raise ConflictError(
            f"“{preset.name}”, version {chosen.number}, does not fit this studio: {error}."
        ) from error


def track_of(composition: Composition, track_id: str) -> Track:
    """Return the track of the document. Raises :class:`InvalidInputError` for none."""
    if not track_id:
        raise InvalidInputError("Say which track.", details={"field": "track"})
    track: Track | None = composition.tracks.filter(entity_id=track_id).first()
    if track is None:
        raise InvalidInputError("The song has no such track.", details={"field": "track"})
    return track


def require_fit(preset: Preset, settings: Settings, track: Track) -> None:
    """Refuse drums for a track of pitches and the other way round."""
    if preset.kind != Kind.INSTRUMENT or settings["percussion"] == track.percussion:
        return
    if track.percussion:
        raise InvalidInputError(
            f"“{track.name}” plays drums; “{preset.name}” is no drum kit.",
            details={"field": "preset"},
        )
    raise InvalidInputError(
        f"“{preset.name}” is a drum kit; “{track.name}” plays notes.", details={"field": "preset"}
    )


def state_of_track(track: Track) -> Settings:
    """Return what a track is set to, in the fields of an instrument preset."""
    state = {name: getattr(track, name) for name in EFFECT_FIELDS}
    state |= {"bank": track.bank, "program": track.program, "percussion": track.percussion}
    return {**state, VOICE: track.preset}


def state_of_mix(composition: Composition) -> Settings:
    """Return what the mix of a song is set to, in the fields of a mix preset."""
    return {**defaults_of(Kind.MIX), **composition.mix}


def state_of_render(composition: Composition) -> Settings:
    """Return what the renders of a song begin from, in the fields of a render preset."""
    known = FIELDS[Kind.RENDER]
    own = {key: value for key, value in composition.render_parameters.items() if key in known}
    return {**defaults_of(Kind.RENDER), **own}


def with_settings(kind: str, present: Settings, settings: Settings) -> Settings:
    """Return the state ``present`` after a preset of ``kind`` with ``settings`` was applied."""
    defaults = defaults_of(kind)
    cleared = {name: defaults[name] for name in REPLACED[kind]}
    return {**present, **cleared, **settings}


def _set_fields(kind: str, state: Settings) -> Settings:
    defaults = defaults_of(kind)
    always = ("bank", "program", "percussion") if kind == Kind.INSTRUMENT else ()
    return {
        name: state[name]
        for name in FIELDS[kind]
        if name in always or state[name] != defaults[name]
    }


def _edit(
    composition: Composition,
    user: User,
    what: str,
    entity_id: str,
    before: Settings,
    after: Settings,
) -> EditBatch | None:
    changed = {
        "preset" if name == VOICE else name: value
        for name, value in after.items()
        if before.get(name) != value
    }
    if not changed:
        return None
    operation = {"op_id": mint_id(), "entity_id": entity_id, "set": changed}
    done = apply_edits(composition=composition, user=user, name=what, operations=[operation])
    return done.batch


def _apply_render(preset: Preset, settings: Settings, composition: Composition) -> Applied:
    with transaction.atomic():
        song = lock_document(composition.pk)
        before = state_of_render(song)
        kept = {
            key: value
            for key, value in song.render_parameters.items()
            if key not in FIELDS[Kind.RENDER]
        }
        song.render_parameters = {**kept, **settings}
        song.save(update_fields=["render_parameters"])
    composition.render_parameters = song.render_parameters
    return Applied(differences(Kind.RENDER, before, state_of_render(song)))


def _short(name: str) -> str:
    return name if len(name) <= NAME_IN_EDIT else f"{name[: NAME_IN_EDIT - 1]}…"
