"""What an exception means for a job: whether to try again, and what to tell people."""

from __future__ import annotations

import errno
import random
import signal
import traceback

import redis
from django.db import InterfaceError, OperationalError

from ariaforge.exceptions import DomainError, StorageFullError, UnavailableError
from ariaforge.jobs.messages import Refused
from ariaforge.jobs.registry import JobError, TransientJobError

FIRST_DELAY_SECONDS = 2.0
LONGEST_DELAY_SECONDS = 300.0

OUR_FAULT = "Something went wrong in the studio. It has been logged; please try again."
TOO_MUCH_MEMORY = "This needed more memory than one job may use."
TOO_MUCH_TIME = "This took longer than one job may take."
DISK_FULL = "The disk of the studio is full."
FILE_TOO_LARGE = "This would have made a file that is larger than one job may write."


def refusal(error: BaseException) -> Refused:
    """Return what to do about ``error``, raised by the code of a job kind."""
    detail = "".join(traceback.format_exception(error))
    match error:
        case TransientJobError():
            return Refused(error.code, error.message, is_transient=True, detail=detail)
        case JobError():
            return Refused(error.code, error.message, detail=detail)
        case StorageFullError() | UnavailableError():
            return Refused(error.code, error.message, is_transient=True, detail=detail)
        case DomainError():
            return Refused(error.code, error.message, detail=detail)
        case MemoryError():
            return Refused("memory_limit", TOO_MUCH_MEMORY, detail=detail)
        case OperationalError() | InterfaceError() | redis.RedisError():
            return Refused("unavailable", OUR_FAULT, is_transient=True, detail=detail)
        case OSError(errno=errno.ENOSPC | errno.EDQUOT):
            return Refused("storage_full", DISK_FULL, is_transient=True, detail=detail)
        case OSError(errno=errno.EFBIG):
            return Refused("file_limit", FILE_TOO_LARGE, detail=detail)
        case OSError(errno=errno.ENOMEM):
            return Refused("memory_limit", TOO_MUCH_MEMORY, detail=detail)
        case _:
            return Refused("internal_error", OUR_FAULT, detail=detail)


def crash(exit_code: int | None) -> Refused:
    """Return what to do about a child that ended without a word.

    A signal may come from outside (the kernel short of memory, an operator), so all but
    the one for too much processor time are worth another attempt; the cap on attempts
    ends what kills its process every time.
    """
    if exit_code is None or exit_code >= 0:
        return Refused(
            "crashed",
            OUR_FAULT,
            is_transient=True,
            detail=f"The process of the job ended with exit code {exit_code}.",
        )
    detail = f"The process of the job was killed: {signal.strsignal(-exit_code) or -exit_code}."
    match -exit_code:
        case signal.SIGXCPU:
            return Refused("cpu_limit", TOO_MUCH_TIME, detail=detail)
        case signal.SIGXFSZ:
            return Refused("file_limit", FILE_TOO_LARGE, detail=detail)
        case _:
            return Refused("crashed", OUR_FAULT, is_transient=True, detail=detail)


def retry_delay_seconds(attempt: int) -> float:
    """Return the pause after the failed ``attempt`` (from 1): doubling, and spread out.

    Full jitter around the doubled time keeps jobs that failed together from coming back
    together.
    """
    longest = min(LONGEST_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2 ** (attempt - 1))
    return longest * random.uniform(0.5, 1.5)  # noqa: S311 - nothing secret
