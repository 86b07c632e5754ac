"""REST endpoints of accounts: who am I, and my API tokens."""

from __future__ import annotations

from typing import Any, cast

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.serializers import (
    CreatedTokenSerializer,
    MeSerializer,
    NewTokenSerializer,
    TokenSerializer,
)
from accounts.models import ApiToken, User
from accounts.services import create_api_token, revoke_api_token


class MeView(APIView):
    """The person who asks."""

    @extend_schema(operation_id="me", responses=MeSerializer, tags=["accounts"])
    def get(self, request: Request) -> Response:
        """Return the person who asks and the scopes of the token."""
        user = cast(User, request.user)
        scopes = request.auth.scopes if isinstance(request.auth, ApiToken) else None
        user.scopes = scopes  # type: ignore[attr-defined]
        return Response(MeSerializer(user).data)


@extend_schema_view(
    list=extend_schema(tags=["accounts"]),
    destroy=extend_schema(tags=["accounts"]),
)
class TokenViewSet(
    mixins.ListModelMixin, mixins.DestroyModelMixin, viewsets.GenericViewSet[ApiToken]
):
    """My API tokens: list them, create one (its key is shown once), revoke one."""

    lookup_value_converter = "uuid"
    queryset = ApiToken.objects.none()
    serializer_class = TokenSerializer

    def get_queryset(self) -> Any:
        """Return my tokens that are not revoked."""
        return ApiToken.objects.visible_to(self.request.user)

    @extend_schema(
        request=NewTokenSerializer, responses={201: CreatedTokenSerializer}, tags=["accounts"]
    )
    def create(self, request: Request) -> Response:
        """Create a token. A token can hand on only scopes that it has, and not outlive itself."""
        given = NewTokenSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        token, key = create_api_token(
            user=cast(User, request.user),
            granted_by=request.auth if isinstance(request.auth, ApiToken) else None,
            **given.validated_data,
        )
        token.key = key
        return Response(CreatedTokenSerializer(token).data, status=status.HTTP_201_CREATED)

    def perform_destroy(self, instance: ApiToken) -> None:
        """Revoke the token; its row stays for the record."""
        revoke_api_token(token=instance)
