"""Assets for the tests of media."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from media.models import Asset
from media.services import store_file
from tests.factories import UserFactory

WAVE = b"RIFF" + bytes(range(256)) * 40


@pytest.fixture
def make_asset() -> Callable[..., Asset]:
    """Store a small file; keyword arguments go to ``store_file``."""

    def make(**given: Any) -> Asset:
        values: dict[str, Any] = {
            "content": WAVE,
            "filename": "Küchenlied – mix.wav",
            "kind": "audio",
            "role": "mix",
            "provenance": "ai_generated",
            **given,
        }
        if "owner" not in values:
            values["owner"] = UserFactory()
        return store_file(**values)

    return make


@pytest.fixture
def stored_files(tmp_path: Path) -> Callable[[], list[Path]]:
    """List all files under the folder of stored files, with leftovers of any kind."""

    def names() -> list[Path]:
        folder = tmp_path / "media"
        return sorted(path for path in folder.rglob("*") if path.is_file())

    return names
