"""Addresses and answers of pages, in short."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from compositions.models import Composition, Version

HTMX = {"HX-Request": "true"}


def url(name: str, song: Composition, *more: Any) -> str:
    return reverse(name, args=[song.pk, *more])


def html(response: Any) -> str:
    return response.content.decode()


def latest(song: Composition) -> Version:
    return Version.objects.filter(composition=song).latest("number")
