"""Independent random streams from one seed.

Every decision draws from its own stream, named by section, role and operation, so
that redoing one part (the drums of verse 2) cannot move any other part.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence


def sub_seed(seed: int, section: str, role: str, operation: str) -> int:
    """Return the 256-bit seed of one decision: ``sha256(seed|section|role|operation)``."""
    text = f"{seed}|{section}|{role}|{operation}"
    return int.from_bytes(hashlib.sha256(text.encode("utf-8")).digest(), "big")


def stream(seed: int, section: str, role: str, operation: str) -> random.Random:
    """Return the random stream of one decision (see :func:`sub_seed`)."""
    return random.Random(sub_seed(seed, section, role, operation))


def song_seed(seed: int, asked: Sequence[object]) -> int:
    """Return the seed of a song: the musician's, and what it was asked to be.

    Two songs of one genre are two songs, also when somebody asks for both with seed 1. What
    nobody asked for (None) does not count; when all is open, the seed stays as it is.
    """
    wanted = "|".join("" if value is None else str(value) for value in asked)
    return sub_seed(seed, "song", "asked", wanted) if wanted.strip("|") else seed
