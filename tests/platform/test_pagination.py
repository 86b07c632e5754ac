"""Pages of lists, by cursor."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from media.models import Asset
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

Fetch = Callable[..., Any]


@pytest.fixture
def fetch(api_client: Any) -> Fetch:
    """Fetch a page of a list of 60 assets."""
    owner = UserFactory()
    Asset.objects.bulk_create(
        Asset(
            owner=owner,
            kind="audio",
            file=f"media/{number}",
            filename=f"{number}.wav",
            content_type="audio/wav",
            size_bytes=1,
            sha256="0" * 64,
        )
        for number in range(60)
    )
    client = api_client(owner)

    def get(url: str = "", **query: Any) -> Any:
        return client.get(url or f"{reverse('asset-list')}?{urlencode(query)}")

    return get


def names(response: Any) -> list[str]:
    return [row["filename"].removesuffix(".wav") for row in response.json()["results"]]


def test_newest_first_and_25_at_a_time(fetch: Fetch) -> None:
    first = fetch()
    assert names(first) == [str(number) for number in range(59, 34, -1)]
    assert first.json()["previous"] is None
    second = fetch(first.json()["next"])
    third = fetch(second.json()["next"])
    assert len(names(second)) == 25
    assert names(third) == [str(number) for number in range(9, -1, -1)]
    assert third.json()["next"] is None
    assert names(fetch(third.json()["previous"])) == names(second)


def test_rows_added_meanwhile_neither_repeat_nor_push_out_others(fetch: Fetch) -> None:
    first = fetch(page_size=10)
    newest = Asset.objects.first()
    assert newest is not None
    values = {
        field.name: getattr(newest, field.name)
        for field in Asset._meta.concrete_fields
        if field.name not in ("id", "created_at", "updated_at")
    }
    Asset.objects.create(**values)
    second = fetch(first.json()["next"])
    assert names(second) == [str(number) for number in range(49, 39, -1)]


@pytest.mark.parametrize("size", [1, 60, 100])
def test_page_size(fetch: Fetch, size: int) -> None:
    assert len(names(fetch(page_size=size))) == min(size, 60)


@pytest.mark.parametrize("size", ["0", "101", "-1", "ten", "1.5", "", "00000110", "٣", "9" * 5000])
def test_page_size_out_of_bounds_is_refused(fetch: Fetch, size: str) -> None:
    response = fetch(page_size=size)
    assert response.status_code == 400
    assert "page_size" in response.json()["error"]["details"]["fields"]


@pytest.mark.parametrize(
    "cursor",
    ["nonsense", "", b64encode(b"p=no-key").decode(), b64encode(b"o=-1&p=x").decode(), "%00"],
)
def test_broken_cursors_are_refused_or_ignored(fetch: Fetch, cursor: str) -> None:
    response = fetch(cursor=cursor)
    assert response.status_code in (200, 400)
    if response.status_code == 400:
        assert "cursor" in response.json()["error"]["details"]["fields"]


def test_a_view_cannot_choose_an_ambiguous_order(fetch: Fetch) -> None:
    assert names(fetch(ordering="size_bytes")) == names(fetch())
