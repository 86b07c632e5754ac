"""Presets for tests."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from compositions.models import Preset, PresetVersion
from compositions.presets import services

WARM = {"equaliser": [{"type": "low_shelf", "frequency_hz": 120, "gain_db": 2}], "saturation": 0.4}


def make_factory_preset(name: str, kind: str, settings: dict[str, Any]) -> Preset:
    """One of the studio's presets, without loading all of them."""
    preset = Preset.objects.create(name=name, kind=kind, factory_key=f"{kind}/{name.lower()}")
    preset.current = PresetVersion.objects.create(preset=preset, number=1, settings=settings)
    preset.save()
    return preset


def effect(user: User, name: str = "Warm", **details: Any) -> Preset:
    """An effect of somebody's, with a warm sound unless told."""
    settings = details.pop("settings", WARM)
    return services.create_preset(user=user, kind="effect", name=name, settings=settings, **details)
