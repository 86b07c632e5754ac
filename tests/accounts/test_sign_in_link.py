"""The one-time link by which the owner signs in."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import SignInLink, User
from accounts.services import get_or_create_owner, issue_sign_in_link, redeem_sign_in_link
from ariaforge.exceptions import ConflictError
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def signed_in(client: Any) -> str | None:
    """Return the key of the user of the session."""
    return client.session.get("_auth_user_id")


def test_command_prints_exactly_the_link_and_it_signs_in_the_new_owner(client: Any) -> None:
    output = io.StringIO()
    call_command("sign_in_link", base_url="http://localhost:9000/", stdout=output)
    line = output.getvalue()
    assert line.startswith("http://localhost:9000/sign-in/")
    assert line.count("\n") == 1
    path = line.strip().removeprefix("http://localhost:9000")

    response = client.get(path)

    assert response.status_code == 302
    assert response["Location"] == reverse("home")
    owner = User.objects.get()
    assert signed_in(client) == str(owner.pk)
    assert (owner.username, owner.email) == ("owner", "owner@localhost")
    assert owner.is_superuser
    assert owner.is_staff
    assert not owner.has_usable_password()


def test_link_works_once(client: Any) -> None:
    _, secret = issue_sign_in_link()
    path = reverse("sign_in_link", args=[secret])
    assert client.get(path).status_code == 302
    client.logout()

    response = client.get(path)

    assert response.status_code == 410
    assert b"manage.py sign_in_link" in response.content
    assert signed_in(client) is None


def test_link_expires(client: Any) -> None:
    link, secret = issue_sign_in_link()
    past = timezone.now() - timedelta(minutes=1)
    SignInLink.objects.filter(pk=link.pk).update(
        created_at=past - timedelta(minutes=15), expires_at=past
    )
    assert client.get(reverse("sign_in_link", args=[secret])).status_code == 410
    assert signed_in(client) is None
    assert not User.objects.exists()


def test_link_lives_for_the_time_that_the_settings_say(settings: Any) -> None:
    settings.SIGN_IN_LINK_MINUTES = 3
    link, _ = issue_sign_in_link()
    lifetime = link.expires_at - link.created_at
    assert timedelta(minutes=2, seconds=50) < lifetime <= timedelta(minutes=3)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
        {"X-Moz": "prefetch"},
        {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
        {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
    ],
)
def test_prefetching_and_embedding_do_not_use_up_the_link(
    client: Any, headers: dict[str, str]
) -> None:
    _, secret = issue_sign_in_link()
    path = reverse("sign_in_link", args=[secret])
    assert client.get(path, headers=headers).status_code == 403
    assert signed_in(client) is None
    assert SignInLink.objects.usable().count() == 1
    navigation = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert client.get(path, headers=navigation).status_code == 302


@pytest.mark.parametrize("method", ["head", "post", "options", "put", "delete", "patch"])
def test_other_methods_do_not_use_up_the_link(client: Any, method: str) -> None:
    _, secret = issue_sign_in_link()
    response = getattr(client, method)(reverse("sign_in_link", args=[secret]))
    assert response.status_code == 405
    assert SignInLink.objects.usable().count() == 1


def test_wrong_link_is_gone_and_nobody_is_created(client: Any) -> None:
    assert client.get(reverse("sign_in_link", args=["guess"])).status_code == 410
    assert not User.objects.exists()


def test_link_replaces_the_session_of_somebody_else(page_client: Any) -> None:
    other = UserFactory()
    client = page_client(other)
    _, secret = issue_sign_in_link()
    client.get(reverse("sign_in_link", args=[secret]))
    owner = User.objects.get(is_superuser=True)
    assert signed_in(client) == str(owner.pk)


def test_only_a_digest_is_stored_also_in_the_audit() -> None:
    link, secret = issue_sign_in_link()
    redeem_sign_in_link(secret=secret)
    rows = [SignInLink.objects.filter(pk=link.pk).values().get()]
    events = list(SignInLink.pgh_event_model.objects.values())
    assert len(events) >= 2
    assert all("digest" not in event for event in events)
    assert secret not in str(rows + events)


def test_the_change_is_made_in_the_name_of_the_owner(client: Any) -> None:
    _, secret = issue_sign_in_link()
    client.get(reverse("sign_in_link", args=[secret]))
    owner = User.objects.get()
    event = SignInLink.pgh_event_model.objects.order_by("pgh_id").last()
    assert event.pgh_context.metadata["actor"] == str(owner.pk)


def test_existing_superuser_is_the_owner() -> None:
    UserFactory()
    first = UserFactory(staff=True)
    UserFactory(staff=True)
    assert get_or_create_owner() == first


def test_inactive_superuser_is_not_the_owner() -> None:
    UserFactory(staff=True, is_active=False, username="gone")
    assert get_or_create_owner().username == "owner"


def test_name_of_the_owner_taken_by_somebody_else_is_said(settings: Any) -> None:
    UserFactory(username="Owner")
    with pytest.raises(ConflictError, match="OWNER_USERNAME"):
        get_or_create_owner()
    settings.OWNER_USERNAME = "maestro"
    settings.OWNER_EMAIL = "maestro@example.org"
    assert get_or_create_owner().email == "maestro@example.org"


def test_redeeming_twice_at_once_signs_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second request between the check and the end of the first finds nothing to redeem."""
    import accounts.services as services

    _, secret = issue_sign_in_link()
    outcomes: list[User | None] = []
    create_owner = services.get_or_create_owner

    def compete() -> User:
        monkeypatch.setattr(services, "get_or_create_owner", create_owner)
        outcomes.append(redeem_sign_in_link(secret=secret))
        return create_owner()

    monkeypatch.setattr(services, "get_or_create_owner", compete)
    outcomes.append(redeem_sign_in_link(secret=secret))

    assert outcomes[0] is None
    assert outcomes[1] == User.objects.get()


@pytest.mark.parametrize(
    "change",
    [
        {"digest": "short"},
        {"expires_at": timezone.now() - timedelta(days=1)},
        {"used_at": timezone.now() + timedelta(days=1)},
        {"used_by": "owner"},
    ],
)
def test_database_refuses_impossible_links(change: dict[str, Any]) -> None:
    link, _ = issue_sign_in_link()
    if "used_by" in change:
        change = {"used_by": get_or_create_owner()}
    with pytest.raises(IntegrityError), transaction.atomic():
        SignInLink.objects.filter(pk=link.pk).update(**change)
