"""Models of the platform: the base of all rows, and the jobs."""

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
    "TimeStampedModel",
    "uuid7",
]
