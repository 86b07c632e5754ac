"""API tokens: digests only, scoped, expiring, revocable."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import ApiToken, User
from accounts.services import TOKENS_PER_USER, create_api_token, revoke_api_token
from ariaforge.exceptions import InvalidInputError, LimitReachedError
from projects.models import Project
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

ME = "/api/v1/me/"
TOKENS = "/api/v1/tokens/"
PROJECTS = "/api/v1/projects/"


def bearer(key: str) -> APIClient:
    """Return a program that holds a key."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {key}")
    return client


def make(user: User, *scopes: str, **kwargs: Any) -> tuple[ApiToken, APIClient]:
    """Return a token and a program that holds its key."""
    token, key = create_api_token(user=user, name="test", scopes=scopes or ("read",), **kwargs)
    return token, bearer(key)


def test_token_says_who_it_is_and_sets_no_cookie() -> None:
    user = UserFactory()
    _, client = make(user, "read", "render")
    response = client.get(ME)
    assert response.status_code == 200
    assert response.data["username"] == user.username
    assert response.data["scopes"] == ["read", "render"]
    assert not response.cookies
    assert "password" not in response.data


def test_session_has_no_scopes_to_speak_of(api_client: Any) -> None:
    assert api_client(UserFactory()).get(ME).data["scopes"] is None


@pytest.mark.parametrize("key", ["", "nonsense", "aria_" + "0" * 64, "\u00e9", "two words"])
def test_bad_keys_are_401(key: str) -> None:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {key}".encode().decode("latin-1"))
    response = client.get(ME)
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Token"
    assert response.json()["error"]["code"] == "not_authenticated"


def test_database_holds_no_usable_key() -> None:
    user = UserFactory()
    _, key = create_api_token(user=user, name="secret", scopes=["read"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM accounts_apitoken t")
        dump = str(cursor.fetchall())
        cursor.execute("SELECT e::text FROM accounts_apitokenevent e")
        events = str(cursor.fetchall())
    assert "secret" in dump
    assert "secret" in events
    assert key not in dump + events
    token = ApiToken.objects.get()
    assert token.digest not in events
    assert token.token_key not in events
    for useless in (token.digest, token.token_key):
        assert bearer(useless).get(ME).status_code == 401


def test_revoked_token_is_refused_at_the_next_request() -> None:
    token, client = make(UserFactory())
    assert client.get(ME).status_code == 200
    revoke_api_token(token=token)
    assert client.get(ME).status_code == 401


def test_expired_token_is_refused_and_kept() -> None:
    token, client = make(UserFactory(), expires_at=timezone.now() + timedelta(hours=1))
    assert client.get(ME).status_code == 200
    ApiToken.objects.filter(pk=token.pk).update(expiry=timezone.now() - timedelta(seconds=1))
    assert client.get(ME).status_code == 401
    assert ApiToken.objects.filter(pk=token.pk).exists()


def test_closed_account_closes_its_tokens_and_sessions(page_client: Any) -> None:
    user = UserFactory()
    _, client = make(user)
    browser = page_client(user)
    assert browser.get(reverse("account_tokens")).status_code == 200
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get(ME).status_code == 401
    assert browser.get(reverse("account_tokens")).status_code == 302
    assert browser.get(ME).status_code == 401


def test_read_scope_cannot_write() -> None:
    _, client = make(UserFactory(), "read")
    assert client.get(PROJECTS).status_code == 200
    response = client.post(PROJECTS, {"name": "Mine"})
    assert response.status_code == 403
    assert response.json()["error"]["code"] == "permission_denied"
    assert not Project.objects.exists()


def test_write_scope_cannot_read() -> None:
    _, client = make(UserFactory(), "write")
    assert client.get(PROJECTS).status_code == 403
    assert client.post(PROJECTS, {"name": "Mine"}).status_code == 201


def test_render_scope_neither_reads_nor_writes() -> None:
    _, client = make(UserFactory(), "render")
    assert client.get(PROJECTS).status_code == 403
    assert client.post(PROJECTS, {"name": "Mine"}).status_code == 403
    assert not Project.objects.exists()


def test_view_can_ask_for_the_render_scope() -> None:
    from accounts.api.permissions import TokenScopePermission

    class View:
        required_scope = "render"

    class Request:
        method = "POST"

        def __init__(self, scope: str) -> None:
            self.auth = ApiToken(scopes=[scope])

    permission = TokenScopePermission()
    assert permission.has_permission(Request("render"), View())
    assert not permission.has_permission(Request("write"), View())
    Request.method = "GET"
    assert permission.has_permission(Request("read"), View())
    assert not permission.has_permission(Request("render"), View())


def test_changes_by_token_carry_the_name_of_its_user() -> None:
    user = UserFactory()
    _, client = make(user, "write")
    client.post(PROJECTS, {"name": "Mine"})
    project = Project.objects.get()
    assert project.created_by == user
    event = Project.pgh_event_model.objects.get(pgh_obj_id=project.pk, pgh_label="insert")
    assert event.pgh_context.metadata["actor"] == str(user.pk)


def test_last_use_is_noted_once_a_minute(django_assert_num_queries: Any) -> None:
    token, client = make(UserFactory())
    client.get(ME)
    token.refresh_from_db()
    first = token.last_used_at
    assert first is not None
    with django_assert_num_queries(1):
        client.get(ME)
    ApiToken.objects.filter(pk=token.pk).update(last_used_at=first - timedelta(minutes=2))
    client.get(ME)
    token.refresh_from_db()
    assert token.last_used_at >= first
    labels = [event.pgh_label for event in ApiToken.pgh_event_model.objects.all()]
    assert labels == ["insert"]


def test_api_lists_creates_and_revokes(api_client: Any) -> None:
    user = UserFactory()
    client = api_client(user)
    created = client.post(TOKENS, {"name": "backup", "scopes": ["read"]})
    assert created.status_code == 201
    key = created.data["key"]
    assert key.startswith("aria_")
    assert bearer(key).get(ME).status_code == 200

    [row] = client.get(TOKENS).data["results"]
    assert row["name"] == "backup"
    assert not {"key", "digest", "token_key"} & row.keys()

    path = f"{TOKENS}{created.data['id']}/"
    assert api_client(UserFactory()).delete(path).status_code == 404
    assert bearer(key).get(ME).status_code == 200
    assert client.delete(path).status_code == 204
    assert client.get(TOKENS).data["results"] == []
    assert client.delete(path).status_code == 404
    assert bearer(key).get(ME).status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "x"},
        {"name": "", "scopes": ["read"]},
        {"name": "x", "scopes": []},
        {"name": "x", "scopes": ["admin"]},
        {"name": "x" * 81, "scopes": ["read"]},
        {"name": "x", "scopes": ["read"], "expires_at": "2020-01-01T00:00:00Z"},
        {"name": "x", "scopes": ["read"], "expires_at": "soon"},
        {"name": "x\u0000", "scopes": ["read"]},
    ],
)
def test_api_refuses_bad_tokens(api_client: Any, body: dict[str, Any]) -> None:
    response = api_client(UserFactory()).post(TOKENS, body)
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "validation_error"
    assert not ApiToken.objects.exists()


