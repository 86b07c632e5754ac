"""The JSON form of a preset, in and out: see docs/presets.md."""

from __future__ import annotations

import json
import re
from typing import Any

from accounts.models import User
from ariaforge.exceptions import InvalidInputError, TooLargeError
from compositions.models import Preset, PresetVersion
from compositions.presets.schemas import Kind
from compositions.presets.services import create_preset, free_name

FORMAT = "ariaforge-preset"
FORMAT_VERSION = 1
MOST_BYTES = 100_000
"""Size of a preset's file."""
_FIELDS = (
    "format", "format_version", "kind", "name", "description", "category", "tags", "version",
    "settings",
)  # fmt: skip


def export_preset(preset: Preset, version: PresetVersion | None = None) -> dict[str, Any]:
    """Return the preset as plain data, with its present settings or those of ``version``."""
    chosen = version or preset.current
    if chosen is None:
        raise InvalidInputError("The preset has no settings.")
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "kind": preset.kind,
        "name": preset.name,
        "description": preset.description,
        "category": preset.category,
        "tags": list(preset.tags),
        "version": chosen.number,
        "settings": chosen.settings,
    }


def file_of(preset: Preset, version: PresetVersion | None = None) -> tuple[str, bytes]:
    """Return name and content of the file of a preset."""
    text = json.dumps(export_preset(preset, version), ensure_ascii=False, indent=2) + "\n"
    stem = re.sub(r"[^\w-]+", "-", preset.name.lower()).strip("-") or "preset"
    return f"{stem}.{preset.kind}-preset.json", text.encode()


def read_file(content: bytes) -> Any:
    """Return the data of a preset's file.

    Raises :class:`TooLargeError`, or :class:`InvalidInputError` that says where it is no JSON.
    """
    if len(content) > MOST_BYTES:
        raise TooLargeError(
            f"The file has {len(content):,} bytes; a preset has at most {MOST_BYTES:,}."
        )
    try:
        return json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InvalidInputError("The file is no text, so it is no preset.") from error
    except json.JSONDecodeError as error:
        raise InvalidInputError(
            f"The file is no JSON: {error.msg} in line {error.lineno}, column {error.colno}."
        ) from error
    except RecursionError as error:
        raise InvalidInputError("The file is nested too deep to be a preset.") from error


def import_preset(*, user: User, data: Any, name: str = "") -> Preset:
    """Make a preset of ``user`` of what :func:`export_preset` returned, here or elsewhere.

    A name that is taken gets a number. Raises :class:`InvalidInputError` that says what is
    wrong and where.
    """
    if not isinstance(data, dict):
        raise InvalidInputError("A preset is an object with “format”, “kind” and “settings”.")
    if data.get("format") != FORMAT:
        raise InvalidInputError(
            f"This is no preset of AriaForge: “format” must be “{FORMAT}”.",
            details={"field": "format"},
        )
    version = data.get("format_version")
    if version != FORMAT_VERSION or isinstance(version, bool):
        raise InvalidInputError(
            f"This preset has the format version {version!r:.20}; this studio reads version "
            f"{FORMAT_VERSION}. A newer studio may have written it.",
            details={"field": "format_version"},
        )
    unknown = [str(key)[:40] for key in data if key not in _FIELDS]
    if unknown:
        raise InvalidInputError(
            f"A preset has no “{unknown[0]}”; its fields are {', '.join(_FIELDS)}.",
            details={"field": unknown[0]},
        )
    kind = data.get("kind")
    if kind not in Kind.values:
        raise InvalidInputError(
            f"“kind” must be one of {', '.join(Kind.values)}.", details={"field": "kind"}
        )
    for field in ("name", "description", "category"):
        if not isinstance(data.get(field, ""), str):
            raise InvalidInputError(f"“{field}” must be text.", details={"field": field})
    if "settings" not in data:
        raise InvalidInputError("“settings” is missing.", details={"field": "settings"})
    wanted = " ".join((name or data.get("name", "")).split())
    return create_preset(
        user=user,
        kind=str(kind),
        settings=data["settings"],
        name=free_name(user, str(kind), wanted),
        description=data.get("description", ""),
        category=data.get("category", ""),
        tags=data.get("tags", []),
        note="Imported",
    )
