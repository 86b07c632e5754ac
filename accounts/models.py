"""People: the user of the studio."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractUser, UserManager as DjangoUserManager
from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models.functions import Lower

from ariaforge.audit import audited
from ariaforge.models import uuid7


class UserManager(DjangoUserManager["User"]):
    """Finds users by e-mail or username without regard to case."""

    def get_by_natural_key(self, username: str | None) -> User:
        """Return the user with this username, whatever its case."""
        return self.get(username__iexact=username)


@audited(exclude=["password", "last_login"])
class User(AbstractUser):
    """A person with an account. E-mail and username are unique without regard to case."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    username = models.CharField(
        max_length=50,
        unique=True,
        validators=[AbstractUser.username_validator, MinLengthValidator(3)],
        help_text="3 to 50 letters, digits and @ . + - _",
    )
    email = models.EmailField()
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = UserManager()

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
        ]

    def __str__(self) -> str:
        return self.username

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save with the e-mail's domain in lower case."""
        self.email = UserManager.normalize_email(self.email)
        super().save(*args, **kwargs)
