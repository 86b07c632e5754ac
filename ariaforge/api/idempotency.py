"""The Idempotency-Key header: asking twice for the same work starts it once.

Every POST that starts work ends in one job, and a job is unique by owner and key. The
service hands the key to ``submit_job`` and, when the key is known, answers with what the
first request made. So no table of its own is needed, and the promise holds as long as
the job is kept (``manage.py clear_jobs``).
"""

from __future__ import annotations

import re

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

HEADER = "Idempotency-Key"
MAX_LENGTH = 100
_KEY = re.compile(rf"[\x21-\x7e]{{1,{MAX_LENGTH}}}")

# For @extend_schema(parameters=[IDEMPOTENCY_KEY]).
IDEMPOTENCY_KEY = OpenApiParameter(
    HEADER,
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description=(
        f"1 to {MAX_LENGTH} visible ASCII characters of your choice, for example a UUID. "
        "Sending the request again with the same key answers with what the first one "
        "started, and starts nothing."
    ),
    pattern=rf"^[\x21-\x7e]{{1,{MAX_LENGTH}}}$",
)


def idempotency_key(request: Request) -> str:
    """Return the key of the request, or an empty text when it has none.

    Raises ``ValidationError`` for a key that is too long or has other characters: a key
    that was cut short could be taken for another one.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return ""
    key = key.strip()
    if not _KEY.fullmatch(key):
        raise ValidationError(
            {HEADER: f"Use 1 to {MAX_LENGTH} visible ASCII characters, for example a UUID."}
        )
    return key
