"""The kinds of jobs, and what the code of a kind can use while it runs.

A kind is a subclass of :class:`JobKind` in ``<app>/job_kinds.py``, marked ``@register``.
The modules are imported at the first look-up, not at start-up, because they pull in
everything that composing and rendering need.
"""

from __future__ import annotations

import threading
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from django.conf import settings
from django.db.models import Model
from django.utils.module_loading import autodiscover_modules

from ariaforge.models import Job


class JobError(Exception):
    """The work cannot be done, now or later. The musician sees ``message``.

    ``code`` is a short name for programs, for example ``cannot_compose``.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return self.message


class TransientJobError(JobError):
    """The work cannot be done now; it is tried again after a pause, up to the cap."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """Something that a job made: the row of a model, by label and key."""

    name: str
    target_model: str
    target_id: str
    content_type: str = ""
    size_bytes: int | None = None


@dataclass(slots=True)
class JobContext:
    """What a job knows and can say while it runs.

    In :meth:`JobKind.run` (in the child process) everything works. In
    :meth:`JobKind.finish` (in the worker, inside the transaction) ``log`` and
    ``add_artifact`` work and ``work_dir`` still exists; progress is no longer shown.

    Files that ``run`` puts into the storage belong below ``files_folder``: what has no row
    when the attempt ends is removed from there.
    """

    job_id: uuid.UUID
    owner_id: uuid.UUID
    kind: str
    parameters: dict[str, Any]
    topic: str
    attempt: int
    work_dir: Path
    on_progress: Callable[[float, str], None]
    on_log: Callable[[str, str], None]
    artifacts: list[Artifact] = field(default_factory=list)
    files_folder: str = ""

    def progress(self, fraction: float, step: str = "") -> None:
        """Say how much of all the work is done (0 to 1) and what is being done.

        Call it as often as you like: it is thinned out. Progress never goes back. An
        empty ``step`` keeps the last one.
        """
        self.on_progress(min(1.0, max(0.0, float(fraction))), step[:100])

    def log(self, level: str, message: str) -> None:
        """Add a line to the job's log, which the musician may read.

        ``level`` is debug, info, warning or error.
        """
        self.on_log(level, message)

    def add_artifact(
        self, name: str, target: Model, *, content_type: str = "", size_bytes: int | None = None
    ) -> None:
        """Note that the job made the row ``target``; kept only if the job succeeds.

        ``name`` is unique within the job; a second artifact of a name replaces the first.
        """
        self.artifacts[:] = [known for known in self.artifacts if known.name != name]
        self.artifacts.append(
            Artifact(name, target._meta.label_lower, str(target.pk), content_type, size_bytes)
        )


class JobKind(ABC):
    """One kind of background work.

    ``time_limit_seconds`` is real time. ``cpu_limit_seconds`` counts the processor time
    of each process, of all its threads together; without one it is four times the time
    limit. ``memory_limit_mb`` is what each process of the job may allocate on top of what
    the program itself needs, ``address_space_limit_mb`` what it may reserve (leave it
    unset when Node or another virtual machine takes part: they reserve far more than they
    use). ``file_limit_mb`` is the size of the largest file it may write.
    """

    name: ClassVar[str]
    label: ClassVar[str] = ""
    queue: ClassVar[str] = "bulk"
    max_attempts: ClassVar[int] = 3
    time_limit_seconds: ClassVar[float] = 600
    cpu_limit_seconds: ClassVar[int | None] = None
    memory_limit_mb: ClassVar[int] = 2048
    address_space_limit_mb: ClassVar[int | None] = None
    file_limit_mb: ClassVar[int] = 4096

    def validate(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """Return the parameters to store, cleaned; the same for the same input.

        Raises ``ariaforge.exceptions.InvalidInputError`` when they are not valid.
        """
        return parameters

    def warm(self) -> Iterator[None]:
        """Load what :meth:`run` needs, in pieces of some tenths of a second.

        The server that jobs are forked from does it once, while no job waits for it, so that
        a job need not. Leave no thread, no connection and no open file behind: every job
        would inherit it. What is raised is logged, and the jobs load the rest themselves.
        """
        yield from ()

    @abstractmethod
    def run(self, context: JobContext) -> Any:
        """Do the work, in a process of its own with the limits of the kind.

        No transaction is open. Write files below ``context.work_dir``, which is deleted
        at the end. The return value must be picklable and goes to :meth:`finish`.
        Raises :class:`JobError` or :class:`TransientJobError`; anything else counts as a
        fault of the studio and is not tried again.
        """

    def finish(self, context: JobContext, outcome: Any) -> dict[str, Any]:
        """Write the outcome to the database; return the job's ``result`` (plain JSON).

        Runs in the worker inside the one transaction that also makes the job succeed, so
        it happens exactly once. Keep it short, and move files rather than make them.
        """
        return {}

    def discard(self, job: Job) -> None:  # noqa: B027 - most kinds have nothing to undo
        """Undo what submitting the job had set aside, after failure or cancellation.

        Runs inside the transaction that ends the job. It must not raise; if it does, the
        job ends all the same and the error is logged.
        """


KindClass = TypeVar("KindClass", bound=type[JobKind])

_kinds: dict[str, JobKind] = {}
# Two locks: one that is held while modules are imported may not be wanted by an import.
_register_lock = threading.Lock()
_discover_lock = threading.RLock()
_discovered = False


def register(kind_class: KindClass) -> KindClass:
    """Class decorator: make the kind known under its ``name``.

    Raises ``ValueError`` for a name that is taken and for a queue that does not exist.
    """
    kind = kind_class()
    if kind.queue not in settings.JOB_QUEUES:
        raise ValueError(f"{kind_class.__name__} names the unknown queue {kind.queue!r}.")
    with _register_lock:
        known = _kinds.setdefault(kind.name, kind)
    if type(known).__qualname__ != kind_class.__qualname__:
        raise ValueError(f"The job kind {kind.name!r} is {type(known).__name__} already.")
    return kind_class


def discover_kinds() -> None:
    """Import ``job_kinds`` of every app and ``settings.JOB_KIND_MODULES``, once."""
    global _discovered
    with _discover_lock:
        if _discovered:
            return
        autodiscover_modules("job_kinds")
        for module in settings.JOB_KIND_MODULES:
            import_module(module)
        _discovered = True


def find_kind(name: str) -> JobKind | None:
    """Return the kind of this name, or ``None`` when no installed app has it."""
    discover_kinds()
    return _kinds.get(name)


def all_kinds() -> list[JobKind]:
    """Return every kind, by name."""
    discover_kinds()
    return [_kinds[name] for name in sorted(_kinds)]