def test_token_cannot_hand_on_more_than_it_has() -> None:
    user = UserFactory()
    soon = timezone.now() + timedelta(days=1)
    _, client = make(user, "read", "write", expires_at=soon)
    limits = {"expires_at": (soon - timedelta(hours=1)).isoformat()}
    assert client.post(TOKENS, {"name": "a", "scopes": ["render"], **limits}).status_code == 400
    assert client.post(TOKENS, {"name": "b", "scopes": ["read"]}).status_code == 400
    later = {"expires_at": (soon + timedelta(hours=1)).isoformat()}
    assert client.post(TOKENS, {"name": "c", "scopes": ["read"], **later}).status_code == 400
    assert ApiToken.objects.count() == 1
    assert client.post(TOKENS, {"name": "d", "scopes": ["read"], **limits}).status_code == 201


def test_number_of_tokens_is_limited() -> None:
    user = UserFactory()
    first, _ = create_api_token(user=user, name="0", scopes=["read"])
    for number in range(1, TOKENS_PER_USER):
        create_api_token(user=user, name=str(number), scopes=["read"])
    with pytest.raises(LimitReachedError):
        create_api_token(user=user, name="one more", scopes=["read"])
    revoke_api_token(token=first)
    create_api_token(user=user, name="one more", scopes=["read"])


def test_service_refuses_unknown_scopes() -> None:
    with pytest.raises(InvalidInputError):
        create_api_token(user=UserFactory(), name="x", scopes=["admin"])


@pytest.mark.parametrize("change", [{"scopes": ["admin"]}, {"scopes": []}, {"name": ""}])
def test_database_refuses_impossible_tokens(change: dict[str, Any]) -> None:
    token, _ = make(UserFactory())
    with pytest.raises(IntegrityError), transaction.atomic():
        ApiToken.objects.filter(pk=token.pk).update(**change)


def test_page_shows_the_key_once_and_revokes(page_client: Any) -> None:
    user = UserFactory()
    client = page_client(user)
    path = reverse("account_tokens")
    response = client.post(path, {"name": "laptop", "scopes": ["read"], "days": "30"})
    assert response.status_code == 201
    key = response.context["key"]
    assert key in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert bearer(key).get(ME).status_code == 200

    again = client.get(path).content.decode()
    assert "laptop" in again
    assert key not in again

    token = ApiToken.objects.get()
    assert timedelta(days=29) < token.expiry - timezone.now() <= timedelta(days=30)
    revoke = reverse("account_token_revoke", args=[token.pk])
    assert page_client(UserFactory()).post(revoke).status_code == 404
    assert bearer(key).get(ME).status_code == 200
    assert client.post(revoke).status_code == 302
    assert bearer(key).get(ME).status_code == 401


def test_page_explains_what_is_wrong(page_client: Any) -> None:
    response = page_client(UserFactory()).post(reverse("account_tokens"), {"name": ""})
    assert response.status_code == 400
    assert "This field is required." in response.content.decode()
    assert not ApiToken.objects.exists()
