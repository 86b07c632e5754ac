"""What was understood of a step, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compositions.models import AISessionStep, Composition, Section, Track

GONE = "a part that is gone"


def part_names(composition: Composition) -> dict[str, str]:
    """Return the names of the song's tracks and sections by their ids, as they are now."""
    tracks = Track.objects.filter(composition=composition).values_list("entity_id", "name")
    sections = Section.objects.filter(composition=composition).values_list("entity_id", "label")
    return {key: name or "Unnamed" for key, name in (*tracks, *sections)}


def operation_words(operation: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Return one operation in words: "Transpose (semitones 12): Chorus, bars 5 to 8"."""
    text = str(operation.get("name", "")).replace("_", " ").capitalize()
    parameters = operation.get("parameters") or {}
    if parameters:
        told = (f"{key.replace('_', ' ')} {_value(value)}" for key, value in parameters.items())
        text += f" ({', '.join(told)})"
    scope = operation.get("scope") or {}
    keys = [*(scope.get("tracks") or ()), *(scope.get("sections") or ())]
    places = list(dict.fromkeys(names.get(key, GONE) for key in keys))
    if bars := scope.get("bars"):
        first, last = bars
        places.append(f"bar {first}" if first == last else f"bars {first} to {last}")
    return f"{text}: {', '.join(places)}" if places else text


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list | tuple):
        return ", ".join(_value(item) for item in value)
    return str(value)


def understood(step: AISessionStep, names: Mapping[str, str]) -> list[str]:
    """Return the operations of a step in words; nothing for other steps than changes."""
    return [operation_words(one, names) for one in step.parameters.get("operations", ())]
