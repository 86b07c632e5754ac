"""Loading what jobs need into the server that they are forked from, piece by piece.

The fork server serves as soon as all kinds are imported. What they would then load in every job
(:meth:`ariaforge.jobs.registry.JobKind.warm`) comes after: a child that does nothing else asks
for the next piece by a signal, so that a job that starts meanwhile waits for one piece at most.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Iterator
from typing import Any

from django.db import connections

from ariaforge.jobs.registry import all_kinds

logger = logging.getLogger(__name__)

MORE_TO_LOAD = 3
"""The exit code of a child that has asked for a piece."""

_server = 0
_pieces: Iterator[None] = iter(())
_all_is_loaded = False


def load_when_asked() -> None:
    """In the fork server: make ready for :func:`ask_for_next_piece`."""
    global _server, _pieces
    _server, _pieces = os.getpid(), _pieces_of_kinds()
    signal.signal(signal.SIGUSR1, _load_next_piece)
    # The worker blocks signals in its threads, and the server was started from one.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGUSR1])


def ask_for_next_piece() -> None:
    """In a child of the fork server: have it load a piece; exits with 0 when all is loaded."""
    if not _all_is_loaded and os.getppid() == _server:
        os.kill(_server, signal.SIGUSR1)
        sys.exit(MORE_TO_LOAD)


def _load_next_piece(*_: Any) -> None:
    global _all_is_loaded
    if next(_pieces, "nothing") == "nothing":
        _all_is_loaded = True
    # A connection opened here would be shared by all children.
    connections.close_all()


def _pieces_of_kinds() -> Iterator[None]:
    for kind in all_kinds():
        try:
            yield from kind.warm()
        except Exception:
            logger.exception("What jobs of kind %r need could not be loaded ahead", kind.name)
