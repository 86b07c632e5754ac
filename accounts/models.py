"""People: the user of the studio, the API tokens, and the one-time sign-in links."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinLengthValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length, Lower
from knox.models import AbstractAuthToken

from accounts.querysets import ApiTokenManager, SignInLinkQuerySet
from ariaforge.audit import audited
from ariaforge.models import TimeStampedModel, uuid7

models.CharField.register_lookup(Length)


class UserManager(DjangoUserManager["User"]):
    """Finds users by e-mail or username without regard to case."""

    def get_by_natural_key(self, username: str | None) -> User:
        """Return the user with this username, whatever its case."""
        return self.get(username__iexact=username)


@audited(exclude=["password", "last_login"])
class User(AbstractUser):  # type: ignore[django-manager-missing]
    """A person with an account. E-mail and username are unique without regard to case.

    A username never holds an @, so that no username can be mistaken for the e-mail
    address of somebody else where either may be typed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    username = models.CharField(
        max_length=50,
        unique=True,
        validators=[
            RegexValidator(
                r"^[\w.+-]+\Z", "Use letters, digits and the signs . + - _ in a username."
            ),
            MinLengthValidator(3),
        ],
        help_text="3 to 50 letters, digits and the signs . + - _",
        error_messages={"unique": "A user with that username already exists."},
    )
    email = models.EmailField()
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="user_username_unique_without_case",
                violation_error_message="A user with that username already exists.",
            ),
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique_without_case",
                violation_error_message="A user with that e-mail address already exists.",
            ),
            models.CheckConstraint(
                name="user_username_length", condition=Q(username__length__gte=3)
            ),
            models.CheckConstraint(name="user_email_not_empty", condition=~Q(email="")),
        ]

    def __str__(self) -> str:
        return self.username

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save with the e-mail address in lower case, the form in which it is looked up."""
        self.email = self.email.strip().lower()
        super().save(*args, **kwargs)


class Scope(models.TextChoices):
    """What an API token may do: read, change, or start work that costs processor time."""

    READ = "read", "Read"
    WRITE = "write", "Write"
    RENDER = "render", "Render"


@audited(exclude=["digest", "token_key", "last_used_at"])
class ApiToken(AbstractAuthToken):
    """A key for programs. Only its digest is stored; the key itself is shown once.

    The base class makes the digest the primary key; here it is an ordinary unique
    column, so that URLs and audit rows can name a token without showing its digest.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    digest = models.CharField(max_length=128, unique=True, editable=False)
    name = models.CharField(max_length=80)
    scopes = ArrayField(models.CharField(max_length=10, choices=Scope), size=len(Scope))
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ApiTokenManager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="api_token_scopes_known",
                condition=Q(scopes__contained_by=["read", "write", "render"])
                & Q(scopes__len__gt=0),
            ),
            models.CheckConstraint(name="api_token_name_not_empty", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name


@audited(exclude=["digest"])
class SignInLink(TimeStampedModel):
    """A link that signs in the owner once, before it expires. Only a digest is stored."""

    digest = models.CharField(max_length=64, unique=True, editable=False)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    used_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
    )

    objects = SignInLinkQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="sign_in_link_digest_is_sha256", condition=Q(digest__regex=r"^[0-9a-f]{64}$")
            ),
            models.CheckConstraint(
                name="sign_in_link_expires_after_creation",
                condition=Q(expires_at__gt=F("created_at")),
            ),
            models.CheckConstraint(
                name="sign_in_link_used_in_time",
                condition=Q(used_at__isnull=True) | Q(used_at__lt=F("expires_at")),
            ),
            models.CheckConstraint(
                name="sign_in_link_used_by_means_used",
                condition=Q(used_by__isnull=True) | Q(used_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"link of {self.created_at:%Y-%m-%d %H:%M}"
