"""Bearers of API tokens."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from knox.auth import TokenAuthentication
from knox.crypto import hash_token
from rest_framework.exceptions import AuthenticationFailed

from accounts.models import ApiToken, User
from ariaforge.context import identify_actor

LAST_USED_PRECISION = timedelta(minutes=1)


class ApiTokenAuthentication(TokenAuthentication):
    """``Authorization: Token <key>``: one query by digest, and no cookie.

    Knox's own look-up deletes expired tokens and asks for all tokens of the user at each
    request; here expired and revoked rows stay, so that their owner sees what happened.
    """

    def authenticate_credentials(self, token: bytes) -> tuple[User, ApiToken]:
        """Return the user and the token; raises ``AuthenticationFailed`` for a bad one."""
        try:
            digest = hash_token(token.decode("ascii"))
        except UnicodeDecodeError as error:
            raise AuthenticationFailed("Invalid token.") from error
        row = ApiToken.objects.usable().select_related("user").filter(digest=digest).first()
        if row is None:
            raise AuthenticationFailed("Invalid token.")
        self._note_use(row)
        identify_actor(row.user_id)
        return row.user, row

    def _note_use(self, row: ApiToken) -> None:
        """Remember the use, to the minute, so that reading does not mean writing each time."""
        now = timezone.now()
        stale = now - LAST_USED_PRECISION
        if row.last_used_at is None or row.last_used_at < stale:
            ApiToken.objects.filter(
                Q(last_used_at__isnull=True) | Q(last_used_at__lt=stale), pk=row.pk
            ).update(last_used_at=now)
