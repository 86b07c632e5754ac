"""What the API shows and takes of people and tokens."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from rest_framework import serializers

from accounts.models import ApiToken, Scope, User


class TokenSerializer(serializers.ModelSerializer[ApiToken]):
    """A token without its key, which nobody can read back."""

    scopes = serializers.ListField(child=serializers.ChoiceField(choices=Scope.choices))
    created_at = serializers.DateTimeField(source="created")
    expires_at = serializers.DateTimeField(source="expiry", allow_null=True)

    class Meta:
        model = ApiToken
        fields: tuple[str, ...] = (
            "id",
            "name",
            "scopes",
            "created_at",
            "expires_at",
            "last_used_at",
        )
        read_only_fields = fields


class CreatedTokenSerializer(TokenSerializer):
    """A token just created, with the key, shown this once."""

    key = serializers.CharField(help_text="Send it as “Authorization: Token KEY”. Shown once.")

    class Meta(TokenSerializer.Meta):
        fields = (*TokenSerializer.Meta.fields, "key")
        read_only_fields = fields


class NewTokenSerializer(serializers.Serializer[ApiToken]):
    """What a new token needs."""

    name = serializers.CharField(max_length=80)
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=Scope.choices),
        allow_empty=False,
        max_length=len(Scope),
    )
    expires_at = serializers.DateTimeField(
        required=False, allow_null=True, default=None, help_text="Without it: until revoked."
    )

    def validate_expires_at(self, value: datetime | None) -> datetime | None:
        """Refuse a time that has passed."""
        if value is not None and value <= timezone.now():
            raise serializers.ValidationError("This time has passed.")
        return value


class UserSerializer(serializers.ModelSerializer[User]):
    """A person as other members see them."""

    class Meta:
        model = User
        fields = ("id", "username")
        read_only_fields = fields


class MeSerializer(serializers.ModelSerializer[User]):
    """The person who asks, and what their token may do (null for a browser session)."""

    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=Scope.choices), allow_null=True
    )

    class Meta:
        model = User
        fields = ("id", "username", "email", "is_staff", "created_at", "scopes")
        read_only_fields = fields
