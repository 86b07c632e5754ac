"""Chores of the platform's API."""

from __future__ import annotations

import logging
from datetime import timedelta

from ariaforge.api.idempotency import clear_answers
from ariaforge.jobs.periodic import periodic

logger = logging.getLogger(__name__)


@periodic(every=timedelta(hours=6))
def clear_old_answers() -> None:
    """Delete answers that were kept long enough for requests that come twice."""
    logger.info("Old answers were cleared", extra={"removed": clear_answers()})
