"""What the REST endpoints of songs have in common."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from rest_framework import mixins, viewsets
from rest_framework.request import Request

from accounts.models import User
from compositions import selectors
from compositions.models import Composition


def actor(request: Request) -> User:
    """The signed-in caller: the permission classes let nobody else through."""
    return cast(User, request.user)


def song_to_see(request: Request, key: UUID) -> Composition:
    """The song, without what is at work on it; 404 when the caller may not see it."""
    songs = Composition.objects.visible_to(request.user)
    found: Composition = get_object_or_404(songs, pk=key)
    return found


def song_to_edit(request: Request, key: UUID) -> Composition:
    """The song for changing it: 404 when the caller may not see it, 403 when not change it."""
    try:
        return selectors.composition_to_edit(actor(request), key)
    except Composition.DoesNotExist as error:
        raise Http404 from error


class OfCompositionViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet
):
    """What belongs to one song of the address."""

    lookup_value_converter = "uuid"

    def get_composition(self) -> Composition:
        """The song, if the caller may edit it; 404 for what the caller may not even see."""
        return song_to_edit(self.request, self.kwargs["composition_pk"])

    def get_queryset(self) -> QuerySet[Any]:
        """The song's rows with what their serializer shows."""
        if getattr(self, "swagger_fake_view", False):
            return self.related().none()
        songs = Composition.objects.visible_to(self.request.user)
        song = get_object_or_404(songs.only("pk"), pk=self.kwargs["composition_pk"])
        return self.related().filter(composition=song)

    def related(self) -> QuerySet[Any]:
        """All rows of the model, with the joins that the serializer needs."""
        raise NotImplementedError
