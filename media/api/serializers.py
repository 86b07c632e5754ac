"""What the REST API says of assets."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from media.models import Asset


class AssetSerializer(serializers.ModelSerializer):
    """A stored file. ``file_url`` serves its bytes to tokens and to signed-in browsers."""

    file_url = serializers.SerializerMethodField()
    page_url = serializers.CharField(
        source="get_absolute_url",
        read_only=True,
        help_text="The file for players and links in pages; add `?download=1` to save it.",
    )

    class Meta:
        model = Asset
        fields = [
            "id",
            "owner",
            "project",
            "kind",
            "role",
            "filename",
            "content_type",
            "size_bytes",
            "sha256",
            "duration_seconds",
            "sample_rate_hz",
            "channels",
            "provenance",
            "source",
            "generator",
            "parent",
            "created_at",
            "file_url",
            "page_url",
        ]
        read_only_fields = fields

    @extend_schema_field(OpenApiTypes.URI)
    def get_file_url(self, asset: Asset) -> str:
        """Return the address of the bytes in this API."""
        return reverse("asset-file", kwargs={"pk": asset.pk}, request=self.context.get("request"))
