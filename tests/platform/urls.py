"""Addresses that go wrong on purpose, beside those of the product."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation, ValidationError
from django.db import DataError, IntegrityError, OperationalError, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from rest_framework import serializers
from rest_framework.exceptions import Throttled
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ariaforge.exceptions import ConflictError, StorageFullError
from ariaforge.urls import (
    handler400,
    handler403,
    handler404,
    handler500,
)
from ariaforge.urls import (
    urlpatterns as product_urls,
)
from projects.models import Membership, Project

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

SECRET = "the-password-of-the-database"


class NoteSerializer(serializers.Serializer):
    pitch = serializers.IntegerField(min_value=0, max_value=127)


def take_a_taken_place() -> None:
    membership = Membership.objects.first()
    assert membership is not None
    Membership.objects.create(project=membership.project, user=membership.user, role="viewer")


def break_a_range() -> None:
    Project.objects.create(name="Fast", tempo=1000)


def change_the_audit() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE projects_projectevent SET name = 'forged'")


def too_long() -> None:
    Project.objects.create(name="x" * 300)


def fail(kind: str) -> None:
    """Raise an error of the named kind, or let the database do so."""
    errors: dict[str, Any] = {
        "missing": Http404("No Project matches the given query."),
        "forbidden": PermissionDenied("secret reason"),
        "suspicious": SuspiciousOperation("secret reason"),
        "invalid": ValidationError({"tempo": ["Too fast."], "__all__": ["Odd."]}),
        "invalid_text": ValidationError("Odd."),
        "throttled": Throttled(wait=41.2),
        "conflict": ConflictError("The song is being changed.", details={"version": 3}),
        "full": StorageFullError("The disk is full."),
        "unique": take_a_taken_place,
        "range": break_a_range,
        "too_long": too_long,
        "trigger": change_the_audit,
        "integrity": IntegrityError(SECRET),
        "data": DataError(SECRET),
        "database_away": OperationalError(SECRET),
        "bug": RuntimeError(SECRET),
    }
    error = errors[kind]
    if isinstance(error, Exception):
        raise error
    error()


class FailingApi(APIView):
    permission_classes = [AllowAny]

    def get(self, request: Request, kind: str) -> Response:
        fail(kind)
        return Response()

    def post(self, request: Request, kind: str) -> Response:
        NoteSerializer(data=request.data).is_valid(raise_exception=True)
        return Response()


def failing_page(request: HttpRequest, kind: str) -> HttpResponse:
    fail(kind)
    return HttpResponse("fine")


urlpatterns = [
    path("fail/<str:kind>/", failing_page),
    path("api/v1/fail/<str:kind>/", FailingApi.as_view()),
    *product_urls,
]
