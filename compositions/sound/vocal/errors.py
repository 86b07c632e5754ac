"""Why a track cannot be sung."""

from __future__ import annotations


class VocalError(Exception):
    """The track cannot be sung; the text says why, as a clause for the musician."""
