"""Presets for tests."""

from __future__ import annotations

from typing import Any

from compositions.models import Preset, PresetVersion


def make_factory_preset(name: str, kind: str, settings: dict[str, Any]) -> Preset:
    """One of the studio's presets, without loading all of them."""
    preset = Preset.objects.create(name=name, kind=kind, factory_key=f"{kind}/{name.lower()}")
    preset.current = PresetVersion.objects.create(preset=preset, number=1, settings=settings)
    preset.save()
    return preset
