"""What the worker tells the child process of a job, and what the child reports back."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ariaforge.jobs.registry import Artifact


@dataclass(frozen=True, slots=True)
class Order:
    """All that a child needs to run one attempt of one job.

    ``databases`` and ``media_root`` say where the worker keeps rows and files: tests
    choose other places after the settings are loaded.
    """

    job_id: uuid.UUID
    owner_id: uuid.UUID
    request_id: str
    kind: str
    parameters: dict[str, Any]
    topic: str
    attempt: int
    work_dir: Path
    files_folder: str
    databases: dict[str, str]
    media_root: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How much is done, 0 to 1."""

    fraction: float
    step: str


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line for the job's log."""

    level: str
    message: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finished:
    """The work is done; ``outcome`` is for the kind's ``finish``."""

    outcome: Any
    artifacts: list[Artifact]


@dataclass(frozen=True, slots=True)
class Refused:
    """The work could not be done; ``detail`` (a traceback) is for the admin only."""

    code: str
    message: str
    is_transient: bool = False
    detail: str = ""


Report = Progress | LogLine | Finished | Refused
