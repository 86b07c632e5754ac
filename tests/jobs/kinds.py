"""Kinds of jobs for the tests: small, and each with one habit.

Workers in processes of their own load this module through JOB_KIND_MODULES.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model

from ariaforge.context import current_action
from ariaforge.exceptions import InvalidInputError
from ariaforge.jobs.registry import (
    JobContext,
    JobError,
    JobKind,
    TransientJobError,
    register,
)
from ariaforge.models import Job, JobEvent


@dataclass(frozen=True)
class Sum:
    """An outcome of a class of our own, which has to survive the way to the worker."""

    value: int
    actor_id: str
    job_id: str


@register
class AddKind(JobKind):
    """Adds up, with a step and a line in the log for each number."""

    name = "test_add"
    queue = "compose"

    def validate(self, parameters: dict[str, Any]) -> dict[str, Any]:
        numbers = parameters.get("numbers")
        if not isinstance(numbers, list) or not all(isinstance(n, int) for n in numbers):
            raise InvalidInputError("Give whole numbers.", details={"numbers": ["required"]})
        return {"numbers": numbers, "pause": float(parameters.get("pause", 0))}

    def run(self, context: JobContext) -> Sum:
        total = 0
        numbers = context.parameters["numbers"]
        for index, number in enumerate(numbers):
            total += number
            context.progress((index + 1) / len(numbers), f"Adding {number}")
            context.log("info", f"Added {number}")
            time.sleep(context.parameters["pause"])
        (context.work_dir / "sum.txt").write_text(str(total))
        owner = get_user_model().objects.get(pk=context.owner_id)
        context.add_artifact("owner", owner, content_type="text/plain", size_bytes=3)
        action = current_action()
        return Sum(total, str(action.actor_id), action.job_id)

    def finish(self, context: JobContext, outcome: Sum) -> dict[str, Any]:
        written = int((context.work_dir / "sum.txt").read_text())
        return {
            "sum": outcome.value,
            "written": written,
            "actor": outcome.actor_id,
            "job": outcome.job_id,
            "child_group": os.getpgid(0),
        }


@register
class LedgerKind(JobKind):
    """Does little, and books itself once: the line in its log stands for a ledger entry."""

    name = "test_ledger"
    queue = "bulk"
    max_attempts = 30

    def run(self, context: JobContext) -> int:
        time.sleep(context.parameters.get("seconds", 0.02))
        return context.attempt

    def finish(self, context: JobContext, outcome: int) -> dict[str, Any]:
        JobEvent.objects.create(job_id=context.job_id, message="charged")
        return {"attempt": outcome}


@register
class BusyKind(JobKind):
    """Runs until it is killed, together with a grandchild; may ignore SIGTERM.

    Writes the ids of both processes to ``<marker>``.
    """

    name = "test_busy"
    queue = "render"
    max_attempts = 2
    time_limit_seconds = 60

    def run(self, context: JobContext) -> None:
        import signal

        if context.parameters.get("stubborn"):
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        grandchild = subprocess.Popen(
            [sys.executable, "-c", "import time\nwhile True: time.sleep(1)"]
        )
        (context.work_dir / "half.part").write_bytes(b"x" * 1000)
        marker = Path(context.parameters["marker"])
        marker.with_suffix(".tmp").write_text(f"{os.getpid()} {grandchild.pid} {context.work_dir}")
        marker.with_suffix(".tmp").replace(marker)
        context.progress(0.3, "Spinning")
        while True:
            if context.parameters.get("spin"):
                sum(range(10000))
            else:
                time.sleep(0.5)

    def discard(self, job: Job) -> None:
        JobEvent.objects.create(job=job, message="discarded")


@register
class HurryKind(BusyKind):
    """The same with little time."""

    name = "test_hurry"
    time_limit_seconds = 1


@register
class FaultyKind(JobKind):
    """Fails in the way that ``how`` says."""

    name = "test_faulty"
    queue = "analyse"
    max_attempts = 3
    memory_limit_mb = 256
    cpu_limit_seconds = 1
    file_limit_mb = 1

    def run(self, context: JobContext) -> Any:
        match context.parameters["how"]:
            case "permanent":
                raise JobError("cannot_add", "These numbers cannot be added.")
            case "transient":
                raise TransientJobError("busy", "Somebody else is adding.")
            case "bug":
                raise KeyError("secret detail")
            case "exit":
                os._exit(3)
            case "memory":
                return len(bytearray(1024 * 1024 * 1024))
            case "file":
                (context.work_dir / "large").write_bytes(b"x" * (2 * 1024 * 1024))
            case "spin":
                while True:
                    sum(range(10000))
            case "unpicklable":
                return lambda: None
            case "kill":
                os.kill(os.getpid(), 9)
            case "backwards":
                for fraction in (0.6, 0.1, 0.7, 0.2):
                    context.progress(fraction, f"at {fraction}")
                    time.sleep(1.0)
        return {}

    def finish(self, context: JobContext, outcome: Any) -> dict[str, Any]:
        if context.parameters["how"] == "finish":
            JobEvent.objects.create(job_id=context.job_id, message="half written")
            raise JobError("cannot_finish", "The sum could not be kept.")
        return {}
