"""Who gets a page at all."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse


def page_for_members(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Ask for a sign-in; a part of a page that htmx fetches sends the whole page there."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if request.headers.get("HX-Request") != "true":
            return redirect_to_login(request.get_full_path())
        response = HttpResponse(status=204)
        response["HX-Redirect"] = reverse("account_login")
        return response

    return wrapped
