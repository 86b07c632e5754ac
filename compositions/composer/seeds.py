"""Independent random streams from one seed.

Every decision draws from its own stream, named by section, role and operation, so
that redoing one part (the drums of verse 2) cannot move any other part.
"""

from __future__ import annotations

import hashlib
import random


def sub_seed(seed: int, section: str, role: str, operation: str) -> int:
    """Return the 256-bit seed of one decision: ``sha256(seed|section|role|operation)``."""
    text = f"{seed}|{section}|{role}|{operation}"
    return int.from_bytes(hashlib.sha256(text.encode("utf-8")).digest(), "big")


def stream(seed: int, section: str, role: str, operation: str) -> random.Random:
    """Return the random stream of one decision (see :func:`sub_seed`)."""
    return random.Random(sub_seed(seed, section, role, operation))
