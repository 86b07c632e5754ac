"""Ways into tokens and sign-in links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from knox.models import AuthTokenManager

if TYPE_CHECKING:
    from accounts.models import User


class ApiTokenQuerySet(models.QuerySet[Any]):
    """API tokens by owner and by whether they still work."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Tokens that ``user`` made and has not revoked; nobody sees those of others."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(user=user, revoked_at__isnull=True)

    def usable(self) -> Self:
        """Tokens that open the API now."""
        return self.filter(
            Q(expiry__isnull=True) | Q(expiry__gt=timezone.now()),
            revoked_at__isnull=True,
            user__is_active=True,
        )


class ApiTokenManager(AuthTokenManager.from_queryset(ApiTokenQuerySet)):  # type: ignore[misc]
    """``create(user=..., expiry=..., ...)`` returns the row and the key to show once."""


class SignInLinkQuerySet(models.QuerySet[Any]):
    """Sign-in links by whether they still work."""

    def usable(self) -> Self:
        """Links that are neither used nor expired."""
        return self.filter(used_at__isnull=True, expires_at__gt=timezone.now())
