"""What the settings of a preset are: one schema for each kind, checked as the document is.

The settings of instruments, effects and mixes are fields of a track or of a score, with the same
names, types and limits (:mod:`compositions.score.mix_settings`), so that whatever a preset holds
can be put on a track, and whatever is on a track can be kept as a preset. Those of a render are
:class:`compositions.sound.RenderParameters`. A field that is left out is not set: what that means
is said at :data:`REPLACED`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import fields
from typing import Any

from compositions.models import Preset
from compositions.score.document import Track
from compositions.score.errors import Problem, ScoreError
from compositions.score.limits import MAX_PROBLEMS
from compositions.score.mix_settings import MIX_FIELDS, STRIP_FIELDS, MixSettings, StripSettings
from compositions.score.rules import check_entity, check_mix
from compositions.score.serialisation import plain_entity, read_entity
from compositions.sound import ParameterError, RenderParameters
from compositions.sound.mix_presets import NO_PRESET, preset_names
from compositions.sound.vocal.presets import PRESETS as VOICES

Settings = dict[str, Any]
Kind = Preset.Kind

MOST_CHARACTERS = 20_000
"""Settings of one preset as JSON; the largest of the factory has under 1,000."""
VOICE = "voice"
"""What the field ``preset`` of a track is called in the settings of an instrument: a singer."""

EFFECT_FIELDS = (*STRIP_FIELDS, "reverb_send")
INSTRUMENT_FIELDS = ("bank", "program", "percussion", VOICE, *EFFECT_FIELDS)
RENDER_FIELDS = tuple(entry.name for entry in fields(RenderParameters) if entry.name != "seed")
FIELDS: dict[str, tuple[str, ...]] = {
    Kind.INSTRUMENT: INSTRUMENT_FIELDS,
    Kind.EFFECT: EFFECT_FIELDS,
    Kind.MIX: MIX_FIELDS,
    Kind.RENDER: RENDER_FIELDS,
}
"""The fields that the settings of each kind may have."""

_KEPT = ("reverb_send", "bus", "automatic_level")
REPLACED: dict[str, tuple[str, ...]] = {
    Kind.INSTRUMENT: ("bank", "program", VOICE),
    Kind.EFFECT: tuple(name for name in EFFECT_FIELDS if name not in _KEPT),
    Kind.MIX: MIX_FIELDS,
    Kind.RENDER: RENDER_FIELDS,
}
"""Fields that a preset of the kind sets back to automatic where it leaves them out.

All others stay as they are: an instrument preset without effects leaves the strip alone, and an
effect preset moves a track to another bus only when it says so.
"""


class SettingsError(ValueError):
    """Settings do not fit their kind; ``problems`` says where and why."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)[:MAX_PROBLEMS]
        super().__init__("; ".join(str(problem) for problem in self.problems[:3]))


def read_settings(kind: str, data: Any) -> Settings:
    """Return the settings in their one form: known fields in their order, nothing that is unset.

    A field that is null counts as left out. Raises :class:`SettingsError`.
    """
    if not isinstance(data, dict):
        raise SettingsError([Problem("settings", "must be an object")])
    known = FIELDS[kind]
    given = {name: value for name, value in data.items() if value is not None}
    problems = [
        Problem(_printable(name), f"is not a setting of {_article(kind)} preset")
        for name in given
        if name not in known
    ]
    if problems:
        raise SettingsError(problems)
    plain = _READERS[kind](given)
    ordered = {name: plain[name] for name in known if name in plain}
    if len(json.dumps(ordered)) > MOST_CHARACTERS:
        raise SettingsError([Problem("settings", f"has more than {MOST_CHARACTERS} characters")])
    return ordered


def defaults_of(kind: str) -> Settings:
    """Return what each field of a kind is when nothing is set, as plain data."""
    if kind == Kind.RENDER:
        values = RenderParameters().to_dict()
    elif kind == Kind.MIX:
        values = _filled(MixSettings())
    else:
        values = {**_filled(StripSettings()), "reverb_send": 0.2}
        values |= {"bank": 0, "program": 0, "percussion": False, VOICE: ""}
    return {name: values[name] for name in FIELDS[kind]}


def _filled(settings: MixSettings | StripSettings) -> Settings:
    return {entry.name: getattr(settings, entry.name) for entry in fields(settings)}


def _printable(name: Any) -> str:
    # What was sent may hold halves of characters, which no answer can.
    return str(name)[:80].encode("utf-8", "backslashreplace").decode()


def _article(kind: str) -> str:
    return f"{'an' if kind[0] in 'ei' else 'a'} {kind}"


def _read_track(given: Settings) -> Settings:
    renamed = {("preset" if name == VOICE else name): value for name, value in given.items()}
    problems: list[Problem] = []
    track = read_entity(Track, {"id": "preset", "name": "", **renamed}, "", problems)
    if track is not None and not problems:
        problems += check_entity("", track)
    voice = given.get(VOICE, "")
    if not problems and voice and voice not in VOICES:
        problems.append(Problem(VOICE, f"must be empty or one of {', '.join(VOICES)}"))
    if problems:
        raise SettingsError(_paths(problems))
    plain = plain_entity(track)
    plain[VOICE] = plain["preset"]
    # What equals its default is left out of plain data, but here it was said.
    return {name: plain.get(name, value) for name, value in given.items()}


def _read_instrument(given: Settings) -> Settings:
    missing = [name for name in ("bank", "program") if name not in given]
    if missing:
        raise SettingsError([Problem(name, "is missing") for name in missing])
    return {"percussion": False, **_read_track(given)}


def _read_mix(given: Settings) -> Settings:
    problems: list[Problem] = []
    mix = read_entity(MixSettings, dict(given), "", problems)
    if mix is not None and not problems:
        problems += check_mix("", mix)
    name = given.get("mix_preset", "")
    if not problems and name and name not in (NO_PRESET, *preset_names()):
        choices = ", ".join((NO_PRESET, *preset_names()))
        problems.append(Problem("mix_preset", f"must be empty or one of {choices}"))
    if problems:
        raise SettingsError(_paths(problems))
    plain = plain_entity(mix)
    return {name: plain.get(name, value) for name, value in given.items()}


def _read_render(given: Settings) -> Settings:
    try:
        RenderParameters.from_dict(given)
    except ParameterError as error:
        raise SettingsError(Problem(*entry) for entry in error.errors.items()) from error
    return dict(given)


def _paths(problems: Iterable[Problem]) -> list[Problem]:
    """The problems, with the names that fields have in settings."""
    named = []
    for problem in problems:
        path = problem.path.lstrip(".")
        named.append(Problem(VOICE if path == "preset" else path, problem.message))
    return named


def problems_of(error: ScoreError | SettingsError) -> list[dict[str, str]]:
    """Return what is wrong as plain data."""
    return [{"path": problem.path, "message": problem.message} for problem in error.problems]


_READERS: dict[str, Callable[[Settings], Settings]] = {
    Kind.INSTRUMENT: _read_instrument,
    Kind.EFFECT: _read_track,
    Kind.MIX: _read_mix,
    Kind.RENDER: _read_render,
}
