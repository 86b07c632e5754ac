"""The topics of the platform: a person's own news, and single jobs."""

from __future__ import annotations

import uuid
from typing import Any

from ariaforge.events.topics import register_topic
from ariaforge.models import Job


def is_own_topic(user: Any, identifier: str) -> bool:
    """Whether the topic is that of the user."""
    return str(user.pk) == identifier


def owns_job(user: Any, identifier: str) -> bool:
    """Whether the job exists and is the user's."""
    try:
        job_id = uuid.UUID(identifier)
    except ValueError:
        return False
    return Job.objects.visible_to(user).filter(pk=job_id).exists()


register_topic("user", is_own_topic)
register_topic("job", owns_job)
