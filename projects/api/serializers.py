"""What the API shows and takes of projects and members."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.api.serializers import UserSerializer
from projects.models import Membership, Project
from projects.roles import Role


class ProjectSerializer(serializers.ModelSerializer[Project]):
    """A project, with the role that the person who asks has in it."""

    role = serializers.ChoiceField(choices=Role.choices, read_only=True)
    member_count = serializers.IntegerField(read_only=True)
    cover_url = serializers.CharField(
        read_only=True, allow_null=True, help_text="Path of the cover (WebP); null without one."
    )
    settings = serializers.DictField(required=False)

    class Meta:
        model = Project
        fields = (
            "id",
            "name",
            "description",
            "genre",
            "key",
            "tempo",
            "meter",
            "status",
            "settings",
            "cover_url",
            "role",
            "member_count",
            "created_at",
            "updated_at",
        )
        read_only_fields = ("id", "created_at", "updated_at")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse to create a project in the archive."""
        if self.instance is None and attrs.get("status") == Project.Status.ARCHIVED:
            raise serializers.ValidationError({"status": "A new project is a draft or active."})
        return attrs


class CoverSerializer(serializers.Serializer[Project]):
    """An upload of a cover image: JPEG, PNG or WebP, at most 10 MB and 40 megapixels."""

    image = serializers.FileField()


class MembershipSerializer(serializers.ModelSerializer[Membership]):
    """A member of a project."""

    user = UserSerializer(read_only=True)

    class Meta:
        model = Membership
        fields = ("id", "user", "role", "created_at")
        read_only_fields = ("id", "user", "created_at")


class NewMembershipSerializer(serializers.Serializer[Membership]):
    """Whom to add, and as what."""

    person = serializers.CharField(max_length=254, help_text="Username or e-mail address.")
    role = serializers.ChoiceField(choices=Role.choices, default=Role.VIEWER)
