"""Pages of accounts that django-allauth does not have."""

from __future__ import annotations

from datetime import timedelta
from typing import cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST
from django.views.generic import View

from accounts.forms import ApiTokenForm
from accounts.models import ApiToken, User
from accounts.services import create_api_token, redeem_sign_in_link, revoke_api_token
from ariaforge.exceptions import DomainError


@method_decorator(never_cache, name="dispatch")
class SignInLinkView(View):
    """Signs in the owner by a one-time link.

    The link has to work by being opened from a terminal, so GET uses it up. What opens
    links without a person behind it must not: HEAD (which Django would answer with
    ``get``, were it allowed) is refused as a method, and prefetching or embedding is
    refused by the headers with which browsers announce it.
    """

    http_method_names = ["get"]

    @method_decorator(sensitive_variables("token"))
    def get(self, request: HttpRequest, token: str) -> HttpResponseBase:
        """Use up the link, sign in the owner, and go to the studio."""
        if not is_navigation(request):
            return HttpResponse(
                "Open this link in a browser window.", status=403, content_type="text/plain"
            )
        owner = redeem_sign_in_link(secret=token)
        if owner is None:
            return render(request, "accounts/sign_in_link_gone.html", status=410)
        login(request, owner, backend="django.contrib.auth.backends.ModelBackend")
        response = redirect(settings.LOGIN_REDIRECT_URL)
        # The address holds a secret, if a used one: it goes into no Referer.
        response["Referrer-Policy"] = "no-referrer"
        return response


def is_navigation(request: HttpRequest) -> bool:
    """Whether a person opens the page in a window, as far as the browser says.

    Clients that send no such headers (command-line programs, old browsers) are believed.
    """
    purpose = " ".join(
        request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Moz")
    )
    if any(word in purpose.lower() for word in ("prefetch", "prerender", "preview")):
        return False
    return (
        request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
        and request.headers.get("Sec-Fetch-Dest", "document") == "document"
    )


@method_decorator([login_required, never_cache], name="dispatch")
class TokensView(View):
    """My API tokens: what they may do and when they were used; create one."""

    http_method_names = ["get", "head", "options", "post"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the tokens and the form."""
        return self._page(request, ApiTokenForm())

    @method_decorator(sensitive_variables("key"))
    def post(self, request: HttpRequest) -> HttpResponse:
        """Create a token and show its key this once, in the answer itself."""
        form = ApiTokenForm(request.POST)
        if not form.is_valid():
            return self._page(request, form, status=400)
        days = form.cleaned_data["days"]
        try:
            token, key = create_api_token(
                user=cast(User, request.user),
                name=form.cleaned_data["name"],
                scopes=form.cleaned_data["scopes"],
                expires_at=timezone.now() + timedelta(days=days) if days else None,
            )
        except DomainError as error:
            form.add_error(None, error.message)
            return self._page(request, form, status=error.status)
        return self._page(request, ApiTokenForm(), created=token, key=key, status=201)

    def _page(
        self,
        request: HttpRequest,
        form: ApiTokenForm,
        *,
        created: ApiToken | None = None,
        key: str = "",
        status: int = 200,
    ) -> HttpResponse:
        tokens = ApiToken.objects.visible_to(request.user)
        context = {
            "form": form,
            "tokens": tokens,
            "created": created,
            "key": key,
            "now": timezone.now(),
        }
        return render(request, "accounts/tokens.html", context, status=status)


@require_POST
@login_required
def revoke_token(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Revoke one of my tokens."""
    token = get_object_or_404(ApiToken.objects.visible_to(request.user), pk=pk)
    revoke_api_token(token=token)
    messages.success(request, f"The token “{token.name}” no longer works.")
    return redirect("account_tokens")
