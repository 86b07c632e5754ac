"""What tests ask about the files that jobs store."""

from __future__ import annotations

import os
from pathlib import Path

from ariaforge.models import Job
from tests.jobs.servers import wait_for


def files_below(folder: Path) -> list[str]:
    """Return the names of all files in a storage, with leftovers of any kind."""
    # Unlike rglob, walk bears that a folder goes meanwhile.
    return sorted(
        str(Path(place, name).relative_to(folder))
        for place, _, names in os.walk(folder)
        for name in names
    )


def wait_until_stored(note: Path, attempt: int = 1) -> None:
    """Wait until the attempt of a job has written that its files are stored."""
    wait_for(lambda: note.exists() and note.read_text() == str(attempt), what="the stored files")


def wait_for_end(job: Job, *, seconds: float = 40) -> Job:
    """Wait until the job has ended, and return it."""

    def has_ended() -> bool:
        job.refresh_from_db()
        return job.is_terminal

    wait_for(has_ended, seconds=seconds, what=f"the end of {job.kind}")
    return job
