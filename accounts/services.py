"""Writes of accounts: API tokens, the owner, and one-time sign-in links."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import ApiToken, Scope, SignInLink, User
from ariaforge.context import acting_as, current_action
from ariaforge.exceptions import ConflictError, InvalidInputError, LimitReachedError

TOKEN_PREFIX = "aria_"  # noqa: S105 - lets people and scanners of leaked secrets know a key
TOKENS_PER_USER = 50
EXPIRY_CHOICES: tuple[tuple[int | None, str], ...] = (
    (7, "7 days"),
    (30, "30 days"),
    (90, "90 days"),
    (365, "1 year"),
    (None, "until revoked"),
)


def create_api_token(
    *,
    user: User,
    name: str,
    scopes: Iterable[str],
    expires_at: datetime | None = None,
    granted_by: ApiToken | None = None,
) -> tuple[ApiToken, str]:
    """Create a token of ``user``; return it and the key, which cannot be had again.

    ``expires_at`` is None for a token that works until it is revoked. ``granted_by`` is
    the token that asks for this one, if a program does: it cannot hand on scopes that it
    lacks, nor outlive itself. Raises ``InvalidInputError`` for scopes or a time that are
    not allowed and ``LimitReachedError`` above 50 tokens.
    """
    name = name.strip()
    if not name:
        raise InvalidInputError("Give the token a name.", details={"fields": {"name": []}})
    wanted = set(scopes)
    unknown = wanted - set(Scope.values)
    if unknown or not wanted:
        raise InvalidInputError(
            "Choose at least one of the scopes read, write and render.",
            details={"fields": {"scopes": sorted(unknown)}},
        )
    if expires_at is not None and expires_at <= timezone.now():
        raise InvalidInputError("The token would already have expired.")
    if granted_by is not None:
        if not wanted <= set(granted_by.scopes):
            raise InvalidInputError(
                "A token cannot create a token that may do more than it may itself.",
                details={"fields": {"scopes": sorted(wanted - set(granted_by.scopes))}},
            )
        if granted_by.expiry is not None and (expires_at is None or expires_at > granted_by.expiry):
            raise InvalidInputError(
                "A token cannot create a token that works longer than itself.",
                details={"fields": {"expires_at": [granted_by.expiry.isoformat()]}},
            )
    with transaction.atomic():
        # The lock makes the count and the insert one step.
        User.objects.select_for_update().get(pk=user.pk)
        if ApiToken.objects.visible_to(user).usable().count() >= TOKENS_PER_USER:
            raise LimitReachedError(
                f"You have {TOKENS_PER_USER} working tokens; revoke one that you do not need."
            )
        token, key = ApiToken.objects.create(
            user,
            prefix=TOKEN_PREFIX,
            expiry=expires_at - timezone.now() if expires_at else None,
            name=name,
            scopes=[scope for scope in Scope.values if scope in wanted],
        )
    return token, key


def revoke_api_token(*, token: ApiToken) -> None:
    """Close the API to a token from the next request on. Revoking twice is harmless."""
    ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=timezone.now())


def get_or_create_owner() -> User:
    """Return the first active superuser, who is the owner of the studio; make one if needed.

    The new owner has no password; they can set one on the password page. Raises
    ``ConflictError`` when the name or e-mail for the owner belongs to somebody else.
    """
    owner = _first_superuser()
    if owner is not None:
        return owner
    try:
        with transaction.atomic():
            user = User(
                username=settings.OWNER_USERNAME,
                email=settings.OWNER_EMAIL,
                is_staff=True,
                is_superuser=True,
            )
            user.set_unusable_password()
            user.save()
            return user
    except IntegrityError as error:
        # Two links may be opened at once on a new studio: then the other one made the owner.
        owner = _first_superuser()
        if owner is None:
            raise ConflictError(
                f"The username “{settings.OWNER_USERNAME}” or the e-mail address "
                f"“{settings.OWNER_EMAIL}” belongs to somebody who is not the owner. "
                "Set OWNER_USERNAME and OWNER_EMAIL to others."
            ) from error
        return owner


def _first_superuser() -> User | None:
    return User.objects.filter(is_superuser=True, is_active=True).order_by("created_at").first()


def issue_sign_in_link() -> tuple[SignInLink, str]:
    """Create a link for the owner; return it and its secret, which is not stored."""
    secret = secrets.token_urlsafe(32)
    link = SignInLink.objects.create(
        digest=_digest(secret),
        expires_at=timezone.now() + timedelta(minutes=settings.SIGN_IN_LINK_MINUTES),
    )
    return link, secret


@transaction.atomic
def redeem_sign_in_link(*, secret: str) -> User | None:
    """Use up the link and return the owner, or None when it is used, expired or unknown.

    One conditional UPDATE decides, so of any number of simultaneous requests one wins.
    """
    now = timezone.now()
    used = (
        SignInLink.objects.usable()
        .filter(digest=_digest(secret))
        .update(used_at=now, updated_at=now)
    )
    if not used:
        return None
    owner = get_or_create_owner()
    with acting_as(owner.pk, request_id=current_action().request_id):
        SignInLink.objects.filter(digest=_digest(secret)).update(used_by=owner)
    return owner


def _digest(secret: str) -> str:
    # The secret holds 256 random bits: nothing slower than SHA-256 is needed against guessing.
    return hashlib.sha256(secret.encode()).hexdigest()
