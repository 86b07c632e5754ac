"""Which processes still run."""

from __future__ import annotations

from collections.abc import Iterable

import psutil


def none_alive(pids: Iterable[int]) -> bool:
    """Say whether all processes are gone (or are zombies, which no longer run)."""
    for pid in pids:
        try:
            if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                return False
        except psutil.NoSuchProcess:
            continue
    return True
