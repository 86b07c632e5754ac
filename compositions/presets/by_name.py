"""Presets by name, for the command line, with the names near to one that does not exist."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from accounts.models import User
from compositions.models import Preset
from compositions.presets.factory import factory_presets, find_factory
from compositions.presets.schemas import Kind, Settings, read_settings
from compositions.score.document import Score
from compositions.score.mix_settings import MixSettings
from compositions.score.serialisation import read_entity

KINDS = (Kind.RENDER, Kind.MIX)
_MOST_NAMED = 5


class UnknownPresetError(LookupError):
    """There is no preset of this name; the message names those that are near."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen by name: parameters of the render, and settings of the mix."""

    parameters: dict[str, Any]
    mix: Settings

    def of(self, score: Score) -> Score:
        """Return the score with the settings of the mix over its own."""
        if not self.mix:
            return score
        settings = read_entity(MixSettings, self.mix, "", [])
        return replace(score, **{name: getattr(settings, name) for name in self.mix})


def choose(names: Sequence[str], owner: User | None = None) -> Choice:
    """Return what presets for renders and mixes hold together; of two of a kind the later wins.

    A name may say its kind, as in "mix:Pop". With ``owner`` the presets that this person may use
    count too, their own before the studio's. Raises :class:`UnknownPresetError`.
    """
    parameters: dict[str, Any] = {}
    mix: Settings = {}
    for name in names:
        kind, settings = _find(name, owner)
        if kind == Kind.RENDER:
            parameters |= settings
        else:
            mix |= settings
    return Choice(parameters, mix)


def names(kinds: Sequence[str] = KINDS) -> list[str]:
    """Return the names of the studio's presets of these kinds."""
    return [preset.name for preset in factory_presets() if preset.kind in kinds]


def _find(name: str, owner: User | None) -> tuple[str, Settings]:
    said, _, rest = name.partition(":")
    kinds: tuple[str, ...] = KINDS
    if rest and said.strip().lower() in KINDS:
        kinds, name = (said.strip().lower(),), rest
    name = name.strip()
    if owner is not None:
        rows = Preset.objects.visible_to(owner).filter(owner__isnull=False, kind__in=kinds)
        found = list(rows.filter(name__iexact=name).select_related("current"))
        found.sort(key=lambda row: (row.owner_id != owner.pk, kinds.index(row.kind), row.pk))
        if found and found[0].current is not None:
            return found[0].kind, read_settings(found[0].kind, found[0].current.settings)
    factory = find_factory(name, kinds)
    if factory is not None:
        return factory.kind, factory.settings
    known = names(kinds)
    if owner is not None:
        own = Preset.objects.visible_to(owner).filter(owner__isnull=False, kind__in=kinds)
        known += own.order_by("name").values_list("name", flat=True)
    raise UnknownPresetError(f"There is no preset “{name}”; {_near(name, known)}")


def _near(name: str, known: Sequence[str]) -> str:
    by_case = {one.casefold(): one for one in known}
    close = get_close_matches(name.casefold(), list(by_case), n=_MOST_NAMED, cutoff=0.5)
    if close:
        return "did you mean " + " or ".join(f"“{by_case[one]}”" for one in close) + "?"
    return f"choose one of {', '.join(dict.fromkeys(known))}."
