"""What django-allauth asks of this product."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.ratelimit import respond_429
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest

if TYPE_CHECKING:
    from allauth.account.models import EmailAddress


class AccountAdapter(DefaultAccountAdapter):
    """Closes sign-up on request and answers 429 to whoever guesses passwords."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether strangers may make themselves an account."""
        return settings.ACCOUNT_ALLOW_SIGNUP

    def can_delete_email(self, email_address: EmailAddress) -> bool:
        """Whether the address can go: every account keeps the one that the user row names."""
        return not (
            email_address.primary or email_address.email == email_address.user.email.lower()
        )

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt, and stop it when there were too many for the address or account.

        allauth would show an ordinary form error; a status of its own lets proxies and
        programs see it too.
        """
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError as error:
            raise ImmediateHttpResponse(respond_429(request)) from error
