"""Answers of the API that are kept for requests that come twice."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from ariaforge.models.base import uuid7


class StoredAnswer(models.Model):
    """What the API answered to a request with an ``Idempotency-Key``.

    Written in the transaction of the work itself: where there is an answer, the work was
    done, and once. ``request_sha256`` is the hash of method, path and body, 64 hexadecimal
    digits. See :mod:`ariaforge.api.idempotency`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=100)
    request_sha256 = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="stored_answer_key_unique")
        ]

    def __str__(self) -> str:
        return self.key
