"""The Idempotency-Key header: asking twice for the same work does it once.

A POST that starts a job hands the key to ``submit_job``: a job is unique by owner and key,
and the service answers with what the first request made. That promise holds as long as the
job is kept (``manage.py clear_jobs``).

A POST that does its work at once goes through :func:`answer_once`: the answer is stored in
the transaction of the work and given again, for :data:`KEPT_DAYS` days.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import cast
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from ariaforge.exceptions import ConflictError
from ariaforge.models import StoredAnswer

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
MAX_LENGTH = 100
KEPT_DAYS = 7
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

# The same for what answer_once answers.
ANSWER_ONCE = OpenApiParameter(
    HEADER,
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description=(
        f"1 to {MAX_LENGTH} visible ASCII characters of your choice, for example a UUID. For "
        f"{KEPT_DAYS} days, sending the request again with the same key gives the first "
        f"answer again (with `{REPLAYED}: true`) and does nothing; another request with it "
        "is 409. A request that was refused may be sent again with its key."
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


def answer_once(request: Request, work: Callable[[], Response]) -> Response:
    """Do ``work`` in a transaction, or give its answer again when the key is known.

    Without a key it is only a transaction. Two requests with one key at the same moment:
    the second waits for the first. Work that fails is undone with its key, so it may be
    tried again. An answer from store carries the header ``Idempotency-Replayed: true``.
    Call it when it is known that the caller may do the work: an answer is given again to
    the same person, but the person may have lost the right meanwhile.

    Raises :class:`ConflictError` for a key that came with another request before.
    """
    key = idempotency_key(request)
    with transaction.atomic():
        if not key:
            return work()
        owner = cast(UUID, request.user.pk)
        mine = StoredAnswer(user_id=owner, key=key, request_sha256=_request_hash(request))
        # Waits for whoever is at work with the same key, until that is decided.
        StoredAnswer.objects.bulk_create([mine], ignore_conflicts=True)
        stored = StoredAnswer.objects.get(user_id=owner, key=key)
        if stored.pk != mine.pk:
            if stored.request_sha256 != mine.request_sha256:
                raise ConflictError("This idempotency key was used before for another request.")
            return Response(stored.body, status=stored.status, headers={REPLAYED: "true"})
        response = work()
        mine.status = response.status_code
        mine.body = json.loads(JSONRenderer().render(response.data) or b"null")
        mine.save(update_fields=["status", "body"])
    return response


def clear_answers(*, days: float = KEPT_DAYS) -> int:
    """Delete the answers that are older than ``days``; return how many."""
    old = StoredAnswer.objects.filter(created_at__lt=timezone.now() - timedelta(days=days))
    return old.delete()[0]


def _request_hash(request: Request) -> str:
    body = json.dumps(request.data, sort_keys=True, default=str)
    text = "\n".join([str(request.method), request.get_full_path(), body])
    return hashlib.sha256(text.encode()).hexdigest()
