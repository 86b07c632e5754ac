"""Models of the platform: the base of all rows, the jobs, and kept answers."""

from ariaforge.models.answer import StoredAnswer
from ariaforge.models.base import (
    AliveManager,
    BaseModel,
    SoftDeleteQuerySet,
    TimeStampedModel,
    uuid7,
)
from ariaforge.models.job import Job, JobArtifact, JobEvent, JobQuerySet, JobState

__all__ = [
    "AliveManager",
    "BaseModel",
    "Job",
    "JobArtifact",
    "JobEvent",
    "JobQuerySet",
    "JobState",
    "SoftDeleteQuerySet",
    "StoredAnswer",
    "TimeStampedModel",
    "uuid7",
]
