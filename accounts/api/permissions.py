"""What an API token may do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.permissions import SAFE_METHODS, BasePermission

from accounts.models import ApiToken, Scope

if TYPE_CHECKING:
    # The views of REST framework load this module while they are being loaded.
    from rest_framework.request import Request
    from rest_framework.views import APIView


class TokenScopePermission(BasePermission):
    """Reading needs the scope ``read``; anything else ``write`` or what the view declares.

    A view declares another scope for its unsafe methods with ``required_scope = "render"``.
    Sessions of people are not limited by scopes.
    """

    message = "This API token lacks the scope that is needed here."

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether the token of the request, if it has one, has the scope."""
        token = request.auth
        if not isinstance(token, ApiToken):
            return True
        if request.method in SAFE_METHODS:
            return Scope.READ in token.scopes
        return (getattr(view, "required_scope", "") or Scope.WRITE) in token.scopes
