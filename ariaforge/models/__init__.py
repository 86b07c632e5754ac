"""Models of the platform: the base of all rows, and the jobs."""

from ariaforge.models.base import (
    AliveManager,
    BaseModel,
    SoftDeleteQuerySet,
    TimeStampedModel,
    uuid7,
)

__all__ = ["AliveManager", "BaseModel", "SoftDeleteQuerySet", "TimeStampedModel", "uuid7"]
