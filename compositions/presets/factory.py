"""The presets that every studio has: what they are, and how they come into the database.

They are data (``data/*.json``, the sounds of :mod:`.sounds`, the families of
``sound/data/mix_presets.json``) and are known without a database, too. :func:`load_factory` makes
rows of them: it may run at each start, changed data becomes a new version of its preset, and what
is no longer in the data goes to the trash. What people copied is theirs and stays as it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db import transaction

from compositions.models import Preset, PresetVersion
from compositions.presets.schemas import VOICE, Kind, Settings, read_settings
from compositions.presets.sounds import DATA, Sound, sounds
from compositions.sound.mix_presets import mix_preset, preset_names
from compositions.sound.vocal.presets import PRESETS as VOICES

UPDATED = "Came with a new version of the studio"
_FILES = {Kind.EFFECT: "effects.json", Kind.MIX: "mixes.json", Kind.RENDER: "renders.json"}
_VOICE_PROGRAM = 53  # Voice Oohs, for a line without words
_VOICE_TAGS = ("vocal", "singing")


@dataclass(frozen=True, slots=True)
class FactoryPreset:
    """One preset of the studio; ``key`` is its own for good, whatever it is called."""

    key: str
    kind: str
    name: str
    description: str
    category: str
    tags: tuple[str, ...]
    settings: Settings = field(hash=False)

    @property
    def details(self) -> dict[str, Any]:
        """What is a column of its row, besides its key."""
        return {
            "kind": self.kind,
            "name": self.name,
            "description": self.description,
            "category": self.category,
            "tags": list(self.tags),
        }


@cache
def factory_presets() -> tuple[FactoryPreset, ...]:
    """All presets of the studio. Raises ``SettingsError`` for data that does not fit its schema."""
    return (*_instruments(), *_voices(), *_mixes(), *_from_files())


def _from_files() -> Iterator[FactoryPreset]:
    for kind, filename in _FILES.items():
        for entry in json.loads((DATA / filename).read_text(encoding="utf-8")):
            yield FactoryPreset(
                key=f"{kind.value}/{entry['key']}",
                kind=kind.value,
                name=entry["name"],
                description=entry["description"],
                category=entry["category"],
                tags=tuple(entry["tags"]),
                settings=read_settings(kind, entry["settings"]),
            )


def _instruments() -> Iterator[FactoryPreset]:
    own = {sound.name for sound in sounds() if sound.own}
    for sound in sounds():
        name = sound.name
        if not sound.own and name in own:
            name = f"{name} (General MIDI)"
        kit = "-kit" if sound.percussion else ""
        yield FactoryPreset(
            key=f"instrument/{sound.bank}-{sound.program}{kit}",
            kind=Kind.INSTRUMENT.value,
            name=name,
            description=sound.description,
            category=sound.category,
            tags=_tags(sound),
            settings=read_settings(
                Kind.INSTRUMENT,
                {
                    "bank": sound.bank,
                    "program": sound.program,
                    "percussion": sound.percussion,
                },
            ),
        )


def _tags(sound: Sound) -> tuple[str, ...]:
    origin = "electronic" if sound.own else "general-midi"
    return (*dict.fromkeys((*sound.tags, origin)),)


def _voices() -> Iterator[FactoryPreset]:
    for key, voice in VOICES.items():
        yield FactoryPreset(
            key=f"instrument/{key.replace(':', '-')}",
            kind=Kind.INSTRUMENT.value,
            name=voice.name,
            description="Sings the words of a track that has some.",
            category="Voices",
            tags=_VOICE_TAGS,
            settings=read_settings(
                Kind.INSTRUMENT, {"bank": 0, "program": _VOICE_PROGRAM, VOICE: key}
            ),
        )


def _mixes() -> Iterator[FactoryPreset]:
    """One for each family of genres that the desk knows."""
    for name in preset_names():
        yield FactoryPreset(
            key=f"mix/family-{name}",
            kind=Kind.MIX.value,
            name=mix_preset(name).title,
            description="Balance, width, echo and ducking as records of these genres have them.",
            category="Genres",
            tags=("genre",),
            settings=read_settings(Kind.MIX, {"mix_preset": name}),
        )


def find_factory(name: str, kinds: tuple[str, ...]) -> FactoryPreset | None:
    """Return the studio's preset of this name, whatever the case; the kinds in their order."""
    wanted = name.strip().casefold()
    for kind in kinds:
        for preset in factory_presets():
            if preset.kind == kind and preset.name.casefold() == wanted:
                return preset
    return None


def load_factory() -> int:
    """Bring the rows of the studio's presets up to date; return how many were changed."""
    wanted = {preset.key: preset for preset in factory_presets()}
    with transaction.atomic():
        rows = Preset.objects.factory().select_related("current").select_for_update(of=("self",))
        present = {row.factory_key: row for row in rows}
        gone = [row.pk for key, row in present.items() if key not in wanted]
        changed: int = Preset.objects.filter(pk__in=gone).soft_delete()
        fresh = [preset for key, preset in wanted.items() if key not in present]
        stale = [
            (present[key], preset)
            for key, preset in wanted.items()
            if key in present and not _is_current(present[key], preset)
        ]
        # Names may have gone from one to the other: what changes steps aside first.
        for row, _ in stale:
            Preset.objects.filter(pk=row.pk).update(name=f"~{row.pk}")
        _create(fresh)
        for row, preset in stale:
            _update(row, preset)
        return changed + len(fresh) + len(stale)


def _is_current(row: Preset, preset: FactoryPreset) -> bool:
    same = all(getattr(row, name) == value for name, value in preset.details.items())
    return same and row.current is not None and row.current.settings == preset.settings


def _create(presets: list[FactoryPreset]) -> None:
    rows = [Preset(owner=None, factory_key=one.key, **one.details) for one in presets]
    Preset.objects.bulk_create(rows)
    versions = [
        PresetVersion(preset=row, number=1, settings=one.settings)
        for row, one in zip(rows, presets, strict=True)
    ]
    PresetVersion.objects.bulk_create(versions)
    for row, version in zip(rows, versions, strict=True):
        row.current = version
    Preset.objects.bulk_update(rows, ["current"], batch_size=500)


def _update(row: Preset, preset: FactoryPreset) -> None:
    for name, value in preset.details.items():
        setattr(row, name, value)
    if row.current is None or row.current.settings != preset.settings:
        number = row.current.number if row.current is not None else 0
        row.current = PresetVersion.objects.create(
            preset=row, number=number + 1, settings=preset.settings, note=UPDATED
        )
    row.save()
